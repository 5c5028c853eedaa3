import Terminal

/// Choosing a theme: the whole screen wears the one under the cursor; Enter keeps it, Esc goes back to the one before.
struct ThemePicker: Component, Sendable {
    /// What the screen wore before.
    private let before: Theme
    private var choices: [ThemeChoice]?
    private var cursor = MenuCursor()

    /// Empty until the themes have been read.
    init(before: Theme) {
        self.before = before
    }

    /// The themes have been read.
    mutating func show(_ choices: [ThemeChoice]) {
        self.choices = choices
        cursor = MenuCursor(choices.firstIndex { $0.name == before.name } ?? 0)
    }

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    private var chosen: ThemeChoice? {
        guard let choices, choices.indices.contains(cursor.index) else { return nil }
        return choices[cursor.index]
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: choices?.count ?? 0) {
            // A theme that cannot be used changes nothing: its fault stands in the dialog.
            guard case .success(let theme)? = chosen?.theme else { return [] }
            return [.preview(theme)]
        }
        switch command {
        case .accept:
            guard case .success(let theme)? = chosen?.theme else { return [] }
            return [.close, .keepTheme(theme)]
        case .back: return [.close, .preview(before)]
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    // MARK: Drawing

    private static let columns = 48

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let choices = choices ?? []
        let sample = sample(theme, ink)
        let wanted = max(1, choices.count) + 1 + sample.count
        let rows = min(wanted + 2, area.rows)
        let columns = min(Self.columns, max(0, area.columns - 2))
        // At the right: what the list looks like in the theme stays in view.
        let box = Rect(
            row: area.row + max(0, (area.rows - rows) / 2),
            column: max(0, area.endColumn - columns - (area.columns > columns + 6 ? 3 : 1)),
            rows: rows,
            columns: columns
        )
        let keymap = surroundings.keymap
        DialogBox(
            title: "Theme",
            keys: [
                (keymap.label(of: .accept, in: .dialog) ?? "Enter", "keep"),
                (keymap.label(of: .back, in: .dialog) ?? "Esc", "as before"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        guard content.rows > 0, content.columns > 0 else { return }
        guard !choices.isEmpty else {
            StyledLine("Reading the themes.", ink.dim)
                .draw(into: &grid, row: content.row, column: content.column, columns: content.columns, base: ink.dialog)
            return
        }
        // The list keeps three lines at least; the sample has the rest.
        let sampleRows = max(0, min(sample.count + 1, content.rows - min(3, choices.count)))
        let listRows = content.rows - sampleRows
        let top = cursor.top(count: choices.count, rows: listRows)
        for (offset, choice) in choices.dropFirst(top).prefix(listRows).enumerated() {
            let isCursor = top + offset == cursor.index
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            line.space()
            line.add(TerminalText(choice.name), columns: 16, isCursor ? ink.title : ink.dialog)
            line.space()
            line.add(choice.kind, columns: 8, choice.isBroken ? ink.error : ink.dim)
            line.space()
            line.add(choice.path == nil ? "built in" : "file", columns: 8, ink.dim)
            grid.mark(line: top + offset, row: content.row + offset, in: content)
            line.draw(
                into: &grid,
                row: content.row + offset,
                column: content.column,
                columns: content.columns,
                right: choice.name == before.name ? StyledLine("in use", ink.key) : StyledLine(),
                base: isCursor ? ink.cursor : ink.dialog
            )
        }
        guard sampleRows > 1 else { return }
        grid.drawRule(
            StyledLine(),
            row: content.row + listRows,
            column: content.column,
            columns: content.columns,
            theme: theme,
            style: ink.border.over(ink.dialog)
        )
        let lines = chosen.flatMap { $0.isBroken ? fault(of: $0, ink, columns: content.columns) : nil } ?? sample
        for (offset, line) in lines.prefix(sampleRows - 1).enumerated() {
            line.draw(
                into: &grid,
                row: content.row + listRows + 1 + offset,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
    }

    /// File, line and what is expected.
    private func fault(of choice: ThemeChoice, _ ink: Ink, columns: Int) -> [StyledLine]? {
        guard case .failure(let error) = choice.theme else { return nil }
        return DisplayWidth.wrap(TerminalText(error.description), width: columns).map { StyledLine($0, ink.dialog) }
    }

    /// What a theme has to tell apart, side by side.
    private func sample(_ theme: Theme, _ ink: Ink) -> [StyledLine] {
        func filled(_ text: TerminalText, _ style: Style) -> StyledLine {
            StyledLine(DisplayWidth.fit(text, width: Self.columns), style)
        }
        var states = StyledLine()
        for status in [StepStatus.scheduled, .arrived, .ready, .started, .departed, .completed, .discontinued] {
            states.add(" \(status.letter) ", theme.style(status.scope))
        }
        states.add(" \(theme.glyph(.stat)) ", theme.style("table.stat"))
        states.space()
        states.add("guessed", theme.style("table.guessed"))
        states.space()
        states.add("found", theme.style("ui.match"))
        var outcomes = StyledLine()
        for (word, scope) in [("complete", "complete"), ("cancelled", "cancelled"), ("limited", "limited")] {
            outcomes.add(TerminalText(word), theme.style("ui.outcome.\(scope)"))
            outcomes.space(2)
        }
        outcomes.add(" failed ", theme.style("ui.outcome.failed"))
        var words = StyledLine()
        words.add("key", ink.key)
        words.add(" plain ", ink.dialog)
        words.add("quiet", ink.dim)
        words.space()
        words.add("good", ink.success)
        words.space()
        words.add("warning", ink.warning)
        words.space()
        words.add("error", ink.error)
        words.space()
        words.add(" PROD ", theme.style("server.prod"))
        return [
            filled(" SMITH, Anna   born 1985-11-02   F", ink.identity),
            filled(" TEMP, Emergency   birth date unknown   U", ink.identityWarning),
            states, outcomes, words,
        ]
    }
}

extension ThemeChoice {
    var isBroken: Bool {
        if case .failure = theme { true } else { false }
    }

    /// For what terminals it is.
    fileprivate var kind: TerminalText {
        switch theme {
        case .failure: "broken"
        case .success(let theme): theme.appearance == .any ? "any" : TerminalText(theme.appearance.rawValue)
        }
    }
}
