import DICOMData
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Sort keys, filters, tables")
struct SortAndFilterTests {
    private func key(_ step: Sample.Step, _ column: ListColumn) -> SortKey {
        let item = EncodedDataSet(bytes: Sample.bytes(step)[...], transferSyntax: .explicitVRLittleEndian)
        return SortKey(item, column: column, fallback: nil)
    }

    @Test("times sort by date, then time, then accession; what has no date comes last")
    func time() {
        let early = key(.init(date: "20261124", time: "0815"), .time)
        #expect(early < key(.init(date: "20261124", time: "081501"), .time))
        #expect(early == key(.init(date: "2026.11.24", time: "08:15:00"), .time))
        #expect(early < key(.init(date: "20261125", time: "000000"), .time))
        #expect(
            key(.init(accession: "26-004698", time: "0815"), .time)
                < key(.init(accession: "26-004699", time: "0815"), .time)
        )
        #expect(key(.init(date: "99991231"), .time) < key(.init(date: ""), .time))
        #expect(key(.init(date: "gibberish"), .time) == key(.init(date: ""), .time))
    }

    @Test("names sort without regard to case, and a short name before the longer one that starts with it")
    func names() {
        #expect(key(.init(name: "SMITH^Anna"), .patient) < key(.init(name: "smithe^Anna"), .patient))
        #expect(key(.init(name: "Smith^Anna"), .patient) == key(.init(name: "SMITH^ANNA"), .patient))
        #expect(key(.init(name: "ÅBERG^Olle"), .patient) == key(.init(name: "åberg^olle"), .patient))
        #expect(key(.init(name: "ZZZ"), .patient) < key(.init(name: ""), .patient))
    }

    @Test("numbers sort by value, before texts")
    func numbers() {
        #expect(key(.init(id: "9"), .id) < key(.init(id: "10"), .id))
        #expect(key(.init(id: "00391022"), .id) < key(.init(id: "E1"), .id))
        #expect(key(.init(id: "999999999999999999"), .id) < key(.init(id: "A"), .id))
        #expect(key(.init(id: "E2"), .id) < key(.init(id: "E30"), .id))
    }

    @Test("texts longer than a key are still sorted to their end")
    func longTexts() {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        _ = rows.sort(by: SortOrder(column: .patient))
        let names = [
            "VAN DER BERG VAN DE POLDER^Zoe", "VAN DER BERG VAN DE POLDER^Anna", "VAN DER BERG VAN DE POLDER^Mia",
        ]
        _ = rows.append(Sample.batch(names.map { .init(name: $0) }))
        #expect(rows.shown == [1, 2, 0])
        _ = rows.sort(by: SortOrder(column: .patient, isDescending: true))
        #expect(rows.shown == [0, 2, 1])
    }

    @Test("merging any batches gives the same order as sorting them all")
    func merging() {
        var random = SplitMix(seed: 7)
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        for _ in 0..<40 {
            let batch = (0..<Int(random.next() % 12)).map { _ in
                Sample.Step(
                    accession: "A\(random.next() % 50)",
                    time: ItemText.two(Int(random.next() % 24)) + ItemText.two(Int(random.next() % 60))
                )
            }
            _ = rows.append(Sample.batch(batch))
        }
        let sorted = ArrangeJob.sorted(rows.table, rows: rows.count, by: .standard, fallback: nil)
        #expect(rows.shown == sorted)
        #expect(Set(rows.shown).count == rows.count)
    }

    @Test(
        "a filter is words, columns and negations",
        arguments: [
            ("smith", 2), ("SMITH anna", 2), ("smith !abdomen", 1), ("id:0022", 1), ("patient:ct", 0), ("proc:head", 4),
            ("status:completed", 1), ("1985-11", 1), ("müller", 1), ("山田", 1), ("!ct", 0), ("name:!", 0), ("sex:u", 1),
        ]
    )
    func filters(_ text: String, _ count: Int) {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        _ = rows.append(Sample.batch(Sample.morning))
        _ = rows.filter(by: RowFilter(text))
        #expect(rows.shownCount == count)
    }

    @Test("nothing to look for is no filter", arguments: ["", "   ", "!", "name:", "!id: "])
    func emptyFilters(_ text: String) {
        #expect(RowFilter(text) == nil)
    }

    @Test("a table finds every row again, whatever the sizes of its batches")
    func table() {
        var table = MatchTable()
        var random = SplitMix(seed: 3)
        var wanted: [[UInt8]] = []
        for size in [1, 1, 300, 2, 0, 5_000, 1, 1, 40] {
            var batch = MatchBatch(transferSyntax: .explicitVRLittleEndian)
            for _ in 0..<size {
                let bytes = (0..<Int(random.next() % 90)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                wanted.append(bytes)
                batch.append(bytes, status: wanted.count.isMultiple(of: 7) ? .pendingWithUnsupportedKeys : .pending)
            }
            table.append(batch)
        }
        #expect(table.count == wanted.count)
        #expect(wanted.indices.allSatisfy { Array(table.item($0).bytes) == wanted[$0] })
        #expect(table.unsupportedKeyCount == wanted.count / 7)
        #expect(table.status(6) == .pendingWithUnsupportedKeys)
        #expect(table.item(wanted.count).bytes.isEmpty)
        #expect(table.item(-1).bytes.isEmpty)
        var seen: [Int] = []
        table.forEach(299..<305) { row, item in
            #expect(Array(item.bytes) == wanted[row])
            seen.append(row)
            return true
        }
        #expect(seen == Array(299..<305))
    }

    @Test("an item is the same by study, step, procedure and accession; two that have none only if all bytes are equal")
    func identity() {
        func identity(_ step: Sample.Step) -> ItemIdentity {
            ItemIdentity(EncodedDataSet(bytes: Sample.bytes(step)[...], transferSyntax: .explicitVRLittleEndian))
        }
        let step = Sample.Step()
        #expect(identity(step) == identity(.init(status: "COMPLETED")))
        #expect(identity(step) != identity(.init(step: "SPS-2")))
        #expect(identity(step) != identity(.init(study: "1.2.3")))
        let bare = EncodedDataSet(bytes: [], transferSyntax: .explicitVRLittleEndian)
        let other = EncodedDataSet(
            bytes: [8, 0, 0x60, 0, 0x43, 0x53, 2, 0, 0x43, 0x54],
            transferSyntax: .explicitVRLittleEndian
        )
        #expect(ItemIdentity(bare) != ItemIdentity(other))
    }

    @Test(
        "ages are years, months for infants, days for newborns",
        arguments: [
            ("19851102", "41 y"), ("19851125", "40 y"), ("19851124", "41 y"), ("20250101", "22 mo"),
            ("20261101", "23 d"),
            ("20261124", "0 d"), ("20241124", "2 y"),
        ]
    )
    func ages(_ born: String, _ age: String) throws {
        let date = try #require(DICOMDate(parsing: born))
        #expect(ItemText.age(born: date, today: Sample.start.date) == age)
    }

    @Test("someone born tomorrow has no age")
    func noAge() throws {
        let date = try #require(DICOMDate(parsing: "20261125"))
        #expect(ItemText.age(born: date, today: Sample.start.date) == nil)
    }

    @Test("columns never overlap and never leave the list, at any width")
    func layouts() {
        let rows = Sample.morning.map { step in
            RowText(
                EncodedDataSet(bytes: Sample.bytes(step)[...], transferSyntax: .explicitVRLittleEndian),
                fallback: nil,
                today: Sample.start.date
            )
        }
        for width in 0...220 {
            for wishes in [(false, false), (true, true)] {
                let layout = ListLayout(
                    width: width,
                    rows: rows,
                    wishes: .init(date: wishes.0, modality: wishes.1, station: wishes.1),
                    thisYear: "2026"
                )
                var end = ListLayout.gutter
                for column in layout.columns {
                    #expect(column.start == end)
                    end = column.start + column.width + 1
                }
                #expect(layout.columns.isEmpty || end - 1 <= width, "width \(width)")
                if width >= 59 {
                    let shown = Set(layout.columns.map(\.column))
                    #expect(shown.isSuperset(of: [.time, .patient, .born, .id]), "width \(width)")
                    #expect(layout.columns.first { $0.column == .born }?.width == 10)
                }
            }
        }
    }
}
