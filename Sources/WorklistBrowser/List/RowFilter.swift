import Terminal

/// A filter on the rows that are here: words, all of which must be found; `!word` must not; `column:word` looks in one column.
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

    /// Nil if the text asks for nothing.
    init?(_ text: String) {
        var terms: [Term] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            var rest = word
            let isNegated = rest.first == "!"
            if isNegated { rest = rest.dropFirst() }
            var column: ListColumn?
            if let colon = rest.firstIndex(of: ":"), let named = ListColumn(word: rest[..<colon]) {
                column = named
                rest = rest[rest.index(after: colon)...]
            }
            let isExact = column != nil && rest.first == "="
            if isExact { rest = rest.dropFirst() }
            if rest.isEmpty { continue }
            terms.append(
                Term(column: column, needle: rest.lowercased(), isNegated: isNegated, isExact: isExact)
            )
        }
        guard !terms.isEmpty else { return nil }
        self.text = text
        self.terms = terms
    }

    /// Rows whose column is this and nothing more; `column:=value` as text.
    init(exactly value: String, in column: ListColumn) {
        text = "\(column.rawValue):=\(value)"
        terms = [Term(column: column, needle: value.lowercased(), isNegated: false, isExact: true)]
    }

    func matches(_ row: RowText) -> Bool {
        for term in terms {
            let isFound =
                if let column = term.column, term.isExact {
                    row[column].text.string.lowercased() == term.needle
                } else if let column = term.column {
                    Self.contains(row[column].text.string, term.needle)
                } else {
                    RowText.searched.contains { Self.contains(row[$0].text.string, term.needle) }
                }
            if isFound == term.isNegated { return false }
        }
        return true
    }

    /// `needle` is in lower case already.
    private static func contains(_ text: String, _ needle: String) -> Bool {
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
