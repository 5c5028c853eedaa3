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
        let viewedBefore = view
        let viewProblem = adoptView(for: &wanted)
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
            message = viewProblem
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
            fresh.rows.share(with: old.rows)
            _ = fresh.rows.filter(by: old.rows.filter)
            next.incoming = fresh
            // A saved query may look at the same rows in its own way.
            if view != viewedBefore {
                list?.layout = nil
                list?.reading = view.attributes
                if let job = list?.rows.sort(by: view.sort ?? .standard) { effects.append(.arrange(job)) }
                follow()
            }
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
}
