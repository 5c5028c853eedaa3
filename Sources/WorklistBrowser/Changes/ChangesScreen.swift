import DICOMData
import DICOMMatching
import Terminal

/// What differs between the list and the one before it, and nothing else: new rows, changed ones with what they were, and
/// those that are gone.
///
/// A picture of one moment: it follows the list when another takes its place. Rows that are gone are no part of the list
/// any more, so nothing can be done with them but looking at them.
struct ChangesScreen: Component {
    enum Kind: Hashable { case new, changed, gone }

    struct Entry {
        var kind: Kind
        /// Where the item was when this screen was made; the item decides.
        var row: Int
        var item: EncodedDataSet
        var old: EncodedDataSet?
    }

    private(set) var entries: [Entry] = []
    private(set) var cursor = MenuCursor()
    /// Changes the filter hides.
    private let hidden: Int
    let changes: ListChanges
    let asOf: Moment
    private let fallback: SpecificCharacterSet?
    private let readings: [ItemIdentity: SpecificCharacterSet]
    private let query: Query
    let isPrivate: Bool

    init(list: ResultList, changes: ListChanges, isPrivate: Bool) {
        self.changes = changes
        self.isPrivate = isPrivate
        asOf = list.asOf
        fallback = list.server.assumedCharacterSet
        readings = list.rows.readings
        query = list.query
        for number in list.rows.shown {
            let row = Int(number)
            if changes.isNew(row) {
                entries.append(Entry(kind: .new, row: row, item: list.rows.table.item(row)))
            } else if changes.isChanged(row) {
                let item = list.rows.table.item(row)
                entries.append(Entry(kind: .changed, row: row, item: item, old: changes.old(of: row)))
            }
        }
        hidden = changes.newRows.count + changes.changedRows.count - entries.count
        entries += changes.gone.map { Entry(kind: .gone, row: 0, item: $0) }
    }

    /// The same place in the changes of a newer list.
    func keepingPlace(of other: ChangesScreen) -> ChangesScreen {
        var copy = self
        let current = other.current.map { ItemIdentity($0.item) }
        let index = current.flatMap { wanted in entries.firstIndex { ItemIdentity($0.item) == wanted } }
        copy.cursor = MenuCursor(index ?? min(other.cursor.index, max(0, entries.count - 1)))
        return copy
    }

    var isFullScreen: Bool { true }
    var keyContext: KeyContext { .changes }
    var takesText: Bool { false }

    var current: Entry? { entries.indices.contains(cursor.index) ? entries[cursor.index] : nil }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: entries.count) { return [] }
        switch command {
        case .accept:
            guard let entry = current else { return [] }
            guard entry.kind == .gone else { return [.openChanged(ItemIdentity(entry.item), row: entry.row)] }
            return [.open(Overlay(detail(ofGone: entry)))]
        case .back, .watchChanges: return [.close]
        default: return []
        }
    }

    private func detail(ofGone entry: Entry) -> DetailScreen {
        var screen = DetailScreen(
            item: shown(entry.item),
            fallback: fallback(of: entry.item),
            query: query,
            position: (row: cursor.index + 1, of: entries.count),
            warning: "NOT ON THE LIST ANY MORE: it was there at \(changes.since.clock), not at \(asOf.clock)"
        )
        screen.standsAlone = true
        return screen
    }

    /// As the list reads it: rows may be read otherwise than declared.
    private func fallback(of item: EncodedDataSet) -> SpecificCharacterSet? {
        readings.isEmpty ? fallback : readings[ItemIdentity(item)] ?? fallback
    }

    private func shown(_ item: EncodedDataSet) -> EncodedDataSet { isPrivate ? PrivacyMask.masked(item) : item }

    // MARK: Drawing

    /// Attributes of a row that are told one by one.
    private static let detailLimit = 6

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        guard !area.isEmpty else { return }
        let theme = surroundings.theme
        let ink = Ink(theme)
        grid.fill(area, style: ink.text)
        drawHead(&grid, area, ink)
        guard area.rows > 2 else { return }
        drawHints(&grid, area, surroundings, ink)
        var bottom = area.endRow - 1
        if let entry = current {
            var data = shown(entry.item).decoded
            data.fallbackCharacterSet = fallback(of: entry.item)
            let summary = PatientSummary(data, today: surroundings.now.date, ascii: theme.isASCII)
            let pieces = PatientSummary.flow(summary.patient + summary.procedure.prefix(1), columns: area.columns - 2)
            let lines = pieces.prefix(max(1, area.rows - 5))
            bottom -= lines.count
            for (offset, text) in lines.enumerated() {
                var line = StyledLine()
                line.space()
                line.add(text)
                line.draw(
                    into: &grid,
                    row: bottom + offset,
                    column: area.column,
                    columns: area.columns,
                    base: ink.identity
                )
            }
        }
        drawEntries(
            &grid,
            Rect(row: area.row + 1, column: area.column, rows: bottom - area.row - 1, columns: area.columns),
            surroundings,
            ink
        )
    }

    private func drawHead(_ grid: inout Grid, _ area: Rect, _ ink: Ink) {
        var head = StyledLine()
        head.space()
        head.add("Changes from \(changes.since.clock) to \(asOf.clock)")
        var right = StyledLine()
        var words = changes.counts.map { TerminalText($0) } ?? "no change"
        if changes.isPartial { words += ", partial: new and gone not known" }
        if hidden > 0 { words += ", \(hidden) hidden by the filter" }
        right.add(words)
        right.space()
        head.draw(
            into: &grid,
            row: area.row,
            column: area.column,
            columns: area.columns,
            right: right,
            base: ink.header
        )
    }

    private func drawHints(_ grid: inout Grid, _ area: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        let opens: TerminalText = current?.kind == .gone ? "look at it" : "go there"
        let hints: [(command: Command, label: TerminalText)] =
            current == nil ? [(.back, "back")] : [(.accept, opens), (.back, "back"), (.help, "help")]
        KeyLine.line(hints, context: .changes, columns: area.columns, surroundings, ink: ink)
            .draw(into: &grid, row: area.endRow - 1, column: area.column, columns: area.columns)
    }

    private func drawEntries(_ grid: inout Grid, _ area: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        guard area.rows > 0 else { return }
        guard !entries.isEmpty else {
            let text: TerminalText =
                hidden > 0
                ? "The filter hides all \(hidden) changed rows." : "Nothing is new, changed or gone."
            let row = area.row + min(1, area.rows - 1)
            StyledLine(text, ink.title).draw(into: &grid, row: row, column: area.column + 3, columns: area.columns - 5)
            return
        }
        // Up from the cursor until a third of the screen lies above it.
        var first = min(cursor.index, entries.count - 1)
        var above = 0
        while first > 0 {
            let height = lines(entries[first - 1], surroundings, area.columns).count
            if above + height > area.rows / 3 { break }
            above += height
            first -= 1
        }
        var row = area.row
        for index in first..<entries.count {
            let isCursor = index == cursor.index
            for (offset, line) in lines(entries[index], surroundings, area.columns).enumerated() {
                guard row < area.endRow else { break }
                var whole = StyledLine(isCursor && offset == 0 ? surroundings.theme.glyph(.cursor) : " ", ink.text)
                whole.add(line)
                grid.mark(line: index, row: row, in: area)
                whole.draw(
                    into: &grid,
                    row: row,
                    column: area.column,
                    columns: area.columns - 1,
                    base: isCursor && offset == 0 ? ink.cursor : .plain
                )
                row += 1
            }
            if row >= area.endRow { break }
        }
        grid.drawScrollbar(
            Rect(row: area.row, column: area.endColumn - 1, rows: area.rows, columns: 1),
            first: first,
            total: max(entries.count, first == 0 && row < area.endRow ? 0 : area.rows + 1),
            theme: surroundings.theme,
            style: ink.scroll
        )
    }

    /// The item in a line, and what it said before in a line for each attribute.
    private func lines(_ entry: Entry, _ surroundings: Surroundings, _ columns: Int) -> [StyledLine] {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let plain = RowText(entry.item, fallback: fallback(of: entry.item), today: surroundings.now.date)
        let text = (isPrivate ? plain.masked : plain).asShown(ascii: theme.isASCII)
        let mark: (glyph: TerminalText, style: Style) =
            switch entry.kind {
            case .new: (theme.glyph(.new), theme.style("table.new"))
            case .changed: (theme.glyph(.changed), theme.style("table.changed"))
            case .gone: (theme.glyph(.gone), theme.style("table.gone"))
            }
        let style = entry.kind == .gone ? theme.style("table.gone") : ink.text
        let isToday = text[.date].text == TerminalText(surroundings.now.date.formatted)
        var line = StyledLine(mark.glyph, mark.style)
        line.space()
        line.add(text.status.letter, theme.style(text.status.scope))
        line.space()
        let when = isToday ? text[.time].text : text[.date].text
        line.add(when, columns: isToday ? 5 : 10, style)
        line.space()
        let room = columns - line.width - 2
        let cells = Self.columns(room).map { (column: $0, width: $1, value: text[$0]) }
        var lines: [StyledLine]
        if cells.allSatisfy({ !Self.isIdentity($0.column) || Self.width($0.value) <= $0.width }) {
            for cell in cells {
                add(cell.value, columns: cell.width, style, to: &line, theme)
                line.space()
            }
            lines = [line]
        } else {
            add(text[.procedure], columns: max(0, room), style, to: &line, theme)
            lines = [line] + identityLines(text, style, columns, theme)
        }
        guard entry.kind == .changed else { return lines }
        guard let old = entry.old else { return lines + [Self.note("other values; what they were is not kept", ink)] }
        let details = ItemChange.between(shown(old), shown(entry.item), fallback: fallback(of: entry.item))
        for change in details.prefix(Self.detailLimit) {
            var detail = StyledLine()
            detail.space(4)
            detail.add(change.name, columns: min(24, max(12, columns / 4)), ink.dim)
            detail.space()
            detail.add(ItemChange.words(change.new), theme.style("table.changed"))
            detail.add("  was ", ink.dim)
            detail.add(ItemChange.words(change.old), ink.text)
            lines.append(detail)
        }
        if details.count > Self.detailLimit {
            lines.append(Self.note("and \(details.count - Self.detailLimit) more attributes", ink))
        }
        return lines
    }

    private static func note(_ text: TerminalText, _ ink: Ink) -> StyledLine {
        var line = StyledLine()
        line.space(4)
        line.add(text, ink.dim)
        return line
    }

    private static func isIdentity(_ column: ListColumn) -> Bool { column != .procedure }

    /// With the mark behind what is doubtful.
    private static func width(_ value: ColumnText) -> Int { value.text.width + (value.isDoubtful ? 1 : 0) }

    /// A cell, with the list's mark behind text that may be misread.
    private func add(
        _ value: ColumnText,
        columns: Int,
        _ style: Style,
        to line: inout StyledLine,
        _ theme: Theme
    ) {
        guard value.isDoubtful, columns > 1 else {
            line.add(value.state == .absent ? "-" : value.text, columns: columns, style)
            return
        }
        let end = line.width + columns
        let guessed = theme.style("table.guessed")
        let shown = DisplayWidth.fit(
            value.text,
            width: min(value.text.width, columns - 1),
            alignment: .leading,
            mark: theme.glyph(.truncated)
        )
        line.add(shown, guessed)
        line.add(Self.mark(value, theme), guessed)
        line.pad(to: end)
    }

    private static func mark(_ value: ColumnText, _ theme: Theme) -> TerminalText {
        switch value.state {
        case .guessed: theme.glyph(.guessed)
        case .unshown: theme.glyph(.warning)
        default: "?"
        }
    }

    /// Who it is in lines of its own, where the columns would cut it.
    private func identityLines(_ text: RowText, _ style: Style, _ columns: Int, _ theme: Theme) -> [StyledLine] {
        func part(_ column: ListColumn, _ label: TerminalText, _ missing: TerminalText) -> (TerminalText, Style) {
            let value = text[column]
            guard value.hasValue else { return (missing, style) }
            guard value.isDoubtful else { return (label + value.text, style) }
            return (label + value.text + Self.mark(value, theme), theme.style("table.guessed"))
        }
        let parts = [
            part(.patient, "", MissingWords.name), part(.born, "born ", MissingWords.born),
            part(.sex, "", MissingWords.sex), part(.id, "ID ", MissingWords.id),
            part(.accession, "ACC ", MissingWords.accession),
        ]
        return Browser.flow(parts.map { (text: $0, style: $1) }, columns: max(10, columns - 6), gap: 3, limit: .max)
            .map { line in
                var indented = StyledLine()
                indented.space(3)
                indented.add(line)
                return indented
            }
    }

    /// Columns for who and what. What is longer than its column is told in lines of its own, never cut.
    private static func columns(_ room: Int) -> [(ListColumn, Int)] {
        var columns: [(ListColumn, Int)] = [(.patient, 20), (.born, 10), (.sex, 1), (.id, 10)]
        if room >= 70 { columns.append((.accession, 11)) }
        var used = columns.reduce(0) { $0 + $1.1 + 1 }
        if room - used >= 60 {
            // A wide screen has columns for most names and identifiers.
            columns[0].1 = 32
            columns[3].1 = 16
            if columns.count > 4 { columns[4].1 = 16 }
            used = columns.reduce(0) { $0 + $1.1 + 1 }
        }
        if room - used >= 8 { columns.append((.procedure, min(40, room - used - 1))) }
        if room < used { columns[0].1 = max(8, 20 - (used - room)) }
        return columns
    }
}
