import DICOMData
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Who the changes are about")
struct ChangesIdentityTests {
    /// The changes of a list in which this item is new.
    private func changes(_ step: Sample.Step, columns: Int, theme: Theme = .standard) -> String {
        var browser = Browser.loaded(theme: theme)
        browser.keys("W")
        let request = browser.at(64).finds.first
        // Not under the cursor: the bar below says all of that one.
        let other = Sample.Step(name: "AAB^First", id: "1", accession: "A1", time: "000100")
        _ = browser.refresh(request, [other] + Sample.morning + [step], at: 65)
        browser.keys("d", "g")
        return browser.screenText(size: TerminalSize(columns: columns, rows: 30))
    }

    @Test("a name, an ID and an accession number of any length are told whole", arguments: [60, 80, 120, 160])
    func uncut(_ columns: Int) {
        let id = "4711-" + String(repeating: "0", count: 40) + "8-END"
        let step = Sample.Step(
            name: "WOLFESCHLEGELSTEINHAUSENBERGERDORFF^Hubert Blaine",
            id: id,
            accession: "ACCESSION-1234-X",
            time: "095900"
        )
        let screen = changes(step, columns: columns)
        let letters = screen.filter { $0 != " " && $0 != "\n" }
        #expect(letters.contains("WOLFESCHLEGELSTEINHAUSENBERGERDORFF,HubertBlaine"), "\(screen)")
        #expect(letters.contains("ID" + id), "\(screen)")
        #expect(letters.contains("ACCACCESSION-1234-X"), "\(screen)")
    }

    @Test("text that may be misread carries the mark of the list")
    func doubtful() {
        let step = Sample.Step(
            id: "00990001",
            accession: "26-009900",
            time: "095900",
            characterSet: nil,
            rawName: CharacterSetTrialTests.cyrillic
        )
        for columns in [80, 160] {
            let screen = changes(step, columns: columns)
            let line = screen.split(separator: "\n").first { $0.contains("00990001") } ?? ""
            #expect(line.contains(Theme.standard.glyph(.guessed).string), "\(screen)")
        }
    }

    @Test("on a terminal without UTF-8 a name that is not shown whole says so")
    func ascii() {
        let step = Sample.Step(name: "MÜLLER^Jörg", id: "00990002", accession: "26-009901", time: "095900")
        let theme = Theme.mono.adapted(to: .mono, ascii: true)
        let screen = changes(step, columns: 100, theme: theme)
        let line = screen.split(separator: "\n").first { $0.contains("00990002") } ?? ""
        #expect(line.contains("MÜLLER, Jörg" + theme.glyph(.warning).string), "\(screen)")
    }

    @Test("a row the user reads with another character set is read so in the changes too")
    func readings() throws {
        let step = Sample.Step(
            id: "00990003",
            accession: "26-009902",
            time: "000001",
            characterSet: nil,
            rawName: CharacterSetTrialTests.cyrillic
        )
        var browser = Browser.loaded()
        browser.keys("W")
        let request = browser.at(64).finds.first
        _ = browser.refresh(request, [step] + Sample.morning, at: 65)
        let set = try #require(SpecificCharacterSet(reading: "windows-1251")?.forced)
        browser.keys("g")
        let row = try #require(browser.list?.rows.row(at: 0))
        let item = try #require(browser.list?.rows.table.item(row))
        browser.readings[ItemIdentity(item)] = set
        browser.list?.rows.readings = browser.readings
        browser.keys("d")
        #expect(browser.screenText().contains("Иванов, Петр"))
    }
}
