import DICOMData

/// Compares rows by the keys of an order, one column after the other; equal rows stay in the order of arrival.
struct RowComparator {
    private struct Part {
        let column: ListColumn
        let isDescending: Bool
        /// Equal keys may hide different texts.
        let comparesText: Bool

        /// Rows without a value stay last whichever way the list runs.
        @inline(__always)
        func precedes(_ a: SortKey, _ b: SortKey) -> Bool {
            if isDescending, a != .missing, b != .missing { return b < a }
            return a < b
        }
    }

    private let parts: [Part]
    private let table: MatchTable
    private let fallback: SpecificCharacterSet?

    init(order: SortOrder, table: MatchTable, fallback: SpecificCharacterSet?) {
        parts = order.keys.map { key in
            let kind = SortKey.kind(of: key.column)
            return Part(column: key.column, isDescending: key.isDescending, comparesText: kind.comparesText)
        }
        self.table = table
        self.fallback = fallback
    }

    /// The key of a row by one of the columns of the order.
    func key(_ item: EncodedDataSet, part: Int) -> SortKey {
        SortKey(item, column: parts[part].column, fallback: fallback, isLast: part == parts.count - 1)
    }

    // MARK: Rows whose keys are all known

    /// The rows in order. `keys`: for each column of the order, a key for each row of the table.
    func sorted(_ rows: [UInt32], keys: [[SortKey]]) -> [UInt32] {
        guard keys.count == 1, let only = keys.first, let part = parts.first, !part.comparesText, !part.isDescending
        else { return rows.sorted { precedes($0, $1, keys) } }
        // Keys beside the rows: comparing then stays within one block of memory.
        var pairs = rows.map { (key: only[Int($0)], row: $0) }
        pairs.sort { a, b in a.key != b.key ? a.key < b.key : a.row < b.row }
        return pairs.map(\.row)
    }

    func precedes(_ a: UInt32, _ b: UInt32, _ keys: [[SortKey]]) -> Bool {
        for (number, part) in parts.enumerated() {
            let keyA = keys[number][Int(a)]
            let keyB = keys[number][Int(b)]
            if keyA != keyB { return part.precedes(keyA, keyB) }
            guard part.comparesText, keyA.isTextPrefix else { continue }
            let textA = text(a, part)
            let textB = text(b, part)
            if textA != textB { return textA.lexicographicallyPrecedes(textB) != part.isDescending }
        }
        return a < b
    }

    // MARK: A whole table

    /// All rows below `count` in order; fewer if the task is cancelled.
    ///
    /// Keys of further columns are made only for rows that those before left equal, so that a million rows cost one key each.
    func sorted(rows count: Int, progress: (Double) -> Void = { _ in }) -> [UInt32] {
        var pairs: [Pair] = []
        pairs.reserveCapacity(count)
        table.forEach(0..<count) { row, item in
            pairs.append((key(item, part: 0), UInt32(truncatingIfNeeded: row)))
            guard row & 0xFFF == 0 else { return true }
            progress(0.5 * Double(row) / Double(max(1, count)))
            return !Task.isCancelled
        }
        guard pairs.count == count, let part = parts.first else { return [] }
        // In pieces, so that the end of the task is noticed in between.
        let isWhole = Self.mergeSort(&pairs, progress: { progress(0.5 + 0.3 * $0) }) { a, b in
            if a.key != b.key { return part.precedes(a.key, b.key) }
            return a.row < b.row
        }
        guard isWhole else { return [] }
        refineRuns(&pairs, part: 0, progress: { progress(0.8 + 0.2 * $0) })
        return Task.isCancelled ? [] : pairs.map(\.row)
    }

    /// False, and no order, if the task is cancelled.
    private static func mergeSort(
        _ pairs: inout [Pair],
        progress: (Double) -> Void,
        _ precedes: (Pair, Pair) -> Bool
    ) -> Bool {
        let piece = 16_384
        var runs: [Range<Int>] = []
        for start in stride(from: 0, to: pairs.count, by: piece) {
            let range = start..<min(start + piece, pairs.count)
            pairs[range].sort(by: precedes)
            runs.append(range)
            if Task.isCancelled { return false }
            progress(0.5 * Double(range.upperBound) / Double(pairs.count))
        }
        guard runs.count > 1 else { return true }
        let passes = Double(Int.bitWidth - (runs.count - 1).leadingZeroBitCount)
        var merged: [Pair] = []
        var pass = 0.0
        while runs.count > 1 {
            merged.removeAll(keepingCapacity: true)
            merged.reserveCapacity(pairs.count)
            var longer: [Range<Int>] = []
            for first in stride(from: 0, to: runs.count, by: 2) {
                let start = merged.count
                var (a, b) = (runs[first].lowerBound, runs[first].upperBound)
                let endA = b
                let endB = first + 1 < runs.count ? runs[first + 1].upperBound : b
                while a < endA, b < endB {
                    if precedes(pairs[b], pairs[a]) {
                        merged.append(pairs[b])
                        b += 1
                    } else {
                        merged.append(pairs[a])
                        a += 1
                    }
                }
                merged.append(contentsOf: pairs[a..<endA])
                merged.append(contentsOf: pairs[b..<endB])
                longer.append(start..<merged.count)
                if Task.isCancelled { return false }
                progress(0.5 + 0.5 * (pass + Double(merged.count) / Double(pairs.count)) / passes)
            }
            swap(&pairs, &merged)
            runs = longer
            pass += 1
        }
        return true
    }

    private typealias Pair = (key: SortKey, row: UInt32)

    private func sort(_ pairs: inout [Pair], part number: Int) {
        let part = parts[number]
        if part.isDescending {
            pairs.sort { a, b in a.key != b.key ? part.precedes(a.key, b.key) : a.row < b.row }
        } else {
            pairs.sort { a, b in a.key != b.key ? a.key < b.key : a.row < b.row }
        }
        refineRuns(&pairs, part: number)
    }

    /// Puts rows of one key in order by what is behind it.
    private func refineRuns(_ pairs: inout [Pair], part number: Int, progress: (Double) -> Void = { _ in }) {
        let part = parts[number]
        guard part.comparesText || number + 1 < parts.count else { return }
        forEachRun(&pairs, isEqual: { $0.key == $1.key }, progress: progress) { run in
            if part.comparesText, run[0].key.isTextPrefix {
                sortByText(&run, part: number)
            } else {
                refine(&run, part: number + 1)
            }
        }
    }

    /// Rows with one beginning, by the whole of their texts: each is read once.
    private func sortByText(_ pairs: inout [Pair], part number: Int) {
        let part = parts[number]
        var texts = pairs.map { (text: text($0.row, part), pair: $0) }
        texts.sort { a, b in
            if a.text != b.text { return a.text.lexicographicallyPrecedes(b.text) != part.isDescending }
            return a.pair.row < b.pair.row
        }
        forEachRun(&texts, isEqual: { $0.text == $1.text }) { run in
            var same = run.map(\.pair)
            refine(&same, part: number + 1)
            for (index, pair) in same.enumerated() { run[index].pair = pair }
        }
        pairs = texts.map(\.pair)
    }

    /// Rows that are equal so far, by the next column.
    private func refine(_ pairs: inout [Pair], part number: Int) {
        guard number < parts.count, !Task.isCancelled else { return }
        for index in pairs.indices { pairs[index].key = key(table.item(Int(pairs[index].row)), part: number) }
        sort(&pairs, part: number)
    }

    /// Gives each run of two or more equal elements to `body`, which may put it in another order.
    private func forEachRun<Element>(
        _ elements: inout [Element],
        isEqual: (Element, Element) -> Bool,
        progress: (Double) -> Void = { _ in },
        _ body: (inout [Element]) -> Void
    ) {
        var start = 0
        while start < elements.count {
            if Task.isCancelled { return }
            var end = start + 1
            while end < elements.count, isEqual(elements[start], elements[end]) { end += 1 }
            if end - start > 1 {
                var run = Array(elements[start..<end])
                body(&run)
                elements.replaceSubrange(start..<end, with: run)
                progress(Double(end) / Double(elements.count))
            }
            start = end
        }
    }

    private func text(_ row: UInt32, _ part: Part) -> [UInt8] {
        SortKey.text(table.item(Int(row)), part.column, fallback: fallback)
    }
}
