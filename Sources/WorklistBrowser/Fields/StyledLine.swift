import Terminal

/// One line of the screen in the making: pieces of text with a style each, drawn into exactly the columns there are.
struct StyledLine {
    private struct Part {
        var text: TerminalText
        var style: Style
        /// What a click on it means.
        var target: ClickTarget?
    }

    private var parts: [Part] = []
    /// Columns taken so far.
    private(set) var width = 0

    init() {}

    init(_ text: TerminalText, _ style: Style = .plain) {
        add(text, style)
    }

    var isEmpty: Bool { width == 0 }

    mutating func add(_ text: TerminalText, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        parts.append(Part(text: text, style: style))
        width += text.width
    }

    /// Adds a column of exactly `columns`; a text that does not fit is cut and marked.
    mutating func add(
        _ text: TerminalText,
        columns: Int,
        _ style: Style = .plain,
        alignment: TextAlignment = .leading
    ) {
        add(DisplayWidth.fit(text, width: columns, alignment: alignment), style)
    }

    mutating func space(_ columns: Int = 1) { add(.spaces(columns)) }

    mutating func pad(to column: Int) { space(column - width) }

    mutating func add(_ other: StyledLine) {
        parts += other.parts
        width += other.width
    }

    /// Adds pieces that can be clicked.
    mutating func add(_ other: StyledLine, target: ClickTarget) {
        parts += other.parts.map { Part(text: $0.text, style: $0.style, target: target) }
        width += other.width
    }

    /// Draws into exactly `columns`: cut with a mark where it is too long, filled with blanks where it is too short.
    ///
    /// `base` lies under every piece, as on the cursor row; dimmed pieces are then drawn plain, to stay readable.
    func draw(into grid: inout Grid, row: Int, column: Int, columns: Int, base: Style = .plain) {
        guard columns > 0 else { return }
        grid.fill(Rect(row: row, column: column, rows: 1, columns: columns), style: base)
        var used = 0
        for (index, part) in parts.enumerated() {
            let room = columns - used
            if room <= 0 { return }
            // Something after this piece would be lost without a trace: let the cut show here.
            let isCut = part.text.width > room
            let mustMark = !isCut && part.text.width == room && parts[(index + 1)...].contains { $0.text.hasInk }
            let text =
                mustMark
                ? DisplayWidth.fit(part.text + "  .", width: room)
                : isCut ? DisplayWidth.fit(part.text, width: room) : part.text
            grid.write(text, row: row, column: column + used, style: Self.lay(part.style, on: base), maxWidth: room)
            if let target = part.target {
                let shown = min(text.width, room)
                grid.mark(Rect(row: row, column: column + used, rows: 1, columns: shown), target)
            }
            used += text.width
        }
    }

    /// Draws two lines into one: `self` from the left, `right` to the right edge; the left one gives way.
    func draw(
        into grid: inout Grid,
        row: Int,
        column: Int,
        columns: Int,
        right: StyledLine,
        base: Style = .plain
    ) {
        let rightColumns = min(right.width, columns)
        let gap = right.isEmpty || rightColumns == columns ? 0 : 1
        // On a very narrow screen what stands left says more than what stands right.
        if width > 0, columns - rightColumns - gap < min(width, 12) {
            draw(into: &grid, row: row, column: column, columns: columns, base: base)
            return
        }
        grid.fill(Rect(row: row, column: column, rows: 1, columns: columns), style: base)
        draw(into: &grid, row: row, column: column, columns: columns - rightColumns - gap, base: base)
        right.draw(into: &grid, row: row, column: column + columns - rightColumns, columns: rightColumns, base: base)
    }

    private static func lay(_ style: Style, on base: Style) -> Style {
        guard base != .plain else { return style }
        var style = style
        style.modifiers.remove(.dim)
        return style.over(base)
    }
}

extension TerminalText {
    /// Something else than blanks.
    var hasInk: Bool { string.contains { $0 != " " } }
}

extension Grid {
    /// A rule across the columns with a text standing in it, as above an explanation.
    mutating func drawRule(_ line: StyledLine, row: Int, column: Int, columns: Int, theme: Theme, style: Style) {
        guard columns > 0 else { return }
        let dash = theme.glyph(.horizontal)
        write(dash.repeated(columns), row: row, column: column, style: style, maxWidth: columns)
        guard !line.isEmpty, columns > 6 else { return }
        var padded = StyledLine(" ")
        padded.add(line)
        padded.space()
        padded.draw(into: &self, row: row, column: column + 2, columns: min(padded.width, columns - 4))
    }

    /// A scroll thumb in a column, if not everything is in view.
    mutating func drawScrollbar(_ area: Rect, first: Int, total: Int, theme: Theme, style: Style) {
        guard total > area.rows, area.rows > 1, area.columns == 1 else { return }
        let length = max(1, area.rows * area.rows / total)
        let range = max(1, total - area.rows)
        let top = min(max(0, first), range) * (area.rows - length) / range
        fill(
            Rect(row: area.row + top, column: area.column, rows: length, columns: 1),
            style: style,
            with: theme.glyph(.scrollThumb)
        )
    }

    /// A text field in exactly `width` columns; the active one shows its cursor as a cell in reverse.
    mutating func draw(
        _ field: TextField,
        row: Int,
        column: Int,
        width: Int,
        isActive: Bool,
        placeholder: TerminalText = .empty,
        ink: Ink,
        style: Style? = nil
    ) {
        guard width > 0 else { return }
        let base = style ?? (isActive ? ink.activeField : ink.field)
        fill(Rect(row: row, column: column, rows: 1, columns: width), style: base)
        let shown = field.window(width: width)
        if field.isEmpty {
            let hint = DisplayWidth.clip(placeholder, to: isActive ? width - 1 : width).text
            write(hint, row: row, column: column + (isActive ? 1 : 0), style: ink.placeholder.over(base))
        } else {
            let isMarked = isActive && field.isSelected
            write(shown.text, row: row, column: column, style: isMarked ? base.marked : base, maxWidth: width)
        }
        guard isActive else { return }
        let place = Rect(row: row, column: column + shown.cursorColumn, rows: 1, columns: 1)
        let wide = self[place.row, place.column].width
        tint(
            Rect(row: place.row, column: place.column, rows: 1, columns: max(1, wide)),
            style: Style(modifiers: base.modifiers.contains(.reverse) ? [.underline, .bold] : .reverse)
        )
    }
}

extension Style {
    /// A field's text that the next key will replace: its colours changed round, not by the modifier that shows the caret.
    fileprivate var marked: Style {
        var style = self
        if modifiers.contains(.reverse) || background == .default {
            style.modifiers.formUnion([.bold, .underline])
        } else {
            style.foreground = background
            style.background = foreground
        }
        return style
    }
}

/// What part of a long list shows.
enum ScrollWindow {
    /// The first of `rows` lines to show: the cursor is above the middle, so that one sees what it comes from and goes to.
    static func top(cursor: Int, count: Int, rows: Int) -> Int {
        guard rows > 0, count > rows else { return 0 }
        return min(max(0, cursor - rows * 2 / 5), count - rows)
    }
}

extension Component {
    /// Where the caret of the field with the focus is drawn: found by drawing, so that it cannot differ from the screen.
    ///
    /// Nothing but the caret is in reverse in the standard theme.
    func caret(in area: Rect) -> Point? {
        guard takesText, !area.isEmpty else { return nil }
        var grid = Grid(columns: area.endColumn, rows: area.endRow)
        let surroundings = Surroundings(
            now: Moment(microseconds: 0, utcOffset: 0),
            server: nil,
            theme: .standard,
            keymap: .standard
        )
        draw(into: &grid, in: area, surroundings)
        for row in max(0, area.row)..<grid.rows {
            for column in max(0, area.column)..<grid.columns {
                if grid[row, column].style.modifiers.contains(.reverse) { return Point(row: row, column: column) }
            }
        }
        return nil
    }
}
