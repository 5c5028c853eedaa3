import Terminal

/// The bottom line: keys and what they do, as the keymap in force has them.
enum KeyLine {
    /// The hints that fit whole, in the order given; each key once.
    static func line(
        _ hints: [(command: Command, label: TerminalText)],
        context: KeyContext,
        columns: Int,
        _ surroundings: Surroundings,
        ink: Ink
    ) -> StyledLine {
        var line = StyledLine()
        for hint in hints {
            guard let key = surroundings.keymap.label(of: hint.command, in: context) else { continue }
            var next = StyledLine()
            next.space(line.isEmpty ? 1 : 2)
            next.add(key, ink.key)
            next.space()
            next.add(hint.label, ink.text)
            if line.width + next.width > columns { continue }
            line.add(next)
        }
        return line
    }
}
