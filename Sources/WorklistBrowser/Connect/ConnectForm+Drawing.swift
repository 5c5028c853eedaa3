import Terminal

extension ConnectForm {
    private static let labelColumns = 17

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        guard !area.isEmpty else { return }
        let ink = Ink(surroundings.theme)
        grid.fill(area, style: ink.text)
        drawKeys(into: &grid, in: area, surroundings, ink)
        let body = Rect(row: area.row, column: area.column, rows: area.rows - 1, columns: area.columns)
        // A frame costs two rows and four columns; a small screen has neither to spare.
        if area.rows >= 19, area.columns >= 70 {
            drawFramed(into: &grid, in: body, surroundings, ink)
        } else {
            drawBare(into: &grid, in: body, surroundings, ink)
        }
    }

    private func drawKeys(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        let line = KeyLine.line(
            [
                (.formNext, "next"), (.formPrevious, "previous"),
                (.accept, takesText ? "next" : "do it"), (.back, isNew ? "to Quit" : "to Back"),
            ],
            context: .form,
            columns: area.columns,
            surroundings,
            ink: ink
        )
        line.draw(into: &grid, row: area.endRow - 1, column: area.column, columns: area.columns)
    }

    private func drawFramed(into grid: inout Grid, in body: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        let columns = min(body.columns - 4, 92)
        let inside = columns - 4
        let report = report(columns: inside, surroundings, ink: ink)
        // Fields, buttons, two blanks, the report, frame and inner margin; room for a report keeps the box from jumping.
        let reportRows = max(report.count, 4)
        let wanted = fields.count + 6 + reportRows
        let box = body.centered(rows: wanted, columns: columns)
        // Two more for a long page: without the blank lines.
        let isTight = wanted > body.rows
        grid.drawBox(box, title: title, style: ink.dialog, theme: surroundings.theme, titleStyle: ink.dialogTitle)
        let left = box.column + 2
        var row = box.row + (isTight ? 1 : 2)
        // Where not even so all fields fit, those around the one with the focus show.
        let room = max(1, box.rows - (isTight ? 5 : 6))
        for field in visibleFields(rows: room) {
            draw(field, into: &grid, row: row, column: left, columns: inside, fieldColumns: inside >= 84 ? 32 : 22, ink)
            row += 1
        }
        row += isTight ? 0 : 1
        drawButtons(into: &grid, row: row, column: left, columns: inside, ink)
        row += isTight ? 1 : 2
        for line in report.prefix(max(0, box.endRow - 1 - row)) {
            line.draw(into: &grid, row: row, column: left, columns: inside, base: ink.dialog)
            row += 1
        }
    }

    private func visibleFields(rows: Int) -> ArraySlice<ServerDraft.Field> {
        let fields = fields
        guard fields.count > rows else { return fields[...] }
        var focused = fields.count - 1
        if case .field(let field) = focus, let index = fields.firstIndex(of: field) { focused = index }
        let first = max(0, min(focused - rows / 2, fields.count - rows))
        return fields[first..<(first + rows)]
    }

    private func drawBare(into grid: inout Grid, in body: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        guard body.rows > 0 else { return }
        let fields = fields
        let headingRows = body.rows >= 12 ? 1 : 0
        if headingRows > 0 {
            StyledLine(" \(title)", ink.dialogTitle)
                .draw(into: &grid, row: body.row, column: body.column, columns: body.columns)
        }
        // Where not even the fields fit, the part with the focus shows.
        let focusIndex: Int
        switch focus {
        case .field(let field): focusIndex = fields.firstIndex(of: field) ?? 0
        case .button: focusIndex = fields.count
        }
        let lineCount = fields.count + 1
        let rows = body.rows - headingRows
        let first = max(0, min(focusIndex - rows + 1, lineCount - rows))
        let fieldColumns = max(8, min(22, body.columns - Self.labelColumns - 4))
        var row = body.row + headingRows
        for index in first..<max(first, min(lineCount, first + rows)) {
            if index < fields.count {
                draw(
                    fields[index],
                    into: &grid,
                    row: row,
                    column: body.column + 1,
                    columns: body.columns - 1,
                    fieldColumns: fieldColumns,
                    ink
                )
            } else {
                drawButtons(into: &grid, row: row, column: body.column + 1, columns: body.columns - 1, ink)
            }
            row += 1
        }
        let room = max(0, body.endRow - row)
        var lines = report(columns: body.columns - 1, surroundings, ink: ink)
        if lines.count >= room { lines = report(columns: body.columns - 1, brief: true, surroundings, ink: ink) }
        // What is to be said of the field with the focus has no room beside it.
        if test == nil, case .field(let field) = focus { lines.insert(remarkLine(field, ink, indent: 2), at: 0) }
        for line in lines.prefix(room) {
            line.draw(into: &grid, row: row, column: body.column + 1, columns: body.columns - 1)
            row += 1
        }
    }

    private func draw(
        _ field: ServerDraft.Field,
        into grid: inout Grid,
        row: Int,
        column: Int,
        columns: Int,
        fieldColumns: Int,
        _ ink: Ink
    ) {
        let isActive = focus == .field(field)
        grid.mark(Rect(row: row, column: column, rows: 1, columns: columns), ClickTarget.field(field.rawValue))
        var label = StyledLine()
        label.add(field.label, columns: Self.labelColumns, isActive ? ink.title : ink.text)
        label.draw(into: &grid, row: row, column: column, columns: min(columns, Self.labelColumns))
        // A port needs no more room than its digits; the eye takes the length of a field for what belongs there.
        let wanted = field == .port ? 7 : fieldColumns
        let width = min(wanted, columns - Self.labelColumns)
        guard width > 0 else { return }
        grid.draw(
            draft[field],
            row: row,
            column: column + Self.labelColumns,
            width: width,
            isActive: isActive,
            placeholder: placeholder(field),
            ink: ink
        )
        let start = Self.labelColumns + fieldColumns + 2
        let line = remarkLine(field, ink)
        // A hint that does not fit is left out; an error shows as much as there is room for.
        guard columns > start + 4, line.width <= columns - start || remark(field).finding != nil else { return }
        line.draw(into: &grid, row: row, column: column + start, columns: columns - start)
    }

    private func remarkLine(_ field: ServerDraft.Field, _ ink: Ink, indent: Int = 0) -> StyledLine {
        let remark = remark(field)
        var line = StyledLine()
        line.space(indent)
        switch remark.finding {
        case .error?: line.add("! \(remark.text)", ink.error)
        case .note?: line.add("! \(remark.text)", ink.warning)
        case nil: line.add(remark.text, ink.dim)
        }
        return line
    }

    private func drawButtons(into grid: inout Grid, row: Int, column: Int, columns: Int, _ ink: Ink) {
        let full = buttons.reduce(0) { $0 + label($1, short: false).width + 7 } - 3
        let short = full > columns
        var line = StyledLine()
        for button in buttons {
            if !line.isEmpty { line.space(short ? 1 : 3) }
            let style = focus == .button(button) ? ink.activeButton : ink.button
            line.add(StyledLine("[ \(label(button, short: short)) ]", style), target: .button(button.rawValue))
        }
        line.draw(into: &grid, row: row, column: column, columns: columns)
    }
}
