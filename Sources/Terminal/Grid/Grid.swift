/// A screenful of cells: what a frame is drawn into, and what a ``Screen`` shows.
///
/// Everything drawn is clipped; no coordinate is an error. A wide character is never left as a half: what overwrites one
/// of its columns blanks the other.
public struct Grid: Hashable, Sendable {
    /// What is done about text written from right to left. Cells are never reordered.
    public enum RightToLeft: Hashable, Sendable {
        /// A left-to-right mark after each run, so that it does not reach into the next column.
        case mark
        /// Nothing.
        case raw
    }

    public let size: TerminalSize
    /// Rows after each other; `size.rows * size.columns` cells.
    private(set) var cells: [Cell]
    public var rightToLeft: RightToLeft = .mark
    /// What can be clicked, in the order it was drawn. Whoever draws a thing marks its place in the same breath, so that
    /// the eye and the mouse cannot differ. No part of what makes two grids equal.
    public private(set) var regions: [HitRegion] = []

    public init(size: TerminalSize, style: Style = .plain) {
        self.size = size
        cells = Array(repeating: Cell(style: style), count: size.rows * size.columns)
    }

    public init(columns: Int, rows: Int) {
        self.init(size: TerminalSize(columns: columns, rows: rows))
    }

    public var columns: Int { size.columns }
    public var rows: Int { size.rows }
    public var bounds: Rect { Rect(size) }

    /// The cell at a place; a blank one outside the grid.
    public subscript(row: Int, column: Int) -> Cell {
        guard row >= 0, row < rows, column >= 0, column < columns else { return Cell() }
        return cells[row * columns + column]
    }

    /// The cells of a row; none outside the grid.
    func row(_ row: Int) -> ArraySlice<Cell> {
        guard row >= 0, row < rows else { return [] }
        return cells[row * columns..<(row + 1) * columns]
    }

    public static func == (a: Grid, b: Grid) -> Bool {
        a.size == b.size && a.rightToLeft == b.rightToLeft && a.cells == b.cells
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(cells)
    }

    // MARK: The mouse

    /// Says what a click on a rectangle means; what is marked later lies on top.
    public mutating func mark(_ rect: Rect, _ target: some HitTarget) {
        let area = rect.intersection(bounds)
        if !area.isEmpty { regions.append(HitRegion(rect: area, target: target)) }
    }

    /// Forgets the regions marked after the first `count`: something was drawn over them, or they mean nothing now.
    public mutating func dropRegions(after count: Int = 0) {
        regions.removeLast(max(0, regions.count - max(0, count)))
    }

    // MARK: Writing

    /// Writes text from a place to the right, never beyond `maxWidth` columns or the edge of the grid, and returns how
    /// many columns it took. A wide character that would not fit whole is left out.
    @discardableResult
    public mutating func write(
        _ text: TerminalText,
        row: Int,
        column: Int,
        style: Style = .plain,
        maxWidth: Int? = nil
    ) -> Int {
        guard row >= 0, row < rows, column < columns, column > -TerminalSize.limit, !text.isEmpty else { return 0 }
        let limit = min(columns, column + min(max(0, maxWidth ?? columns - column), TerminalSize.limit * 2))
        let start = row * columns
        if text.isASCII && column >= 0 {
            return writeASCII(text.string, start: start, column: column, limit: limit, style: style)
        }
        var position = column
        var last = -1
        for scalar in text.string.unicodeScalars {
            let entry = ScalarTable.lookUp(scalar)
            let width = entry.width
            if width == 0 {
                if last >= 0 { cells[start + last].append(mark: scalar) }
                continue
            }
            if position + width > limit { break }
            if position >= 0 {
                put(Cell(base: scalar, width: width, style: style), start: start, column: position)
                last = position
            } else {
                // Left of the grid; a wide character across the edge leaves a blank.
                if position + width > 0 { put(Cell(style: style), start: start, column: 0) }
                last = -1
            }
            position += width
        }
        if last >= 0, text.isRightToLeft { cells[start + last].endsRightToLeft = true }
        return position - column
    }

    /// Writes text in exactly `width` columns, see ``DisplayWidth/fit(_:width:alignment:mark:)``.
    @discardableResult
    public mutating func write(
        _ text: TerminalText,
        row: Int,
        column: Int,
        width: Int,
        alignment: TextAlignment = .leading,
        style: Style = .plain
    ) -> Int {
        write(
            DisplayWidth.fit(text, width: width, alignment: alignment),
            row: row,
            column: column,
            style: style,
            maxWidth: width
        )
    }

    private mutating func writeASCII(_ string: String, start: Int, column: Int, limit: Int, style: Style) -> Int {
        let count = min(string.utf8.count, limit - column)
        guard count > 0 else { return 0 }
        repair(start: start, first: column, last: column + count - 1)
        let blank = Cell(style: style)
        var position = start + column
        for byte in string.utf8.prefix(count) {
            cells[position] = byte == 0x20 ? blank : Cell(base: Unicode.Scalar(byte), width: 1, style: style)
            position += 1
        }
        return count
    }

    /// Before columns `first` to `last` are overwritten: the outer half of a wide character that reaches in goes blank.
    @inline(__always)
    private mutating func repair(start: Int, first: Int, last: Int) {
        if first > 0, cells[start + first].width == 0 {
            cells[start + first - 1] = Cell(style: cells[start + first - 1].style)
        }
        if last + 1 < columns, cells[start + last].width == 2 {
            cells[start + last + 1] = Cell(style: cells[start + last + 1].style)
        }
    }

    /// Puts a cell of one or two columns; the caller has checked that it fits.
    private mutating func put(_ cell: Cell, start: Int, column: Int) {
        let last = column + cell.width - 1
        repair(start: start, first: column, last: last)
        cells[start + column] = cell
        if cell.width == 2 { cells[start + last] = .continuation(style: cell.style) }
    }

    /// Fills a rectangle with blanks, or with a character one column wide.
    public mutating func fill(_ rect: Rect, style: Style, with character: TerminalText = " ") {
        let area = rect.intersection(bounds)
        guard !area.isEmpty else { return }
        let scalar = character.string.unicodeScalars.first ?? " "
        let cell =
            ScalarTable.lookUp(scalar).width == 1 ? Cell(base: scalar, width: 1, style: style) : Cell(style: style)
        for row in area.row..<area.endRow {
            let start = row * columns
            repair(start: start, first: area.column, last: area.endColumn - 1)
            for column in area.column..<area.endColumn { cells[start + column] = cell }
        }
    }

    /// Lays a style over what is already written in a rectangle: a cursor row, a dimmed background.
    public mutating func tint(_ rect: Rect, style: Style) {
        let area = rect.intersection(bounds)
        guard !area.isEmpty else { return }
        for row in area.row..<area.endRow {
            for index in row * columns + area.column..<row * columns + area.endColumn {
                cells[index].style = style.over(cells[index].style)
            }
        }
    }

    /// Gives every cell without colours of its own those of `style`: what "default" means in a theme with a background.
    public mutating func settle(_ style: Style) {
        guard style.foreground != .default || style.background != .default else { return }
        let base = Style(foreground: style.foreground, background: style.background)
        var last = (before: Style.plain, after: base)
        for index in cells.indices {
            let own = cells[index].style
            if own.foreground != .default, own.background != .default { continue }
            if own != last.before { last = (own, own.over(base)) }
            cells[index].style = last.after
        }
    }

    /// Draws a frame around a rectangle and clears its inside; the title stands in the upper edge, cut to fit.
    public mutating func drawBox(
        _ rect: Rect,
        title: TerminalText = .empty,
        style: Style,
        theme: Theme,
        titleStyle: Style? = nil
    ) {
        guard !rect.isEmpty else { return }
        fill(rect, style: style)
        let right = rect.endColumn - 1
        let bottom = rect.endRow - 1
        let inside = rect.columns - 2
        let horizontal = theme.glyph(.horizontal).repeated(inside)
        let vertical = theme.glyph(.vertical)
        for (row, left, end) in [
            (rect.row, Glyph.topLeft, Glyph.topRight), (bottom, .bottomLeft, .bottomRight),
        ] {
            write(horizontal, row: row, column: rect.column + 1, style: style)
            write(theme.glyph(left), row: row, column: rect.column, style: style)
            write(theme.glyph(end), row: row, column: right, style: style)
        }
        let first = max(rect.row + 1, 0)
        let last = min(bottom, rows)
        if first < last {
            for row in first..<last {
                write(vertical, row: row, column: rect.column, style: style)
                write(vertical, row: row, column: right, style: style)
            }
        }
        if !title.isEmpty, inside > 4 {
            let cut = DisplayWidth.fit(title, width: min(title.width, inside - 4))
            write("[ \(cut) ]", row: rect.row, column: rect.column + 1, style: style)
            write(cut, row: rect.row, column: rect.column + 3, style: titleStyle ?? style)
        }
    }

    /// Puts another grid on top of this one.
    public mutating func overlay(_ other: Grid, at origin: Point) {
        let area = Rect(row: origin.row, column: origin.column, rows: other.rows, columns: other.columns)
            .intersection(bounds)
        guard !area.isEmpty else { return }
        for row in area.row..<area.endRow {
            let start = row * columns
            let source = (row - origin.row) * other.columns - origin.column
            repair(start: start, first: area.column, last: area.endColumn - 1)
            for column in area.column..<area.endColumn {
                var cell = other.cells[source + column]
                let halved =
                    cell.width == 0 && column == area.column || cell.width == 2 && column == area.endColumn - 1
                if halved { cell = Cell(style: cell.style) }
                cells[start + column] = cell
            }
        }
    }

    // MARK: Reading, for tests and scripts

    /// A row as text, with its trailing spaces; empty outside the grid.
    public func text(_ row: Int) -> String {
        var view = String.UnicodeScalarView()
        for cell in self.row(row) {
            cell.forEachScalar { if let scalar = Unicode.Scalar($0) { view.append(scalar) } }
        }
        return String(view)
    }

    /// All rows, a line each.
    public func dump() -> String {
        (0..<rows).map { text($0) + "\n" }.joined()
    }

    /// Whether a text stands somewhere in one row.
    public func contains(_ text: some StringProtocol) -> Bool {
        (0..<rows).contains { self.text($0).contains(text) }
    }

    /// A letter per cell, the same letter for the same style, and below it what the letters mean. `.` is plain.
    public func styleMap() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        var names: [Style: Character] = [.plain: "."]
        var legend = ""
        var map = ""
        for row in 0..<rows {
            for cell in self.row(row) {
                if let letter = names[cell.style] {
                    map.append(letter)
                } else {
                    let index = names.count - 1
                    let letter = index < letters.count ? letters[index] : "#"
                    names[cell.style] = letter
                    legend += "\(letter) = \(cell.style)\n"
                    map.append(letter)
                }
            }
            map.append("\n")
        }
        return map + legend
    }
}
