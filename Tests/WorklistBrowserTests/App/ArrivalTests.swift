import DICOMData
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("What arrives, and what is said of it")
struct ArrivalTests {
    private func step(_ number: Int) -> Sample.Step {
        Sample.Step(
            name: "TEST^Number \(number)",
            id: "P\(number)",
            accession: "A\(number)",
            time: ItemText.two(number / 60) + ItemText.two(number % 60) + "00"
        )
    }

    @Test("the cursor goes to the row that the screen showed next to it, not to one that came in between")
    func movesAsPainted() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [step(100), step(200), step(300)])
        _ = browser.screenText()
        browser.receive(id, [step(150)])
        browser.keys("j")
        #expect(browser.screenText().contains("ID P200"))
        browser.receive(id, [step(170)])
        browser.keys("k")
        #expect(browser.screenText().contains("ID P170") || browser.screenText().contains("ID P150"))
        // Painted since: now it is the neighbour.
        browser.keys("g")
        _ = browser.screenText()
        browser.keys("j")
        #expect(browser.screenText().contains("ID P150"))
    }

    @Test("rows out of view are counted while they stream in, and the line never changes its height by that")
    func counters() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, (0..<10).map { step($0) })
        #expect(!browser.screenText().contains("above"))
        browser.receive(id, (10..<60).map { step($0) })
        let rows = browser.viewRows
        #expect(browser.screenText().contains(" 0 above \(60 - rows) below"))
        browser.keys("G")
        #expect(browser.screenText().contains("\(60 - rows) above  0 below"))
        browser.complete(id)
        #expect(!browser.screenText().contains("above"))
    }

    @Test("an item that was sent twice is marked, counted, and told in the detail")
    func duplicates() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Sample.morning + [Sample.morning[3]])
        #expect(!browser.screenText().contains("sent twice"), "not before all rows are here")
        browser.complete(id)
        _ = browser.screenText()
        let screen = browser.screenText()
        #expect(screen.contains("= 1 row sent twice"))
        #expect(screen.split(separator: "\n").filter { $0.hasPrefix(" =I  09:00 MÜLLER") }.count == 2)
        browser.keys("j", "j", "j")
        #expect(browser.screenText(size: TerminalSize(columns: 100, rows: 24)).contains("= also row 5"))
        browser.keys("enter")
        let detail = browser.screenText(size: TerminalSize(columns: 100, rows: 30))
        #expect(detail.contains("the server sent this item twice: rows 4, 5"), "\(detail)")
    }

    @Test("the identity bar hints at a patient who is alike, where that costs no line")
    func hint() {
        var browser = Browser.loaded(size: TerminalSize(columns: 100, rows: 24))
        _ = browser.screenText()
        browser.keys("j", "j")
        #expect(browser.screenText().contains("* like row 2"))
        #expect(browser.screenText().contains("* 2 patients alike"))
    }

    @Test("a list too long to be searched for them says so")
    func tooLong() {
        var browser = Sample.browser()
        let id = browser.begin()
        let batch = Sample.batch((0..<1_000).map { step($0) })
        for _ in 0..<51 { _ = browser.update(.find(id, .matches(batch))) }
        browser.complete(id)
        #expect(browser.screenText().contains("too long to look for * and ="))
    }

    @Test("an order changed while a long list is refreshed out of sight is applied when it comes")
    func sortDuringRefresh() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        let batch = Sample.batch((0..<1_000).map { step($0) })
        for _ in 0..<25 { _ = browser.update(.find(id, .matches(batch))) }
        browser.complete(id)
        _ = browser.screenText()
        let find = try #require(browser.keys("r").finds.first)
        for job in browser.keys("s", "j", "enter").jobs {
            _ = browser.update(.arranged(generation: job.generation, order: job.run()))
        }
        for _ in 0..<25 { _ = browser.update(.find(find.id, .matches(batch))) }
        let end = browser.update(.find(find.id, .finished(.complete, Sample.statistics(matches: 25_000))))
        #expect(!end.jobs.isEmpty)
        for job in end.jobs { _ = browser.update(.arranged(generation: job.generation, order: job.run())) }
        #expect(browser.list?.rows.order == SortOrder(column: .patient))
        #expect(browser.list?.rows.pendingWork == nil)
        #expect(browser.list?.rows.isUnsorted == false)
    }

    @Test("while a filter is typed, the words beside an empty list name only keys that work there")
    func filterWords() {
        var browser = Browser.loaded()
        browser.keys("/")
        browser.type("zebra")
        let typing = browser.screenText()
        #expect(typing.contains("Esc   drops the filter"))
        #expect(!typing.contains("\\     shows"))
        browser.keys("enter")
        #expect(browser.screenText().contains("\\     shows all rows again"))
        #expect(browser.screenText().contains("p     asks the server for a patient"))
        #expect(browser.screenText().contains("0 of 14 shown (local filter)"))
    }
}
