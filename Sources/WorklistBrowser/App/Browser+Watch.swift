import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Watching a list: asking again, and what has changed.
extension Browser {
    // MARK: On and off

    mutating func toggleWatch() -> [Effect] {
        guard watch == nil else {
            watch = nil
            message = Message(kind: .info, text: "the watch is off; \(watchKey) starts it again")
            return []
        }
        return startWatch(every: settings.watchInterval)
    }

    /// Watches what is on screen, be the query edited meanwhile; asks at once if the list is older than the interval.
    mutating func startWatch(every seconds: Int) -> [Effect] {
        guard let server else {
            message = Message(kind: .warning, text: "no server yet: v chooses one")
            return []
        }
        settings.watchInterval = Watch.clamped(seconds)
        let failures = watch?.failures ?? 0
        var next = Watch(interval: seconds, server: server, query: run?.query ?? list?.query ?? query)
        next.failures = failures
        if run == nil {
            let due = (list?.endedAt ?? now).adding(seconds: next.pause)
            next.dueAt = max(due, now)
        }
        watch = next
        let often = Self.span(next.interval)
        message = Message(kind: .info, text: "watching: asks again every \(often); \(watchKey) ends it")
        return askIfDue()
    }

    mutating func openWatchInterval() -> [Effect] {
        overlays.append(Overlay(WatchDialog(interval: watch?.interval ?? settings.watchInterval, isOn: watch != nil)))
        return []
    }

    /// The interval as typed after `watch` in a command line; an empty one switches the watch on or off.
    mutating func watch(every words: String) -> [Effect] {
        if words.isEmpty { return toggleWatch() }
        switch WatchDialog.seconds(words) {
        case .success(let seconds): return startWatch(every: seconds)
        case .failure(let problem):
            message = Message(kind: .error, text: problem.words)
            return []
        }
    }

    private var watchKey: TerminalText {
        isPlain ? "watch" : keymap.label(of: .watchToggle, in: .list) ?? "watch.toggle"
    }

    /// The user asks something else, or elsewhere: that is not what was to be watched.
    mutating func leaveWatch(_ reason: TerminalText) {
        guard watch != nil else { return }
        watch = nil
        message = Message(kind: .info, text: "the watch has ended: \(reason); \(watchKey) watches this list")
    }

    // MARK: Asking

    /// Asks if it is time; never while a query runs.
    mutating func askIfDue() -> [Effect] {
        guard run == nil, var current = watch else { return [] }
        let latest = now.adding(seconds: current.pause)
        // A clock that was set back must not stop the watch.
        if current.dueAt.map({ $0 > latest }) ?? true {
            current.dueAt = latest
            watch = current
        }
        guard let due = current.dueAt, due <= now else { return [] }
        watch?.dueAt = nil
        return startQuery(current.query, isWatch: true)
    }

    /// A query has ended: when the next is due.
    mutating func scheduleWatch(after end: QueryEnd) {
        guard var current = watch else { return }
        let isAnswer =
            switch end {
            case .outcome(.complete), .outcome(.truncated): true
            default: false
            }
        current.failures = isAnswer ? 0 : current.failures + 1
        current.dueAt = now.adding(seconds: current.pause)
        watch = current
    }

    /// Seconds to the next full second of the countdown; nil without one.
    var secondsToWatchClock: Double? {
        guard let due = watch?.dueAt else { return nil }
        let left = due.seconds(since: now)
        guard left > 0 else { return 0.05 }
        let rest = left - left.rounded(.down)
        return max(0.05, rest == 0 ? 1 : rest)
    }

    // MARK: In words

    /// `next in 0:45`, or what keeps the next from coming; nil without a watch.
    var watchWords: (long: TerminalText, short: TerminalText, isWarning: Bool)? {
        guard let watch else { return nil }
        guard let due = watch.dueAt else { return ("watch: asking", "asking", false) }
        let left = max(0, Int(due.seconds(since: now).rounded(.up)))
        let clock = "\(left / 60):" + ItemText.two(left % 60)
        guard watch.failures > 0 else { return ("next in \(clock)", "next \(clock)", false) }
        let times = watch.failures == 1 ? "failed" : "failed \(watch.failures) times"
        return ("\(times), again in \(clock)", "again \(clock)", true)
    }

    /// `60 s`, `5 min`.
    static func span(_ seconds: Int) -> TerminalText {
        seconds >= 120 && seconds.isMultiple(of: 60) ? "\(seconds / 60) min" : "\(seconds) s"
    }

    /// Seconds from which on a list counts as old.
    var oldAge: Double { watch.map { Double(2 * $0.interval) } ?? 900 }

    // MARK: What has changed

    /// Compares the list that has come with the one it takes the place of.
    ///
    /// `shared`: what is known to be the same.
    mutating func compare(_ fresh: inout ResultList, with old: ResultList, _ shared: RowSharing?) -> [Effect] {
        fresh.changes = nil
        fresh.comparison = nil
        // Another day's question has another answer: nothing in it is new or gone.
        guard fresh.words == old.words else { return [] }
        let rows = max(
            shared?.unsharedNew(of: fresh.rows.count).reduce(0) { $0 + $1.count } ?? fresh.rows.count,
            shared?.unsharedOld.reduce(0) { $0 + $1.count } ?? old.rows.count
        )
        guard rows <= ListChanges.rowLimit else {
            fresh.changes = ListChanges(skippedSince: old.asOf)
            return []
        }
        lastComparison += 1
        let job = CompareJob(
            generation: lastComparison,
            old: old.rows.table,
            new: fresh.rows.table,
            since: old.asOf,
            isPartial: fresh.end?.isPartial != false || old.end?.isPartial != false,
            fallback: fresh.server.assumedCharacterSet,
            shared: shared
        )
        guard rows <= ListChanges.immediateLimit else {
            fresh.comparison = job.generation
            return [.compare(job)]
        }
        fresh.changes = job.run()
        return ringing(fresh.changes)
    }

    mutating func compared(_ generation: Int, _ changes: ListChanges) -> [Effect] {
        guard list?.comparison == generation else { return [] }
        list?.comparison = nil
        list?.changes = changes
        showChanges()
        return ringing(changes)
    }

    private func ringing(_ changes: ListChanges?) -> [Effect] {
        guard watch != nil, settings.watchRings, changes?.newRows.isEmpty == false else { return [] }
        return [.bell]
    }

    /// What is gone stays on screen for as long as the next query takes to come.
    var showsGone: Bool {
        guard let list, let changes = list.changes, !changes.gone.isEmpty else { return false }
        return now.seconds(since: list.asOf) < Double(watch?.interval ?? settings.watchInterval)
    }

    /// `2 new, 1 changed, 1 gone since 14:31:52`; nil for a list that took no other's place.
    var changeWords: (text: TerminalText, isNews: Bool)? {
        guard let list else { return nil }
        if list.comparison != nil { return ("comparing with the list before", false) }
        guard let changes = list.changes else { return nil }
        if changes.isSkipped { return ("changes not compared above \(ListChanges.rowLimit) rows", true) }
        let since = changes.since.clock
        let counts = changes.counts.map { TerminalText($0) }
        if changes.isPartial {
            return (
                "\(counts ?? "no change in rows of both lists") since \(since); partial: new and gone not known", true
            )
        }
        guard let counts else { return ("no change since \(since)", false) }
        return ("\(counts) since \(since)", true)
    }

    /// What the row under the cursor was before, for the line below the list.
    func changeLine() -> StyledLine? {
        guard let list, let row = list.cursor?.row, let note = changeNote(row: row, in: list) else { return nil }
        let style = theme.style(list.changes?.isNew(row) == true ? "table.new" : "table.changed")
        var line = StyledLine()
        line.space()
        line.add(note.mark, style)
        line.space()
        line.add(note.text, Ink(theme).text)
        return line
    }

    /// `at 14:31:52: time 08:30, status SCHEDULED`; nil for a row that is as it was.
    func changeNote(row: Int, in list: ResultList) -> (mark: TerminalText, text: TerminalText)? {
        guard let changes = list.changes else { return nil }
        let since = changes.since.clock
        if changes.isNew(row) { return (theme.glyph(.new), "new: not on the list of \(since)") }
        guard changes.isChanged(row) else { return nil }
        let details = itemChanges(row: row, in: list)
        if details.isEmpty { return (theme.glyph(.changed), "at \(since): other values, no longer kept") }
        return (theme.glyph(.changed), "at \(since): " + details.map(\.was).joined(separator: ", "))
    }

    /// What differs between a row and the item as it was, masked where names are hidden.
    func itemChanges(row: Int, in list: ResultList) -> [ItemChange] {
        guard let old = list.changes?.old(of: row) else { return [] }
        let new = list.rows.table.item(row)
        let fallback = list.server.assumedCharacterSet
        if !isPrivate { return ItemChange.between(old, new, fallback: fallback) }
        return ItemChange.between(PrivacyMask.masked(old), PrivacyMask.masked(new), fallback: fallback)
    }

    // MARK: The changes alone

    mutating func toggleChangesOnly() -> [Effect] {
        guard let screen = changesScreen() else {
            let key = keymap.label(of: .queryRun, in: .list) ?? "r"
            let text: TerminalText =
                list?.comparison != nil
                ? "the lists are still being compared"
                : list?.changes?.isSkipped == true
                    ? "lists above \(ListChanges.rowLimit) rows are not compared"
                    : "nothing to compare yet: \(key) asks again, \(watchKey) again and again"
            message = Message(kind: .info, text: text)
            return []
        }
        overlays.append(Overlay(screen))
        return []
    }

    private func changesScreen() -> ChangesScreen? {
        guard let list, let changes = list.changes, !changes.isSkipped else { return nil }
        return ChangesScreen(list: list, changes: changes, isPrivate: isPrivate)
    }

    /// The screens that stand above the list follow it: what they show of it is what there is now.
    mutating func showChanges() {
        for index in overlays.indices where overlays[index].is(ChangesScreen.self) {
            guard let fresh = changesScreen() else { continue }
            overlays[index].change(ChangesScreen.self) { $0 = fresh.keepingPlace(of: $0) }
        }
    }

    /// An item that the changes show: the list's cursor goes to it, wherever it is now, and its detail opens.
    mutating func openChanged(_ identity: ItemIdentity, near row: Int) -> [Effect] {
        guard let list, let found = list.row(of: identity, near: row) else {
            message = Message(kind: .warning, text: "this item is not on the list any more")
            return []
        }
        guard let place = list.rows.position(of: found) else {
            message = Message(kind: .info, text: "the filter hides this row; Esc, then \\ shows all rows")
            return []
        }
        overlays.removeAll { $0.is(ChangesScreen.self) }
        let rows = viewRows
        self.list?.isTouched = true
        self.list?.place(at: place, viewRows: rows)
        seen = identity
        movedAt = nil
        if let screen = detailScreen(row: found) { overlays.append(Overlay(screen)) }
        return []
    }
}

// MARK: - On the list's screen

extension Browser {
    /// An open detail belongs to an item: it shows what the new list has of it, or that it has it no more.
    mutating func followDetail(from old: ResultList) {
        guard let index = overlays.firstIndex(where: \.isDetail), let cursor = old.cursor else { return }
        // The warning of a namesake must not be lost by a refresh.
        if let table = list?.rows.table {
            let fallback = list?.server.assumedCharacterSet
            _ = list?.similar.advance(table, fallback: fallback, budget: ServerProfile.defaultRowLimit)
        }
        guard let list else { return }
        let shared = list.rows.sharing.flatMap { $0.series == old.rows.series ? $0 : nil }
        let known = shared?.row(ofOld: cursor.row)
        let found = known ?? list.row(of: cursor.identity, near: cursor.row, besides: shared)
        if let row = found, let place = list.rows.position(of: row) {
            let item = list.rows.table.item(row)
            let shown = isPrivate ? PrivacyMask.masked(item) : item
            let warning = similarWarning(row: row)
            let changes = oldValues(row: row, in: list)
            let note = changeNote(row: row, in: list).map { $0.mark + " " + $0.text }
            let reading = reading(of: cursor.identity, in: list)
            overlays[index].change(DetailScreen.self) {
                $0 = $0.showing(shown, fallback: reading, position: (place + 1, list.rows.shownCount), warning: warning)
                $0.changes = changes
                $0.note = note
            }
            return
        }
        let item = old.rows.table.item(cursor.row)
        let shown = isPrivate ? PrivacyMask.masked(item) : item
        let isHidden = found != nil
        let warning: TerminalText =
            isHidden
            ? "the filter hides this row since \(list.asOf.clock); this is what it was before"
            : "NOT ON THE LIST ANY MORE: it was there at \(old.asOf.clock), not at \(list.asOf.clock)"
        let reading = reading(of: cursor.identity, in: old)
        overlays[index].change(DetailScreen.self) {
            $0 = $0.showing(shown, fallback: reading, position: $0.position, warning: warning)
            $0.standsAlone = true
        }
    }

    /// Lines below the list for what is gone, the rule above them included; none on a small screen.
    func goneRows(of available: Int) -> Int {
        guard showsGone, available >= 8, let count = list?.changes?.goneCount else { return 0 }
        return min(count, 5, available / 4) + 1
    }

    /// What is gone, apart from the list: nothing there has a cursor, a mark or a number.
    func drawGone(_ grid: inout Grid, in area: Rect) {
        guard area.rows > 1, let list, let changes = list.changes, let layout = list.layout else { return }
        let ink = Ink(theme)
        let room = area.rows - 1
        var rule = StyledLine("gone since \(changes.since.clock), not on the list any more", ink.warning)
        if changes.goneCount > room {
            let key = keymap.label(of: .watchChanges, in: .list) ?? "watch.changes"
            rule.add("; \(key) shows all \(changes.goneCount)", ink.text)
        }
        grid.drawRule(rule, row: area.row, column: area.column, columns: area.columns, theme: theme, style: ink.border)
        for (offset, item) in changes.gone.prefix(room).enumerated() {
            let text = RowText(item, fallback: list.server.assumedCharacterSet, today: now.date)
            drawRow(
                &grid,
                layout,
                isPrivate ? text.masked : text,
                at: area.row + 1 + offset,
                isCursor: false,
                isSimilar: false,
                decoration: RowDecoration(change: .gone),
                filter: nil
            )
        }
    }
}
