import DICOMData
import DICOMMatching
import Testing

@Suite("Response identifiers")
struct ResponseTests {
    private func compiled(_ keys: [String]) throws -> CompiledQuery {
        var query = Query(model: .worklist)
        for key in keys { query.set(try KeyPath.parse(key).key()) }
        return try CompiledQuery(identifier: try query.identifier(now: moment), rules: .worklist)
    }

    @Test("Only what was asked for comes back; what the record lacks is zero-length")
    func askedOnly() throws {
        let record = try dataSet(
            [(.patientName, "Müller^Jörg"), (.patientID, "1"), (.patientSex, "M")],
            characterSet: .latin1
        )
        let response = try compiled(["PatientName", "PatientID=1", "AccessionNumber"]).response(for: record)
        #expect(response.string(.patientName) == "Müller^Jörg")
        #expect(response[.patientName]?.bytes == record[.patientName]?.bytes)
        #expect(response.string(.specificCharacterSet) == "ISO_IR 100")
        #expect(response.state(of: .accessionNumber) == .empty)
        #expect(response.state(of: .patientSex) == .absent)
    }

    @Test("A type 1C attribute without a value is left out, not sent empty")
    func conditional() throws {
        let record = try item(steps: [[(.modality, "CT")]])
        let response = try compiled(["SPS.ScheduledProcedureStepDescription", "SPS.ScheduledStationName", "Modality"])
            .response(for: record)
        let step = try #require(response.items(.scheduledProcedureStepSequence).first)
        #expect(step.state(of: .scheduledProcedureStepDescription) == .absent)
        #expect(step.state(of: .scheduledStationName) == .empty)
        #expect(step.string(.modality) == "CT")
    }

    @Test("Of a sequence with keys only the items that fit come back, cut to what was asked")
    func matchingItems() throws {
        let record = try item(steps: [
            [(.modality, "CT"), (.scheduledProcedureStepID, "1")],
            [(.modality, "MR"), (.scheduledProcedureStepID, "2")],
        ])
        let matching = try compiled(["Modality=MR"]).response(for: record).items(.scheduledProcedureStepSequence)
        #expect(matching.map { $0.string(.modality) } == ["MR"])
        #expect(matching[0].state(of: .scheduledProcedureStepID) == .absent)
        let all = try compiled(["SPS.ScheduledProcedureStepID"]).response(for: record).items(
            .scheduledProcedureStepSequence
        )
        #expect(all.map { $0.string(.scheduledProcedureStepID) } == ["1", "2"])
    }

    @Test("A sequence without keys comes back whole, asked with zero items or with an empty one")
    func wholeSequence() throws {
        let record = try item(steps: [[(.modality, "CT"), (.scheduledProcedureStepID, "1")]])
        var query = Query(model: .worklist)
        query.returnWholeSequence(AttributePath([], .scheduledProcedureStepSequence))
        for form in [WholeSequenceForm.zeroLength, .emptyItem] {
            let identifier = try query.identifier(wholeSequences: form, now: moment)
            #expect(identifier.items(.scheduledProcedureStepSequence).count == (form == .emptyItem ? 1 : 0))
            let response = try CompiledQuery(identifier: identifier, rules: .worklist).response(for: record)
            #expect(
                response.items(.scheduledProcedureStepSequence) == record.items(.scheduledProcedureStepSequence)
            )
        }
    }

    @Test("Query/Retrieve Level is echoed, and the time zone of the record told")
    func levels() throws {
        var query = Query.studies
        query.set(AttributePath([], .patientID), "1")
        let identifier = try query.identifier(now: moment)
        let record = try dataSet([(.patientID, "1"), (.timezoneOffsetFromUTC, "+0200")])
        let rules = MatchingRules(model: .studyRoot, level: .study)
        let response = try CompiledQuery(identifier: identifier, rules: rules).response(for: record)
        #expect(response.string(.queryRetrieveLevel) == "STUDY")
        #expect(response.string(.timezoneOffsetFromUTC) == "+0200")
        #expect(response.state(of: .studyDescription) == .empty)
    }

    @Test(
        "Letters come in the character set of the identifier, in ISO_IR 192 if it does not have them, and are never replaced",
        arguments: [
            // Asked in, stored in, name, answered in.
            ("ISO_IR 100", "ISO_IR 192", "Müller^Jörg", "ISO_IR 100"),
            ("ISO_IR 192", "ISO_IR 100", "Müller^Jörg", "ISO_IR 192"),
            ("ISO_IR 100", "ISO_IR 144", "Иванов^Пётр", "ISO_IR 192"),
            ("ISO_IR 100", "\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎", "ISO_IR 192"),
            ("\\ISO 2022 IR 87", "ISO_IR 192", "Yamada^Tarou=山田^太郎", "\\ISO 2022 IR 87"),
            ("ISO_IR 100", "ISO_IR 192", "SMITH^ANNA", "ISO_IR 192"),
            ("", "ISO_IR 144", "Иванов^Пётр", "ISO_IR 144"),
        ]
    )
    func characterSets(asked: String, stored: String, name: String, answered: String) throws {
        let record = try item(
            [(.patientName, name), (.patientID, "1")],
            steps: [[(.scheduledPerformingPhysicianName, name), (.modality, "CT")]],
            characterSet: SpecificCharacterSet(parsing: stored.utf8)
        )
        let step: [(DICOMData.Tag, String)] = [(.scheduledPerformingPhysicianName, "")]
        var identifier = try item([(.patientName, ""), (.patientID, "1")], steps: [step], characterSet: .utf8)
        identifier.declare(SpecificCharacterSet(parsing: asked.utf8))
        let query = try CompiledQuery(identifier: identifier, rules: .worklist)
        let stored = try record.encoded(.explicitVRLittleEndian)
        let bytes = try query.response(encoded: stored.span, in: .implicitVRLittleEndian)
        let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .implicitVRLittleEndian).decoded
        for response in [query.response(for: record), encoded] {
            #expect(response.string(.specificCharacterSet) == answered)
            #expect(response.string(.patientName) == name)
            #expect(response.text(.patientName)?.problem == nil)
            let step = try #require(response.items(.scheduledProcedureStepSequence).first)
            #expect(step.string(.scheduledPerformingPhysicianName) == name)
        }
    }
}
