/// What a row carries besides its values: marks, and what has changed since the list before.
struct RowDecoration: Hashable, Sendable {
    /// How the row differs from the list before.
    enum Change: Hashable, Sendable {
        case new, changed
        /// On the list before, not on this one: shown struck out for one interval.
        case gone
    }

    var isMarked = false
    var change: Change?
    /// Whose values differ from the list before.
    var changedColumns: Set<ListColumn> = []
    /// Other rows with the same identity.
    var duplicates = 0
}
