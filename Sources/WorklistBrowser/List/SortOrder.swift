/// What the list is sorted by: one column, or several, the second deciding where the first is equal, and so on.
struct SortOrder: Hashable, Sendable {
    struct Key: Hashable, Sendable {
        var column: ListColumn
        var isDescending = false
    }

    /// Never empty; the first counts most.
    private(set) var keys: [Key]

    /// More keys than anybody can follow.
    static let maximumKeys = 4

    init(column: ListColumn, isDescending: Bool = false) {
        keys = [Key(column: column, isDescending: isDescending)]
    }

    /// Nil without keys; a column counts once, and keys beyond ``maximumKeys`` are dropped.
    init?(_ keys: [Key]) {
        var kept: [Key] = []
        for key in keys
        where kept.count < Self.maximumKeys && !kept.contains(where: { Self.isSame($0.column, key.column) }) {
            kept.append(key)
        }
        guard !kept.isEmpty else { return nil }
        self.keys = kept
    }

    /// The column that counts most.
    var column: ListColumn { keys[0].column }
    /// Of the column that counts most.
    var isDescending: Bool { keys[0].isDescending }

    /// Date and time of the step, then accession number.
    static let standard = SortOrder(column: .time)

    /// The same order as seen by the user: date and time sort alike.
    func isSameColumn(as column: ListColumn) -> Bool { Self.isSame(self.column, column) }

    static func isSame(_ a: ListColumn, _ b: ListColumn) -> Bool {
        a == b || (a == .time && b == .date) || (a == .date && b == .time)
    }

    /// The place of a column among the keys, counted from 0; nil if the list is not sorted by it.
    func place(of column: ListColumn) -> Int? { keys.firstIndex { Self.isSame($0.column, column) } }

    /// The column alone; if it counts most already, the other way round.
    func chosen(_ column: ListColumn) -> SortOrder {
        let turns = isSameColumn(as: column) && !isDescending
        return SortOrder(column: column, isDescending: turns)
    }

    /// The column as a further key: first up, then down, then no key any more. The last key stays.
    func toggled(_ column: ListColumn) -> SortOrder {
        var copy = self
        guard let place = place(of: column) else {
            guard keys.count < Self.maximumKeys else { return self }
            copy.keys.append(Key(column: column))
            return copy
        }
        if !keys[place].isDescending || keys.count == 1 {
            copy.keys[place].isDescending.toggle()
        } else {
            copy.keys.remove(at: place)
        }
        return copy
    }
}
