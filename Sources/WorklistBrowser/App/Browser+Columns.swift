import DICOMData
import DICOMMatching
import Terminal

/// How the list is looked at: its columns, its order, and the memory of both.
extension Browser {
    // MARK: Columns

    mutating func openColumns() -> [Effect] {
        guard let list else {
            message = Message(kind: .info, text: "there is no list yet whose columns could be chosen")
            return []
        }
        let shown = list.layout?.all.map(\.column) ?? []
        overlays.append(
            Overlay(ColumnsDialog(view: view, usual: view.columns.isEmpty ? shown : usualColumns, query: query))
        )
        return []
    }

    /// The columns a list of this width and these rows has unless others are chosen.
    private var usualColumns: [ListColumn] {
        guard var list else { return [] }
        return layout(of: &list, columns: listColumns - 1, chosen: []).all.map(\.column)
    }

    /// Shows other columns; nothing else changes.
    ///
    /// `revealing`: the column to keep in view.
    mutating func show(_ columns: [ListView.Column], revealing column: ListColumn? = nil) {
        list?.revealed = column
        guard columns != view.columns else { return }
        view.columns = columns
        list?.reading = view.attributes
        run?.incoming?.reading = view.attributes
        list?.layout = nil
    }

    /// Adds attributes to those the query asks for; nothing is sent before it is run.
    mutating func askFor(_ paths: [AttributePath]) {
        let missing = paths.filter { !query.asks(for: $0) }
        guard !missing.isEmpty else { return }
        for path in missing { query.set(QueryKey(path)) }
        let names = missing.map { TerminalText(ListColumn(showing: $0).header) }.joined(separator: ", ")
        let key = keymap.label(of: .queryRun, in: .list) ?? "r"
        message = Message(kind: .info, text: "the query now asks for \(names) too: \(key) runs it")
    }

    // MARK: Order

    /// Sorts by a column alone, as a click on its header does; by the one that counts most already, the other way round.
    mutating func sort(by column: ListColumn) -> [Effect] {
        guard let order = list?.rows.order else { return [] }
        return sort(by: order.chosen(column)) + rememberView()
    }

    /// Sorts the list, and the one that a refresh collects out of sight when it comes.
    mutating func sort(by order: SortOrder) -> [Effect] {
        view.sort = order
        let job = list?.rows.sort(by: order)
        list?.isTouched = true
        follow()
        return job.map { [.arrange($0)] } ?? []
    }

    // MARK: Memory

    /// What the view of a query is remembered under: the name of a scope or a saved query. Nil for a query without a name,
    /// and for one whose name holds a value that tells who a patient is: nothing of that kind goes to disk.
    func viewName(of query: Query) -> String? {
        guard !query.name.isEmpty else { return nil }
        let name = query.name.lowercased()
        for word in QueryWords.words(of: query, now: now.queryMoment) where word.isPersonal {
            let parts = (word.value + " " + word.wire).lowercased().split { !$0.isLetter && !$0.isNumber }
            if parts.contains(where: { $0.count > 2 && name.contains($0) }) { return nil }
        }
        return query.name
    }

    /// Looks at the lists of a query as its file says, else as the user last did. What neither knows stays as it is.
    ///
    /// Attributes shown in columns are asked for, with no value to match: a column that stays empty would mislead.
    /// - Returns: What of the file means no column; the rest of it holds.
    mutating func adoptView(for query: inout Query) -> Message? {
        guard query.name != viewedName else { return nil }
        viewedName = query.name
        // The columns of a file are of that query alone: the next one is looked at as before.
        let own = viewBefore ?? view
        viewBefore = nil
        view = viewName(of: query).flatMap { settings.views[$0] } ?? own
        var problem: Message?
        if let saved = savedView(of: query.name) {
            viewBefore = own
            view = saved.view.over(view)
            problem = saved.problem.map { Message(kind: .warning, text: "'\(query.name)': \(TerminalText($0))") }
        }
        guard query.model == .worklist else { return problem }
        for column in view.attributes where !query.asks(for: column.path) {
            query.set(QueryKey(column.path, source: .configuration))
        }
        return problem
    }

    /// What the file of a saved query says of the list; nil if it says nothing.
    private func savedView(of name: String) -> (view: ListView, problem: String?)? {
        guard !name.isEmpty else { return nil }
        let saved = opened?.name == name ? opened : savedQueries.first { $0.name == name }
        guard let saved, !saved.columns.isEmpty || !saved.sort.isEmpty else { return nil }
        return (ListView(columns: saved.columns, sort: saved.sort), saved.viewProblem)
    }

    /// After the user has changed the view. What a saved query names itself is kept in its file, and only there.
    mutating func rememberView() -> [Effect] {
        guard let name = viewName(of: query) else { return [] }
        var own = view
        if let saved = savedView(of: query.name)?.view {
            if own.changed(from: saved) {
                let key = keymap.label(of: .querySave, in: .list) ?? "S"
                message = Message(kind: .info, text: "for now only: \(key) keeps the list like this in '\(query.name)'")
            }
            if !saved.columns.isEmpty { own.columns = [] }
            if saved.sort != nil { own.sort = nil }
        }
        guard settings.views[name] != own else { return [] }
        if settings.views[name] == nil, own.isStandard { return [] }
        settings.views[name] = own
        return [.rememberView(name: name, own)]
    }
}

extension Query {
    /// The answer can hold the attribute: it is a key, or stands in a sequence that is asked for as a whole.
    func asks(for path: AttributePath) -> Bool {
        if self[path] != nil || !keys(inside: path).isEmpty { return true }
        var parent = path.parent
        while let sequence = parent {
            if self[sequence] != nil { return true }
            parent = sequence.parent
        }
        return false
    }
}
