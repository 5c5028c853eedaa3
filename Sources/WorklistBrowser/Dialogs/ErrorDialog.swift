import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// What went wrong, where, what it means and what to do; the list below is never touched by it.
struct ErrorDialog: Component, Sendable {
    struct Line: Hashable, Sendable {
        /// Left column; empty for a line that goes on.
        var label: TerminalText
        var text: TerminalText
        var isStrong = false
    }

    let title: TerminalText
    let lines: [Line]
    /// Where the remedy is looked for first: in the server's settings, or in the query.
    private let remedies: [(command: Command, word: TerminalText)]
    private var top = 0

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    private init(title: TerminalText, lines: [Line], isAboutServer: Bool = false) {
        self.title = title
        self.lines = lines
        let query: (Command, TerminalText) = (.queryEdit, "edit query")
        let server: (Command, TerminalText) = (.serverMenu, "servers")
        remedies = isAboutServer ? [server, query] : [query, server]
    }

    /// There was no association.
    init(_ failure: AssociationFailure, server: ServerProfile, kept: TerminalText?) {
        var lines: [Line] = []
        switch failure.cause {
        case .rejected(let reject):
            lines.append(Line(label: "", text: "The server answered and refused the association.", isStrong: true))
            lines.append(Line(label: "", text: .empty))
            lines.append(Line(label: "Reason", text: TerminalText(reject.explanation)))
            lines.append(
                Line(
                    label: "It sent",
                    text: "A-ASSOCIATE-RJ result \(reject.result.rawValue), source \(reject.source.rawValue), "
                        + "reason \(reject.reason)"
                )
            )
        default:
            lines.append(Line(label: "", text: Self.sentence(failure.summary), isStrong: true))
        }
        lines.append(Line(label: "", text: .empty))
        let peer = failure.peer
        lines.append(Line(label: "You called", text: "\(peer.calledAETitle) at \(peer.host) port \(peer.port)"))
        lines.append(Line(label: "You are", text: TerminalText(peer.callingAETitle)))
        lines.append(Line(label: "What to do", text: Self.sentence(failure.advice)))
        self.init(title: "Cannot query \(server.name)", lines: Self.closing(lines, kept), isAboutServer: true)
    }

    /// The query was answered with a failure.
    init(_ failure: FindFailure, server: ServerProfile, rows: Int, kept: TerminalText?) {
        var lines = [
            Line(
                label: "",
                text: "The server ended the query with status \(failure.status.description).",
                isStrong: true
            ),
            Line(label: "", text: .empty),
            Line(label: "Meaning", text: Self.sentence(failure.meaning)),
        ]
        if let comment = failure.errorComment, !comment.isEmpty {
            lines.append(Line(label: "It says", text: TerminalText("“") + TerminalText(comment, limit: 256) + "”"))
        }
        for tag in failure.offendingElements.prefix(6) {
            let name = DataDictionary.entry(for: tag)?.name ?? "an attribute the dictionary does not know"
            lines.append(Line(label: "Offending", text: "\(tag.description) \(name)"))
        }
        lines.append(Line(label: "What to do", text: Self.advice(failure)))
        if rows > 0 {
            lines.append(Line(label: "Rows", text: "\(rows) came before it and are kept; the list is PARTIAL."))
        }
        self.init(title: "\(server.name): the query failed", lines: Self.closing(lines, kept))
    }

    /// The query cannot be sent as it stands.
    init(_ error: QueryError, kept: TerminalText?) {
        let what = error.path.map { path in
            let name = DataDictionary.entry(for: path.tag)?.name ?? ""
            return name.isEmpty ? path.tag.description : "\(name) \(path.tag.description)"
        }
        var lines = [Line(label: "", text: "Nothing was sent.", isStrong: true), Line(label: "", text: .empty)]
        if let what { lines.append(Line(label: "Key", text: TerminalText(what))) }
        lines.append(Line(label: "Reason", text: Self.sentence(error.reason)))
        lines.append(Line(label: "What to do", text: Self.sentence(error.advice)))
        self.init(title: "The query cannot be sent", lines: Self.closing(lines, kept))
    }

    private static func closing(_ lines: [Line], _ kept: TerminalText?) -> [Line] {
        guard let kept else { return lines }
        return lines + [Line(label: "", text: .empty), Line(label: "", text: kept)]
    }

    private static func sentence(_ text: String) -> TerminalText {
        guard let first = text.first else { return .empty }
        let end = text.last.map { ".!?".contains($0) } == true ? "" : "."
        return TerminalText(first.uppercased() + text.dropFirst() + end)
    }

    private static func advice(_ failure: FindFailure) -> TerminalText {
        switch failure.status.code {
        case 0xA700: "Ask for less: one day, one modality, one station; or try again later."
        case 0xA900: "The server did not accept the keys. Edit the query: drop what its conformance statement lacks."
        case 0x0122: "This AE title does not offer the service. Ask the administrator for the right one."
        case 0x0124: "The server does not allow this AE title to ask. Ask its administrator."
        case 0xC310: "The server could not read the query. Edit it: leave out unusual keys, private ones first."
        default:
            failure.offendingElements.isEmpty
                ? "Look into the server's log for this time; then edit the query or try again."
                : "Edit the query: change or drop the offending key."
        }
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .queryRun, .queryEdit, .serverMenu: return [.perform(command)]
        case .accept, .back: return [.close]
        case .moveDown: top += 1
        case .moveUp: top = max(0, top - 1)
        case .moveFirst: top = 0
        default: break
        }
        return []
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let columns = min(DialogBox.maximumColumns, max(0, area.columns - 2))
        let labelColumns = 12
        var drawn: [StyledLine] = []
        for line in lines {
            let indent = line.label.isEmpty ? 0 : labelColumns
            for (index, part) in DisplayWidth.wrap(line.text, width: max(1, columns - 4 - indent)).enumerated() {
                var styled = StyledLine()
                if indent > 0 {
                    styled.add(index == 0 ? line.label : .empty, columns: indent, ink.dim)
                    styled.pad(to: indent)
                }
                styled.add(part, line.isStrong ? ink.error : ink.dialog)
                drawn.append(styled)
            }
        }
        // Too little room: blank lines go first.
        if drawn.count + 2 > area.rows { drawn.removeAll(where: \.isEmpty) }
        let box = DialogBox.frame(lines: drawn.count + 2, in: area)
        let keymap = surroundings.keymap
        let hasMore = drawn.count > DialogBox.content(of: box).rows
        // On a narrow screen the last has no place; the way back must not be it.
        let hints = [(.queryRun, "retry")] + remedies.prefix(1) + [(.back, "close")] + remedies.dropFirst()
        var keys = hints.compactMap { hint in
            keymap.label(of: hint.command, in: .dialog).map { (key: $0, word: hint.word) }
        }
        if hasMore {
            let down: TerminalText = keymap.label(of: .moveDown, in: .dialog) ?? "j"
            keys.insert((key: down, word: "more"), at: 0)
        }
        DialogBox(title: title, isAlarm: true, keys: keys).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        // A box with room to spare has a blank line above and below.
        let padding = drawn.count + 2 <= content.rows ? 1 : 0
        let rows = content.rows - 2 * padding
        let first = min(top, max(0, drawn.count - rows))
        for (index, line) in drawn.dropFirst(first).prefix(max(0, rows)).enumerated() {
            line.draw(
                into: &grid,
                row: content.row + padding + index,
                column: content.column,
                columns: content.columns,
                base: ink.dialog
            )
        }
    }
}
