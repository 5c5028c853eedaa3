import DICOMData
import DICOMMatching
import Terminal

/// Moving in the list, filtering it, and what is done with its rows.
extension Browser {
    // MARK: Moving

    /// After anything that may have moved rows.
    mutating func follow() {
        let rows = viewRows
        list?.follow(viewRows: rows)
    }

    mutating func moveCursor(_ command: Command) {
        let rows = viewRows
        guard let list, list.rows.shownCount > 0 else { return }
        let page = max(1, rows - 1)
        let target: Int
        switch command {
        case .moveDown: target = list.place(linesFromCursor: 1)
        case .moveUp: target = list.place(linesFromCursor: -1)
        case .movePageDown: target = list.position + page
        case .movePageUp: target = list.position - page
        case .moveHalfDown: target = list.position + max(1, rows / 2)
        case .moveHalfUp: target = list.position - max(1, rows / 2)
        case .moveFirst: target = 0
        case .moveLast: target = list.rows.shownCount - 1
        default: return
        }
        self.list?.isTouched = true
        self.list?.place(at: target, viewRows: rows)
        // The user knows where a move leads from what is on screen.
        seen = self.list?.cursor?.identity
        movedAt = nil
    }

    mutating func moveFocus(by step: Int) {
        guard let columns = list?.layout?.all.map(\.column), !columns.isEmpty else { return }
        let index = columns.firstIndex(of: focus) ?? 0
        focus = columns[min(max(0, index + step), columns.count - 1)]
        list?.revealed = focus
        list?.layout?.reveal(focus)
    }

    /// Seconds in which a key may still be meant for the row that was under the cursor before.
    static let timeToNotice = 1.0

    /// The row an action applies to: the one under the cursor, provided the user has seen it there.
    mutating func rowForAction() -> RowReference? {
        guard let cursor = list?.cursor else {
            message = Message(kind: .info, text: "there is no row under the cursor")
            return nil
        }
        // For a clock that stands still, as in scripts, there is no too soon; one that was set back tells nothing.
        let elapsed = movedAt.map { now.seconds(since: $0) } ?? 0
        let isTooSoon = elapsed != 0 && elapsed < Self.timeToNotice
        if isTooSoon || seen != cursor.identity {
            seen = cursor.identity
            movedAt = nil
            message = Message(kind: .warning, text: "the list changed under the cursor: look, then press the key again")
            return nil
        }
        return cursor
    }

    // MARK: Detail

    mutating func openDetail() {
        guard let cursor = rowForAction(), let screen = detailScreen(row: cursor.row) else { return }
        overlays.append(Overlay(screen))
    }

    func detailScreen(row: Int) -> DetailScreen? {
        guard let list else { return nil }
        let item = list.rows.table.item(row)
        var screen = DetailScreen(
            item: isPrivate ? PrivacyMask.masked(item) : item,
            fallback: reading(of: ItemIdentity(item), in: list),
            query: list.query,
            position: (row: (list.rows.position(of: row, near: list.position) ?? 0) + 1, of: list.rows.shownCount),
            warning: rowWarning(row: row)
        )
        screen.changes = oldValues(row: row, in: list)
        screen.note = changeNote(row: row, in: list).map { $0.mark + " " + $0.text }
        return screen
    }

    /// What a row said on the list before, by attribute.
    func oldValues(row: Int, in list: ResultList) -> [AttributePath: ItemChange] {
        Dictionary(itemChanges(row: row, in: list).map { ($0.path, $0) }) { first, _ in first }
    }

    /// The neighbour's detail; the cursor goes along.
    mutating func stepDetail(_ step: Int) -> [Effect] {
        guard let list, list.rows.shownCount > 0 else { return [] }
        let target = list.position + step
        guard target >= 0, target < list.rows.shownCount else {
            message = Message(kind: .info, text: step > 0 ? "this is the last row" : "this is the first row")
            return []
        }
        moveCursor(step > 0 ? .moveDown : .moveUp)
        guard let row = self.list?.cursor?.row else { return [] }
        let warning = rowWarning(row: row)
        let item = list.rows.table.item(row)
        let shown = isPrivate ? PrivacyMask.masked(item) : item
        let place = (row: (self.list?.position ?? 0) + 1, of: list.rows.shownCount)
        let reading = reading(of: self.list?.cursor?.identity, in: list)
        let changes = oldValues(row: row, in: list)
        let note = changeNote(row: row, in: list).map { $0.mark + " " + $0.text }
        changeTop(DetailScreen.self) {
            $0 = $0.showing(shown, fallback: reading, position: place, warning: warning)
            $0.changes = changes
            $0.note = note
        }
        return []
    }

    /// What the detail of a row warns of.
    func rowWarning(row: Int) -> TerminalText? {
        let warnings = [duplicateWarning(row: row), similarWarning(row: row)].compactMap(\.self)
        return warnings.isEmpty ? nil : warnings.joined(separator: "; ")
    }

    /// `the server sent this item 3 times: rows 2, 5, 9`.
    func duplicateWarning(row: Int) -> TerminalText? {
        guard let list else { return nil }
        let others = list.duplicates.others(of: row)
        guard !others.isEmpty else { return nil }
        let places = ([row] + others).compactMap { list.rows.position(of: $0) }.sorted()
        let shown = places.prefix(6).map { "\($0 + 1)" }.joined(separator: ", ") + (places.count > 6 ? ", ..." : "")
        let hidden = others.count + 1 - places.count
        let times: TerminalText = others.count == 1 ? "twice" : "\(others.count + 1) times"
        return "the server sent this item \(times): \(places.count == 1 ? "row" : "rows") \(TerminalText(shown))"
            + (hidden > 0 ? ", \(hidden) hidden by the filter" : "")
    }

    /// `also on this list: SMITH, Anna (row 2, born 1958-11-02, ID 00220147)`.
    func similarWarning(row: Int) -> TerminalText? {
        guard let list, let other = list.similar.similar(to: list.rows.table.item(row)) else { return nil }
        let text = isPrivate ? list.rows.text(other).masked : list.rows.text(other)
        let place: TerminalText = list.rows.position(of: other).map { "row \($0 + 1)" } ?? "hidden by the filter"
        let born = text[.born].hasValue ? text[.born].text : "unknown"
        let id = text[.id].hasValue ? text[.id].text : "none"
        let name = Unshown.noted(text[.patient].text, ascii: theme.isASCII)
        return "also on this list: \(name) (\(place), born \(born), ID \(id))"
    }

    // MARK: Values

    /// What is masked on screen goes nowhere else.
    mutating func refusesWhilePrivate() -> Bool {
        guard isPrivate else { return false }
        let key = keymap.label(of: .viewPrivacy, in: .list) ?? "P"
        message = Message(kind: .warning, text: "names are hidden: \(key) in the list shows them")
        return true
    }

    /// The value of the marked column becomes a key of the query; nothing is sent yet.
    mutating func addAsKey() {
        guard let cursor = rowForAction(), !refusesWhilePrivate(), let list else { return }
        let item = list.rows.table.item(cursor.row)
        let path = focus.path
        var dataSet = item.decoded
        dataSet.fallbackCharacterSet = list.server.assumedCharacterSet
        guard let holder = dataSet.dataSet(holding: path), let value = holder.strings(path.tag)?.first, !value.isEmpty
        else {
            message = Message(kind: .info, text: "\(focus.meaning) is empty in this row")
            return
        }
        // A guess is for the eye: what is asked for must be certain.
        guard list.rows.text(cursor.row)[focus].state == .sound else {
            message = Message(
                kind: .warning,
                text: "\(focus.meaning) has characters that are not certain: type the value in the query instead"
            )
            return
        }
        query.set(path, value, source: .user)
        overlays.append(Overlay(BuilderScreen(query: query, server: server)))
    }

    // MARK: Filter

    mutating func performInFilter(_ command: Command) -> [Effect] {
        switch command {
        case .accept:
            filterField = nil
            filterBefore = nil
            return []
        case .back:
            filterField = nil
            let job = list?.rows.filter(by: filterBefore)
            filterBefore = nil
            follow()
            return job.map { [.arrange($0)] } ?? []
        default:
            if filterField?.perform(command) == true { return filterChanged() }
            moveCursor(command)
            return []
        }
    }

    mutating func filterChanged() -> [Effect] {
        guard let field = filterField else { return [] }
        let job = list?.rows.filter(by: RowFilter(field.text, shown: view.columns.map(\.column)))
        follow()
        return job.map { [.arrange($0)] } ?? []
    }

    mutating func clearFilter() -> [Effect] {
        guard list?.rows.filter != nil else { return [] }
        let job = list?.rows.filter(by: nil)
        follow()
        return job.map { [.arrange($0)] } ?? []
    }

    mutating func toggleFreeze() -> [Effect] {
        guard let isFrozen = list?.rows.isFrozen else { return [] }
        let job = list?.rows.freeze(!isFrozen)
        follow()
        message = Message(
            kind: .info,
            text: isFrozen ? "rows are sorted again" : "order frozen: new rows go to the end"
        )
        return job.map { [.arrange($0)] } ?? []
    }
}
