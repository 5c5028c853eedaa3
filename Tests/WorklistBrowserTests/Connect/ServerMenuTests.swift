import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("The list of servers")
struct ServerMenuTests {
    private static let other = ServerProfile(
        name: "Test RIS",
        host: "192.0.2.7",
        port: 11_112,
        calledAETitle: "TEST",
        accent: .test
    )

    private func browser(size: TerminalSize = TerminalSize(columns: 80, rows: 24)) -> Browser {
        var browser = Browser.loaded(size: size)
        browser.servers.append(Self.other)
        browser.keys("v")
        return browser
    }

    @Test("the list says how the last query of a server ended, and that another was never asked")
    func lastState() {
        var browser = browser()
        #expect(browser.screenText().contains("complete, 14 rows"))
        browser.keys("j")
        #expect(browser.screenText().contains("not asked since the start"))
        #expect(browser.screenText().contains("TEST"))
    }

    @Test("a test shows each stage as it comes, whether worklists are offered, and is remembered")
    func test() throws {
        var browser = browser()
        let effects = browser.keys("t")
        guard case .startEcho(let number, let profile)? = effects.first else {
            Issue.record("no test")
            return
        }
        #expect(profile == browser.server)
        _ = browser.update(.echo(number, .stage(name: "look up", milliseconds: 0.3)))
        #expect(browser.screenText().contains("look up 0.3 ms  ..."))
        _ = browser.update(.echo(number, .worklistRefused("abstract syntax not supported")))
        _ = browser.update(.echo(number, .succeeded(milliseconds: 4)))
        #expect(browser.screenText().contains("C-ECHO took 4.0 ms"))
        #expect(browser.screenText().contains("It does not offer Modality Worklist: abstract syntax not supported"))
        browser.keys("j", "k", "esc", "v", "j")
        #expect(!browser.screenText().contains("C-ECHO in 4.0 ms"))
        browser.keys("k")
        #expect(browser.screenText().contains("C-ECHO in 4.0 ms"))
    }

    @Test("a test that was given up says nothing more, and its task is stopped")
    func givenUp() {
        var browser = browser()
        guard case .startEcho(let number, _)? = browser.keys("t").first else { return }
        let effects = browser.keys("esc")
        #expect(effects.contains { if case .cancelEcho(number) = $0 { true } else { false } })
        _ = browser.update(.echo(number, .succeeded(milliseconds: 4)))
        browser.keys("v")
        #expect(browser.screenText().contains("not tested since the start"))
    }

    @Test("a failed test says what failed and what to do")
    func failed() {
        var browser = browser()
        browser.keys("j")
        guard case .startEcho(let number, _)? = browser.keys("t").first else { return }
        let peer = AssociationFailure.Peer(
            host: "192.0.2.7",
            port: 11_112,
            calledAETitle: "TEST",
            callingAETitle: "CT01"
        )
        _ = browser.update(.echo(number, .stage(name: "look up", milliseconds: 0.1)))
        _ = browser.update(
            .echo(number, .failed(AssociationFailure(.cannotConnect(detail: "connection refused"), peer: peer)))
        )
        #expect(browser.screenText().contains("cannot connect to 192.0.2.7 port 11112: connection refused"))
        #expect(browser.screenText().contains("Check host and port"))
    }
}
