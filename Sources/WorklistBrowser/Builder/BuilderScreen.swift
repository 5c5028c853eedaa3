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
    private struct Snapshot: Hashable {
        var query: Query
        var place: Place?
    }

    private(set) var query: Query
    private(set) var mode: Mode = .tree
    private(set) var folded: Set<AttributePath> = []
    private(set) var preview = Preview.first
    /// Keys without a value here: a saved query asks for it each time it runs.
    private(set) var asked: [AttributePath: ValueSource]
    /// Opened only to type a value: leaving it leaves the builder.
    private let isForOneValue: Bool
    /// Index of the line under the cursor among ``rows``.
    private(set) var cursor = 0
    private(set) var rows: [Query.OutlineRow] = []
    let server: ServerProfile?
    /// As it was when the builder was opened, and as it is in its file.
    private let opened: Query
    private var original: Query
    private var past: [Snapshot] = []
    private var future: [Snapshot] = []

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
        case .adding(let picker): return perform(command, picker, surroundings)
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
            picker.field.insert(text)
            picker.refresh()
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

    private mutating func refreshRows() {
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
    private mutating func reveal(_ path: AttributePath) {
        var parent = path.parent
        while let sequence = parent {
            folded.remove(sequence)
            parent = sequence.parent
        }
        refreshRows()
        if let index = rows.firstIndex(where: { place(of: $0) == .line(path) }) { cursor = index }
    }

    private mutating func restoreCursor(_ place: Place?) {
        refreshRows()
        guard let place else { return }
        if let index = rows.firstIndex(where: { self.place(of: $0) == place }) { cursor = index }
    }

    // MARK: Changing, with a way back

    private mutating func change(_ body: (inout Query) -> Void) {
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

    private mutating func step(from: WritableKeyPath<Self, [Snapshot]>, to: WritableKeyPath<Self, [Snapshot]>) -> Bool {
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

    private func info(_ text: TerminalText, _ kind: Message.Kind = .info) -> [Intent] {
        [.message(Message(kind: kind, text: text))]
    }

    // MARK: The tree

    private mutating func performInTree(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        let now = surroundings.now.queryMoment
        switch command {
        case .moveDown: cursor = min(cursor + 1, max(0, rows.count - 1))
        case .moveUp: cursor = max(0, cursor - 1)
        case .movePageDown: cursor = min(cursor + 14, max(0, rows.count - 1))
        case .movePageUp: cursor = max(0, cursor - 14)
        case .moveHalfDown: cursor = min(cursor + 7, max(0, rows.count - 1))
        case .moveHalfUp: cursor = max(0, cursor - 7)
        case .moveFirst: cursor = 0
        case .moveLast: cursor = max(0, rows.count - 1)
        case .moveLeft: fold()
        case .moveRight: unfold()
        case .builderFold: toggleFold()
        case .accept, .builderEdit: return edit()
        case .builderReturnOnly: return returnOnly()
        case .builderDrop: return drop()
        case .builderAdd: mode = .adding(AttributePicker(query, target: targetHere))
        case .builderAddItem: return addItem()
        case .builderHelper:
            guard let row = current, let key = key(at: row), key.vr.takesKeyValue else {
                return info("There is no value to choose on this line.")
            }
            if key.vr == .UI {
                mode = .listing(UIDListEditor(key))
                return []
            }
            guard let helper = ValueHelper(key, server: server, now: now) else {
                return info("No values to choose from for \(key.vr): type one, Enter.")
            }
            mode = .choosing(helper, over: nil)
        case .builderUndo: if !step(from: \.past, to: \.future) { return info("Nothing to undo.") }
        case .builderRedo: if !step(from: \.future, to: \.past) { return info("Nothing to redo.") }
        case .builderNextProblem: return nextProblem(now)
        case .builderPreview: preview = Preview(rawValue: preview.rawValue + 1) ?? .first
        case .builderSave, .querySave:
            return [.saved(.openSave(query, asked: asked.filter { query[$0.key]?.isMatching == false }))]
        case .builderCopy:
            let line = FindscuLine.text(for: query, peer: peer, now: now)
            return [.effect(.copy(line))] + info("The findscu line is copied.")
        case .builderRun, .queryRun: return run(surroundings)
        case .back:
            if isPreviewToggled {
                preview = .first
                return []
            }
            // Half of a saved query is not kept: its open keys would then ask for everything.
            let isWhole = !query.keys.contains(where: isAsked)
            return (query != opened && isWhole ? [.keep(query)] : []) + [.close]
        default: break
        }
        return []
    }

    var peer: FindscuLine.Peer? {
        server.map {
            FindscuLine.Peer(calling: $0.callingAETitle, called: $0.calledAETitle, host: $0.host, port: $0.port)
        }
    }

    private mutating func toggleFold() {
        guard let row = current, case .sequence = row.kind else { return fold() }
        if folded.remove(row.path) == nil { folded.insert(row.path) }
        refreshRows()
    }

    private mutating func fold() {
        guard let row = current else { return }
        let sequence: AttributePath?
        if case .sequence = row.kind, !folded.contains(row.path) {
            sequence = row.path
        } else if case .item = row.kind {
            sequence = row.path
        } else {
            sequence = row.path.parent
        }
        guard let sequence else { return }
        folded.insert(sequence)
        refreshRows()
        restoreCursor(.line(sequence))
    }

    private mutating func unfold() {
        guard let row = current, folded.remove(row.path) != nil else { return }
        refreshRows()
    }

    private mutating func edit() -> [Intent] {
        guard let row = current else { return info("The query has no keys: a adds an attribute.") }
        switch row.kind {
        case .sequence:
            toggleFold()
        case .item:
            fold()
        case .key(let index):
            let key = query.keys[index]
            if key.isWholeSequence { return info("Returned whole. i adds an item with keys of its own.") }
            guard key.vr.takesKeyValue else { return info("\(key.vr) can be returned, not matched.") }
            startEditing()
        }
        return []
    }

    private mutating func startEditing(runsOnAccept: Bool = false) {
        guard let row = current, let key = key(at: row), key.vr.takesKeyValue else { return }
        mode = .editing(ValueEditor(key, runsOnAccept: runsOnAccept))
    }

    private mutating func returnOnly() -> [Intent] {
        guard let row = current else { return [] }
        switch row.kind {
        case .key(let index):
            if query.keys[index].isMatching {
                change { $0.clear(row.path) }
            } else if asked.removeValue(forKey: row.path) != nil {
                return info("Not asked for any more: returned, not matched.")
            }
            return []
        case .sequence, .item:
            let inside = query.keys(inside: row.path).filter { key in
                guard case .item(let number) = row.kind else { return true }
                return key.path.steps[row.path.steps.count].item == number
            }
            let matching = inside.filter(\.isMatching)
            if !matching.isEmpty {
                change { query in for key in matching { query.clear(key.path) } }
                return info("\(matching.count) values inside emptied; undo brings them back.")
            }
            guard case .sequence(_, let count) = row.kind else { return [] }
            change { $0.returnWholeSequence(row.path) }
            return info("Asked for as a whole, its \(count) keys dropped; undo brings them back.")
        }
    }

    private mutating func drop() -> [Intent] {
        guard let row = current else { return [] }
        switch row.kind {
        case .key:
            change { $0.remove(row.path) }
            return []
        case .item(let number):
            change { $0.removeItem(number, of: row.path) }
            return info("Item \(number + 1) dropped; undo brings it back.")
        case .sequence(_, let count):
            change { $0.remove(row.path) }
            return info("Dropped with its \(count) keys; undo brings them back.")
        }
    }

    /// A further item with the keys of the first one, empty; the first item of a sequence asked for as a whole.
    private mutating func addItem() -> [Intent] {
        guard let row = current else { return [] }
        let sequence: AttributePath
        switch row.kind {
        case .sequence, .item: sequence = row.path
        case .key(let index):
            if query.keys[index].isWholeSequence {
                sequence = row.path
            } else if let parent = row.path.parent {
                sequence = parent
            } else {
                return info("Items belong in a sequence: go to one first.")
            }
        }
        let number = query.itemCount(of: sequence)
        let depth = sequence.steps.count
        var paths: [AttributePath]
        if number > 0 {
            paths = query.keys(inside: sequence).filter { $0.path.steps[depth].item == 0 }.map { key in
                var path = key.path
                path.steps[depth].item = number
                return path
            }
        } else {
            paths = Self.members(of: sequence)
            guard !paths.isEmpty else {
                mode = .adding(AttributePicker(query, target: .item(sequence: sequence, number: 0)))
                return []
            }
        }
        folded.remove(sequence)
        change { query in for path in paths { query.set(QueryKey(path)) } }
        if let first = paths.first { reveal(first) }
        return number > 0
            ? info("Item \(number + 1) added. A key sequence has one item: servers may refuse more.", .warning) : []
    }

    /// What an item of the sequence usually has: the model's attributes, or those of a code.
    private static func members(of sequence: AttributePath) -> [AttributePath] {
        let tags = sequence.tags
        let inModel = WorklistModel.attributes.filter {
            $0.path.steps.count == tags.count && $0.path.tags.dropLast().elementsEqual(tags) && $0.vr != .SQ
        }
        let wanted: [Tag] =
            if AttributeNames.name(of: sequence.tag).contains("Code Sequence") {
                [.codeValue, .codingSchemeDesignator, .codeMeaning]
            } else {
                inModel.map(\.path.tag)
            }
        return wanted.map { sequence.child($0) }
    }

    private mutating func nextProblem(_ now: QueryMoment) -> [Intent] {
        let findings = KeyCheck.findings(in: query, now: now)
        let errors = findings.keys.filter { findings[$0]?.first?.severity == .error }.sorted()
        // Notes matter on keys that match; that an empty one is optional is no news.
        let notes = findings.keys.filter { query.keys.indices.contains($0) && query.keys[$0].isMatching }.sorted()
        let wanted = errors.isEmpty ? notes : errors
        var here = -1
        if let row = current, case .key(let index) = row.kind { here = index }
        guard let next = wanted.first(where: { $0 > here }) ?? wanted.first, query.keys.indices.contains(next) else {
            return info("No value has an error or a note.")
        }
        reveal(query.keys[next].path)
        return errors.isEmpty ? info("No key has an error; this one has a note.") : []
    }

    /// Where a new attribute goes: into the item the cursor is in, if it is not the first one of the model's.
    private var targetHere: AttributePicker.Target {
        guard let row = current else { return .model }
        if case .item(let number) = row.kind { return .item(sequence: row.path, number: number) }
        guard let parent = row.path.parent, let last = row.path.steps.last, last.item > 0 else { return .model }
        return .item(sequence: parent, number: last.item)
    }

    /// Sends the query if every key can be sent; else goes to the first that cannot and says why.
    private mutating func run(_ surroundings: Surroundings) -> [Intent] {
        if let open = query.keys.first(where: isAsked) {
            reveal(open.path)
            startEditing(runsOnAccept: true)
            return info("\(AttributeNames.name(of: open.path.tag)) is asked for each time: type it, Enter.", .warning)
        }
        do throws(QueryError) {
            _ = try query.identifier(server?.identifierForm ?? IdentifierForm(), now: surroundings.now.queryMoment)
            return [.run(query)]
        } catch {
            if let path = error.path {
                reveal(path)
                let name = AttributeNames.name(of: path.tag)
                return info("Cannot run: \(name) \(path.tag): \(error.reason)", .error)
            }
            return info("Cannot run: \(error.reason); \(error.advice)", .error)
        }
    }

    // MARK: Editing a value

    private mutating func commit(_ editor: ValueEditor) {
        let key = editor.key(in: query)
        mode = .tree
        if query[key.path] != key { change { $0.set(key) } }
    }

    private mutating func perform(
        _ command: Command,
        _ editor: ValueEditor,
        _ surroundings: Surroundings
    ) -> [Intent] {
        var editor = editor
        switch command {
        case .accept:
            commit(editor)
            if editor.runsOnAccept { return run(surroundings) }
            return []
        case .editorNext, .moveDown:
            commit(editor)
            moveToValue(by: 1, edits: command == .editorNext)
        case .editorPrevious, .moveUp:
            commit(editor)
            moveToValue(by: -1, edits: command == .editorPrevious)
        case .editorHelper:
            if editor.vr == .UI {
                mode = .listing(UIDListEditor(editor.key(in: query)))
                return []
            }
            guard let helper = ValueHelper(editor.key(in: query), server: server, now: surroundings.now.queryMoment)
            else { return info("No values to choose from for \(editor.vr).") }
            mode = .choosing(helper, over: editor)
        case .back:
            mode = .tree
            if editor.runsOnAccept, isForOneValue { return [.close] }
        default:
            if editor.field.perform(command) { mode = .editing(editor) }
        }
        return []
    }

    /// The next line that takes a value; with `edits` its value is edited at once.
    private mutating func moveToValue(by step: Int, edits: Bool) {
        guard edits else {
            cursor = min(max(0, cursor + step), max(0, rows.count - 1))
            return
        }
        var index = cursor + step
        while rows.indices.contains(index) {
            if let key = key(at: rows[index]), key.vr.takesKeyValue {
                cursor = index
                startEditing()
                return
            }
            index += step
        }
    }

    // MARK: Choosing a value

    private mutating func perform(
        _ command: Command,
        _ helper: ValueHelper,
        over editor: ValueEditor?,
        _ surroundings: Surroundings
    ) -> [Intent] {
        var helper = helper
        switch command {
        case .moveDown: helper.move(by: 1)
        case .moveFirst: helper.move(by: -helper.choices.count)
        case .moveUp: helper.move(by: -1)
        case .movePageDown: helper.move(by: 8)
        case .movePageUp: helper.move(by: -8)
        case .back:
            mode = editor.map(Mode.editing) ?? .tree
            return []
        case .accept:
            guard let choice = helper.chosen else { return [] }
            if choice.isCalendar {
                let key = editor?.key(in: query) ?? query[helper.path] ?? QueryKey(helper.path, vr: helper.vr)
                mode = .picking(CalendarPicker(key, now: surroundings.now.queryMoment), over: editor)
                return []
            }
            if let companion = choice.companion { return set(choice, companion, helper, surroundings) }
            if var editor {
                editor.field.replace(with: choice.value)
                mode = .editing(editor)
            } else {
                mode = .tree
                let isRelative = RelativeDate.isRelative(choice.value, vr: helper.vr)
                change {
                    $0.set(helper.path, choice.value, source: isRelative ? .generated : .user)
                }
            }
            return []
        default:
            let before = helper.field.characters
            guard helper.field.perform(command) else { return [] }
            if helper.field.characters != before { helper.refresh(now: surroundings.now.queryMoment) }
        }
        mode = .choosing(helper, over: editor)
        return []
    }

    /// Two keys at once, where only both of them say what was chosen; one step to undo.
    private mutating func set(
        _ choice: ValueHelper.Choice,
        _ companion: ValueHelper.Choice.Companion,
        _ helper: ValueHelper,
        _ surroundings: Surroundings
    ) -> [Intent] {
        mode = .tree
        change { query in
            for (path, value) in [(helper.path, choice.value), (companion.path, companion.value)] {
                let isRelative = RelativeDate.isRelative(value, vr: query[path]?.vr ?? .UN)
                query.set(path, value, source: isRelative ? .generated : .user)
            }
        }
        reveal(helper.path)
        let period = KeyCheck.period(of: query, now: surroundings.now.queryMoment) ?? ""
        return info("Start date and start time are set, one period: \(period)")
    }

    // MARK: Choosing a day, listing UIDs

    private mutating func perform(_ command: Command, _ calendar: CalendarPicker, over editor: ValueEditor?) -> [Intent]
    {
        var calendar = calendar
        switch command {
        case .back: mode = editor.map(Mode.editing) ?? .tree
        case .accept:
            if var editor {
                editor.field.replace(with: calendar.value)
                mode = .editing(editor)
            } else {
                mode = .tree
                change { $0.set(calendar.path, calendar.value, source: .user) }
            }
        default:
            if calendar.perform(command) { mode = .picking(calendar, over: editor) }
        }
        return []
    }

    private mutating func perform(_ command: Command, _ list: UIDListEditor) -> [Intent] {
        var list = list
        switch command {
        case .back: mode = .tree
        case .accept, .pickerLevel:
            if command == .accept, !list.accept() {
                mode = .listing(list)
                return []
            }
            mode = .tree
            change { $0.set(list.path, list.value, source: .user) }
        default:
            list.perform(command)
            mode = .listing(list)
        }
        return []
    }

    // MARK: Adding an attribute

    private mutating func perform(
        _ command: Command,
        _ picker: AttributePicker,
        _ surroundings: Surroundings
    ) -> [Intent] {
        var picker = picker
        switch command {
        case .moveDown: picker.move(by: 1)
        case .moveFirst: picker.move(by: -picker.results.count)
        case .moveUp: picker.move(by: -1)
        case .movePageDown: picker.move(by: 8)
        case .movePageUp: picker.move(by: -8)
        case .pickerLevel: picker.nextTarget()
        case .pickerWorklistOnly: picker.toggleWorklistOnly()
        case .back:
            mode = .tree
            return []
        case .accept:
            guard let result = picker.chosen else { return info("No attribute fits: shorten what is typed.") }
            let path = picker.path(for: result)
            mode = .tree
            let isThere = query[path] != nil || !query.keys(inside: path).isEmpty
            if !isThere { change { $0.set(QueryKey(path, vr: result.vr)) } }
            reveal(path)
            startEditing()
            return isThere ? info("It is a key already.") : []
        default:
            let before = picker.field.characters
            guard picker.field.perform(command) else { return [] }
            if picker.field.characters != before { picker.refresh() }
        }
        mode = .adding(picker)
        return []
    }
}
