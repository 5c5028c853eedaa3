import DICOMData
import Testing

@testable import DICOMMatching

@Suite("What an index is told")
struct SelectionTests {
    private func selection(_ tag: DICOMData.Tag, _ value: String, _ rules: MatchingRules = .worklist) throws
        -> Selection?
    {
        try CompiledQuery(identifier: dataSet([(tag, value)]), rules: rules).selection(of: AttributePath([], tag))
    }

    @Test("Single values, prefixes, ranges and nothing are told apart")
    func conditions() throws {
        let rows: [(DICOMData.Tag, String, Selection.Condition?)] = [
            (.patientID, "4711", .values(["4711"])), (.patientID, "47*1", .prefix("47")), (.patientID, "*", nil),
            (.patientID, "", nil), (.patientID, "*11", .other), (.patientID, "4711 ", .values(["4711"])),
            (.patientID, "ABCé", .prefix("AB")), (.modality, "CT\\MR", .values(["CT", "MR"])),
            (.studyInstanceUID, "1.2\\1.3", .values(["1.2", "1.3"])),
            (.patientName, "MÜLLER^Jörg", .values(["muller^jorg"])), (.patientName, "Müll*", .prefix("mull")),
            (.patientName, "SMITH^*", .prefix("smith")), (.patientName, "*^ANNA", .other),
            (.patientName, "YAMADA^*=山田^太郎", .values(["山田^太郎"])), (.patientName, "=山田*", .prefix("山田")),
            (.patientBirthDate, "19700101", .range(lower: 19_700_101, upper: 19_700_101)),
            (.patientBirthDate, "19700101-", .range(lower: 19_700_101, upper: nil)),
            (.patientBirthDate, "-19700101", .range(lower: nil, upper: 19_700_101)),
            (.studyTime, "10-1030", .range(lower: 36_000_000_000, upper: 37_859_999_999)),
            (.patientWeight, "72.5", .other),
        ]
        for (tag, value, condition) in rows {
            let selection = try selection(tag, value)
            #expect(selection?.condition == condition, "\(tag) \(value)")
        }
        var fuzzy = MatchingRules.worklist
        fuzzy.fuzzyNames = true
        #expect(try selection(.patientName, "SMITH", fuzzy)?.condition == .other)
    }

    @Test("A period of date and time is told by its days; keys of the step by their path")
    func periods() throws {
        let identifier = try item(steps: [
            [
                (.scheduledProcedureStepStartDate, "20260921-20260922"),
                (.scheduledProcedureStepStartTime, "1200-1300"), (.modality, "CT"),
            ]
        ])
        let query = try CompiledQuery(identifier: identifier, rules: .worklist)
        #expect(
            query.selections == [
                Selection(path: .step(.modality), vr: .CS, condition: .values(["CT"])),
                Selection(
                    path: .step(.scheduledProcedureStepStartDate),
                    vr: .DA,
                    condition: .range(lower: 20_260_921, upper: 20_260_922)
                ),
            ]
        )
    }

    @Test("Every record that matches satisfies every selection")
    func superset() throws {
        var random = Random(state: 11)
        let letters = Array("abAB ^=*?1éÉ한가が山豈\\e\u{301}-")
        let tags: [DICOMData.Tag] = [
            .patientName, .patientID, .studyDescription, .modalitiesInStudy, .patientBirthDate, .studyTime,
        ]
        func text(_ tag: DICOMData.Tag) -> String {
            let count = Int(random.next() % 6)
            let alphabet =
                switch tag {
                case .studyTime: Array("0123-")
                case .modalitiesInStudy: Array("AB \\*?")
                default: letters
                }
            if tag == .patientBirthDate { return "2026010" + String(random.next() % 9 + 1) }
            return String((0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
        }
        var matched = 0
        for round in 0..<20_000 {
            let tag = tags[round % tags.count]
            let key = text(tag) + (tag == .patientBirthDate && round.isMultiple(of: 2) ? "-" : "")
            let identifier = try dataSet([(tag, key)])
            let record = try dataSet([(tag, text(tag))])
            guard let query = try? CompiledQuery(identifier: identifier, rules: MatchingRules(model: .studyRoot)),
                query.matches(record)
            else { continue }
            for selection in query.selections {
                matched += 1
                let texts = IndexTerms.texts(of: tag, in: record)
                let numbers = IndexTerms.numbers(of: tag, in: record)
                let isFound =
                    switch selection.condition {
                    case .values(let values): texts.contains { values.map { Array($0.utf8) }.contains(Array($0.utf8)) }
                    case .prefix(let prefix): texts.contains { $0.utf8.starts(with: prefix.utf8) }
                    case .range(let lower, let upper): numbers.contains { (lower ?? $0) <= $0 && $0 <= (upper ?? $0) }
                    case .other: true
                    }
                #expect(isFound, "\(key) finds \(texts) \(numbers), not by \(selection.condition)")
            }
        }
        #expect(matched > 1_000)
    }
}
