import Terminal

/// The bottom line: keys and what they do, as the keymap in force has them.
enum KeyLine {
    /// The hints that fit whole, in the order given. The way back always has its place.
    static func line(
        _ hints: [(command: Command, label: TerminalText)],
        context: KeyContext,
        columns: Int,
        _ surroundings: Surroundings,
        ink: Ink
    ) -> StyledLine {
        func piece(_ hint: (command: Command, label: TerminalText), gap: Int) -> StyledLine? {
            guard let key = surroundings.keymap.label(of: hint.command, in: context) else { return nil }
            var words = StyledLine(key, ink.key)
            words.space()
            words.add(hint.label, ink.text)
            var piece = StyledLine()
            piece.space(gap)
            piece.add(words, target: .command(hint.command))
            return piece
        }
        var reserved = hints.first { $0.command == .back }.flatMap { piece($0, gap: 2)?.width } ?? 0
        var line = StyledLine()
        for hint in hints {
            guard let next = piece(hint, gap: line.isEmpty ? 1 : 2) else { continue }
            if hint.command == .back { reserved = 0 }
            if line.width + next.width + reserved <= columns { line.add(next) }
        }
        return line
    }
}
