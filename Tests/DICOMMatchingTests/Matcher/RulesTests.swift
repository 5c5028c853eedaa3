import DICOMData
import DICOMMatching
import Testing

@Suite("Sequences, periods and negotiated rules")
struct RulesTests {
    private func query(_ keys: [String], rules: MatchingRules = .worklist) throws -> CompiledQuery {
        var query = Query(model: .worklist)
        for key in keys { query.set(try KeyPath.parse(key).key()) }
        return try CompiledQuery(identifier: try query.identifier(now: moment), rules: rules)
    }

    @Test("One item of the record has to fit all keys of the sequence item")
    func oneItem() throws {
        let record = try item(steps: [
            [(.modality, "CT"), (.scheduledStationAETitle, "CT01")],
            [(.modality, "MR"), (.scheduledStationAETitle, "MR01")],
        ])
        #expect(try query(["Modality=CT", "ScheduledStationAETitle=CT01"]).matches(record))
        #expect(try query(["Modality=MR", "ScheduledStationAETitle=MR01"]).matches(record))
        #expect(try !query(["Modality=CT", "ScheduledStationAETitle=MR01"]).matches(record))
        #expect(try !query(["Modality=CT"]).matches(try item(steps: [])))
        #expect(try !query(["Modality=CT"]).matches(DataSet()))
    }

    private static let periodTable = """
        # date key | time key | date | time | matches
        20260921-20260923 | 1000-1800 | 20260921 | 1000 | yes
        20260921-20260923 | 1000-1800 | 20260921 | 0959 | no
        20260921-20260923 | 1000-1800 | 20260922 | 0300 | yes
        20260921-20260923 | 1000-1800 | 20260922 | 2200 | yes
        20260921-20260923 | 1000-1800 | 20260923 | 1800 | yes
        20260921-20260923 | 1000-1800 | 20260923 | 1801 | no
        20260921-20260923 | 1000- | 20260923 | 2359 | yes
        20260921-20260923 | 1000- | 20260921 | 0900 | no
        20260921-20260923 | -1800 | 20260921 | 0001 | yes
        20260921-20260923 | -1800 | 20260923 | 1830 | no
        20260921- | 1000- | 20260921 | 1000 | yes
        20260921- | 1000- | 20260922 | 0000 | yes
        20260921- | 1000- | 20260921 | 0959 | no
        -20260923 | -1000 | 20260923 | 1000 | yes
        -20260923 | -1000 | 20260922 | 2300 | yes
        -20260923 | -1000 | 20260923 | 1001 | no
        # a time bound without a date bound: the two are compared apart
        20260921- | 1000-1200 | 20260925 | 1100 | yes
        20260921- | 1000-1200 | 20260925 | 1300 | no
        # single values are compared apart
        20260921 | 1000-1800 | 20260921 | 1200 | yes
        20260921 | 1000-1800 | 20260921 | 1900 | no
        20260921 | 1000-1800 | 20260922 | 1200 | no
        20260921-20260923 | 1200 | 20260922 | 120000 | yes
        20260921-20260923 | 1200 | 20260922 | 1300 | no
        # an unknown time is in no period
        20260921-20260923 | 1000-1800 | 20260922 | ∅ | no
        20260921-20260923 | ∅ | 20260922 | ∅ | yes
        """

    @Test("A date range and a time range of the step are one period, without negotiation")
    func periods() throws {
        for row in lines(Self.periodTable) {
            let time = row[1] == "∅" ? "" : row[1]
            let compiled = try query([
                "ScheduledProcedureStepStartDate=" + row[0], "ScheduledProcedureStepStartTime=" + time,
            ])
            let stored = row[3] == "∅" ? "" : row[3]
            let record = try item(steps: [
                [(.scheduledProcedureStepStartDate, row[2]), (.scheduledProcedureStepStartTime, stored)]
            ])
            #expect(compiled.matches(record) == (row[4] == "yes"), "\(row)")
        }
    }

    @Test("Study date and time are one period only when that was negotiated")
    func negotiatedPeriod() throws {
        let identifier = try dataSet([(.studyDate, "20260921-20260923"), (.studyTime, "1000-1800")])
        let record = try dataSet([(.studyDate, "20260922"), (.studyTime, "0300")])
        var rules = MatchingRules(model: .studyRoot, level: .study)
        #expect(try !CompiledQuery(identifier: identifier, rules: rules).matches(record))
        rules.combinesDateTime = true
        let combined = try CompiledQuery(identifier: identifier, rules: rules)
        #expect(combined.matches(record))
        #expect(combined.explain(record).map(\.rule) == [.notAKey, .period, .period])
    }

    @Test("Fuzzy names match by beginnings and by sound, in any order, when negotiated")
    func fuzzy() throws {
        var rules = MatchingRules.worklist
        let record = try dataSet([(.patientName, "MEIER^Anna Maria")])
        #expect(try !query(["PatientName=anna mayer"], rules: rules).matches(record))
        rules.fuzzyNames = true
        #expect(try query(["PatientName=anna mayer"], rules: rules).matches(record))
        #expect(try query(["PatientName=Mar"], rules: rules).matches(record))
        #expect(try !query(["PatientName=Schmidt"], rules: rules).matches(record))
    }

    @Test("Two quotation marks find records without a value when negotiated, and are text otherwise")
    func emptyValue() throws {
        var rules = MatchingRules.worklist
        let without = try dataSet([(.accessionNumber, "")])
        let with = try dataSet([(.accessionNumber, "26-1")])
        #expect(try !query(["AccessionNumber=\"\""], rules: rules).matches(without))
        rules.emptyValueMatching = true
        #expect(try query(["AccessionNumber=\"\""], rules: rules).matches(without))
        #expect(try query(["AccessionNumber=\"\""], rules: rules).matches(DataSet()))
        #expect(try !query(["AccessionNumber=\"\""], rules: rules).matches(with))
    }

    @Test("All values of a key have to be there when multiple value matching was negotiated")
    func multipleValues() throws {
        let identifier = try dataSet([(.modalitiesInStudy, "CT\\PT")])
        var rules = MatchingRules(model: .studyRoot)
        #expect(try CompiledQuery(identifier: identifier, rules: rules).matches(dataSet([(.modalitiesInStudy, "CT")])))
        rules.multipleValueMatching = true
        #expect(try !CompiledQuery(identifier: identifier, rules: rules).matches(dataSet([(.modalitiesInStudy, "CT")])))
        #expect(
            try CompiledQuery(identifier: identifier, rules: rules).matches(
                dataSet([(.modalitiesInStudy, "PT\\MR\\CT")])
            )
        )
    }

    @Test("Case and wild cards can be taken literally")
    func strictRules() throws {
        var rules = MatchingRules.worklist
        rules.caseSensitiveNames = true
        rules.wildcardsInSingleValueKeys = false
        let record = try item([(.patientName, "SMITH^ANNA"), (.patientID, "4711")], steps: [[(.modality, "CT")]])
        #expect(try !query(["PatientName=smith*"], rules: rules).matches(record))
        #expect(try query(["PatientName=SMITH*"], rules: rules).matches(record))
        #expect(try !query(["Modality=C?"], rules: rules).matches(record))
        #expect(try !query(["PatientID=47*"], rules: rules).matches(record))
        #expect(try query(["Modality=*"], rules: rules).matches(record))
    }

    @Test("Specific Character Set, time zone and level are never matched")
    func envelope() throws {
        let identifier = try dataSet([
            (.queryRetrieveLevel, "STUDY"), (.timezoneOffsetFromUTC, "+0100"), (.patientID, "1"),
        ])
        let record = try dataSet([(.timezoneOffsetFromUTC, "+0200"), (.patientID, "1")], characterSet: .latin1)
        let compiled = try CompiledQuery(identifier: identifier, rules: MatchingRules(model: .studyRoot))
        #expect(compiled.matches(record))
        #expect(compiled.level == "STUDY")
    }

    @Test("Keys that cannot be matched are named, and do not restrict")
    func unsupported() throws {
        var identifier = try dataSet([(.patientID, "1")])
        identifier.set(DataElement(tag: DICOMData.Tag(0x0009, 0x1001), vr: .UN, bytes: Array("X ".utf8)))
        let compiled = try CompiledQuery(identifier: identifier, rules: .worklist)
        #expect(compiled.unsupportedKeys == [AttributePath([], DICOMData.Tag(0x0009, 0x1001))])
        #expect(compiled.matches(try dataSet([(.patientID, "1")])))
        var rules = MatchingRules.worklist
        rules.supportedKeys = [.patientID]
        let limited = try CompiledQuery(identifier: try dataSet([(.patientID, "1"), (.patientName, "")]), rules: rules)
        #expect(limited.unsupportedKeys == [AttributePath([], .patientName)])
        #expect(limited.response(for: try dataSet([(.patientID, "1")])).state(of: .patientName) == .absent)
    }

    @Test("An explanation names the rule and the clause of each key")
    func explanation() throws {
        let record = try item(
            [(.patientName, "SMITH^ANNA"), (.patientID, "4711")],
            steps: [[(.modality, "CT"), (.scheduledProcedureStepStartDate, "20260921")]]
        )
        let compiled = try query([
            "PatientName=SMI*", "PatientID=1", "Modality=MR", "ScheduledProcedureStepStartDate=20260901-",
            "AccessionNumber",
        ])
        let verdicts = compiled.explain(record)
        let byName = Dictionary(uniqueKeysWithValues: verdicts.map { ($0.path.description, $0) })
        #expect(byName["PatientName"]?.rule == .wildcard)
        #expect(byName["PatientName"]?.isMatch == true)
        #expect(byName["PatientID"]?.isMatch == false)
        #expect(
            byName["PatientID"]?.description == "PatientID: '1' does not fit '4711' (single value, PS3.4 C.2.2.2.1)"
        )
        #expect(byName["AccessionNumber"]?.rule == .universal)
        #expect(byName["ScheduledProcedureStepSequence"]?.isMatch == false)
        #expect(byName["ScheduledProcedureStepSequence[0].Modality"]?.isMatch == false)
        #expect(byName["ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate"]?.rule == .range)
        #expect(verdicts.count == 6)
    }
}
