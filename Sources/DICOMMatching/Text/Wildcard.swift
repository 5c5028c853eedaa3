/// Wild card matching (PS3.4 C.2.2.2.4): `*` stands for any run, `?` for exactly one.
enum Wildcard {
    /// Whether the whole text fits the pattern.
    ///
    /// Two places are remembered and nothing recurses, so many stars cost no more than pattern length times text length.
    static func matches<Pattern: RandomAccessCollection, Text: RandomAccessCollection>(
        _ pattern: Pattern,
        _ text: Text,
        any: Text.Element,
        one: Text.Element
    ) -> Bool where Pattern.Element == Text.Element, Text.Element: Equatable {
        var p = pattern.startIndex
        var t = text.startIndex
        var afterStar: Pattern.Index?
        var retry = text.startIndex
        while t != text.endIndex {
            if p != pattern.endIndex, pattern[p] == any {
                p = pattern.index(after: p)
                if p == pattern.endIndex { return true }
                afterStar = p
                retry = t
            } else if p != pattern.endIndex, pattern[p] == one || pattern[p] == text[t] {
                p = pattern.index(after: p)
                t = text.index(after: t)
            } else if let star = afterStar {
                retry = text.index(after: retry)
                t = retry
                p = star
            } else {
                return false
            }
        }
        while p != pattern.endIndex, pattern[p] == any { p = pattern.index(after: p) }
        return p == pattern.endIndex
    }
}

/// A key compiled for comparison with text: on bytes where the text is ASCII, on characters elsewhere.
struct TextPattern: Hashable, Sendable {
    /// The key as bytes; nil if it holds a letter beyond ASCII, which no ASCII text can fit.
    private let ascii: [UInt8]?
    private let characters: [Character]
    let hasWildcards: Bool

    /// - Parameter wildcards: `*` and `?` are taken literally if false.
    init(_ key: String, wildcards: Bool) {
        hasWildcards = wildcards && key.contains { $0 == "*" || $0 == "?" }
        characters = Array(key)
        let bytes = Array(key.utf8)
        ascii = bytes.allSatisfy { $0 < 0x80 } ? bytes : nil
    }

    /// What stands before the first wild card; all of it without one.
    var literalHead: String {
        hasWildcards ? String(characters.prefix { $0 != "*" && $0 != "?" }) : String(characters)
    }

    /// Matches everything there is.
    var isUniversal: Bool { hasWildcards && characters.allSatisfy { $0 == "*" } }

    func matches(ascii text: some RandomAccessCollection<UInt8>) -> Bool {
        guard let ascii else { return false }
        if !hasWildcards { return ascii.elementsEqual(text) }
        return Wildcard.matches(ascii, text, any: UInt8(ascii: "*"), one: UInt8(ascii: "?"))
    }

    func matches(_ text: String) -> Bool {
        if !hasWildcards { return characters.elementsEqual(text) }
        return Wildcard.matches(characters, Array(text), any: "*", one: "?")
    }
}
