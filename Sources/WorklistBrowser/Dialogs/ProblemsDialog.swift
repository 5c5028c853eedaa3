import Terminal

/// What of the user's files cannot be used: file and line, and what is expected there.
struct ProblemsDialog: Component, Sendable {
    let problems: [SettingsProblem]
    private var top = 0

    init(_ problems: [SettingsProblem]) {
        self.problems = problems
    }

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .accept, .back: return [.close]
        case .moveDown: top += 1
        case .moveUp: top = max(0, top - 1)
        case .movePageDown: top += 8
        case .movePageUp: top = max(0, top - 8)
        case .moveFirst: top = 0
        // Drawing stops at the last line; so does the next way up.
        case .moveLast: top = max(0, lines(columns: 20, Ink(surroundings.theme)).count)
        default: break
        }
        top = min(top, lines(columns: 20, Ink(surroundings.theme)).count)
        return []
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    private func lines(columns: Int, _ ink: Ink) -> [StyledLine] {
        var lines: [StyledLine] = []
        for problem in problems {
            if !lines.isEmpty { lines.append(StyledLine()) }
            // The file's name is at the end of its path: that is what must not be lost.
            for piece in DisplayWidth.wrap(TerminalText(problem.place), width: max(1, columns)) {
                lines.append(StyledLine(piece, ink.key))
            }
            for piece in DisplayWidth.wrap(TerminalText(problem.text), width: max(1, columns - 2)) {
                var line = StyledLine("  ")
                line.add(piece, ink.dialog)
                lines.append(line)
            }
        }
        return lines
    }

    private static let footnote: TerminalText = "Everything else counts. The files stay as they are: mend them, start anew."

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let columns = min(DialogBox.maximumColumns, max(0, area.columns - 2)) - 4
        let body = lines(columns: columns, ink)
        let foot = DisplayWidth.wrap(Self.footnote, width: max(1, columns))
        let box = DialogBox.frame(lines: body.count + foot.count + 1, in: area)
        let keymap = surroundings.keymap
        let content = DialogBox.content(of: box)
        // A small screen shows what is wrong rather than the footnote.
        let footRows = content.rows > foot.count + 4 ? foot.count + 1 : 0
        let rows = max(0, content.rows - footRows)
        let hasMore = body.count > rows
        var keys = [(keymap.label(of: .back, in: .dialog) ?? "Esc", TerminalText("close"))]
        if hasMore { keys.insert((keymap.label(of: .moveDown, in: .dialog) ?? "j", "more"), at: 0) }
        DialogBox(
            title: problems.count == 1 ? "1 entry cannot be used" : "\(problems.count) entries cannot be used",
            isAlarm: true,
            keys: keys
        ).draw(into: &grid, box: box, theme: theme)
        let first = min(top, max(0, body.count - rows))
        for (offset, line) in body.dropFirst(first).prefix(rows).enumerated() {
            line.draw(
                into: &grid,
                row: content.row + offset,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
        grid.drawScrollbar(
            Rect(row: content.row, column: box.endColumn - 2, rows: rows, columns: 1),
            first: first,
            total: body.count,
            theme: theme,
            style: ink.scroll
        )
        guard footRows > 0 else { return }
        for (offset, piece) in foot.enumerated() {
            StyledLine(piece, ink.dim).draw(
                into: &grid,
                row: content.endRow - foot.count + offset,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
    }
}
