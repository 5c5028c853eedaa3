import DICOMData
import Testing
import WorklistServer

@Suite("Worklists in memory")
struct FixedWorklistTests {
    @Test("Items are sorted by date, time and accession, those without a step first")
    func order() async throws {
        func item(_ accession: String, _ date: String?, _ time: String = "0900") throws -> DataSet {
            var item = DataSet()
            try item.set(.accessionNumber, accession)
            guard let date else { return item }
            var step = DataSet()
            try step.set(.scheduledProcedureStepStartDate, date)
            try step.set(.scheduledProcedureStepStartTime, time)
            item.setItems(.scheduledProcedureStepSequence, [step])
            return item
        }
        let source = FixedWorklist([
            try item("E", "20260922", "0700"), try item("D", "20260921", "1000"), try item("C", "20260921"),
            try item("B", "20260921"), try item("A", nil),
        ])
        #expect(try await source.candidates("X")?.map { $0.string(.accessionNumber) } == ["A", "B", "C", "D", "E"])
    }
}
