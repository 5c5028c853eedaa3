import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// What comes back from a query: rows, and how it ended.
extension Browser {
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
        // What was on screen before cannot come back any more, and its memory is wanted.
        if !batch.isEmpty { run?.previous = nil }
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
        defer { list?.rows.endSharing() }
        let shared = fresh.rows.sharing.flatMap { $0.series == old.rows.series ? $0 : nil }
        // Order, filter and freezing may have been changed while the refresh ran; of several jobs the last has it all.
        var jobs = [fresh.rows.sort(by: old.rows.order), fresh.rows.filter(by: old.rows.filter)]
        if fresh.rows.isFrozen != old.rows.isFrozen { jobs.append(fresh.rows.freeze(old.rows.isFrozen)) }
        var effects = jobs.compactMap { $0 }.suffix(1).map(Effect.arrange)
        if let shared { fresh.marked.follow(old.marked, shared, marks, in: fresh.rows.table) }
        effects += compare(&fresh, with: old, shared)
        sayLostMarks(&fresh, old)
        if fresh.words == old.words {
            place(&fresh, after: old, shared)
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
    private mutating func place(_ fresh: inout ResultList, after old: ResultList, _ shared: RowSharing?) {
        fresh.isTouched = old.isTouched
        fresh.layout = old.layout
        fresh.revealed = old.revealed
        // Widths do not jump, whatever came in.
        fresh.layoutRows = max(old.layoutRows, size.rows)
        guard let cursor = old.cursor else { return }
        let line = old.position - old.top
        let known = shared?.row(ofOld: cursor.row)
        if let row = known ?? fresh.row(of: cursor.identity, near: cursor.row, besides: shared),
            let place = fresh.rows.position(of: row)
        {
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
}
