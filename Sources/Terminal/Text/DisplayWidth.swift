/// Where a text stands in a field that is wider than the text.
public enum TextAlignment: Sendable {
    case leading
    case trailing
    case center
}

/// Measuring and cutting text by terminal columns.
public enum DisplayWidth {
    /// Columns of one scalar: 0 for a mark, 1 or 2 otherwise; what may not be shown counts as its replacement.
    public static func width(of scalar: Unicode.Scalar) -> Int { ScalarTable.lookUp(scalar).width }

    /// Columns of a safe text. Free: the text knows.
    public static func width(of text: TerminalText) -> Int { text.width }

    /// Columns a text would take once made safe.
    public static func width(of untrusted: some StringProtocol) -> Int { TerminalText(untrusted).width }

    /// The longest beginning of `text` that fits in `columns`, cut between graphemes, and whether anything was cut.
    public static func clip(_ text: TerminalText, to columns: Int) -> (text: TerminalText, didCut: Bool) {
        if text.width <= columns { return (text, false) }
        if columns <= 0 { return (.empty, !text.isEmpty) }
        return (text.piece(text.string[..<end(of: text, within: columns)]), true)
    }

    /// The text in exactly `width` columns: padded with spaces, or cut between graphemes with `mark` at the end.
    ///
    /// The mark appears only if something visible was lost; cut spaces are not marked. A mark wider than the field is
    /// left out. A width below one gives the empty text.
    public static func fit(
        _ text: TerminalText,
        width: Int,
        alignment: TextAlignment = .leading,
        mark: TerminalText = "~"
    ) -> TerminalText {
        let width = min(width, TerminalSize.limit)
        guard width > 0 else { return .empty }
        if text.width == width { return text }
        if text.width < width { return pad(text, to: width, alignment: alignment) }
        let plain = end(of: text, within: width)
        let lost = text.string[plain...]
        if !lost.contains(where: { $0 != " " }) || mark.width > width {
            return pad(text.piece(text.string[..<plain]), to: width, alignment: alignment)
        }
        let kept = text.piece(text.string[..<end(of: text, within: width - mark.width)])
        return pad(kept + mark, to: width, alignment: alignment)
    }

    /// The text in lines of at most `width` columns, broken at spaces where there are any.
    public static func wrap(_ text: TerminalText, width: Int) -> [TerminalText] {
        guard width > 0, text.width > width else { return [text] }
        var lines: [TerminalText] = []
        var rest = text.string[...]
        while !rest.isEmpty {
            let whole = text.piece(rest)
            if whole.width <= width {
                lines.append(whole)
                break
            }
            var cut = rest.startIndex
            var used = 0
            var lastSpace: Substring.Index?
            for index in rest.indices {
                let character = rest[index]
                if character == " " { lastSpace = index }
                let next = used + columns(of: character)
                if next > width { break }
                used = next
                cut = rest.index(after: index)
            }
            // A grapheme wider than the line is shown nowhere rather than looping for ever.
            if cut == rest.startIndex { cut = rest.index(after: cut) }
            if let lastSpace, lastSpace > rest.startIndex { cut = lastSpace }
            lines.append(text.piece(rest[..<cut]))
            rest = rest[cut...].drop { $0 == " " }
        }
        return lines
    }

    private static func pad(_ text: TerminalText, to width: Int, alignment: TextAlignment) -> TerminalText {
        let missing = width - text.width
        guard missing > 0 else { return text }
        switch alignment {
        case .leading: return text + .spaces(missing)
        case .trailing: return .spaces(missing) + text
        case .center: return .spaces(missing / 2) + text + .spaces(missing - missing / 2)
        }
    }

    static func columns(of character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars { width += ScalarTable.lookUp(scalar).width }
        return width
    }

    /// The end of the longest run of whole graphemes within `columns`.
    private static func end(of text: TerminalText, within columns: Int) -> String.Index {
        let string = text.string
        guard columns > 0 else { return string.startIndex }
        if text.isASCII {
            return string.utf8.index(string.startIndex, offsetBy: columns, limitedBy: string.endIndex)
                ?? string.endIndex
        }
        var used = 0
        var index = string.startIndex
        while index < string.endIndex {
            used += self.columns(of: string[index])
            if used > columns { return index }
            index = string.index(after: index)
        }
        return index
    }
}
