import DICOMData
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Trying character sets")
struct CharacterSetTrialTests {
    /// Иванов^Петр in windows-1251, as a server writes it that declares nothing.
    static let cyrillic: [UInt8] = [0xC8, 0xE2, 0xE0, 0xED, 0xEE, 0xE2, 0x5E, 0xCF, 0xE5, 0xF2, 0xF0]

    private func trial(_ bytes: [UInt8], declared: String? = nil) throws -> CharacterSetTrial {
        var dataSet = DataSet()
        if let declared { dataSet.declare(SpecificCharacterSet(parsing: declared.utf8)) }
        let element = DataElement(tag: .patientName, vr: .PN, bytes: bytes)
        dataSet.set(element)
        return try #require(CharacterSetTrial(element, in: dataSet, fallback: nil))
    }

    @Test(
        "what a person would have written comes first",
        arguments: [
            (cyrillic, "windows-1251", "Иванов, Петр"),
            ([0xD8, 0xD2, 0xD0, 0xDD, 0xDE, 0xD2], "ISO_IR 144", "иванов"),
            (Array("Jörg".utf8), "ISO_IR 192", "Jörg"),
            ([0x8E, 0x52, 0x93, 0x63, 0x5E, 0x91, 0xBE, 0x98, 0x59], "Shift-JIS", "山田, 太郎"),
            (Array("DVO".utf8) + [0xD8] + Array("^Ji".utf8) + [0xF8, 0xED], "ISO_IR 101", "DVOŘ, Jiří"),
        ] as [([UInt8], String, String)]
    )
    func order(_ bytes: [UInt8], _ name: String, _ text: String) throws {
        let trial = try trial(bytes)
        let place = try #require(trial.candidates.firstIndex { $0.set.encodedValue == name })
        // Sets of one family differ in a letter or two: the right one is among the first.
        #expect(place < 6, "\(trial.candidates.prefix(9).map { "\($0.set.encodedValue) \($0.text)" })")
        #expect(trial.candidates[place].isValid)
        #expect(trial.candidates[place].text.string == text)
    }

    @Test("a set that the bytes are not valid in says so, and stands last")
    func invalid() throws {
        let trial = try trial(Self.cyrillic)
        let utf8 = try #require(trial.candidates.first { $0.set.encodedValue == "ISO_IR 192" })
        #expect(!utf8.isValid)
        let firstInvalid = try #require(trial.candidates.firstIndex { !$0.isValid })
        #expect(trial.candidates[firstInvalid...].allSatisfy { !$0.isValid })
    }

    @Test("plain ASCII has nothing to try")
    func ascii() {
        let element = DataElement(tag: .patientName, vr: .PN, bytes: Array("SMITH^Anna".utf8))
        var dataSet = DataSet()
        dataSet.set(element)
        #expect(CharacterSetTrial(element, in: dataSet, fallback: nil) == nil)
    }

    // MARK: In the browser

    /// A list with one row whose name is Cyrillic in an undeclared set.
    private func browser(_ size: TerminalSize = TerminalSize(columns: 80, rows: 24)) -> Browser {
        var browser = Browser.loaded(size: size)
        while browser.list?.cursor.map({ browser.list?.rows.text($0.row)[.patient].state == .guessed }) == false {
            browser.keys("j")
        }
        return browser
    }

    @Test("the chosen set is used for this row in list, identity bar and detail, and stays marked as a guess")
    func row() throws {
        var browser = browser()
        browser.keys("enter", "c")
        browser.keys("enter")
        let row = try #require(browser.list?.cursor?.row)
        let text = try #require(browser.list?.rows.text(row))
        #expect(text[.patient].state == .guessed)
        #expect(browser.screenText().contains(text[.patient].text.string))
        browser.keys("esc")
        #expect(browser.screenText().contains(text[.patient].text.string + "≈"))
        #expect(browser.screenText().contains(text[.patient].text.string + " (?)"))
        // Others are read as before.
        let other = try #require(browser.list?.rows.text(row == 0 ? 1 : 0))
        #expect(other[.patient].state == .sound)
    }

    @Test("0 goes back to what was declared")
    func back() throws {
        var browser = browser()
        let before = browser.screenText()
        browser.keys("enter", "c", "enter", "c", "0", "esc")
        browser.message = nil
        #expect(browser.screenText() == before)
    }

    @Test("for the whole server: order and filter follow, the next run is still a refresh, and all of it stays a guess")
    func server() throws {
        var browser = browser()
        browser.keys("enter", "c")
        let trial = try #require(browser.overlays.last?.as(CharacterSetTrial.self))
        let place = try #require(trial.candidates.firstIndex { $0.set.encodedValue == "windows-1251" })
        for _ in 0..<place { browser.keys("j") }
        browser.keys("A", "esc")
        #expect(browser.server?.assumedCharacterSet?.isForced == true)
        let row = try #require(browser.list?.cursor?.row)
        #expect(browser.list?.rows.text(row)[.patient].state == .guessed)
        #expect(browser.list?.rows.text(row)[.patient].text.string.hasPrefix("Иванов") == true)
        browser.keys("/")
        for letter in "иванов" { browser.keys(String(letter)) }
        #expect(browser.visibleRowCount == 1)
        browser.keys("enter", "r")
        #expect(browser.run?.incoming != nil)
    }

    @Test("a guess does not become a key of the query")
    func asKey() {
        var browser = browser()
        browser.focus = .patient
        browser.keys("=")
        #expect(browser.overlays.isEmpty)
        #expect(browser.message?.text.string.contains("not certain") == true)
    }

    @Test("the foot is told in whole words at any width", arguments: [60, 80, 100])
    func foot(_ columns: Int) {
        let size = TerminalSize(columns: columns, rows: 24)
        var browser = browser(size)
        browser.keys("enter", "c")
        for _ in 0..<8 {
            let words = browser.screenText(size: size).split(separator: "\n").joined(separator: " ")
                .split { " │".contains($0) }.joined(separator: " ")
            #expect(
                words.contains("a DICOM character set.") || words.contains("not a DICOM character set."),
                "\(words)"
            )
            #expect(words.contains("Shown as a guess; the data stays as it came."), "\(words)")
            browser.keys("j")
        }
    }
}
