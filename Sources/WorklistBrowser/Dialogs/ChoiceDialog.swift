import Terminal

/// A question with a few answers; leaving it does nothing.
struct ChoiceDialog: Component {
    struct Choice {
        var label: TerminalText
        /// What follows from it.
        var note: TerminalText = .empty
        /// Done after the dialog is closed.
        var intents: [Intent]
    }

    let title: TerminalText
    let lines: [TerminalText]
    let choices: [Choice]
    private var cursor = MenuCursor()

    init(title: TerminalText, lines: [TerminalText], choices: [Choice]) {
        self.title = title
        self.lines = lines
        self.choices = choices
    }

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: choices.count) { return [] }
        switch command {
        case .accept:
            guard choices.indices.contains(cursor.index) else { return [.close] }
            return [.close] + choices[cursor.index].intents
        case .back: return [.close]
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let columns = min(DialogBox.maximumColumns, max(0, area.columns - 2))
        let width = max(1, columns - 4)
        var text = lines.flatMap { $0.isEmpty ? [TerminalText.empty] : DisplayWidth.wrap($0, width: width) }
        // Too little room: blank lines go first, then the end of the text; the answers stay.
        let answers = choices.count
        if text.count + answers + 5 > area.rows { text.removeAll(where: \.isEmpty) }
        text = Array(text.prefix(max(0, area.rows - 2 - answers)))
        let isRoomy = text.count + answers + 5 <= area.rows
        let box = DialogBox.frame(lines: text.count + answers + (isRoomy ? 3 : 0), in: area)
        let keymap = surroundings.keymap
        DialogBox(
            title: title,
            keys: [
                (keymap.label(of: .accept, in: .dialog) ?? "Enter", "choose"),
                (keymap.label(of: .back, in: .dialog) ?? "Esc", "cancel"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        var row = content.row + (isRoomy ? 1 : 0)
        for line in text where row < content.endRow {
            grid.write(line, row: row, column: content.column, style: ink.dialog, maxWidth: content.columns)
            row += 1
        }
        if isRoomy { row += 1 }
        let labelColumns = min(width / 2, (choices.map(\.label.width).max() ?? 0) + 2)
        for (index, choice) in choices.enumerated() where row < content.endRow {
            let isCursor = index == cursor.index
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            line.space()
            line.add(choice.label, columns: choice.note.isEmpty ? width - 2 : labelColumns, ink.title)
            line.add(choice.note, ink.dialog)
            grid.mark(line: index, row: row, in: content)
            line.draw(
                into: &grid,
                row: row,
                column: content.column,
                columns: content.columns,
                base: isCursor ? ink.cursor : ink.dialog
            )
            row += 1
        }
    }
}
