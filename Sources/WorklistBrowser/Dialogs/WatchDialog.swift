import Terminal

/// How often a watched query is asked again.
struct WatchDialog: Component, Sendable {
    private let isOn: Bool
    private var field: TextField

    struct Problem: Error, Hashable {
        var words: TerminalText
    }

    init(interval: Int, isOn: Bool) {
        self.isOn = isOn
        field = TextField("\(interval)", limit: 12)
        field.select()
    }

    var keyContext: KeyContext { .form }
    var takesText: Bool { true }

    /// `60`, `90 s`, `5 min`, `1 h` in seconds.
    static func seconds(_ text: String) -> Result<Int, Problem> {
        let range = Watch.intervals
        let expected: TerminalText = "expected \(range.lowerBound) to \(range.upperBound) seconds, such as 60 or 5 min"
        let plain = text.lowercased().filter { !$0.isWhitespace }
        let digits = plain.prefix { ("0"..."9").contains($0) }
        let factor: Int
        switch plain.dropFirst(digits.count) {
        case "", "s", "sec", "seconds": factor = 1
        case "m", "min", "minutes": factor = 60
        case "h", "hour", "hours": factor = 3_600
        default: return .failure(Problem(words: "'\(TerminalText(text, limit: 20))' is no interval: \(expected)"))
        }
        guard digits.count <= 6, let number = Int(digits) else {
            return .failure(Problem(words: "'\(TerminalText(text, limit: 20))' is no interval: \(expected)"))
        }
        let seconds = number * factor
        guard range.contains(seconds) else {
            return .failure(Problem(words: "\(seconds) s is outside what is allowed: \(expected)"))
        }
        return .success(seconds)
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .accept:
            guard case .success(let seconds) = Self.seconds(field.text) else { return [] }
            return [.close, .watch(seconds: seconds)]
        case .back: return [.close]
        default:
            _ = field.perform(command)
            return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        field.insert(text)
        return []
    }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let ink = Ink(surroundings.theme)
        let box = DialogBox.frame(lines: 4, columns: 60, in: area)
        DialogBox(
            title: "Watch",
            keys: [
                (surroundings.keymap.label(of: .accept, in: .form) ?? "Enter", isOn ? "change" : "start"),
                (surroundings.keymap.label(of: .back, in: .form) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: surroundings.theme)
        let content = DialogBox.content(of: box)
        guard content.rows > 0, content.columns > 24 else { return }
        let row = content.row + (content.rows > 3 ? 1 : 0)
        StyledLine("Ask again every", ink.dialog)
            .draw(into: &grid, row: row, column: content.column, columns: 15, base: ink.dialog)
        grid.draw(field, row: row, column: content.column + 16, width: 8, isActive: true, ink: ink)
        guard content.rows > 1 else { return }
        var line = StyledLine()
        switch Self.seconds(field.text) {
        case .success(let seconds):
            line.add("\(Browser.span(seconds)) from the end of one query to the next", ink.dim)
        case .failure(let problem): line.add(problem.words, ink.error)
        }
        StyledLine("s, or min, h", ink.dim)
            .draw(into: &grid, row: row, column: content.column + 25, columns: content.columns - 25, base: ink.dialog)
        line.draw(into: &grid, row: row + 1, column: content.column, columns: content.columns, base: ink.dialog)
    }

    func cursor(in area: Rect) -> Point? { caret(in: area) }
}
