import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Where features meet")
struct SeamTests {
    private func named(_ number: Int, _ name: String? = nil) -> Sample.Step {
        Sample.Step(
            name: name ?? "TEST^Number \(number)",
            id: "P\(number)",
            accession: "A\(number)",
            time: ItemText.two(number / 60 % 24) + ItemText.two(number % 60) + "00"
        )
    }

    private func scanned(_ value: String, _ answer: [Sample.Step]) throws -> Browser {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.keyTime = 0
        let request = try #require(browser.scan(value).finds.first)
        browser.receive(request.id, answer)
        browser.complete(request.id)
        return browser
    }

    // MARK: Barcodes

    @Test("a server that does not match on the scanned key: its one row is not said to be the scanned one")
    func keyIgnored() throws {
        var browser = try scanned("26-111111", [Sample.morning[3]])
        let screen = browser.screenText(size: TerminalSize(columns: 160, rows: 50))
        #expect(!screen.contains("26-111111 scanned"), "\(screen)")
        #expect(screen.contains("NOT accession 26-111111: the row that came has another"), "\(screen)")
    }

    @Test("of several rows the one that has the scanned value is the one, and the others are told of")
    func keyIgnoredAmongOthers() throws {
        var right = Sample.morning[5]
        right.accession = "26-111111"
        var browser = try scanned("26-111111", [Sample.morning[3], right, Sample.morning[6]])
        let screen = browser.screenText(size: TerminalSize(columns: 160, rows: 50))
        #expect(screen.contains("O'CONNOR, Brid: accession 26-111111 scanned; 2 other rows have another"), "\(screen)")
        #expect(browser.list?.cursor.map { browser.list?.rows.text($0.row)[.accession].text } == "26-111111")
    }

    @Test("a value that is the accession number of one patient and the ID of another chooses neither")
    func twoFields() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(
            id,
            [
                Sample.Step(name: "ONE^Anna", id: "111111", accession: "A1"),
                Sample.Step(name: "TWO^Bert", id: "222222", accession: "111111"),
                Sample.Step(name: "THREE^Carl", id: "333333", accession: "A3"),
            ]
        )
        browser.complete(id)
        browser.keys("G")
        _ = browser.screenText()
        browser.keyTime = 0
        let before = browser.list?.cursor
        let effects = browser.scan("111111")
        #expect(effects.finds.isEmpty)
        #expect(browser.list?.cursor == before)
        let screen = browser.screenText(size: TerminalSize(columns: 100, rows: 24))
        #expect(
            screen.contains("none is chosen: the scan is accession of TWO, Bert, and patient ID of ONE, Anna"),
            "\(screen)"
        )
    }

    @Test("after a scan without a row and another query, the list on screen is looked at again")
    func scanAfterAnotherQuery() throws {
        var browser = try scanned("26-111111", [])
        browser.keyTime = nil
        let request = try #require(browser.keys("3").finds.first)
        var right = Sample.morning[5]
        right.accession = "26-111111"
        browser.receive(request.id, [Sample.morning[3], right])
        browser.complete(request.id)
        _ = browser.screenText()
        browser.keyTime = browser.keyTime ?? 9_000_000
        #expect(browser.scan("26-111111").finds.isEmpty)
        #expect(browser.screenText().contains("O'CONNOR, Brid: accession 26-111111 scanned"))
    }

    @Test("a hit on a list that is not whole says so")
    func scanOnPartialList() {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, Sample.morning)
        _ = browser.update(.find(id, .finished(.truncated(.byServer), Sample.statistics(matches: 14))))
        _ = browser.screenText()
        browser.keyTime = 0
        browser.scan("26-004739")
        #expect(browser.screenText().contains("26-004739 scanned; the list is not whole"))
    }

    // MARK: The row under the cursor

    @Test("Enter typed before any row was painted opens nothing")
    func unseenRow() {
        var browser = Sample.browser()
        _ = browser.screenText()
        let id = browser.begin()
        browser.receive(id, Sample.morning)
        browser.keys("enter")
        #expect(browser.overlays.isEmpty)
        _ = browser.screenText()
        browser.keys("enter")
        #expect(browser.overlays.count == 1)
    }

    @Test("a filter that is done off the screen's thread and hides the row under the cursor: the next key waits")
    func slowFilter() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, (0..<1_200).map { named($0, $0.isMultiple(of: 7) ? "FOUND^\($0)" : nil) })
        browser.complete(id)
        browser.at(60)
        browser.keys("g", "g", "j", "/")
        let job = try #require(browser.type("found").jobs.last)
        browser.keys("enter")
        _ = browser.screenText()
        _ = browser.update(.arranged(generation: job.generation, order: job.run()))
        _ = browser.screenText()
        browser.at(60.2)
        browser.keys("enter")
        #expect(browser.overlays.isEmpty)
        #expect(browser.screenText().contains("look, then press the key again"))
    }

    @Test("a clock that is set back does not make an action too early right")
    func clockSetBack() throws {
        var browser = Browser.loaded()
        browser.keys("j")
        _ = browser.screenText()
        let request = try #require(browser.keys("r").finds.first)
        var steps = Sample.morning
        steps.remove(at: 1)
        _ = browser.refresh(request, steps, at: 20)
        _ = browser.screenText()
        browser.at(-3_600)
        browser.keys("enter")
        #expect(browser.overlays.isEmpty)
    }

    @Test("two patients to whom the server gives the same UIDs are two: the cursor does not go from one to the other")
    func sameUIDs() throws {
        func step(_ name: String, _ id: String) -> Sample.Step {
            Sample.Step(name: name, id: id, accession: "A1", study: "1.2.3", step: "S1")
        }
        var browser = Sample.browser()
        let id = browser.begin()
        browser.receive(id, [step("ONE^Anna", "1"), step("TWO^Bert", "2")])
        browser.complete(id)
        _ = browser.screenText()
        browser.keys("m")
        #expect(browser.markCounts.marked == 1)
        browser.keys("k")
        _ = browser.screenText()
        let request = try #require(browser.keys("r").finds.first)
        _ = browser.refresh(request, [step("TWO^Bert", "2")], at: 20)
        #expect(browser.screenText().contains("a marked row") || browser.screenText().contains("ONE, Anna (ID 1)"))
        #expect(browser.markCounts.marked == 0)
        #expect(!browser.screenText().contains("sent twice"))
    }

    @Test("a row that the filter hides after a refresh is not said to be gone")
    func hiddenIsNotGone() throws {
        var browser = Browser.loaded()
        browser.keys("/")
        browser.type("scheduled")
        browser.keys("enter", "g", "g")
        _ = browser.screenText()
        let request = try #require(browser.keys("r").finds.first)
        var steps = Sample.morning
        steps[1].status = "ARRIVED"
        _ = browser.refresh(request, steps, at: 20)
        let screen = browser.screenText(size: TerminalSize(columns: 120, rows: 24))
        #expect(!screen.contains("no longer on the list"), "\(screen)")
        #expect(screen.contains("SMITH, Anna (ID 00220147) is hidden by the filter now"), "\(screen)")
    }

    @Test("a list that has become empty does not speak of a nearest row")
    func emptyRefresh() throws {
        var browser = Browser.loaded()
        _ = browser.screenText()
        let request = try #require(browser.keys("r").finds.first)
        _ = browser.refresh(request, [], at: 20)
        let screen = browser.screenText(size: TerminalSize(columns: 120, rows: 24))
        #expect(screen.contains("is no longer on the list") && !screen.contains("nearest row"), "\(screen)")
    }

    @Test("a clock that is set back does not make an old list a fresh one")
    func clockSetBackAge() {
        var browser = Browser.loaded()
        browser.at(-7_200)
        let screen = browser.screenText(size: TerminalSize(columns: 120, rows: 24))
        #expect(screen.contains("OLD: as of 14:31:52 (?)"), "\(screen)")
    }

    @Test("sorting and filtering of the list on screen and of the refresh behind it are told apart")
    func jobsOfTwoLists() {
        var jobs: [[ArrangeJob]] = []
        for series in [4, 5] {
            var rows = RowList(series: series, fallback: nil, today: Sample.start.date)
            rows.limits.sort = 1
            rows.limits.filter = 1
            _ = rows.append(Sample.batch(Sample.morning))
            let sort = rows.sort(by: SortOrder(column: .patient))
            let next = rows.sort(by: SortOrder(column: .id))
            jobs.append([sort, next].compactMap(\.self))
        }
        #expect(jobs.map { $0.map(\.series) } == [[4, 4], [5, 5]])
    }

    // MARK: The query

    @Test("a second value taken from the detail joins the first: no key is lost")
    func twoKeysFromDetail() throws {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.keys("enter")
        _ = browser.screenText()
        for tag in [Tag.patientID, .accessionNumber] {
            let index = try #require(
                browser.overlays.last?.as(DetailScreen.self)?.tree.rows.firstIndex { $0.path == AttributePath([], tag) }
            )
            browser.keys("g", "g")
            for _ in 0..<index { browser.keys("down") }
            browser.keys("=")
        }
        #expect(browser.query[AttributePath([], .patientID)]?.value == "00481516")
        #expect(browser.query[AttributePath([], .accessionNumber)]?.value == "26-004711")
    }

    @Test("a key edited before and one taken from the detail are both in the query")
    func editedKeyStays() {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.query.set(AttributePath([], .patientSex), "F", source: .user)
        browser.keys("enter")
        let screen = browser.overlays.last?.as(DetailScreen.self)
        let index = screen?.tree.rows.firstIndex { $0.path == AttributePath([], .patientID) } ?? 0
        browser.keys("g", "g")
        for _ in 0..<index { browser.keys("down") }
        browser.keys("=")
        #expect(browser.query[AttributePath([], .patientSex)]?.value == "F")
        #expect(browser.query[AttributePath([], .patientID)]?.value == "00481516")
    }

    // MARK: Character sets

    @Test("a character set chosen while a refresh runs is that of the refreshed list too")
    func readingDuringRefresh() throws {
        var browser = Browser.loaded()
        browser.keys("W")
        let request = try #require(browser.at(63.3).finds.first)
        let windows = try #require(SpecificCharacterSet(reading: "windows-1251"))
        _ = browser.read(with: windows, .server)
        _ = browser.refresh(request, Sample.morning, at: 64)
        let list = try #require(browser.list)
        #expect(list.server.assumedCharacterSet == windows)
        let row = try #require((0..<list.rows.count).first { list.rows.text($0)[.id].text == "00512009" })
        #expect(list.rows.text(row)[.patient].text == "Иванов, Петр")
        #expect(list.rows.text(row)[.patient].state == .guessed)
        // The next is a refresh of the same list, and the watch goes on.
        browser.keys("r")
        #expect(browser.watch != nil)
        #expect(browser.run?.incoming != nil)
    }

    @Test("a row read otherwise stays so when the refresh that ran meanwhile is shown, and at no other server")
    func rowReadingDuringRefresh() throws {
        var browser = Browser.loaded()
        browser.keys("G", "k", "k", "k")
        _ = browser.screenText()
        #expect(browser.screenText().contains("00512009"))
        let request = try #require(browser.keys("r").finds.first)
        let windows = try #require(SpecificCharacterSet(reading: "windows-1251"))
        _ = browser.read(with: windows, .row)
        _ = browser.refresh(request, Sample.morning, at: 20)
        #expect(browser.screenText().contains("Иванов, Петр"))
        var other = Sample.server
        other.name = "OTHER"
        let second = try #require(browser.use(other).finds.first)
        browser.receive(second.id, Sample.morning)
        browser.complete(second.id)
        #expect(!browser.screenText().contains("Иванов, Петр"))
    }

    @Test("what is copied from doubtful text is said to be doubtful")
    func doubtfulCopy() {
        var browser = Browser.loaded()
        browser.keys("G", "k", "k", "k")
        _ = browser.screenText()
        browser.focus = .patient
        #expect(!browser.keys("y").copies.isEmpty)
        #expect(browser.message?.kind == .warning)
        #expect(browser.message?.text.string.contains("not certain") == true)
    }

    // MARK: Hidden names

    @Test("while names are hidden neither the builder nor the filter line shows an identifier")
    func privateBuilder() {
        var browser = Browser.loaded()
        _ = browser.screenText()
        browser.query.set(AttributePath([], .patientName), "NGUYEN*", source: .user)
        browser.keys("P", "e")
        #expect(browser.overlays.isEmpty)
        browser.keys("P", "/")
        browser.type("nguyen")
        browser.keys("enter", "P", "/")
        #expect(!browser.screenText().lowercased().contains("nguyen"))
        browser.keys("P", "e")
        #expect(browser.overlays.count == 1)
    }

    @Test("no identifier of the item is left in what a masked detail shows")
    func maskedDetail() {
        var browser = Browser.loaded(size: TerminalSize(columns: 160, rows: 70))
        browser.keys("P", "enter")
        let screen = browser.screenText(size: TerminalSize(columns: 160, rows: 70))
        for value in ["26-004711", "00481516", "NGUYEN", "1961-03-08", "19610308"] {
            #expect(!screen.contains(value), "\(value)\n\(screen)")
        }
    }

    // MARK: Order

    @Test("an order typed in the palette holds for the next query too")
    func typedOrder() throws {
        var browser = Browser.loaded()
        _ = browser.perform(.viewSort, argument: "patient")
        let request = try #require(browser.keys("3").finds.first)
        browser.receive(request.id, Sample.morning)
        browser.complete(request.id)
        #expect(browser.list?.rows.order == SortOrder(column: .patient))
    }
}
