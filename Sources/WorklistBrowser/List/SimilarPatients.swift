import DICOMData

/// Patients of one list that could be taken for each other.
///
/// A mark on every other row warns of nothing, so it stands only where a hurried eye would be deceived. Two different
/// patients of one family name are alike if
/// - their given names are the same, middle names aside, or one is the beginning of the other: Anna, Anna M, Anna Maria;
/// - one of the given names is only an initial, and it fits the other;
/// - they were born on the same day: twins, or one person registered twice;
/// - their IDs differ in one character, or in two that changed places.
///
/// Two born on the same day are alike too if
/// - their family names differ in one letter (Meyer, Meier), or one's family name is the other's given name;
/// - their given names are the same: one person under two family names;
/// - their IDs differ as above.
///
/// A first letter in common is not enough, nor are neighbouring IDs alone: both marked half the rows of an ordinary day.
///
/// Built little by little after the list is complete, so that no single step takes long.
struct SimilarPatients: Sendable {
    /// What makes a patient that patient: ID and its issuer; the birth date where there is no ID. A hash of it.
    private typealias Patient = UInt64

    /// The first row with a key.
    private struct Entry {
        var row: UInt32
        var patient: Patient
    }

    private var entries: [UInt64: Entry] = [:]
    /// The first rows of the patients born on a day.
    private var born: [UInt64: [Entry]] = [:]
    /// For each patient who is like another: a row of that other one.
    private var others: [Patient: UInt32] = [:]
    /// Rows looked at so far.
    private(set) var done = 0

    /// Patients that could be taken for another one of the list.
    var count: Int { others.count }

    /// A longer list is not searched.
    static let rowLimit = 50_000
    /// Of those born on one day no more are compared: where a birth date is a placeholder, it tells nothing.
    private static let bornLimit = 24

    /// Looks at up to `budget` more rows; true when all are done.
    mutating func advance(_ table: MatchTable, fallback: SpecificCharacterSet?, budget: Int) -> Bool {
        guard table.count <= Self.rowLimit else { return true }
        let end = min(table.count, done + budget)
        guard done < end else { return true }
        table.forEach(done..<end) { row, item in
            guard let person = Person(item, fallback) else { return true }
            let own = Entry(row: UInt32(truncatingIfNeeded: row), patient: Self.patient(item))
            for key in person.keysToFind {
                if let other = entries[key], other.patient != own.patient { pair(own, other) }
            }
            for key in person.keysToKeep where entries[key] == nil { entries[key] = own }
            guard let day = person.born else { return true }
            let sameDay = born[day] ?? []
            for other in sameDay where other.patient != own.patient {
                if let theirs = Person(table.item(Int(other.row)), fallback), person.isLike(theirs) { pair(own, other) }
            }
            if sameDay.count < Self.bornLimit, !sameDay.contains(where: { $0.patient == own.patient }) {
                born[day, default: []].append(own)
            }
            return true
        }
        done = end
        guard done == table.count else { return false }
        // The pairs are kept; how they were found is of no use any more.
        entries = [:]
        born = [:]
        return true
    }

    private mutating func pair(_ a: Entry, _ b: Entry) {
        if others[a.patient] == nil { others[a.patient] = b.row }
        if others[b.patient] == nil { others[b.patient] = a.row }
    }

    /// A row of another patient who could be taken for this one; nil if there is none.
    func similar(to item: EncodedDataSet) -> Int? {
        others.isEmpty ? nil : others[Self.patient(item)].map { Int($0) }
    }

    private static func patient(_ item: EncodedDataSet) -> Patient {
        let id = ItemText.trimmed(item.value([], .patientID) ?? [])
        if !id.isEmpty { return hash([id, ItemText.trimmed(item.value([], .issuerOfPatientID) ?? [])]) }
        // Without an ID the name is what is left; two of one name and birth date count as one patient.
        let name = ItemText.trimmed(item.value([], .patientName) ?? [])
        return hash([[], ItemText.trimmed(item.value([], .patientBirthDate) ?? []), name])
    }

    /// FNV-1a, the parts kept apart.
    private static func hash(_ parts: [ArraySlice<UInt8>]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for byte in part { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0x1_00) &* 0x100_0000_01B3
        }
        return hash
    }

    /// A name in lower case, taken apart, with birth date and ID.
    private struct Person {
        /// Separates the parts of a key; below every character of a name.
        private static let stop: UInt8 = 1

        let family: [UInt8]
        /// The given name without a middle initial behind it.
        let given: [UInt8]
        /// Its first word, and the first letter of that.
        let first: [UInt8]
        let initial: [UInt8]
        let id: ArraySlice<UInt8>
        /// `YYYYMMDD`; nil if it is no date.
        let born: UInt64?

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
            id = ItemText.trimmed(item.value([], .patientID) ?? [])
            born = SortKey.day(item.value([], .patientBirthDate) ?? [])
        }

        private static func isOneLetter(_ word: ArraySlice<UInt8>) -> Bool {
            String(decoding: word, as: UTF8.self).count == 1
        }

        private enum Kind: UInt8 {
            case given, beginning, letter, initial, born, id
        }

        private func key(_ kind: Kind, _ part: some Sequence<UInt8>) -> UInt64 {
            SimilarPatients.hash([[kind.rawValue], family[...], Array(part)[...]])
        }

        /// What others find this one by.
        var keysToKeep: [UInt64] {
            var keys = [key(.given, given)]
            if first != given { keys.append(key(.beginning, first)) }
            if !initial.isEmpty { keys.append(key(.letter, initial)) }
            if !initial.isEmpty, given == initial { keys.append(key(.initial, initial)) }
            if let born { keys.append(key(.born, String(born).utf8)) }
            return keys + idKeys
        }

        /// What this one finds others by, the closest first.
        var keysToFind: [UInt64] {
            var keys = [key(.given, given)]
            keys.append(first == given ? key(.beginning, given) : key(.given, first))
            if !initial.isEmpty { keys.append(given == initial ? key(.letter, initial) : key(.initial, initial)) }
            if let born { keys.append(key(.born, String(born).utf8)) }
            return keys + idKeys
        }

        /// The ID, and the ID without each of its characters: two that differ in one have one of these in common.
        private var idKeys: [UInt64] {
            guard id.count >= 4, id.count <= 16 else { return [] }
            return [key(.id, id)]
                + id.indices.map { place in key(.id, Array(id[..<place]) + id[(place + 1)...]) }
        }

        /// Of two born on the same day.
        func isLike(_ other: Person) -> Bool {
            if SimilarPatients.differsByOne(family[...], other.family[...]) { return true }
            if !first.isEmpty, first == other.first { return true }
            if !given.isEmpty, given == other.family, other.given == family { return true }
            return id.count >= 4 && SimilarPatients.differsByOne(id, other.id)
        }
    }

    /// One character more, less or different, or two neighbours that changed places; equal ones do not differ.
    private static func differsByOne(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
        guard abs(a.count - b.count) <= 1, max(a.count, b.count) > 2, a != b else { return false }
        var start = 0
        while start < min(a.count, b.count), a[a.startIndex + start] == b[b.startIndex + start] { start += 1 }
        let restA = a.dropFirst(start)
        let restB = b.dropFirst(start)
        if restA.dropFirst().elementsEqual(restB) || restA.elementsEqual(restB.dropFirst()) { return true }
        if restA.dropFirst().elementsEqual(restB.dropFirst()) { return true }
        guard restA.count > 1, restB.count > 1 else { return false }
        return Array(restA.prefix(2).reversed()) == Array(restB.prefix(2))
            && restA.dropFirst(2).elementsEqual(restB.dropFirst(2))
    }
}
