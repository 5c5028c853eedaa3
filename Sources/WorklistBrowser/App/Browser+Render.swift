import DICOMData
import DICOMProtocol
import Terminal

/// The screen. Everything drawn is derived from the state; drawing changes nothing but caches and what counts as seen.
extension Browser {
    /// Draws the whole screen at a size.
    public mutating func render(size: TerminalSize) -> Frame {
        resize(to: size)
        advanceSimilar()
        var grid = Grid(size: size, style: theme.ground)
        guard isLargeEnough else {
            drawTooSmall(&grid)
            remember(grid)
            return Frame(grid: grid, cursor: nil)
        }
        var cursor: Point?
        let surroundings = surroundings
        let base = overlays.lastIndex { $0.isFullScreen }
        if let base, !(isSplit && overlays[base].isDetail) {
            let component = overlays[base].component
            let area = Rect(row: 1, column: 0, rows: size.rows - 1, columns: size.columns)
            drawTitle(&grid)
            component.draw(into: &grid, in: area, surroundings)
            cursor = component.cursor(in: area)
        } else {
            drawMain(&grid, detail: base.map { overlays[$0] })
            seen = list?.cursor?.identity
        }
        let ground = theme.ground
        grid.settle(ground)
        let dialogArea = Rect(row: 1, column: 0, rows: size.rows - 2, columns: size.columns)
        for overlay in overlays.dropFirst((base ?? -1) + 1) {
            // Only the dialog on top takes clicks.
            grid.dropRegions()
            overlay.component.draw(into: &grid, in: dialogArea, surroundings)
            // Every other cell has colours by now: those without are the dialog's.
            if ground.background != .default { grid.settle(theme.panel) }
            cursor = overlay.component.cursor(in: dialogArea)
            // A dialog has its keys in its edge; those of the screen below do not work now.
            grid.fill(
                Rect(row: size.rows - 1, column: 0, rows: 1, columns: size.columns),
                style: theme.ground
            )
        }
        drawMessage(&grid)
        grid.settle(ground)
        remember(grid)
        return Frame(grid: grid, cursor: cursor)
    }

    /// The detail stands beside the list.
    var isSplit: Bool { size.columns >= Self.splitColumns }

    /// Columns of the list; never fewer than it has on a screen of its own.
    var listColumns: Int { isSplit ? max(80, size.columns * 62 / 100) : size.columns }

    /// Rows of the list on screen.
    var viewRows: Int {
        guard isLargeEnough else { return 1 }
        let available = size.rows - 4 - identityLines().lines.count - statusLines(viewRows: nil).count
        return max(1, available - goneRows(of: available))
    }

    private mutating func advanceSimilar() {
        guard run == nil, let table = list?.rows.table else { return }
        let fallback = list?.server.assumedCharacterSet
        _ = list?.similar.advance(table, fallback: fallback, budget: 2_000)
        list?.duplicates.advance(table, budget: 4_000)
    }

    private func drawTooSmall(_ grid: inout Grid) {
        let need: TerminalText = "need \(Self.minimumSize), have \(size)"
        var lines: [TerminalText] = size.columns >= need.width ? [need] : ["need \(Self.minimumSize)", "have \(size)"]
        if isRunning { lines.append("the query goes on") }
        let top = max(0, (size.rows - lines.count) / 2)
        for (index, line) in lines.enumerated() {
            let column = max(0, (size.columns - line.width) / 2)
            grid.write(line, row: top + index, column: column, style: theme.style("ui.warning"))
        }
    }

    // MARK: The list screen

    private mutating func drawMain(_ grid: inout Grid, detail: Overlay?) {
        let identity = identityLines()
        let status = statusLines(viewRows: viewRows)
        drawTitle(&grid)
        drawQueryLine(&grid)
        let bottom = size.rows - 1 - status.count - identity.lines.count
        let gone = goneRows(of: bottom - 3)
        let listArea = Rect(row: 2, column: 0, rows: bottom - 2 - gone, columns: listColumns)
        drawList(&grid, in: listArea)
        drawGone(&grid, in: Rect(row: bottom - gone, column: 0, rows: gone, columns: listColumns))
        if isSplit { drawSplit(&grid, rows: 2..<bottom, detail: detail) }
        let ink = Ink(theme)
        for (index, line) in identity.lines.enumerated() {
            line.draw(
                into: &grid,
                row: bottom + index,
                column: 0,
                columns: size.columns,
                base: identity.isEmpty ? ink.border : identity.isDoubtful ? ink.identityWarning : ink.identity
            )
        }
        for (index, line) in status.enumerated() {
            let row = bottom + identity.lines.count + index
            line.left.draw(into: &grid, row: row, column: 0, columns: size.columns, right: line.right)
        }
        drawHints(&grid, context: detail == nil ? .list : .detail)
    }

    private mutating func drawSplit(_ grid: inout Grid, rows: Range<Int>, detail: Overlay?) {
        let ink = Ink(theme)
        let edge = listColumns
        grid.fill(
            Rect(row: rows.lowerBound, column: edge, rows: rows.count, columns: 1),
            style: ink.border,
            with: theme.glyph(.vertical)
        )
        let pane = Rect(
            row: rows.lowerBound,
            column: edge + 1,
            rows: rows.count,
            columns: size.columns - edge - 1
        )
        var title = StyledLine()
        title.space()
        let style = theme.style("table.header")
        if let screen = detail?.as(DetailScreen.self) {
            title.add("Detail \(screen.position.row) / \(screen.position.of)", theme.style("ui.key", over: style))
        } else if let list, list.cursor != nil {
            title.add("Detail \(list.position + 1) / \(list.rows.shownCount)")
        } else {
            title.add("Detail")
        }
        title.draw(into: &grid, row: pane.row, column: pane.column, columns: pane.columns, base: style)
        let inside = Rect(row: pane.row + 1, column: pane.column, rows: pane.rows - 1, columns: pane.columns)
        var screen: DetailScreen?
        if let focused = detail?.as(DetailScreen.self) {
            screen = focused
        } else if let row = list?.cursor?.row {
            screen = detailScreen(row: row)
        }
        // The keys stand in the last line of the screen.
        screen?.hidesHints = true
        let regions = grid.regions.count
        screen?.draw(into: &grid, in: inside, surroundings)
        if detail == nil, let cursor = list?.cursor {
            // Its lines take clicks once it has the keys: the first click gives them to it.
            grid.dropRegions(after: regions)
            grid.mark(pane, ClickTarget.pane(cursor))
        }
    }

    private mutating func drawList(_ grid: inout Grid, in area: Rect) {
        guard var list else {
            let line = server == nil ? "No server is chosen: v shows them." : "No query has been run yet."
            drawEmpty(&grid, in: area, lines: [StyledLine(TerminalText(line), theme.style("ui.dim"))])
            return
        }
        defer { self.list = list }
        let rows = area.rows - 1
        list.clampTop(viewRows: rows)
        let first = list.top
        var visible: [(row: Int, text: RowText)] = []
        for place in first..<min(first + max(0, rows), list.rows.shownCount) {
            guard let row = list.rows.row(at: place) else { break }
            let text = list.text(row)
            visible.append((row, (isPrivate ? text.masked : text).asShown(ascii: theme.isASCII)))
        }
        list.painted = visible.map(\.row)
        // Widths settle with the first screenful; a few lines of it come and go with the bars below the list.
        let isMore = visible.count > list.layoutRows && list.layoutRows + 4 < rows
        if list.layout == nil || list.layout?.width != area.columns - 1 || isMore {
            list.layout = layout(of: &list, columns: area.columns - 1, chosen: view.columns)
            if let column = list.revealed { list.layout?.reveal(column) }
            list.layoutRows = visible.count
        } else if view.columns.isEmpty, wishes(of: list, []).date,
            list.layout?.columns.contains(where: { $0.column == .date }) == false,
            list.layout?.columns.first?.column == .time, list.days.map({ $0.lowerBound != $0.upperBound }) == true
        {
            // A second day came in: times without dates would mislead.
            list.layout = layout(of: &list, columns: area.columns - 1, chosen: [])
        }
        guard let layout = list.layout else { return }
        drawHeader(&grid, layout, list, in: area)
        if visible.isEmpty {
            let lines = emptyLines(list, rows: rows)
            drawEmpty(
                &grid,
                in: Rect(row: area.row + 1, column: area.column, rows: rows, columns: area.columns),
                lines: lines
            )
            return
        }
        for (offset, line) in visible.enumerated() {
            let reference = RowReference(row: line.row, identity: ItemIdentity(list.rows.table.item(line.row)))
            grid.mark(
                Rect(row: area.row + 1 + offset, column: area.column, rows: 1, columns: area.columns),
                ClickTarget.row(reference)
            )
            drawRow(
                &grid,
                layout,
                line.text,
                at: area.row + 1 + offset,
                isCursor: first + offset == list.position && list.cursor != nil,
                isSimilar: list.similar.similar(to: list.rows.table.item(line.row)) != nil,
                decoration: decoration(ofRow: line.row, in: list),
                filter: list.rows.filter
            )
        }
        grid.drawScrollbar(
            Rect(row: area.row + 1, column: area.endColumn - 1, rows: rows, columns: 1),
            first: first,
            total: list.rows.shownCount,
            theme: theme,
            style: theme.style("ui.scroll")
        )
    }

    /// Rows whose widths count: what a few pages down would be cut is seen in time.
    private static let layoutSample = 100

    func layout(of list: inout ResultList, columns: Int, chosen: [ListView.Column]) -> ListLayout {
        var sample: [RowText] = []
        for place in list.top..<min(list.top + Self.layoutSample, list.rows.shownCount) {
            guard let row = list.rows.row(at: place) else { break }
            let text = list.text(row)
            sample.append((isPrivate ? text.masked : text).asShown(ascii: theme.isASCII))
        }
        let thisYear = String(now.date.year)
        if !chosen.isEmpty { return ListLayout(width: columns, rows: sample, chosen: chosen, thisYear: thisYear) }
        return ListLayout(
            width: columns,
            rows: sample,
            wishes: wishes(of: list, sample),
            thisYear: thisYear
        )
    }

    private func wishes(of list: ResultList, _ rows: [RowText]) -> ListLayout.Wishes {
        let date = list.words.first { $0.name == "date" }
        let isOneDay = date.map { SortKey.day(ArraySlice($0.wire.utf8)) != nil } ?? false
        let spans = list.days.map { $0.lowerBound != $0.upperBound } ?? false
        func varies(_ column: ListColumn) -> Bool {
            Set(rows.map { $0[column].text }).count > 1
        }
        return ListLayout.Wishes(date: !isOneDay || spans, modality: varies(.modality), station: varies(.station))
    }

    private func drawEmpty(_ grid: inout Grid, in area: Rect, lines: [StyledLine]) {
        let height = min(lines.count, area.rows)
        let top = area.row + max(0, (area.rows - height) / 3)
        for (index, line) in lines.prefix(height).enumerated() {
            line.draw(into: &grid, row: top + index, column: area.column + 3, columns: area.columns - 5)
        }
    }

    private func drawMessage(_ grid: inout Grid) {
        let ink = Ink(theme)
        let last = Rect(row: size.rows - 1, column: 0, rows: 1, columns: size.columns)
        if let line = pendingLine(ink) {
            line.draw(into: &grid, row: size.rows - 1, column: 0, columns: size.columns)
            grid.mark(last, ClickTarget.nothing)
            return
        }
        guard let message else { return }
        grid.mark(last, ClickTarget.nothing)
        let style =
            switch message.kind {
            case .info: ink.title
            case .warning: ink.warning
            case .error: ink.error
            }
        var line = StyledLine()
        line.space()
        line.add(message.text, style)
        line.draw(into: &grid, row: size.rows - 1, column: 0, columns: size.columns)
    }
}

extension Overlay {
    /// The detail of a row of the list.
    var isDetail: Bool { self.as(DetailScreen.self)?.standsAlone == false }
}
