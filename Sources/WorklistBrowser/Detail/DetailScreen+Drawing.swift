import DICOMData
import Terminal

/// Where the columns of the tree stand.
private struct DetailColumns {
    /// First column of the value.
    let value: Int
    let total: Int

    init(width: Int) {
        total = width
        value = max(16, min(64, width * 56 / 100))
    }
}

extension DetailScreen {
    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        guard !area.isEmpty else { return }
        let ink = Ink(surroundings.theme)
        grid.fill(area, style: ink.text)
        var top = area.row
        for line in identity(columns: area.columns - 2, rows: max(1, area.rows / 2), surroundings) {
            var styled = StyledLine()
            styled.space()
            styled.add(line.text)
            styled.draw(
                into: &grid,
                row: top,
                column: area.column,
                columns: area.columns,
                base: line.isWarning ? ink.identityWarning : ink.identity
            )
            top += 1
        }
        var bottom = area.endRow
        if !hidesHints, area.rows > 3 {
            bottom -= 1
            drawHints(into: &grid, row: bottom, area, surroundings, ink)
        }
        let rest = bottom - top
        if rest >= 4 {
            bottom -= 1
            var right =
                standsAlone
                ? StyledLine("not on the list", ink.warning)
                : StyledLine("row \(position.row) of \(position.of)", ink.title)
            right.space()
            summary(ink)
                .draw(into: &grid, row: bottom, column: area.column, columns: area.columns, right: right)
        }
        if showsBytes, rest >= 8 {
            let count = current.flatMap(tree.element)?.bytes.count ?? 0
            let needed = (count + Self.bytesPerLine(area.columns) - 1) / Self.bytesPerLine(area.columns)
            let rows = min(1 + max(3, needed), 9, rest / 2)
            bottom -= rows
            drawBytes(
                into: &grid,
                in: Rect(row: bottom, column: area.column, rows: rows, columns: area.columns),
                surroundings,
                ink
            )
        } else if rest >= 6 {
            let rows = rest >= 14 ? 3 : 2
            bottom -= rows
            drawExplanation(
                into: &grid,
                in: Rect(row: bottom, column: area.column, rows: rows, columns: area.columns),
                surroundings,
                ink
            )
        }
        drawTree(
            into: &grid,
            in: Rect(row: top, column: area.column, rows: bottom - top, columns: area.columns),
            surroundings,
            ink
        )
    }

    // MARK: Head and foot

    private func drawHints(
        into grid: inout Grid,
        row: Int,
        _ area: Rect,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) {
        let hints: [(command: Command, label: TerminalText)] = [
            (.detailNext, "next"), (.detailPrevious, "previous"), (.detailFold, "fold"), (.detailCopy, "copy"),
            (.detailCopyAll, "all"), (.detailAsKey, "as key"), (.detailBytes, "bytes"), (.back, "back"),
            (.detailRaw, isRaw ? "readable" : "raw"), (.help, "help"),
        ]
        let ofRowsOnly: [Command] = [.detailNext, .detailPrevious, .detailAsKey]
        KeyLine.line(
            standsAlone ? hints.filter { !ofRowsOnly.contains($0.command) } : hints,
            context: .detail,
            columns: area.columns,
            surroundings,
            ink: ink
        ).draw(into: &grid, row: row, column: area.column, columns: area.columns)
    }

    /// Who it is, never cut; what is to be done gives way first on a small screen.
    private func identity(
        columns: Int,
        rows: Int,
        _ surroundings: Surroundings
    ) -> [(text: TerminalText, isWarning: Bool)] {
        let summary = PatientSummary(tree.root, today: surroundings.now.date, ascii: surroundings.theme.isASCII)
        var lines = PatientSummary.flow(summary.patient, columns: columns).map { (text: $0, isWarning: false) }
        if let warning {
            let mark = surroundings.theme.glyph(.warning)
            lines += DisplayWidth.wrap("\(mark) \(warning)", width: max(1, columns)).map { (text: $0, isWarning: true) }
        }
        if let note {
            lines += DisplayWidth.wrap(note, width: max(1, columns)).map { (text: $0, isWarning: true) }
        }
        let procedure = PatientSummary.flow(summary.procedure, columns: columns).map { (text: $0, isWarning: false) }
        let patientRows = lines.filter { !$0.isWarning }.count
        let room = max(0, rows - lines.count)
        lines.insert(contentsOf: procedure.prefix(room), at: patientRows)
        return lines
    }

    private func summary(_ ink: Ink) -> StyledLine {
        let counts = tree.counts
        var line = StyledLine()
        line.space()
        line.add("\(counts.elements) elements, \(counts.empty) empty, ", ink.text)
        let word = tree.root.defect == nil ? "not returned" : "not found"
        line.add("\(counts.missing) \(word)", ink.text)
        if counts.doubtful > 0 { line.add(", \(counts.doubtful) of doubtful text", ink.warning) }
        if tree.root.defect != nil { line.add(", damaged", ink.error) }
        if isRaw { line.add("   raw", ink.dim) }
        return line
    }

    /// The element under the cursor: how long, whether asked for, the value in full, its bytes.
    private func drawExplanation(into grid: inout Grid, in box: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        let theme = surroundings.theme
        var title = StyledLine()
        var lines: [StyledLine] = []
        func say(_ text: TerminalText, _ style: Style, limit: Int) {
            let pieces = DisplayWidth.wrap(text, width: max(1, box.columns - 2))
            for (index, piece) in pieces.prefix(limit).enumerated() {
                var line = StyledLine()
                line.space()
                line.add(index == limit - 1 && pieces.count > limit ? piece + " ..." : piece, style)
                lines.append(line)
            }
        }
        let room = box.rows - 1
        if let row = current {
            let asked = tree.isAsked(row.path)
            let element = tree.element(row)
            switch row.kind {
            case .missing:
                title.add("\(row.path.tag)  asked: yes  returned: no", ink.text)
                say(
                    tree.root.defect == nil
                        ? "the server does not know this attribute, or has no value and leaves it out"
                        : "not found before the place where the data set is damaged",
                    ink.dim,
                    limit: room
                )
            case .item(let number):
                title.add("item \(number + 1) of \(AttributeNames.name(of: row.path.tag))", ink.text)
            case .element:
                guard let element else { break }
                let length: TerminalText =
                    element.vr == .SQ
                    ? "\(element.items.count) item\(element.items.count == 1 ? "" : "s")"
                    : "\(element.bytes.count) byte\(element.bytes.count == 1 ? "" : "s")"
                title.add(
                    "\(element.tag) \(element.vr)  \(length)  asked: \(asked ? "yes" : "no")  returned: yes",
                    ink.text
                )
                let text = ElementText(element, in: tree.dataSet(row), readable: !isRaw, ascii: theme.isASCII)
                if let problem = text.problem {
                    say(problem, text.isGuess ? ink.warning : ink.error, limit: max(1, room - 1))
                }
                let full = fullText(row, element, text)
                let isCut = full.width > box.columns - DetailColumns(width: box.columns).value - 3
                if isCut, lines.count < room { say(full, ink.text, limit: room - lines.count) }
                if element.vr != .SQ, lines.count < room {
                    let order = element.vr.unitLength.map { $0 > 1 } ?? false ? "   (\(element.vr), little endian)" : ""
                    let dump = element.bytes.isEmpty ? "none" : Hex.dump(element.bytes, limit: 64)
                    say("bytes \(dump)\(order)", ink.dim, limit: 1)
                }
            }
        } else if let defect = tree.root.defect {
            title.add("the data set is damaged", ink.text)
            say(TerminalText(defect.description), ink.error, limit: room)
        }
        grid.drawRule(title, row: box.row, column: box.column, columns: box.columns, theme: theme, style: ink.border)
        for (offset, line) in lines.prefix(room).enumerated() {
            line.draw(into: &grid, row: box.row + 1 + offset, column: box.column, columns: box.columns)
        }
    }

    private static func bytesPerLine(_ columns: Int) -> Int { columns >= 76 ? 16 : columns >= 42 ? 8 : 4 }

    private func drawBytes(into grid: inout Grid, in box: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        var title = StyledLine()
        guard let row = current, let element = tree.element(row) else {
            grid.drawRule(
                StyledLine("no bytes on this line", ink.dim),
                row: box.row,
                column: box.column,
                columns: box.columns,
                theme: surroundings.theme,
                style: ink.border
            )
            return
        }
        let bytes = element.bytes
        let isNumber = element.vr.unitLength.map { $0 > 1 } ?? false
        let order: TerminalText = isNumber ? ", little endian" : ""
        title.add("\(element.tag) \(element.vr)  \(bytes.count) bytes\(order)", ink.text)
        grid.drawRule(
            title,
            row: box.row,
            column: box.column,
            columns: box.columns,
            theme: surroundings.theme,
            style: ink.border
        )
        if element.vr == .SQ {
            StyledLine(" a sequence has no bytes of its own: go to the elements of its items", ink.dim)
                .draw(into: &grid, row: box.row + 1, column: box.column, columns: box.columns)
            return
        }
        let perLine = Self.bytesPerLine(box.columns)
        var rest = bytes
        var offset = 0
        for line in 0..<(box.rows - 1) where !rest.isEmpty {
            let part = rest.prefix(perLine)
            let isLast = line == box.rows - 2 && rest.count > perLine
            rest = rest.dropFirst(perLine)
            var styled = StyledLine()
            styled.space()
            if isLast {
                styled.add("... \(bytes.count - offset) bytes more", ink.dim)
            } else {
                styled.add(TerminalText(Hex.four(UInt16(truncatingIfNeeded: offset))), ink.dim)
                styled.space(2)
                styled.add(TerminalText(Hex.dump(part, limit: perLine)), columns: perLine * 3 + 1, ink.text)
                let text = part.map { (0x20...0x7E).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
                styled.add(TerminalText(text), ink.dim)
            }
            styled.draw(into: &grid, row: box.row + 1 + line, column: box.column, columns: box.columns)
            offset += part.count
        }
    }

    private func fullText(_ row: DetailTree.Row, _ element: DataElement, _ text: ElementText) -> TerminalText {
        if element.vr == .SQ { return sequenceText(row, isFolded: true) }
        return text.meaning.isEmpty ? text.value : "\(text.value)   \(text.meaning)"
    }

    // MARK: The tree

    private func drawTree(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        guard area.rows > 0 else { return }
        let columns = DetailColumns(width: area.columns - 1)
        if lineCount == 0 {
            StyledLine("  The item has no elements.", ink.dim)
                .draw(into: &grid, row: area.row, column: area.column, columns: area.columns)
            return
        }
        let top = ScrollWindow.top(cursor: cursor, count: lineCount, rows: area.rows)
        for offset in 0..<min(area.rows, lineCount - top) {
            let index = top + offset
            let isCurrent = index == cursor
            grid.mark(line: index, row: area.row + offset, in: area)
            let line: StyledLine
            if tree.rows.indices.contains(index) {
                line = treeLine(tree.rows[index], columns, isCurrent: isCurrent, surroundings, ink)
            } else {
                line = defectLine(isCurrent: isCurrent, surroundings, ink)
            }
            line.draw(
                into: &grid,
                row: area.row + offset,
                column: area.column,
                columns: columns.total,
                base: isCurrent ? ink.cursor : .plain
            )
        }
        grid.drawScrollbar(
            Rect(row: area.row, column: area.endColumn - 1, rows: area.rows, columns: 1),
            first: top,
            total: lineCount,
            theme: surroundings.theme,
            style: ink.scroll
        )
    }

    private func defectLine(isCurrent: Bool, _ surroundings: Surroundings, _ ink: Ink) -> StyledLine {
        var line = StyledLine()
        line.add(isCurrent ? surroundings.theme.glyph(.cursor) : " ", ink.text)
        line.add("\(surroundings.theme.glyph(.failed)) ", ink.error)
        line.add("damaged here: \(tree.root.defect?.description ?? "")", ink.error)
        return line
    }

    private func treeLine(
        _ row: DetailTree.Row,
        _ columns: DetailColumns,
        isCurrent: Bool,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) -> StyledLine {
        let theme = surroundings.theme
        var line = StyledLine()
        line.add(isCurrent ? theme.glyph(.cursor) : " ", ink.text)
        line.space(2 * min(row.depth, 6))
        if case .item(let number) = row.kind {
            line.space()
            line.add("Item \(number + 1)", theme.style("detail.name"))
            if let code = ElementText.code(tree.dataSet(row)) { line.add("   \(code)", ink.dim) }
            return line
        }
        let element = tree.element(row)
        let isSequence = element?.vr == .SQ
        let isFolded = folded.contains(row.path)
        line.add(isSequence ? theme.glyph(isFolded ? .folded : .unfolded) : " ", ink.text)
        line.add(AttributeNames.bare(row.path.tag), theme.style("detail.tag"))
        line.space()
        let vr = element?.vr ?? DataDictionary.vr(of: row.path.tag) ?? .UN
        line.add(TerminalText(vr.description), theme.style("detail.vr"))
        line.space()
        let nameColumns = columns.value - line.width - 2
        let nameStyle = element == nil ? theme.style("detail.absent") : theme.style("detail.name")
        line.add(AttributeNames.short(name(row), columns: nameColumns), nameStyle)
        guard let element else {
            line.space(2)
            line.add(tree.root.defect == nil ? "- not returned" : "- not found", theme.style("detail.absent"))
            addOldValue(row, to: &line, surroundings)
            return line
        }
        if isSequence {
            line.space(2)
            if element.isEmpty, tree.root.defect?.tag == row.path.tag {
                line.add("(damaged)", ink.error)
            } else {
                line.add(
                    sequenceText(row, isFolded: isFolded),
                    element.isEmpty ? theme.style("detail.empty") : ink.text
                )
            }
            return line
        }
        if element.isEmpty {
            line.space(2)
            line.add("(empty)", theme.style("detail.empty"))
            addOldValue(row, to: &line, surroundings)
            return line
        }
        let text = ElementText(element, in: tree.dataSet(row), readable: !isRaw, ascii: theme.isASCII)
        let problemStyle = text.isGuess ? theme.style("table.guessed") : ink.error
        if text.problem == nil {
            line.space(2)
        } else {
            line.add(text.isGuess ? theme.glyph(.guessed) : theme.glyph(.warning), problemStyle)
            line.space()
        }
        line.add(text.value, text.problem == nil ? theme.style("detail.value") : problemStyle)
        addOldValue(row, to: &line, surroundings)
        if !text.meaning.isEmpty { line.add("   \(text.meaning)", ink.dim) }
        if let short = text.shortProblem { line.add("   (\(short))", problemStyle) }
        return line
    }

    /// `  was ARRIVED` behind a value that is another than on the list before.
    private func addOldValue(_ row: DetailTree.Row, to line: inout StyledLine, _ surroundings: Surroundings) {
        guard let change = changes[row.path] else { return }
        line.add("  was \(ItemChange.words(change.old))", surroundings.theme.style("table.changed"))
    }

    private func name(_ row: DetailTree.Row) -> String {
        let tag = row.path.tag
        guard tag.isPrivate, !tag.isPrivateCreator, tag.element >= 0x1000 else { return AttributeNames.name(of: tag) }
        // (gggg,xxee) belongs to the creator named in (gggg,00xx), PS3.5 7.8.1.
        let creator = tree.dataSet(row).string(Tag(tag.group, tag.element >> 8)) ?? ""
        return creator.isEmpty ? "Private, no creator" : "Private [" + creator + "]"
    }

    /// `1 item   HEADNC "CT Head plain"`.
    private func sequenceText(_ row: DetailTree.Row, isFolded: Bool) -> TerminalText {
        let items = tree.items(row)
        if items.isEmpty { return "(empty)" }
        var text: TerminalText = items.count == 1 ? "1 item" : "\(items.count) items"
        guard isFolded else { return text }
        let codes = items.prefix(4).compactMap(ElementText.code)
        if !codes.isEmpty { text += "   " + codes.joined(separator: ", ") }
        return text
    }
}
