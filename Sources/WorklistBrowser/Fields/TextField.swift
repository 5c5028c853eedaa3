import Terminal

/// One line of text being edited: a cursor between graphemes, the usual keys, and scrolling by display columns.
///
/// What is typed is what is kept: characters that no terminal can show (controls, bidirectional overrides, zero-width
/// ones) are not taken in, so that two values that look the same are the same.
struct TextField: Hashable {
    private(set) var characters: [Character]
    /// How many graphemes stand before the cursor.
    private(set) var cursor: Int
    /// Most graphemes it takes; what is typed beyond is refused.
    let limit: Int
    /// The whole text is marked: what is typed replaces it, and deleting empties it.
    private(set) var isSelected = false

    init(_ text: String = "", limit: Int = 1_024) {
        self.characters = Array(text.prefix(max(0, limit)))
        self.cursor = characters.count
        self.limit = max(0, limit)
    }

    var text: String { String(characters) }
    var isEmpty: Bool { characters.isEmpty }

    // MARK: Editing

    /// Puts text in at the cursor. Line breaks become `lineBreak`; false if not all of it could be taken.
    @discardableResult
    mutating func insert(_ typed: String, lineBreak: String = " ") -> Bool {
        let (clean, complete) = Self.showable(typed, lineBreak: lineBreak)
        guard !clean.isEmpty else { return complete }
        if isSelected { clear() }
        let before = String(characters[..<cursor]) + clean
        let after = String(characters[cursor...])
        let whole = Array(before + after)
        guard whole.count <= limit else { return false }
        characters = whole
        // A combining mark may have joined the character before the cursor, or what follows may have joined this.
        cursor = min(before.count, whole.count)
        return complete
    }

    /// Replaces everything; the cursor goes to the end.
    mutating func replace(with text: String) {
        characters = Array(text.prefix(limit))
        cursor = characters.count
        isSelected = false
    }

    /// Marks the whole text, as when a field is entered.
    mutating func select() {
        moveEnd()
        isSelected = !isEmpty
    }

    mutating func deselect() { isSelected = false }

    mutating func moveLeft() { cursor = max(0, cursor - 1) }
    mutating func moveRight() { cursor = min(characters.count, cursor + 1) }
    mutating func moveHome() { cursor = 0 }
    mutating func moveEnd() { cursor = characters.count }

    mutating func moveWordLeft() { cursor = startOfWord() }

    mutating func moveWordRight() {
        while cursor < characters.count, !Self.isWord(characters[cursor]) { cursor += 1 }
        while cursor < characters.count, Self.isWord(characters[cursor]) { cursor += 1 }
    }

    mutating func deleteBackward() {
        guard cursor > 0 else { return }
        remove(from: cursor - 1, to: cursor)
    }

    mutating func deleteForward() {
        guard cursor < characters.count else { return }
        remove(from: cursor, to: cursor + 1)
    }

    mutating func deleteWord() { remove(from: startOfWord(), to: cursor) }
    mutating func deleteToEnd() { remove(from: cursor, to: characters.count) }

    mutating func clear() {
        characters = []
        cursor = 0
        isSelected = false
    }

    /// Does what an editing command says; false if it is none.
    mutating func perform(_ command: Command) -> Bool {
        if isSelected {
            switch command {
            case .fieldDeleteBackward, .fieldDeleteForward, .fieldDeleteWord, .fieldDeleteToEnd:
                clear()
                return true
            default: break
            }
        }
        let wasSelected = isSelected
        isSelected = false
        switch command {
        case .fieldLeft: moveLeft()
        case .fieldRight: moveRight()
        case .fieldHome: moveHome()
        case .fieldEnd: moveEnd()
        case .fieldWordLeft: moveWordLeft()
        case .fieldWordRight: moveWordRight()
        case .fieldDeleteBackward: deleteBackward()
        case .fieldDeleteForward: deleteForward()
        case .fieldDeleteWord: deleteWord()
        case .fieldClear: clear()
        case .fieldDeleteToEnd: deleteToEnd()
        default:
            isSelected = wasSelected
            return false
        }
        return true
    }

    private mutating func remove(from start: Int, to end: Int) {
        guard start < end, start >= 0, end <= characters.count else { return }
        // Joining the two sides may merge graphemes: build the text anew.
        let before = String(characters[..<start])
        characters = Array(before + String(characters[end...]))
        cursor = min(before.count, characters.count)
    }

    private func startOfWord() -> Int {
        var place = cursor
        while place > 0, !Self.isWord(characters[place - 1]) { place -= 1 }
        while place > 0, Self.isWord(characters[place - 1]) { place -= 1 }
        return place
    }

    private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    /// The characters a terminal can show, and whether nothing else was there.
    private static func showable(_ typed: String, lineBreak: String) -> (text: String, complete: Bool) {
        var result = ""
        var complete = true
        let lines = typed.split(omittingEmptySubsequences: true) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            if index > 0 { result += lineBreak }
            for character in line {
                if character == "\t" {
                    result += lineBreak
                    continue
                }
                let shown = TerminalText(String(character))
                // A lone combining mark is shown on a dotted circle, yet joins the character before it once inserted.
                let isMark = character.unicodeScalars.allSatisfy {
                    DisplayWidth.width(of: $0) == 0 && $0.properties.isGraphemeExtend
                }
                if shown.altered && !(isMark && shown.string.unicodeScalars.count == character.unicodeScalars.count + 1)
                {
                    complete = false
                    // The visible part of a grapheme stays: an emoji without its joiner, a letter without its override.
                    result += shown.string.filter { $0 != "\u{FFFD}" && !Self.isControlPicture($0) }
                } else {
                    result.append(character)
                }
            }
        }
        return (result, complete)
    }

    private static func isControlPicture(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return (0x2400...0x2421).contains(scalar.value)
    }

    // MARK: Drawing

    /// What of the text shows in `width` columns, and the cursor's column in it.
    ///
    /// The cursor is always inside. A text that is cut on a side has `<` or `>` there.
    func window(width: Int) -> (text: TerminalText, cursorColumn: Int) {
        guard width > 0 else { return (.empty, 0) }
        let cells = characters.map(Self.cell)
        // The cursor needs a column of its own behind the last character.
        var start = 0
        var before = cells[..<cursor].reduce(0) { $0 + $1.width }
        let total = cells.reduce(0) { $0 + $1.width }
        if total < width || (total == width && cursor < cells.count) {
            return (cells.joined(), before)
        }
        while before > width - 1 - (start > 0 ? 1 : 0), start < cursor {
            before -= cells[start].width
            start += 1
        }
        let leftMark: TerminalText = start > 0 && width > 2 ? "<" : ""
        var shown = leftMark
        var index = start
        while index < cells.count {
            let isLast = index == cells.count - 1
            let room = width - shown.width - (isLast || index < cursor || width <= 2 ? 0 : 1)
            if cells[index].width > room { break }
            shown += cells[index]
            index += 1
        }
        if index < cells.count, width > 2, shown.width < width { shown += ">" }
        return (shown, min(before + leftMark.width, width - 1))
    }

    /// The cursor's column in a field drawn in `width` columns.
    func cursorColumn(width: Int) -> Int { window(width: width).cursorColumn }

    /// Draws in exactly `width` columns with the theme's field styles.
    func draw(into grid: inout Grid, row: Int, column: Int, width: Int, isActive: Bool, theme: Theme) {
        grid.draw(self, row: row, column: column, width: width, isActive: isActive, ink: Ink(theme))
    }

    /// A grapheme as a terminal shows it; what has no width gets a dot, so that it is seen.
    private static func cell(_ character: Character) -> TerminalText {
        let shown = TerminalText(String(character))
        return shown.width == 0 ? "\u{00B7}" : shown
    }
}
