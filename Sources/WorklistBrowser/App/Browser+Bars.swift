import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// The lines around the list: title, query, identity, status, keys.
extension Browser {
    // MARK: Title and query

    func drawTitle(_ grid: inout Grid) {
        let ink = Ink(theme)
        let bar = theme.style("ui.bar")
        let left = serverLine(ink)
        var badge = StyledLine()
        if isPrivate {
            badge.add(" PRIVACY ", ink.identityWarning)
            badge.space()
        }
        let room = size.columns - left.width - badge.width - 2
        var right = badge
        let clock = now.dayAndClock
        if overlays.contains(where: { $0.isFullScreen && !(isSplit && $0.isDetail) }) {
            // Scope keys do not work in there.
            right.add(clock, ink.text)
            right.space()
            left.draw(into: &grid, row: 0, column: 0, columns: size.columns, right: right, base: bar)
            return
        }
        let long = scopes(\.word)
        let short = scopes(\.shortWord)
        if long.width + 2 + clock.width <= room {
            right.add(long)
            right.add(savedScopes(columns: room - long.width - 2 - clock.width))
            right.space(2)
            right.add(clock, ink.text)
        } else if long.width < room {
            right.add(long)
        } else if short.width < room {
            right.add(short)
        } else {
            right.add(scopes { _ in "" })
        }
        right.space()
        left.draw(into: &grid, row: 0, column: 0, columns: size.columns, right: right, base: bar)
    }

    /// Which server, what kind of place it is, and as whom it is asked.
    private func serverLine(_ ink: Ink) -> StyledLine {
        var line = StyledLine()
        line.space()
        guard let server else {
            line.add("no server", ink.dim)
            return line
        }
        let address = "\(server.calledAETitle)@\(server.host):\(server.port)"
        // What a server is called says nothing new if it is its address.
        var names = server.name == address ? [] : [server.name]
        let word = server.accent.word.string
        // A word beside the colour: not everyone sees the colour.
        if !word.isEmpty, server.name.uppercased() != word { names.append(word) }
        let title = TerminalText(names.joined(separator: " "))
        if server.accent != .none {
            line.add(" \(title) ", theme.style(server.accent.scope))
        } else {
            line.add(title, ink.title)
        }
        if !title.isEmpty { line.space(2) }
        line.add("\(server.callingAETitle) > ", ink.dim)
        line.add(TerminalText(address), ink.text)
        return line
    }

    /// The saved queries with a number, beside the scopes: those that fit whole.
    private func savedScopes(columns: Int) -> StyledLine {
        var line = StyledLine()
        let numbered = savedQueries.filter { $0.number != nil }.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
        for saved in numbered {
            guard let number = saved.number else { continue }
            let label: TerminalText = "\(number) \(saved.name)"
            let isActive = isActive(saved)
            guard line.width + 2 + label.width + (isActive ? 2 : 0) <= columns else { break }
            line.space(2)
            if isActive {
                line.add("[\(label)]", theme.style("ui.bar.scope.active"))
            } else {
                line.add(label, theme.style("ui.bar.scope"))
            }
        }
        return line
    }

    private func scopes(_ word: (ScopeKey) -> String) -> StyledLine {
        let active = activeScope
        var line = StyledLine()
        for scope in ScopeKey.allCases {
            let text = word(scope)
            let label: TerminalText = text.isEmpty ? "\(scope.rawValue)" : "\(scope.rawValue) \(text)"
            if !line.isEmpty { line.space() }
            let command: Command =
                switch scope {
                case .scanner: .scopeScanner
                case .modality: .scopeModality
                case .all: .scopeAll
                }
            line.add(
                scope == active
                    ? StyledLine("[\(label)]", theme.style("ui.bar.scope.active"))
                    : StyledLine(label, theme.style("ui.bar.scope")),
                target: .listCommand(command)
            )
        }
        return line
    }

    func drawQueryLine(_ grid: inout Grid) {
        let ink = Ink(theme)
        let ages = ageLines(ink)
        let left = queryWordsLine(ages: ages, ink)
        let right = ages.first { left.width + 1 + $0.width <= size.columns } ?? ages.last
        left.draw(into: &grid, row: 1, column: 0, columns: size.columns, right: right ?? StyledLine())
    }

    /// When the list was made, and when the next is due; the longest first.
    private func ageLines(_ ink: Ink) -> [StyledLine] {
        guard let list else { return [] }
        let age = max(0, now.seconds(since: list.asOf))
        let isOld = age >= oldAge && !list.isRunning
        let style = isOld ? ink.warning : ink.dim
        let watch = watchWords
        func line(_ parts: (TerminalText, Style)...) -> StyledLine {
            var line = StyledLine()
            for (text, style) in parts where !text.isEmpty {
                if !line.isEmpty { line.space(2) }
                line.add(text, style)
            }
            line.space()
            return line
        }
        let clock = list.asOf.clock
        // A word beside the colour: not everyone sees the colour.
        let whole: TerminalText =
            list.isRunning
            ? "started \(list.startedAt.clock)" : "\(isOld ? "OLD: " : "")as of \(clock) (\(Figures.age(age)))"
        let short: TerminalText =
            list.isRunning ? "started \(list.startedAt.clock)" : isOld ? "OLD: \(clock)" : "as of \(clock)"
        guard let watch else {
            let bare: TerminalText = list.isRunning ? list.startedAt.clock : isOld ? "OLD \(clock)" : clock
            return [line((whole, style)), line((short, style)), line((bare, style))]
        }
        let watchStyle = watch.isWarning ? ink.warning : ink.dim
        return [
            line((whole, style), (watch.long, watchStyle)),
            line((short, style), (watch.long, watchStyle)),
            line((short, style), (watch.short, watchStyle)),
            line((isOld ? "OLD \(clock)" : clock, style), (watch.short, watchStyle)),
        ]
    }

    // MARK: Identity

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
        func value(_ value: ColumnText, or missing: TerminalText) -> TerminalText {
            switch value.state {
            case .absent, .empty:
                isDoubtful = true
                return missing
            case .sound: return value.text
            case .guessed, .damaged:
                isDoubtful = true
                return noted(value.text + " (?)")
            case .unshown:
                isDoubtful = true
                return noted(value.text)
            }
        }
        func noted(_ text: TerminalText) -> TerminalText { Unshown.noted(text, ascii: theme.isASCII) }
        var parts: [(text: TerminalText, isName: Bool)] = [(value(text[.patient], or: "NO NAME"), true)]
        let born = value(text[.born], or: "unknown")
        parts.append((text[.age].hasValue ? "born \(born) (\(text[.age].text))" : "born \(born)", false))
        parts.append((text[.sex].hasValue ? text[.sex].text : "sex -", false))
        let id = value(text[.id], or: "NONE")
        parts.append((text.issuer.hasValue ? "ID \(id) [\(noted(text.issuer.text))]" : "ID \(id)", false))
        if text[.accession].hasValue {
            parts.append(("ACC \(noted(text[.accession].text))", false))
        } else {
            parts.append(("no ACC", false))
        }
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

    // MARK: Status

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
        } else if let list, let end = list.end {
            let words = OutcomeWords(end, rows: list.rows.count, statistics: list.statistics)
            badge = (words.badge, theme.style(words.scope))
            parts = words.parts.map { ($0, ink.text) }
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
        let all = [shownBadge].compactMap(\.self) + parts
        let limit = size.rows >= 24 ? 4 : size.rows >= 20 ? 3 : 2
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
            let after = rows - run.rowsAtCancel
            parts.append((after > 0 ? "\(count), \(after) after the cancel" : count, ink.text))
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

    // MARK: Keys

    func drawHints(_ grid: inout Grid, context: KeyContext) {
        let ink = Ink(theme)
        if filterField != nil {
            drawFilterField(&grid, ink)
            return
        }
        func piece(_ hint: (command: Command, key: TerminalText, word: TerminalText), first: Bool) -> StyledLine {
            var words = StyledLine(hint.key, ink.key)
            words.space()
            words.add(hint.word, ink.text)
            var line = StyledLine()
            line.space(first ? 1 : 2)
            line.add(words, target: .command(hint.command))
            return line
        }
        let hints = context == .list ? listHints : keymap.hints(in: context)
        // Help and the palette lead to everything else: they are always there.
        let isTail: (Command) -> Bool = { $0 == .palette || $0 == .help || $0 == .back }
        let tail = hints.filter { isTail($0.command) }
        let reserved = tail.map { piece($0, first: false).width }.reduce(0, +)
        var line = StyledLine()
        for hint in hints where !isTail(hint.command) {
            let next = piece(hint, first: line.isEmpty)
            if line.width + next.width + reserved <= size.columns { line.add(next) }
        }
        for hint in tail {
            let next = piece(hint, first: line.isEmpty)
            if line.width + next.width <= size.columns { line.add(next) }
        }
        line.draw(into: &grid, row: size.rows - 1, column: 0, columns: size.columns)
    }

    private func drawFilterField(_ grid: inout Grid, _ ink: Ink) {
        guard let field = filterField else { return }
        let row = size.rows - 1
        var right = StyledLine()
        for (command, word) in [(Command.accept, "keep"), (.back, "drop")] {
            right.space(2)
            var words = StyledLine(keymap.label(of: command, in: .filter) ?? "", ink.key)
            words.add(" \(TerminalText(word))", ink.text)
            right.add(words, target: .command(command))
        }
        right.space()
        var left = StyledLine(" filter ", ink.dim)
        left.space(0)
        left.draw(into: &grid, row: row, column: 0, columns: size.columns, right: right)
        grid.draw(
            field,
            row: row,
            column: left.width,
            width: max(1, size.columns - left.width - right.width - 1),
            isActive: true,
            placeholder: "words, !not, column:word",
            ink: ink
        )
    }

    // MARK: No rows

    /// What stands in the list's place while it has no rows to show.
    ///
    /// `rows`: lines there are for it.
    func emptyLines(_ list: ResultList, rows: Int) -> [StyledLine] {
        let ink = Ink(theme)
        if list.rows.count > 0, let filter = list.rows.filter {
            var lines = [
                StyledLine("No row here passes the filter “\(filter.text)”.", ink.title),
                StyledLine(),
                StyledLine(
                    list.rows.count == 1
                        ? "It looked at the 1 row that is here; the server was not asked."
                        : "It looked at the \(list.rows.count) rows that are here; the server was not asked.",
                    ink.text
                ),
            ]
            // While the filter is typed, only the keys of its field work.
            if filterField == nil {
                lines.append(keyLine(.filterClear, "shows all rows again"))
                lines.append(keyLine(.queryFind, "asks the server for a patient"))
            } else {
                lines.append(keyLine(.back, "drops the filter", in: .filter))
                let find = keymap.label(of: .queryFind, in: .list) ?? "p"
                lines.append(keyLine(.accept, "keeps it; then \(find) asks the server for a patient", in: .filter))
            }
            return lines
        }
        guard let end = list.end else {
            return [StyledLine("Waiting for the first match.", ink.dim)]
        }
        guard case .outcome(.complete) = end else {
            let words = OutcomeWords(end, rows: 0, statistics: list.statistics)
            let reason = DisplayWidth.wrap(words.parts.joined(separator: ", "), width: max(20, listColumns - 6))
            return [StyledLine("No row was received: \(words.badge).", ink.title)]
                + reason.map { StyledLine($0, ink.text) }
                + [
                    StyledLine(), keyLine(.queryRun, "asks again"), keyLine(.queryEdit, "edits the keys"),
                    keyLine(.serverMenu, "chooses another server, or changes this one"),
                ]
        }
        return diagnosis(list, rows: rows)
    }

    private func keyLine(_ command: Command, _ text: TerminalText, in context: KeyContext = .list) -> StyledLine {
        let ink = Ink(theme)
        var words = StyledLine()
        words.add(keymap.label(of: command, in: context) ?? "", columns: 6, ink.key)
        words.add(text, ink.text)
        var line = StyledLine()
        line.add(words, target: .command(command))
        return line
    }

    /// Why there may be nothing: the keys in force, and what to loosen.
    private func diagnosis(_ list: ResultList, rows: Int) -> [StyledLine] {
        let ink = Ink(theme)
        var lines = [
            StyledLine("The server has no item that matches.", ink.title),
            StyledLine(),
        ]
        if list.words.isEmpty {
            lines.append(
                StyledLine("No key was set: '\(list.server.calledAETitle)' holds no worklist item at all.", ink.text)
            )
            lines.append(
                StyledLine("Ask its administrator whether this is the right AE title and port.", ink.text)
            )
            lines.append(keyLine(.serverMenu, "chooses another server"))
            return lines
        }
        lines.append(StyledLine("All of these had to match:", ink.text))
        for word in list.words {
            var line = StyledLine()
            line.space(2)
            line.add(TerminalText(word.name), columns: 12, ink.key)
            line.add(TerminalText(isPrivate && word.isPersonal ? "***" : word.value), columns: 22, ink.title)
            line.space()
            line.add(advice(word), ink.dim)
            lines.append(line)
        }
        var keys: [(command: Command, text: TerminalText, short: TerminalText)] = []
        if activeScope != .all { keys.append((.scopeAll, "asks for every scanner and modality", "all")) }
        let day = list.words.first { $0.name == "date" }
        if day.map({ DICOMDate(parsing: $0.wire) != now.date }) == true {
            keys.append((.dayToday, "goes to today", "today"))
        }
        keys.append((.queryFind, "finds a patient by name, ID or birth date", "find patient"))
        keys.append((.queryEdit, "edits the keys", "edit the keys"))
        if lines.count + keys.count < rows {
            lines.append(StyledLine())
            return lines + keys.map { keyLine($0.command, $0.text) }
        }
        // The keys to press matter more than blank lines, and than advice on the last of many query keys.
        var row = StyledLine()
        for key in keys {
            row.add(keymap.label(of: key.command, in: .list) ?? "", ink.key)
            row.add(" \(key.short)  ", ink.text)
        }
        lines.removeAll(where: \.isEmpty)
        return Array(lines.prefix(max(1, rows - 1))) + [row]
    }

    private func advice(_ word: QueryWords.Word) -> TerminalText {
        let previous = keymap.label(of: .dayPrevious, in: .list) ?? "["
        let next = keymap.label(of: .dayNext, in: .list) ?? "]"
        switch word.name {
        case "date": return "\(previous) day before, \(next) day after"
        case "time": return "with the date one period"
        case "modality": return "must be equal, capitals too"
        case "station": return "the RIS may schedule on another name"
        case "name": return word.value.contains("*") ? "other spelling, fewer letters" : "add * at its end"
        case "id", "accession": return "must be equal, zeros in front too"
        case "born": return "the server may hold none"
        default: return "try without it"
        }
    }
}
