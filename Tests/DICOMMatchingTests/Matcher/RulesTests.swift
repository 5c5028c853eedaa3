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

    @Test("Dates and times are compared as moments once time zone adjustment was negotiated, and both zones are known")
    func zones() throws {
        // One o'clock on the 21st in a zone two hours ahead: eleven o'clock in the evening of the 20th in UTC.
        func record(_ zone: String?) throws -> DataSet {
            var record = try item(steps: [
                [(.scheduledProcedureStepStartDate, "20260921"), (.scheduledProcedureStepStartTime, "010000")]
            ])
            if let zone { record.set(DataElement(tag: .timezoneOffsetFromUTC, vr: .SH, bytes: zone.utf8)) }
            return record
        }
        var rules = MatchingRules.worklist
        rules.adjustsTimezone = true
        let rows: [(date: String, time: String, zone: String, matches: Bool)] = [
            ("20260920", "", "+0000", true), ("20260921", "", "+0000", false), ("20260921", "", "+0200", true),
            ("", "2300", "+0000", true), ("", "0100", "+0000", false), ("20260920", "2300", "+0000", true),
            ("20260920-20260920", "2200-2330", "+0000", true), ("20260921-20260921", "0000-0200", "+0000", false),
            ("20260920", "1930", "-0330", true), ("20260921", "0800", "+0900", true), ("20260920-", "", "+0000", true),
        ]
        for row in rows {
            var identifier = try item(steps: [
                [(.scheduledProcedureStepStartDate, row.date), (.scheduledProcedureStepStartTime, row.time)]
            ])
            identifier.set(DataElement(tag: .timezoneOffsetFromUTC, vr: .SH, bytes: row.zone.utf8))
            let adjusting = try CompiledQuery(identifier: identifier, rules: rules)
            #expect(try adjusting.matches(record("+0200")) == row.matches, "\(row)")
            // A range of days for an index has to hold the day the record says.
            if row.matches, case .range(let lower, let upper)? = adjusting.selections.first?.condition {
                #expect((lower ?? 0) <= 20_260_921 && 20_260_921 <= upper ?? .max, "\(row)")
            }
            // The server's own zone stands in for a record that tells none.
            var local = rules
            local.timezone = 2 * 3_600_000_000
            #expect(
                try CompiledQuery(identifier: identifier, rules: local).matches(record(nil)) == row.matches,
                "\(row)"
            )
            // Nothing is moved where a zone is unknown, or nothing was negotiated.
            let plain = try CompiledQuery(identifier: identifier, rules: .worklist).matches(record("+0200"))
            #expect(try adjusting.matches(record(nil)) == plain, "\(row)")
            let bytes = try record("+0200").encoded(.explicitVRLittleEndian)
            let encoded = adjusting.matches(encoded: bytes.span)
            #expect(encoded == row.matches, "\(row)")
        }
    }

    @Test("Several values are one list only for attributes that may have several, and VRs that have such lists")
    func listsByMultiplicity() throws {
        var rules = MatchingRules(model: .studyRoot)
        rules.multipleValueMatching = true
        let query = try CompiledQuery(identifier: dataSet([(.patientID, "1\\2")]), rules: rules)
        #expect(try query.matches(dataSet([(.patientID, "1")])))
        let list = try CompiledQuery(identifier: dataSet([(.allergies, "LATEX\\IODINE")]), rules: rules)
        #expect(try !list.matches(dataSet([(.allergies, "LATEX")])))
        #expect(try list.matches(dataSet([(.allergies, "IODINE\\X\\LATEX")])))
    }

    @Test("A list of a thousand UIDs finds each of them, and no other")
    func longLists() throws {
        let uids = (0..<1_000).map { "1.2.826.0.1.\($0 * 7)" }
        let query = try CompiledQuery(
            identifier: dataSet([(.studyInstanceUID, uids.joined(separator: "\\"))]),
            rules: MatchingRules(model: .studyRoot)
        )
        for number in 0..<7_000 {
            let record = try dataSet([(.studyInstanceUID, "1.2.826.0.1.\(number)")])
            #expect(query.matches(record) == number.isMultiple(of: 7))
        }
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
