import DICOMData
import DICOMMatching
import Terminal

/// The values of a UID key, one to a line, each judged while it is typed.
struct UIDListEditor: Hashable {
    let path: AttributePath
    let title: TerminalText
    private(set) var lines: [TextField]
    private(set) var cursor: Int

    /// More than any server takes in one key.
    static let limit = 200

    init(_ key: QueryKey) {
        path = key.path
        title = TerminalText(AttributeNames.name(of: key.path.tag))
        lines = key.value.split(separator: "\\").map { TextField(String($0), limit: 128) }
        lines.append(TextField(limit: 128))
        cursor = lines.count - 1
    }

    /// The lines that hold something, as one value.
    var value: String { values.joined(separator: "\\") }

    private var values: [String] { lines.map { Self.trimmed($0.text) }.filter { !$0.isEmpty } }

    private static func trimmed(_ text: String) -> String { text.filter { $0 != " " } }

    /// What is wrong with a line; nil if nothing is.
    func problem(_ index: Int) -> TerminalText? {
        guard lines.indices.contains(index) else { return nil }
        let text = Self.trimmed(lines[index].text)
        if text.isEmpty { return nil }
        if let problem = ValueCheck.problem(in: text, vr: .UI, asKey: true) { return TerminalText("\(problem)") }
        let first = lines.firstIndex { Self.trimmed($0.text) == text } ?? index
        return first < index ? "the same as line \(first + 1)" : nil
    }

    /// Enter on an empty line ends the list, as Tab does anywhere; true then. The line is else followed by a new one.
    mutating func accept() -> Bool {
        guard lines.indices.contains(cursor), !lines[cursor].isEmpty else { return true }
        if cursor == lines.count - 1, lines.count < Self.limit { lines.append(TextField(limit: 128)) }
        cursor = min(cursor + 1, lines.count - 1)
        return false
    }

    mutating func perform(_ command: Command) {
        switch command {
        case .moveUp: cursor = max(0, cursor - 1)
        case .moveDown: cursor = min(lines.count - 1, cursor + 1)
        case .movePageUp: cursor = max(0, cursor - 8)
        case .movePageDown: cursor = min(lines.count - 1, cursor + 8)
        case .fieldDeleteBackward where lines[cursor].isEmpty && lines.count > 1:
            lines.remove(at: cursor)
            cursor = max(0, cursor - 1)
        default: _ = lines[cursor].perform(command)
        }
    }

    /// Pasted lines, and UIDs with backslashes or blanks between them, become lines of their own.
    mutating func insert(_ text: String) {
        let parts = text.split(whereSeparator: { $0.isNewline || $0 == "\\" || $0 == " " || $0 == "\t" })
        for (index, part) in parts.enumerated() {
            if index > 0 {
                guard lines.count < Self.limit else { return }
                cursor += 1
                lines.insert(TextField(limit: 128), at: cursor)
            }
            lines[cursor].insert(String(part))
        }
    }

    func draw(into grid: inout Grid, in body: Rect, _ surroundings: Surroundings, _ ink: Ink) {
        let box = body.centered(rows: min(body.rows, max(lines.count, 6) + 4), columns: min(body.columns - 2, 92))
        guard box.rows >= 4, box.columns >= 20 else { return }
        grid.drawBox(
            box,
            title: "\(title): a UID a line",
            style: ink.dialog,
            theme: surroundings.theme,
            titleStyle: ink.dialogTitle
        )
        let left = box.column + 2
        let columns = box.columns - 4
        let footRows = box.rows >= 7 ? 2 : 0
        let list = Rect(row: box.row + 1, column: left, rows: box.rows - 2 - footRows, columns: columns)
        let top = ScrollWindow.top(cursor: cursor, count: lines.count, rows: list.rows)
        for offset in 0..<min(list.rows, max(0, lines.count - top)) {
            let index = top + offset
            var number = StyledLine()
            number.add("\(index + 1)", columns: 4, ink.dim, alignment: .trailing)
            number.space()
            number.draw(into: &grid, row: list.row + offset, column: left, columns: columns, base: ink.dialog)
            let mark: TerminalText =
                problem(index) != nil ? "!" : lines[index].isEmpty ? " " : surroundings.theme.glyph(.ok)
            grid.draw(
                lines[index],
                row: list.row + offset,
                column: left + 5,
                width: max(1, columns - 8),
                isActive: index == cursor,
                ink: ink
            )
            let style = problem(index) != nil ? ink.error : ink.success
            grid.write(mark, row: list.row + offset, column: left + columns - 2, style: style.over(ink.dialog))
        }
        guard footRows == 2 else { return }
        var line = StyledLine()
        if let problem = problem(cursor) {
            line.add("! \(problem)", ink.error)
        } else {
            let count = values.count
            line.add(
                count == 0
                    ? "Enter on an empty line, or Tab, ends the list."
                    : "\(count) UID\(count == 1 ? "" : "s"): an item with any of them matches (PS3.4 C.2.2.2.2).",
                ink.dim
            )
        }
        line.draw(into: &grid, row: box.endRow - 2, column: left, columns: columns, base: ink.dialog)
    }
}
