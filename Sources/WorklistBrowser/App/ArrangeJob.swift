import DICOMData

/// Sorting or filtering of a large table, for another thread; its result comes back as ``Event/arranged(generation:order:)``.
///
/// A value with everything it needs: the table's bytes are shared, not copied.
public struct ArrangeJob: Sendable {
    enum Work: Sendable {
        /// All rows below a number, in order.
        case sort(SortOrder, rows: Int)
        /// Of these rows, those that pass.
        case filter(RowFilter, rows: [UInt32])
    }

    /// Goes into the event with the result; an older one is ignored by the browser.
    public let generation: Int
    /// The list it belongs to: a newer job of the same list makes an older one useless, a job of another list does not.
    public var series: Int { generation >> RowList.generationBits }
    let work: Work
    let table: MatchTable
    let fallback: SpecificCharacterSet?
    let today: DICOMDate

    /// Does the work. A cancelled task ends early with rows missing; its result is of no use then.
    public func run() -> [UInt32] {
        switch work {
        case .sort(let order, let rows): Self.sorted(table, rows: rows, by: order, fallback: fallback)
        case .filter(let filter, let rows):
            Self.filtered(table, rows: rows, by: filter, fallback: fallback, today: today)
        }
    }

    static func sorted(
        _ table: MatchTable,
        rows: Int,
        by order: SortOrder,
        fallback: SpecificCharacterSet?
    ) -> [UInt32] {
        RowComparator(order: order, table: table, fallback: fallback).sorted(rows: rows)
    }

    static func filtered(
        _ table: MatchTable,
        rows: [UInt32],
        by filter: RowFilter,
        fallback: SpecificCharacterSet?,
        today: DICOMDate
    ) -> [UInt32] {
        var result: [UInt32] = []
        for (count, row) in rows.enumerated() {
            if count & 0x3FF == 0, Task.isCancelled { break }
            let text = RowText(table.item(Int(row)), fallback: fallback, today: today, reading: filter.attributes)
            if filter.matches(text) { result.append(row) }
        }
        return result
    }
}
