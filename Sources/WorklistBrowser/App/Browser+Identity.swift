import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Who the row under the cursor is.
extension Browser {
    struct IdentityLines {
        var lines: [StyledLine]
        /// One of the identifiers is missing or may be misread.
        var isDoubtful = false
        var isEmpty = false
    }

    /// Who the row under the cursor is: never cut, as many lines as it takes.
    func identityLines() -> IdentityLines {
        guard let list, let cursor = list.cursor else {
            let rule = theme.glyph(.horizontal).repeated(size.columns)
            return IdentityLines(lines: [StyledLine(rule)], isEmpty: true)
        }
        let plain = list.rows.text(cursor.row)
        let text = (isPrivate ? plain.masked : plain).asShown(ascii: theme.isASCII)
        var isDoubtful = false
        func value(_ value: ColumnText, _ label: TerminalText = "", or missing: TerminalText) -> TerminalText {
            switch value.state {
            case .absent, .empty:
                isDoubtful = true
                return missing
            case .sound: return label + value.text
            case .guessed, .damaged:
                isDoubtful = true
                return label + noted(value.text + " (?)")
            case .unshown:
                isDoubtful = true
                return label + noted(value.text)
            }
        }
        func noted(_ text: TerminalText) -> TerminalText { Unshown.noted(text, ascii: theme.isASCII) }
        var parts: [(text: TerminalText, isName: Bool)] = [(value(text[.patient], or: MissingWords.name), true)]
        let born = value(text[.born], "born ", or: MissingWords.born)
        parts.append((text[.age].hasValue ? "\(born) (\(text[.age].text))" : born, false))
        parts.append((text[.sex].hasValue ? text[.sex].text : MissingWords.sex, false))
        let id = value(text[.id], "ID ", or: MissingWords.id)
        parts.append((text.issuer.hasValue ? "\(id) [\(noted(text.issuer.text))]" : id, false))
        parts.append(
            (text[.accession].hasValue ? "ACC \(noted(text[.accession].text))" : MissingWords.accession, false)
        )
        var styled = parts.map { (text: $0.text, style: $0.isName ? Style(modifiers: .bold) : .plain) }
        // On a small screen all but one row of the list.
        let limit = max(1, size.rows / 3, size.rows - 7)
        // A name of hundreds of characters gives way first: the identifiers behind it are never pushed off the screen.
        var allowed = styled[0].text.width
        while allowed > size.columns,
            Self.flow(styled, columns: size.columns, gap: 3, limit: .max).count > limit
        {
            allowed -= size.columns / 2
            styled[0].text = DisplayWidth.clip(styled[0].text, to: allowed).text + theme.glyph(.truncated)
            isDoubtful = true
        }
        let lines = Self.flow(styled, columns: size.columns, gap: 3, limit: limit)
        // One line less is one more patient in view, and a list that does not shift under the cursor.
        let close = lines.count > 1 ? Self.flow(styled, columns: size.columns, gap: 2, limit: limit) : lines
        let gap = close.count < lines.count ? 2 : 3
        let plainLines = gap == 2 ? close : lines
        // A hint that there is another like this one, where it costs no line.
        if let hint = identityHint(row: cursor.row) {
            styled.append((text: hint, style: theme.style("ui.identity.warning")))
            let hinted = Self.flow(styled, columns: size.columns, gap: gap, limit: limit)
            if hinted.count == plainLines.count { return IdentityLines(lines: hinted, isDoubtful: isDoubtful) }
        }
        return IdentityLines(lines: plainLines, isDoubtful: isDoubtful)
    }

    /// `* like row 2`, `= also row 9`.
    private func identityHint(row: Int) -> TerminalText? {
        guard let list else { return nil }
        var hints: [TerminalText] = []
        func place(_ row: Int) -> TerminalText {
            list.rows.position(of: row).map { "row \($0 + 1)" } ?? "a hidden row"
        }
        if let other = list.similar.similar(to: list.rows.table.item(row)) { hints.append("* like \(place(other))") }
        if let other = list.duplicates.others(of: row).first { hints.append("= also \(place(other))") }
        return hints.isEmpty ? nil : hints.joined(separator: "  ")
    }

    /// Parts side by side as long as they fit, then on the next line; a part longer than a line is wrapped, not cut.
    ///
    /// `reserved`: columns the first line has to leave free at its right.
    static func flow(
        _ parts: [(text: TerminalText, style: Style)],
        columns: Int,
        reserved: Int = 0,
        gap: Int,
        limit: Int
    ) -> [StyledLine] {
        var lines: [StyledLine] = []
        var line = StyledLine()
        line.space()
        for part in parts {
            let isFirst = line.width == 1
            if isFirst, lines.isEmpty, reserved > 0, 1 + part.text.width > columns - reserved - 1 {
                // Too long for the first line, and cut nowhere: it starts on the second.
                lines.append(line)
                line = StyledLine()
                line.space()
            } else if !isFirst, line.width + gap + part.text.width > columns - 1 - (lines.isEmpty ? reserved : 0) {
                lines.append(line)
                line = StyledLine()
                line.space()
            } else if !isFirst {
                line.space(gap)
            }
            if line.width + part.text.width <= columns {
                line.add(part.text, part.style)
                continue
            }
            let pieces = DisplayWidth.wrap(part.text, width: max(1, columns - 2))
            for (index, piece) in pieces.enumerated() {
                line.add(piece, part.style)
                if index + 1 < pieces.count {
                    lines.append(line)
                    line = StyledLine()
                    line.space()
                }
            }
        }
        lines.append(line)
        guard lines.count > limit, limit > 0 else { return lines }
        // What has no room shows that it is missing.
        var shown = Array(lines.prefix(limit))
        shown[limit - 1].add(" ~", .plain)
        return shown
    }
}
