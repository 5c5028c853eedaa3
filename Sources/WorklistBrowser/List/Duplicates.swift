/// Items that stand more than once in one answer: the server sent them so, and so they are shown.
///
/// Built little by little after the list is complete, so that no single step takes long.
struct Duplicates: Sendable {
    private var firstRows: [ItemIdentity: UInt32] = [:]
    /// All rows of an identity that occurs twice or more, by the first of them; and the first, by each of them.
    private var groups: [UInt32: [UInt32]] = [:]
    private var firsts: [UInt32: UInt32] = [:]
    /// Rows looked at so far.
    private(set) var done = 0
    /// Rows that repeat an earlier one.
    private(set) var count = 0

    /// A longer list is not searched.
    static let rowLimit = 50_000

    /// Looks at up to `budget` more rows.
    mutating func advance(_ table: MatchTable, budget: Int) {
        guard table.count <= Self.rowLimit else { return }
        let end = min(table.count, done + budget)
        guard done < end else { return }
        table.forEach(done..<end) { row, item in
            let row = UInt32(truncatingIfNeeded: row)
            let identity = ItemIdentity(item)
            guard let first = firstRows[identity] else {
                firstRows[identity] = row
                return true
            }
            groups[first, default: [first]].append(row)
            firsts[first] = first
            firsts[row] = first
            count += 1
            return true
        }
        done = end
        // What the answer was is kept; how it was found out is of no use any more.
        if done == table.count { firstRows = [:] }
    }

    /// The other rows of the same item, in the order of arrival; empty for nearly every row.
    func others(of row: Int) -> [Int] {
        let row = UInt32(truncatingIfNeeded: row)
        guard let first = firsts[row], let group = groups[first] else { return [] }
        return group.filter { $0 != row }.map { Int($0) }
    }
}
