import DICOMData

/// Patients of one list that could be taken for each other: the same family name and first letter of the given name, but
/// another patient ID.
///
/// Built little by little after the list is complete, so that no single step takes long.
struct SimilarPatients: Sendable {
    private struct Entry {
        var first: UInt32
        var firstID: [UInt8]
        /// The first row with another ID than the first row's.
        var other: UInt32?
    }

    private var entries: [[UInt8]: Entry] = [:]
    /// Rows looked at so far.
    private(set) var done = 0
    /// Names for which there are several IDs.
    private(set) var count = 0

    /// A longer list is not searched.
    static let rowLimit = 50_000

    /// Looks at up to `budget` more rows; true when all are done.
    mutating func advance(_ table: MatchTable, fallback: SpecificCharacterSet?, budget: Int) -> Bool {
        guard table.count <= Self.rowLimit else { return true }
        let end = min(table.count, done + budget)
        guard done < end else { return true }
        table.forEach(done..<end) { row, item in
            guard let key = Self.key(item, fallback) else { return true }
            let id = Array(ItemText.trimmed(item.value([], .patientID) ?? []))
            if let entry = entries[key] {
                if entry.other == nil, entry.firstID != id {
                    entries[key]?.other = UInt32(truncatingIfNeeded: row)
                    count += 1
                }
            } else {
                entries[key] = Entry(first: UInt32(truncatingIfNeeded: row), firstID: id, other: nil)
            }
            return true
        }
        done = end
        return done == table.count
    }

    /// A row of another patient whose name is alike; nil if there is none.
    func similar(to item: EncodedDataSet, fallback: SpecificCharacterSet?) -> Int? {
        guard count > 0, let key = Self.key(item, fallback), let entry = entries[key], let other = entry.other else {
            return nil
        }
        let id = Array(ItemText.trimmed(item.value([], .patientID) ?? []))
        return Int(id == entry.firstID ? other : entry.first)
    }

    /// Family name and first letter of the given name in lower case; nil without a name.
    private static func key(_ item: EncodedDataSet, _ fallback: SpecificCharacterSet?) -> [UInt8]? {
        let value = ItemText.trimmed(item.value([], .patientName) ?? [])
        guard !value.isEmpty else { return nil }
        var folded = SortKey.folded(item, value, vr: .PN, fallback: fallback)
        // A name in ideographs alone starts with the empty alphabetic group.
        while folded.first == UInt8(ascii: "=") { folded.removeFirst() }
        if let end = folded.firstIndex(of: UInt8(ascii: "=")) { folded.removeSubrange(end...) }
        guard let caret = folded.firstIndex(of: 1) else { return folded }
        let given = String(decoding: folded[(caret + 1)...].prefix { $0 != 1 }, as: UTF8.self)
        return Array(folded[..<caret]) + [1] + Array(String(given.first.map(String.init) ?? "").utf8)
    }
}
