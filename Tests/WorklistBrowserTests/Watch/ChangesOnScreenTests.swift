import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Changes on the screen")
struct ChangesOnScreenTests {
    private func dump(_ browser: inout Browser, columns: Int = 120, rows: Int = 30) -> String {
        browser.screenText(size: TerminalSize(columns: columns, rows: rows))
    }

    @Test("the status line counts what is new, changed and gone, and the rows carry marks")
    func counts() throws {
        var browser = Browser.watched()
        let screen = dump(&browser)
        #expect(screen.contains("2 new, 1 changed, 1 gone since 14:31:52"), "\(screen)")
        #expect(screen.contains("15 rows"), "what is gone does not count: \(screen)")
        let lines = screen.split(separator: "\n")
        let new = try #require(lines.first { $0.contains("FISCHER, Jana") })
        #expect(new.contains("+"), "\(screen)")
        let changed = try #require(lines.first { $0.contains("SMITH, Anna ") })
        #expect(changed.contains("≠"), "\(screen)")
    }

    @Test("a changed column is underlined, the others are not")
    func underlined() throws {
        var browser = Browser.watched(size: TerminalSize(columns: 120, rows: 30))
        let grid = browser.render(size: TerminalSize(columns: 120, rows: 30)).grid
        let row = try #require((0..<grid.rows).first { grid.text($0).contains("SMITH, Anna ") })
        let layout = try #require(browser.list?.layout)
        for column in layout.columns {
            let isUnderlined = grid[row, column.start].style.modifiers.contains(.underline)
            #expect(isUnderlined == (column.column == .time), "\(column.column)")
        }
        #expect(grid[row, 2].style.modifiers.contains(.underline), "the status letter")
    }

    @Test("the old values stand in a line for the row under the cursor, and in its detail")
    func oldValues() {
        var browser = Browser.watched()
        browser.keys("g", "j")
        let screen = dump(&browser)
        #expect(screen.contains("at 14:31:52: time 08:30, status SCHEDULED"), "\(screen)")
        browser.keys("enter")
        #expect(dump(&browser).contains("at 14:31:52: time 08:30, status SCHEDULED"))
        let detail = dump(&browser, rows: 110)
        #expect(detail.contains("was 08:30"), "\(detail)")
        #expect(detail.contains("was SCHEDULED"), "\(detail)")
        browser.keys("J")
        #expect(!dump(&browser, rows: 110).contains("was SCHEDULED"))
    }

    @Test("what is gone stands below the list for a while, apart from it, and no key reaches it there")
    func gone() {
        var browser = Browser.watched()
        let screen = dump(&browser)
        #expect(screen.contains("gone since 14:31:52, not on the list any more"), "\(screen)")
        #expect(screen.contains("✗"), "\(screen)")
        browser.keys("G")
        #expect(dump(&browser).contains("15 / 15"))
        #expect(browser.copiedRow?.contains("IVERSEN") == true)
        // Twice the interval without another answer: it has been there long enough.
        browser.keys("W")
        browser.at(63.5 + 60)
        #expect(!dump(&browser).contains("not on the list any more"))
        #expect(dump(&browser).contains("1 gone since"), "the count stays")
    }

    @Test("the cursor of a patient who is gone goes to the nearest row, and says so")
    func cursorGone() {
        var browser = Browser.loaded()
        browser.keys("g", "j", "j", "j", "j")
        #expect(dump(&browser).contains("YAMADA, Tarou 山田 太郎   born"))
        browser.keys("W")
        let request = browser.at(64).finds.first
        _ = browser.refresh(request, Sample.laterMorning, at: 65)
        #expect(dump(&browser).contains("(ID 00501188) is no longer on the list"))
    }

    @Test("the cursor stays on its patient and line though a row came above")
    func cursorStays() {
        var browser = Browser.loaded()
        browser.keys("g", "j", "j", "j")
        let before = browser.list?.cursor?.identity
        let line = (browser.list?.position ?? 0) - (browser.list?.top ?? 0)
        browser.keys("W")
        let request = browser.at(64).finds.first
        var steps = Sample.morning
        steps.insert(
            contentsOf: (0..<5).map { Sample.Step(id: "7\($0)", accession: "B\($0)", time: "0700\($0)0") },
            at: 0
        )
        steps += (0..<30).map { Sample.Step(id: "8\($0)", accession: "C\($0)", time: "200000") }
        _ = browser.refresh(request, steps, at: 65)
        #expect(browser.list?.cursor?.identity == before)
        #expect((browser.list?.position ?? 0) - (browser.list?.top ?? 0) == line)
        #expect(dump(&browser).contains("35 new"))
    }

    @Test("order and filter changed while the watch asks hold for the new list")
    func orderAndFilter() {
        var browser = Browser.loaded()
        browser.keys("W")
        let request = browser.at(64).finds.first
        browser.keys("/")
        browser.type("nobody")
        browser.keys("enter")
        _ = browser.refresh(request, Sample.laterMorning, at: 65)
        let screen = dump(&browser)
        #expect(screen.contains("0 of 15 shown"), "\(screen)")
    }

    @Test("d shows only what changed, with the old values; d again goes back")
    func changesOnly() {
        var browser = Browser.watched()
        browser.keys("d")
        let screen = dump(&browser)
        #expect(screen.contains("Changes from 14:31:52 to 14:32:52"), "\(screen)")
        #expect(screen.contains("2 new, 1 changed, 1 gone"), "\(screen)")
        for words in ["FISCHER, Jana", "IVERSEN, Kaja", "YAMADA", "ARRIVED  was SCHEDULED", "08:45  was 08:30"] {
            #expect(screen.contains(words), "\(words): \(screen)")
        }
        #expect(!screen.contains("NGUYEN"), "\(screen)")
        browser.keys("d")
        #expect(browser.overlays.isEmpty)
    }

    @Test("Enter in the changes goes to the row in the list; on one that is gone it only looks")
    func open() {
        var browser = Browser.watched()
        browser.keys("d", "j", "enter")
        #expect(dump(&browser).contains("FISCHER, Jana   born 1983-01-17"))
        browser.keys("esc")
        #expect(browser.list?.cursor.map { browser.list?.rows.text($0.row)[.patient].text.string } == "FISCHER, Jana")

        browser.keys("d", "G", "enter")
        for columns in [80, 160] {
            let detail = dump(&browser, columns: columns)
            #expect(detail.contains("NOT ON THE LIST ANY MORE"), "\(detail)")
            #expect(detail.contains("YAMADA"), "\(detail)")
        }
        browser.keys("J")
        #expect(dump(&browser).contains("this item is not on the list any more"))
        #expect(browser.keys("=").isEmpty)
        #expect(browser.query[AttributePath([], .patientID)]?.value ?? "" == "")
        browser.keys("esc", "esc")
        #expect(browser.overlays.isEmpty)
    }

    @Test("an open detail follows its item: changed values, or the words that it is gone")
    func detailFollows() {
        for size in ["80x24", "160x50"] {
            guard let size = TerminalSize(parsing: size) else { continue }
            var browser = Browser.loaded(size: size)
            browser.keys("g", "j", "enter", "W")
            browser.keys("esc", "W", "enter")
            let request = browser.at(64).finds.first
            _ = browser.refresh(request, Sample.laterMorning, at: 65)
            let changed = browser.screenText()
            #expect(changed.contains("at 14:31:52: time 08:30, status SCHEDULED"), "\(changed)")
            #expect(changed.contains("also on this list: SMITH, Anna M"), "\(changed)")
            let next = browser.at(126).finds.first
            _ = browser.refresh(next, [Sample.morning[0]], at: 127)
            let screen = browser.screenText()
            #expect(screen.contains("NOT ON THE LIST ANY MORE"), "\(screen)")
            #expect(screen.contains("SMITH, Anna"), "\(screen)")
        }
    }

    @Test("the changes on screen follow the next list, the cursor on its item")
    func changesFollow() {
        var browser = Browser.watched()
        browser.keys("d", "G", "k")
        let request = browser.at(124).finds.first
        var steps = Sample.laterMorning
        steps.removeLast()
        _ = browser.refresh(request, steps, at: 125)
        let screen = dump(&browser)
        #expect(screen.contains("Changes from 14:32:52"), "\(screen)")
        #expect(screen.contains("IVERSEN"), "\(screen)")
        #expect(!screen.contains("FISCHER"), "\(screen)")
    }

    @Test("with nothing to compare d says what to do; without a change it says that")
    func nothing() {
        var browser = Browser.loaded()
        browser.keys("d")
        #expect(dump(&browser).contains("nothing to compare yet: r asks again, W again and again"))
        let request = browser.keys("r").finds.first
        _ = browser.refresh(request, Sample.morning, at: 30)
        #expect(dump(&browser).contains("no change since 14:31:52"))
        browser.keys("d")
        #expect(dump(&browser).contains("Nothing is new, changed or gone."))
    }

    @Test("hidden names are hidden in what is gone, in old values and in the changes")
    func privacy() {
        var browser = Browser.loaded()
        browser.keys("W", "P")
        let request = browser.at(64).finds.first
        var steps = Sample.laterMorning
        steps[0].name = "NGUYEN^Thi Lan Anh"
        steps[0].id = "00481517"
        steps[0].study = "1.2.826.0.1.3680043.9.7.00481516"
        _ = browser.refresh(request, steps, at: 65)
        browser.keys("g")
        var screens = [dump(&browser)]
        browser.keys("enter")
        screens.append(dump(&browser))
        browser.keys("esc", "d")
        screens.append(dump(&browser))
        browser.keys("G", "enter")
        screens.append(dump(&browser))
        for screen in screens {
            // The sample's study UIDs end in the patient ID.
            let plain = screen.replacing("1.2.826.0.1.3680043.9.7.00481516", with: "")
                .replacing("1.2.826.0.1.3680043.9.7.00501188", with: "")
            for secret in ["NGUYEN", "Lan", "YAMADA", "00481516", "00501188", "1969-07-14"] where plain.contains(secret)
            {
                Issue.record("\(secret): \(screen)")
            }
        }
    }
}

extension Browser {
    /// What `Y` copies now.
    fileprivate var copiedRow: String? {
        var copy = self
        return copy.keys("Y").copies.first
    }
}
