import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

extension Browser {
    /// Keys as a scanner sends them, 5 ms apart, then the silence behind them.
    @discardableResult
    mutating func burst(_ keys: [Key], every milliseconds: Int64 = 5) -> [Effect] {
        var effects: [Effect] = []
        var time = (keyTime ?? 0) + 1_000_000
        for key in keys {
            keyTime = time
            effects += update(.input(.key(key)))
            time += milliseconds * 1000
        }
        if pauseDeadline != nil {
            _ = update(.clock(now))
            effects += update(.inputPaused)
        }
        return effects
    }

    @discardableResult
    mutating func scan(_ text: String, end: Key = .enter) -> [Effect] { burst(text.map(Key.character) + [end]) }
}

extension Effect {
    var isBell: Bool { if case .bell = self { true } else { false } }
}

struct BarcodeBrowserTests {
    /// What a scan must never do.
    private func isHarmless(_ effects: [Effect]) -> Bool {
        effects.allSatisfy {
            switch $0 {
            case .bell, .arrange: true
            default: false
            }
        }
    }

    private func browser() -> Browser {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.keyTime = 0
        return browser
    }

    @Test("a scanned accession puts the cursor on its item, rings, and says whom it means")
    func accession() {
        var browser = browser()
        let effects = browser.scan("26-004739")
        #expect(effects.contains { $0.isBell })
        #expect(effects.finds.isEmpty)
        #expect(browser.list?.position == 8)
        let screen = browser.screenText()
        #expect(screen.contains("KOWALSKI, Jan: accession 26-004739 scanned"))
        #expect(screen.contains("ID 00098112"))
    }

    @Test("then the patient ID is looked for; Tab ends a scan too, and AIM is stripped")
    func patientID() {
        var browser = browser()
        browser.scan("]C100333910", end: .tab)
        #expect(browser.list?.position == 7)
        #expect(browser.screenText().contains("DUBOIS, Élodie: patient ID 00333910 scanned"))
    }

    @Test("a part of an identifier, or other capitals, are not that identifier")
    func exact() {
        for scan in ["6-004739", "26-00473", "0026-004739", "e2609217"] {
            var browser = browser()
            #expect(browser.scan(scan).finds.count == 1, "\(scan)")
        }
    }

    @Test("a hit that the filter hides is shown: the filter is cleared, and that is said")
    func hidden() {
        var browser = browser()
        browser.keyTime = nil
        browser.keys("/")
        browser.type("abdomen")
        browser.keys("enter")
        browser.keyTime = 0
        browser.scan("26-004739")
        #expect(browser.list?.rows.filter == nil)
        #expect(browser.list?.position == 8)
        #expect(browser.screenText().contains("the filter that hid it is cleared"))
    }

    @Test("two different items: the list shows those, none is chosen, and an action has to be asked for twice")
    func two() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(
            id,
            [
                Sample.Step(name: "ONE^Anna", id: "1", accession: "26-555555", study: "1.2.1", step: "S1"),
                Sample.Step(name: "TWO^Bert", id: "2", accession: "26-555555", study: "1.2.2", step: "S2"),
                Sample.Step(name: "NO^Carl", id: "3", accession: "26-5555556", study: "1.2.3", step: "S3"),
            ]
        )
        browser.complete(id)
        _ = browser.update(.clock(Sample.later(60)))
        browser.keys("G")
        browser.keyTime = 0
        #expect(isHarmless(browser.scan("26-555555")))
        let screen = browser.screenText()
        #expect(screen.contains("2 different items have accession 26-555555: none is chosen"))
        #expect(screen.contains("ONE") && screen.contains("TWO") && !screen.contains("CARL"))
        #expect(browser.visibleRowCount == 2)
        _ = browser.update(.clock(Sample.later(60.3)))
        browser.keyTime = nil
        browser.keys("enter")
        #expect(browser.overlays.isEmpty)
        _ = browser.screenText()
        browser.keys("enter")
        #expect(browser.overlays.count == 1)
    }

    @Test("the same item twice in an answer is one item")
    func duplicate() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [Sample.morning[0], Sample.morning[3], Sample.morning[3]])
        browser.complete(id)
        browser.keyTime = 0
        browser.scan("26-004655")
        #expect(browser.screenText().contains("MÜLLER, Jörg: accession 26-004655 scanned"))
    }

    @Test("what is not here is asked for once: any day, modality and station as they were, all on the query line")
    func asks() throws {
        var browser = browser()
        let request = try #require(browser.scan("26-111111").finds.first)
        let keys = request.query.matchingKeys
        #expect(keys.count == 3)
        #expect(request.query[AttributePath([], .accessionNumber)]?.value == "26-111111")
        #expect(request.query[AttributePath([], .accessionNumber)]?.source == .scanned)
        #expect(request.query[.step(.modality)]?.value == "CT")
        #expect(request.query[.step(.scheduledStationAETitle)]?.value == "CT01")
        #expect(request.query[.step(.scheduledProcedureStepStartDate)]?.value == "")
        let screen = browser.screenText()
        #expect(screen.contains("modality=CT  station=CT01  accession=26-111111"))
        #expect(screen.contains("not on this list: asking RIS-PROD, any day, modality CT, station CT01"))
        browser.receive(request.id, [Sample.Step(name: "FOUND^Eva", id: "9", accession: "26-111111")])
        browser.complete(request.id)
        #expect(browser.screenText().contains("FOUND, Eva: accession 26-111111 scanned"))
    }

    @Test("nothing there: a second scan asks for it as the patient ID, and says so before")
    func again() throws {
        var browser = browser()
        let first = try #require(browser.scan("26-111111").finds.first)
        browser.complete(first.id)
        #expect(
            browser.screenText().contains("nothing has accession 26-111111; scan it again to look for it as patient ID")
        )
        let second = try #require(browser.scan("26-111111").finds.first)
        #expect(second.query[AttributePath([], .accessionNumber)]?.value == "")
        #expect(second.query[AttributePath([], .patientID)]?.value == "26-111111")
        browser.complete(second.id)
        #expect(browser.screenText().contains("nothing has patient ID 26-111111"))
    }

    @Test("a value too long for an accession is asked for as patient ID; several answers choose nothing")
    func longValue() throws {
        var browser = browser()
        let value = "12345678901234567890"
        let request = try #require(browser.scan(value).finds.first)
        #expect(request.query[AttributePath([], .patientID)]?.value == value)
        browser.receive(request.id, [Sample.Step(id: value, accession: "A1"), Sample.Step(id: value, accession: "A2")])
        browser.complete(request.id)
        #expect(browser.screenText().contains("2 rows have patient ID"))
        #expect(browser.screenText().contains("none is chosen"))
    }

    // MARK: No scan runs a command

    /// Every character that means something in the list, behind and before others.
    private static let letters: [Character] = Keymap.standard.bindings(in: .list).flatMap(\.keys).flatMap(\.keys)
        .compactMap(\.typedCharacter)

    @Test("a scan of any command's letter, first, in the middle or alone six times, runs no command")
    func letters() {
        #expect(Self.letters.count > 30)
        for letter in Self.letters {
            for text in [
                letter == "/" ? "1/rx26" : "\(letter)1rx26", "26\(letter)\(letter)77",
                (letter == "/" ? "1" : "") + String(repeating: letter, count: 6) + "1", "q1rx\(letter)M",
            ] {
                var browser = browser()
                let before = browser.list?.cursor
                let theme = browser.isPrivate
                let effects = browser.scan(text)
                let finds = effects.finds
                #expect(finds.count <= 1, "\(text)")
                if let find = finds.first {
                    let text = String(text.drop { $0 == " " })
                    #expect(find.query[AttributePath([], .accessionNumber)]?.value == text, "\(text)")
                }
                #expect(effects.quits.isEmpty && effects.cancels.isEmpty && effects.copies.isEmpty, "\(text)")
                #expect(browser.overlays.isEmpty, "\(text)")
                #expect(browser.marks.isEmpty && browser.isPrivate == theme && browser.filterField == nil, "\(text)")
                if finds.isEmpty { #expect(browser.list?.cursor == before, "\(text)") }
            }
        }
    }

    @Test("a scan without its end, or with a control key in it, runs no command and says so")
    func broken() {
        for keys in ["q1rx26-004711", "3PMX"].map({ $0.map(Key.character) }) + [
            [.character("q"), .ctrl("c"), .character("1"), .character("r"), .enter],
            [.function(10)] + "264711".map(Key.character) + [.enter],
        ] {
            var browser = browser()
            #expect(isHarmless(browser.burst(keys)))
            #expect(browser.overlays.isEmpty)
            #expect(browser.screenText().contains("keys came at once"))
        }
    }

    @Test("hostile scans are refused in words: wildcards do not become wildcards")
    func hostile() {
        for text in ["26-0047*", "??????", "A\\B1234", String(repeating: "71", count: 5_000)] {
            var browser = browser()
            #expect(isHarmless(browser.scan(text)))
            #expect(browser.screenText().contains("scan refused"))
        }
    }

    @Test("moves that began a scan are taken back")
    func undone() {
        var browser = browser()
        browser.keyTime = nil
        browser.keys("j", "j", "j")
        browser.keyTime = 0
        browser.scan("jjkl*264711")
        #expect(browser.list?.position == 3)
        #expect(browser.focus == ListColumn.id)
    }

    @Test("what hands moved before a scan is not taken back with it")
    func notUndone() {
        var browser = browser()
        for key in ["j", "j", "j"] { browser.burst([.character(Character(key))]) }
        #expect(browser.list?.position == 3)
        browser.scan("264711*")
        #expect(browser.list?.position == 3)
        browser.burst("qqrq".map(Key.character))
        #expect(browser.list?.position == 3)
    }

    @Test("keys at the pace of hands act one by one")
    func hands() {
        var browser = browser()
        browser.burst([.character("j")])
        browser.burst([.character("j")])
        #expect(browser.list?.position == 2)
        browser.burst([.space])
        #expect(browser.marks.items.count == 1)
        #expect(browser.burst([.character("r")]).finds.count == 1)
        browser.burst([.character("?")])
        #expect(browser.overlays.count == 1)
    }

    @Test("a scan while the detail is open goes to the scanned patient; while a dialog is open it is not used")
    func otherScreens() {
        var browser = browser()
        browser.burst([.enter])
        #expect(browser.overlays.count == 1)
        browser.scan("26-004739")
        #expect(browser.overlays.isEmpty)
        #expect(browser.list?.position == 8)
        for (open, name) in [("s", "Sort"), ("v", "Servers"), ("e", "")] {
            var browser = self.browser()
            browser.burst([.character(Character(open))])
            #expect(browser.overlays.count == 1, "\(name)")
            #expect(isHarmless(browser.scan("dr26-004739")))
            #expect(browser.overlays.count == 1, "\(name)")
            #expect(browser.screenText().contains("scan not used"))
        }
    }

    @Test("the Enter of a scan into a search for commands runs none")
    func palette() {
        for open in [":", "?"] {
            var browser = browser()
            browser.burst([.character(Character(open))])
            #expect(isHarmless(browser.scan("quit26")))
            #expect(isHarmless(browser.burst([.backspace, .backspace])))
            #expect(isHarmless(browser.scan("refresh")))
            #expect(browser.overlays.count == 1)
            #expect(browser.screenText().contains("a scan runs no command"))
        }
    }

    @Test("a screen that came up meanwhile does not get the key that was held back")
    func screenChanged() {
        var browser = browser()
        browser.keyTime = 1_000_000
        _ = browser.update(.input(.key(.character("r"))))
        browser.overlays.append(Overlay(ConfirmDialog(question: .quit(isRunning: false))))
        #expect(browser.update(.inputPaused).isEmpty)
        #expect(browser.screenText().contains("the screen changed under the key"))
    }

    @Test("a paste of one line of a likely length is a scan; any other runs nothing")
    func pastes() {
        var browser = browser()
        _ = browser.update(.input(.paste("26-004739\n")))
        #expect(browser.list?.position == 8)
        for text in ["q1r", "qqqqqq\nrrrrrr", "26-00473*", "\u{1B}[21~qqqq", String(repeating: "q", count: 10_000)] {
            #expect(isHarmless(browser.update(.input(.paste(text)))))
            #expect(browser.overlays.isEmpty)
        }
    }

    @Test("a word for the filter and its Enter at once filter the list")
    func filterAtOnce() {
        var browser = browser()
        #expect(browser.scan("/kowalski").finds.isEmpty)
        #expect(browser.list?.rows.filter?.text == "kowalski")
        #expect(browser.filterField == nil)
    }

    @Test("a scan right behind a key of hands chooses nobody: its beginning may be what acted")
    func torn() {
        var browser = browser()
        browser.keyTime = 1_000_000
        _ = browser.update(.input(.key(.character("j"))))
        for (index, key) in ("26-004739".map(Key.character) + [.enter]).enumerated() {
            browser.keyTime = 1_300_000 + Int64(index) * 5_000
            #expect(browser.update(.input(.key(key))).finds.isEmpty)
        }
        #expect(browser.list?.position == 1)
        #expect(browser.screenText().contains("may lack its beginning"))
        browser.scan("26-004739")
        #expect(browser.list?.position == 8)
    }

    @Test("burst = false leaves every key what it is")
    func off() {
        var browser = browser()
        browser.settings.barcode.burst = false
        #expect(browser.burst("264711".map(Key.character)).finds.count >= 1)
    }

    // MARK: The field

    @Test("B opens a field for a scan; Enter looks for it; what cannot be one stays, with the reason")
    func field() {
        var browser = browser()
        browser.burst([.character("B")])
        #expect(browser.screenText().contains("Scan a barcode"))
        browser.scan("26-0047*")
        #expect(browser.screenText().contains("would match any characters"))
        browser.scan("26-004739", end: .tab)
        #expect(browser.overlays.isEmpty)
        #expect(browser.list?.position == 8)
    }

    @Test("a control key in a scan into the field spoils it; the next scan takes its place")
    func damagedField() {
        var browser = browser()
        browser.burst([.character("B")])
        let damaged = "26-0".map(Key.character) + [.ctrl("a")] + "04739".map(Key.character) + [.enter]
        #expect(isHarmless(browser.burst(damaged)))
        #expect(browser.screenText().contains("scan again"))
        browser.scan("26-004739")
        #expect(browser.list?.position == 8)
    }

    @Test("the scanner's own prefix key opens the field, from the detail too")
    func prefixKey() {
        var browser = browser()
        browser.settings.barcode.prefixKey = Key(parsing: "ctrl-]") ?? .function(12)
        browser.burst([.enter])
        let prefix = browser.settings.barcode.prefixKey ?? .function(12)
        browser.burst([prefix] + "26-004739".map(Key.character) + [.enter])
        #expect(browser.overlays.isEmpty)
        #expect(browser.list?.position == 8)
    }

    @Test("with hidden names a scan finds, and shows neither name nor number")
    func privacy() {
        var browser = browser()
        browser.isPrivate = true
        browser.scan("26-004739")
        let screen = browser.screenText()
        #expect(browser.list?.position == 8)
        #expect(screen.contains("accession *** scanned"))
        #expect(!screen.contains("KOWALSKI") && !screen.contains("26-004739"))
    }
}
