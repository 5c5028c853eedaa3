import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Asking, cancelling, and what comes back.
extension Browser {
    // MARK: Asking

    /// Runs a query; the same query again is a refresh.
    ///
    /// `isWatch`: the watch asks, not the user, whose edits and messages stay.
    mutating func startQuery(_ wanted: Query, isWatch: Bool = false) -> [Effect] {
        guard let server else {
            message = Message(kind: .warning, text: "no server yet: v chooses one")
            return []
        }
        var wanted = wanted
        adoptView(for: &wanted)
        let identifier: DataSet
        do throws(QueryError) {
            identifier = try wanted.identifier(server.identifierForm, now: now.queryMoment)
        } catch {
            if isWatch {
                leaveWatch("the query cannot be sent, \(TerminalText("\(error)", limit: 200))")
                return []
            }
            query = wanted
            overlays.append(Overlay(ErrorDialog(error, kept: keptText)))
            return []
        }
        var effects: [Effect] = []
        stopRunning(&effects)
        if isWatch {
            watch?.dueAt = nil
        } else {
            query = wanted
            // Another question has been asked since: a scan begins anew.
            scanQuery = nil
            attempt = nil
            message = nil
            if watch?.asks(wanted, of: server) == false { leaveWatch("another query runs") }
            watch?.dueAt = nil
        }
        let words = QueryWords.words(of: wanted, now: now.queryMoment)
        let id = nextFindID()
        lastSeries += 1
        var fresh = ResultList(series: lastSeries, query: wanted, words: words, server: server, startedAt: now)
        fresh.rows.readings = readings
        var next = Run(id: id, server: server, query: wanted, startedAt: now)
        next.isWatch = isWatch
        if let old = list {
            // The user's way of looking at a list outlives the list.
            _ = fresh.rows.freeze(old.rows.isFrozen)
        }
        _ = fresh.rows.sort(by: view.sort ?? .standard)
        fresh.reading = view.attributes
        // A watched list stays until the next is complete, be it empty, or of yesterday.
        if let old = list, old.server == server, old.query.keys == wanted.keys, old.query.model == wanted.model,
            isWatch || (old.words == words && old.end != .replaced && old.rows.count > 0)
        {
            _ = fresh.rows.filter(by: old.rows.filter)
            next.incoming = fresh
        } else {
            // Rows are worth coming back to; an empty list is not.
            next.previous = list?.server == server && rowCount > 0 ? list : nil
            list = fresh
            seen = nil
            movedAt = nil
        }
        run = next
        let request = FindRequest(
            id: id,
            server: server,
            query: wanted,
            identifier: identifier,
            limit: server.rowLimit
        )
        effects.append(.startFind(request))
        return effects
    }

    /// A query that runs makes way for another; what it had on screen can come back.
    private mutating func stopRunning(_ effects: inout [Effect]) {
        guard let old = run else { return }
        effects.append(old.cancelRequestedAt == nil ? .cancelFind(old.id) : .abortFind(old.id))
        run = nil
        guard old.incoming == nil, var shown = list else { return }
        if shown.rows.table.isEmpty {
            list = old.previous
        } else {
            shown.end = .replaced
            shown.endedAt = now
            list = shown
        }
    }

    /// Uses a server that the program has made ready, such as the embedded demonstration server.
    public mutating func connect(to profile: ServerProfile) -> [Effect] {
        overlays.removeAll()
        return use(profile)
    }

    /// The server in use from now on; the list of another server is dropped, never mixed.
    mutating func use(_ profile: ServerProfile) -> [Effect] {
        leaveWatch("another server is asked")
        let ended = message
        var effects: [Effect] = []
        if let index = servers.firstIndex(where: { $0.name == profile.name }) {
            servers[index] = profile
        } else {
            servers.append(profile)
        }
        if let old = run {
            effects.append(old.cancelRequestedAt == nil ? .cancelFind(old.id) : .abortFind(old.id))
        }
        run = nil
        list = nil
        attempt = nil
        seen = nil
        viewedName = nil
        scanQuery = nil
        // Marks and readings are of items of that server.
        if server?.name != profile.name { readings.removeAll() }
        if server != profile { marks.clear() }
        server = profile
        effects += startAsConfigured()
        if message == nil { message = ended }
        return watchFromStart(effects)
    }

    // MARK: Cancelling

    /// First C-CANCEL, then A-ABORT.
    mutating func cancel() -> [Effect] {
        let hadWatch = watch != nil
        leaveWatch(run == nil ? "you stopped it" : "you cancelled its query")
        guard var running = run else {
            if hadWatch { return [] }
            message = Message(kind: .info, text: "no query is running")
            return []
        }
        defer { run = running }
        if running.cancelRequestedAt == nil {
            running.cancelRequestedAt = now
            running.rowsAtCancel = receivedRowCount
            return [.cancelFind(running.id)]
        }
        guard !running.isAborting else { return [] }
        running.isAborting = true
        return [.abortFind(running.id)]
    }

    // MARK: What comes back

    mutating func update(_ id: FindID, _ progress: FindProgress) -> [Effect] {
        // Whatever comes for an earlier query belongs to a list that is gone.
        guard run?.id == id else { return [] }
        switch progress {
        case .stage(let stage):
            run?.stage = stage
            return []
        case .matches(let batch):
            run?.stage = .receiving
            return take(batch)
        case .cancelSent:
            if run?.cancelRequestedAt == nil {
                let rows = receivedRowCount
                run?.cancelRequestedAt = now
                run?.rowsAtCancel = rows
            }
            return []
        case .finished(let outcome, let statistics):
            return finish(.outcome(outcome), statistics)
        case .failed(let failure):
            return finish(.failed(failure), nil)
        }
    }

    private mutating func take(_ batch: MatchBatch) -> [Effect] {
        let rows = viewRows
        if run?.incoming != nil {
            return [run?.incoming?.append(batch, viewRows: rows)].compactMap(\.self).map(Effect.arrange)
        }
        return [list?.append(batch, viewRows: rows)].compactMap(\.self).map(Effect.arrange)
    }

    private mutating func finish(_ end: QueryEnd, _ statistics: FindStatistics?) -> [Effect] {
        guard let ended = run else { return [] }
        run = nil
        var effects: [Effect] = []
        var received: Int
        let isRefresh = ended.incoming != nil
        attempt = nil
        scheduleWatch(after: end)
        let words = QueryWords.words(of: ended.query, now: ended.startedAt.queryMoment)
        let rowsOfThis = receivedRows(of: ended)
        note(OutcomeWords(end, rows: rowsOfThis, statistics: statistics), rows: rowsOfThis, of: ended.server)
        if var incoming = ended.incoming {
            received = incoming.rows.count
            incoming.end = end
            incoming.endedAt = now
            incoming.statistics = statistics
            if Self.isBetter(incoming, than: list) {
                if let job = incoming.rows.endStream() { effects.append(.arrange(job)) }
                effects += swap(to: incoming)
            } else {
                attempt = Attempt(
                    end: end,
                    statistics: statistics,
                    rows: received,
                    at: now,
                    asked: list?.words == words ? nil : words,
                    isRefresh: isRefresh
                )
            }
        } else {
            list?.end = end
            list?.endedAt = now
            list?.statistics = statistics
            received = list?.rows.count ?? 0
            if received == 0, end.isPartial, let previous = ended.previous {
                list = previous
                attempt = Attempt(
                    end: end,
                    statistics: statistics,
                    rows: 0,
                    at: now,
                    asked: previous.words == words ? nil : words,
                    isRefresh: isRefresh
                )
                seen = nil
                movedAt = now
                follow()
            } else {
                if let job = list?.rows.endStream() { effects.append(.arrange(job)) }
                showFromTop()
            }
        }
        follow()
        effects += scanEnded(ended.id, end)
        // Nobody may be there, or someone types elsewhere: a failed watch says so in its place, and opens nothing.
        if ended.isWatch {
            if case .outcome(.complete) = end { return effects }
            return settings.watchRings && watch?.failures == 1 ? effects + [.bell] : effects
        }
        switch end {
        case .failed(let failure):
            if failure.cause != .cancelled {
                overlays.append(Overlay(ErrorDialog(failure, server: ended.server, kept: keptText)))
                effects.append(.bell)
            }
        case .outcome(.failed(let failure)):
            let rows = attempt == nil ? received : 0
            let kept = rows > 0 ? nil : keptText
            overlays.append(Overlay(ErrorDialog(failure, server: ended.server, rows: rows, kept: kept)))
            effects.append(.bell)
        case .outcome(.complete), .outcome(.cancelled), .replaced: break
        case .outcome: effects.append(.bell)
        }
        return effects
    }

    private func receivedRows(of run: Run) -> Int { run.incoming?.rows.count ?? list?.rows.count ?? 0 }

    /// A list that nobody has moved in begins at its first row, whichever row came first off the wire.
    private mutating func showFromTop() {
        guard let list, !list.isTouched, list.cursor != nil else { return }
        // Other rows stand here than those the widths were made for.
        self.list?.layout = nil
        guard list.position > 0 else { return }
        let rows = viewRows
        self.list?.place(at: 0, viewRows: rows)
        movedAt = now
    }

    /// A whole list beats what is there; a part only another part that is no longer.
    private static func isBetter(_ new: ResultList, than old: ResultList?) -> Bool {
        guard let old, let end = new.end else { return true }
        if !end.isPartial { return true }
        guard new.rows.count > 0, old.end?.isPartial == true else { return false }
        return new.rows.count >= old.rows.count
    }

    /// Puts a refreshed list in place of the old one; the cursor stays on its item wherever that is now.
    private mutating func swap(to fresh: ResultList) -> [Effect] {
        guard let old = list else {
            list = fresh
            return []
        }
        var fresh = fresh
        // Order, filter and freezing may have been changed while the refresh ran; of several jobs the last has it all.
        var jobs = [fresh.rows.sort(by: old.rows.order), fresh.rows.filter(by: old.rows.filter)]
        if fresh.rows.isFrozen != old.rows.isFrozen { jobs.append(fresh.rows.freeze(old.rows.isFrozen)) }
        var effects = jobs.compactMap { $0 }.suffix(1).map(Effect.arrange)
        effects += compare(&fresh, with: old)
        sayLostMarks(&fresh, old)
        if fresh.words == old.words {
            place(&fresh, after: old)
            list = fresh
        } else {
            list = fresh
            movedAt = now
            let words = QueryWords.line(fresh.words, isPrivate: isPrivate)
            message = Message(kind: .warning, text: "another day: the list is now that of \(words)")
        }
        followDetail(from: old)
        showChanges()
        return effects
    }

    /// Marks that the refreshed list no longer has a row for.
    private mutating func sayLostMarks(_ fresh: inout ResultList, _ old: ResultList) {
        fresh.settle(marks)
        let lost = old.marked.rows.keys.filter { marks.contains($0) && fresh.marked.rows[$0] == nil }.count
        guard lost > 0 else { return }
        message = Message(
            kind: .warning,
            text: lost == 1 ? "a marked row is no longer on the list" : "\(lost) marked rows are no longer on the list"
        )
    }

    /// The cursor of a list that takes the place of another: on the same item and screen line.
    private mutating func place(_ fresh: inout ResultList, after old: ResultList) {
        fresh.isTouched = old.isTouched
        fresh.layout = old.layout
        fresh.revealed = old.revealed
        // Widths do not jump, whatever came in.
        fresh.layoutRows = max(old.layoutRows, size.rows)
        guard let cursor = old.cursor else { return }
        let line = old.position - old.top
        if let row = fresh.row(of: cursor.identity, near: cursor.row), let place = fresh.rows.position(of: row) {
            fresh.cursor = RowReference(row: row, identity: cursor.identity)
            fresh.position = place
            fresh.top = place - line
            fresh.clampTop(viewRows: viewRows)
            return
        }
        let gone = old.rows.text(cursor.row)
        let shownGone = isPrivate ? gone.masked : gone
        let isThere = fresh.row(of: cursor.identity, near: cursor.row) != nil
        fresh.cursor = nil
        movedAt = now
        fresh.place(at: old.position, viewRows: viewRows)
        fresh.top = max(0, fresh.position - line)
        fresh.clampTop(viewRows: viewRows)
        // What the filter hides is on the list all the same: nobody must be sent home for it.
        let fate: TerminalText =
            !isThere
            ? "is no longer on the list"
            : fresh.rows.pendingWork == nil ? "is hidden by the filter now" : "is not shown yet"
        message = Message(
            kind: .warning,
            text:
                "\(Unshown.noted(shownGone[.patient].text, ascii: theme.isASCII)) (ID \(shownGone[.id].text)) \(fate)"
                + (fresh.cursor == nil ? "" : "; the cursor is on the nearest row")
        )
    }

    mutating func arranged(_ generation: Int, _ order: [UInt32]) -> [Effect] {
        if run?.incoming != nil, let result = run?.incoming?.rows.apply(generation: generation, order: order) {
            if result.isApplied {
                let rows = viewRows
                run?.incoming?.follow(viewRows: rows)
                return result.next.map { [.arrange($0)] } ?? []
            }
            if let next = result.next { return [.arrange(next)] }
        }
        let before = list?.cursor?.identity
        guard let result = list?.rows.apply(generation: generation, order: order) else { return [] }
        if result.isApplied {
            follow()
            if run == nil { showFromTop() }
            // The filter has hidden the row that keys were meant for.
            if list?.cursor?.identity != before { movedAt = now }
        }
        return result.next.map { [.arrange($0)] } ?? []
    }

    /// `The 148 rows on screen are from 14:31:52 and are kept.`
    var keptText: TerminalText? {
        guard let list, list.rows.count > 0 else { return nil }
        let count = list.rows.count
        return count == 1
            ? "The row on screen is from \(list.asOf.clock) and is kept."
            : "The \(count) rows on screen are from \(list.asOf.clock) and are kept."
    }

    // MARK: Scopes and days

    enum ScopeKey: Int, CaseIterable {
        case scanner = 1
        case modality, all

        var word: String {
            switch self {
            case .scanner: "This scanner"
            case .modality: "This modality"
            case .all: "All"
            }
        }

        var shortWord: String {
            switch self {
            case .scanner: "Scanner"
            case .modality: "Modality"
            case .all: "All"
            }
        }
    }

    mutating func choose(_ scope: ScopeKey) -> [Effect] {
        guard let server else { return startQuery(query) }
        let wanted: Query.Scope
        switch scope {
        case .scanner: wanted = .thisScanner(modality: server.modality, station: server.effectiveStation)
        case .modality:
            guard !server.modality.isEmpty else {
                message = Message(kind: .warning, text: "no modality is configured for \(server.name): v, then e")
                return []
            }
            wanted = .thisModality(server.modality)
        case .all: wanted = .all
        }
        // The attributes to return stay as they are, and so does the day in view; what else matched before does not.
        var next = query.model == .worklist ? query : .worklist
        let day = next[.step(.scheduledProcedureStepStartDate)]
        for key in next.matchingKeys { next.clear(key.path) }
        next.name = scope.word
        next.apply(wanted)
        if let day, day.isMatching { next.set(day) }
        let effects = startQuery(next)
        if let words = otherDay(of: next), message == nil {
            let today = keymap.label(of: .dayToday, in: .list) ?? "t"
            message = Message(kind: .info, text: "\(scope.word), \(words): \(today) returns to today")
        }
        return effects
    }

    /// The days a query is for in words, if they are not just today.
    private func otherDay(of query: Query) -> TerminalText? {
        guard let key = query[datePath], key.isMatching else { return nil }
        let wire = key.wireValue(now: now.queryMoment)
        guard wire != now.date.description else { return nil }
        if let date = DICOMDate(parsing: wire) {
            return key.value == wire ? "on \(date.formatted)" : "\(key.value) (\(date.formatted))"
        }
        return key.value == wire ? "on the days \(wire)" : "\(key.value) (\(wire))"
    }

    /// The scope that what is on screen stands for, if it is one.
    var activeScope: ScopeKey? {
        let query = list?.query ?? query
        guard let server, query.model == .worklist else { return nil }
        var modality = ""
        var station = ""
        for key in query.matchingKeys {
            switch key.path {
            case .step(.modality): modality = key.value
            case .step(.scheduledStationAETitle): station = key.value
            case .step(.scheduledProcedureStepStartDate): break
            default: return nil
            }
        }
        if !station.isEmpty {
            return station == server.effectiveStation && modality == server.modality ? .scanner : nil
        }
        if modality.isEmpty { return .all }
        return modality == server.modality ? .modality : nil
    }

    /// The date key; that of the study for the Query/Retrieve models.
    private var datePath: AttributePath {
        query.model == .worklist ? .step(.scheduledProcedureStepStartDate) : AttributePath([], .studyDate)
    }

    /// Moves the query's day; nil for today.
    mutating func moveDay(by days: Int?) -> [Effect] {
        let today = now.date
        var value = "today"
        if let days {
            let wire = query[datePath]?.wireValue(now: now.queryMoment) ?? ""
            if wire.isEmpty {
                value = Self.word(for: today.adding(days: days), today: today)
            } else if let date = DICOMDate(parsing: wire) {
                value = Self.word(for: date.adding(days: days), today: today)
            } else if let range = DateRange(parsing: wire), let first = range.lower, let last = range.upper {
                // As many days as there are in view: a week moves by weeks.
                let span = (last.daysSince1970 - first.daysSince1970 + 1) * days
                value = "\(first.adding(days: span))-\(last.adding(days: span))"
            } else {
                let key = keymap.label(of: .dayToday, in: .list) ?? "t"
                message = Message(kind: .info, text: "the days of the query have no end to move; \(key) is today")
                return []
            }
        }
        return askDays(value)
    }

    /// The query in force for another day: so many days from today, and said as people say it.
    mutating func askDay(_ days: Int) -> [Effect] {
        askDays(Self.word(for: now.date.adding(days: days), today: now.date))
    }

    private mutating func askDays(_ value: String) -> [Effect] {
        var next = query
        let isRelative = RelativeDate.isRelative(value, vr: .DA)
        next.set(datePath, value, source: isRelative ? .generated : .user)
        return startQuery(next)
    }

    private static func word(for date: DICOMDate, today: DICOMDate) -> String {
        switch date.daysSince1970 - today.daysSince1970 {
        case 0: "today"
        case 1: "tomorrow"
        case -1: "yesterday"
        default: date.description
        }
    }
}
