import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

struct MarkTests {
    /// Accession numbers of the marked rows on this list.
    private func marked(_ browser: Browser) -> Set<String> {
        guard let list = browser.list else { return [] }
        return Set(list.marked.rows.values.map { list.rows.text($0)[.accession].text.string })
    }

    /// Lines of the screen with a mark in the gutter.
    private func markedLines(_ browser: inout Browser) -> [String] {
        let mark = Theme.standard.glyph(.mark).string
        return browser.screenText().split(separator: "\n").map(String.init).filter { $0.dropFirst().hasPrefix(mark) }
    }

    @Test("Space and m mark the row under the cursor and go on to the next; again they take the mark away")
    func toggles() throws {
        var browser = Browser.loaded()
        browser.keys("space", "m")
        #expect(browser.list?.position == 2)
        #expect(marked(browser) == ["26-004711", "26-004698"])
        #expect(browser.screenText().contains("2 marked"))
        #expect(markedLines(&browser).count == 2)
        browser.keys("g", "space")
        #expect(marked(browser) == ["26-004698"])
        #expect(browser.screenText().contains("1 marked"))
        browser.keys("M")
        #expect(marked(browser) == [])
        #expect(browser.screenText().contains("the mark is gone"))
        #expect(markedLines(&browser).isEmpty)
    }

    @Test("on the last row the mark is set and the cursor stays")
    func lastRow() {
        var browser = Browser.loaded()
        browser.keys("G", "space")
        #expect(marked(browser) == ["26-004760"])
        #expect(browser.list?.position == 13)
    }

    @Test("a mark stays on its patient through sorting, filtering and a refresh in another order")
    func survives() throws {
        var browser = Browser.loaded()
        browser.keys("j", "j", "space")
        #expect(marked(browser) == ["26-004702"])
        browser.keys("s", "j", "enter")
        #expect(markedLines(&browser).count == 1)
        #expect(markedLines(&browser)[0].contains("00391022"))
        browser.keys("/")
        browser.type("smith")
        browser.keys("enter")
        #expect(markedLines(&browser)[0].contains("00391022"))
        browser.keys("\\")
        let request = try #require(browser.keys("r").finds.first)
        browser.receive(request.id, Sample.morning.reversed())
        #expect(markedLines(&browser).count == 1)
        browser.complete(request.id)
        #expect(marked(browser) == ["26-004702"])
        #expect(markedLines(&browser).count == 1)
        #expect(markedLines(&browser)[0].contains("00391022"))
        #expect(browser.screenText().contains("1 marked"))
    }

    @Test("a mark set while a refresh comes in is on the refreshed list too")
    func duringRefresh() throws {
        var browser = Browser.loaded()
        let request = try #require(browser.keys("r").finds.first)
        browser.receive(request.id, Array(Sample.morning.reversed()[..<12]))
        browser.keys("space", "space")
        browser.receive(request.id, Array(Sample.morning.reversed()[12...]))
        browser.complete(request.id)
        #expect(marked(browser) == ["26-004711", "26-004698"])
        #expect(markedLines(&browser).count == 2)
    }

    @Test("a mark on a row that the filter hides is said")
    func hidden() {
        var browser = Browser.loaded()
        browser.keys("space", "space", "j", "space", "/")
        browser.type("ct thorax")
        browser.keys("enter")
        #expect(browser.screenText().contains("3 marked, 2 hidden"))
        browser.keys("\\")
        #expect(browser.screenText().contains("3 marked"))
        #expect(!browser.screenText().contains("hidden"))
    }

    @Test("a marked row that a refresh no longer has is said, not marked on another patient")
    func gone() throws {
        var browser = Browser.loaded()
        browser.keys("j", "space")
        let request = try #require(browser.keys("r").finds.first)
        browser.receive(request.id, Sample.morning.filter { $0.accession != "26-004698" })
        browser.complete(request.id)
        #expect(marked(browser) == [])
        #expect(markedLines(&browser).isEmpty)
        #expect(browser.screenText().contains("a marked row is no longer on the list"))
    }

    @Test("an item that came twice is one mark, and both its rows show it")
    func duplicates() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [Sample.morning[0], Sample.morning[1], Sample.morning[0]])
        browser.complete(id)
        browser.keys("space")
        #expect(browser.screenText().contains("1 marked"))
        #expect(markedLines(&browser).count == 2)
    }

    @Test("V marks from the last mark to the cursor, upwards too, and only rows that are shown")
    func range() {
        var browser = Browser.loaded()
        browser.keys("V")
        #expect(browser.screenText().contains("a range starts at a mark"))
        browser.keys("j", "space", "j", "j", "V")
        #expect(marked(browser).count == 4)
        #expect(browser.screenText().contains("the 4 rows from there to here are marked"))
        browser.keys("M", "G", "space", "k", "k", "V")
        #expect(marked(browser).count == 3)
        browser.keys("M", "/")
        browser.type("head")
        browser.keys("enter", "g", "space", "G", "V")
        let shown = browser.visibleRowCount
        #expect(marked(browser).count == shown)
        #expect(shown > 2 && shown < browser.rowCount)
    }

    @Test("marks of one server are not carried over to another")
    func otherServer() {
        var browser = Browser.loaded()
        browser.keys("space", "space")
        var other = Sample.server
        other.name = "OTHER"
        other.host = "127.0.0.2"
        _ = browser.connect(to: other)
        #expect(browser.marks.isEmpty)
    }

    @Test("marks are back when the day they belong to is")
    func otherDay() throws {
        var browser = Browser.loaded()
        browser.keys("space")
        let next = try #require(browser.keys("]").finds.first)
        browser.receive(next.id, [Sample.Step(id: "77", accession: "26-009999")])
        browser.complete(next.id)
        #expect(!browser.screenText().contains("marked"))
        let back = try #require(browser.keys("[").finds.first)
        browser.receive(back.id, Sample.morning)
        browser.complete(back.id)
        #expect(browser.screenText().contains("1 marked"))
        browser.keys("M")
        #expect(browser.screenText().contains("the mark is gone"))
    }

    @Test("a row that took the cursor's place unasked is not marked")
    func notSeen() {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.keys("j", "space")
        browser.list?.cursor = RowReference(
            row: 5,
            identity: ItemIdentity(Sample.batch([Sample.morning[5]]).identifier(0))
        )
        browser.keys("m")
        #expect(marked(browser) == ["26-004698"])
        #expect(browser.screenText().contains("the list changed under the cursor"))
    }

    @Test("more marks than anyone looks through are refused with words, and none is set")
    func limit() {
        var marks = RowMarks()
        let items = (0...RowMarks.limit).map { number in
            ItemIdentity(Sample.batch([Sample.Step(id: "\(number)", accession: "A\(number)")]).identifier(0))
        }
        let tooMany = marks.add(items, anchor: items[0])
        #expect(!tooMany)
        #expect(marks.isEmpty)
        let most = marks.add(Array(items.dropLast()), anchor: items[0])
        #expect(most)
        let oneMore = marks.toggle(items[RowMarks.limit])
        #expect(oneMore == nil)
        #expect(marks.items.count == RowMarks.limit)
    }
}

struct CopyTests {
    @Test("Y copies the marked rows, hidden ones too, and says so")
    func markedRows() throws {
        var browser = Browser.loaded()
        browser.keys("space", "space", "/")
        browser.type("thorax")
        browser.keys("enter")
        let text = try #require(browser.keys("Y").copies.first)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("00481516") && lines[1].contains("00220147"))
        #expect(browser.screenText().contains("copied 2 marked rows (1 of them hidden by the filter)"))
    }

    @Test("what no terminal's clipboard takes is not copied, and the export is offered")
    func tooLong() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(
            id,
            (0..<800).map { Sample.Step(id: "P\($0)", accession: "A\($0)", procedure: "CT Thorax and Abdomen") }
        )
        browser.complete(id)
        browser.keys("g", "space", "G", "V")
        #expect(browser.keys("Y").copies == [])
        let screen = browser.screenText()
        #expect(screen.contains("not copied:"))
        #expect(screen.contains("X writes a file"))
    }

    @Test("the largest text that is copied fits the limit of 74,994 bytes in base64")
    func limit() {
        #expect((Clipboard.maximumBytes + 2) / 3 * 4 <= Clipboard.maximumEncoded)
        #expect(Clipboard.holds(String(repeating: "x", count: Clipboard.maximumBytes)))
        #expect(!Clipboard.holds(String(repeating: "x", count: Clipboard.maximumBytes + 1)))
    }

    @Test("inside tmux the setting it takes is said once")
    func tmux() {
        var browser = Browser.loaded()
        browser.settings.isInsideTmux = true
        browser.keys("y")
        #expect(browser.screenText().contains("set -g set-clipboard on"))
        browser.keys("y")
        #expect(!browser.screenText().contains("set-clipboard"))
    }

    @Test("hidden names are neither copied nor exported")
    func privacy() {
        var browser = Browser.loaded()
        browser.keys("space", "P")
        #expect(browser.keys("Y").copies == [])
        #expect(browser.keys("X").isEmpty)
        #expect(browser.overlays.isEmpty)
        #expect(browser.screenText().contains("names are hidden"))
    }
}
