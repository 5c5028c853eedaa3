import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Any attribute as a column: reading, sorting, filtering")
struct AttributeColumnTests {
    private static let weight = ListColumn.attribute(AttributePath([], Tag(0x0010, 0x1030)))
    private static let pregnancy = ListColumn.attribute(AttributePath([], Tag(0x0010, 0x21C0)))
    private static let study = ListColumn.attribute(AttributePath([], .studyInstanceUID))
    private static let performing = ListColumn.attribute(.step(.scheduledPerformingPhysicianName))

    private func bytes(_ step: Sample.Step = .init(), _ change: (inout DataSet) -> Void = { _ in }) throws -> [UInt8] {
        var dataSet = Sample.dataSet(step)
        change(&dataSet)
        return try dataSet.encoded(.explicitVRLittleEndian)
    }

    private func item(_ step: Sample.Step = .init(), _ change: (inout DataSet) -> Void = { _ in }) throws
        -> EncodedDataSet
    {
        EncodedDataSet(bytes: try bytes(step, change)[...], transferSyntax: .explicitVRLittleEndian)
    }

    private func element(_ column: ListColumn, _ value: String, vr: VR) -> DataElement {
        DataElement(tag: column.path.tag, vr: vr, bytes: value.utf8)
    }

    private func row(_ item: EncodedDataSet, reading: [ListColumn] = []) -> RowText {
        RowText(item, fallback: nil, today: Sample.start.date, reading: reading)
    }

    @Test("an attribute is written as its VR is read, and what is absent is not taken for empty")
    func reading() throws {
        let item = try item {
            $0.set(self.element(Self.weight, "72.5", vr: .DS))
            $0.set(DataElement(tag: Self.pregnancy.path.tag, vr: .US, bytes: [4, 0]))
            $0.set(DataElement(tag: .referringPhysicianName, vr: .PN, bytes: "HOLT^Petra^^Dr\\KIM^Bo".utf8))
            $0.set(DataElement(tag: Tag(0x0010, 0x21D0), vr: .DA, bytes: "20261101".utf8))
            $0.set(DataElement(tag: Tag(0x0010, 0x2110), vr: .LO, bytes: [UInt8]()))
        }
        for text in [row(item), row(item, reading: [Self.weight, Self.pregnancy, Self.performing])] {
            #expect(text[Self.weight].text == "72.5")
            #expect(text[Self.pregnancy].text == "4 unknown")
            #expect(text[.attribute(AttributePath([], .referringPhysicianName))].text == "HOLT, Dr Petra \\ KIM, Bo")
            #expect(text[.attribute(AttributePath([], Tag(0x0010, 0x21D0)))].text == "2026-11-01")
            #expect(text[.attribute(AttributePath([], Tag(0x0010, 0x2110)))].state == .empty)
            #expect(text[.attribute(AttributePath([], Tag(0x0010, 0x4000)))].state == .absent)
            #expect(text[Self.performing].state == .absent)
        }
    }

    @Test("a wrong date in an attribute is shown as doubtful, not as a date")
    func damaged() throws {
        let item = try item { $0.set(DataElement(tag: Tag(0x0010, 0x21D0), vr: .DA, bytes: "20261399".utf8)) }
        #expect(row(item)[.attribute(AttributePath([], Tag(0x0010, 0x21D0)))].state == .damaged)
    }

    @Test("the privacy mask covers names and identifiers in attribute columns")
    func masked() throws {
        let item = try item {
            $0.set(DataElement(tag: .referringPhysicianName, vr: .PN, bytes: "HOLT^Petra".utf8))
            $0.set(DataElement(tag: .otherPatientIDs, vr: .LO, bytes: "X77".utf8))
        }
        let columns = [AttributePath([], .referringPhysicianName), AttributePath([], .otherPatientIDs)]
            .map { ListColumn.attribute($0) }
        for text in [row(item).masked, row(item, reading: columns).masked] {
            #expect(text[columns[0]].text == "H., P.")
            #expect(text[columns[1]].text == "***")
        }
    }

    @Test("keys sort by the VR: decimals and binary numbers by value, ages by length, rows without a value last")
    func keys() throws {
        func key(_ column: ListColumn, _ vr: VR, _ bytes: [UInt8]?) throws -> SortKey {
            let item = try item { dataSet in
                guard let bytes else { return }
                dataSet.set(DataElement(tag: column.path.tag, vr: vr, bytes: bytes))
            }
            return SortKey(item, column: column, fallback: nil)
        }
        func decimal(_ text: String?) throws -> SortKey {
            try key(Self.weight, .DS, text.map { Array($0.utf8) })
        }
        #expect(try decimal("9.5") < decimal("10"))
        #expect(try decimal("-3") < decimal("0"))
        #expect(try decimal("-30") < decimal("-3"))
        #expect(try decimal(" 7.0 ") == decimal("7"))
        #expect(try decimal("1e3") < decimal("heavy"))
        #expect(try decimal("heavy") < decimal(nil))
        #expect(try decimal("") == decimal(nil))
        // 32 is a blank and a NUL in bytes.
        #expect(try key(Self.pregnancy, .US, [3, 0]) < key(Self.pregnancy, .US, [32, 0]))
        #expect(try key(Self.pregnancy, .US, [32, 0]) < key(Self.pregnancy, .US, [0, 1]))
        #expect(try key(Self.pregnancy, .US, [0, 0]) < key(Self.pregnancy, .US, [1, 0]))
        let age = ListColumn.attribute(AttributePath([], Tag(0x0010, 0x1010)))
        #expect(try key(age, .AS, Array("011M".utf8)) < key(age, .AS, Array("001Y".utf8)))
        #expect(try key(age, .AS, Array("006W".utf8)) < key(age, .AS, Array("002M".utf8)))
    }

    @Test("a long list sorts by one and by several columns as rows merged one by one do")
    func several() throws {
        var random = SplitMix(seed: 11)
        let names = ["SMITH^Anna", "SMITH^Bo", "VAN DER BERG VAN DE POLDER^Zoe", "VAN DER BERG VAN DE POLDER^Mia", ""]
        let steps = (0..<300).map { number in
            Sample.Step(
                name: names[Int(random.next() % 5)],
                id: "P\(random.next() % 40)",
                accession: "A\(number)",
                time: ItemText.two(Int(random.next() % 3) + 8) + "0000",
                status: ["SCHEDULED", "ARRIVED"][Int(random.next() % 2)],
                study: "1.2.826.0.1.3680043.9.7.\(random.next() % 9)"
            )
        }
        let orders: [[SortOrder.Key]] = [
            [.init(column: .patient), .init(column: .time, isDescending: true)],
            [.init(column: .patient, isDescending: true), .init(column: .status), .init(column: .id)],
            [.init(column: Self.study), .init(column: .patient)],
            [.init(column: Self.study, isDescending: true)],
            [.init(column: .status), .init(column: .time), .init(column: .patient, isDescending: true)],
        ]
        for keys in orders {
            let order = try #require(SortOrder(keys))
            var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
            _ = rows.sort(by: order)
            var start = 0
            while start < steps.count {
                let end = min(steps.count, start + 1 + Int(random.next() % 30))
                _ = rows.append(Sample.batch(Array(steps[start..<end])))
                start = end
            }
            let sorted = ArrangeJob.sorted(rows.table, rows: rows.count, by: order, fallback: nil)
            #expect(rows.shown == sorted, "\(order)")
            #expect(Set(sorted).count == steps.count)
        }
    }

    @Test("the second column decides only where the first is equal, and equal rows stay as they came")
    func secondKey() throws {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        _ = rows.append(
            Sample.batch([
                .init(name: "B^X", accession: "9", time: "0900"), .init(name: "A^X", accession: "8", time: "1000"),
                .init(name: "B^X", accession: "1", time: "0800"), .init(name: "A^X", accession: "7", time: "1000"),
            ])
        )
        _ = rows.sort(by: try #require(SortOrder([.init(column: .patient), .init(column: .time)])))
        // With a column behind it the time alone decides; as the last one it takes the accession number along.
        #expect(rows.shown == [3, 1, 2, 0])
        _ = rows.sort(by: try #require(SortOrder([.init(column: .time), .init(column: .patient)])))
        #expect(rows.shown == [2, 0, 1, 3])
    }

    @Test("a column is a key once; as a further key it goes up, down, and away")
    func toggling() {
        var order = SortOrder(column: .patient)
        order = order.toggled(.time)
        #expect(order.keys == [.init(column: .patient), .init(column: .time)])
        order = order.toggled(.date)
        #expect(order.keys == [.init(column: .patient), .init(column: .time, isDescending: true)])
        order = order.toggled(.time)
        #expect(order == SortOrder(column: .patient))
        #expect(order.toggled(.patient) == SortOrder(column: .patient, isDescending: true))
        #expect(order.toggled(.patient).toggled(.patient) == order, "the last key stays")
        #expect(order.chosen(.id) == SortOrder(column: .id))
        #expect(order.chosen(.patient) == SortOrder(column: .patient, isDescending: true))
        #expect(SortOrder([]) == nil)
    }

    @Test(
        "quotes keep words together; columns are named by what they show",
        arguments: [
            ("\"ct head\"", 4), ("proc:\"ct head\"", 4), ("!\"ct head\"", 10), ("\"head ct\"", 0),
            ("\"smith, anna m", 1),
            ("\"!\"", 0), ("\"proc:head\"", 0), ("priority:stat", 1), ("issuer:hosp", 2),
            ("StudyInstanceUID:00391022", 1),
            ("step:sps-26-004711", 1), ("id:=00391022", 1), ("id:=0039102", 0), ("patient:=\"smith, anna\"", 1),
            ("id:=", 14),
        ]
    )
    func filters(_ text: String, _ count: Int) {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        _ = rows.append(Sample.batch(Sample.morning))
        _ = rows.filter(by: RowFilter(text))
        #expect(rows.shownCount == count)
    }

    @Test("a word without a column looks in the attributes that are on the list, and in no others")
    func shownAttributes() {
        var rows = RowList(series: 1, fallback: nil, today: Sample.start.date)
        _ = rows.append(Sample.batch(Sample.morning))
        let issuer = ListColumn.attribute(AttributePath([], .issuerOfPatientID))
        _ = rows.filter(by: RowFilter("hosp"))
        #expect(rows.shownCount == 0)
        _ = rows.filter(by: RowFilter("hosp", shown: [.time, issuer]))
        #expect(rows.shownCount == 2)
    }

    @Test("every column has a name that reads back as the column, and a header")
    func names() {
        let others = ["InstitutionName", "ScheduledProcedureStepSequence[1].Modality", "(0009,1001)"]
            .compactMap { ListColumn(name: $0) }
        #expect(others.count == 3)
        for column in ListColumn.allCases + ListColumn.known + others {
            #expect(ListColumn(name: column.rawValue) == column)
            #expect(!column.header.isEmpty)
            #expect(TerminalText(column.header).width <= 16)
        }
        let all = ListColumn.allCases + ListColumn.known
        #expect(Set(all.map(\.rawValue)).count == all.count)
        #expect(Set(all).count == all.count)
        #expect(ListColumn(name: "PatientName") == .patient)
        #expect(ListColumn(name: "nonsense") == nil)
        #expect(ListColumn(name: "PatientName=X") == nil)
    }
}

@Suite("How a list is looked at, as names in files")
struct ListViewTests {
    @Test("columns with widths and orders come back as they were written")
    func roundTrip() {
        let columns = ["time", "patient:20", "weight", "InstitutionName:12"]
        let view = ListView(columns: columns, sort: ["-patient", "time"])
        #expect(view.columnNames == columns)
        #expect(view.sortNames == ["-patient", "time"])
        #expect(view.columns.map(\.width) == [nil, 20, nil, 12])
        #expect(ListView(columns: view.columnNames, sort: view.sortNames) == view)
        #expect(!view.isStandard)
        #expect(ListView().isStandard)
        #expect(ListView(sort: ["time"]).isStandard)
    }

    @Test("what means no column is left out and can be told; no column stands twice")
    func unknown() {
        let columns = ["time", "tyme", "patient:0", "time:9", "patient:99999999999999999999"]
        #expect(ListView(columns: columns, sort: ["-", "-id", "x y"]).columnNames == ["time"])
        #expect(ListView(columns: columns, sort: ["-", "-id", "x y"]).sortNames == ["-id"])
        #expect(
            ListView.unknownNames(columns: columns, sort: ["-", "-id"])
                == ["tyme", "patient:0", "patient:99999999999999999999", "-"]
        )
    }

    @Test("chosen columns never overlap, never leave the list, and each can be brought into view, at any width")
    func layouts() {
        let rows = Sample.morning.map { step in
            RowText(
                EncodedDataSet(bytes: Sample.bytes(step)[...], transferSyntax: .explicitVRLittleEndian),
                fallback: nil,
                today: Sample.start.date
            )
        }
        let view = ListView(columns: [
            "time", "date", "patient", "born", "id", "study", "weight", "comments", "accession:30", "procedure", "sex",
        ])
        for width in 0...220 {
            var layout = ListLayout(width: width, rows: rows, chosen: view.columns, thisYear: "2026")
            #expect(layout.all.map(\.column) == view.columns.map(\.column))
            for column in view.columns.map(\.column) + [.time] {
                layout.reveal(column)
                var end = ListLayout.gutter
                for shown in layout.columns {
                    #expect(shown.start == end)
                    end = shown.start + shown.width + 1
                }
                #expect(layout.columns.isEmpty || end - 1 <= width, "width \(width)")
                #expect(layout.hidden.left >= 0 && layout.hidden.right >= 0)
                if width >= 59 { #expect(layout.columns.contains { $0.column == column }, "\(column) at \(width)") }
                // What identifies is there whole or not at all.
                for shown in layout.columns where layout.columns.count > 1 && shown.column != column {
                    guard [.born, .id, .accession, .time, .date].contains(shown.column) else { continue }
                    #expect(shown.width == layout.all.first { $0.column == shown.column }?.width)
                }
            }
        }
    }

    @Test("the patient's name stays while the columns behind it scroll")
    func fixedName() {
        let view = ListView(columns: ["time", "patient:16", "born", "id", "study:40", "comments:40", "accession:12"])
        var layout = ListLayout(width: 79, rows: [], chosen: view.columns, thisYear: "2026")
        layout.reveal(.accession)
        #expect(layout.columns.prefix(2).map(\.column) == [.time, .patient])
        #expect(layout.columns.last?.column == .accession)
        #expect(layout.hidden.left > 0)
        layout.reveal(.born)
        #expect(layout.hidden.left == 0)
    }
}

@Suite("Items sent twice, and patients that are alike")
struct DuplicateTests {
    private func table(_ steps: [Sample.Step]) -> MatchTable {
        var table = MatchTable()
        table.append(Sample.batch(steps))
        return table
    }

    @Test("an item sent again is found whatever else of it has changed; others are not")
    func duplicates() {
        let steps = [
            Sample.Step(accession: "A1"), Sample.Step(accession: "A2"), Sample.Step(accession: "A1", status: "ARRIVED"),
            Sample.Step(accession: "A3"), Sample.Step(accession: "A1"),
        ]
        let table = table(steps)
        var duplicates = Duplicates()
        for _ in 0..<4 { duplicates.advance(table, budget: 2) }
        #expect(duplicates.done == 5)
        #expect(duplicates.count == 2)
        #expect(duplicates.others(of: 0) == [2, 4])
        #expect(duplicates.others(of: 2) == [0, 4])
        #expect(duplicates.others(of: 1) == [])
        #expect(duplicates.others(of: 99) == [])
    }

    @Test(
        "IDs that differ by a slip, and one person under two names, are alike; neighbours with nothing else in common are not",
        arguments: [
            // One character of the ID, in one family.
            ("LEE^Sam", "19500101", "00391022", "LEE^Toni", "20010101", "00391032", true),
            ("LEE^Sam", "19500101", "00391022", "LEE^Toni", "20010101", "0391022", true),
            ("LEE^Sam", "19500101", "00391022", "LEE^Toni", "20010101", "00391202", true),
            ("LEE^Sam", "19500101", "00391022", "LEE^Toni", "20010101", "00391055", false),
            ("LEE^Sam", "19500101", "00391022", "OKAFOR^Toni", "20010101", "00391023", false),
            ("LEE^Sam", "19500101", "1", "LEE^Toni", "20010101", "2", false),
            // Born on one day.
            ("MEYER^Eva", "19500101", "11110000", "MEIER^Ada", "19500101", "22220000", true),
            ("MEYER^Eva", "19500101", "11110000", "MEIER^Ada", "19500102", "22220000", false),
            ("LEE^Sam", "19500101", "11110000", "SAM^Lee", "19500101", "22220000", true),
            ("SMITH^Anna", "19851102", "11110000", "JONES^Anna", "19851102", "22220000", true),
            ("SMITH^Anna", "19851102", "11110000", "JONES^Brid", "19851102", "22220000", false),
            ("SMITH^Anna", "19851102", "11110000", "JONES^Brid", "19851102", "11110001", true),
        ]
    )
    func alike(
        _ a: String,
        _ bornA: String,
        _ idA: String,
        _ b: String,
        _ bornB: String,
        _ idB: String,
        _ expected: Bool
    ) {
        let steps = [
            Sample.Step(name: a, id: idA, born: bornA, accession: "A1"),
            Sample.Step(name: "ZHOU^Wei", id: "99887766", born: "19300303", accession: "A0"),
            Sample.Step(name: b, id: idB, born: bornB, accession: "A2"),
        ]
        for order in [steps, steps.reversed()] {
            let table = table(order)
            var similar = SimilarPatients()
            while !similar.advance(table, fallback: nil, budget: 1) {}
            #expect(similar.similar(to: table.item(0)) == (expected ? 2 : nil))
            #expect(similar.similar(to: table.item(2)) == (expected ? 0 : nil))
            #expect(similar.similar(to: table.item(1)) == nil)
            #expect(similar.count == (expected ? 2 : 0))
        }
    }

    @Test("each examination of a patient who is like another carries the mark")
    func everyRow() {
        let steps = [
            Sample.Step(name: "LEE^Sam", id: "7001", born: "19500101", accession: "A1"),
            Sample.Step(name: "LEE^Sam", id: "7001", born: "19500101", accession: "A2"),
            Sample.Step(name: "LEE^Sam", id: "9440", born: "19770707", accession: "A3"),
        ]
        let table = table(steps)
        var similar = SimilarPatients()
        _ = similar.advance(table, fallback: nil, budget: 10)
        #expect((0..<3).map { similar.similar(to: table.item($0)) } == [2, 2, 0])
        #expect(similar.count == 2)
    }
}
