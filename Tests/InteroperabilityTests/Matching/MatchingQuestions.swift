import DICOMData
import DICOMMatching

/// A query of the matching tests, and the items it has to find by the standard.
struct MatchingQuestion: Sendable {
    /// `Patient's Name + Patient ID` of the IHE combinations; empty for a line of the table.
    var name = ""
    let keys: [(attribute: String, value: String)]
    let identifier: DataSet

    static func == (a: MatchingQuestion, b: MatchingQuestion) -> Bool { a.text == b.text }

    var text: String { keys.map { "\($0.attribute)=\($0.value)" }.joined(separator: " ") }
}

/// What a server said to a question.
enum MatchingReply: Hashable, Sendable {
    /// The identities of the items it found, and whether it said FF01.
    case found(Set<String>, isFlagged: Bool)
    case failed(UInt16)

    func contains(_ identity: String) -> Bool {
        if case .found(let identities, _) = self { identities.contains(identity) } else { false }
    }
}

/// The lines of the table, and the queries of IHE RAD TF-2 4.5, as items and questions.
struct MatchingCatalogue: Sendable {
    /// A line of the table: which question it is part of, and which item it is about.
    struct Line: Sendable {
        let row: MatchingTable.Row
        let question: Int
        let identity: String
    }

    private(set) var items: [(identity: String, item: DataSet)] = []
    private(set) var questions: [MatchingQuestion] = []
    private(set) var lines: [Line] = []
    /// The questions of IHE: a number in `questions`, and exactly what has to be found.
    private(set) var combinations: [(question: Int, expected: Set<String>)] = []

    init() throws {
        var numbers: [String: Int] = [:]
        for row in MatchingTable.rows {
            let question = MatchingQuestion(keys: row.keys, identifier: try MatchingTable.identifier(row.keys))
            let number = numbers[question.text] ?? questions.count
            if numbers[question.text] == nil {
                numbers[question.text] = number
                questions.append(question)
            }
            let digits = String(row.number)
            let identity = "R" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
            items.append((identity, try row.record(identity)))
            lines.append(Line(row: row, question: number, identity: identity))
        }
        // Patient based: four keys, every choice of them. Broad: three.
        try addCombinations(
            "P",
            [
                ("PatientName", "IHE^PATIENT"), ("PatientID", "IHE-4711"), ("AccessionNumber", "IHE-ACC"),
                ("RequestedProcedureID", "IHE-RP"),
            ]
        )
        try addCombinations(
            "B",
            [
                ("ScheduledProcedureStepStartDate", "20310203"), ("Modality", "XA"),
                ("ScheduledStationAETitle", "IHE_ROOM"),
            ]
        )
    }

    /// An item for every choice of attributes that have the asked value, and a question for every choice of keys.
    private mutating func addCombinations(_ letter: String, _ keys: [(attribute: String, value: String)]) throws {
        let choices = 0..<(1 << keys.count)
        for choice in choices {
            let identity = letter + (choice < 10 ? "0" : "") + String(choice)
            var item = try MatchingTable.item(identity)
            for (place, key) in keys.enumerated() where choice >> place & 1 == 1 {
                try MatchingTable.put([key.value], MatchingTable.tags(key.attribute)[...], into: &item)
            }
            items.append((identity, item))
        }
        for choice in choices where choice > 0 {
            let asked = keys.enumerated().filter { choice >> $0.offset & 1 == 1 }.map(\.element)
            let expected = choices.filter { $0 & choice == choice }.map { letter + ($0 < 10 ? "0" : "") + String($0) }
            combinations.append((questions.count, Set(expected)))
            questions.append(
                MatchingQuestion(
                    name: asked.map(\.attribute).joined(separator: " + "),
                    keys: asked,
                    identifier: try MatchingTable.identifier(asked)
                )
            )
        }
    }
}
