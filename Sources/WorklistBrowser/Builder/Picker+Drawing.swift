import DICOMData
import DICOMMatching
import Terminal

extension AttributePicker {
    /// Draws the box over the tree.
    func draw(into grid: inout Grid, in body: Rect, query: Query, _ surroundings: Surroundings, _ ink: Ink) {
        let theme = surroundings.theme
        let box = body.centered(rows: min(body.rows, 24), columns: min(body.columns - 2, 92))
        guard box.rows >= 4, box.columns >= 20 else { return }
        grid.drawBox(box, title: "Add attribute", style: ink.dialog, theme: theme, titleStyle: ink.dialogTitle)
        let left = box.column + 2
        let columns = box.columns - 4
        drawField(field, label: "Find", into: &grid, row: box.row + 1, column: left, columns: columns, note: count, ink)
        // What stands below the list: a blank, where it goes, how it is written; less on a small screen.
        let footRows = box.rows >= 12 ? 4 : box.rows >= 6 ? 1 : 0
        let list = Rect(row: box.row + 2, column: left, rows: box.rows - 3 - footRows, columns: columns)
        drawResults(into: &grid, in: list, query: query, theme, ink)
        var row = list.endRow
        if footRows == 4 { row += 1 }
        guard footRows > 0 else { return }
        place(query, ink).draw(into: &grid, row: row, column: left, columns: columns)
        guard footRows == 4 else { return }
        StyledLine("R required key, O optional key, - not in the worklist model", ink.dim)
            .draw(into: &grid, row: row + 1, column: left, columns: columns)
        if let chosen {
            let hint = KeyCheck.hint(for: path(for: chosen), vr: chosen.vr, in: query)
            StyledLine(TerminalText(hint), ink.dim).draw(into: &grid, row: row + 2, column: left, columns: columns)
        } else {
            StyledLine("Type parts of the name, a keyword or a tag: perf phy   0040,0006   SPS.perf", ink.dim)
                .draw(into: &grid, row: row + 2, column: left, columns: columns)
        }
    }

    private var count: TerminalText {
        let limit = Self.resultLimit
        let number: TerminalText = results.count >= limit ? "\(limit)+ found" : "\(results.count) found"
        return worklistOnly ? "worklist only, \(number)" : number
    }

    private func place(_ query: Query, _ ink: Ink) -> StyledLine {
        var line = StyledLine()
        line.add("Goes into: ", ink.dim)
        let example = chosen.map(path(for:))
        switch target {
        case .model: line.add(example.map(AttributeNames.place) ?? "where the model has it", ink.title)
        case .top: line.add("the top level", ink.title)
        case .item(let sequence, let number):
            line.add(AttributeNames.place(sequence.child(sequence.tag, item: number)), ink.title)
        }
        if let example, query[example] != nil || !query.keys(inside: example).isEmpty {
            line.add("   is a key already", ink.warning)
        }
        return line
    }

    private func drawResults(into grid: inout Grid, in list: Rect, query: Query, _ theme: Theme, _ ink: Ink) {
        guard list.rows > 0 else { return }
        let top = ScrollWindow.top(cursor: cursor, count: results.count, rows: list.rows)
        // Cursor, tag, VR, VM, key type and the blanks between; the name has the rest.
        let nameColumns = max(4, list.columns - 29)
        for offset in 0..<min(list.rows, max(0, results.count - top)) {
            let result = results[top + offset]
            let isCurrent = top + offset == cursor
            var line = StyledLine()
            line.add(isCurrent ? theme.glyph(.cursor) : " ", ink.text)
            line.space()
            line.add(TerminalText(result.tag.description), ink.dim)
            line.space()
            line.add(TerminalText(result.vr.description), columns: 3, ink.text)
            line.add(TerminalText(result.vm), columns: 5, ink.dim)
            let end = line.width + nameColumns
            let name = TerminalText(result.name)
            if name.width + 12 <= nameColumns {
                line.add(name, result.isRetired ? ink.dim : ink.text)
                line.space(2)
                line.add(AttributeNames.within(path(for: result), columns: end - line.width), ink.dim)
            } else {
                line.add(AttributeNames.short(result.name, columns: nameColumns), result.isRetired ? ink.dim : ink.text)
            }
            line.pad(to: end + 1)
            let type = result.keyType.map { $0 == .none ? "-" : $0.rawValue } ?? "-"
            line.add(TerminalText(type), columns: 2, type == "R" ? theme.style("builder.required") : ink.text)
            grid.mark(line: top + offset, row: list.row + offset, in: list)
            line.draw(
                into: &grid,
                row: list.row + offset,
                column: list.column,
                columns: list.columns - 1,
                base: isCurrent ? ink.cursor : ink.dialog
            )
        }
        if results.isEmpty {
            StyledLine("  Nothing fits. Shorten it, or type the whole tag.", ink.dim)
                .draw(into: &grid, row: list.row, column: list.column, columns: list.columns - 1)
        }
        grid.drawScrollbar(
            Rect(row: list.row, column: list.endColumn - 1, rows: list.rows, columns: 1),
            first: top,
            total: results.count,
            theme: theme,
            style: ink.scroll
        )
    }
}

extension ValueHelper {
    /// Draws the box over the tree.
    func draw(into grid: inout Grid, in body: Rect, query: Query, _ surroundings: Surroundings, _ ink: Ink) {
        let theme = surroundings.theme
        let box = body.centered(rows: min(body.rows, max(choices.count, 7) + 5), columns: min(body.columns - 2, 78))
        guard box.rows >= 4, box.columns >= 20 else { return }
        grid.drawBox(box, title: title, style: ink.dialog, theme: theme, titleStyle: ink.dialogTitle)
        let left = box.column + 2
        let columns = box.columns - 4
        drawField(field, label: prompt, into: &grid, row: box.row + 1, column: left, columns: columns, note: "", ink)
        let footRows = box.rows >= 8 ? 2 : 0
        let list = Rect(row: box.row + 2, column: left, rows: box.rows - 3 - footRows, columns: columns)
        let top = ScrollWindow.top(cursor: cursor, count: choices.count, rows: list.rows)
        let now = surroundings.now.queryMoment
        let widest = choices.map { TerminalText($0.value).width }.max() ?? 0
        let valueColumns = min(max(12, widest + 2), max(12, columns / 2))
        for offset in 0..<min(list.rows, max(0, choices.count - top)) {
            let choice = choices[top + offset]
            let isCurrent = top + offset == cursor
            var line = StyledLine()
            line.add(isCurrent ? theme.glyph(.cursor) : " ", ink.text)
            line.space()
            line.add(TerminalText(choice.value), columns: valueColumns, theme.style("builder.value"))
            line.space()
            line.add(TerminalText(choice.label), ink.text)
            var right = StyledLine()
            if let resolved = resolved(choice, now: now) { right.add("=\(resolved)", ink.dim) }
            grid.mark(line: top + offset, row: list.row + offset, in: list)
            line.draw(
                into: &grid,
                row: list.row + offset,
                column: list.column,
                columns: list.columns - 1,
                right: right,
                base: isCurrent ? ink.cursor : ink.dialog
            )
        }
        if choices.isEmpty {
            let text: TerminalText = field.isEmpty ? "  Type it first." : "  Nothing fits."
            StyledLine(text, ink.dim).draw(into: &grid, row: list.row, column: left, columns: columns - 1)
        }
        grid.drawScrollbar(
            Rect(row: list.row, column: list.endColumn - 1, rows: list.rows, columns: 1),
            first: top,
            total: choices.count,
            theme: theme,
            style: ink.scroll
        )
        if footRows == 2 {
            StyledLine(hint, ink.dim).draw(into: &grid, row: box.endRow - 2, column: left, columns: columns)
        }
    }
}

/// The field at the top of a picker, its label before it, a note at the right edge.
private func drawField(
    _ field: TextField,
    label: TerminalText,
    into grid: inout Grid,
    row: Int,
    column: Int,
    columns: Int,
    note: TerminalText,
    _ ink: Ink
) {
    let labelColumns = label.width + 1
    grid.write(label, row: row, column: column, style: ink.title.over(ink.dialog), maxWidth: columns)
    let noteColumns = note.isEmpty || columns < 40 ? 0 : note.width + 2
    let width = columns - labelColumns - noteColumns
    grid.draw(field, row: row, column: column + labelColumns, width: width, isActive: true, ink: ink)
    if noteColumns > 0 {
        grid.write(note, row: row, column: column + columns - note.width, style: ink.dim.over(ink.dialog))
    }
}
