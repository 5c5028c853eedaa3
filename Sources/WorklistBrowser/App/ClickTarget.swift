import Terminal

/// What can be clicked on the browser's screens.
enum ClickTarget: HitTarget {
    /// A row of the list, whose it was when it was painted.
    case row(RowReference)
    /// The header of a column.
    case column(ListColumn)
    /// A word that stands for a command of the screen it is on.
    case command(Command)
    /// A word of the title bar that stands for a command of the list.
    case listCommand(Command)
    /// A key named in the edge of a dialog.
    case key(TerminalText)
    /// A line of a menu, a tree, a picker: counted from its first line, not from the first on screen.
    case line(Int)
    case field(Int)
    case button(Int)
    /// The detail beside the list, while the keys still belong to the list.
    case pane(RowReference)
    /// Something that takes no clicks, over something that does.
    case nothing
}

extension Grid {
    /// Marks a line of a menu or tree as it is drawn, over the columns of `area`; ``Component/click(_:isAgain:_:)`` gets it.
    mutating func mark(line index: Int, row: Int, in area: Rect) {
        mark(Rect(row: row, column: area.column, rows: 1, columns: area.columns), ClickTarget.line(index))
    }
}

extension Component {
    /// What a click means where nothing else is said: it puts the cursor on the line; in a dialog it chooses the line as
    /// well, on a screen the second click does.
    mutating func clickedByKeys(_ target: ClickTarget, isAgain: Bool, _ surroundings: Surroundings) -> [Intent] {
        guard case .line(let index) = target, index >= 0 else { return [] }
        var intents = perform(.moveFirst, surroundings)
        for _ in 0..<min(index, 100_000) { intents += perform(.moveDown, surroundings) }
        if isAgain || !isFullScreen { intents += perform(.accept, surroundings) }
        return intents
    }
}
