import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

extension Browser {
    /// Paints, and clicks where words stand first on the screen.
    @discardableResult
    mutating func click(_ words: String, columns: Int = 80, rows: Int = 24) -> [Effect] {
        let grid = render(size: TerminalSize(columns: columns, rows: rows)).grid
        for row in 0..<grid.rows {
            let text = grid.text(row)
            guard let range = text.firstRange(of: words) else { continue }
            let before = text[..<range.lowerBound].unicodeScalars.reduce(0) { $0 + DisplayWidth.width(of: $1) }
            return press(column: before, row: row)
        }
        Issue.record("the screen does not show \(words)\n\(grid.dump())")
        return []
    }

    /// The left button on a cell, without painting before.
    @discardableResult
    mutating func press(column: Int, row: Int, _ modifiers: Key.Modifiers = []) -> [Effect] {
        update(.input(.mouse(MouseEvent(.press, .left, column: column, row: row, modifiers: modifiers))))
            + update(.input(.mouse(MouseEvent(.release, .left, column: column, row: row, modifiers: modifiers))))
    }

    mutating func wheel(_ kind: MouseEvent.Kind) {
        _ = render(size: size)
        _ = update(.input(.mouse(MouseEvent(kind, column: 3, row: 5))))
    }
}

@Suite("The mouse")
struct MouseTests {
    static let size = TerminalSize(columns: 80, rows: 24)

    @Test("a click puts the cursor on the row, the second opens it")
    func rows() {
        var browser = Browser.loaded()
        browser.click("ROSSI")
        #expect(browser.identifiersUnderCursor.contains("00276640"))
        #expect(browser.overlays.isEmpty)
        browser.click("ROSSI, Maria")
        #expect(browser.overlays.last?.is(DetailScreen.self) == true)
        #expect(browser.screenText().contains("00276640"))
    }

    @Test("a key between two clicks makes the second a first one")
    func keyBetween() {
        var browser = Browser.loaded()
        browser.click("ROSSI")
        browser.keys("j")
        browser.click("ROSSI")
        #expect(browser.overlays.isEmpty)
    }

    @Test("a click means the row that was painted there, wherever it has gone meanwhile")
    func identity() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[5...]))
        let grid = browser.render(size: Self.size).grid
        guard let row = (0..<grid.rows).first(where: { grid.text($0).contains("KOWALSKI") }) else {
            Issue.record("KOWALSKI is not there")
            return
        }
        // Earlier rows come in above it, and nothing is painted yet.
        browser.receive(id, Array(Sample.morning[..<5]))
        browser.press(column: 10, row: row)
        #expect(browser.identifiersUnderCursor.contains("00098112"))
    }

    @Test("a row that came under the pointer by itself takes no click until that can have been noticed")
    func movedUnderPointer() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Array(Sample.morning[5...]))
        _ = browser.update(.clock(Sample.later(5)))
        let before = browser.render(size: Self.size).grid
        guard let row = (0..<before.rows).first(where: { before.text($0).contains("KOWALSKI") }) else { return }
        let cursor = browser.identifiersUnderCursor
        browser.receive(id, Array(Sample.morning[..<5]))
        _ = browser.render(size: Self.size)
        _ = browser.update(.clock(Sample.later(5.2)))
        browser.press(column: 10, row: row)
        #expect(browser.identifiersUnderCursor == cursor)
        #expect(browser.screenText().contains("the list moved under the pointer"))
        _ = browser.update(.clock(Sample.later(7)))
        browser.click("KOWALSKI")
        #expect(browser.identifiersUnderCursor.contains("00098112"))
    }

    @Test("a row that is gone takes no click")
    func gone() {
        var browser = Browser.loaded()
        let grid = browser.render(size: Self.size).grid
        guard let row = (0..<grid.rows).first(where: { grid.text($0).contains("ROSSI") }) else { return }
        browser.list?.rows = RowList(series: 99, fallback: nil, today: browser.now.date)
        _ = browser.list?.rows.append(Sample.batch(Array(Sample.morning[..<3])))
        let cursor = browser.list?.cursor
        browser.press(column: 10, row: row)
        #expect(browser.list?.cursor == cursor)
        #expect(browser.screenText().contains("not on the list any more"))
    }

    @Test("a click on a header sorts by the column, again the other way round")
    func headers() {
        var browser = Browser.loaded()
        browser.click("Accession")
        #expect(browser.list?.rows.order == SortOrder(column: .accession))
        browser.click("Accessi")
        #expect(browser.list?.rows.order == SortOrder(column: .accession, isDescending: true))
        browser.click("St ")
        #expect(browser.list?.rows.order.column == .status)
    }

    @Test("the words of the bottom line, the scopes in the title and the cancel in the status line are their keys")
    func words() {
        var browser = Browser.loaded()
        browser.click(": command")
        #expect(browser.overlays.last?.is(PaletteDialog.self) == true)
        browser.click("Esc close")
        #expect(browser.overlays.isEmpty)
        let find = browser.click("3 All").finds
        #expect(find.count == 1)
        #expect(browser.click("x cancel").cancels == find.map(\.id))
    }

    @Test("in a dialog a line chooses, beside it nothing happens")
    func dialogs() {
        var browser = Browser.loaded()
        browser.keys("s")
        browser.click("accession number")
        #expect(browser.overlays.isEmpty)
        #expect(browser.list?.rows.order.column == .accession)
        browser.keys("s")
        _ = browser.render(size: Self.size)
        for row in [0, 1, 2, 22, 23] {
            #expect(browser.press(column: 2, row: row).isEmpty)
            #expect(browser.overlays.count == 1)
        }
    }

    @Test("a click on what a key has already changed, before it is painted, does nothing")
    func unpainted() {
        var browser = Browser.loaded()
        browser.keys("v")
        let grid = browser.render(size: Self.size).grid
        guard let row = (0..<grid.rows).first(where: { grid.text($0).contains("RISMWL") && $0 > 1 }) else { return }
        browser.keys("esc", "s")
        #expect(browser.press(column: 10, row: row).isEmpty)
        #expect(browser.overlays.last?.is(SortMenu.self) == true)
    }

    @Test("buttons of a form press, fields take the focus")
    func forms() {
        var browser = Browser(
            theme: .standard,
            servers: [],
            current: nil,
            configPath: "config.toml",
            now: Sample.start
        )
        _ = browser.update(.resized(Self.size))
        browser.click("Called AE")
        browser.type("RISMWL")
        #expect(browser.screenText().contains("RISMWL"))
        let effects = browser.click("[ Quit ]")
        #expect(effects.quits == [0])
    }

    @Test("the wheel scrolls the list, the cursor stays as long as it is in view")
    func wheel() {
        var browser = Browser.loaded(size: TerminalSize(columns: 80, rows: 12))
        browser.keys("j", "j", "j", "j")
        let cursor = browser.list?.cursor
        browser.wheel(.wheelDown)
        #expect(browser.list?.top == 3)
        #expect(browser.list?.cursor == cursor)
        browser.wheel(.wheelDown)
        #expect(browser.list?.cursor != cursor)
        #expect(browser.list.map { $0.position >= $0.top } == true)
        for _ in 0..<9 { browser.wheel(.wheelUp) }
        #expect(browser.list?.top == 0)
    }

    @Test("the wheel goes through the lines of a menu, and leaves fields alone")
    func wheelInDialogs() {
        var browser = Browser.loaded()
        browser.keys("e")
        browser.keys("g")
        browser.wheel(.wheelDown)
        #expect(browser.overlays.last?.as(BuilderScreen.self)?.cursor == 3)
        browser.keys("esc", "e", "enter")
        browser.type("X")
        browser.wheel(.wheelDown)
        #expect(browser.overlays.last?.as(BuilderScreen.self)?.takesText == true)
    }

    @Test("other buttons, drags and clicks with Shift are not ours")
    func others() {
        var browser = Browser.loaded()
        let grid = browser.render(size: Self.size).grid
        guard let row = (0..<grid.rows).first(where: { grid.text($0).contains("ROSSI") }) else { return }
        let cursor = browser.list?.cursor
        browser.press(column: 8, row: row, .shift)
        for event in [
            MouseEvent(.press, .right, column: 8, row: row), MouseEvent(.drag, .left, column: 8, row: row),
            MouseEvent(.release, column: 8, row: row),
        ] {
            #expect(browser.update(.input(.mouse(event))).isEmpty)
        }
        #expect(browser.list?.cursor == cursor)
    }

    @Test("ctrl-t takes and gives the mouse; without it no click counts")
    func toggle() {
        var browser = Browser.loaded()
        guard case .mouse(false)? = browser.keys("ctrl-t").last else {
            Issue.record("the mouse stays on")
            return
        }
        let cursor = browser.list?.cursor
        browser.click("ROSSI")
        #expect(browser.list?.cursor == cursor)
        browser.keys("ctrl-t")
        browser.click("ROSSI")
        #expect(browser.list?.cursor != cursor)
    }

    @Test("beside the list, the detail takes the keys when it is clicked")
    func pane() {
        let size = TerminalSize(columns: 160, rows: 50)
        var browser = Browser.loaded(size: size)
        let grid = browser.render(size: size).grid
        #expect(grid.contains("Detail 1 / 14"))
        browser.press(column: 130, row: 10)
        #expect(browser.overlays.last?.isDetail == true)
        browser.click("ROSSI", columns: 160, rows: 50)
        #expect(browser.overlays.isEmpty)
        #expect(browser.identifiersUnderCursor.contains("00276640"))
    }

    @Test("the patient form and the export form give the focus to what is clicked, and change a choice clicked again")
    func otherForms() {
        var browser = Browser.loaded()
        browser.keys("p")
        browser.click("Patient ID")
        browser.type("0039")
        #expect(browser.overlays.last?.as(PatientForm.self)?.text(.id) == "0039")
        let place = browser.overlays.last?.as(PatientForm.self)?.place
        browser.click("Where")
        browser.click("Where")
        #expect(browser.overlays.last?.as(PatientForm.self)?.place != place)
        browser.keys("esc", "X")
        let scope = browser.overlays.last?.as(ExportDialog.self)?.format
        browser.click("Format")
        #expect(browser.overlays.last?.as(ExportDialog.self)?.format != scope)
        browser.click("Rows ")
        #expect(browser.overlays.last?.as(ExportDialog.self)?.focus == .scope)
    }

    @Test("in the changes a click puts the cursor on an entry, the second goes to it")
    func changes() {
        var browser = Browser.watched()
        browser.keys("d")
        browser.click("IVERSEN")
        #expect(browser.overlays.last?.is(ChangesScreen.self) == true)
        browser.click("IVERSEN, Kaja")
        #expect(browser.overlays.last?.is(DetailScreen.self) == true)
        #expect(browser.screenText().contains("00612002"))
    }

    @Test("a saved query takes two clicks to run")
    func savedQueries() {
        var browser = Browser.loaded()
        browser.keys("b")
        #expect(browser.click("This modality").finds.isEmpty)
        #expect(browser.overlays.count == 1)
        #expect(browser.click("This modality").finds.count == 1)
    }

    @Test("clicks anywhere on any screen do no harm", arguments: SampleScene.allCases)
    func anywhere(_ scene: SampleScene) {
        for size in [Self.size, TerminalSize(columns: 160, rows: 50), TerminalSize(columns: 20, rows: 5)] {
            var ready = scene.browser(.standard, size)
            _ = ready.render(size: size)
            for row in stride(from: -1, through: size.rows, by: size.rows > 40 ? 5 : 2) {
                for column in stride(from: -1, through: size.columns + 1, by: 11) {
                    var browser = ready
                    browser.press(column: column, row: row)
                    browser.press(column: column, row: row)
                    GridInvariants.check(browser.render(size: size).grid)
                }
            }
        }
    }
}
