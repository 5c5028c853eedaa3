import Terminal

/// Every command by name: typed letters find it in the order they stand, Enter runs it.
struct PaletteDialog: Component, Sendable {
    /// The screen the commands act on.
    let context: KeyContext
    private var field = TextField(limit: 200)
    private var cursor = MenuCursor()

    init(context: KeyContext) {
        self.context = context
    }

    var keyContext: KeyContext { .picker }
    var takesText: Bool { true }

    private struct Line {
        var command: Command
        var name: String
        var keys: TerminalText
        var help: TerminalText
        var score: Int
        /// What was typed behind the command's word.
        var argument: String?
    }

    /// Commands that make sense when called by name.
    static func commands(_ keymap: Keymap, context: KeyContext) -> [Keymap.Binding] {
        keymap.bindings(in: context).filter { binding in
            switch binding.command {
            case .palette, .accept, .back: false
            default: true
            }
        }
    }

    /// `filter smith`: a word that takes something behind it, and that.
    static func typedArgument(_ text: String) -> (word: String, argument: String)? {
        let typed = text.drop { $0 == " " || $0 == ":" }
        guard let blank = typed.firstIndex(of: " ") else { return nil }
        var argument = typed[blank...].drop { $0 == " " }
        while argument.last == " " { argument.removeLast() }
        return argument.isEmpty ? nil : (typed[..<blank].lowercased(), String(argument))
    }

    private func lines(_ keymap: Keymap) -> [Line] {
        var lines = matchingLines(keymap)
        guard let (word, argument) = Self.typedArgument(field.text) else { return lines }
        let bindings = Self.commands(keymap, context: context)
        for binding in bindings.reversed() {
            guard let takes = binding.command.argument, takes.word == word || binding.command.rawValue == word else {
                continue
            }
            lines.insert(
                Line(
                    command: binding.command,
                    name: takes.word,
                    keys: TerminalText(binding.help),
                    help: TerminalText(argument),
                    score: Int.max,
                    argument: argument
                ),
                at: 0
            )
        }
        return lines
    }

    private func matchingLines(_ keymap: Keymap) -> [Line] {
        let wanted = String(field.text.drop { $0 == ":" })
        return Self.commands(keymap, context: context).compactMap { binding in
            let name = binding.command.rawValue
            // A hit in the name counts more than one in the explanation.
            let inName = Self.score(wanted, in: name).map { $0 * 2 + 20 }
            // The word that takes something behind it counts most.
            let inWord = binding.command.argument.flatMap { Self.score(wanted, in: $0.word) }.map { $0 * 2 + 30 }
            guard let score = [inWord, inName, Self.score(wanted, in: binding.help)].compactMap(\.self).max() else {
                return nil
            }
            let argument = binding.command.argument.map { TerminalText(" (\($0.word) \($0.what.string))") } ?? ""
            return Line(
                command: binding.command,
                name: name,
                keys: binding.keys.map(\.label).joined(separator: " "),
                help: TerminalText(binding.help) + (wanted.isEmpty ? "" : argument),
                score: score
            )
        }.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
    }

    /// How well the letters of `wanted` stand in `text`, in their order; nil if they do not.
    static func score(_ wanted: String, in text: String) -> Int? {
        let letters = Array(wanted.lowercased().filter { $0 != " " })
        guard !letters.isEmpty else { return 0 }
        let hay = Array(text.lowercased())
        var best: Int?
        // Each place of the first letter is tried: `run` is better in query.run than in que-r-y.r-u-n.
        for start in hay.indices where hay[start] == letters[0] {
            var place = start
            var score = 0
            var previous = -2
            var found = 0
            for letter in letters {
                while place < hay.count, hay[place] != letter { place += 1 }
                if place == hay.count { break }
                let isWordStart = place == 0 || !(hay[place - 1].isLetter || hay[place - 1].isNumber)
                score += place == previous + 1 ? 8 : isWordStart ? 6 : 1
                previous = place
                place += 1
                found += 1
            }
            if found == letters.count { best = max(best ?? Int.min, score - (place - start - letters.count)) }
        }
        return best
    }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        let commands = lines(surroundings.keymap).map { (command: $0.command, argument: $0.argument) }
        return cursor.perform(
            command,
            field: &field,
            running: commands,
            unavailable: surroundings.unavailable
        )
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] {
        field.insert(text)
        cursor = MenuCursor()
        return []
    }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let lines = lines(surroundings.keymap)
        let box = DialogBox.frame(lines: 14, in: area)
        DialogBox(
            title: "Command",
            keys: [
                (surroundings.keymap.label(of: .accept, in: .picker) ?? "Enter", "run it"),
                (surroundings.keymap.label(of: .back, in: .picker) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        guard content.rows > 0, content.columns > 4 else { return }
        grid.write(": ", row: content.row, column: content.column, style: ink.key)
        grid.draw(
            field,
            row: content.row,
            column: content.column + 2,
            width: content.columns - 2,
            isActive: true,
            placeholder: "a command; or filter WORDS, day -1, sort COLUMN, server NAME",
            ink: ink
        )
        let rows = content.rows - 1
        let top = cursor.top(count: lines.count, rows: rows)
        for (offset, line) in lines.dropFirst(top).prefix(max(0, rows)).enumerated() {
            let isCursor = top + offset == cursor.index
            let reason = line.argument == nil ? surroundings.unavailable[line.command] : nil
            grid.mark(line: top + offset, row: content.row + 1 + offset, in: content)
            var styled = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            styled.space()
            styled.add(TerminalText(line.name), columns: 17, reason == nil ? ink.title : ink.dim)
            styled.space()
            styled.add(line.help, reason == nil ? ink.dialog : ink.dim)
            styled.draw(
                into: &grid,
                row: content.row + 1 + offset,
                column: content.column,
                columns: content.columns - 1,
                right: reason.map { StyledLine("(\($0))", ink.dim) } ?? StyledLine(line.keys, ink.key),
                base: isCursor ? ink.cursor : ink.dialog
            )
        }
        grid.drawScrollbar(
            Rect(row: content.row + 1, column: box.endColumn - 2, rows: max(0, rows), columns: 1),
            first: top,
            total: lines.count,
            theme: theme,
            style: ink.scroll
        )
        if lines.isEmpty, rows > 0 {
            grid.write(
                "no command has these letters",
                row: content.row + 1,
                column: content.column + 2,
                style: ink.dim,
                maxWidth: content.columns - 2
            )
        }
    }
}
