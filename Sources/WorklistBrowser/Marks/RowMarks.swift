/// The items the user has marked: by identity, so that sorting, filtering and refreshing move no mark to another patient.
///
/// They are marks on items of one server; a list shows those it has.
struct RowMarks: Sendable {
    private(set) var items: Set<ItemIdentity> = []
    /// The item marked last: one end of a range.
    private(set) var anchor: ItemIdentity?
    /// Another number after every change.
    private(set) var version = 0

    /// More would make counting and copying slow, and nobody looks through them: the filter and an export do better.
    static let limit = 10_000

    var isEmpty: Bool { items.isEmpty }

    func contains(_ item: ItemIdentity) -> Bool { items.contains(item) }

    /// Marks the item, or takes its mark away; true if it is marked now. Nil, and no change, if there are too many.
    mutating func toggle(_ item: ItemIdentity) -> Bool? {
        if items.remove(item) != nil {
            version += 1
            if anchor == item { anchor = nil }
            return false
        }
        guard items.count < Self.limit else { return nil }
        items.insert(item)
        anchor = item
        version += 1
        return true
    }

    /// Marks items besides; the last of them is the end of a range from now on. False, and no change, if there are too many.
    mutating func add(_ more: [ItemIdentity], anchor: ItemIdentity) -> Bool {
        let all = items.union(more)
        guard all.count <= Self.limit else { return false }
        items = all
        self.anchor = anchor
        version += 1
        return true
    }

    mutating func clear() {
        items = []
        anchor = nil
        version += 1
    }
}

/// Where the marked items of one list lie in its table.
struct MarkedRows: Sendable {
    /// The first known row of each.
    private(set) var rows: [ItemIdentity: Int] = [:]
    /// Rows looked at, for the marks of ``version``.
    private var done = 0
    private var version = -1

    /// Looks at the rows that came since, or at all of them if the marks have changed without ``noted``.
    mutating func find(_ marks: RowMarks, in table: MatchTable) {
        if version != marks.version {
            version = marks.version
            rows = [:]
            done = 0
        }
        if marks.isEmpty { done = table.count }
        guard done < table.count else { return }
        table.forEach(done..<table.count) { row, item in
            let identity = ItemIdentity(item)
            if marks.contains(identity), rows[identity] == nil { rows[identity] = row }
            return true
        }
        done = table.count
    }

    /// Takes over what is known of the list before: only rows that it did not have are looked at.
    mutating func follow(_ old: MarkedRows, _ shared: RowSharing, _ marks: RowMarks, in table: MatchTable) {
        guard version != marks.version, old.version == marks.version, old.done == shared.old.count else { return }
        var found: [ItemIdentity: Int] = [:]
        for (identity, row) in old.rows {
            if let new = shared.row(ofOld: row) { found[identity] = new }
        }
        for range in shared.unsharedNew(of: table.count) {
            table.forEach(range) { row, item in
                let identity = ItemIdentity(item)
                if marks.contains(identity) { found[identity] = min(row, found[identity] ?? row) }
                return true
            }
        }
        rows = found
        version = marks.version
        done = table.count
    }

    /// True while ``find(_:in:)`` would look at new rows only.
    func isCurrent(_ marks: RowMarks) -> Bool { version == marks.version || done == 0 }

    /// Follows a change made on this very list, without a look at the other rows.
    mutating func note(_ marks: RowMarks, added: [(identity: ItemIdentity, row: Int)], removed: ItemIdentity? = nil) {
        if let removed { rows[removed] = nil }
        for item in added where rows[item.identity] == nil { rows[item.identity] = item.row }
        version = marks.version
    }
}

/// How many marked items the list has, and how many of them the filter hides.
struct MarkCounts: Hashable, Sendable {
    var marked = 0
    var hidden = 0

    /// `3 marked, 1 hidden`; nil without marks.
    var words: String? {
        if marked == 0 { return nil }
        return hidden == 0 ? "\(marked) marked" : "\(marked) marked, \(hidden) hidden"
    }
}
