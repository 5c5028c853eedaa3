import DICOMData
import DICOMMatching
import Terminal

/// The query builder: every key of a query in a tree, edited in place, judged at each keystroke.
struct BuilderScreen: Component {
    enum Mode: Hashable {
        case tree
        case editing(ValueEditor)
        /// Choosing a value; an editor under it gets the value into its field, else the key gets it.
        case choosing(ValueHelper, over: ValueEditor?)
        case adding(AttributePicker)
        /// Choosing a day, or the days from one to another.
        case picking(CalendarPicker, over: ValueEditor?)
        case listing(UIDListEditor)
    }

    /// What stands beside the tree, or over it on a narrow screen.
    enum Preview: Int, CaseIterable {
        case first, second, third
    }

    /// A line of the tree, by what it stands for: it stays itself when lines come and go.
    enum Place: Hashable {
        case line(AttributePath)
        case item(AttributePath, Int)

        var path: AttributePath {
            switch self {
            case .line(let path), .item(let path, _): path
            }
        }
    }

    /// What undo brings back.
    struct Snapshot: Hashable {
        var query: Query
        var place: Place?
    }

    private(set) var query: Query
    var mode: Mode = .tree
    var folded: Set<AttributePath> = []
    var preview = Preview.first
    /// Keys without a value here: a saved query asks for it each time it runs.
    var asked: [AttributePath: ValueSource]
    /// Opened only to type a value: leaving it leaves the builder.
    let isForOneValue: Bool
    /// Index of the line under the cursor among ``rows``.
    var cursor = 0
    private(set) var rows: [Query.OutlineRow] = []
    let server: ServerProfile?
    /// As it was when the builder was opened, and as it is in its file.
    let opened: Query
    private var original: Query
    var past: [Snapshot] = []
    var future: [Snapshot] = []

    private static let undoLimit = 200

    /// - Parameters:
    ///   - editing: A key to type a value for at once; Enter then runs the query.
    ///   - asked: Keys that are asked for when the query runs.
    ///   - asking: As `asked`; it is being run: their values are typed one after the other, then it is sent.
    init(
        query: Query,
        server: ServerProfile?,
        editing: AttributePath? = nil,
        asked: [AttributePath: ValueSource] = [:],
        asking: [AttributePath: ValueSource] = [:]
    ) {
        var query = query
        self.asked = asked.merging(asking) { first, _ in first }
        let editing = editing ?? query.keys.map(\.path).first { asking[$0] != nil }
        isForOneValue = editing != nil
        if let editing, query[editing] == nil { query.set(QueryKey(editing)) }
        self.query = query
        self.opened = query
        self.original = query
        self.server = server
        // Sequences that only bring data back are closed: the keys that match are what one comes for.
        for row in query.outline {
            guard case .sequence = row.kind, row.path.tag != .scheduledProcedureStepSequence else { continue }
            if !query.keys(inside: row.path).contains(where: \.isMatching) { folded.insert(row.path) }
        }
        refreshRows()
        if let editing {
            reveal(editing)
            startEditing(runsOnAccept: true)
        } else if let first = rows.firstIndex(where: { key(at: $0)?.isMatching == true }) {
            cursor = first
        }
    }

    // MARK: Component

    var isFullScreen: Bool { true }
    var keyContext: KeyContext {
        switch mode {
        case .tree: .builder
        case .editing: .editor
        case .choosing, .adding, .picking, .listing: .picker
        }
    }

    var takesText: Bool { mode != .tree }

    func cursor(in area: Rect) -> Point? { caret(in: area) }

    /// A picker is open over the tree.
    var isPicking: Bool { keyContext == .picker }
    var isModified: Bool { query != original }
    var isPreviewToggled: Bool { preview != .first }

    /// The key gets its value when the query runs, and has none yet.
    func isAsked(_ key: QueryKey) -> Bool { asked[key.path] != nil && !key.isMatching }

    /// It is in a file now, under that name.
    mutating func saved(as name: String) {
        query.name = name
        original = query
    }
    var undoCount: Int { past.count }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch mode {
        case .tree: return performInTree(command, surroundings)
        case .editing(let editor): return perform(command, editor, surroundings)
        case .choosing(let helper, let editor): return perform(command, helper, over: editor, surroundings)
        case .adding(let picker): return perform(command, picker)
        case .picking(let calendar, let editor): return perform(command, calendar, over: editor)
        case .listing(let list): return perform(command, list)
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        switch mode {
        case .tree: break
        case .editing(var editor):
            let complete = editor.insert(text)
            mode = .editing(editor)
            if !complete {
                return [.message(Message(kind: .warning, text: "Characters that cannot be shown were left out."))]
            }
        case .choosing(var helper, let editor):
            helper.field.insert(text)
            helper.refresh(now: surroundings.now.queryMoment)
            mode = .choosing(helper, over: editor)
        case .adding(var picker):
            picker.insert(text)
            mode = .adding(picker)
        case .picking(var calendar, let editor):
            calendar.insert(text)
            mode = .picking(calendar, over: editor)
        case .listing(var list):
            list.insert(text)
            mode = .listing(list)
        }
        return []
    }

    // MARK: Lines

    /// The line under the cursor.
    var current: Query.OutlineRow? { rows.indices.contains(cursor) ? rows[cursor] : nil }

    func key(at row: Query.OutlineRow) -> QueryKey? {
        if case .key(let index) = row.kind, query.keys.indices.contains(index) { return query.keys[index] }
        return nil
    }

    private func place(of row: Query.OutlineRow) -> Place {
        if case .item(let number) = row.kind { return .item(row.path, number) }
        return .line(row.path)
    }

    private var place: Place? { current.map(place) }

    mutating func refreshRows() {
        rows = query.outline.filter { row in
            !folded.contains { sequence in
                if row.path.isInside(sequence) { return true }
                if case .item = row.kind { return row.path == sequence }
                return false
            }
        }
        cursor = min(max(0, cursor), max(0, rows.count - 1))
    }

    /// Opens the sequences around a path and puts the cursor on it.
    mutating func reveal(_ path: AttributePath) {
        var parent = path.parent
        while let sequence = parent {
            folded.remove(sequence)
            parent = sequence.parent
        }
        refreshRows()
        if let index = rows.firstIndex(where: { place(of: $0) == .line(path) }) { cursor = index }
    }

    mutating func restoreCursor(_ place: Place?) {
        refreshRows()
        guard let place else { return }
        if let index = rows.firstIndex(where: { self.place(of: $0) == place }) { cursor = index }
    }

    // MARK: Changing, with a way back

    mutating func change(_ body: (inout Query) -> Void) {
        let before = Snapshot(query: query, place: place)
        var changed = query
        body(&changed)
        guard changed != query else { return }
        query = changed
        past.append(before)
        if past.count > Self.undoLimit { past.removeFirst() }
        future = []
        restoreCursor(before.place)
    }

    mutating func step(from: WritableKeyPath<Self, [Snapshot]>, to: WritableKeyPath<Self, [Snapshot]>) -> Bool {
        guard let snapshot = self[keyPath: from].popLast() else { return false }
        self[keyPath: to].append(Snapshot(query: query, place: place))
        query = snapshot.query
        if let place = snapshot.place {
            reveal(place.path)
            restoreCursor(place)
        }
        refreshRows()
        return true
    }

    func info(_ text: TerminalText, _ kind: Message.Kind = .info) -> [Intent] {
        [.message(Message(kind: kind, text: text))]
    }
}
