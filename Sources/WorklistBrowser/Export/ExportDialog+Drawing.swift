import Terminal

extension ExportDialog {
    private static let labelColumns = 9
    private static let choiceColumns = 15

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let columns = min(DialogBox.maximumColumns, max(0, area.columns - 2))
        let inside = max(1, columns - 4)
        let lines = lines(columns: inside, surroundings, ink)
        // The form keeps its height while what only a table has comes and goes.
        let spare = phase.isForm && format != .csv ? 2 : 0
        let box = DialogBox.frame(lines: lines.count + spare, columns: columns, in: area)
        DialogBox(title: title, isAlarm: phase.isQuestion, keys: keys(surroundings.keymap))
            .draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        for (index, line) in lines.prefix(max(0, content.rows)).enumerated() {
            if phase.isForm, fields.indices.contains(index) {
                grid.mark(
                    Rect(row: content.row + index, column: content.column, rows: 1, columns: content.columns),
                    ClickTarget.field(fields[index].rawValue)
                )
            }
            line.draw(
                into: &grid,
                row: content.row + index,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
        guard phase.isForm, let place = fields.firstIndex(of: .file), place < content.rows else { return }
        let width = content.columns - Self.labelColumns
        guard width > 0 else { return }
        grid.draw(
            file,
            row: content.row + place,
            column: content.column + Self.labelColumns,
            width: width,
            isActive: focus == .file,
            ink: ink
        )
    }

    private var title: TerminalText {
        switch phase {
        case .form: "Export"
        case .asking: "Replace the file?"
        case .writing: "Exporting"
        case .done: "Exported"
        }
    }

    private func keys(_ keymap: Keymap) -> [(key: TerminalText, word: TerminalText)] {
        func key(_ command: Command, _ fallback: TerminalText) -> TerminalText {
            keymap.label(of: command, in: .form) ?? fallback
        }
        let close = (key: key(.back, "Esc"), word: TerminalText("close"))
        switch phase {
        case .form:
            let turn = focus == .file ? [] : [(key: TerminalText("Left Right"), word: TerminalText("change"))]
            return [(key(.accept, "Enter"), "export"), close] + turn + [(key(.formNext, "Tab"), "next")]
        case .asking:
            return [(key(.accept, "Enter"), "press"), (key(.formNext, "Tab"), "other"), (key(.back, "Esc"), "back")]
        case .writing(_, _, isCancelling: true): return []
        case .writing: return [(key(.back, "Esc"), "cancel; no file is left")]
        case .done: return [close]
        }
    }

    private func lines(columns: Int, _ surroundings: Surroundings, _ ink: Ink) -> [StyledLine] {
        switch phase {
        case .form: return formLines(columns: columns, ink)
        case .asking(let path, let replaces):
            var lines = wrapped("There is a file of this name:", columns, ink.dialog)
            lines += wrapped(path, columns, ink.title)
            lines += wrapped("Replacing it cannot be undone.", columns, ink.dialog)
            var buttons = StyledLine()
            let another = StyledLine("[ Another name ]", replaces ? ink.button : ink.activeButton)
            buttons.add(another, target: .button(0))
            buttons.space(2)
            buttons.add(StyledLine("[ Replace it ]", replaces ? ink.activeButton : ink.button), target: .button(1))
            return lines + [StyledLine(), buttons]
        case .writing(let rows, let total, let isCancelling):
            let percent = total > 0 ? rows * 100 / total : 0
            let width = max(4, min(40, columns - 8))
            let filled = total > 0 ? width * rows / total : 0
            let bar = TerminalText(
                String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
            )
            return [
                StyledLine(isCancelling ? "Stopping." : "\(rows) of \(total) rows read", ink.dialog),
                StyledLine("[\(bar)] \(percent)%", ink.title),
            ]
        case .done(let lines):
            return lines.enumerated().flatMap { wrapped($1, columns, $0 == 0 ? ink.title : ink.dialog) }
        }
    }

    private func wrapped(_ text: TerminalText, _ columns: Int, _ style: Style) -> [StyledLine] {
        DisplayWidth.wrap(text, width: columns).map { StyledLine($0, style) }
    }

    private func formLines(columns: Int, _ ink: Ink) -> [StyledLine] {
        var lines: [StyledLine] = []
        for field in fields {
            var line = StyledLine()
            line.add(label(field), columns: Self.labelColumns, field == focus ? ink.title : ink.dialog)
            if field != .file {
                let (word, meaning) = choice(field)
                var value = StyledLine()
                if field == focus {
                    value.add("< \(word) >", ink.activeButton)
                } else {
                    value.add("  \(word)", ink.title)
                }
                line.add(value)
                line.pad(to: Self.labelColumns + Self.choiceColumns)
                line.add(meaning, ink.dialog)
            }
            lines.append(line)
        }
        lines.append(StyledLine())
        for note in notes(ink) { lines += wrapped(note.text, columns, note.style) }
        return lines
    }
}

extension ExportDialog.Phase {
    var isForm: Bool { if case .form = self { true } else { false } }
    var isQuestion: Bool { if case .asking = self { true } else { false } }
}
