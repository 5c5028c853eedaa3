import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// The bottom line: keys that work here, or the filter being typed.
extension Browser {
    func drawHints(_ grid: inout Grid, context: KeyContext) {
        let ink = Ink(theme)
        if filterField != nil {
            drawFilterField(&grid, ink)
            return
        }
        func piece(_ hint: (command: Command, key: TerminalText, word: TerminalText), first: Bool) -> StyledLine {
            var words = StyledLine(hint.key, ink.key)
            words.space()
            words.add(hint.word, ink.text)
            var line = StyledLine()
            line.space(first ? 1 : 2)
            line.add(words, target: .command(hint.command))
            return line
        }
        let hints = context == .list ? listHints : keymap.hints(in: context)
        // Help and the palette lead to everything else: they are always there.
        let isTail: (Command) -> Bool = { $0 == .palette || $0 == .help || $0 == .back }
        let tail = hints.filter { isTail($0.command) }
        let reserved = tail.map { piece($0, first: false).width }.reduce(0, +)
        var line = StyledLine()
        for hint in hints where !isTail(hint.command) {
            let next = piece(hint, first: line.isEmpty)
            if line.width + next.width + reserved <= size.columns { line.add(next) }
        }
        for hint in tail {
            let next = piece(hint, first: line.isEmpty)
            if line.width + next.width <= size.columns { line.add(next) }
        }
        line.draw(into: &grid, row: size.rows - 1, column: 0, columns: size.columns)
    }

    private func drawFilterField(_ grid: inout Grid, _ ink: Ink) {
        guard let field = filterField else { return }
        let row = size.rows - 1
        var right = StyledLine()
        for (command, word) in [(Command.accept, "keep"), (.back, "drop")] {
            right.space(2)
            var words = StyledLine(keymap.label(of: command, in: .filter) ?? "", ink.key)
            words.add(" \(TerminalText(word))", ink.text)
            right.add(words, target: .command(command))
        }
        right.space()
        var left = StyledLine(" filter ", ink.dim)
        left.space(0)
        left.draw(into: &grid, row: row, column: 0, columns: size.columns, right: right)
        grid.draw(
            field,
            row: row,
            column: left.width,
            width: max(1, size.columns - left.width - right.width - 1),
            isActive: true,
            placeholder: "words, !not, column:word",
            ink: ink
        )
    }
}
