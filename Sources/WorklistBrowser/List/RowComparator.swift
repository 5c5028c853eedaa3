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
    func sorted(rows count: Int) -> [UInt32] {
        var pairs: [Pair] = []
        pairs.reserveCapacity(count)
        table.forEach(0..<count) { row, item in
            pairs.append((key(item, part: 0), UInt32(truncatingIfNeeded: row)))
            return row & 0xFFF != 0 || !Task.isCancelled
        }
        guard pairs.count == count else { return [] }
        sort(&pairs, part: 0)
        return pairs.map(\.row)
    }

    private typealias Pair = (key: SortKey, row: UInt32)

    private func sort(_ pairs: inout [Pair], part number: Int) {
        let part = parts[number]
        if part.isDescending {
            pairs.sort { a, b in a.key != b.key ? part.precedes(a.key, b.key) : a.row < b.row }
        } else {
            pairs.sort { a, b in a.key != b.key ? a.key < b.key : a.row < b.row }
        }
        guard part.comparesText || number + 1 < parts.count else { return }
        forEachRun(&pairs, isEqual: { $0.key == $1.key }) { run in
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
        _ body: (inout [Element]) -> Void
    ) {
        var start = 0
        while start < elements.count {
            var end = start + 1
            while end < elements.count, isEqual(elements[start], elements[end]) { end += 1 }
            if end - start > 1 {
                var run = Array(elements[start..<end])
                body(&run)
                elements.replaceSubrange(start..<end, with: run)
            }
            start = end
        }
    }

    private func text(_ row: UInt32, _ part: Part) -> [UInt8] {
        SortKey.text(table.item(Int(row)), part.column, fallback: fallback)
    }
}
