/// A PN key, compiled (PS3.5 6.2.1, PS3.4 C.2.2.2.1.1).
///
/// - Case and accents do not count unless the rules say so.
/// - Trailing `^` and spaces around components do not count.
/// - A key of one component group may fit any group of the record; a key of several is compared group by group, and a group
///   left empty fits whatever stands there.
struct NamePattern: Hashable, Sendable {
    struct Group: Hashable, Sendable {
        let pattern: TextPattern
        /// The key goes into components, so it is also compared with a name that has all five delimiters: `SMITH^*` fits `SMITH`.
        let fitsPadded: Bool
        /// The ASCII letters it begins with, up to a delimiter, a space or a wild card.
        let plainHead: [UInt8]
    }

    /// Nil for a group without a condition.
    let groups: [Group?]
    let folds: Bool

    init(_ key: String, caseSensitive: Bool) {
        folds = !caseSensitive
        var groups: [Group?] = []
        for group in key.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false) {
            let text = Self.normalized(caseSensitive ? String(group) : NameFolding.fold(String(group)))
            let pattern = TextPattern(text, wildcards: true, folds: !caseSensitive)
            if text.isEmpty || pattern.isUniversal {
                groups.append(nil)
            } else {
                let head = pattern.literalHead.utf8.prefix { $0 > 0x20 && $0 < 0x7E && $0 != UInt8(ascii: "^") }
                groups.append(
                    Group(
                        pattern: pattern,
                        fitsPadded: pattern.hasWildcards && text.contains("^"),
                        plainHead: Array(head)
                    )
                )
            }
        }
        while let last = groups.last, last == nil, groups.count > 1 { groups.removeLast() }
        self.groups = groups
    }

    var hasWildcards: Bool { groups.contains { $0?.pattern.hasWildcards ?? true } }

    /// Compares with a name in plain ASCII, as stored.
    func matches(ascii name: Span<UInt8>) -> Bool {
        // Most keys have one group, and so have most names.
        var start = 0
        var number = 0
        let isPositional = groups.count > 1
        var fitted = 0
        while number < 3 {
            var end = start
            while end < name.count, number == 2 || name[end] != UInt8(ascii: "=") { end += 1 }
            if isPositional {
                if number < groups.count, let group = groups[number] {
                    guard Self.fits(name.extracting(start..<end), group) else { return false }
                    fitted = number + 1
                }
            } else if let only = groups.first {
                guard let only else { return true }
                if Self.fits(name.extracting(start..<end), only) { return true }
            }
            guard end < name.count else { break }
            start = end + 1
            number += 1
        }
        guard isPositional else { return false }
        return !groups.dropFirst(max(fitted, number + 1)).contains { $0 != nil }
    }

    /// Whether the name is another one by its first letters, which are plain up to where it goes beyond ASCII: in no character set
    /// do they stand for anything else. False if that cannot be said so quickly.
    func isOther(_ name: Span<UInt8>) -> Bool {
        guard folds, groups.count == 1, let head = groups.first??.plainHead, !head.isEmpty else { return false }
        var differs = false
        var isLeading = true
        var place = 0
        for index in 0..<name.count {
            let byte = name[index]
            // Further values and groups may be the one that is meant.
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "=") || byte == 0x1B { return false }
            guard isLeading, !differs else { continue }
            guard place < head.count, byte > 0x20, byte < 0x7E, byte != UInt8(ascii: "^") else {
                isLeading = false
                continue
            }
            if (byte &- 0x41 < 26 ? byte | 0x20 : byte) != head[place] { differs = true }
            place += 1
        }
        return differs
    }

    /// Compares a component group in ASCII, once as it is and, for a key that goes into components, once with all delimiters.
    private static func fits(_ group: Span<UInt8>, _ pattern: Group) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: group.count + 4) { buffer in
            var count = 0
            var delimiters = 0
            for place in 0..<group.count {
                let byte = group[place]
                if byte == UInt8(ascii: "^") {
                    while count > 0, buffer[count - 1] == 0x20 { count -= 1 }
                    delimiters += 1
                } else if byte == 0x20, count == 0 || buffer[count - 1] == UInt8(ascii: "^") {
                    continue
                }
                buffer.initializeElement(at: count, to: byte)
                count += 1
            }
            while count > 0, [0x20, 0x5E, 0].contains(buffer[count - 1]) {
                if buffer[count - 1] == 0x5E { delimiters -= 1 }
                count -= 1
            }
            if count == 0 { return false }
            if pattern.pattern.matches(ascii: UnsafeBufferPointer(rebasing: buffer[..<count]).span) { return true }
            guard pattern.fitsPadded, delimiters < 4 else { return false }
            for _ in delimiters..<4 {
                buffer.initializeElement(at: count, to: 0x5E)
                count += 1
            }
            return pattern.pattern.matches(ascii: UnsafeBufferPointer(rebasing: buffer[..<count]).span)
        }
    }

    /// Compares with a decoded name.
    func matches(_ name: String) -> Bool {
        if folds {
            let folded = NameFolding.fold(name)
            // Without its accents the name is mostly plain.
            if folded.utf8.allSatisfy({ $0 < 0x80 }) {
                let bytes = Array(folded.utf8)
                return matches(ascii: bytes.span)
            }
        }
        return fits(name.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false)) { group, pattern in
            var text = Self.normalized(folds ? NameFolding.fold(String(group)) : String(group))
            if text.isEmpty { return false }
            if pattern.pattern.matches(text) { return true }
            guard pattern.fitsPadded else { return false }
            let delimiters = text.count { $0 == "^" }
            if delimiters < 4 { text += String(repeating: "^", count: 4 - delimiters) }
            return pattern.pattern.matches(text)
        }
    }

    private func fits(_ stored: [Substring], _ fits: (Substring, Group) -> Bool) -> Bool {
        if groups.count == 1 {
            guard let only = groups[0] else { return true }
            return stored.contains { fits($0, only) }
        }
        for (index, group) in groups.enumerated() {
            guard let group else { continue }
            guard index < stored.count, fits(stored[index], group) else { return false }
        }
        return true
    }

    /// Without trailing delimiters, and without spaces around components.
    static func normalized(_ group: String) -> String {
        var components = group.split(separator: "^", omittingEmptySubsequences: false).map { component in
            var scalars = component.unicodeScalars
            while let last = scalars.last, last == " " || last == "\0" { scalars.removeLast() }
            while scalars.first == " " { scalars.removeFirst() }
            return String(scalars)
        }
        while let last = components.last, last.isEmpty { components.removeLast() }
        return components.joined(separator: "^")
    }
}

/// Fuzzy semantic matching of person names, once negotiated (PS3.4 C.5.1.1.1): the words of the key, in any order, each
/// the beginning of a word of the name or sounding like one.
struct FuzzyName: Hashable, Sendable {
    private let words: [String]

    init(_ key: String) {
        words = Self.words(of: key)
    }

    func matches(_ name: String) -> Bool {
        guard !words.isEmpty else { return false }
        let stored = Self.words(of: name)
        return words.allSatisfy { word in
            stored.contains { $0.hasPrefix(word) || Self.sound(of: $0) == Self.sound(of: word) }
        }
    }

    private static func words(of text: String) -> [String] {
        NameFolding.fold(text).split { "^= *?,.-'".contains($0) }.map(String.init)
    }

    /// The Soundex code; a word in other than Latin letters sounds like itself alone.
    static func sound(of word: String) -> String {
        var code = ""
        var last: Character = "0"
        for letter in word {
            let digit: Character
            switch letter {
            case "b", "f", "p", "v": digit = "1"
            case "c", "g", "j", "k", "q", "s", "x", "z": digit = "2"
            case "d", "t": digit = "3"
            case "l": digit = "4"
            case "m", "n": digit = "5"
            case "r": digit = "6"
            case "h", "w":
                if code.isEmpty { code.append(letter) }
                continue
            case "a", "e", "i", "o", "u", "y": digit = "0"
            default: return word
            }
            if code.isEmpty {
                code.append(letter)
            } else if digit != "0", digit != last {
                code.append(digit)
            }
            last = digit
            if code.count == 4 { break }
        }
        return code + String(repeating: "0", count: max(0, 4 - code.count))
    }
}
