import Terminal

/// What of the user's files cannot be used: file and line, and what is expected there.
struct ProblemsDialog: Component, Sendable {
    let problems: [SettingsProblem]
    /// The problem that is read; on a small screen it is the first in view.
    private var cursor = MenuCursor()

    init(_ problems: [SettingsProblem]) {
        self.problems = problems
    }

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: problems.count) { return [] }
        return command == .accept || command == .back ? [.close] : []
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        if case .line(let index) = target { cursor = MenuCursor(min(index, problems.count - 1)) }
        return []
    }

    private func lines(columns: Int, _ theme: Theme, _ ink: Ink) -> [(problem: Int, line: StyledLine)] {
        var lines: [(problem: Int, line: StyledLine)] = []
        for (index, problem) in problems.enumerated() {
            let isCursor = index == cursor.index && problems.count > 1
            for (number, piece) in DisplayWidth.wrap(TerminalText(problem.place), width: max(1, columns - 2))
                .enumerated()
            {
                var line = StyledLine(isCursor && number == 0 ? theme.glyph(.cursor) : " ", ink.key)
                line.space()
                line.add(piece, ink.key)
                lines.append((index, line))
            }
            for piece in DisplayWidth.wrap(TerminalText(problem.text), width: max(1, columns - 4)) {
                var line = StyledLine("    ")
                line.add(piece, ink.dialog)
                lines.append((index, line))
            }
        }
        return lines
    }

    private static let footnote: TerminalText =
        "Everything else counts. The files stay as they are: mend them, start anew."

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let columns = min(DialogBox.maximumColumns, max(0, area.columns - 2)) - 4
        let body = lines(columns: columns, theme, ink)
        let foot = DisplayWidth.wrap(Self.footnote, width: max(1, columns))
        let box = DialogBox.frame(lines: body.count + foot.count + 1, in: area)
        let keymap = surroundings.keymap
        let content = DialogBox.content(of: box)
        // A small screen shows what is wrong rather than the footnote.
        let footRows = content.rows > foot.count + 4 ? foot.count + 1 : 0
        let rows = max(0, content.rows - footRows)
        let hasMore = body.count > rows
        var keys = [(keymap.label(of: .back, in: .dialog) ?? "Esc", TerminalText("close"))]
        if hasMore { keys.insert((keymap.label(of: .moveDown, in: .dialog) ?? "j", "next"), at: 0) }
        DialogBox(
            title: problems.count == 1 ? "1 entry cannot be used" : "\(problems.count) entries cannot be used",
            isAlarm: true,
            keys: keys
        ).draw(into: &grid, box: box, theme: theme)
        let start = body.firstIndex { $0.problem == cursor.index } ?? 0
        let first = min(start, max(0, body.count - rows))
        for (offset, entry) in body.dropFirst(first).prefix(rows).enumerated() {
            grid.mark(line: entry.problem, row: content.row + offset, in: content)
            entry.line.draw(
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
