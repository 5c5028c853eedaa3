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

    /// Does the work.
    ///
    /// - Parameter progress: Told from time to time how much is done, of 1.
    /// - Returns: What the browser is to be told.
    public func run(progress: (Double) -> Void) -> Event {
        let order = order(progress: progress)
        // Nothing is known of a part.
        if Task.isCancelled { return .arrangingStopped(generation: generation) }
        return .arranged(generation: generation, order: order)
    }

    func run() -> [UInt32] { order { _ in } }

    private func order(progress: (Double) -> Void) -> [UInt32] {
        switch work {
        case .sort(let order, let count):
            RowComparator(order: order, table: table, fallback: fallback).sorted(rows: count, progress: progress)
        case .filter(let filter, let rows):
            Self.filtered(
                table,
                rows: rows,
                by: filter,
                fallback: fallback,
                today: today,
                progress: progress
            )
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
        today: DICOMDate,
        progress: (Double) -> Void = { _ in }
    ) -> [UInt32] {
        var decider = RowDecider(filter, fallback: fallback, today: today)
        var result: [UInt32] = []
        for (count, row) in rows.enumerated() {
            if count & 0x3FF == 0 {
                if Task.isCancelled { break }
                progress(Double(count) / Double(rows.count))
            }
            if decider.passes(table.item(Int(row))) { result.append(row) }
        }
        return result
    }
}
