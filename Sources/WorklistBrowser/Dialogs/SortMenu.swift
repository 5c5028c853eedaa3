import Terminal

/// Choosing the columns to sort by: one alone, or one more behind those in force.
struct SortMenu: Component, Sendable {
    private(set) var current: SortOrder
    private let columns: [ListColumn]
    private var cursor: MenuCursor
    /// Further keys were chosen: Enter then means that they are right as they are.
    private var hasSeveral = false

    /// `shown`: the columns of the list, attributes among them.
    init(current: SortOrder, shown: [ListColumn] = []) {
        self.current = current
        let more = (shown + current.keys.map(\.column)).filter(\.isAttribute)
        var columns = ListColumn.allCases.filter { $0 != .date }
        for column in more where !columns.contains(column) { columns.append(column) }
        self.columns = columns
        cursor = MenuCursor(columns.firstIndex { current.isSameColumn(as: $0) } ?? 0)
    }

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: columns.count) { return [] }
        switch command {
        case .accept:
            if hasSeveral { return [.rememberView, .close] }
            guard columns.indices.contains(cursor.index) else { return [.close] }
            return [.sort(current.chosen(columns[cursor.index])), .rememberView, .close]
        case .selectToggle:
            guard columns.indices.contains(cursor.index) else { return [] }
            let next = current.toggled(columns[cursor.index])
            guard next != current else {
                let text: TerminalText = "no more than \(SortOrder.maximumKeys) columns to sort by"
                return [.message(Message(kind: .info, text: text))]
            }
            current = next
            hasSeveral = true
            return [.sort(next)]
        case .back: return [.rememberView, .close]
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let box = DialogBox.frame(lines: columns.count, columns: 56, in: area)
        let keymap = surroundings.keymap
        let accept: TerminalText = hasSeveral ? "done" : "sort, turn round"
        DialogBox(
            title: "Sort by",
            keys: [
                (keymap.label(of: .accept, in: .dialog) ?? "Enter", accept),
                (keymap.label(of: .selectToggle, in: .dialog) ?? "Space", "then by"),
                (keymap.label(of: .back, in: .dialog) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        let top = cursor.top(count: columns.count, rows: content.rows)
        for (offset, column) in columns.dropFirst(top).prefix(max(0, content.rows)).enumerated() {
            let isCursor = top + offset == cursor.index
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            line.space()
            line.add(TerminalText(column.title), columns: 16, ink.title)
            line.space()
            line.add(TerminalText(column.meaning), ink.dialog)
            var mark = StyledLine()
            if let place = current.place(of: column) {
                let key = current.keys[place]
                mark.add(theme.glyph(key.isDescending ? .sortDescending : .sortAscending), ink.key)
                if current.keys.count > 1 { mark.add("\(place + 1)", ink.key) }
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
