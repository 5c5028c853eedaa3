import DICOMData
import Testing

@testable import WorklistServer

@Suite("Import into a store")
struct WorklistImportTests {
    @Test("CSV: quoted fields, line ends, letters of any script, steps by their attributes or by paths")
    func csv() async throws {
        let folder = try TemporaryFolder()
        let text =
            "\u{FEFF}AccessionNumber,\"PatientName\",Patient ID,Modality,ScheduledProcedureStepSequence[1].Modality,Allergies\r\n"
            + "A1,\"Müller, Jörg\",P1,CT,MR,\"said \"\"none\"\"\"\r\n\r\n"
            + "A2,山田^太郎,P2,US,,\"Iodine\nLatex\"\nA3,too few\n,,,,,\n"
        try folder.write("orders.csv", Array(text.utf8))
        let store = try WorklistStore(path: folder.path + "/w.store")
        let report = try WorklistImport.run([folder.path + "/orders.csv"], into: store)
        #expect(report.changes == WorklistStore.Changes(added: 2))
        #expect(report.problems.map(\.place) == ["line 6", "line 7"].map { folder.path + "/orders.csv " + $0 })
        let items = try #require(try await store.candidates())
        #expect(items.map { $0.string(.patientName) } == ["Müller, Jörg", "山田^太郎"])
        #expect(items[0].string(.allergies) == "said \"none\"")
        let modalities = items.map { $0.items(.scheduledProcedureStepSequence).map { $0.string(.modality) } }
        #expect(modalities == [["CT", "MR"], ["US"]])
    }

    @Test("CSV: semicolons and tabs part fields; a heading that is no attribute is told by its column")
    func headings() async throws {
        let folder = try TemporaryFolder()
        try folder.write("a.csv", Array("AccessionNumber;PatientID\nA1;P1\n".utf8))
        try folder.write("b.csv", Array("AccessionNumber\tPatientID\nA2\tP2\n".utf8))
        try folder.write("c.csv", Array("AccessionNumber,Patienten-Nr\nA3,P3\n".utf8))
        try folder.write("notes.txt", Array("left alone".utf8))
        let store = try WorklistStore(path: folder.path + "/w.store")
        let report = try WorklistImport.run([folder.path], into: store)
        #expect(report.changes.added == 2)
        #expect(report.problems.count == 1)
        #expect(report.problems.first?.reason.contains("column 2") == true)
    }

    @Test("DICOM JSON and .wl files: what the demo schedule is, is what comes out of the store")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        let date = try #require(DICOMDate(year: 2026, month: 9, day: 21))
        let items = DemoSchedule(date: date, count: 120).items
        let lines = items.prefix(40).map { DICOMJSON.encode($0) }
        try folder.write("a.jsonl", Array(lines.joined(separator: "\n").utf8))
        let array = items.dropFirst(40).prefix(40).map { DICOMJSON.encode($0) }
        try folder.write("b.json", Array(("[" + array.joined(separator: ",") + "]").utf8))
        folder.folder("RIS")
        for (index, item) in items.dropFirst(80).enumerated() {
            let bytes = try DICOMFile(dataSet: item, transferSyntax: .implicitVRLittleEndian).encoded()
            try folder.write("RIS/\(index).wl", bytes)
        }
        try folder.write("RIS/broken.wl", [1, 2, 3])
        try folder.write("broken.json", Array("{\"00100010\": 7".utf8))
        let store = try WorklistStore(path: folder.path + "/w.store")
        let report = try WorklistImport.run([folder.path], into: store)
        #expect(report.problems.count == 2)
        #expect(report.changes.added == 120)
        let stored = try #require(try await store.candidates())
        #expect(stored.map { DICOMJSON.encode($0) } == items.map { DICOMJSON.encode($0) })
        #expect(try WorklistImport.run([folder.path], into: store).changes == WorklistStore.Changes(replaced: 120))
    }
}
