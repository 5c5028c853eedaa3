import DICOMData
import DICOMMatching
import Terminal

/// Giving a key its value: typed, chosen, picked, listed; and adding a key.
extension BuilderScreen {
    // MARK: Editing a value

    private mutating func commit(_ editor: ValueEditor) {
        let key = editor.key(in: query)
        mode = .tree
        if query[key.path] != key { change { $0.set(key) } }
    }

    mutating func perform(
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

    mutating func perform(
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

    mutating func perform(_ command: Command, _ calendar: CalendarPicker, over editor: ValueEditor?) -> [Intent] {
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

    mutating func perform(_ command: Command, _ list: UIDListEditor) -> [Intent] {
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

    mutating func perform(_ command: Command, _ picker: AttributePicker) -> [Intent] {
        var picker = picker
        switch picker.perform(command) {
        case .looking: mode = .adding(picker)
        case .left: mode = .tree
        case .nothingFits: return info(AttributePicker.nothingFits)
        case .chosen(let path, let vr):
            mode = .tree
            let isThere = query[path] != nil || !query.keys(inside: path).isEmpty
            if !isThere { change { $0.set(QueryKey(path, vr: vr)) } }
            reveal(path)
            startEditing()
            return isThere ? info("It is a key already.") : []
        }
        return []
    }
}
