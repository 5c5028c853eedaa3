import DICOMData
import DICOMMatching

/// SplitMix64: the same numbers on every run.
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Monday 21 September 2026, 14:32:07.
let moment: QueryMoment = {
    let date = DICOMDate(parsing: "20260921") ?? DICOMDate(daysSince1970: 0)
    return QueryMoment(date: date, second: 14 * 3600 + 32 * 60 + 7)
}()

func dataSet(_ values: [(Tag, String)], characterSet: SpecificCharacterSet = .utf8) throws -> DataSet {
    var result = DataSet()
    result.declare(characterSet)
    for (tag, value) in values { try result.set(tag, value) }
    return result
}

/// A worklist item with one step; `step` and `root` are its attributes.
func item(
    _ root: [(Tag, String)] = [],
    steps: [[(Tag, String)]],
    characterSet: SpecificCharacterSet = .utf8
) throws -> DataSet {
    var result = try dataSet(root, characterSet: characterSet)
    result.setItems(
        .scheduledProcedureStepSequence,
        try steps.map { step in
            var item = DataSet(inheriting: characterSet)
            for (tag, value) in step { try item.set(tag, value) }
            return item
        }
    )
    return result
}

func lines(_ table: String) -> [[String]] {
    table.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
        line.split(separator: "|", omittingEmptySubsequences: false).map { field in
            var text = Substring(field)
            while text.first == " " { text.removeFirst() }
            while text.last == " " { text.removeLast() }
            // A space that is meant is written as a middle dot.
            return String(text.map { $0 == "·" ? " " : $0 })
        }
    }
}
