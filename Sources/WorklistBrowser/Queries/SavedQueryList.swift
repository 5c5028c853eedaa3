import DICOMData
import DICOMMatching
import Terminal

/// The scopes and every saved query: what each asks, in words, and where it is kept.
struct SavedQueryList: Component {
    /// A line of the list.
    enum Entry: Hashable {
        case scope(Browser.ScopeKey)
        case file(SavedQueryFile)
        /// To try while nothing is saved.
        case example(SavedQuery)
    }

    private(set) var entries: [Entry] = []
    private var cursor = MenuCursor()
    private let server: ServerProfile?
    private let folder: String

    init(files: [SavedQueryFile], server: ServerProfile?, folder: String) {
        self.server = server
        self.folder = folder
        show(files)
        cursor = MenuCursor(entries.firstIndex { if case .scope = $0 { false } else { true } } ?? 0)
    }

    /// The folder was read anew; the cursor stays on its query.
    mutating func show(_ files: [SavedQueryFile]) {
        let before = current
        // As the numbers stand, then by name, then what is broken.
        let sorted = files.enumerated().sorted { a, b in rank(a.element, a.offset) < rank(b.element, b.offset) }
        entries = Browser.ScopeKey.allCases.map(Entry.scope) + sorted.map { .file($0.element) }
        if !files.contains(where: { $0.saved != nil }) {
            entries += SavedQuery.examples(for: server).map(Entry.example)
        }
        if let before, let index = entries.firstIndex(where: { isSame($0, before) }) { cursor = MenuCursor(index) }
        cursor.clamp(entries.count)
    }

    private func rank(_ file: SavedQueryFile, _ place: Int) -> (Int, Int) {
        (file.saved == nil ? 100 : file.saved?.number ?? 50, place)
    }

    private func isSame(_ a: Entry, _ b: Entry) -> Bool {
        if case .file(let first) = a, case .file(let second) = b { return first.path == second.path }
        return a == b
    }

    var current: Entry? { entries.indices.contains(cursor.index) ? entries[cursor.index] : nil }

    /// Puts the cursor on a file.
    mutating func select(path: String) {
        if let index = entries.firstIndex(where: { if case .file(let file) = $0 { file.path == path } else { false } })
        {
            cursor = MenuCursor(index)
        }
    }

    // MARK: Component

    var isFullScreen: Bool { true }
    var keyContext: KeyContext { .queries }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: entries.count) { return [] }
        switch command {
        case .back: return [.close]
        case .scopeScanner, .scopeModality, .scopeAll: return [.perform(command)]
        case .savedQuery4: return number(4)
        case .savedQuery5: return number(5)
        case .savedQuery6: return number(6)
        case .savedQuery7: return number(7)
        case .savedQuery8: return number(8)
        case .savedQuery9: return number(9)
        case .queriesUnnumber: return number(nil)
        default: break
        }
        switch current {
        case .scope(let scope): return perform(command, on: scope)
        case .example(let saved):
            switch command {
            case .accept: return [.saved(.run(saved))]
            case .queriesEdit: return [.saved(.edit(saved))]
            case .queriesRename, .queriesDelete, .queriesCopy:
                return say("this is an example: a digit from 4 to 9 saves it, e edits it first")
            default: return []
            }
        case .file(let file):
            guard let saved = file.saved else {
                switch command {
                case .accept, .queriesEdit, .queriesRename, .queriesDelete, .queriesCopy:
                    return say("the file is broken: mend it with a text editor; it is not touched", .warning)
                default: return []
                }
            }
            switch command {
            case .accept: return [.saved(.run(saved))]
            case .queriesEdit: return [.saved(.edit(saved))]
            case .queriesRename: return [.saved(.openRename(file))]
            case .queriesDelete: return [.saved(.askDelete(file))]
            case .queriesCopy:
                if surroundings.isPrivate { return say("names are hidden: nothing is copied", .warning) }
                return [.effect(.copy(file.text))]
                    + say("copied the text of \(file.fileName), \(file.text.utf8.count) bytes")
            default: return []
            }
        case nil: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    private func perform(_ command: Command, on scope: Browser.ScopeKey) -> [Intent] {
        switch command {
        case .accept:
            switch scope {
            case .scanner: return [.perform(.scopeScanner)]
            case .modality: return [.perform(.scopeModality)]
            case .all: return [.perform(.scopeAll)]
            }
        case .queriesEdit:
            guard let query = query(of: scope) else { return say("the settings of the server name no modality") }
            return [.close, .open(Overlay(BuilderScreen(query: query, server: server)))]
        case .queriesRename, .queriesDelete, .queriesCopy: return say("the scopes are built in")
        default: return []
        }
    }

    private func number(_ number: Int?) -> [Intent] {
        switch current {
        case .file(let file) where file.saved != nil: return [.saved(.number(file, number))]
        case .file: return say("the file is broken: mend it with a text editor; it is not touched", .warning)
        case .example(let saved):
            guard let number else { return say("this is an example: a digit from 4 to 9 saves it") }
            return [.saved(.keep(saved, number: number))]
        case .scope: return say("the scopes keep their numbers")
        case nil: return []
        }
    }

    private func say(_ text: TerminalText, _ kind: Message.Kind = .info) -> [Intent] {
        [.message(Message(kind: kind, text: text))]
    }

    private func query(of scope: Browser.ScopeKey) -> Query? {
        switch scope {
        case .scanner:
            return .worklist(.thisScanner(modality: server?.modality ?? "", station: server?.effectiveStation ?? ""))
        case .modality:
            guard let server, !server.modality.isEmpty else { return nil }
            return .worklist(.thisModality(server.modality))
        case .all: return .worklist(.all)
        }
    }

    // MARK: Drawing

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        guard !area.isEmpty else { return }
        let ink = Ink(surroundings.theme)
        grid.fill(area, style: ink.text)
        var top = area.row
        var bottom = area.endRow
        if area.rows > 1 {
            bottom -= 1
            drawKeys(into: &grid, row: bottom, area, surroundings, ink)
        }
        let details = details(area.columns - 2, surroundings, ink)
        if area.rows >= 9 {
            let rows = min(details.count, area.rows >= 20 ? 6 : 3)
            bottom -= rows + 1
            grid.drawRule(
                StyledLine(title(of: current), ink.title),
                row: bottom,
                column: area.column,
                columns: area.columns,
                theme: surroundings.theme,
                style: ink.border
            )
            for (offset, line) in details.prefix(rows).enumerated() {
                line.draw(into: &grid, row: bottom + 1 + offset, column: area.column + 1, columns: area.columns - 2)
            }
        }
        if area.rows >= 7 {
            let right = StyledLine(TerminalText(folder) + " ", ink.dim)
            StyledLine(" Scopes and saved queries", ink.title)
                .draw(into: &grid, row: top, column: area.column, columns: area.columns, right: right)
            top += 1
        }
        drawEntries(
            into: &grid,
            in: Rect(row: top, column: area.column, rows: bottom - top, columns: area.columns),
            surroundings,
            ink
        )
    }

    private func drawKeys(into grid: inout Grid, row: Int, _ area: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        var hints: [(command: Command, label: TerminalText)] = [(.accept, "run"), (.queriesEdit, "edit")]
        switch current {
        case .file(let file) where file.saved == nil: hints = []
        case .file:
            hints += [(.queriesRename, "rename"), (.queriesDelete, "delete"), (.queriesCopy, "copy")]
        default: break
        }
        hints.append((.back, "back"))
        var line = KeyLine.line(hints, context: .queries, columns: area.columns, surroundings, ink: ink)
        var extra = StyledLine()
        switch current {
        case .file(let file) where file.saved != nil:
            extra.add("  4-9", ink.key)
            extra.add(" number", ink.text)
        case .example:
            extra.add("  4-9", ink.key)
            extra.add(" save it with that number", ink.text)
        default: break
        }
        if line.width + extra.width <= area.columns { line.add(extra) }
        if let help = surroundings.keymap.label(of: .help, in: .queries), line.width + help.width + 7 <= area.columns {
            line.add("  \(help)", ink.key)
            line.add(" help", ink.text)
        }
        line.draw(into: &grid, row: row, column: area.column, columns: area.columns)
    }

    private func title(of entry: Entry?) -> TerminalText {
        switch entry {
        case .scope(let scope): TerminalText(scope.word)
        case .file(let file): TerminalText(file.saved?.name ?? file.fileName)
        case .example(let saved): "\(saved.name) (an example, not saved)"
        case nil: ""
        }
    }

    private func words(_ entry: Entry, _ surroundings: Surroundings) -> TerminalText {
        let now = surroundings.now.queryMoment
        switch entry {
        case .scope(let scope):
            guard let query = query(of: scope) else { return "the settings of the server name no modality" }
            // The scopes keep the day; here is what they ask today.
            return QueryWords.line(QueryWords.words(of: query, now: now), isPrivate: surroundings.isPrivate)
        case .file(let file):
            switch file.content {
            case .query(let saved):
                return QueryWords.line(saved.words(for: server, now: now), isPrivate: surroundings.isPrivate)
            case .broken(let line, let words):
                // What is wrong may be a name.
                let shown = surroundings.isPrivate ? "hidden while names are" : TerminalText(words)
                return (line.map { "line \($0): " } ?? "") + shown
            }
        case .example(let saved):
            return QueryWords.line(saved.words(for: server, now: now), isPrivate: surroundings.isPrivate)
        }
    }

    private func drawEntries(into grid: inout Grid, in list: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        guard list.rows > 1 else { return }
        let theme = surroundings.theme
        let names = entries.map { entry -> TerminalText in
            if case .example(let saved) = entry { return TerminalText(saved.name) }
            return title(of: entry)
        }
        let nameColumns = min(max(14, (names.map(\.width).max() ?? 0) + 1), list.columns * 2 / 5)
        var header = StyledLine()
        header.add("  No ", ink.header)
        header.add("Name", columns: nameColumns, ink.header)
        header.add(" Asks", ink.header)
        header.add(.spaces(max(0, list.columns - header.width)), ink.header)
        header.draw(into: &grid, row: list.row, column: list.column, columns: list.columns)
        let rows = list.rows - 1
        let top = cursor.top(count: entries.count, rows: rows)
        for (offset, entry) in entries.dropFirst(top).prefix(rows).enumerated() {
            let isCursor = top + offset == cursor.index
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            line.space()
            var isBroken = false
            switch entry {
            case .scope(let scope): line.add("\(scope.rawValue)  ", ink.key)
            case .file(let file):
                isBroken = file.saved == nil
                if isBroken {
                    line.add("!  ", ink.error)
                } else {
                    line.add(file.saved?.number.map { "\($0)  " } ?? "-  ", ink.key)
                }
            case .example: line.add("   ", ink.dim)
            }
            let isExample = if case .example = entry { true } else { false }
            line.add(names[top + offset], columns: nameColumns, isExample ? ink.dim : isBroken ? ink.error : ink.title)
            if case .file(let file) = entry, file.saved?.viewProblem != nil {
                line.add("!", ink.warning)
            } else {
                line.space()
            }
            if isBroken { line.add("broken: ", ink.error) }
            if isExample { line.add("example: ", ink.dim) }
            line.add(words(entry, surroundings), isExample ? ink.dim : ink.text)
            grid.mark(line: top + offset, row: list.row + 1 + offset, in: list)
            line.draw(
                into: &grid,
                row: list.row + 1 + offset,
                column: list.column,
                columns: list.columns - 1,
                base: isCursor ? ink.cursor : .plain
            )
        }
        grid.drawScrollbar(
            Rect(row: list.row + 1, column: list.endColumn - 1, rows: rows, columns: 1),
            first: top,
            total: entries.count,
            theme: theme,
            style: ink.scroll
        )
        drawInvitation(into: &grid, below: list.row + 1 + min(rows, entries.count), in: list, surroundings, ink)
    }

    /// How to save, where nothing is saved yet.
    private func drawInvitation(
        into grid: inout Grid,
        below row: Int,
        in list: Rect,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) {
        guard entries.contains(where: { if case .example = $0 { true } else { false } }) else { return }
        let key = surroundings.keymap.label(of: .querySave, in: .list) ?? "S"
        let text: TerminalText =
            "Nothing is saved yet. \(key) in the list or in the query builder saves the query at hand; a digit from 4 to 9 "
            + "saves the example under the cursor, and runs it from then on."
        let lines = DisplayWidth.wrap(text, width: max(1, min(list.columns - 4, 100)))
        guard row + lines.count < list.endRow else { return }
        for (offset, line) in lines.enumerated() {
            StyledLine(line, ink.dim)
                .draw(into: &grid, row: row + 1 + offset, column: list.column + 2, columns: list.columns - 3)
        }
    }

    /// All there is to say of the entry under the cursor.
    private func details(_ columns: Int, _ surroundings: Surroundings, _ ink: Ink) -> [StyledLine] {
        guard let current else { return [] }
        var lines = DisplayWidth.wrap(words(current, surroundings), width: max(1, columns)).map { piece in
            let isBroken = if case .file(let file) = current { file.saved == nil } else { false }
            return StyledLine(piece, isBroken ? ink.error : ink.text)
        }
        let saved: SavedQuery?
        switch current {
        case .scope: saved = nil
        case .file(let file):
            saved = file.saved
            if let comment = saved?.comment, !comment.isEmpty {
                lines += DisplayWidth.wrap(TerminalText(comment), width: max(1, columns)).map {
                    StyledLine($0, ink.text)
                }
            }
        case .example(let example): saved = example
        }
        if let saved {
            var parts: [TerminalText] = ["\(saved.query.keys.count) attributes asked for"]
            if !saved.columns.isEmpty { parts.append("columns \(saved.columns.joined(separator: " "))") }
            if !saved.sort.isEmpty { parts.append("sorted by \(saved.sort.joined(separator: " "))") }
            if saved.query.model != .worklist { parts.append("not a worklist query") }
            lines += DisplayWidth.wrap(parts.joined(separator: ", "), width: max(1, columns)).map {
                StyledLine($0, ink.dim)
            }
            if let problem = saved.viewProblem {
                lines += DisplayWidth.wrap(TerminalText("! " + problem), width: max(1, columns)).map {
                    StyledLine($0, ink.warning)
                }
            }
        }
        if case .file(let file) = current {
            // Cut, a path leads nowhere.
            let pieces = DisplayWidth.wrap(TerminalText(file.path), width: max(1, columns))
            lines += pieces.dropLast().map { StyledLine($0, ink.dim) }
            var line = StyledLine(pieces.last ?? .empty, ink.dim)
            if file.saved != nil, file.isHandEdited {
                line.add("   edited by hand", ink.warning)
            }
            if file.saved == nil { line.add("   mend it by hand", ink.warning) }
            lines.append(line)
        }
        return lines
    }
}
