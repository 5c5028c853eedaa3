import Terminal

/// Marked rows.
extension Browser {
    /// Marks the row under the cursor, or takes its mark away, and goes on to the next.
    mutating func toggleMark() -> [Effect] {
        guard let cursor = rowForAction() else { return [] }
        guard let isMarked = marks.toggle(cursor.identity) else {
            message = tooManyMarks
            return []
        }
        if isMarked {
            list?.marked.note(marks, added: [(cursor.identity, cursor.row)])
        } else {
            list?.marked.note(marks, added: [], removed: cursor.identity)
        }
        moveCursor(.moveDown)
        return []
    }

    /// Takes all marks away.
    mutating func clearMarks() -> [Effect] {
        let here = markCounts.marked
        let all = marks.items.count
        marks.clear()
        list?.marked = MarkedRows()
        let text: TerminalText =
            switch (here, all) {
            case (_, 0): "no row is marked"
            case (all, _): all == 1 ? "the mark is gone" : "\(all) marks are gone"
            default: "\(all) marks are gone, \(all - here) of them on other lists"
            }
        message = Message(kind: .info, text: text)
        return []
    }

    /// Marks the rows on screen from the item marked last to the cursor.
    mutating func markRange() -> [Effect] {
        guard let cursor = rowForAction(), let list else { return [] }
        let key = keymap.label(of: .rowMark, in: .list) ?? "m"
        guard let anchor = marks.anchor, let row = list.marked.rows[anchor], let start = list.rows.position(of: row)
        else {
            message = Message(
                kind: .info,
                text: "a range starts at a mark: \(key) on its first row, then go to its last"
            )
            return []
        }
        let places = min(start, list.position)...max(start, list.position)
        guard places.count <= RowMarks.limit else {
            message = tooManyMarks
            return []
        }
        let added = places.compactMap { place in
            list.rows.row(at: place).map { (identity: ItemIdentity(list.rows.table.item($0)), row: $0) }
        }
        guard marks.add(added.map(\.identity), anchor: cursor.identity) else {
            message = tooManyMarks
            return []
        }
        self.list?.marked.note(marks, added: added)
        message = Message(kind: .info, text: "the \(places.count) rows from there to here are marked")
        return []
    }

    private var tooManyMarks: Message {
        let filter = keymap.label(of: .filterEdit, in: .list) ?? "/"
        let export = keymap.label(of: .listExport, in: .list) ?? "X"
        return Message(
            kind: .warning,
            text:
                "no more than \(RowMarks.limit) rows can be marked: \(filter) filters, \(export) exports what is shown"
        )
    }

    /// After every event: marks are found on rows that came, and counted.
    mutating func settleMarks() {
        list?.settle(marks)
        // Marks set while a refresh comes in are found in it when it takes the place of the list: once, not at every key.
        if run?.incoming?.marked.isCurrent(marks) == true { run?.incoming?.settle(marks) }
        guard let list, !marks.isEmpty, !list.marked.rows.isEmpty else {
            markCounts = MarkCounts()
            markCountsFor = nil
            return
        }
        let key = MarkCountKey(
            version: marks.version,
            marked: list.marked.rows.count,
            rows: list.rows.count,
            shown: list.rows.shownCount,
            filter: list.rows.filter,
            started: list.startedAt
        )
        guard key != markCountsFor else { return }
        markCountsFor = key
        markCounts = MarkCounts(marked: list.marked.rows.count, hidden: list.hiddenMarks)
    }

    /// What the counts depend on.
    struct MarkCountKey: Hashable, Sendable {
        var version: Int
        var marked: Int
        var rows: Int
        var shown: Int
        var filter: RowFilter?
        var started: Moment
    }
}

extension ResultList {
    mutating func settle(_ marks: RowMarks) { marked.find(marks, in: rows.table) }

    /// Marked items that the filter hides.
    var hiddenMarks: Int {
        guard rows.filter != nil else { return 0 }
        return marked.rows.values.reduce(0) { $0 + (rows.isShown($1) ? 0 : 1) }
    }
}
