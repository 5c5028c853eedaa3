import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Plain mode: marks, saved queries, watch, scans")
struct PlainTaskTests {
    private static func saved(
        _ name: String,
        _ number: Int?,
        asks: [AttributePath] = [],
        path: String = "/q/x.toml"
    ) -> SavedQueryFile {
        var later: [AttributePath: ValueSource] = [:]
        for path in asks { later[path] = .user }
        let query = SavedQuery(name: name, number: number, query: .worklist, later: later)
        return SavedQueryFile(path: path, text: "", content: .query(query), isHandEdited: false)
    }

    private static let accession = AttributePath([], .accessionNumber)

    @Test("mark means the row that was said last, and leaves it the one that actions mean")
    func marks() {
        var plain = PlainBrowser.loaded()
        #expect(plain.type("mark").last?.hasPrefix("marked: NGUYEN") == true)
        #expect(plain.type("mark") == ["this row is marked already"])
        #expect(plain.type("next").last?.hasPrefix("row 2 of 14: ") == true)
        #expect(plain.type("unmark") == ["this row is not marked"])
        let marks = plain.type("marks")
        #expect(marks.first == "1 row marked here")
        #expect(marks.dropFirst().first?.hasPrefix("1. NGUYEN") == true)
        #expect(plain.type("first").last?.hasPrefix("row 1 of 14, marked: NGUYEN") == true)
        #expect(plain.type("unmark").last?.hasSuffix("0 rows marked here") == true)
        #expect(plain.browser.marks.isEmpty)
        #expect(plain.misunderstood == 0)
    }

    @Test("a saved query that asks takes the next line as a value, whatever it looks like; an empty one asks nothing")
    func asking() throws {
        var plain = PlainBrowser.loaded()
        plain.browser.settings.savedFiles = [Self.saved("By number", 7, asks: [Self.accession])]
        #expect(plain.type("saved by number").last?.contains("asks for Accession Number") == true)
        let output = plain.take(line: "quit")
        let request = try #require(output.effects.finds.first)
        #expect(request.query[Self.accession]?.value == "quit")
        _ = plain.end(request.id)
        _ = plain.type("7")
        #expect(plain.take(line: "  ").effects.isEmpty, "an empty key would match everybody")
        #expect(plain.asking == nil)
        #expect(plain.type("saved Nobody") == ["there is no saved query 'Nobody': queries lists them"])
    }

    @Test("a value that cannot be sent asks the server nothing; a script goes on with its next command")
    func wrongValue() {
        var plain = PlainBrowser.loaded(isInteractive: false)
        plain.browser.settings.savedFiles = [Self.saved("By number", 7, asks: [Self.accession])]
        _ = plain.type("saved 7")
        let output = plain.take(line: "ACC\u{7}1")
        #expect(output.effects.finds.isEmpty)
        #expect(output.lines.first?.string.hasPrefix("nothing was asked: ") == true)
        #expect(plain.asking == nil)
        #expect(plain.misunderstood == 1)
    }

    @Test("save writes no value of a patient, and takes no name or number that is in use")
    func save() throws {
        var plain = PlainBrowser.loaded()
        plain.browser.settings.savedFiles = [Self.saved("Early", 7)]
        let first = plain.take(line: "patient SMI*").effects.finds.first
        _ = plain.end(try #require(first).id)
        #expect(plain.type("save early") == ["not saved: there is a query 'Early'; forget deletes it"])
        #expect(plain.type("save Smiths as 7") == ["not saved: 7 is 'Early'"])
        #expect(plain.type("save Smiths as 2").first?.contains("4 to 9") == true)
        #expect(plain.type("save all").first?.hasPrefix("not saved: ") == true)
        let output = plain.take(line: "save Smiths as 8")
        #expect(output.lines.first?.string.contains("asked for each time it runs: Patient's Name") == true)
        guard case .queryFiles(.write(let saved, over: nil))? = output.effects.first else {
            Issue.record("nothing is written")
            return
        }
        #expect(saved.number == 8)
        #expect(saved.query[AttributePath([], .patientName)]?.isMatching == false)
        // The next line waits for the file.
        #expect(plain.type("status").isEmpty)
        let said = plain.take(event: .queryFiles(.written(saved, path: "/q/Smiths.toml", []))).lines.map(\.string)
        #expect(said.first?.hasPrefix("saved 'Smiths': 8 runs it") == true)
        #expect(said.contains { $0.hasPrefix("server: ") })
    }

    @Test("forget asks a person for the same line again")
    func forget() {
        var plain = PlainBrowser.loaded()
        plain.browser.settings.savedFiles = [Self.saved("Early", nil)]
        #expect(plain.take(line: "forget Early").effects.isEmpty)
        #expect(plain.take(line: "forget Early").effects.count == 1)
        var script = PlainBrowser.loaded(isInteractive: false)
        script.browser.settings.savedFiles = [Self.saved("Early", nil)]
        #expect(script.take(line: "forget Early").effects.count == 1)
    }

    @Test("a watched query says one line, and each change; what it was about is said before")
    func watch() throws {
        var plain = PlainBrowser.loaded()
        #expect(plain.type("watch 30").first == "watching: asks again every 30 s; watch ends it")
        let request = try #require(plain.take(event: .clock(Sample.later(60))).effects.finds.first)
        var steps = Sample.morning
        let gone = steps.removeLast()
        steps[1].procedure = "CT Something else"
        _ = plain.receive(request.id, steps)
        let said = plain.end(request.id)
        #expect(said.first?.hasPrefix("watch, ") == true, "\(said)")
        #expect(said.first?.contains("13 rows, 1 changed, 1 gone since ") == true, "\(said)")
        #expect(said.contains { $0.hasPrefix("changed: ") && $0.contains("; before: ") }, "\(said)")
        #expect(said.contains { $0.hasPrefix("gone: ") && $0.contains(gone.accession) }, "\(said)")
        #expect(plain.type("changes").count == 3)
        #expect(plain.type("watch off") == ["the watch is off; watch starts it again"])
        #expect(plain.type("watch off") == ["no list is watched"])
    }

    @Test("a scan finds the one item of the list that has it exactly, else asks the server")
    func scan() throws {
        var plain = PlainBrowser.loaded()
        let wanted = Sample.morning[5]
        let said = plain.type("scan \(wanted.accession)")
        #expect(said.contains { $0.contains("accession number \(wanted.accession) scanned") || $0.contains("scanned") })
        #expect(said.last?.contains("accession \(wanted.accession)") == true, "\(said)")
        let output = plain.take(line: "scan 99-1")
        #expect(try #require(output.effects.finds.first).query[Self.accession]?.value == "99-1")
    }

    @Test("export says which rows, takes the format from the name, and never chooses between shown and marked")
    func export() {
        var plain = PlainBrowser.loaded()
        #expect(plain.take(line: "export list.xls").effects.isEmpty)
        #expect(plain.take(line: "export .csv").effects.isEmpty)
        _ = plain.type("mark")
        #expect(
            plain.type("export list.csv").first?.hasPrefix("not written: 1 row marked; say export FILE marked") == true
        )
        let output = plain.take(line: "export my list.csv marked")
        guard case .export(let request)? = output.effects.first else {
            Issue.record("nothing is exported")
            return
        }
        #expect(request.path == "my list.csv")
        #expect(!request.replaces)
        #expect(plain.type("status").isEmpty, "the next line waits for the file")
        let said = plain.take(event: .export(request.id, .exists(path: "/w/my list.csv"))).lines.map(\.string)
        #expect(said.first == "not written: /w/my list.csv is there already; overwrite FILE replaces it")
        guard case .export(let second)? = plain.take(line: "overwrite my list.csv marked").effects.first else {
            Issue.record("nothing is exported")
            return
        }
        #expect(second.replaces)
    }
}
