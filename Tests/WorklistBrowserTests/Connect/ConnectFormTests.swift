import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Connect form")
struct ConnectFormTests {
    private let surroundings = ScreenSample.surroundings(server: nil)
    private let path = "~/.config/worklist/config.toml"

    private func type(_ text: String, into form: inout ConnectForm) { _ = form.insert(text, surroundings) }

    private func filled() -> ConnectForm {
        var form = ConnectForm(existing: nil, configPath: path)
        type("RISMWL@ris.example:11112", into: &form)
        return form
    }

    @Test("an address pasted into the host fills AE title, host and port")
    func pastedAddress() {
        let form = filled()
        #expect(form.draft.value(.host) == "ris.example")
        #expect(form.draft.value(.port) == "11112")
        #expect(form.draft.value(.calledAETitle) == "RISMWL")
        #expect(form.draft.profile?.host == "ris.example")
    }

    @Test("an address typed by hand into the host is taken apart when the field is left")
    func typedAddress() {
        var form = ConnectForm(existing: nil, configPath: "~/config.toml")
        for character in "RISMWL@ris.example:11112" { type(String(character), into: &form) }
        _ = form.perform(.formNext, surroundings)
        #expect(form.draft[.host].text == "ris.example")
        #expect(form.draft[.calledAETitle].text == "RISMWL")
        #expect(form.draft[.port].text == "11112")
    }

    @Test("an IPv6 address is not taken for a port")
    func ipv6() {
        var form = ConnectForm(existing: nil, configPath: path)
        type("RIS@[fe80::1]:104", into: &form)
        #expect(form.draft.profile?.host == "fe80::1")
        #expect(form.draft.profile?.port == 104)
        var other = ConnectForm(existing: nil, configPath: path)
        type("fe80::104", into: &other)
        #expect(other.draft.value(.host) == "fe80::104")
        #expect(other.draft.value(.port) == "104")
    }

    @Test(
        "every field says in words what is wrong with it",
        arguments: [
            (ServerDraft.Field.host, "a b", "no spaces"), (.port, "0", "from 1 to 65535"),
            (.port, "65536", "from 1 to"),
            (.port, "1x", "a number"), (.calledAETitle, "12345678901234567", "longer than 16"),
            (.callingAETitle, "MÜNCHEN", "'Ü' cannot"), (.modality, "C-T", "one code"), (.name, "", "needs a name"),
        ]
    )
    func validation(field: ServerDraft.Field, text: String, words: String) {
        var draft = ServerDraft(nil)
        draft[field].replace(with: text)
        #expect(draft.finding(field)?.isError == true)
        #expect(draft.finding(field)?.text.string.contains(words) == true)
        #expect(draft.profile == nil)
    }

    @Test("small letters in an AE title are noted, not refused")
    func lowerCaseTitle() {
        var draft = ServerDraft(filled().draft.profile)
        draft[.calledAETitle].replace(with: "ris")
        #expect(draft.finding(.calledAETitle)?.isError == false)
        #expect(draft.profile?.calledAETitle == "ris")
    }

    @Test("Test and Save do nothing while a field is wrong, and go to that field")
    func refusesToSend() {
        var form = ConnectForm(existing: nil, configPath: path)
        for _ in 0..<10 where form.focus != .button(.test) { _ = form.perform(.formNext, surroundings) }
        let intents = form.perform(.accept, surroundings)
        #expect(form.focus == .field(.host))
        #expect(form.test == nil)
        #expect(intents.contains { if case .message(let message) = $0 { message.kind == .error } else { false } })
        #expect(!intents.contains { if case .effect = $0 { true } else { false } })
    }

    @Test("a test goes out with the typed server and shows each stage with its time")
    func test() {
        var form = filled()
        for _ in 0..<10 where form.focus != .button(.test) { _ = form.perform(.formNext, surroundings) }
        let intents = form.perform(.accept, surroundings)
        guard case .effect(.startEcho(_, let profile))? = intents.first else {
            Issue.record("no echo")
            return
        }
        #expect(profile.calledAETitle == "RISMWL")
        form.echo(.stage(name: "name lookup", milliseconds: 1.04))
        form.echo(.stage(name: "TCP", milliseconds: 3.2))
        form.echo(.succeeded(milliseconds: 12.4))
        let grid = form.grid(columns: 80, rows: 24, surroundings)
        #expect(grid.contains("name lookup 1.0 ms"))
        #expect(grid.contains("TCP 3.2 ms"))
        #expect(grid.contains("12 ms"))
    }

    @Test("More holds what few servers need, and what is set there is in the server")
    func more() throws {
        var form = filled()
        for _ in 0..<10 where form.focus != .button(.more) { _ = form.perform(.formNext, surroundings) }
        _ = form.perform(.accept, surroundings)
        #expect(form.isMore)
        #expect(form.focus == .field(.accent))
        _ = form.insert("t", surroundings)
        func type(_ text: String, into field: ServerDraft.Field) {
            for _ in 0..<20 where form.focus != .field(field) { _ = form.perform(.formNext, surroundings) }
            _ = form.insert(text, surroundings)
        }
        type(" ", into: .tls)
        type("/etc/ca.pem", into: .authorities)
        type("radiographer", into: .user)
        type("/etc/password", into: .passwordFile)
        type("ISO_IR 100", into: .assumeCharacterSet)
        type("*", into: .universalMatching)
        type("i", into: .emptySequence)
        type("implicit", into: .transferSyntaxes)
        type("fuzzy, timezone", into: .queryOptions)
        type("0", into: .rowLimit)
        type("2.5", into: .timeout)
        let profile = try #require(form.draft.profile)
        #expect(profile.accent == .test)
        #expect(profile.tls?.authorities == ["/etc/ca.pem"])
        #expect(profile.quirks.userName == "radiographer")
        #expect(profile.quirks.passwordFile == "/etc/password")
        #expect(profile.assumedCharacterSet?.terms == ["ISO_IR 100"])
        #expect(profile.quirks.universalMatching == .asterisk)
        #expect(profile.quirks.wholeSequences == .emptyItem)
        #expect(profile.quirks.transferSyntaxes == [.implicitVRLittleEndian])
        #expect(profile.quirks.queryOptions == [.fuzzyNames, .timezone])
        #expect(profile.rowLimit == 0)
        #expect(profile.quirks.timeout == 2.5)
        let again = ServerDraft(profile).profile
        #expect(again == profile)
    }

    @Test("a password without TLS, a certificate without TLS and an unknown syntax are mistakes said beside the field")
    func moreMistakes() {
        var draft = ServerDraft(nil)
        draft.insert("u", into: .user)
        draft.insert("/p", into: .passwordFile)
        #expect(draft.finding(.passwordFile)?.text == "a password is sent over TLS only")
        draft.insert("/c", into: .certificate)
        #expect(draft.finding(.certificate)?.text == "only with TLS on")
        draft.insert("jpeg", into: .transferSyntaxes)
        #expect(draft.finding(.transferSyntaxes)?.isError == true)
        draft[.timeout].replace(with: "0")
        #expect(draft.finding(.timeout)?.isError == true)
        draft[.rowLimit].replace(with: "many")
        #expect(draft.finding(.rowLimit)?.isError == true)
        #expect(draft.profile == nil)
    }

    @Test("the result of a test goes when a field changes")
    func staleTest() {
        var form = filled()
        for _ in 0..<10 where form.focus != .button(.test) { _ = form.perform(.formNext, surroundings) }
        _ = form.perform(.accept, surroundings)
        form.echo(.succeeded(milliseconds: 1))
        #expect(form.test != nil)
        _ = form.perform(.formNext, surroundings)
        #expect(form.test != nil)
        while form.focus != .field(.port) { _ = form.perform(.formPrevious, surroundings) }
        type("1", into: &form)
        #expect(form.test == nil)
    }

    @Test("Save hands over the server; Esc goes to Quit and only then quits")
    func saveAndQuit() {
        var form = filled()
        while form.focus != .button(.save) { _ = form.perform(.formNext, surroundings) }
        let saved = form.perform(.accept, surroundings)
        #expect(
            saved.contains { if case .use(let profile, saving: true) = $0 { profile.port == 11_112 } else { false } }
        )
        let first = form.perform(.back, surroundings)
        #expect(first.isEmpty)
        #expect(form.focus == .button(.quit))
        let second = form.perform(.back, surroundings)
        #expect(second.contains { if case .effect(.quit(exitCode: 0)) = $0 { true } else { false } })
    }

    @Test("a server that is edited keeps what the form does not show")
    func keepsTheRest() {
        var profile = ScreenSample.server
        profile.rowLimit = 77
        var form = ConnectForm(existing: profile, configPath: path)
        #expect(form.draft.profile == profile)
        type("2", into: &form)
        #expect(form.draft.profile?.name == "RIS-PROD2")
        #expect(form.draft.profile?.rowLimit == 77)
        _ = form.perform(.back, surroundings)
        let intents = form.perform(.back, surroundings)
        #expect(intents.contains { if case .close = $0 { true } else { false } })
    }

    @Test("typing into a field that was just entered replaces what was there; the field left keeps its text")
    func replaces() {
        var form = ConnectForm(existing: nil, configPath: path)
        type("h", into: &form)
        _ = form.perform(.formNext, surroundings)
        #expect(form.draft[.port].isSelected)
        type("4711", into: &form)
        #expect(form.draft.value(.port) == "4711")
        _ = form.perform(.formPrevious, surroundings)
        #expect(!form.draft[.port].isSelected)
        #expect(form.draft.value(.port) == "4711")
        #expect(form.draft.value(.host) == "h")
    }

    @Test("a small letter typed as modality is the capital")
    func modality() {
        var form = filled()
        while form.focus != .field(.modality) { _ = form.perform(.formNext, surroundings) }
        type("ct", into: &form)
        #expect(form.draft.value(.modality) == "CT")
    }

    @Test("no size traps")
    func anySize() {
        let form = filled()
        for columns in [0, 1, 2, 5, 17, 18, 30, 59] {
            for rows in 1...26 {
                #expect(GridInvariants.complaints(form.grid(columns: columns, rows: rows, surroundings)).isEmpty)
            }
        }
    }
}
