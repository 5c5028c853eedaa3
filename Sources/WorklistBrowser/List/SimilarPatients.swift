import DICOMData

/// Patients of one list that could be taken for each other.
///
/// A mark on every other row warns of nothing, so it stands only where a hurried eye would be deceived. Two different
/// patients of one family name are alike if
/// - their given names are the same, middle names aside, or one is the beginning of the other: Anna, Anna M, Anna Maria;
/// - one of the given names is only an initial, and it fits the other;
/// - they were born on the same day: twins, or one person registered twice.
///
/// A first letter in common is not enough: it marked half the rows of an ordinary day.
///
/// Built little by little after the list is complete, so that no single step takes long.
struct SimilarPatients: Sendable {
    /// What makes a patient that patient: ID and its issuer; the birth date where there is no ID.
    private typealias Patient = [UInt8]

    /// The rows with one key: the first, and the first of another patient.
    private struct Entry {
        var first: UInt32
        var patient: Patient
        var other: UInt32?

        /// A row of another patient than this one.
        func row(notOf patient: Patient) -> Int? {
            patient == self.patient ? other.map { Int($0) } : Int(first)
        }
    }

    private var entries: [[UInt8]: Entry] = [:]
    /// Rows looked at so far.
    private(set) var done = 0
    /// Two patients share a key somewhere.
    private var hasAny = false

    /// A longer list is not searched.
    static let rowLimit = 50_000

    /// Looks at up to `budget` more rows; true when all are done.
    mutating func advance(_ table: MatchTable, fallback: SpecificCharacterSet?, budget: Int) -> Bool {
        guard table.count <= Self.rowLimit else { return true }
        let end = min(table.count, done + budget)
        guard done < end else { return true }
        table.forEach(done..<end) { row, item in
            guard let name = Name(item, fallback) else { return true }
            let patient = Self.patient(item)
            for key in name.keysToKeep {
                guard let entry = entries[key] else {
                    entries[key] = Entry(first: UInt32(truncatingIfNeeded: row), patient: patient)
                    continue
                }
                if entry.patient != patient {
                    hasAny = true
                    if entry.other == nil { entries[key]?.other = UInt32(truncatingIfNeeded: row) }
                }
            }
            return true
        }
        done = end
        return done == table.count
    }

    /// A row of another patient who could be taken for this one; nil if there is none.
    func similar(to item: EncodedDataSet, fallback: SpecificCharacterSet?) -> Int? {
        guard hasAny, let name = Name(item, fallback) else { return nil }
        let patient = Self.patient(item)
        for key in name.keysToFind {
            if let row = entries[key]?.row(notOf: patient) { return row }
        }
        return nil
    }

    private static func patient(_ item: EncodedDataSet) -> Patient {
        let id = ItemText.trimmed(item.value([], .patientID) ?? [])
        guard id.isEmpty else { return id + [0] + ItemText.trimmed(item.value([], .issuerOfPatientID) ?? []) }
        return [1] + ItemText.trimmed(item.value([], .patientBirthDate) ?? [])
    }

    /// A name in lower case, taken apart.
    private struct Name {
        /// Separates the parts of a key; below every character of a name.
        private static let stop: UInt8 = 1

        let family: [UInt8]
        /// The given name without a middle initial behind it.
        let given: [UInt8]
        /// Its first word, and the first letter of that.
        let first: [UInt8]
        let initial: [UInt8]
        /// As it came; nothing if it is no date.
        let born: [UInt8]

        /// Nil without a name.
        init?(_ item: EncodedDataSet, _ fallback: SpecificCharacterSet?) {
            let value = ItemText.trimmed(item.value([], .patientName) ?? [])
            guard !value.isEmpty else { return nil }
            var folded = SortKey.folded(item, value, vr: .PN, fallback: fallback)[...]
            // A name in ideographs alone starts with the empty alphabetic group.
            while folded.first == UInt8(ascii: "=") { folded.removeFirst() }
            folded = folded.prefix { $0 != UInt8(ascii: "=") }
            let components = folded.split(separator: Self.stop, omittingEmptySubsequences: false)
            family = Array(components.first ?? [])
            var words = (components.dropFirst().first ?? []).split { $0 == 0x20 || $0 == UInt8(ascii: ".") }
            while words.count > 1, let last = words.last, Self.isOneLetter(last) { words.removeLast() }
            given = Array(words.joined(separator: CollectionOfOne(0x20)))
            first = words.first.map { Array($0) } ?? []
            initial = String(decoding: first, as: UTF8.self).first.map { Array(String($0).utf8) } ?? []
            let day = ItemText.trimmed(item.value([], .patientBirthDate) ?? [])
            born = SortKey.day(day) == nil ? [] : Array(day)
        }

        private static func isOneLetter(_ word: ArraySlice<UInt8>) -> Bool {
            String(decoding: word, as: UTF8.self).count == 1
        }

        private enum Kind: UInt8 {
            case given, beginning, letter, initial, born
        }

        private func key(_ kind: Kind, _ part: [UInt8]) -> [UInt8] { [kind.rawValue] + family + [Self.stop] + part }

        /// What others find this one by.
        var keysToKeep: [[UInt8]] {
            var keys = [key(.given, given)]
            if first != given { keys.append(key(.beginning, first)) }
            if !initial.isEmpty { keys.append(key(.letter, initial)) }
            if !initial.isEmpty, given == initial { keys.append(key(.initial, initial)) }
            if !born.isEmpty { keys.append(key(.born, born)) }
            return keys
        }

        /// What this one finds others by, the closest first.
        var keysToFind: [[UInt8]] {
            var keys = [key(.given, given)]
            keys.append(first == given ? key(.beginning, given) : key(.given, first))
            if !initial.isEmpty { keys.append(given == initial ? key(.letter, initial) : key(.initial, initial)) }
            if !born.isEmpty { keys.append(key(.born, born)) }
            return keys
        }
    }
}
