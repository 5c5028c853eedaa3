import DICOMData
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Lists too long for one moment")
struct LongListTests {
    private func step(_ number: Int) -> Sample.Step {
        let families = ["ADAMS", "Baker", "Mann", "HOFFMANN", "O'Neil", "SMITH"]
        return Sample.Step(
            name: "\(families[number % 6])^Given\(number % 97)",
            id: "PID\(100_000 + number * 7919 % 90_000)",
            accession: "ACC\(number)",
            time: ItemText.two(number % 24) + ItemText.two(number * 7 % 60),
            study: "1.2.3.\(number)"
        )
    }

    private func batch(_ numbers: some Sequence<Int>) -> MatchBatch { Sample.batch(numbers.map { step($0) }) }

    private func shown(_ rows: RowList) -> Set<UInt32> { Set(rows.shown) }

    /// The rows that pass, each decoded.
    private func wanted(_ rows: RowList, _ filter: RowFilter) -> Set<UInt32> {
        Set((0..<rows.count).filter { filter.matches(rows.text($0, reading: filter.attributes)) }.map { UInt32($0) })
    }

    private func settle(_ rows: inout RowList, _ first: ArrangeJob?) {
        var job = first
        while let current = job { job = rows.apply(generation: current.generation, order: current.run()).next }
    }

    // MARK: The quick way to filter

    @Test(
        "what is read without decoding is what decoding shows, for every filter and any bytes",
        arguments: [
            "smith", "o'neil", "adams, given", "given7", "pid1", "acc12", "!smith", "smith !given1", "2026-11", "08:",
            "085", "date:2026", "date:-24", "time:08:15", "born:1985", "born:=1985-11-02", "patient:=\"SMITH, Anna M\"",
            "id:\"pid\"", "status:sched", "status:=\"\"x", "sex:f", "mod:ct", "station:ct01", "proc:head", "proc:!",
            "!ct",
            "müller", "^", "=", "-", ",", "dr", "jr", "07:61", "99", "20261131", "13", "age:4",
        ]
    )
    func quick(_ text: String) throws {
        guard let filter = RowFilter(text) else { return }
        var quick = QuickFilter(filter)
        #expect((quick == nil) == text.hasPrefix("age"))
        var random = SplitMix(seed: 11)
        let names = [
            "SMITH^Anna^M", "SMITH", "^Anna", "SMITH^^M", "SMITH^Anna^M^Dr^Jr", " SMITH ^ Anna ", "YAMADA^Tarou=山田^太郎",
            "MÜLLER^Jörg", "", "A^B^C^D^E^F", "O'Neil^Pat", "^^^^", "=山田", "X\\Y", "tilde~",
        ]
        let dates = ["20261124", "", "2026.11.24", "20261131", "1985", "20260230", "00000000", "2026112", "abc"]
        let times = ["081500", "0815", "08", "08:15:00", "", "256000", "081500.123", "0761", "24", "085960"]
        func one<T>(of values: [T]) -> T { values[Int(random.next() % UInt64(values.count))] }
        var certain = 0
        for round in 0..<400 {
            let values = Sample.Step(
                name: one(of: names),
                id: one(of: ["PID12", "", "0085", "pid~1", "1985-11"]),
                born: one(of: dates + ["19851102"]),
                sex: one(of: ["F", "M", ""]),
                accession: one(of: ["ACC12", "", "085"]),
                procedure: one(of: ["CT Head", "", "Schädel", "  ", "MR\\CT"]),
                date: one(of: dates),
                time: one(of: times),
                status: one(of: ["SCHEDULED", "", "ARRIVED"]),
                modality: one(of: ["CT", "", "CT\\MR"]),
                station: one(of: ["CT01", "", "CT01\\CT02"])
            )
            var data = Sample.dataSet(values)
            if round % 5 == 1, let step = data.items(.scheduledProcedureStepSequence).first {
                data.setItems(.scheduledProcedureStepSequence, round % 2 == 0 ? [step, step] : [])
            }
            let syntax: TransferSyntax = one(
                of: [.explicitVRLittleEndian, .implicitVRLittleEndian, .explicitVRBigEndian]
            )
            var bytes = try data.encoded(syntax)
            // Bytes that make no sense.
            if round % 3 == 2 {
                for _ in 0..<3 {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                if round % 2 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            }
            let item = EncodedDataSet(bytes: bytes[...], transferSyntax: syntax)
            guard let answer = quick?.matches(item) else { continue }
            certain += 1
            let decoded = RowText(item, fallback: nil, today: Sample.start.date)
            #expect(answer == filter.matches(decoded), "\(values)")
        }
        // Most of these rows are strange on purpose; ordinary ones are another test's.
        if quick != nil { #expect(certain > 5) }
    }

    @Test("an ordinary item is never decoded to be filtered")
    func ordinary() throws {
        let filter = try #require(RowFilter("nobody"))
        var quick = try #require(QuickFilter(filter))
        for number in 0..<50 {
            let item = EncodedDataSet(bytes: Sample.bytes(step(number))[...], transferSyntax: .explicitVRLittleEndian)
            #expect(quick.matches(item) == false)
        }
    }

    @Test("a letter more looks only through what is shown; a letter less, through all")
    func narrowing() throws {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        rows.limits = .init(filter: 10)
        _ = rows.append(batch(0..<300))
        for text in ["m", "ma", "man", "mann", "mann !hoff", "mann", "mann acc1", "ma", "!m", "!mann", "id:1 man"] {
            let filter = try #require(RowFilter(text))
            settle(&rows, rows.filter(by: filter))
            #expect(shown(rows) == wanted(rows, filter), "\(text)")
            #expect(rows.pendingWork == nil)
        }
        settle(&rows, rows.filter(by: RowFilter("mann")))
        let few = rows.shownCount
        let narrower = rows.filter(by: RowFilter("mann acc1"))
        let job = try #require(narrower)
        guard case .filter(_, let looked) = job.work else {
            Issue.record("no filter")
            return
        }
        #expect(looked.count == few && few < 300)
    }

    @Test("rows that come while a filter is worked on are filtered too, and stand where the order wants them")
    func arrivals() throws {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        rows.limits = .init(live: 50, sort: 20, filter: 10, filterBatch: 4)
        _ = rows.append(batch(0..<80))
        let filter = try #require(RowFilter("mann"))
        let begun = rows.filter(by: filter)
        let first = try #require(begun)
        // While it works.
        let none = rows.append(batch(80..<100))
        #expect(none?.generation == nil)
        let next = rows.apply(generation: first.generation, order: first.run())
        #expect(next.isApplied)
        #expect(shown(rows).isSubset(of: wanted(rows, filter)))
        settle(&rows, next.next)
        #expect(shown(rows) == wanted(rows, filter))
        settle(&rows, rows.append(batch(100..<103)))
        settle(&rows, rows.append(batch(103..<140)))
        #expect(shown(rows) == wanted(rows, filter))
        settle(&rows, rows.endStream())
        let order = ArrangeJob.sorted(rows.table, rows: rows.count, by: rows.order, fallback: nil)
        #expect(rows.shown == order.filter { wanted(rows, filter).contains($0) })
        for row in 0..<rows.count { #expect(rows.isShown(row) == (rows.position(of: row) != nil)) }
    }

    @Test("a job that was stopped hides no row: it is given out again")
    func stopped() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        _ = browser.update(.find(id, .matches(batch(0..<1_200))))
        browser.complete(id)
        browser.keys("/")
        let job = try #require(browser.type("mann").jobs.last)
        let again = browser.update(.arrangingStopped(generation: job.generation))
        #expect(browser.visibleRowCount == 1_200)
        #expect(browser.list?.rows.pendingWork == "filtering")
        let second = try #require(again.jobs.first)
        #expect(browser.update(.arrangingStopped(generation: job.generation)).isEmpty, "it is no longer wanted")
        _ = browser.update(second.run { _ in })
        #expect(browser.visibleRowCount == 400)
    }

    // MARK: A sort under way

    @Test(
        "while a long list is sorted the old order stays, the line says how far it is, and actions mean what is painted"
    )
    func sorting() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.list?.rows.limits = .init(live: 100, sort: 50)
        _ = browser.update(.find(id, .matches(batch(0..<400))))
        for job in browser.update(.find(id, .finished(.complete, Sample.statistics(matches: 400)))).jobs {
            _ = browser.update(job.run { _ in })
        }
        _ = browser.screenText()
        let before = browser.list?.rows.shown
        let job = try #require(browser.keys("s", "g", "j", "j", "enter").jobs.last)
        _ = browser.update(.arranging(generation: job.generation, done: 0.431))
        #expect(browser.screenText().contains("sorting 43%"))
        #expect(browser.list?.rows.shown == before)
        _ = browser.update(.arranging(generation: job.generation, done: 1))
        #expect(browser.screenText().contains("sorting 99%"), "whole only when it is on screen")
        _ = browser.update(.arranging(generation: job.generation - 1, done: 0.2))
        #expect(browser.screenText().contains("sorting 99%"), "another job's progress")
        browser.keys("j", "j", "j")
        _ = browser.screenText()
        let painted = try #require(browser.list?.cursor)
        browser.keys("m")
        #expect(browser.marks.contains(painted.identity))
        _ = browser.screenText()
        let row = try #require(browser.list?.cursor)
        _ = browser.update(job.run { _ in })
        #expect(browser.list?.cursor == row)
        #expect(browser.list?.rows.pendingWork == nil)
        #expect(browser.list?.rows.shown != before)
        let text = browser.screenText()
        #expect(!text.contains("sorting"))
        #expect(browser.list?.rows.row(at: browser.list?.position ?? -1) == row.row)
    }

    @Test(
        "pieces of a sort that are merged give the order of one sort",
        arguments: [ListColumn.patient, .time, .id, .modality],
        [false, true]
    )
    func merged(_ column: ListColumn, _ isDescending: Bool) {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        for _ in 0..<40 {
            _ = rows.append(Self.thousand)
        }
        let order = SortOrder(column: column, isDescending: isDescending)
        var told: [Double] = []
        let sorted = RowComparator(order: order, table: rows.table, fallback: nil).sorted(rows: 40_000) {
            told.append($0)
        }
        let few = ArrangeJob.sorted(rows.table, rows: 1_000, by: order, fallback: nil)
        // Forty times the same thousand: each of them is followed by its equals, as they came.
        #expect(sorted == few.flatMap { row in (0..<40).map { UInt32($0 * 1_000) + row } })
        #expect(told.allSatisfy { (0...1).contains($0) } && told == told.sorted() && told.count > 10)
    }

    /// No two of one key, whichever the column.
    private static let thousand = Sample.batch(
        (0..<1_000).map { number in
            let scattered = number * 389 % 1_000
            return Sample.Step(
                name: "N\(scattered)",
                id: "\(scattered)",
                accession: "A\(scattered)",
                time: ItemText.two(scattered / 60) + ItemText.two(scattered % 60),
                modality: "M\(scattered)"
            )
        }
    )

    // MARK: A refresh of much the same

    @Test("a refreshed list shares the bytes of the one before, and says the same as without", arguments: 0..<12)
    func sharing(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var old = MatchTable()
        for start in stride(from: 0, to: 600, by: 60) { old.append(batch(start..<(start + 60))) }
        var wanted: [Sample.Step] = []
        for number in 0..<600 {
            switch seed == 0 ? 9 : random.next() % 40 {
            case 0: continue
            case 1: wanted.append(Sample.Step(accession: "NEW\(number)", study: "9.\(number)"))
            case 2:
                var changed = step(number)
                changed.status = "ARRIVED"
                wanted.append(changed)
                continue
            default: break
            }
            wanted.append(step(number))
        }
        if seed == 11 { wanted.reverse() }
        var sharing = try #require(RowSharing(with: old, series: 1))
        var table = MatchTable()
        var plain = MatchTable()
        var start = 0
        while start < wanted.count {
            let end = min(wanted.count, start + Int(random.next() % 90))
            let part = Sample.batch(Array(wanted[start..<end]))
            let first = table.count
            #expect(sharing.append(part, to: &table) == first..<(first + part.count))
            plain.append(part)
            start = end
        }
        #expect(table.count == plain.count && table.byteCount == plain.byteCount)
        #expect((0..<plain.count).allSatisfy { table.item($0) == plain.item($0) })
        for row in 0..<600 {
            if let new = sharing.row(ofOld: row) { #expect(table.item(new) == old.item(row)) }
        }
        let known = sharing.runs.reduce(0) { $0 + $1.count }
        if seed < 11 { #expect(known > 400) }
        #expect(sharing.unsharedNew(of: table.count).reduce(0) { $0 + $1.count } == table.count - known)
        #expect(sharing.unsharedOld.reduce(0) { $0 + $1.count } == 600 - known)
        let quick = ListChanges(
            from: old,
            to: table,
            since: Sample.start,
            isPartial: false,
            fallback: nil,
            shared: sharing
        )
        let slow = ListChanges(from: old, to: plain, since: Sample.start, isPartial: false, fallback: nil)
        #expect(quick.newRows == slow.newRows && quick.goneCount == slow.goneCount)
        #expect(quick.changedRows.keys.sorted() == slow.changedRows.keys.sorted())
        #expect(quick.gone == slow.gone)
    }

    @Test("after a refresh that shares rows the cursor and the marks are on the same items, wherever those are now")
    func refreshed() throws {
        var browser = Sample.browser()
        let id = browser.begin()
        browser.list?.rows.limits.share = 100
        _ = browser.update(.find(id, .matches(batch(0..<300))))
        browser.complete(id)
        _ = browser.screenText()
        browser.keys("G", "k", "k", "m", "k", "k", "m", "g", "m")
        _ = browser.screenText()
        browser.keys("j", "j")
        _ = browser.screenText()
        let cursor = try #require(browser.list?.cursor?.identity)
        let gone = try #require(browser.list?.rows.row(at: 0))
        let marked = Set(try #require(browser.list?.marked.rows.keys))
        #expect(marked.count == 3)
        let find = try #require(browser.keys("r").finds.first)
        // Two come first, and the first of the list before is gone, which was marked.
        let numbers = [1_000, 1_001] + (0..<300).filter { $0 != gone }
        _ = browser.update(.find(find.id, .matches(batch(numbers))))
        _ = browser.update(.find(find.id, .finished(.complete, Sample.statistics(matches: 301))))
        let list = try #require(browser.list)
        #expect(list.rows.count == 301)
        #expect(list.cursor?.identity == cursor)
        #expect(list.cursor.map { ItemIdentity(list.rows.table.item($0.row)) } == cursor)
        #expect(list.marked.rows.count == 2)
        for (identity, row) in list.marked.rows { #expect(ItemIdentity(list.rows.table.item(row)) == identity) }
        #expect(browser.screenText().contains("2 marked"))
        #expect(list.changes?.newRows.count == 2 && list.changes?.goneCount == 1)
        #expect(list.rows.sharing == nil, "the list before is let go")
    }
}
