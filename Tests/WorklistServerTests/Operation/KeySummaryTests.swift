import DICOMData
import Testing
import WorklistServer

/// What a log may know of a query.
@Suite struct KeySummaryTests {
    private static func summary(_ build: (inout DataSet) throws -> Void) rethrows -> KeySummary {
        var identifier = DataSet()
        try build(&identifier)
        return KeySummary(identifier)
    }

    @Test("Keys are named with their kind of matching; values never are")
    func kinds() throws {
        let summary = try Self.summary { identifier in
            try identifier.set(.patientName, "SECRET^*")
            try identifier.set(.patientID, "SECRET")
            try identifier.set(.studyInstanceUID, "1.2.3\\1.2.4")
            try identifier.set(.accessionNumber, "")
            var step = DataSet()
            try step.set(.scheduledProcedureStepStartDate, "20270101-20270102")
            try step.set(.modality, "*")
            identifier.setItems(.scheduledProcedureStepSequence, [step])
        }
        #expect(
            summary.description
                == "PatientName:wildcard PatientID:single StudyInstanceUID:list "
                + "ScheduledProcedureStepSequence.ScheduledProcedureStepStartDate:range"
        )
        #expect(summary.returned == 2)
        #expect(!"\(summary)".contains("SECRET"))
    }

    @Test("A query without keys says so")
    func none() throws {
        let summary = try Self.summary { try $0.set(.patientName, "") }
        #expect(summary.description == "none")
        #expect(summary.returned == 1)
    }

    @Test("Attributes without a keyword are named by their numbers")
    func privateAttributes() {
        let summary = Self.summary { identifier in
            identifier.set(DataElement(tag: Tag(0x0009, 0x0010), vr: .LO, bytes: "MAKER".utf8))
            identifier.set(DataElement(tag: Tag(0x0009, 0x1001), vr: .LO, bytes: "SECRET".utf8))
        }
        #expect(summary.matching.map(\.path) == ["(0009,1001)"])
    }
}
