import Terminal

/// The keys of a screen, from the keymap in force: filtered by typing, run by Enter.
struct HelpDialog: Component, Sendable {
    /// The screen the help is about.
    let context: KeyContext
    private var filter = TextField(limit: 60)
    private var cursor = MenuCursor()

    init(context: KeyContext) {
        self.context = context
    }

    var keyContext: KeyContext { .help }
    var takesText: Bool { true }

    private struct Line {
        var group: String
        var keys: TerminalText
        var command: Command
        var help: TerminalText
    }

    private func lines(_ keymap: Keymap) -> [Line] {
        let needle = filter.text.lowercased()
        let lines: [Line] = keymap.bindings(in: context).compactMap { binding in
            // A blank would look like the one inside of a sequence.
            let separator: TerminalText = binding.keys.contains { $0.keys.count > 1 } ? ", " : " "
            let keys = binding.keys.map(\.label).joined(separator: separator)
            let words = "\(keys.string) \(binding.help) \(binding.command.rawValue)".lowercased()
            for word in needle.split(separator: " ") where !words.contains(word) { return nil }
            return Line(
                group: binding.command.group,
                keys: keys,
                command: binding.command,
                help: TerminalText(binding.help)
            )
        }
        // Groups in the order in which they first appear.
        var groups: [String] = []
        for line in lines where !groups.contains(line.group) { groups.append(line.group) }
        return groups.flatMap { group in lines.filter { $0.group == group } }
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        let commands = lines(surroundings.keymap).map { (command: $0.command, argument: String?.none) }
        return cursor.perform(
            command,
            field: &filter,
            running: commands,
            unavailable: surroundings.unavailable
        )
    }

    /// The gutter's marks, and the mouse.
    private static func legend(_ theme: Theme) -> [TerminalText] {
        [
            theme.glyph(.mark) + " marked  " + theme.glyph(.new) + " new  " + theme.glyph(.changed) + " changed  "
                + theme.glyph(.gone) + " gone since the list before",
            "Mouse: click a row, again to open; a header sorts; Shift+drag selects text",
        ]
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        filter.insert(text)
        cursor = MenuCursor()
        return []
    }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let lines = lines(surroundings.keymap)
        let legend = context == .list ? StepStatus.legend(theme) + Self.legend(theme) : []
        let box = DialogBox.frame(lines: 2 + surroundings.keymap.bindings(in: context).count + legend.count, in: area)
        DialogBox(
            title: "Keys: \(context.title)",
            keys: [
                ("type", "to filter"),
                (surroundings.keymap.label(of: .accept, in: .help) ?? "Enter", "run it"),
                (surroundings.keymap.label(of: .back, in: .help) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        guard content.rows > 0, content.columns > 8 else { return }
        grid.write("Filter ", row: content.row, column: content.column, style: ink.dim, maxWidth: content.columns)
        grid.draw(
            filter,
            row: content.row,
            column: content.column + 7,
            width: min(30, content.columns - 7),
            isActive: true,
            placeholder: "word",
            ink: ink
        )
        let legendRows = content.rows > 12 ? legend.count : content.rows > 8 ? min(2, legend.count) : 0
        let rows = content.rows - 1 - legendRows
        let widest = lines.map(\.keys.width).max() ?? 0
        let keyColumns = min(max(16, widest + 1), content.columns / 3)
        let top = cursor.top(count: lines.count, rows: rows)
        var group = ""
        for (offset, line) in lines.dropFirst(top).prefix(max(0, rows)).enumerated() {
            let isCursor = top + offset == cursor.index
            let reason = surroundings.unavailable[line.command]
            grid.mark(line: top + offset, row: content.row + 1 + offset, in: content)
            var styled = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            styled.space()
            styled.add(line.group == group ? "" : TerminalText(line.group), columns: 8, ink.dim)
            styled.pad(to: 10)
            let keys: TerminalText = line.keys.isEmpty ? "-" : line.keys
            styled.add(keys, columns: keyColumns, reason == nil && !line.keys.isEmpty ? ink.key : ink.dim)
            styled.space()
            styled.add(line.help, reason == nil ? ink.dialog : ink.dim)
            group = line.group
            styled.draw(
                into: &grid,
                row: content.row + 1 + offset,
                column: content.column,
                columns: content.columns - 1,
                right: reason.map { StyledLine("(\($0))", ink.dim) } ?? StyledLine(),
                base: isCursor ? ink.cursor : ink.dialog
            )
        }
        grid.drawScrollbar(
            Rect(row: content.row + 1, column: box.endColumn - 2, rows: max(0, rows), columns: 1),
            first: top,
            total: lines.count,
            theme: theme,
            style: ink.scroll
        )
        if lines.isEmpty, rows > 0 {
            grid.write(
                "no key or command has these words",
                row: content.row + 1,
                column: content.column + 2,
                style: ink.dim,
                maxWidth: content.columns - 2
            )
        }
        for (index, text) in legend.prefix(legendRows).enumerated() {
            StyledLine(text, ink.dim).draw(
                into: &grid,
                row: content.endRow - legendRows + index,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
    }
}

extension KeyContext {
    /// The screen's name in the help's title.
    var title: TerminalText {
        switch self {
        case .list: "worklist"
        case .builder: "query builder"
        case .detail: "detail"
        case .form: "form"
        case .picker: "picker"
        case .editor: "value editor"
        case .dialog: "dialog"
        case .help: "help"
        case .filter: "filter"
        case .servers: "servers"
        case .queries: "saved queries"
        case .changes: "changes"
        case .columns: "columns"
        case .characterSets: "character sets"
        }
    }
}

extension Command {
    /// The heading in help.
    var group: String {
        switch rawValue.prefix(while: { $0 != "." }) {
        case "move": "Move"
        case "query", "scope", "day", "saved", "queries", "watch", "barcode": "Query"
        case "row", "marks", "list": "Row"
        case "filter", "view", "columns", "select": "View"
        case "field": "Text"
        case "server": "Server"
        case "builder", "editor", "picker": "Query"
        case "detail", "text": "Detail"
        case "form": "Form"
        default: "Go"
        }
    }
}
