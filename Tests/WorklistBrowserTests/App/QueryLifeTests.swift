import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("The life of a query")
struct QueryLifeTests {
    static let peer = AssociationFailure.Peer(
        host: "127.0.0.1",
        port: 104,
        calledAETitle: "RISMWL",
        callingAETitle: "CT01"
    )

    private func dump(_ browser: inout Browser, columns: Int = 160) -> String {
        browser.screenText(size: TerminalSize(columns: columns, rows: 30))
    }

    @Test("the first query asks for today on this scanner, and carries the server's row limit")
    func firstQuery() throws {
        var browser = Sample.browser()
        let request = try #require(browser.start().finds.first)
        let step = try #require(request.identifier.items(.scheduledProcedureStepSequence).first)
        #expect(step.string(.scheduledProcedureStepStartDate) == "20261124")
        #expect(step.string(.modality) == "CT")
        #expect(step.string(.scheduledStationAETitle) == "CT01")
        #expect(request.limit == ServerProfile.defaultRowLimit)
        #expect(browser.isRunning)
    }

    @Test("matches of an earlier query are ignored, and so is its end")
    func earlierFind() throws {
        var browser = Sample.browser()
        let old = browser.begin()
        browser.receive(old, [Sample.morning[0]])
        let effects = browser.keys("3")
        let new = try #require(effects.finds.first?.id)
        #expect(effects.cancels == [old])
        browser.receive(old, Array(Sample.morning[1..<5]))
        #expect(browser.rowCount == 0)
        browser.receive(new, [Sample.morning[6]])
        _ = browser.update(.find(old, .finished(.complete, FindStatistics())))
        #expect(browser.isRunning)
        #expect(browser.rowCount == 1)
    }

    @Test("x cancels, x again aborts, and a third time does nothing")
    func cancelThenAbort() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [Sample.morning[0]])
        #expect(browser.keys("x").cancels == [id])
        #expect(dump(&browser).contains("cancelling"))
        #expect(browser.keys("x").aborts == [id])
        #expect(dump(&browser).contains("aborting"))
        #expect(browser.keys("x").isEmpty)
        _ = browser.update(.find(id, .finished(.aborted(AssociationAbort(.user)), Sample.statistics(matches: 1))))
        #expect(browser.outcomeText == "ABORTED   by us, as you asked   1 row")
        #expect(dump(&browser).contains("PARTIAL"))
        #expect(browser.rowCount == 1)
    }

    @Test("Ctrl-C cancels what runs; when idle it asks, and asked twice it quits")
    func interrupt() {
        var browser = Sample.browser()
        let id = browser.begin()
        #expect(browser.keys("ctrl-c").cancels == [id])
        let cancellation = FindOutcome.Cancellation(milliseconds: 5, matchesAfter: 0, finalStatus: .cancel)
        _ = browser.update(.find(id, .finished(.cancelled(cancellation), FindStatistics())))
        #expect(browser.keys("ctrl-c").quits.isEmpty)
        #expect(dump(&browser).contains("Quit the worklist browser?"))
        #expect(browser.keys("ctrl-c").quits == [0])
    }

    @Test("q asks while a query runs, then aborts it and quits")
    func quit() {
        var browser = Sample.browser()
        let id = browser.begin()
        #expect(browser.keys("q").isEmpty)
        #expect(dump(&browser).contains("A query was running when you asked."))
        let effects = browser.keys("enter")
        #expect(effects.aborts == [id])
        #expect(effects.quits == [0])
        var idle = Browser.loaded()
        #expect(idle.keys("q").quits == [0])
    }

    @Test("matches read since the cancel are rows, and are counted as such")
    func afterCancel() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[..<3]))
        browser.keys("x")
        browser.receive(id, Array(Sample.morning[3..<5]))
        #expect(dump(&browser).contains("5 rows, 2 read since"))
        let cancellation = FindOutcome.Cancellation(milliseconds: 312, matchesAfter: 2, finalStatus: .cancel)
        _ = browser.update(.find(id, .finished(.cancelled(cancellation), Sample.statistics(matches: 5))))
        #expect(browser.outcomeText == "CANCELLED BY US   5 rows   server took 312 ms, 2 came after the cancel")
    }

    @Test("Success after a cancel is not called whole")
    func successAfterCancel() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [Sample.morning[0]])
        let cancellation = FindOutcome.Cancellation(milliseconds: 20, matchesAfter: 0, finalStatus: .success)
        _ = browser.update(.find(id, .finished(.cancelled(cancellation), Sample.statistics(matches: 1))))
        #expect(browser.outcomeText?.contains("may or may not be whole") == true)
    }

    @Test(
        "every other end says what happened, and that rows may be missing",
        arguments: [
            (
                FindOutcome.truncated(.byServer),
                "TRUNCATED BY SERVER   2 rows   it ended with FE00 though we had not cancelled"
            ),
            (
                .truncated(
                    .ownLimit(rows: 2, FindOutcome.Cancellation(milliseconds: 9, matchesAfter: 3, finalStatus: .cancel))
                ), "LIMITED   our limit of 2 rows reached, more exist   server took 9 ms, 3 came after the cancel"
            ),
            (
                .failed(FindFailure(status: .outOfResources, errorComment: "try\u{1B}[2Jlater")),
                "FAILED   status A700: refused: out of resources   “try␛[2Jlater”   2 rows"
            ),
            (
                .aborted(AssociationAbort(.cancelIgnored(afterMilliseconds: 5000, matchesAfter: 40))),
                "ABORTED   by us: no answer to C-CANCEL for 5.0 s, 40 rows came after it   2 rows"
            ),
            (.timedOut(.nextResponse, seconds: 60), "TIMED OUT   waited 60.0 s for the next response   2 rows"),
            (.lost(.connectionClosed("reset by peer")), "LOST   the connection ended: reset by peer   2 rows"),
            (.lost(.releasedByPeer), "LOST   the server released the association before the end   2 rows"),
        ]
    )
    func ends(_ outcome: FindOutcome, _ words: String) {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[..<2]))
        _ = browser.update(.find(id, .finished(outcome, Sample.statistics(matches: 2))))
        #expect(browser.outcomeText == words)
        browser.keys("esc")
        #expect(browser.rowCount == 2)
        let screen = dump(&browser)
        #expect(screen.contains("PARTIAL") || screen.contains("LIMITED") || screen.contains("TRUNCATED"))
    }

    @Test("the peer's A-ABORT is said to be the peer's")
    func peerAbort() {
        var browser = Sample.browser()
        let id = browser.begin()
        let abort = AssociationAbort(.peer(source: 2, reason: 6))
        _ = browser.update(.find(id, .finished(.aborted(abort), FindStatistics())))
        #expect(browser.outcomeText?.hasPrefix("ABORTED   by the server: ") == true)
    }

    @Test("FF01 is counted once for the list")
    func unsupportedKeys() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[..<2]))
        browser.receive(id, Array(Sample.morning[2..<5]), status: .pendingWithUnsupportedKeys)
        browser.complete(id)
        #expect(dump(&browser).contains("FF01 on 3: a key was not used for matching"))
    }

    @Test("a refresh keeps the list until it is whole, then takes its place with the cursor on the same item")
    func refresh() throws {
        var browser = Browser.loaded()
        browser.keys("j", "j", "j", "j", "j")
        let item = try #require(browser.list?.cursor?.identity)
        let line = try #require(browser.list.map { $0.position - $0.top })
        let id = try #require(browser.keys("r").finds.first?.id)
        // The server's order is another, and one item more comes before.
        var extra = Sample.Step(name: "ABE^Haruka", id: "00512118", accession: "26-004799", time: "070000")
        extra.sex = "F"
        browser.receive(id, Sample.morning.reversed() + [extra])
        #expect(browser.rowCount == 14)
        #expect(browser.receivedRowCount == 15)
        #expect(dump(&browser).contains("the 14 rows shown are from 14:31:52"))
        browser.complete(id)
        #expect(browser.rowCount == 15)
        #expect(browser.list?.cursor?.identity == item)
        #expect(browser.list?.position == 6)
        #expect(browser.list.map { $0.position - $0.top } == line || browser.list?.top == 0)
        #expect(dump(&browser).contains("O'CONNOR, Brid   born 1990-05-21"))
    }

    @Test("an item that a refresh no longer has is named, and the next key acts on nothing unseen")
    func goneItem() throws {
        var browser = Browser.loaded()
        browser.keys("j", "j")
        _ = dump(&browser)
        let id = try #require(browser.keys("r").finds.first?.id)
        browser.receive(id, Sample.morning.filter { $0.accession != "26-004702" })
        _ = browser.update(.find(id, .finished(.complete, Sample.statistics(matches: 13))))
        #expect(browser.message?.text.string.contains("SMITH, Anna M (ID 00391022) is no longer on the list") == true)
        // Pressed before the new list was painted: it cannot have meant this row.
        browser.keys("enter")
        #expect(browser.overlays.isEmpty)
        _ = dump(&browser)
        browser.keys("enter")
        #expect(browser.overlays.count == 1)
    }

    @Test("a key pressed before anyone can have noticed another patient under the cursor does nothing but say so")
    func tooSoon() throws {
        var browser = Browser.loaded()
        browser.keys("j", "j")
        let id = try #require(browser.keys("r").finds.first?.id)
        browser.receive(id, Sample.morning.filter { $0.accession != "26-004702" })
        browser.complete(id)
        // Painted, but only a moment ago.
        _ = dump(&browser)
        _ = browser.update(.clock(Sample.later(18.5)))
        #expect(browser.keys("=").isEmpty)
        #expect(browser.overlays.isEmpty)
        #expect(browser.message?.text.string.contains("look, then press the key again") == true)
        browser.keys("=")
        #expect(browser.overlays.count == 1)
        // Whoever waits, or moves, is not held up.
        var patient = Browser.loaded()
        patient.keys("j", "j")
        let other = try #require(patient.keys("r").finds.first?.id)
        patient.receive(other, Sample.morning.filter { $0.accession != "26-004702" })
        patient.complete(other)
        _ = dump(&patient)
        _ = patient.update(.clock(Sample.later(18.5)))
        patient.keys("j", "enter")
        #expect(patient.overlays.count == 1)
    }

    @Test("a refresh that fails leaves list, age and words as they were")
    func failedRefresh() throws {
        var browser = Browser.loaded(size: TerminalSize(columns: 160, rows: 30))
        let id = try #require(browser.keys("r").finds.first?.id)
        browser.receive(id, Array(Sample.morning[..<3]))
        let failure = FindFailure(status: .unableToProcess, errorComment: "database is busy")
        let effects = browser.update(.find(id, .finished(.failed(failure), Sample.statistics(matches: 3))))
        #expect(effects.contains { if case .bell = $0 { true } else { false } })
        let dialog = dump(&browser)
        #expect(dialog.contains("“database is busy”"))
        #expect(dialog.contains("The 14 rows on screen are from 14:31:52 and are kept."))
        browser.keys("esc")
        #expect(browser.rowCount == 14)
        let screen = dump(&browser)
        #expect(screen.contains("refresh FAILED"))
        #expect(screen.contains("the 14 rows shown are from 14:31:52"))
        #expect(!screen.contains("PARTIAL"))
    }

    @Test("a cancelled refresh does not replace a whole list by a part")
    func cancelledRefresh() throws {
        var browser = Browser.loaded()
        let id = try #require(browser.keys("r").finds.first?.id)
        browser.receive(id, Array(Sample.morning[..<3]))
        browser.keys("x")
        let cancellation = FindOutcome.Cancellation(milliseconds: 12, matchesAfter: 0, finalStatus: .cancel)
        _ = browser.update(.find(id, .finished(.cancelled(cancellation), Sample.statistics(matches: 3))))
        #expect(browser.rowCount == 14)
        #expect(dump(&browser).contains("refresh CANCELLED"))
    }

    @Test("another query shows its own rows at once")
    func otherQuery() throws {
        var browser = Browser.loaded()
        let request = try #require(browser.keys("3").finds.first)
        #expect(browser.rowCount == 0)
        browser.receive(request.id, [Sample.morning[7]])
        #expect(browser.rowCount == 1)
        let step = try #require(request.identifier.items(.scheduledProcedureStepSequence).first)
        #expect(step[.modality]?.isEmpty == true)
        #expect(step[.scheduledStationAETitle]?.isEmpty == true)
    }

    @Test("another query that fails before any row brings the old list back, with its age and its words")
    func otherQueryFails() throws {
        var browser = Browser.loaded(size: TerminalSize(columns: 160, rows: 30))
        let id = try #require(browser.keys("3").finds.first?.id)
        _ = browser.update(.find(id, .failed(AssociationFailure(.connectTimedOut(seconds: 5), peer: Self.peer))))
        #expect(browser.rowCount == 14)
        browser.keys("esc")
        let screen = dump(&browser)
        #expect(screen.contains("the 14 rows shown are from 14:31:52"))
        #expect(screen.contains("modality=CT"))
        #expect(screen.contains("no connection to 127.0.0.1 port 104 within 5 s"))
        // Retrying asks what failed, not what is on screen.
        let again = try #require(browser.keys("r").finds.first)
        let step = try #require(again.identifier.items(.scheduledProcedureStepSequence).first)
        #expect(step[.modality]?.isEmpty == true)
    }

    @Test("zero rows and Success is an answer: the old list does not come back, and the keys in force are named")
    func nothingFound() throws {
        var browser = Browser.loaded()
        let id = try #require(browser.keys("]").finds.first?.id)
        browser.complete(id, total: 40)
        #expect(browser.rowCount == 0)
        let screen = dump(&browser, columns: 80)
        #expect(screen.contains("The server has no item that matches."))
        #expect(screen.contains("tomorrow(20261125)"))
        #expect(screen.contains("complete   0 rows in 40 ms"))
    }

    @Test("a rejected association is explained: what, where, as whom, what to do")
    func rejected() {
        var browser = Sample.browser()
        let id = browser.begin()
        let failure = AssociationFailure(.rejected(.callingAETitleNotRecognized), peer: Self.peer)
        _ = browser.update(.find(id, .failed(failure)))
        let screen = dump(&browser, columns: 80)
        #expect(screen.contains("refused the association"))
        #expect(screen.contains("result 1, source 1, reason 3"))
        #expect(screen.contains("RISMWL at 127.0.0.1 port 104"))
        #expect(browser.keys("r").finds.count == 1)
        #expect(browser.overlays.isEmpty)
    }

    @Test("the brackets move the day and t goes back to today")
    func days() throws {
        var browser = Browser.loaded()
        func date(_ effects: [Effect]) throws -> String? {
            let step = try #require(effects.finds.first?.identifier.items(.scheduledProcedureStepSequence).first)
            return step.string(.scheduledProcedureStepStartDate)
        }
        #expect(try date(browser.keys("]")) == "20261125")
        #expect(try date(browser.keys("]")) == "20261126")
        #expect(try date(browser.keys("[")) == "20261125")
        #expect(try date(browser.keys("t")) == "20261124")
        #expect(try date(browser.keys("[")) == "20261123")
        #expect(browser.query[.step(.scheduledProcedureStepStartDate)]?.value == "yesterday")
    }

    @Test("a day that is not today stands out, also when midnight makes it so")
    func otherDay() throws {
        func dateStyle(_ browser: inout Browser) -> Style {
            let grid = browser.render(size: TerminalSize(columns: 80, rows: 24)).grid
            return grid[1, 4].style
        }
        var browser = Browser.loaded()
        let plain = Theme.standard.style("ui.text")
        #expect(dateStyle(&browser) == plain)
        _ = browser.update(.clock(Sample.later(12 * 3600)))
        #expect(dateStyle(&browser) == Theme.standard.style("ui.warning"))
        let id = try #require(browser.keys("t").finds.first?.id)
        browser.complete(id)
        #expect(dateStyle(&browser) == plain)
        browser.keys("]")
        #expect(dateStyle(&browser) == Theme.standard.style("ui.warning"))
    }

    @Test("a scope forgets the patient that was asked for before")
    func scopeIsFresh() throws {
        var query = Query.worklist(.all)
        query.set(AttributePath([], .patientName), "SMI*")
        var browser = Sample.browser(query: query)
        _ = browser.start()
        let request = try #require(browser.keys("2").finds.first)
        #expect(request.identifier[.patientName]?.isEmpty == true)
        #expect(browser.activeScope == .modality)
    }

    @Test("another server drops the list and never mixes it with its own")
    func otherServer() throws {
        var browser = Browser.loaded()
        let other = ServerProfile(name: "TEST", host: "h", port: 11112, calledAETitle: "X", accent: .test)
        browser.servers.append(other)
        browser.keys("v", "j")
        let effects = browser.keys("enter")
        #expect(effects.finds.first?.server == other)
        #expect(browser.rowCount == 0)
        #expect(browser.list?.server == other)
        let id = try #require(effects.finds.first?.id)
        _ = browser.update(.find(id, .failed(AssociationFailure(.connectTimedOut(seconds: 5), peer: Self.peer))))
        #expect(browser.rowCount == 0)
    }

    @Test("a query that cannot be sent is not sent, and says which key")
    func unsendable() {
        var query = Query.worklist(.all)
        query.set(.step(.scheduledProcedureStepStartDate), "2026-13-45")
        var browser = Sample.browser(query: query)
        #expect(browser.start().isEmpty)
        #expect(!browser.isRunning)
        let screen = dump(&browser, columns: 80)
        #expect(screen.contains("Nothing was sent."))
        #expect(screen.contains("Scheduled Procedure Step Start Date (0040,0002)"))
    }

    @Test("without a server the connect form opens, and a saved server is used at once")
    func firstStart() {
        var browser = Browser(
            theme: .standard,
            servers: [],
            current: nil,
            configPath: "/tmp/config.toml",
            now: Sample.start
        )
        #expect(browser.start().isEmpty)
        #expect(browser.context == .form)
        let effects = browser.update(.serverSaved(Sample.server, path: "/tmp/config.toml"))
        #expect(effects.finds.count == 1)
        #expect(browser.server == Sample.server)
        #expect(browser.context == .list)
    }

    @Test("a termination from outside aborts the query and ends")
    func termination() {
        var browser = Sample.browser()
        let id = browser.begin()
        let effects = browser.update(.terminationRequested)
        #expect(effects.aborts == [id])
        #expect(effects.quits == [143])
        #expect(browser.update(.input(.signal(.hangup))).quits == [129])
    }

    @Test("the clock is asked for tenths while a query runs, for seconds while the age shows them, else for minutes")
    func clock() {
        var browser = Sample.browser()
        let id = browser.begin()
        #expect(browser.secondsToNextClock == 0.1)
        browser.complete(id)
        #expect(browser.secondsToNextClock == 1)
        _ = browser.update(.clock(Sample.later(120)))
        #expect(browser.secondsToNextClock > 1)
        #expect(browser.secondsToNextClock <= 60)
    }

    @Test("after a first query that failed, the rows of the next are shown as they come")
    func retryIsVisible() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        _ = browser.update(.find(id, .failed(AssociationFailure(.connectTimedOut(seconds: 5), peer: Self.peer))))
        browser.keys("esc")
        #expect(dump(&browser, columns: 80).contains("No row was received: FAILED."))
        let again = try #require(browser.keys("r").finds.first?.id)
        browser.receive(again, [Sample.morning[0]])
        #expect(browser.rowCount == 1)
        #expect(dump(&browser, columns: 80).contains("NGUYEN"))
    }

    @Test("a list that had no rows is not called kept when asking again fails too")
    func retryFails() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        let failure = AssociationFailure(.connectTimedOut(seconds: 5), peer: Self.peer)
        _ = browser.update(.find(id, .failed(failure)))
        let again = try #require(browser.keys("r").finds.first?.id)
        _ = browser.update(.find(again, .failed(failure)))
        browser.keys("esc")
        let screen = dump(&browser, columns: 80)
        #expect(screen.contains("No row was received: FAILED."))
        #expect(!screen.contains("0 rows shown"))
    }

    @Test("while a part of a list is refreshed, PARTIAL is said of the rows shown, not of those that come")
    func partialRefresh() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[..<5]))
        _ = browser.update(.find(id, .finished(.lost(.releasedByPeer), Sample.statistics(matches: 5))))
        let again = try #require(browser.keys("r").finds.first?.id)
        browser.receive(again, Array(Sample.morning[..<3]))
        let words = dump(&browser).split(separator: " ").joined(separator: " ")
        #expect(words.contains("refresh: receiving 3 rows"))
        #expect(words.contains("the 5 rows shown are PARTIAL, from 14:31:49"))
    }

    @Test("a query cancelled before there was an association says that nothing was asked, and opens no dialog")
    func cancelledWhileConnecting() {
        var browser = Sample.browser()
        let id = browser.begin()
        #expect(browser.keys("x").cancels == [id])
        #expect(browser.update(.find(id, .failed(AssociationFailure(.cancelled, peer: Self.peer)))).isEmpty)
        #expect(browser.overlays.count == 0)
        #expect(browser.outcomeText == "CANCELLED   before RISMWL@127.0.0.1:104 had answered; nothing was asked")
    }

    @Test("progress of an earlier connection test is not shown in a later one")
    func earlierEcho() {
        var browser = Sample.browser()
        browser.keys("v", "e")
        #expect(browser.context == .form)
        let before = dump(&browser, columns: 80)
        _ = browser.update(.echo(99, .succeeded(milliseconds: 4)))
        #expect(dump(&browser, columns: 80) == before)
    }
}
