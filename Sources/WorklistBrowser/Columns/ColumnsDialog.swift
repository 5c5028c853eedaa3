import DICOMData
import DICOMMatching
import Terminal

/// The columns of the list: which are shown, in which order, how wide. Every change shows at once on the list behind.
struct ColumnsDialog: Component, Sendable {
    struct Entry: Hashable, Sendable {
        var column: ListColumn
        /// Nil for a width that suits the rows.
        var width: Int?
        var isShown: Bool
    }

    private enum Mode: Sendable {
        case list
        /// An attribute is looked for.
        case adding(AttributePicker)
        /// The query does not ask for the column that was just chosen.
        case offering(ListColumn)
    }

    private(set) var entries: [Entry]
    private var cursor = MenuCursor()
    private var mode = Mode.list
    private let before: [ListView.Column]
    /// What the list shows unless the user chooses.
    private let usual: [ListColumn]
    /// Nothing is chosen: the list has its usual columns.
    private var isUsual: Bool
    private let query: Query
    /// Attributes the query will ask for once this is accepted.
    private var wanted: [AttributePath] = []

    /// - Parameters:
    ///   - usual: What the list shows at its present width unless columns are chosen.
    ///   - query: The one in force, for what is asked for.
    init(view: ListView, usual: [ListColumn], query: Query) {
        before = view.columns
        self.usual = usual
        self.query = query
        isUsual = view.columns.isEmpty
        entries = Self.entries(view.columns, usual: usual)
    }

    /// Chosen columns come first, in their order; without a choice all stand where they usually do.
    private static func entries(_ chosen: [ListView.Column], usual: [ListColumn]) -> [Entry] {
        var entries = chosen.map { Entry(column: $0.column, width: $0.width, isShown: true) }
        for column in ListLayout.screenOrder + [.status] + ListColumn.known
        where !entries.contains(where: { $0.column == column }) {
            entries.append(Entry(column: column, isShown: chosen.isEmpty && usual.contains(column)))
        }
        return entries
    }

    var keyContext: KeyContext {
        switch mode {
        case .list: .columns
        case .adding: .picker
        case .offering: .dialog
        }
    }

    var takesText: Bool { if case .adding = mode { true } else { false } }

    private var current: Entry? { entries.indices.contains(cursor.index) ? entries[cursor.index] : nil }

    private var shown: [ListView.Column] {
        if isUsual { return [] }
        return entries.filter(\.isShown).map { ListView.Column(column: $0.column, width: $0.width) }
    }

    func isAsked(_ column: ListColumn) -> Bool {
        switch column {
        // These fall back on others of the query.
        case .procedure, .date, .time, .modality: true
        default: query.model != .worklist || query.asks(for: column.path) || wanted.contains(column.path)
        }
    }

    // MARK: Keys

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch mode {
        case .list: return performInList(command, surroundings)
        case .adding(let picker): return perform(command, picker)
        case .offering(let column):
            switch command {
            case .accept:
                wanted.append(column.path)
                mode = .list
            case .back: mode = .list
            default: break
            }
            return []
        }
    }

    private mutating func performInList(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: entries.count) { return [] }
        switch command {
        case .accept:
            let asked = wanted.filter { path in entries.contains { $0.isShown && $0.column.path == path } }
            return [.rememberView, .close] + (asked.isEmpty ? [] : [.ask(asked)])
        case .back: return [.columns(before, revealing: nil), .close]
        case .selectToggle: return toggle()
        case .columnsDown: return move(by: 1)
        case .columnsUp: return move(by: -1)
        case .columnsWider: return resize(by: 1, surroundings)
        case .columnsNarrower: return resize(by: -1, surroundings)
        case .columnsReset:
            isUsual = true
            wanted = []
            entries = Self.entries([], usual: usual)
            cursor.clamp(entries.count)
            return [.columns([], revealing: nil)]
        case .columnsAdd:
            mode = .adding(AttributePicker(query))
            return []
        default: return []
        }
    }

    private mutating func toggle() -> [Intent] {
        guard let current else { return [] }
        if current.isShown, entries.filter(\.isShown).count == 1 {
            return [.message(Message(kind: .info, text: "one column has to stay"))]
        }
        entries[cursor.index].isShown.toggle()
        isUsual = false
        if !current.isShown { offer(current.column) }
        return [.columns(shown, revealing: current.column)]
    }

    private mutating func offer(_ column: ListColumn) {
        if !isAsked(column) { mode = .offering(column) }
    }

    private mutating func move(by step: Int) -> [Intent] {
        let target = cursor.index + step
        guard entries.indices.contains(cursor.index), entries.indices.contains(target) else { return [] }
        entries.swapAt(cursor.index, target)
        cursor = MenuCursor(target)
        guard entries[target].isShown else { return [] }
        isUsual = false
        return [.columns(shown, revealing: current?.column)]
    }

    /// From a width that suits the rows, the first step goes to a fixed one near the header; below the smallest it is that again.
    private mutating func resize(by step: Int, _ surroundings: Surroundings) -> [Intent] {
        guard let current else { return [] }
        let width = (current.width ?? surroundings.columnWidths[current.column] ?? current.column.header.count) + step
        entries[cursor.index].width = ListView.widths.contains(width) ? width : step < 0 ? nil : current.width
        guard current.isShown else { return [] }
        isUsual = false
        return [.columns(shown, revealing: current.column)]
    }

    private mutating func perform(_ command: Command, _ picker: AttributePicker) -> [Intent] {
        var picker = picker
        switch picker.perform(command) {
        case .looking: mode = .adding(picker)
        case .left: mode = .list
        case .nothingFits: return [.message(Message(kind: .info, text: AttributePicker.nothingFits))]
        case .chosen(let path, _): return add(ListColumn(showing: path))
        }
        return []
    }

    private mutating func add(_ column: ListColumn) -> [Intent] {
        mode = .list
        isUsual = false
        if let index = entries.firstIndex(where: { $0.column == column }) {
            entries[index].isShown = true
            cursor = MenuCursor(index)
        } else {
            let place = (entries.lastIndex { $0.isShown } ?? -1) + 1
            entries.insert(Entry(column: column, isShown: true), at: place)
            cursor = MenuCursor(place)
        }
        offer(column)
        return [.columns(shown, revealing: current?.column)]
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        guard case .adding(var picker) = mode else { return [] }
        picker.insert(text)
        mode = .adding(picker)
        return []
    }

    /// A click on a line shows its column or hides it; among attributes it chooses, a second click adds.
    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        guard case .line(let index) = target else { return [] }
        switch mode {
        case .list:
            guard entries.indices.contains(index) else { return [] }
            cursor = MenuCursor(index)
            return toggle()
        case .adding(var picker):
            picker.click(line: index)
            mode = .adding(picker)
            return isAgain ? perform(.accept, picker) : []
        case .offering: return []
        }
    }

    // MARK: Drawing

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        if case .adding(let picker) = mode {
            picker.draw(into: &grid, in: area, query: query, surroundings, ink)
            drawPickerKeys(into: &grid, in: area, surroundings)
            return
        }
        // The header and some rows stay in view: they show what a change does.
        let open = min(6, max(0, area.rows / 3))
        // So do the bars below the list, where there is room for them.
        let below = area.rows >= 18 ? 2 : 0
        let rows = min(entries.count + 4, area.rows - open - below)
        let columns = min(72, max(0, area.columns - 2))
        let box = Rect(
            row: area.endRow - rows - below,
            // On a wide screen beside the list, over the detail.
            column: area.columns >= Browser.splitColumns
                ? area.endColumn - columns - 1 : area.column + (area.columns - columns) / 2,
            rows: rows,
            columns: columns
        )
        frame(surroundings).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        guard content.rows > 0 else { return }
        let foot = content.rows >= 4 ? 2 : content.rows >= 2 ? 1 : 0
        let lines = content.rows - foot
        let top = cursor.top(count: entries.count, rows: lines)
        for offset in 0..<max(0, min(lines, entries.count - top)) {
            if case .list = mode { grid.mark(line: top + offset, row: content.row + offset, in: content) }
            line(entries[top + offset], isCursor: top + offset == cursor.index, content.columns - 1, surroundings, ink)
                .draw(
                    into: &grid,
                    row: content.row + offset,
                    column: content.column,
                    columns: content.columns - 1,
                    base: top + offset == cursor.index ? ink.cursor : ink.dialog
                )
        }
        grid.drawScrollbar(
            Rect(row: content.row, column: content.endColumn - 1, rows: lines, columns: 1),
            first: top,
            total: entries.count,
            theme: theme,
            style: ink.scroll
        )
        for (index, line) in footLines(content.columns, ink, surroundings).suffix(foot).enumerated() {
            line.draw(
                into: &grid,
                row: content.endRow - foot + index,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
    }

    private func frame(_ surroundings: Surroundings) -> DialogBox {
        let keymap = surroundings.keymap
        func key(_ command: Command, _ word: TerminalText) -> (key: TerminalText, word: TerminalText)? {
            keymap.label(of: command, in: keyContext).map { ($0, word) }
        }
        if case .offering = mode {
            return DialogBox(
                title: "Columns",
                keys: [key(.accept, "ask for it"), key(.back, "leave it empty")].compactMap(\.self)
            )
        }
        var keys = [
            key(.accept, "done"), key(.selectToggle, current?.isShown == true ? "hide" : "show"),
            key(.back, "undo all"),
            key(.columnsAdd, "add"),
        ]
        if let up = keymap.label(of: .columnsUp, in: .columns), let down = keymap.label(of: .columnsDown, in: .columns)
        {
            keys.append((down + " " + up, "move"))
        }
        if let wider = keymap.label(of: .columnsWider, in: .columns),
            let narrower = keymap.label(of: .columnsNarrower, in: .columns)
        {
            keys.append((wider + " " + narrower, "width"))
        }
        keys.append(key(.columnsReset, "reset"))
        return DialogBox(title: isUsual ? "Columns: the usual ones" : "Columns", keys: keys.compactMap(\.self))
    }

    private func line(
        _ entry: Entry,
        isCursor: Bool,
        _ columns: Int,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) -> StyledLine {
        let theme = surroundings.theme
        var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
        line.space()
        line.add(theme.glyph(entry.isShown ? .checked : .unchecked), entry.isShown ? ink.key : ink.dim)
        line.space()
        line.add(TerminalText(entry.column.title), columns: 16, entry.isShown ? ink.title : ink.text)
        line.space()
        // Mark, box, title, width and what is asked have the rest.
        let room = max(4, columns - 39)
        let meaning = entry.column.meaning == entry.column.title ? "" : entry.column.meaning
        line.add(AttributeNames.short(meaning, columns: room), columns: room, ink.text)
        line.space()
        let width: TerminalText = entry.width.map { "\($0)" } ?? "auto"
        line.add(width, columns: 4, entry.width == nil ? ink.dim : ink.text, alignment: .trailing)
        line.space(2)
        if wanted.contains(entry.column.path) {
            line.add("to be asked", ink.text)
        } else if !isAsked(entry.column) {
            line.add("not asked", entry.isShown ? ink.warning : ink.dim)
        }
        return line
    }

    /// What stands below the list: the question, or what the column shows.
    private func footLines(_ columns: Int, _ ink: Ink, _ surroundings: Surroundings) -> [StyledLine] {
        if case .offering = mode {
            let key = surroundings.keymap.label(of: .accept, in: .dialog) ?? "Enter"
            var offer = StyledLine(key, ink.key)
            offer.add(" adds it as a return key; then run it again.", ink.text)
            return [StyledLine("The query does not ask for it: it would stay empty.", ink.warning), offer]
        }
        guard let current else { return [StyledLine(), StyledLine()] }
        let path = current.column.path
        var what = StyledLine(TerminalText(path.tag.description), ink.dim)
        what.space()
        what.add(TerminalText((DataDictionary.vr(of: path.tag) ?? .UN).description), ink.dim)
        what.space()
        what.add(AttributeNames.short(AttributeNames.name(of: path.tag), columns: columns - what.width), ink.text)
        if !path.steps.isEmpty, columns - what.width > 12 {
            what.space()
            what.add(AttributeNames.within(path, columns: columns - what.width), ink.dim)
        }
        let note: TerminalText =
            [.patient, .id, .born].contains(current.column)
            ? "It stands in full above the status line, in the list or not."
            : "A filter finds it by \(TerminalText(current.column.rawValue)):word"
        return [what, StyledLine(note, ink.dim)]
    }

    private func drawPickerKeys(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        KeyLine.line(
            [
                (.accept, "show"), (.pickerLevel, "where it stands"), (.pickerWorklistOnly, "worklist only"),
                (.back, "back"),
            ],
            context: .picker,
            columns: area.columns,
            surroundings,
            ink: Ink(surroundings.theme)
        ).draw(into: &grid, row: area.endRow - 1, column: area.column, columns: area.columns)
    }

    func cursor(in area: Rect) -> Point? { nil }
}
