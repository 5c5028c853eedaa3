import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// What is said: of rows, of queries and of how they end.
extension PlainBrowser {
    // MARK: What has changed

    /// After anything was done: the start and the end of queries, messages, and what would be a dialog on a screen.
    mutating func saySettled() {
        let run = browser.run
        var saidOutcome = false
        if run?.id != runID {
            if runID != nil {
                if run == nil {
                    noteEnd()
                    if isWatchRun { sayWatched() } else { sayEnd() }
                    saidOutcome = true
                    if wait == .watched { wait = nil }
                } else {
                    say("stopped after \(rowsWord(runRows)): another query takes its place")
                }
            }
            runID = run?.id
            runRows = 0
            lastProgress = nil
            isWatchRun = run?.isWatch ?? false
            if let run, !run.isWatch { sayStart(run) }
        }
        if run != nil { runRows = browser.receivedRowCount }
        sayDialogs(afterOutcome: saidOutcome)
        if let message = browser.message {
            browser.message = nil
            say(message.text)
        }
        hasAskedToQuit = hasAskedToQuit && run != nil
    }

    /// `afterOutcome`: what went wrong is said already, and what to do is not.
    private mutating func sayDialogs(afterOutcome: Bool) {
        let overlays = browser.overlays
        browser.overlays.removeAll()
        for overlay in overlays {
            guard let dialog = overlay.component as? ErrorDialog else {
                say("That opens a screen, and plain mode has none: help lists what there is instead.")
                continue
            }
            if !afterOutcome { say("\(dialog.title).") }
            for line in dialog.lines where !line.text.isEmpty {
                if afterOutcome, line.label.isEmpty || line.label == "Rows" { continue }
                say(line.label.isEmpty ? line.text : "\(line.label): \(line.text)")
            }
        }
    }

    private mutating func sayStart(_ run: Browser.Run) {
        let words = QueryWords.words(of: run.query, now: run.startedAt.queryMoment)
        let again = run.incoming == nil ? "asking" : "asking again"
        say("\(again) \(serverWords(run.server)): \(queryLine(words))")
        guard run.incoming == nil else { return }
        // Another list: what was said of the one before means nothing in it.
        said = nil
        listed = [:]
    }

    /// `date=today(20261124), modality=CT`.
    func queryLine(_ words: [QueryWords.Word]) -> TerminalText {
        if words.isEmpty { return QueryWords.line(words, isPrivate: browser.isPrivate) }
        return words.map { $0.text(isPrivate: browser.isPrivate) }.joined(separator: ", ")
    }

    func serverWords(_ server: ServerProfile) -> TerminalText {
        let address = "\(server.calledAETitle)@\(server.host):\(server.port)"
        let kind: TerminalText = server.accent == .none ? "" : " (\(server.accent.word))"
        let name: TerminalText = server.name == address ? "" : "\(server.name)\(kind), "
        return "\(name)\(server.callingAETitle) > \(address)"
    }

    func rowsWord(_ count: Int) -> TerminalText { count == 1 ? "1 row" : "\(count) rows" }

    // MARK: While a query runs

    /// At most every ``progressInterval`` seconds.
    mutating func sayProgress() {
        guard let run = browser.run, browser.now.seconds(since: lastProgress ?? run.startedAt) >= Self.progressInterval
        else { return }
        lastProgress = browser.now
        say("still \(runningWords(run))")
    }

    func runningWords(_ run: Browser.Run) -> TerminalText {
        let rows = rowsWord(browser.receivedRowCount)
        let what: TerminalText
        if run.isAborting {
            what = "aborting, \(rows)"
        } else if run.cancelRequestedAt != nil {
            what = "cancelling, \(rows)"
        } else if run.stage == .receiving || browser.receivedRowCount > 0 {
            what = "receiving, \(rows)"
        } else {
            what = TerminalText(run.stage.rawValue)
        }
        guard run.incoming != nil, let list = browser.list else { return what }
        return "\(what); the list of \(list.asOf.clock) stays meanwhile"
    }

    mutating func cancel() {
        let wasAborting = browser.run?.isAborting ?? false
        absorb(browser.cancel())
        guard let run = browser.run, !wasAborting else { return }
        let rows = rowsWord(browser.receivedRowCount)
        say(run.isAborting ? "aborting, \(rows) so far" : "cancelling, \(rows) so far; cancel again aborts")
    }

    // MARK: How it ended

    private mutating func sayEnd() {
        guard let sentence = outcomeSentence else { return }
        say(sentence)
        guard browser.list?.cursor != nil else {
            sayWhyEmpty()
            return
        }
        if browser.list?.changes?.isEmpty == false, let words = browser.changeWords {
            say("\(words.text); changes says each")
        }
        sayRow(isAsked: false)
    }

    /// For the exit code of a script.
    private mutating func noteEnd() {
        guard let list = browser.list else { return }
        let rows = browser.attempt?.rows ?? list.rows.count
        switch browser.attempt?.end ?? list.end {
        case .outcome(let outcome)?: end = .query(outcome, rows: rows)
        case .failed(let failure)?: end = .noAssociation(failure)
        case .replaced?, nil: break
        }
    }

    /// How the last query ended, and what is on the list now: one sentence.
    var outcomeSentence: TerminalText? {
        guard let list = browser.list else { return nil }
        if let attempt = browser.attempt {
            let words = OutcomeWords(attempt.end, rows: attempt.rows, statistics: attempt.statistics)
            let what: TerminalText = attempt.isRefresh ? "refresh \(words.badge)" : words.badge
            var parts = words.parts
            if list.rows.count > 0 {
                let partial = list.end?.isPartial == true ? ", PARTIAL" : ""
                parts.append("the list stays that of \(list.asOf.clock), \(rowsWord(list.rows.count))\(partial)")
            }
            return "\(what): \(parts.joined(separator: ", "))."
        }
        guard let end = list.end else { return nil }
        let words = OutcomeWords(end, rows: list.rows.count, statistics: list.statistics)
        var parts = words.parts
        if end.isPartial, list.rows.count > 0 { parts.append("the list is PARTIAL") }
        let unsupported = list.rows.table.unsupportedKeyCount
        if unsupported > 0 { parts.append("\(unsupported) with FF01, a key was not used for matching") }
        if list.rows.filter != nil { parts.append("\(list.rows.shownCount) pass the local filter") }
        return "\(words.badge): \(parts.joined(separator: ", "))."
    }

    private mutating func sayWhyEmpty() {
        guard let list = browser.list, list.rows.count == 0, case .outcome(.complete)? = list.end else { return }
        if list.words.isEmpty {
            say(
                "The server holds no item at all for '\(list.server.calledAETitle)': is this the right AE title and port?"
            )
        } else {
            say(
                "All of these had to match: \(queryLine(list.words)). 3 asks for everything today, key NAME= drops a key."
            )
        }
    }

    // MARK: Rows

    /// Says the row under the cursor; actions mean this one from now on. Not asked for, it is said only if it is news.
    mutating func sayRow(_ remark: TerminalText = .empty, isAsked: Bool = true) {
        guard let list = browser.list, let cursor = list.cursor else {
            said = nil
            say(noRowWords)
            return
        }
        let words = rowWords(cursor.row)
        var next = SaidRow(identity: cursor.identity, words: words, patient: patientWords(cursor.row))
        if !isAsked, let said {
            next.isUnasked = said.isUnasked
            if next == said { return }
            next.isUnasked = said.isUnasked || next.identity != said.identity || next.patient != said.patient
        }
        said = next
        // What has been heard stays where it is when rows come in.
        browser.list?.isTouched = true
        browser.seen = cursor.identity
        browser.movedAt = nil
        say(
            "row \(list.position + 1) of \(list.rows.shownCount)\(remark)\(isMarked(cursor.row) ? ", marked" : "")\(cautions(list)): \(words)"
        )
    }

    var noRowWords: TerminalText {
        guard let list = browser.list else { return "there is no list yet" }
        if list.rows.count > 0 { return "no row passes the filter; filter alone shows all \(list.rows.count) again" }
        return browser.run == nil ? "the list is empty" : "no row yet"
    }

    /// What keeps a list from being all there is, now: ` (still receiving)`.
    func cautions(_ list: ResultList) -> TerminalText {
        var parts: [TerminalText] = []
        if list.isRunning {
            parts.append("still receiving")
        } else if list.end?.isPartial == true {
            parts.append("PARTIAL list")
        }
        if list.rows.filter != nil { parts.append("filtered from \(list.rows.count)") }
        let age = browser.now.seconds(since: list.asOf)
        if !list.isRunning, age >= 900 { parts.append("list is \(Figures.age(age)) old") }
        return parts.isEmpty ? .empty : " (\(parts.joined(separator: ", ")))"
    }

    /// `SMITH, Anna M, born 1985-11-02, ID 00391022, F, 41 y, accession 26-004702, 08:45, CT, CT01, CT Head, scheduled`.
    mutating func rowWords(_ row: Int) -> TerminalText {
        if browser.run == nil, let list = browser.list {
            // Built in steps for a screen that must not stand still; here nobody waits for a frame.
            _ = browser.list?.similar.advance(
                list.rows.table,
                fallback: list.server.assumedCharacterSet,
                budget: SimilarPatients.rowLimit
            )
            _ = browser.list?.duplicates.advance(list.rows.table, budget: Duplicates.rowLimit)
        }
        guard let plain = browser.list?.text(row) else { return .empty }
        let text = browser.isPrivate ? plain.masked : plain
        var parts = itemWords(text)
        if let warning = browser.similarWarning(row: row) { parts.append("CAUTION: \(warning)") }
        return parts.joined(separator: ", ")
    }

    func itemWords(_ text: RowText) -> [TerminalText] {
        var parts = Self.patientParts(text) + [Self.value(text[.sex], or: MissingWords.sex)]
        if text[.age].hasValue { parts.append(text[.age].text) }
        parts.append(Self.value(text[.accession], "accession ", or: MissingWords.accession))
        if text[.date].text.string != browser.now.date.formatted {
            parts.append(Self.value(text[.date], or: "no date"))
        }
        parts.append(Self.value(text[.time], or: "no time"))
        for column in [ListColumn.modality, .station, .procedure] where text[column].hasValue {
            parts.append(Self.value(text[column], or: ""))
        }
        if text[.status].hasValue { parts.append(TerminalText(text[.status].text.string.lowercased())) }
        if text.isUrgent { parts.append("URGENT") }
        if text.hasUnsupportedKeys { parts.append("a key was not used for matching") }
        if text.isDefective { parts.append("DAMAGED DATA") }
        return parts
    }

    /// Name, birth date, ID and its issuer.
    private static func patientParts(_ text: RowText) -> [TerminalText] {
        [
            value(text[.patient], or: MissingWords.name), value(text[.born], "born ", or: MissingWords.born),
            value(text[.id], "ID ", or: MissingWords.id) + (text.issuer.hasValue ? " [\(text.issuer.text)]" : ""),
        ]
    }

    private func patientWords(_ row: Int) -> [TerminalText] {
        guard let text = browser.list?.rows.text(row) else { return [] }
        return Self.patientParts(text)
    }

    private static func value(
        _ value: ColumnText,
        _ before: TerminalText = "",
        or missing: TerminalText
    ) -> TerminalText {
        switch value.state {
        case .absent, .empty: missing
        case .sound: before + value.text
        case .guessed, .damaged, .unshown: "\(before)\(value.text) (doubtful)"
        }
    }

    /// The row an action applies to: the one said last, provided it is still what was said. Else it is said anew.
    mutating func rowToActOn() -> RowReference? {
        guard let cursor = browser.list?.cursor else {
            say(noRowWords)
            return nil
        }
        let isAsSaid = said?.identity == cursor.identity && said?.words == rowWords(cursor.row)
        if let said, isAsSaid, !said.isUnasked { return cursor }
        if said == nil {
            say("first hear which row it is:")
        } else if isAsSaid {
            say("nothing done: another row took the place of the one you heard before. It is:")
        } else {
            say("nothing done: the row is not as it was said. It is now:")
        }
        sayRow()
        return nil
    }

    // MARK: Detail

    /// Every attribute as a line: asked, returned, empty or missing; sequences open.
    func detailLines(_ screen: DetailScreen) -> [TerminalText] {
        var tree = screen.tree
        tree.arrange(folded: [])
        let counts = tree.counts
        var summary: TerminalText =
            "\(counts.elements) attributes, \(counts.empty) empty, \(counts.missing) not returned"
        if counts.doubtful > 0 { summary += ", \(counts.doubtful) doubtful" }
        var lines = [summary]
        for row in tree.rows {
            let indent = TerminalText.spaces(2 * min(row.depth, 32))
            let name = TerminalText(AttributeNames.name(of: row.path.tag))
            switch row.kind {
            case .item(let number): lines.append("\(indent)item \(number + 1) of \(name)")
            case .missing: lines.append("\(indent)\(name) \(row.path.tag.description): asked, not returned")
            case .element:
                guard let element = tree.element(row) else { continue }
                lines.append(
                    "\(indent)\(name) \(row.path.tag.description): \(valueWords(element, in: tree.dataSet(row)))"
                )
            }
        }
        if let defect = tree.root.defect { lines.append("DAMAGED DATA: \(defect.description)") }
        return lines
    }

    private func valueWords(_ element: DataElement, in dataSet: DataSet) -> TerminalText {
        if element.isEmpty { return "empty" }
        if element.vr == .SQ { return element.items.count == 1 ? "1 item" : "\(element.items.count) items" }
        let text = ElementText(element, in: dataSet, readable: true)
        var words = text.value
        if !text.meaning.isEmpty { words += " (\(text.meaning))" }
        if let problem = text.problem { words += ", DOUBTFUL: \(problem)" }
        return words
    }
}
