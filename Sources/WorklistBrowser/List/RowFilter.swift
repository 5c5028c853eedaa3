import Terminal

/// A filter on the rows that are here: words, all of which must be found; `!word` must not; `column:word` looks in one
/// column, `column:=word` for nothing else in it; quotes keep blanks in a word: `"ct head"`, `proc:"ct head"`.
///
/// Plain substrings without regard to case, never a guess: what is shown holds what was typed.
struct RowFilter: Hashable, Sendable {
    struct Term: Hashable, Sendable {
        /// Nil for any column.
        var column: ListColumn?
        /// In lower case.
        var needle: String
        var isNegated: Bool
        /// The whole value, not a part of it.
        var isExact = false
    }

    /// As typed.
    let text: String
    let terms: [Term]
    /// Attributes that are read for it: those it names, and those on the list, which words without a column look in too.
    let attributes: [ListColumn]
    let searched: [ListColumn]

    /// Nil if the text asks for nothing. `shown`: the columns of the list.
    init?(_ text: String, shown: [ListColumn] = []) {
        var terms: [Term] = []
        for word in Self.words(text) {
            var rest = word[...]
            let isNegated = rest.first?.character == "!" && rest.first?.isQuoted == false
            if isNegated { rest = rest.dropFirst() }
            var column: ListColumn?
            if let colon = rest.firstIndex(where: { $0.character == ":" || $0.isQuoted }), !rest[colon].isQuoted,
                let named = ListColumn(word: String(rest[..<colon].map(\.character)))
            {
                column = named
                rest = rest[rest.index(after: colon)...]
            }
            let isExact = column != nil && rest.first?.character == "=" && rest.first?.isQuoted == false
            if isExact { rest = rest.dropFirst() }
            if rest.isEmpty { continue }
            let needle = String(rest.map(\.character)).lowercased()
            terms.append(Term(column: column, needle: needle, isNegated: isNegated, isExact: isExact))
        }
        guard !terms.isEmpty else { return nil }
        self.text = text
        self.terms = terms
        let extra = shown.filter(\.isAttribute)
        searched = RowText.searched + extra
        let named = terms.compactMap(\.column).filter { $0.isAttribute && !extra.contains($0) }
        attributes = extra + named
    }

    /// Rows whose column is this and nothing more; as text `column:="value"`.
    init(exactly value: String, in column: ListColumn) {
        text = "\(column.rawValue):=\"\(value)\""
        terms = [Term(column: column, needle: value.lowercased(), isNegated: false, isExact: true)]
        attributes = column.isAttribute ? [column] : []
        searched = RowText.searched
    }

    /// Parted by blanks, except those between quotes; a quote without an end reaches to the end of the text.
    private static func words(_ text: String) -> [[(character: Character, isQuoted: Bool)]] {
        var words: [[(character: Character, isQuoted: Bool)]] = []
        var word: [(character: Character, isQuoted: Bool)] = []
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
            } else if character.isWhitespace, !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = []
            } else {
                word.append((character, isQuoted))
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    func matches(_ row: RowText) -> Bool {
        for term in terms {
            let isFound =
                if let column = term.column, term.isExact {
                    row[column].text.string.lowercased() == term.needle
                } else if let column = term.column {
                    Self.contains(row[column].text.string, term.needle)
                } else {
                    searched.contains { Self.contains(row[$0].text.string, term.needle) }
                }
            if isFound == term.isNegated { return false }
        }
        return true
    }

    /// `needle` is in lower case already.
    static func contains(_ text: String, _ needle: String) -> Bool {
        let hay = Array(text.lowercased().utf8)
        let pin = Array(needle.utf8)
        guard let first = pin.first, hay.count >= pin.count else { return false }
        var start = 0
        while start <= hay.count - pin.count {
            if hay[start] == first, hay[start..<(start + pin.count)].elementsEqual(pin) { return true }
            start += 1
        }
        return false
    }
}
