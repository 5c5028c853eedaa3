import DICOMData
import DICOMProtocol

/// Finds the rows of a list in the list it is to take the place of: most are there, byte for byte and in the same order, and
/// need be kept only once. What is known of them there is known here.
struct RowSharing: Sendable {
    /// Rows of the new list that stand in the old one too, without a gap in either.
    struct Run: Hashable, Sendable {
        var new: Int
        var old: Int
        var count: Int
    }

    /// The list before.
    let old: MatchTable
    /// Parts the old list from others.
    let series: Int
    /// In ascending order of both.
    private(set) var runs: [Run] = []
    /// The first row of the old list that was not found yet.
    private var next = 0
    private var misses = 0

    /// Blocks of bytes live as long as one row of them: from time to time a list is kept for itself.
    static let oldest = 24
    /// Rows of the old list that may be missing in the new one before it is looked for elsewhere.
    private static let reach = 32
    /// So many rows that are not there, and nobody looks far any more.
    private static let patience = 512
    /// A few rows are copied sooner than shared.
    private static let leastRun = 8

    init?(with old: MatchTable, series: Int) {
        guard old.age < Self.oldest else { return nil }
        self.old = old
        self.series = series
    }

    /// Adds the matches of a batch to a table, sharing those that are known.
    mutating func append(_ batch: MatchBatch, to table: inout MatchTable) -> Range<Int> {
        let first = table.count
        var index = 0
        /// The first match that waits to be copied.
        var waiting = 0
        while index < batch.count {
            guard let found = find(batch, index) else {
                index += 1
                continue
            }
            var length = 1
            while index + length < batch.count, isSame(batch, index + length, found + length) { length += 1 }
            if length >= Self.leastRun {
                if waiting < index { table.append(batch.copying(waiting..<index)) }
                let rows = table.append(found..<(found + length), of: old)
                note(Run(new: rows.lowerBound, old: found, count: length))
                waiting = index + length
            }
            next = found + length
            index += length
        }
        if waiting == 0 {
            table.append(batch)
        } else if waiting < batch.count {
            table.append(batch.copying(waiting..<batch.count))
        }
        return first..<table.count
    }

    private mutating func note(_ run: Run) {
        if let last = runs.last, last.new + last.count == run.new, last.old + last.count == run.old {
            runs[runs.count - 1].count += run.count
        } else {
            runs.append(run)
        }
    }

    private func isSame(_ batch: MatchBatch, _ index: Int, _ row: Int) -> Bool {
        row < old.count && batch.entries[index].status == old.status(row) && batch.identifier(index) == old.item(row)
    }

    /// The row of the old list that a match is the same as.
    private mutating func find(_ batch: MatchBatch, _ index: Int) -> Int? {
        let reach = misses < Self.patience ? Self.reach : 2
        for row in next..<min(old.count, next + reach) where isSame(batch, index, row) {
            misses = 0
            return row
        }
        misses += 1
        return nil
    }

    // MARK: Looking up

    /// The row of the new list that a row of the old one is; nil if it is not known to be there.
    func row(ofOld row: Int) -> Int? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].old <= row { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let run = runs[low - 1]
        return row < run.old + run.count ? run.new + row - run.old : nil
    }

    /// Rows of the new list that are not known to stand in the old one.
    func unsharedNew(of count: Int) -> [Range<Int>] { gaps(count) { ($0.new, $0.count) } }
    /// Rows of the old list that are not known to stand in the new one.
    var unsharedOld: [Range<Int>] { gaps(old.count) { ($0.old, $0.count) } }

    private func gaps(_ count: Int, _ part: (Run) -> (start: Int, count: Int)) -> [Range<Int>] {
        var gaps: [Range<Int>] = []
        var end = 0
        for run in runs {
            let (start, length) = part(run)
            if end < start { gaps.append(end..<start) }
            end = start + length
        }
        if end < count { gaps.append(end..<count) }
        return gaps
    }
}
