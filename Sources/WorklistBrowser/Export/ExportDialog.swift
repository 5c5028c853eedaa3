import Terminal

/// Which rows go into which file; then how far it is, and what became of it.
struct ExportDialog: Component {
    enum Focus: Int, CaseIterable {
        case format, scope, columns, formulas, file
    }

    enum Phase: Sendable {
        case form
        /// There is a file of that name; `replaces` is the button with the focus.
        case asking(path: TerminalText, replaces: Bool)
        case writing(rowsRead: Int, of: Int, isCancelling: Bool)
        /// It is written, and there is something to be known about it.
        case done([TerminalText])
    }

    let source: ExportSource
    private let folder: TerminalText
    private(set) var format = ItemFormat.csv
    private(set) var scope: ExportSource.Scope
    private(set) var columns = ExportSource.ColumnChoice.seen
    /// Cells a spreadsheet would run get an apostrophe in front.
    private(set) var guardsFormulas = false
    private(set) var file: TextField
    private(set) var focus = Focus.format
    private(set) var phase = Phase.form
    /// Why the last try failed.
    private(set) var failure: TerminalText?

    /// `name`: without the ending that belongs to the format.
    init(source: ExportSource, name: String, folder: String) {
        self.source = source
        self.folder = TerminalText(folder)
        scope = source.scopes.first { source.count($0) > 0 } ?? .shown
        file = TextField(name + ItemFormat.csv.suffix, limit: 1_024)
    }

    var keyContext: KeyContext { .form }

    var takesText: Bool { if case .form = phase { focus == .file } else { false } }

    func cursor(in area: Rect) -> Point? { caret(in: area) }

    /// The lines of the form: only a table has columns.
    var fields: [Focus] { Focus.allCases.filter { $0 != .columns && $0 != .formulas || format == .csv } }

    // MARK: From outside

    mutating func update(_ progress: ExportProgress) {
        switch progress {
        case .read(let rows):
            if case .writing(_, let total, let isCancelling) = phase {
                phase = .writing(rowsRead: rows, of: total, isCancelling: isCancelling)
            }
        case .exists(let path): phase = .asking(path: TerminalText(path), replaces: false)
        case .failed(let words):
            phase = .form
            failure = TerminalText(words)
            setFocus(.file)
        case .finished, .cancelled: break
        }
    }

    mutating func finish(_ lines: [TerminalText]) { phase = .done(lines) }

    // MARK: Keys

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch phase {
        case .form: return performInForm(command)
        case .asking(let path, let replaces):
            switch command {
            case .back: phase = .form
            case .accept:
                if replaces { return begin(replaces: true) }
                phase = .form
                setFocus(.file)
            case .formNext, .formPrevious, .fieldLeft, .fieldRight, .moveLeft, .moveRight:
                phase = .asking(path: path, replaces: !replaces)
            default: break
            }
            return []
        case .writing(let rows, let total, _):
            guard command == .back else { return [] }
            phase = .writing(rowsRead: rows, of: total, isCancelling: true)
            return [.cancelExport]
        case .done: return command == .back || command == .accept ? [.close] : []
        }
    }

    private mutating func performInForm(_ command: Command) -> [Intent] {
        switch command {
        case .back: return [.close]
        case .accept: return begin(replaces: false)
        case .formNext, .moveDown: move(by: 1)
        case .formPrevious, .moveUp: move(by: -1)
        case .fieldLeft where focus != .file: turn(by: -1)
        case .fieldRight where focus != .file: turn(by: 1)
        default: if focus == .file, file.perform(command) { failure = nil }
        }
        return []
    }

    mutating func click(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        switch (target, phase) {
        case (.field(let index), .form):
            guard let field = Focus(rawValue: index), fields.contains(field) else { return [] }
            if field != focus {
                setFocus(field)
            } else if field != .file {
                turn(by: 1)
            }
            return []
        case (.button(let index), .asking):
            if index == 1 { return begin(replaces: true) }
            phase = .form
            setFocus(.file)
            return []
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        failure = file.insert(text) ? nil : "a character was left out: it cannot be shown, or the name is too long"
        return []
    }

    private mutating func begin(replaces: Bool) -> [Intent] {
        guard file.text.contains(where: { $0 != " " }) else {
            failure = "the file needs a name"
            setFocus(.file)
            return []
        }
        failure = nil
        let job = source.job(format, scope, columns, guardsFormulas: guardsFormulas)
        phase = .writing(rowsRead: 0, of: job.rowsToRead, isCancelling: false)
        return [.export(ExportPlan(job: job, path: file.text), replaces: replaces)]
    }

    private mutating func setFocus(_ next: Focus) {
        file.deselect()
        focus = next
        if next == .file { file.select() }
    }

    private mutating func move(by step: Int) {
        let fields = fields
        let index = fields.firstIndex(of: focus) ?? 0
        setFocus(fields[(index + step + fields.count) % fields.count])
    }

    private mutating func turn(by step: Int) {
        func next<Choice: Equatable>(_ choices: [Choice], _ current: Choice) -> Choice {
            guard let index = choices.firstIndex(of: current) else { return choices.first ?? current }
            return choices[(index + step + choices.count) % choices.count]
        }
        switch focus {
        case .format:
            let before = format.suffix
            format = next(ItemFormat.allCases, format)
            // A name the user gave another ending keeps it.
            if file.text.hasSuffix(before) {
                file.replace(with: String(file.text.dropLast(before.count)) + format.suffix)
            }
        case .scope: scope = next(source.scopes, scope)
        case .columns: columns = next([.seen, .asked], columns)
        case .formulas: guardsFormulas.toggle()
        case .file: break
        }
    }

    // MARK: Words

    func label(_ field: Focus) -> TerminalText {
        switch field {
        case .format: "Format"
        case .scope: "Rows"
        case .columns: "Columns"
        case .formulas: "Formulas"
        case .file: "File"
        }
    }

    /// The choice in a word, and what it means.
    func choice(_ field: Focus) -> (word: TerminalText, meaning: TerminalText) {
        switch field {
        case .format: return (TerminalText(format.rawValue), TerminalText(format.meaning))
        case .scope:
            return (TerminalText(scope.rawValue), TerminalText(source.words(scope)))
        case .columns:
            switch columns {
            case .seen: return ("seen", "\(source.columns.count), identifiers in any case")
            case .asked:
                let count = ItemFormatter.attributes(of: source.query).count
                return ("asked", "\(count), all asked for, as sent")
            }
        case .formulas:
            return guardsFormulas
                ? ("guarded", "an apostrophe before cells that begin = + - @")
                : ("as sent", "cells that begin = + - @ may run as formulas")
        case .file: return (TerminalText(file.text), .empty)
        }
    }

    /// Lines below the form: what went wrong, what to know of the list, where the file goes.
    func notes(_ ink: Ink) -> [(text: TerminalText, style: Style)] {
        var notes: [(text: TerminalText, style: Style)] = []
        if let failure { notes.append(("! \(failure)", ink.error)) }
        for (index, warning) in source.warnings.enumerated() {
            // That the list is not whole comes first.
            let isInFile: TerminalText =
                format.hasHeader ? "; the file will say so" : "; a \(TerminalText(format.rawValue)) file cannot say so"
            notes.append(("! \(warning)\(index == 0 && source.header.isPartial ? isInFile : "")", ink.warning))
        }
        let name = file.text
        let isElsewhere = name.hasPrefix("/") || name.hasPrefix("~")
        if !isElsewhere { notes.append(("In the folder \(folder)", ink.dim)) }
        notes.append(("The file holds patients' data; only you can read it (mode 0600).", ink.dim))
        return notes
    }
}
