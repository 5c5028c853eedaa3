import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// The lines below the list: what runs, or how it ended; then what is shown of it.
extension Browser {
    struct StatusLine {
        var left: StyledLine
        var right = StyledLine()
    }

    /// What runs, or how it ended; then what is shown of it.
    ///
    /// `viewRows`: rows of the list on screen; nil while that is what is being worked out, which changes no line's length.
    func statusLines(viewRows: Int?) -> [StatusLine] {
        let ink = Ink(theme)
        var badge: (text: TerminalText, style: Style)?
        var parts: [(text: TerminalText, style: Style)] = []
        // The same in fewer words, where the lines do not hold it.
        var brief: [TerminalText: TerminalText] = [:]
        func note(_ words: OutcomeWords) {
            for (whole, short) in zip(words.parts, words.brief) where whole != short { brief[whole] = short }
        }
        if let run {
            (badge, parts) = runningParts(run)
        } else if let attempt {
            let words = OutcomeWords(attempt.end, rows: attempt.rows, statistics: attempt.statistics)
            let name: TerminalText = attempt.isRefresh ? "refresh \(words.badge)" : words.badge
            badge = (name, theme.style(words.scope))
            parts.append((attempt.at.clock, ink.text))
            if let shown = shownRows(ink.warning) { parts.append(shown) }
            if let asked = attempt.asked {
                parts.append(("asked \(QueryWords.line(asked, isPrivate: isPrivate))", ink.text))
            }
            parts += words.parts.map { ($0, ink.text) }
            note(words)
        } else if let list, let end = list.end {
            let words = OutcomeWords(end, rows: list.rows.count, statistics: list.statistics)
            badge = (words.badge, theme.style(words.scope))
            parts = words.parts.map { ($0, ink.text) }
            note(words)
        }
        if let list {
            if run == nil, attempt == nil, isPartial(list), !OutcomeWords.saysPartial(list.end) {
                parts.insert((" PARTIAL ", theme.style("ui.identity.warning")), at: 0)
            }
            let unsupported = list.rows.table.unsupportedKeyCount
            if unsupported > 0 {
                parts.append(("FF01 on \(unsupported): a key was not used for matching", ink.warning))
            }
            if list.rows.filter != nil {
                parts.append(
                    ("\(list.rows.shownCount) of \(list.rows.count) shown (local filter)", theme.style("ui.match"))
                )
            }
            if let words = markCounts.words { parts.append((TerminalText(words), theme.style("table.mark"))) }
            if run == nil, let words = changeWords {
                parts.append((words.text, words.isNews ? theme.style("table.changed") : ink.dim))
            }
            if let pending = list.rows.pendingWork { parts.append((TerminalText(pending), ink.dim)) }
            if list.rows.isFrozen { parts.append(("order frozen", ink.warning)) }
            let twice = list.duplicates.count
            if twice > 0 { parts.append(("= \(twice) \(twice == 1 ? "row" : "rows") sent twice", ink.warning)) }
            let alike = list.similar.count
            // A small screen has rows instead; each of them carries its mark.
            if alike > 0, size.rows >= 20 { parts.append(("* \(alike) patients alike", ink.text)) }
            if list.isTooLongToSearch, run == nil {
                parts.append(("too long to look for * and =", ink.dim))
            }
            if list.rows.order != .standard { parts.append((sortWords(list.rows.order), ink.dim)) }
        }
        var right = StyledLine()
        if let run {
            if run.incoming == nil, let counters = counters(viewRows: viewRows) {
                right.add(counters, ink.dim)
                right.space(2)
            }
            let key = keymap.label(of: .queryCancel, in: .list) ?? "x"
            var cancel = StyledLine(key, ink.key)
            cancel.add(run.cancelRequestedAt == nil ? " cancel" : run.isAborting ? "" : " again aborts", ink.text)
            right.add(cancel, target: .listCommand(.queryCancel))
            right.space()
        } else if let list, list.rows.count > 0 {
            let place = list.cursor == nil ? 0 : list.position + 1
            right.add("\(place) / \(list.rows.shownCount)", ink.dim)
            right.space()
        }
        let shownBadge = badge.map { badge -> (text: TerminalText, style: Style) in
            badge.style.background == .default ? badge : (" \(badge.text) ", badge.style)
        }
        var all = [shownBadge].compactMap(\.self) + parts
        let limit = size.rows >= 24 ? 4 : size.rows >= 20 ? 3 : 2
        if !brief.isEmpty,
            Self.flow(all, columns: size.columns, reserved: right.width, gap: 3, limit: .max).count > limit
        {
            all = all.map { (text: brief[$0.text] ?? $0.text, style: $0.style) }
        }
        let flowed = Self.flow(
            all,
            columns: size.columns,
            reserved: right.width,
            gap: 3,
            limit: limit
        )
        var lines = flowed.enumerated().map { StatusLine(left: $1, right: $0 == 0 ? right : StyledLine()) }
        if lines.count < limit, let change = changeLine() { lines.append(StatusLine(left: change)) }
        return lines
    }

    /// `12 above   30 below`: rows out of view while they stream in. Always as wide for as many rows.
    private func counters(viewRows: Int?) -> TerminalText? {
        guard let list, size.columns >= 72, list.rows.shownCount > max(1, size.rows - 6) else { return nil }
        let count = list.rows.shownCount
        let digits = String(count).count
        func number(_ value: Int) -> TerminalText {
            let text = String(value)
            return .spaces(digits - text.count) + TerminalText(text)
        }
        let above = min(list.top, count)
        let below = max(0, count - above - (viewRows ?? 0))
        return "\(number(above)) above \(number(below)) below"
    }

    /// `sort Patient^, Time v`.
    func sortWords(_ order: SortOrder) -> TerminalText {
        let keys = order.keys.map { key -> TerminalText in
            TerminalText(key.column.header) + theme.glyph(key.isDescending ? .sortDescending : .sortAscending)
        }
        return "sort " + keys.joined(separator: " ")
    }

    private func runningParts(
        _ run: Run
    ) -> (badge: (text: TerminalText, style: Style), parts: [(text: TerminalText, style: Style)]) {
        let ink = Ink(theme)
        let spinner = theme.glyph(.spinner, step: Int(truncatingIfNeeded: now.microseconds / 100_000))
        let rows = receivedRowCount
        let style = theme.style("ui.outcome.running")
        var parts: [(text: TerminalText, style: Style)] = []
        let count: TerminalText = "\(rows) \(rows == 1 ? "row" : "rows")"
        let badge: TerminalText
        if let asked = run.cancelRequestedAt {
            badge = run.isAborting ? "\(spinner) aborting" : "\(spinner) cancelling"
            parts.append(("\(Figures.seconds(max(0, now.seconds(since: asked)))) since C-CANCEL", ink.text))
            // Not "came after": most were on their way already. What came after is known when the query has ended.
            let since = rows - run.rowsAtCancel
            parts.append((since > 0 ? "\(count), \(since) read since" : count, ink.text))
        } else {
            let elapsed = max(0, now.seconds(since: run.startedAt))
            badge = "\(spinner) \(run.incoming == nil ? "" : "refresh: ")\(run.stage.rawValue)"
            parts.append((count, ink.text))
            parts.append((Figures.seconds(elapsed), ink.text))
            if rows > 0, elapsed >= 0.5 { parts.append((Figures.rate(Double(rows) / elapsed), ink.text)) }
        }
        if run.incoming != nil, let shown = shownRows(ink.dim) { parts.append(shown) }
        return ((badge, style), parts)
    }

    /// Rows may be missing from a list that shows some.
    private func isPartial(_ list: ResultList) -> Bool { list.end?.isPartial == true && list.rows.count > 0 }

    /// Where the rows on screen are from, while the words beside it are about another query.
    private func shownRows(_ style: Style) -> (text: TerminalText, style: Style)? {
        guard let list, list.rows.count > 0 else { return nil }
        let count = list.rows.count
        let rows: TerminalText = count == 1 ? "the row shown is" : "the \(count) rows shown are"
        return isPartial(list)
            ? ("\(rows) PARTIAL, from \(list.asOf.clock)", Ink(theme).warning)
            : ("\(rows) from \(list.asOf.clock)", style)
    }
}
