import DICOMData
import DICOMProtocol
import Terminal

/// Header and rows of the list.
extension Browser {
    /// What a row carries besides its values.
    func decoration(ofRow row: Int, in list: ResultList) -> RowDecoration {
        var decoration = RowDecoration()
        // Marks and duplicates.
        decoration.duplicates = list.duplicates.others(of: row).count
        if !marks.isEmpty { decoration.isMarked = marks.contains(ItemIdentity(list.rows.table.item(row))) }
        // Changes since the list before.
        if let changes = list.changes {
            if changes.isNew(row) {
                decoration.change = .new
            } else if changes.isChanged(row) {
                decoration.change = .changed
                if let old = changes.old(of: row) {
                    let before = RowText(old, fallback: list.server.assumedCharacterSet, today: now.date)
                    let after = list.rows.text(row)
                    let shown = (list.layout?.columns.map(\.column) ?? []) + [.status]
                    decoration.changedColumns = Set(shown.filter { before[$0] != after[$0] })
                }
            }
        }
        return decoration
    }

    func drawHeader(_ grid: inout Grid, _ layout: ListLayout, _ list: ResultList, in area: Rect) {
        let style = theme.style("table.header")
        grid.fill(Rect(row: area.row, column: area.column, rows: 1, columns: area.columns), style: style)
        grid.write("St", row: area.row, column: area.column + 2, style: style)
        grid.mark(Rect(row: area.row, column: area.column, rows: 1, columns: 4), ClickTarget.column(.status))
        var focusStyle = theme.style("ui.key", over: style)
        // Without colours the marked column has to differ all the same.
        let ground = theme.style("ui.text")
        if focusStyle.over(ground) == style.over(ground) { focusStyle.modifiers.insert(.reverse) }
        let order = list.rows.order
        for column in layout.columns {
            let text = TerminalText(column.column.header)
            let mark = sortMark(column.column, order) ?? .empty
            let shown = DisplayWidth.clip(text, to: max(0, column.width - mark.width)).text + mark
            grid.mark(
                Rect(row: area.row, column: area.column + column.start, rows: 1, columns: column.width),
                ClickTarget.column(column.column)
            )
            grid.write(
                DisplayWidth.clip(shown, to: column.width).text,
                row: area.row,
                column: area.column + column.start,
                style: column.column == focus ? focusStyle : style
            )
        }
        if let mark = sortMark(.status, order), !layout.columns.contains(where: { $0.column == .status }) {
            grid.write(mark, row: area.row, column: area.column + 4, style: style, maxWidth: 1)
        }
        // Columns out of view are not forgotten.
        let hidden = layout.hidden
        let keyStyle = theme.style("ui.key", over: style)
        if hidden.left > 0 { grid.write("<", row: area.row, column: area.column, style: keyStyle) }
        if hidden.right > 0 { grid.write(">", row: area.row, column: area.endColumn - 1, style: keyStyle) }
    }

    /// `^` over the column the list is sorted by; with its place among several. Date and time are one key under either name.
    func sortMark(_ column: ListColumn, _ order: SortOrder) -> TerminalText? {
        guard
            let place = order.keys.firstIndex(where: {
                $0.column == column || ($0.column == .date && column == .time)
            })
        else { return nil }
        let glyph = theme.glyph(order.keys[place].isDescending ? .sortDescending : .sortAscending)
        return order.keys.count > 1 ? glyph + "\(place + 1)" : glyph
    }

    func drawRow(
        _ grid: inout Grid,
        _ layout: ListLayout,
        _ text: RowText,
        at row: Int,
        isCursor: Bool,
        isSimilar: Bool,
        decoration: RowDecoration,
        filter: RowFilter?
    ) {
        let cursor = theme.style("table.cursor")
        let isOver = text.status == .completed || text.status == .discontinued
        var plain = theme.style(isOver ? "table.status.completed" : "table.row")
        switch decoration.change {
        case .new: plain = theme.style("table.new", over: plain)
        case .gone: plain = theme.style("table.gone", over: plain)
        case .changed, nil: break
        }
        let base = isCursor ? cursor : plain
        func style(_ scope: String) -> Style {
            guard isCursor else { return theme.style(scope, over: theme.style("table.row")) }
            // On the cursor the bar's own colours stay readable; modifiers still tell.
            var style = theme.style(scope)
            style.foreground = .default
            style.background = .default
            style.modifiers.remove(.dim)
            return style.over(cursor)
        }
        grid.fill(Rect(row: row, column: 0, rows: 1, columns: layout.width), style: base)
        if isCursor { grid.write(theme.glyph(.cursor), row: row, column: 0, style: base) }
        if decoration.isMarked {
            grid.write(theme.glyph(.mark), row: row, column: 1, style: style("table.mark"))
        } else {
            switch decoration.change {
            case .new: grid.write(theme.glyph(.new), row: row, column: 1, style: style("table.new"))
            case .changed: grid.write(theme.glyph(.changed), row: row, column: 1, style: style("table.changed"))
            case .gone: grid.write(theme.glyph(.gone), row: row, column: 1, style: style("table.gone"))
            case nil:
                if decoration.duplicates > 0 { grid.write("=", row: row, column: 1, style: style("ui.warning")) }
            }
        }
        if decoration.duplicates > 0, decoration.isMarked || decoration.change != nil {
            grid.write("=", row: row, column: 4, style: style("ui.warning"))
        }
        if isSimilar, !layout.columns.contains(where: { $0.column == .patient }) {
            grid.write("*", row: row, column: 4, style: style("table.guessed"))
        }
        var statusStyle = style(text.status.scope)
        if decoration.changedColumns.contains(.status) { statusStyle.modifiers.insert(.underline) }
        grid.write(text.status.letter, row: row, column: 2, style: statusStyle)
        if text.isUrgent { grid.write(theme.glyph(.stat), row: row, column: 3, style: style("table.stat")) }
        for column in layout.columns {
            let value = text[column.column]
            if column.column == .patient, isSimilar {
                grid.write("*", row: row, column: column.start - 1, style: style("table.guessed"))
            }
            switch value.state {
            case .absent:
                if column.column == .age { continue }
                grid.write("-", row: row, column: column.start, style: style("detail.empty"))
            case .empty: continue
            case .sound, .guessed, .damaged, .unshown:
                let shown = ListLayout.shown(value, column.column, thisYear: String(now.date.year))
                let room = value.isDoubtful ? max(0, column.width - 1) : column.width
                let fitted = DisplayWidth.fit(
                    shown,
                    width: min(shown.width, room),
                    alignment: .leading,
                    mark: theme.glyph(.truncated)
                )
                grid.write(
                    fitted,
                    row: row,
                    column: column.start,
                    style: value.isDoubtful
                        ? style("table.guessed")
                        : decoration.changedColumns.contains(column.column)
                            ? theme.style("table.changed").over(base) : base,
                    maxWidth: room
                )
                if value.isDoubtful {
                    let mark: TerminalText =
                        switch value.state {
                        case .guessed: theme.glyph(.guessed)
                        // Not a question mark, which would look like one more character.
                        case .unshown: theme.glyph(.warning)
                        default: "?"
                        }
                    grid.write(
                        mark,
                        row: row,
                        column: column.start + min(fitted.width, room),
                        style: style("table.guessed"),
                        maxWidth: 1
                    )
                }
                highlight(&grid, fitted, column, row: row, filter: filter)
            }
        }
    }

    /// Underlines what the filter found; in plain ASCII text only, where characters and cells are the same.
    func highlight(
        _ grid: inout Grid,
        _ text: TerminalText,
        _ column: ListLayout.Column,
        row: Int,
        filter: RowFilter?
    ) {
        guard let filter, text.isASCII else { return }
        let hay = Array(text.string.lowercased().utf8)
        for term in filter.terms where !term.isNegated && (term.column == nil || term.column == column.column) {
            let pin = Array(term.needle.utf8)
            guard !pin.isEmpty, hay.count >= pin.count else { continue }
            for start in 0...(hay.count - pin.count) where hay[start..<(start + pin.count)].elementsEqual(pin) {
                grid.tint(
                    Rect(row: row, column: column.start + start, rows: 1, columns: pin.count),
                    style: theme.style("ui.match")
                )
                break
            }
        }
    }
}
