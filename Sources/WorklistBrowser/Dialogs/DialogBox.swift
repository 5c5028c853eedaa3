import Terminal

/// The frame of a dialog: a box in the middle, lines of text in it, keys in its lower edge.
struct DialogBox {
    var title: TerminalText
    var isAlarm = false
    /// Keys and words for the lower edge, those that fit.
    var keys: [(key: TerminalText, word: TerminalText)] = []

    /// The widest a dialog gets, frame included.
    static let maximumColumns = 78

    /// The box for so many lines of content, inside `area`.
    static func frame(lines: Int, columns: Int = maximumColumns, in area: Rect) -> Rect {
        area.centered(rows: min(lines + 2, area.rows), columns: min(columns, max(0, area.columns - 2)))
    }

    /// The rectangle for content inside the frame.
    static func content(of box: Rect) -> Rect {
        Rect(row: box.row + 1, column: box.column + 2, rows: box.rows - 2, columns: box.columns - 4)
    }

    func draw(into grid: inout Grid, box: Rect, theme: Theme) {
        let ink = Ink(theme)
        guard box.rows >= 2, box.columns >= 2 else {
            grid.fill(box, style: ink.dialog)
            return
        }
        grid.drawBox(
            box,
            title: title,
            style: ink.dialog,
            theme: theme,
            titleStyle: isAlarm ? ink.error : ink.dialogTitle
        )
        var line = StyledLine()
        for (key, word) in keys {
            var words = StyledLine(key, ink.key)
            words.space()
            words.add(word, ink.dialog)
            var next = StyledLine()
            next.space(line.isEmpty ? 1 : 2)
            next.add(words, target: .key(key))
            if line.width + next.width > box.columns - 7 { continue }
            line.add(next)
        }
        guard !line.isEmpty else { return }
        line.space()
        let row = box.endRow - 1
        grid.write("[", row: row, column: box.column + 2, style: ink.dialog)
        line.draw(into: &grid, row: row, column: box.column + 3, columns: line.width, base: .plain)
        grid.write("]", row: row, column: box.column + 3 + line.width, style: ink.dialog)
    }
}

/// A list of lines with a cursor, as menus and pickers have it.
struct MenuCursor: Hashable {
    private(set) var index = 0

    init(_ index: Int = 0) {
        self.index = max(0, index)
    }

    /// Moves by a command; false if the command is no move.
    mutating func perform(_ command: Command, count: Int) -> Bool {
        switch command {
        case .moveDown: index += 1
        case .moveUp: index -= 1
        case .movePageDown: index += 10
        case .movePageUp: index -= 10
        case .moveFirst: index = 0
        case .moveLast: index = count - 1
        default: return false
        }
        clamp(count)
        return true
    }

    /// A command in a list of commands under a search field: runs the one under the cursor, edits the field, or moves.
    ///
    /// What cannot be done now says why, and stays.
    mutating func perform(
        _ command: Command,
        field: inout TextField,
        running commands: [(command: Command, argument: String?)],
        unavailable: [Command: TerminalText]
    ) -> [Intent] {
        switch command {
        case .accept:
            guard commands.indices.contains(index) else { return [] }
            let (chosen, argument) = commands[index]
            if let argument { return [.performArgument(chosen, argument)] }
            if let reason = unavailable[chosen] {
                return [.message(Message(kind: .info, text: "\(TerminalText(chosen.rawValue)): \(reason)"))]
            }
            return [.perform(chosen)]
        case .back: return [.close]
        default:
            if field.perform(command) {
                self = MenuCursor()
            } else {
                _ = perform(command, count: commands.count)
            }
            return []
        }
    }

    mutating func clamp(_ count: Int) { index = max(0, min(index, count - 1)) }

    /// The first line to draw so that the cursor is in view.
    func top(count: Int, rows: Int) -> Int {
        guard rows > 0, count > rows else { return 0 }
        return min(max(0, index - rows / 2), count - rows)
    }
}
