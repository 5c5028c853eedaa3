import DICOMData
import DICOMMatching
import Terminal

/// Asks for the name under which a query is saved, or for another name of a saved one.
struct SaveQueryDialog: Component {
    enum Field: Int, CaseIterable {
        case name, number, comment, list
    }

    /// What the file says of the columns and the order of the list.
    enum ListChoice: Hashable {
        /// Nothing: whoever runs it sees the columns of their own.
        case open
        /// As they are on screen.
        case present
        /// As the file has them already.
        case file
    }

    /// What is to be saved, under which name.
    struct Request {
        var query: Query
        /// Keys that are asked for when it runs, empty now.
        var asked: [AttributePath: ValueSource]
        var name: String
        var number: Int?
        var comment: String
        var columns: [String] = []
        var sort: [String] = []
    }

    /// The file that gets another name; nil to save a query.
    let renamed: SavedQueryFile?
    private let request: Request
    private let files: [SavedQueryFile]
    private let folder: String
    private var fields: [Field: TextField]
    private let view: ListView
    private let listChoices: [ListChoice]
    private(set) var listChoice = ListChoice.open
    private var focus = Field.name
    /// Set by the first Enter: only then is the user told off for an empty name.
    private var isTried = false

    /// For a query in force; the name of a saved one it came from is offered.
    ///
    /// - Parameters:
    ///   - view: How the list on screen is looked at.
    ///   - isViewed: The list on screen is that of this query.
    init(
        query: Query,
        asked: [AttributePath: ValueSource],
        view: ListView,
        isViewed: Bool,
        files: [SavedQueryFile],
        folder: String
    ) {
        let known = files.compactMap(\.saved).first { $0.name == query.name }
        renamed = nil
        request = Request(
            query: query,
            asked: asked,
            name: "",
            comment: "",
            columns: known?.columns ?? [],
            sort: known?.sort ?? []
        )
        self.files = files
        self.folder = folder
        self.view = view
        let ofFile = ListView(columns: known?.columns ?? [], sort: known?.sort ?? [])
        let hasFile = known.map { !$0.columns.isEmpty || !$0.sort.isEmpty } ?? false
        var choices: [ListChoice] = hasFile ? [.file] : []
        if !view.isStandard, !hasFile || view.changed(from: ofFile) || view.over(ofFile) != ofFile {
            choices.append(.present)
        }
        choices.append(.open)
        listChoices = choices
        // What was arranged for this query goes with it; the columns of another list do not.
        listChoice = isViewed && choices.contains(.present) ? .present : hasFile ? .file : .open
        fields = [
            .name: TextField(known?.name ?? "", limit: SavedQuery.nameLimit),
            .number: TextField(known?.number.map(String.init) ?? "", limit: 1),
            .comment: TextField(known?.comment ?? "", limit: 200),
        ]
        fields[.name]?.select()
    }

    /// For another name.
    init(renaming file: SavedQueryFile, files: [SavedQueryFile], folder: String) {
        renamed = file
        request = Request(query: file.saved?.query ?? Query(), asked: [:], name: "", comment: "")
        self.files = files
        self.folder = folder
        view = ListView()
        listChoices = []
        fields = [.name: TextField(file.saved?.name ?? "", limit: SavedQuery.nameLimit)]
    }

    // MARK: Component

    var keyContext: KeyContext { .form }
    var takesText: Bool { focus != .list }
    func cursor(in area: Rect) -> Point? { caret(in: area) }

    /// Where nothing can be chosen of the list, nothing is asked.
    private var order: [Field] {
        if renamed != nil { return [.name] }
        return listChoices.count > 1 ? Field.allCases : [.name, .number, .comment]
    }

    private func text(_ field: Field) -> String { fields[field]?.text ?? "" }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .formNext, .moveDown: move(by: 1)
        case .formPrevious, .moveUp: move(by: -1)
        case .back: return [.close]
        case .accept: return accept()
        case .fieldLeft where focus == .list: turn(by: -1)
        case .fieldRight where focus == .list: turn(by: 1)
        default: _ = fields[focus]?.perform(command)
        }
        return []
    }

    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        guard case .field(let index) = target, let field = Field(rawValue: index) else { return [] }
        if field == .list, field == focus {
            turn(by: 1)
        } else if let from = order.firstIndex(of: focus), let to = order.firstIndex(of: field) {
            move(by: to - from)
        }
        return []
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        if focus == .number {
            // A digit takes the place of the one there was.
            let digits = text.filter { $0.isASCII && $0.isNumber }
            fields[.number]?.replace(with: digits.last.map(String.init) ?? "")
        } else {
            fields[focus]?.insert(text)
        }
        return []
    }

    private mutating func move(by step: Int) {
        let order = order
        guard let index = order.firstIndex(of: focus) else { return }
        fields[focus]?.deselect()
        focus = order[(index + step + order.count) % order.count]
        fields[focus]?.select()
    }

    private mutating func turn(by step: Int) {
        guard let index = listChoices.firstIndex(of: listChoice) else { return }
        listChoice = listChoices[(index + step + listChoices.count) % listChoices.count]
    }

    private mutating func accept() -> [Intent] {
        isTried = true
        if let field = order.first(where: { finding($0)?.isError == true }) {
            focus = field
            return []
        }
        if let renamed { return [.saved(.rename(renamed, to: text(.name)))] }
        var request = request
        request.name = text(.name)
        request.number = Int(text(.number))
        request.comment = text(.comment)
        switch listChoice {
        case .open: (request.columns, request.sort) = ([], [])
        case .present: (request.columns, request.sort) = (view.columnNames, view.sortNames)
        case .file: break
        }
        return [.saved(.save(request))]
    }

    // MARK: What is said of the fields

    struct Finding: Hashable {
        var text: TerminalText
        var isError: Bool
    }

    /// The file a name stands for already.
    private func file(named name: String) -> SavedQueryFile? {
        files.first { $0.saved?.name.lowercased() == name.lowercased() && $0.path != renamed?.path }
    }

    private func finding(_ field: Field) -> Finding? {
        let typed = text(field)
        switch field {
        case .name:
            if typed.isEmpty, !isTried { return nil }
            if let problem = SavedQuery.problem(inName: typed) {
                return Finding(text: TerminalText(problem), isError: true)
            }
            guard let other = file(named: typed) else { return nil }
            if renamed != nil { return Finding(text: "there is one of this name", isError: true) }
            return Finding(
                text: other.isHandEdited
                    ? "replaces a file edited by hand: it asks first" : "replaces the one there is",
                isError: false
            )
        case .number:
            if typed.isEmpty { return nil }
            guard let number = Int(typed), SavedQuery.numbers.contains(number) else {
                return Finding(text: "4 to 9; 1 2 3 are the scopes", isError: true)
            }
            let owner = files.first {
                $0.saved?.number == number && $0.saved?.name.lowercased() != text(.name).lowercased()
            }
            guard let owner, let name = owner.saved?.name else { return nil }
            return owner.isHandEdited
                ? Finding(text: "is '\(name)', edited by hand: change it there", isError: true)
                : Finding(text: "is '\(name)' now: it asks first", isError: false)
        case .comment, .list: return nil
        }
    }

    private func label(_ field: Field) -> TerminalText {
        switch field {
        case .name: "Name"
        case .number: "Number"
        case .comment: "Comment"
        case .list: "List"
        }
    }

    private func hint(_ field: Field) -> TerminalText {
        switch field {
        case .name: ""
        case .number: "the key that runs it, 4 to 9; may be empty"
        case .comment: "may be empty"
        case .list: ""
        }
    }

    // MARK: Drawing

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let ink = Ink(surroundings.theme)
        let columns = min(DialogBox.maximumColumns, max(0, area.columns - 2))
        let width = max(1, columns - 4)
        var above: [StyledLine] = []
        var below: [StyledLine] = []
        if renamed == nil {
            let words = QueryWords.words(of: request.query, now: surroundings.now.queryMoment)
            var asks = StyledLine("Asks   ", ink.dim)
            let text = QueryWords.line(words, isPrivate: surroundings.isPrivate)
            for (index, piece) in DisplayWidth.wrap(text, width: max(1, width - 7)).prefix(3).enumerated() {
                if index > 0 { asks = StyledLine("       ", ink.dim) }
                asks.add(piece, ink.title)
                above.append(asks)
            }
            above.append(StyledLine())
            below += remarks(words, width, surroundings, ink)
        } else {
            above = [StyledLine("The file gets the new name too.", ink.dim), StyledLine()]
        }
        var path = StyledLine("File   ", ink.dim)
        let file = SavedQuery.fileName(for: text(.name))
        path.add(text(.name).isEmpty ? TerminalText(folder) : "\(folder)/\(file)", ink.dim)
        below.append(path)
        let fieldRows = order.count
        if above.count + below.count + fieldRows + 3 > area.rows {
            above.removeAll(where: \.isEmpty)
            below = Array(below.prefix(max(0, area.rows - 2 - fieldRows - above.count)))
        }
        let gap = above.count + below.count + fieldRows + 3 <= area.rows ? 1 : 0
        let box = DialogBox.frame(lines: above.count + fieldRows + gap + below.count, in: area)
        let keymap = surroundings.keymap
        var keys: [(key: TerminalText, word: TerminalText)] = [
            (keymap.label(of: .accept, in: .form) ?? "Enter", renamed == nil ? "save" : "rename")
        ]
        if order.count > 1 { keys.append((keymap.label(of: .formNext, in: .form) ?? "Tab", "next")) }
        if focus == .list { keys.append(("Left Right", "change")) }
        keys.append((keymap.label(of: .back, in: .form) ?? "Esc", "cancel"))
        DialogBox(title: renamed == nil ? "Save the query" : "Rename the query", keys: keys)
            .draw(into: &grid, box: box, theme: surroundings.theme)
        let content = DialogBox.content(of: box)
        var row = content.row
        func put(_ line: StyledLine) {
            guard row < content.endRow else { return }
            line.draw(into: &grid, row: row, column: content.column, columns: content.columns, base: ink.dialog)
            row += 1
        }
        above.forEach(put)
        for field in order where row < content.endRow {
            drawField(field, into: &grid, row: row, content, ink)
            row += 1
        }
        if gap > 0 { put(StyledLine()) }
        below.forEach(put)
    }

    private func drawField(_ field: Field, into grid: inout Grid, row: Int, _ content: Rect, _ ink: Ink) {
        let isActive = field == focus
        grid.mark(
            Rect(row: row, column: content.column, rows: 1, columns: content.columns),
            ClickTarget.field(field.rawValue)
        )
        var label = StyledLine()
        label.add(self.label(field), columns: 8, isActive ? ink.title : ink.dialog)
        if field == .list {
            let (word, meaning) = listWords
            label.add(isActive ? StyledLine("< \(word) >", ink.activeButton) : StyledLine("  \(word)", ink.title))
            label.pad(to: 27)
            label.add(meaning, ink.dim)
            label.draw(into: &grid, row: row, column: content.column, columns: content.columns, base: ink.dialog)
            return
        }
        var right = StyledLine()
        if let finding = finding(field) {
            right.add("! \(finding.text)", finding.isError ? ink.error : ink.warning)
        } else {
            right.add(hint(field), ink.dim)
        }
        let wanted = field == .number ? 3 : field == .name ? 30 : content.columns - 24
        let width = max(3, min(wanted, content.columns - 9 - min(right.width + 2, content.columns / 2)))
        label.draw(into: &grid, row: row, column: content.column, columns: content.columns, base: ink.dialog)
        guard let text = fields[field] else { return }
        grid.draw(text, row: row, column: content.column + 8, width: width, isActive: isActive, ink: ink)
        let start = 8 + width + 2
        right.draw(
            into: &grid,
            row: row,
            column: content.column + start,
            columns: max(0, content.columns - start),
            base: ink.dialog
        )
    }

    /// The choice in a word, and what it means.
    private var listWords: (word: TerminalText, meaning: TerminalText) {
        switch listChoice {
        case .open: ("not kept", "whoever runs it sees their own columns")
        case .present: ("as it is now", Self.words(view.columnNames, view.sortNames))
        case .file: ("as saved", Self.words(request.columns, request.sort))
        }
    }

    /// `6 columns, sorted by -time`.
    private static func words(_ columns: [String], _ sort: [String]) -> TerminalText {
        var parts: [String] = []
        if !columns.isEmpty { parts.append(columns.count == 1 ? "1 column" : "\(columns.count) columns") }
        if !sort.isEmpty { parts.append("sorted by " + sort.joined(separator: ", ")) }
        return TerminalText(parts.joined(separator: ", "))
    }

    /// What will happen to values that are not the same for everyone, every day.
    private func remarks(
        _ words: [QueryWords.Word],
        _ width: Int,
        _ surroundings: Surroundings,
        _ ink: Ink
    ) -> [StyledLine] {
        var lines: [StyledLine] = []
        func say(_ text: TerminalText, _ style: Style) {
            for piece in DisplayWidth.wrap(text, width: width) { lines.append(StyledLine(piece, style)) }
        }
        if words.isEmpty { say("No key matches: it asks for everything the server has.", ink.warning) }
        for word in words where RelativeDate.isRelative(request.query[word.path]?.value ?? "", vr: .DA) {
            say("\(word.name)=\(request.query[word.path]?.value ?? "") is worked out anew each time it runs.", ink.dim)
        }
        if let date = words.first(where: { $0.name == "date" && DICOMDate(parsing: $0.value) != nil }) {
            say("date=\(date.value) stays that day; the word today moves on with the days.", ink.warning)
        }
        let own = request.query.matchingKeys.filter { key in
            key.source == .configuration && surroundings.server?.value(at: key.path) == key.value
        }
        if !own.isEmpty {
            let names = own.map { QueryWords.name(of: $0.path) }.joined(separator: " and ")
            say("Not in the file: \(names), taken from the server's settings when it runs.", ink.dim)
        }
        return lines
    }
}
