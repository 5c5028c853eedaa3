import Terminal

/// Choosing the column to sort by; the one in force again turns the order round.
struct SortMenu: Component, Sendable {
    let current: SortOrder
    private let columns: [ListColumn]
    private var cursor: MenuCursor

    init(current: SortOrder) {
        self.current = current
        columns = ListColumn.allCases.filter { $0 != .date }
        cursor = MenuCursor(columns.firstIndex { current.isSameColumn(as: $0) } ?? 0)
    }

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: columns.count) { return [] }
        switch command {
        case .accept:
            guard columns.indices.contains(cursor.index) else { return [.close] }
            let column = columns[cursor.index]
            let turns = current.isSameColumn(as: column) && !current.isDescending
            return [.sort(SortOrder(column: column, isDescending: turns))]
        case .back: return [.close]
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let box = DialogBox.frame(lines: columns.count, columns: 50, in: area)
        let keymap = surroundings.keymap
        DialogBox(
            title: "Sort by",
            keys: [
                (keymap.label(of: .accept, in: .dialog) ?? "Enter", "sort; again: turn round"),
                (keymap.label(of: .back, in: .dialog) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        let top = cursor.top(count: columns.count, rows: content.rows)
        for (offset, column) in columns.dropFirst(top).prefix(max(0, content.rows)).enumerated() {
            let isCursor = top + offset == cursor.index
            let isCurrent = current.isSameColumn(as: column)
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            line.space()
            line.add(TerminalText(column.header), columns: 12, ink.title)
            line.add(TerminalText(column.meaning), ink.dialog)
            var mark = StyledLine()
            if isCurrent {
                mark.add(current.isDescending ? theme.glyph(.sortDescending) : theme.glyph(.sortAscending), ink.key)
            }
            grid.mark(line: top + offset, row: content.row + offset, in: content)
            line.draw(
                into: &grid,
                row: content.row + offset,
                column: content.column,
                columns: content.columns,
                right: mark,
                base: isCursor ? ink.cursor : ink.dialog
            )
        }
    }
}
