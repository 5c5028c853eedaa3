import DICOMData
import DICOMMatching
import Glibc
import Testing

@testable import WorklistServer

@Suite("The worklist store")
struct WorklistStoreTests {
    /// Numbers that look random, the same in every run.
    private struct Dice {
        var state: UInt64

        mutating func roll(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }

        mutating func pick<Value>(_ values: [Value]) -> Value { values[roll(values.count)] }
    }

    private func item(
        _ accession: String,
        name: String = "ASHBY^Ada",
        id: String = "P1",
        steps: [(day: String, time: String, station: String, modality: String)] = [
            ("20260921", "090000", "CT01", "CT")
        ],
        physician: String = ""
    ) throws -> DataSet {
        var item = DataSet()
        item.declare(.utf8)
        try item.set(.accessionNumber, accession)
        try item.set(.patientName, name)
        try item.set(.patientID, id)
        try item.set(.studyInstanceUID, "1.2.3." + String(accession.utf8.reduce(0) { $0 * 31 % 1_000_003 + Int($1) }))
        try item.set(.requestedProcedureID, "RP" + accession)
        item.setItems(
            .scheduledProcedureStepSequence,
            try steps.enumerated().map { index, one in
                var step = DataSet(inheriting: .utf8)
                try step.set(.scheduledProcedureStepStartDate, one.day)
                try step.set(.scheduledProcedureStepStartTime, one.time)
                try step.set(.scheduledStationAETitle, one.station)
                try step.set(.modality, one.modality)
                try step.set(.scheduledPerformingPhysicianName, physician)
                try step.set(.scheduledProcedureStepID, "S\(accession).\(index)")
                return step
            }
        )
        return item
    }

    private func query(_ texts: [String]) throws -> DataSet {
        var query = Query(model: .worklist)
        for text in texts { query.set(try KeyPath.parse(text).key()) }
        guard !query.keys.isEmpty else { return DataSet() }
        let date = try #require(DICOMDate(year: 2026, month: 9, day: 21))
        return try query.identifier(now: QueryMoment(date: date, second: 0))
    }

    /// Accession numbers of what matches, in the order of the answers.
    private func found(_ source: some WorklistSource, _ texts: [String]) async throws -> [String] {
        let keys = try query(texts)
        let compiled = try CompiledQuery(identifier: keys, rules: .worklist)
        return try await #require(source.candidates("ANY", keys)).filter(compiled.matches)
            .map { $0.string(.accessionNumber) ?? "" }
    }

    @Test("Any query finds in a store what it finds among all items, in the same order")
    func everyQuery() async throws {
        let folder = try TemporaryFolder()
        let store = try WorklistStore(path: folder.path + "/w.store")
        var dice = Dice(state: 7)
        let names = ["ASHBY^Ada", "Ashdown^Boris", "Birch^Clara", "MÜLLER^Jörg", "Yamada^Tarou=山田^太郎", "Birch", ""]
        let days = ["20260920", "20260921", "20260922", ""]
        let times = ["080000", "090000", "093000", "170000", ""]
        let stations = ["CT01", "CT02", "MR01", "CT01\\MR01", ""]
        let modalities = ["CT", "MR", "US"]
        var items: [DataSet] = []
        for number in 0..<400 {
            items.append(
                try item(
                    "A\(1_000 + number * 37 % 400)",
                    name: dice.pick(names),
                    id: "P\(dice.roll(90))",
                    steps: [(dice.pick(days), dice.pick(times), dice.pick(stations), dice.pick(modalities))],
                    physician: dice.pick(names)
                )
            )
        }
        try store.put(items)
        let all = FixedWorklist(items)
        let keys: [[String]] = [
            ["PatientName=" + "ash*"], ["PatientName=Müller^Jörg"], ["PatientName==山田*"], ["PatientName=*^Ada"],
            ["PatientName=BIRCH"], ["PatientName=b?rch*"], ["PatientName=NOBODY*"],
            ["PatientID=P7"], ["PatientID=P1*"], ["PatientID=*3"], ["PatientID=P"],
            ["Modality=CT"], ["Modality=CT\\US"], ["Modality=XA"], ["Modality=C*"],
            ["ScheduledStationAETitle=CT01"], ["ScheduledStationAETitle=MR01"], ["ScheduledStationAETitle=CT*"],
            ["ScheduledProcedureStepStartDate=20260921"], ["ScheduledProcedureStepStartDate=20260921-"],
            ["ScheduledProcedureStepStartDate=-20260920"],
            ["ScheduledProcedureStepStartTime=090000"], ["ScheduledProcedureStepStartTime=0900-0930"],
            ["ScheduledPerformingPhysicianName=Birch*"], ["ScheduledPerformingPhysicianName=ashby^ada"],
            ["AccessionNumber=A1007"], ["AccessionNumber=A10*"], ["RequestedProcedureID=RPA1007"],
        ]
        #expect(try await found(store, []) == found(all, []))
        for first in keys {
            #expect(try await found(store, first) == found(all, first), "\(first)")
            for _ in 0..<4 {
                let second = dice.pick(keys)
                // Two keys of one attribute are one key: the later.
                let both = first + second
                #expect(try await found(store, both) == found(all, both), "\(both)")
            }
        }
        for item in items.prefix(20) {
            let uid = item.string(.studyInstanceUID) ?? ""
            #expect(try await found(store, ["StudyInstanceUID=\(uid)"]) == found(all, ["StudyInstanceUID=\(uid)"]))
        }
    }

    @Test("An item of several steps is found by each of them, and answered once")
    func severalSteps() async throws {
        let folder = try TemporaryFolder()
        let store = try WorklistStore(path: folder.path + "/w.store")
        try store.put([
            try item("A1", steps: [("20260921", "090000", "CT01", "CT"), ("20260923", "100000", "MR01", "MR")]),
            try item("A2", steps: [("20260922", "090000", "CT01", "CT")]),
        ])
        for (keys, accessions) in [
            ([], ["A1", "A2"]), (["Modality=MR"], ["A1"]), (["Modality=CT"], ["A1", "A2"]),
            (["ScheduledProcedureStepStartDate=20260923"], ["A1"]),
            (["ScheduledProcedureStepStartDate=20260922-"], ["A2", "A1"]),
            (["ScheduledProcedureStepStartDate=20260923", "Modality=CT"], []),
            (["ScheduledStationAETitle=*01"], ["A1", "A2"]), (["PatientName=Ashby*"], ["A1", "A2"]),
        ] {
            #expect(try await found(store, keys) == accessions, "\(keys)")
        }
        #expect(try await store.count() == 2)
        #expect(try store.remove([try item("A1")]) == 0, "the first step tells items apart too")
        #expect(try await store.count() == 2)
    }

    @Test("What matches rarely among much is found, in order and once, though looked up late")
    func lateChange() async throws {
        let folder = try TemporaryFolder()
        let store = try WorklistStore(path: folder.path + "/w.store")
        var items: [DataSet] = []
        for number in 0..<9_000 {
            // Thousands begin as the key does; the few that match come last.
            let name = number < 8_990 ? "SMITH^Ada\(number)" : "SMITH^Zoe"
            let minute = number / 60 % 60
            let time = "\(number / 3_600 + 10)" + (minute < 10 ? "0" : "") + "\(minute)00"
            items.append(try item("A\(10_000 + number)", name: name, steps: [("20260921", time, "CT01", "CT")]))
        }
        try store.put(items)
        #expect(try await found(store, ["PatientName=SMITH^*oe"]) == (8_990..<9_000).map { "A\(10_000 + $0)" })
        // The same with a cursor that is told how little has matched.
        let keys = try query(["PatientName=SMITH^*oe"])
        let compiled = try CompiledQuery(identifier: keys, rules: .worklist)
        let cursor = try #require(try await store.cursor(for: WorklistRequest(query: compiled)))
        var seen: [String] = []
        var matches = 0
        while let batch = try cursor.next(after: matches) {
            matches = 0
            for index in batch.indices {
                let item = DataSet(lenient: batch[index], transferSyntax: .explicitVRLittleEndian)
                seen.append(item.string(.accessionNumber) ?? "")
                if compiled.matches(item) { matches += 1 }
            }
        }
        #expect(seen == (0..<9_000).map { "A\(10_000 + $0)" })
    }

    @Test("A cursor sees one moment, whatever is added, changed and taken away meanwhile")
    func oneMoment() async throws {
        let folder = try TemporaryFolder()
        let store = try WorklistStore(path: folder.path + "/w.store")
        try store.put(try (0..<300).map { try item("A\(1_000 + $0)") })
        let request = WorklistRequest(query: try CompiledQuery(identifier: DataSet(), rules: .worklist))
        let cursor = try #require(try await store.cursor(for: request))
        var count = try #require(try cursor.next(after: 1)).count
        #expect(count < 300)
        try store.put([try item("A2000"), try item("A1299", name: "OTHER")])
        #expect(try store.remove(try (0..<200).map { try item("A\(1_000 + $0)") }) == 200)
        while let batch = try cursor.next(after: 1) {
            count += batch.count
            for index in batch.indices {
                let item = DataSet(lenient: batch[index], transferSyntax: .explicitVRLittleEndian)
                #expect(item.string(.patientName) == "ASHBY^Ada")
            }
        }
        #expect(count == 300)
        #expect(try await found(store, []).count == 101)
        #expect(try await found(store, ["PatientName=OTHER"]) == ["A1299"])
    }

    @Test("Items are added, replaced, taken away and expire")
    func changes() async throws {
        let folder = try TemporaryFolder()
        let store = try WorklistStore(path: folder.path + "/w.store")
        let days = ["20260901", "20260902", "20260903", ""]
        let items = try days.enumerated().map { try item("A\($0)", steps: [($1, "090000", "CT01", "CT")]) }
        #expect(try store.put(items) == WorklistStore.Changes(added: 4))
        #expect(try store.put([try item("A1", name: "NEW")]) == WorklistStore.Changes(replaced: 1))
        #expect(try await found(store, ["PatientName=NEW"]) == ["A1"])
        #expect(try await store.count() == 4)
        #expect(try store.expire(before: #require(DICOMDate(year: 2026, month: 9, day: 3))) == 1)
        #expect(try await found(store, []) == ["A3", "A2", "A1"], "A1 was put off, and what has no date stays")
        #expect(try store.remove([try item("A1")]) == 1)
        #expect(try await store.count() == 2)
        #expect(throws: WorklistStoreError.unidentifiable(position: 1)) {
            try store.put([try item("B1"), DataSet()])
        }
        #expect(try await store.count() == 2, "all or none")
    }

    @Test("A store is its owner's alone, keeps what it has, and is not opened if it is none, or newer")
    func files() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/w.store"
        do {
            let store = try WorklistStore(path: path)
            try store.put([try item("A1")])
            for name in ["", "-wal"] {
                var status = stat()
                #expect(stat(path + name, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600)
            }
        }
        #expect(try await found(WorklistStore(path: path), []) == ["A1"])
        try folder.write("text", Array("this is no database, but a text of some length".utf8))
        #expect(throws: WorklistStoreError.notAStore(path: folder.path + "/text")) {
            try WorklistStore(path: folder.path + "/text")
        }
        let error = #expect(throws: WorklistStoreError.self) { try WorklistStore(path: "/nonexistent/w.store") }
        #expect(error?.description.contains("No such file or directory") == true)
        try WorklistStore(path: path).pretendVersion(StoreSchema.version + 1)
        let newer = #expect(throws: WorklistStoreError.self) { try WorklistStore(path: path) }
        #expect(newer?.description.contains("use the newer program") == true)
    }

    @Test("More cursors than readers wait for one, and all get their items")
    func manyCursors() async throws {
        let folder = try TemporaryFolder()
        let store = try WorklistStore(path: folder.path + "/w.store")
        try store.put(try (0..<50).map { try item("A\($0)") })
        let request = WorklistRequest(query: try CompiledQuery(identifier: DataSet(), rules: .worklist))
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<400 {
                group.addTask {
                    let cursor = try #require(try await store.cursor(for: request))
                    var count = 0
                    while let batch = try cursor.next(after: 1) {
                        count += batch.count
                        await Task.yield()
                    }
                    cursor.close()
                    return count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 50, count: 400))
    }
}
