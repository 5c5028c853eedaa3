import DICOMData
import DICOMMatching
import Testing

/// What is said of raw bytes has to be what is said of the decoded record.
@Suite("Matching without decoding")
struct EncodedTests {
    private static let texts = [
        "", "A", "SMITH^ANNA", "SMITH", "Müller^Jörg", "4711", "47*", "*1", "CT", "MR\\CT", " 4711 ", "*", "\"\"",
        "Yamada^Tarou=山田^太郎", "山田*", "ab\\c",
    ]
    private static let dates = ["", "20260921", "20260921-", "-20260922", "20260920-20260922"]
    private static let times = ["", "10", "1000-1200", "1030-", "110000"]

    private func values(_ random: inout Random, ranges: Bool) -> (
        root: [(DICOMData.Tag, String)], step: [(DICOMData.Tag, String)]
    ) {
        func pick(_ texts: [String]) -> String {
            let text = texts[Int(random.next() % UInt64(texts.count))]
            return !ranges && (text.contains("-") || text.contains("*")) ? "" : text
        }
        var root: [(DICOMData.Tag, String)] = []
        for tag in [DICOMData.Tag.patientName, .patientID, .accessionNumber, .modalitiesInStudy, .patientComments] {
            if random.next() % 3 == 0 {
                root.append((tag, tag == .modalitiesInStudy ? pick(["CT", "MR\\CT", ""]) : pick(Self.texts)))
            }
        }
        if random.next() % 3 == 0 { root.append((.studyInstanceUID, pick(["1.2.3", "1.2.4\\1.2.3", ""]))) }
        if random.next() % 3 == 0 { root.append((.patientWeight, pick(["72.5", "72.50", ""]))) }
        if random.next() % 4 == 0 { root.append((.pregnancyStatus, pick(["4", "1"]))) }
        if random.next() % 3 == 0 { root.append((.studyDate, pick(Self.dates))) }
        var step: [(DICOMData.Tag, String)] = []
        if random.next() % 2 == 0 { step.append((.scheduledProcedureStepStartDate, pick(Self.dates))) }
        if random.next() % 2 == 0 { step.append((.scheduledProcedureStepStartTime, pick(Self.times))) }
        if random.next() % 2 == 0 { step.append((.modality, pick(["CT", "MR", ""]))) }
        if random.next() % 2 == 0 { step.append((.scheduledPerformingPhysicianName, pick(Self.texts))) }
        if random.next() % 2 == 0 { step.append((.scheduledProcedureStepDescription, pick(Self.texts))) }
        return (root, step)
    }

    /// `#expect` takes no span.
    private func matches(_ query: CompiledQuery, _ record: [UInt8]) -> Bool { query.matches(encoded: record.span) }

    @Test("Random records and queries match, and are answered, byte for byte as decoded ones")
    func agrees() throws {
        var random = Random(state: 21)
        var (matched, refused) = (0, 0)
        for round in 0..<1_500 {
            var rules = round.isMultiple(of: 5) ? MatchingRules(model: .studyRoot, level: .study) : .worklist
            rules.emptyValueMatching = round.isMultiple(of: 3)
            rules.multipleValueMatching = round.isMultiple(of: 4)
            rules.combinesDateTime = round.isMultiple(of: 7)
            rules.adjustsTimezone = round.isMultiple(of: 11)
            let asked = values(&random, ranges: true)
            let whole = random.next() % 8 == 0
            var identifier = try item(asked.root, steps: whole ? [] : [asked.step])
            if random.next() % 6 == 0 {
                identifier.set(DataElement(tag: .timezoneOffsetFromUTC, vr: .SH, bytes: "+0200".utf8))
            }
            if rules.model == .studyRoot {
                identifier.set(DataElement(tag: .queryRetrieveLevel, vr: .CS, bytes: "STUDY".utf8))
            }
            let query: CompiledQuery
            do { query = try CompiledQuery(identifier: identifier, rules: rules) } catch { refused += 1; continue }
            for _ in 0..<4 {
                let stored = values(&random, ranges: false)
                let steps = (0..<Int(random.next() % 3)).map { _ in values(&random, ranges: false).step }
                var record = try item(stored.root, steps: steps, characterSet: .utf8)
                if random.next() % 6 == 0 {
                    record.set(DataElement(tag: .timezoneOffsetFromUTC, vr: .SH, bytes: "-0330".utf8))
                }
                let bytes = try record.encoded(.explicitVRLittleEndian)
                let decoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .explicitVRLittleEndian).decoded
                let expected = query.matches(decoded)
                #expect(query.matches(record) == expected)
                #expect(matches(query, bytes) == expected, "\(asked) \(stored) \(steps)")
                if expected { matched += 1 }
                for syntax in [TransferSyntax.explicitVRLittleEndian, .implicitVRLittleEndian, .explicitVRBigEndian] {
                    let answer = try query.response(encoded: bytes.span, in: syntax)
                    #expect(try answer == query.response(for: decoded).encoded(syntax), "\(asked) \(stored)")
                }
            }
        }
        #expect(matched > 80 && refused < 500, "\(matched) matched, \(refused) refused")
    }

    @Test("Bytes that are no data set at all are no trap, and say what their decoding says")
    func hostile() throws {
        var random = Random(state: 22)
        let record = try item([(.patientName, "SMITH^ANNA")], steps: [[(.modality, "CT")]])
            .encoded(.explicitVRLittleEndian)
        let query = try CompiledQuery(
            identifier: item([(.patientName, "SMITH*")], steps: [[(.modality, "CT")]]),
            rules: .worklist
        )
        for _ in 0..<4_000 {
            var bytes = record
            for _ in 0..<(1 + random.next() % 3) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 2 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            _ = query.matches(encoded: bytes.span)
            _ = try query.response(encoded: bytes.span, in: .implicitVRLittleEndian)
        }
        let open = record.dropLast(4)
        #expect(!matches(query, Array(open)))
    }
}
