/// Wild card matching (PS3.4 C.2.2.2.4): `*` stands for any run, `?` for exactly one.
///
/// A text is read once from left to right, its two ends at most twice: whatever the pattern, the time grows with the
/// text alone. Pattern and text are symbols: equal numbers are equal letters, and 0 is a letter the pattern does not have.
struct Glob: Hashable, Sendable {
    /// `?` in a pattern.
    static let one = UInt16.max
    /// `*` in a pattern.
    static let any = UInt16.max - 1

    /// What stands before the first star, all of it without one.
    private let head: [UInt16]
    private let segments: [Segment]
    /// What stands behind the last star.
    private let tail: [UInt16]
    private let hasStar: Bool
    private let minimum: Int

    init(_ pattern: [UInt16]) {
        let parts = pattern.split(separator: Self.any, omittingEmptySubsequences: false)
        hasStar = parts.count > 1
        head = parts.first.map(Array.init) ?? []
        tail = hasStar ? parts.last.map(Array.init) ?? [] : []
        segments = parts.dropFirst().dropLast().filter { !$0.isEmpty }.map(Segment.init)
        minimum = parts.reduce(0) { $0 + $1.count }
    }

    /// Whether the whole text fits; `symbol` gives the symbol at a place of it.
    @inline(__always)
    func matches(count: Int, _ symbol: (Int) -> UInt16) -> Bool {
        guard hasStar ? count >= minimum : count == minimum else { return false }
        for place in 0..<head.count where head[place] != Self.one && head[place] != symbol(place) { return false }
        guard hasStar else { return true }
        let limit = count - tail.count
        for place in 0..<tail.count where tail[place] != Self.one && tail[place] != symbol(limit + place) {
            return false
        }
        // The earliest fit of a segment leaves the most to those behind it.
        var position = head.count
        for segment in segments {
            guard let end = segment.end(from: position, limit: limit, symbol) else { return false }
            position = end
        }
        return true
    }

    /// What stands between two stars. All its places are followed at once, a bit each (Shift-And).
    struct Segment: Hashable, Sendable {
        private let length: Int
        private let words: Int
        private let rows: Int
        /// For each symbol the places at which it fits; row 0 is for symbols that are not in the pattern.
        private let masks: [UInt64]

        init(_ pattern: ArraySlice<UInt16>) {
            length = pattern.count
            words = (pattern.count + 63) / 64
            rows = Int(pattern.filter { $0 != Glob.one }.max() ?? 0) + 1
            var masks = [UInt64](repeating: 0, count: rows * words)
            for (place, symbol) in pattern.enumerated() {
                let bit = UInt64(1) << UInt64(place % 64)
                let fitting = symbol == Glob.one ? 0..<rows : Int(symbol)..<(Int(symbol) + 1)
                for row in fitting { masks[row * words + place / 64] |= bit }
            }
            self.masks = masks
        }

        /// The place behind the first fit that starts at `start` or later.
        @inline(__always)
        func end(from start: Int, limit: Int, _ symbol: (Int) -> UInt16) -> Int? {
            guard limit - start >= length else { return nil }
            let last = UInt64(1) << UInt64((length - 1) % 64)
            var position = start
            if words == 1 {
                var state: UInt64 = 0
                while position < limit {
                    let row = Int(symbol(position))
                    position += 1
                    state = (state << 1 | 1) & masks[row < rows ? row : 0]
                    if state & last != 0 { return position }
                }
                return nil
            }
            var states = [UInt64](repeating: 0, count: words)
            while position < limit {
                let row = Int(symbol(position))
                position += 1
                let base = (row < rows ? row : 0) * words
                var carry: UInt64 = 1
                for word in 0..<words {
                    let next = states[word] >> 63
                    states[word] = (states[word] << 1 | carry) & masks[base + word]
                    carry = next
                }
                if states[words - 1] & last != 0 { return position }
            }
            return nil
        }
    }
}

/// A key compiled for comparison with text: on bytes where the text is ASCII, on characters elsewhere.
struct TextPattern: Hashable, Sendable {
    private let characters: [Character]
    /// The key as bytes; nil if it holds a letter beyond ASCII, which no ASCII text can fit.
    private let ascii: [UInt8]?
    private let glob: Glob?
    private let symbols: [Character: UInt16]
    /// The symbol of each ASCII letter.
    private let table: [UInt16]
    private let folds: Bool

    var hasWildcards: Bool { glob != nil }

    /// - Parameters:
    ///   - wildcards: `*` and `?` are taken literally if false.
    ///   - folds: ASCII texts are compared without case; the key is in lower case.
    init(_ key: String, wildcards: Bool, folds: Bool = false) {
        self.folds = folds
        characters = Array(key)
        let bytes = Array(key.utf8)
        ascii = bytes.allSatisfy { $0 < 0x80 } ? bytes : nil
        var symbols: [Character: UInt16] = [:]
        var table = [UInt16](repeating: 0, count: 128)
        guard wildcards, characters.contains(where: { $0 == "*" || $0 == "?" }) else {
            glob = nil
            self.symbols = [:]
            self.table = []
            return
        }
        let pattern = characters.map { character -> UInt16 in
            if character == "*" { return Glob.any }
            if character == "?" { return Glob.one }
            if let known = symbols[character] { return known }
            let symbol = UInt16(truncatingIfNeeded: symbols.count + 1)
            symbols[character] = symbol
            if let code = character.asciiValue {
                table[Int(code)] = symbol
                if folds, (0x61...0x7A).contains(code) { table[Int(code) - 0x20] = symbol }
            }
            return symbol
        }
        glob = Glob(pattern)
        self.symbols = symbols
        self.table = table
    }

    /// What stands before the first wild card; all of it without one.
    var literalHead: String {
        hasWildcards ? String(characters.prefix { $0 != "*" && $0 != "?" }) : String(characters)
    }

    /// Matches everything there is.
    var isUniversal: Bool { hasWildcards && characters.allSatisfy { $0 == "*" } }

    /// Compares with text whose bytes are all below 0x80.
    func matches(ascii text: Span<UInt8>) -> Bool {
        guard let ascii else { return false }
        if let glob {
            return glob.matches(count: text.count) { place in
                let byte = Int(text[place])
                return byte < 128 ? table[byte] : 0
            }
        }
        guard ascii.count == text.count else { return false }
        for place in 0..<ascii.count {
            let byte = text[place]
            let folded = folds && byte &- 0x41 < 26 ? byte | 0x20 : byte
            if ascii[place] != folded { return false }
        }
        return true
    }

    func matches(_ text: String) -> Bool {
        guard let glob else { return characters.elementsEqual(text) }
        let found = text.map { symbols[$0] ?? 0 }
        return glob.matches(count: found.count) { found[$0] }
    }
}
