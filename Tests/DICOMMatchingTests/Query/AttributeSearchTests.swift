import DICOMData
import DICOMMatching
import Testing

@Suite("Searching attributes")
struct AttributeSearchTests {
    private let search = AttributeSearch.shared

    @Test("Beginnings of words find the attribute, those of the worklist model first")
    func wordBeginnings() throws {
        let results = search.results(for: "perf phy")
        #expect(results.count >= 4)
        let first = try #require(results.first)
        #expect(first.name == "Scheduled Performing Physician's Name")
        #expect(first.path == .step(.scheduledPerformingPhysicianName))
        #expect(first.keyType == .required)
        let names = results.map(\.keyword)
        #expect(names.contains("PerformingPhysicianName"))
        let firstOutside = results.firstIndex { $0.keyType == nil } ?? results.count
        #expect(results[firstOutside...].allSatisfy { $0.keyType == nil })
    }

    @Test(
        "The attribute that was meant comes first",
        arguments: [
            ("patient name", "PatientName"), ("pat id", "PatientID"), ("patientid", "PatientID"),
            ("accession", "AccessionNumber"),
            ("modality", "Modality"), ("birth", "PatientBirthDate"), ("0040,0006", "ScheduledPerformingPhysicianName"),
            ("00400006", "ScheduledPerformingPhysicianName"), ("(0010,0010)", "PatientName"),
            ("start date", "ScheduledProcedureStepStartDate"),
            ("SPS.perf", "ScheduledPerformingPhysicianName"), ("sps.0040,0002", "ScheduledProcedureStepStartDate"),
            ("study instance uid", "StudyInstanceUID"), ("physicians name", "ReferringPhysicianName"), ("rows", "Rows"),
        ]
    )
    func best(query: String, keyword: String) throws {
        let results = search.results(for: query)
        let first = try #require(results.first)
        if query == "physicians name" {
            #expect(results.prefix(3).contains { $0.keyword == keyword })
        } else {
            #expect(first.keyword == keyword, "\(results.prefix(4).map(\.keyword))")
        }
    }

    @Test("The alias of the step, and names of sequences, hold the search inside")
    func insideSequences() {
        #expect(search.results(for: "SPS.").allSatisfy { $0.path.steps.last?.tag == .scheduledProcedureStepSequence })
        #expect(search.results(for: "SPS.").count > 10)
        let codes = search.results(for: "requestedprocedurecode.code")
        #expect(!codes.isEmpty)
        #expect(codes.allSatisfy { $0.path.steps.last?.tag == .requestedProcedureCodeSequence })
    }

    @Test("Nothing typed lists the model; nothing found is an empty list; a private tag can be had")
    func edges() {
        #expect(search.results(for: "").count == min(200, WorklistModel.attributes.count))
        #expect(search.results(for: "zzzz").isEmpty)
        #expect(search.results(for: "perf phy", worklistOnly: true).allSatisfy { $0.keyType != nil })
        let result = search.results(for: "0009,1001").first
        #expect(result?.tag == DICOMData.Tag(0x0009, 0x1001))
        #expect(result?.keyType == nil)
        #expect(search.results(for: "patient", limit: 5).count == 5)
    }
}
