import DICOMData
import DICOMMatching
import Terminal

/// What drawing a builder needs to know of its query, worked out once per frame.
private struct BuilderFacts {
    /// The query with what is being typed.
    var query: Query
    var findings: [Int: [KeyCheck.Finding]]
    var now: QueryMoment
    var errors = 0
    var notes = 0
    /// Deepest nesting among the lines.
    var depth = 0

    init(_ screen: BuilderScreen, now: QueryMoment) {
        query = screen.query
        if case .editing(let editor) = screen.mode {
            let key = editor.key(in: query)
            if query[key.path] != nil { query.set(key) }
        }
        self.now = now
        findings = KeyCheck.findings(in: query, now: now)
        for list in findings.values {
            for finding in list {
                switch finding.severity {
                case .error: errors += 1
                case .note: notes += 1
                }
            }
        }
        depth = screen.rows.map(\.depth).max() ?? 0
    }
}

/// Where the columns of the tree stand.
private struct BuilderColumns {
    let tag: Int
    let name: Int
    /// 0 where there is no room for the column.
    let matching: Int
    let source: Int
    let value: Int
    /// First column of the value, from the left edge of the tree.
    let valueStart: Int

    init(width: Int, depth: Int) {
        tag = 9 + (depth > 0 ? min(depth, 6) + 1 : 0)
        matching = width >= 70 ? 5 : 0
        source = width >= 96 ? 4 : 0
        // Cursor, mark, blank; blanks behind tag, name and VR; the sign of an error; the scroll bar.
        let fixed = 3 + tag + 1 + 1 + 3 + matching + source + 2 + 1
        let free = max(0, width - fixed)
        name = min(46, max(min(14, free), free * 6 / 10))
        value = max(0, free - name)
        valueStart = width - 1 - value
    }
}

extension BuilderScreen {
    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        guard !area.isEmpty else { return }
        let ink = Ink(surroundings.theme)
        let facts = BuilderFacts(self, now: surroundings.now.queryMoment)
        grid.fill(area, style: ink.text)
        var top = area.row
        var bottom = area.endRow
        if area.rows > 1 {
            bottom -= 1
            drawKeys(into: &grid, in: area, surroundings, ink)
        }
        if area.rows >= 5 {
            bottom -= 1
            drawSummary(facts, into: &grid, row: bottom, area, ink)
        }
        if area.rows >= 9 {
            let verdictRows = area.rows >= 20 ? 2 : 1
            bottom -= 1 + verdictRows
            let box = Rect(row: bottom, column: area.column, rows: 1 + verdictRows, columns: area.columns)
            drawExplanation(facts, into: &grid, in: box, surroundings, ink)
        }
        if area.rows >= 11 {
            drawHeading(into: &grid, row: top, area, ink)
            top += 1
        }
        let body = Rect(row: top, column: area.column, rows: bottom - top, columns: area.columns)
        guard body.rows > 0 else { return }
        let pane = shownPreview(columns: area.columns)
        if area.columns >= 120, pane != nil {
            let paneColumns = min(area.columns * 38 / 100, 72)
            let tree = Rect(row: body.row, column: body.column, rows: body.rows, columns: body.columns - paneColumns)
            drawTree(facts, into: &grid, in: tree, isCovered: false, surroundings, ink)
            let side = Rect(row: body.row, column: tree.endColumn, rows: body.rows, columns: paneColumns)
            grid.fill(
                Rect(row: side.row, column: side.column, rows: side.rows, columns: 1),
                style: ink.border,
                with: surroundings.theme.glyph(.separator)
            )
            let inside = Rect(row: side.row, column: side.column + 2, rows: side.rows, columns: side.columns - 2)
            if pane == .bytes {
                drawBytes(facts, into: &grid, in: inside, surroundings, ink)
            } else {
                drawPreview(facts, into: &grid, in: inside, surroundings, ink)
            }
        } else {
            drawTree(facts, into: &grid, in: body, isCovered: pane != nil || isPicking, surroundings, ink)
            if let pane {
                let box = body.centered(rows: body.rows, columns: max(20, body.columns - 4))
                grid.drawBox(
                    box,
                    title: pane == .bytes ? "The bytes" : "What will be sent",
                    style: ink.dialog,
                    theme: surroundings.theme,
                    titleStyle: ink.dialogTitle
                )
                let inside = Rect(
                    row: box.row + 1,
                    column: box.column + 2,
                    rows: box.rows - 2,
                    columns: box.columns - 4
                )
                if pane == .bytes {
                    drawBytes(facts, into: &grid, in: inside, surroundings, ink)
                } else {
                    drawPreview(facts, into: &grid, in: inside, surroundings, ink)
                }
            }
        }
        // A small screen has no room to leave anything but the keys in sight.
        let above = Rect(row: area.row, column: area.column, rows: area.rows - 1, columns: area.columns)
        let room = area.rows >= 20 ? body : above
        switch mode {
        case .tree, .editing: break
        case .adding(let picker): picker.draw(into: &grid, in: room, query: query, surroundings, ink)
        case .choosing(let helper, _): helper.draw(into: &grid, in: room, query: query, surroundings, ink)
        case .picking(let calendar, _): calendar.draw(into: &grid, in: room, surroundings, ink)
        case .listing(let list): list.draw(into: &grid, in: room, surroundings, ink)
        }
    }

    private enum Pane { case summary, bytes }

    /// A wide screen shows the summary unless told otherwise, a narrow one only when asked.
    private func shownPreview(columns: Int) -> Pane? {
        switch preview {
        case .first: columns >= 120 ? .summary : nil
        case .second: columns >= 120 ? .bytes : .summary
        case .third: columns >= 120 ? nil : .bytes
        }
    }

    /// The identifier element by element; the key under the cursor is in view.
    private func drawBytes(
        _ facts: BuilderFacts,
        into grid: inout Grid,
        in area: Rect,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) {
        guard area.rows > 1 else { return }
        do throws(QueryError) {
            let bytes = try IdentifierBytes(facts.query, server: server, now: facts.now)
            var title = StyledLine("Bytes", ink.dialogTitle)
            title.add("   \(bytes.count) in Explicit VR Little Endian", ink.dim)
            title.draw(into: &grid, row: area.row, column: area.column, columns: area.columns)
            let list = Rect(row: area.row + 1, column: area.column, rows: area.rows - 1, columns: area.columns)
            bytes.draw(into: &grid, in: list, current: current?.path, surroundings, ink)
        } catch {
            let lines = DisplayWidth.wrap(
                "Nothing can be sent: \(TerminalText(error.description))",
                width: area.columns
            )
            for (offset, line) in lines.prefix(area.rows).enumerated() {
                StyledLine(line, ink.error)
                    .draw(into: &grid, row: area.row + offset, column: area.column, columns: area.columns)
            }
        }
    }

    // MARK: Edges

    private func drawHeading(into grid: inout Grid, row: Int, _ area: Rect, _ ink: Ink) {
        var right = StyledLine()
        right.add("query: ", ink.dim)
        right.add(query.name.isEmpty ? "unnamed" : TerminalText(query.name), ink.title)
        if isModified { right.add(" *modified", ink.warning) }
        right.space()
        var left = StyledLine(" Keys to send. Empty: returned, not matched.", ink.dim)
        let legend: TerminalText = "   R required, O optional key"
        if left.width + legend.width + right.width + 2 <= area.columns { left.add(legend, ink.dim) }
        left.draw(into: &grid, row: row, column: area.column, columns: area.columns, right: right)
    }

    private func drawKeys(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        let hints: [(command: Command, label: TerminalText)]
        switch mode {
        case .tree:
            hints = [
                (.builderEdit, "edit"), (.builderAdd, "add"), (.builderDrop, "drop"),
                (.builderReturnOnly, "return-only"), (.builderHelper, "helper"), (.builderRun, "run"), (.back, "back"),
                (.builderSave, "save"), (.builderUndo, "undo"), (.builderAddItem, "item"),
                (.builderPreview, "preview"), (.help, "help"),
            ]
        case .editing(let editor):
            hints = [
                (.accept, editor.runsOnAccept ? "run" : "accept"),
                (.back, editor.runsOnAccept ? "back" : "leave as it was"),
                (.editorHelper, "values to choose from"), (.editorNext, "next value"), (.fieldClear, "empty"),
            ]
        case .picking:
            hints = [
                (.accept, "choose"), (.fieldLeft, "day"), (.moveUp, "week"), (.movePageUp, "month"), (.back, "close"),
            ]
        case .listing: hints = [(.accept, "next line"), (.pickerLevel, "done"), (.back, "leave as it was")]
        case .choosing: hints = [(.accept, "choose"), (.moveDown, "next"), (.moveUp, "previous"), (.back, "close")]
        case .adding:
            hints = [
                (.accept, "add"), (.pickerLevel, "where it goes"), (.pickerWorklistOnly, "worklist only"),
                (.back, "close"),
            ]
        }
        KeyLine.line(hints, context: keyContext, columns: area.columns, surroundings, ink: ink)
            .draw(into: &grid, row: area.endRow - 1, column: area.column, columns: area.columns)
    }

    private func drawSummary(_ facts: BuilderFacts, into grid: inout Grid, row: Int, _ area: Rect, _ ink: Ink) {
        func count(_ number: Int, _ word: TerminalText) -> TerminalText {
            "\(number) \(word)\(number == 1 ? "" : "s")"
        }
        var left = StyledLine()
        left.space()
        left.add("\(count(facts.query.keys.count, "key")), \(facts.query.matchingKeys.count) matching, ", ink.text)
        left.add(count(facts.errors, "error"), facts.errors > 0 ? ink.error : ink.text)
        if facts.notes > 0 { left.add(", \(count(facts.notes, "note"))", ink.text) }
        if undoCount > 0, area.columns >= 90 { left.add(", \(undoCount) to undo", ink.dim) }
        var right = StyledLine()
        let texts = facts.query.keys.filter { $0.vr.usesSpecificCharacterSet }.map(\.value)
        let set = SpecificCharacterSet.least(for: texts, preferring: server?.characterSetToSend.map { [$0] } ?? [])
        right.add("charset: ", ink.dim)
        if set.terms.isEmpty {
            right.add("ASCII (none needed)", ink.text)
        } else {
            right.add(TerminalText(set.description), ink.warning)
        }
        right.space()
        // That nothing is needed gives way on a narrow screen; that something is does not.
        if set.terms.isEmpty, left.width + 1 + right.width > area.columns { right = StyledLine() }
        left.draw(into: &grid, row: row, column: area.column, columns: area.columns, right: right)
    }

    /// How the value under the cursor is written, and whether it is right.
    private func drawExplanation(
        _ facts: BuilderFacts,
        into grid: inout Grid,
        in box: Rect,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) {
        let theme = surroundings.theme
        guard let row = current else {
            grid.drawRule(
                StyledLine(),
                row: box.row,
                column: box.column,
                columns: box.columns,
                theme: theme,
                style: ink.border
            )
            return
        }
        var title = StyledLine()
        var lines: [StyledLine] = []
        let columns = max(1, box.columns - 3)
        func say(_ mark: TerminalText, _ text: TerminalText, _ style: Style) {
            for (index, piece) in DisplayWidth.wrap(text, width: columns).enumerated() {
                var line = StyledLine()
                line.space()
                line.add(index == 0 ? mark : " ", style)
                line.space()
                line.add(piece, style)
                lines.append(line)
            }
        }
        switch row.kind {
        case .sequence(let items, let keys):
            title.add("SQ: \(AttributeNames.name(of: row.path.tag))", ink.text)
            let matching = facts.query.keys(inside: row.path).filter(\.isMatching).count
            say(" ", "\(items) item\(items == 1 ? "" : "s") with \(keys) keys, \(matching) of them matching", ink.text)
        case .item(let number):
            title.add("SQ: item \(number + 1) of \(AttributeNames.name(of: row.path.tag))", ink.text)
            say(" ", "a key sequence has one item (PS3.4 C.2.2.2.6); servers may refuse more", ink.dim)
        case .key(let index):
            guard let stored = self.key(at: row) else { break }
            let key = facts.query.keys.indices.contains(index) ? facts.query.keys[index] : stored
            title.add(TerminalText(KeyCheck.hint(for: row.path, vr: key.vr, in: facts.query)), ink.text)
            let findings = facts.findings[index] ?? []
            let notes = findings.filter { $0.severity == .note }.map { TerminalText($0.text) }
            if let error = findings.first(where: { $0.severity == .error }) {
                say(theme.glyph(.failed), "error: \(error.text)", ink.error)
                // The rule above says how it is written already.
                let hint = KeyCheck.hint(for: row.path, vr: key.vr, in: facts.query)
                if !error.advice.hasSuffix(hint) { say(" ", TerminalText(error.advice), ink.text) }
            } else if key.isMatching {
                let text = notes.isEmpty ? "" : ": " + notes.joined(separator: "; ")
                say(theme.glyph(.ok), "ok" + text, ink.success)
            } else if isAsked(key) {
                say(
                    " ",
                    "its value is \(asked[key.path] == .scanned ? "scanned" : "typed") each time the query runs",
                    ink.text
                )
            } else {
                let all = [key.isWholeSequence ? "returned as a whole" : "returned, not matched on"] + notes
                say(" ", all.joined(separator: "; "), ink.dim)
            }
        }
        var meaning = StyledLine()
        if case .key(let index) = row.kind {
            if facts.query.keys.indices.contains(index), facts.query.keys[index].isMatching {
                meaning.add("source: \(facts.query.keys[index].source.rawValue)", ink.dim)
            }
            switch query.attribute(at: row.path)?.keyType {
            case .required?:
                if !meaning.isEmpty { meaning.space(3) }
                meaning.add(theme.glyph(.required), theme.style("builder.required"))
                meaning.add(" required key", ink.dim)
            case .optional?:
                if !meaning.isEmpty { meaning.space(3) }
                meaning.add("O optional key", ink.dim)
            default: break
            }
            if !meaning.isEmpty { meaning.space() }
        }
        grid.drawRule(title, row: box.row, column: box.column, columns: box.columns, theme: theme, style: ink.border)
        for (offset, line) in lines.prefix(box.rows - 1).enumerated() {
            let isLast = offset == min(lines.count, box.rows - 1) - 1
            let roomy = line.width + meaning.width + 2 <= box.columns
            line.draw(
                into: &grid,
                row: box.row + 1 + offset,
                column: box.column,
                columns: box.columns,
                right: isLast && roomy ? meaning : StyledLine()
            )
        }
    }

    // MARK: The tree

    private func drawTree(
        _ facts: BuilderFacts,
        into grid: inout Grid,
        in area: Rect,
        isCovered: Bool,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) {
        let columns = BuilderColumns(width: area.columns, depth: facts.depth)
        var header = StyledLine()
        header.add("   ", ink.header)
        header.add("Tag", columns: columns.tag + 1, ink.header)
        header.add("Attribute", columns: columns.name + 1, ink.header)
        header.add("VR ", ink.header)
        if columns.matching > 0 { header.add("Mat", columns: columns.matching, ink.header) }
        if columns.source > 0 { header.add("Src", columns: columns.source, ink.header) }
        header.add("  Value", ink.header)
        header.add(.spaces(area.columns - header.width), ink.header)
        header.draw(into: &grid, row: area.row, column: area.column, columns: area.columns)

        let list = Rect(row: area.row + 1, column: area.column, rows: area.rows - 1, columns: area.columns)
        guard list.rows > 0 else { return }
        if rows.isEmpty {
            StyledLine("   No keys. a adds an attribute.", ink.dim)
                .draw(into: &grid, row: list.row, column: list.column, columns: list.columns)
            return
        }
        let top = ScrollWindow.top(cursor: cursor, count: rows.count, rows: list.rows)
        for offset in 0..<min(list.rows, rows.count - top) {
            let index = top + offset
            // Under a box that leaves only its edges in sight a cursor would be a stray mark.
            let isCurrent = index == cursor && !isCovered
            let line = treeLine(rows[index], facts, columns, isCurrent: isCurrent, surroundings, ink)
            if !isCovered, case .tree = mode { grid.mark(line: index, row: list.row + offset, in: list) }
            line.draw(
                into: &grid,
                row: list.row + offset,
                column: list.column,
                columns: list.columns - 1,
                base: isCurrent ? ink.cursor : .plain
            )
            if isCurrent, case .editing(let editor) = mode {
                grid.draw(
                    editor.field,
                    row: list.row + offset,
                    column: list.column + columns.valueStart,
                    width: columns.value,
                    isActive: true,
                    ink: ink
                )
            }
        }
        if isCovered { return }
        grid.drawScrollbar(
            Rect(row: list.row, column: list.endColumn - 1, rows: list.rows, columns: 1),
            first: top,
            total: rows.count,
            theme: surroundings.theme,
            style: ink.scroll
        )
    }

    private func treeLine(
        _ row: Query.OutlineRow,
        _ facts: BuilderFacts,
        _ columns: BuilderColumns,
        isCurrent: Bool,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) -> StyledLine {
        let theme = surroundings.theme
        let attribute = query.attribute(at: row.path)
        var line = StyledLine()
        line.add(isCurrent ? theme.glyph(.cursor) : " ", ink.text)
        let isSequence: Bool
        switch row.kind {
        case .sequence, .item:
            isSequence = true
            line.add(theme.glyph(folded.contains(row.path) ? .folded : .unfolded), theme.style("builder.sequence"))
        case .key:
            isSequence = false
            switch attribute?.keyType {
            case .required?: line.add(theme.glyph(.required), theme.style("builder.required"))
            case .unique?: line.add("U", theme.style("builder.required"))
            case .optional?: line.add("O", ink.dim)
            default: line.space()
            }
        }
        line.space()
        if case .item(let number) = row.kind {
            line.add(TerminalText(">").repeated(min(row.depth, 6)), columns: columns.tag, ink.dim)
            line.space()
            line.add("Item \(number + 1)", columns: columns.name, theme.style("builder.sequence"))
            return line
        }
        line.add(AttributeNames.nested(row.path.tag, depth: row.depth), columns: columns.tag, ink.dim)
        line.space()
        let name = AttributeNames.short(AttributeNames.name(of: row.path.tag), columns: columns.name)
        line.add(name, isSequence ? theme.style("builder.sequence") : ink.text)
        line.space()
        if case .sequence(let items, let keys) = row.kind {
            line.add("SQ ", ink.dim)
            line.space(columns.matching + columns.source + 2)
            let count: TerminalText = items == 1 ? "1 item, \(keys) keys" : "\(items) items, \(keys) keys"
            line.add(count, ink.dim)
            return line
        }
        guard case .key(let index) = row.kind, facts.query.keys.indices.contains(index) else { return line }
        let key = facts.query.keys[index]
        line.add("\(key.vr.description) ", ink.dim)
        let form = attribute.map { $0.form == .none ? "-" : $0.form.rawValue } ?? "-"
        if columns.matching > 0 { line.add(TerminalText(form), columns: columns.matching, ink.dim) }
        if columns.source > 0 {
            let source = isAsked(key) ? asked[key.path] ?? .empty : key.source
            let letter = source == .empty ? "" : source.rawValue.prefix(1).uppercased()
            line.add(TerminalText(letter), columns: columns.source, ink.dim)
        }
        let hasError = facts.findings[index]?.first?.severity == .error
        line.add(hasError ? " !" : "  ", theme.style("builder.error"))
        line.add(value(of: key, hasError: hasError, columns: columns.value, facts, surroundings, ink))
        return line
    }

    /// The value as typed, and beside it what it will be.
    private func value(
        of key: QueryKey,
        hasError: Bool,
        columns: Int,
        _ facts: BuilderFacts,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) -> StyledLine {
        let theme = surroundings.theme
        if key.isWholeSequence { return StyledLine("return all", ink.dim) }
        if isAsked(key) { return StyledLine("asked for when it runs", ink.dim) }
        guard key.isMatching else { return StyledLine() }
        var line = StyledLine(
            TerminalText(key.value),
            theme.style(hasError ? "builder.error" : "builder.value")
        )
        var remark: TerminalText = ""
        let sent = key.wireValue(now: facts.now)
        if sent != key.value {
            remark = "=\(sent)"
        } else if key.path.tag == .scheduledStationAETitle, key.value == server?.effectiveStation {
            remark = "=this scanner"
        } else if let meaning = CodedValues.meaning(of: key.value, tag: key.path.tag) {
            remark = TerminalText(meaning)
        }
        if !remark.isEmpty, !hasError {
            let start = max(line.width + 1, min(12, columns - remark.width))
            if start + remark.width <= columns || sent != key.value {
                line.pad(to: start)
                line.add(remark, ink.dim)
            }
        }
        return line
    }

    // MARK: What will be sent

    private func drawPreview(
        _ facts: BuilderFacts,
        into grid: inout Grid,
        in area: Rect,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) {
        let theme = surroundings.theme
        var lines: [StyledLine] = []
        func heading(_ text: TerminalText, _ note: TerminalText = "") {
            if !lines.isEmpty { lines.append(StyledLine()) }
            var line = StyledLine(text, ink.dialogTitle)
            if !note.isEmpty { line.add("   \(note)", ink.dim) }
            lines.append(line)
        }
        let matching = facts.query.matchingKeys
        heading("Must match", matching.isEmpty ? "nothing: every item of the server comes back" : "")
        for key in matching {
            var line = StyledLine()
            line.add(
                AttributeNames.short(AttributeNames.name(of: key.path.tag), columns: min(30, area.columns / 2)),
                ink.text
            )
            line.space()
            line.add(TerminalText(key.wireValue(now: facts.now)), theme.style("builder.value"))
            lines.append(line)
        }
        let period = KeyCheck.period(of: facts.query, now: facts.now)
        if let period { lines.append(StyledLine("one period: \(period)", ink.dim)) }
        heading("Sent", sentSize(facts))
        heading("Checks")
        let sorted = facts.findings.sorted { $0.key < $1.key }
        var checks: [(error: Bool, text: TerminalText)] = []
        for (index, findings) in sorted where facts.query.keys.indices.contains(index) {
            let name = AttributeNames.short(
                AttributeNames.name(of: facts.query.keys[index].path.tag),
                columns: 24
            )
            let trimmed = TerminalText(name.string.reversed().drop { $0 == " " }.reversed().map(String.init).joined())
            for finding in findings {
                // What is sent, and the period, stand above already.
                let wire = facts.query.keys[index].wireValue(now: facts.now)
                let isSaid = finding.text == "sent as \(wire)" || period.map { finding.text.hasSuffix($0) } ?? false
                if !isSaid { checks.append((finding.severity == .error, "\(trimmed): \(finding.text)")) }
            }
        }
        if !checks.contains(where: \.error) {
            lines.append(StyledLine("\(theme.glyph(.ok)) every value is right for its VR", ink.success))
        }
        for check in checks.filter(\.error) + checks.filter({ !$0.error }) {
            for (offset, piece) in DisplayWidth.wrap(check.text, width: max(1, area.columns - 2)).enumerated() {
                var line = StyledLine()
                let mark: TerminalText = check.error ? theme.glyph(.failed) : theme.glyph(.bullet)
                line.add(offset == 0 ? "\(mark) " : "  ", check.error ? ink.error : ink.dim)
                line.add(piece, check.error ? ink.error : ink.text)
                lines.append(line)
            }
        }
        let key = surroundings.keymap.label(of: .builderCopy, in: .builder)
        heading("The same with DCMTK", key.map { "\($0) copies it" } ?? "")
        let findscu = TerminalText(FindscuLine.text(for: facts.query, peer: peer, now: facts.now))
        let room = max(2, area.rows - lines.count)
        let wrapped = DisplayWidth.wrap(findscu, width: max(1, area.columns))
        for (offset, piece) in wrapped.prefix(room).enumerated() {
            let isCut = offset == room - 1 && wrapped.count > room
            lines.append(
                StyledLine(isCut ? "... and \(wrapped.count - room + 1) lines more" : piece, isCut ? ink.dim : ink.text)
            )
        }
        for (offset, line) in lines.prefix(area.rows).enumerated() {
            line.draw(into: &grid, row: area.row + offset, column: area.column, columns: area.columns)
        }
    }

    private func sentSize(_ facts: BuilderFacts) -> TerminalText {
        do {
            let identifier = try facts.query.identifier(server?.identifierForm ?? IdentifierForm(), now: facts.now)
            let bytes = try identifier.encoded(.explicitVRLittleEndian)
            return "\(facts.query.keys.count) attributes asked for, \(bytes.count) bytes"
        } catch {
            return "nothing: a key has an error"
        }
    }
}
