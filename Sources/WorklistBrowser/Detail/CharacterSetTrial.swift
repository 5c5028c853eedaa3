import DICOMData
import Terminal

/// One value read with every character set that may be meant: its bytes, and what they would say.
///
/// Display only: what the server sent stays as it is, and what is read so is marked as a guess.
struct CharacterSetTrial: Component {
    struct Candidate: Hashable, Sendable {
        var set: SpecificCharacterSet
        /// What it is for.
        var about: TerminalText
        var text: TerminalText
        var isValid: Bool
        var score: Int
    }

    let name: TerminalText
    private let bytes: [UInt8]
    private let declared: TerminalText
    private let shownNow: TerminalText
    let candidates: [Candidate]
    private var cursor = MenuCursor()

    /// Nil if there is nothing to try: the value is plain ASCII.
    ///
    /// - Parameter fallback: How the row is read now.
    init?(_ element: DataElement, in dataSet: DataSet, fallback: SpecificCharacterSet?) {
        guard element.vr != .SQ, element.bytes.contains(where: { $0 >= 0x80 || $0 == 0x1B }) else { return nil }
        name = TerminalText(AttributeNames.name(of: element.tag))
        bytes = Array(element.bytes)
        let set = dataSet.characterSet
        declared = set.terms.isEmpty ? "none: ASCII (ISO_IR 6)" : TerminalText(set.description)
        shownNow = dataSet.text(of: element).map { Self.shown($0.string, element.vr) } ?? .empty
        let known = SpecificCharacterSet.definedTerms + SpecificCharacterSet.foreignEncodings
        let slice = element.bytes[...]
        var candidates: [Candidate] = []
        for (place, term) in known.enumerated() {
            guard let set = SpecificCharacterSet(reading: term.value)?.forced else { continue }
            let decoded = set.decode(slice, vr: element.vr, fallback: set)
            let isValid = if case .invalidBytes? = decoded.problem { false } else { true }
            // Valid UTF-8 beyond ASCII is hardly ever anything else.
            let bonus = isValid && term.value == "ISO_IR 192" ? 1_000 : 0
            candidates.append(
                Candidate(
                    set: set,
                    about: TerminalText(term.name),
                    text: Self.shown(decoded.string, element.vr),
                    isValid: isValid,
                    score: (ReadingPlausibility.score(decoded.string) + bonus) * 64 - place
                )
            )
        }
        self.candidates = candidates.sorted { ($0.isValid ? 1 : 0, $0.score) > ($1.isValid ? 1 : 0, $1.score) }
        if let fallback, fallback.isForced, let index = self.candidates.firstIndex(where: { $0.set == fallback }) {
            cursor = MenuCursor(index)
        }
    }

    private static func shown(_ text: String, _ vr: VR) -> TerminalText {
        TerminalText(vr == .PN ? ItemText.name(text) : text, limit: 200)
    }

    var keyContext: KeyContext { .characterSets }
    var takesText: Bool { false }

    var chosen: Candidate? { candidates.indices.contains(cursor.index) ? candidates[cursor.index] : nil }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: candidates.count) { return [] }
        switch command {
        case .accept:
            guard let chosen else { return [.close] }
            return [.close, .read(chosen.set, .row)]
        case .readForServer:
            guard let chosen else { return [.close] }
            return [.close, .read(chosen.set, .server)]
        case .readAsDeclared: return [.close, .read(nil, .row)]
        case .back: return [.close]
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let keymap = surroundings.keymap
        let box = DialogBox.frame(lines: min(candidates.count, 14) + 6, in: area)
        func key(_ command: Command, _ word: TerminalText) -> (key: TerminalText, word: TerminalText) {
            (keymap.label(of: command, in: .characterSets) ?? "", word)
        }
        DialogBox(
            title: "Read \(name) as",
            keys: [
                key(.accept, "this row"), key(.readForServer, "all of this server"),
                key(.readAsDeclared, "as declared"), key(.back, "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        guard content.rows > 0, content.columns > 12 else { return }
        var head: [StyledLine] = []
        func say(_ label: TerminalText, _ text: TerminalText, _ style: Style) {
            var line = StyledLine()
            line.add(label, columns: 10, ink.dim)
            line.add(text, style)
            head.append(line)
        }
        if content.rows >= 8 {
            say("declared", declared, ink.dialog)
            say("bytes", TerminalText(Hex.dump(bytes[...], limit: max(4, (content.columns - 14) / 3))), ink.dialog)
            say("shown now", shownNow, ink.title)
            head.append(StyledLine(theme.glyph(.horizontal).repeated(content.columns), ink.border))
        }
        var row = content.row
        for line in head {
            line.draw(into: &grid, row: row, column: content.column, columns: content.columns)
            row += 1
        }
        let note = chosen.map { chosen -> [TerminalText] in
            let kind: TerminalText = chosen.set.isForeign ? "not a DICOM character set" : "a DICOM character set"
            return PatientSummary.flow(
                ["\(chosen.about); \(kind).", "Shown as a guess; the data stays as it came."],
                columns: content.columns,
                gap: 1
            )
        }
        let foot = min(note?.count ?? 0, max(0, content.rows - head.count - 3))
        let rows = max(1, content.endRow - row - foot)
        let top = cursor.top(count: candidates.count, rows: rows)
        for (offset, candidate) in candidates.dropFirst(top).prefix(rows).enumerated() {
            let isCursor = top + offset == cursor.index
            let base = isCursor ? ink.cursor : ink.dialog
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            line.space()
            let label = candidate.set.isForeign ? candidate.set.terms.joined() : candidate.set.description
            line.add(TerminalText(label), columns: 18, candidate.set.isForeign ? ink.dim : ink.title)
            line.space()
            if candidate.isValid {
                line.add(candidate.text, ink.dialog)
            } else {
                line.add("not valid: ", ink.dim)
                line.add(candidate.text, ink.dim)
            }
            grid.mark(line: top + offset, row: row + offset, in: content)
            line.draw(into: &grid, row: row + offset, column: content.column, columns: content.columns, base: base)
        }
        grid.drawScrollbar(
            Rect(row: row, column: box.endColumn - 2, rows: rows, columns: 1),
            first: top,
            total: candidates.count,
            theme: theme,
            style: ink.scroll
        )
        // That it is a guess is what must be read where there is room for one line only.
        for (offset, line) in (note ?? []).suffix(foot).enumerated() {
            StyledLine(line, ink.dim)
                .draw(
                    into: &grid,
                    row: content.endRow - foot + offset,
                    column: content.column,
                    columns: content.columns
                )
        }
    }
}
