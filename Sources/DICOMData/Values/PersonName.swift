/// A person name: up to three groups of five components (PS3.5 6.2.1).
///
/// Every text is a person name; what has no place in the five components stays in the last one, so nothing is lost.
public struct PersonName: Hashable, Sendable, CustomStringConvertible {
    /// One writing of the name.
    public struct Group: Hashable, Sendable, CustomStringConvertible {
        public var family: String
        public var given: String
        public var middle: String
        public var prefix: String
        public var suffix: String

        public init(
            family: String = "",
            given: String = "",
            middle: String = "",
            prefix: String = "",
            suffix: String = ""
        ) {
            self.family = family
            self.given = given
            self.middle = middle
            self.prefix = prefix
            self.suffix = suffix
        }

        /// Reads `Family^Given^Middle^Prefix^Suffix`; spaces around a component mean nothing.
        public init(parsing text: some StringProtocol) {
            self.init(parsing: Array(text.utf8)[...])
        }

        init(parsing bytes: ArraySlice<UInt8>) {
            var rest = bytes
            family = PersonName.component(PersonName.next(of: &rest, until: "^"))
            given = PersonName.component(PersonName.next(of: &rest, until: "^"))
            middle = PersonName.component(PersonName.next(of: &rest, until: "^"))
            prefix = PersonName.component(PersonName.next(of: &rest, until: "^"))
            suffix = PersonName.component(rest)
        }

        /// All five in the order of the standard.
        public var components: [String] { [family, given, middle, prefix, suffix] }

        public var isEmpty: Bool { components.allSatisfy(\.isEmpty) }

        /// The DICOM form, without trailing carets.
        public var description: String { PersonName.joined(components, separator: "^") }

        /// For people to read: `Adams, Rev. John Robert Quincy, B.A.`, the family name as it was sent.
        public var formatted: String { formatted(capitalFamily: false) }

        /// The same, with the family name in capitals if wanted.
        public func formatted(capitalFamily: Bool) -> String {
            let first = [prefix, given, middle].filter { !$0.isEmpty }.joined(separator: " ")
            return [capitalFamily ? family.uppercased() : family, first, suffix].filter { !$0.isEmpty }
                .joined(separator: ", ")
        }
    }

    /// Single-byte characters by convention; the only group where there is one.
    public var alphabetic: Group
    /// Ideographs by convention.
    public var ideographic: Group
    /// Hiragana, katakana or hangul by convention.
    public var phonetic: Group

    public init(alphabetic: Group = Group(), ideographic: Group = Group(), phonetic: Group = Group()) {
        self.alphabetic = alphabetic
        self.ideographic = ideographic
        self.phonetic = phonetic
    }

    /// Reads one value of a PN element, `alphabetic=ideographic=phonetic`.
    public init(parsing text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        alphabetic = Group(parsing: Self.next(of: &rest, until: "="))
        ideographic = Group(parsing: Self.next(of: &rest, until: "="))
        phonetic = Group(parsing: rest)
    }

    /// The three groups in the order of the standard.
    public var groups: [Group] { [alphabetic, ideographic, phonetic] }

    public var isEmpty: Bool { groups.allSatisfy(\.isEmpty) }

    /// The DICOM form: trailing empty components and groups are dropped.
    public var description: String { Self.joined(groups.map(\.description), separator: "=") }

    /// The first group that is not empty, for people to read: `Yamada, Tarou`.
    public var formatted: String { formatted(capitalFamily: false) }

    /// The same, with the family name in capitals if wanted: `YAMADA, Tarou`.
    public func formatted(capitalFamily: Bool) -> String {
        groups.first { !$0.isEmpty }?.formatted(capitalFamily: capitalFamily) ?? ""
    }

    fileprivate static func joined(_ parts: [String], separator: String) -> String {
        var parts = parts[...]
        while let last = parts.last, last.isEmpty { parts.removeLast() }
        return parts.joined(separator: separator)
    }

    /// Takes what stands before the next delimiter off the front, the delimiter too.
    fileprivate static func next(of rest: inout ArraySlice<UInt8>, until delimiter: Unicode.Scalar) -> ArraySlice<UInt8>
    {
        let end = rest.firstIndex { UInt32($0) == delimiter.value } ?? rest.endIndex
        defer { rest = rest[end...].dropFirst() }
        return rest[..<end]
    }

    /// A component without the spaces around it.
    fileprivate static func component(_ bytes: ArraySlice<UInt8>) -> String {
        var bytes = bytes
        while let last = bytes.last, last == 0x20 || last == 0 { bytes.removeLast() }
        while let first = bytes.first, first == 0x20 { bytes.removeFirst() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
