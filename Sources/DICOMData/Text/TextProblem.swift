/// Text decoded from the bytes of a value, and what was wrong with them.
public struct DecodedText: Sendable, Hashable {
    /// The text; characters that could not be read are U+FFFD.
    public let string: String
    /// Nil when the bytes said what the declared character set says they may.
    public let problem: TextProblem?

    public init(string: String, problem: TextProblem? = nil) {
        self.string = string
        self.problem = problem
    }
}

/// Why decoded text may not be what the sender meant.
public enum TextProblem: Sendable, Hashable, CustomStringConvertible {
    /// The declared character set (or none) does not cover the bytes; they were read as this one, which may be wrong.
    case guessed(as: String)
    /// So many places could not be read and are shown as U+FFFD.
    case invalidBytes(count: Int)
    /// Specific Character Set (0008,0005) has a term that the standard does not define, or that this system has no
    /// converter for; the text was read as UTF-8 where valid, else as the fallback.
    case unknownCharacterSet(String)

    public var description: String {
        switch self {
        case .guessed(let term):
            "text outside the declared character set, read as \(term); "
                + "if it looks wrong, choose another character set for this server"
        case .invalidBytes(let count):
            "\(count) \(count == 1 ? "place" : "places") not valid in the declared character set, shown as \u{FFFD}; "
                + "choose another character set for this server"
        case .unknownCharacterSet(let term):
            "unknown character set “\(term)” in (0008,0005), text was guessed; choose a character set for this server"
        }
    }
}

/// Text that cannot be written in a character set; nothing was written instead (PS3.5 6.1.2).
public struct CharacterSetError: Error, Hashable, CustomStringConvertible {
    /// The first character that has no code.
    public let character: Unicode.Scalar
    /// The terms of the character set, empty for the default repertoire or where the VR allows only that.
    public let terms: [String]

    public init(character: Unicode.Scalar, terms: [String]) {
        self.character = character
        self.terms = terms
    }

    public var description: String {
        let set = terms.isEmpty ? "the default repertoire (ASCII)" : terms.joined(separator: "\\")
        let name = character.value < 0x20 ? "control character" : "“\(character)”"
        let code = character.value > 0xFFFF ? Hex.two(UInt8(truncatingIfNeeded: character.value >> 16)) : ""
        return
            "\(name) (U+\(code)\(Hex.four(UInt16(truncatingIfNeeded: character.value)))) cannot be written in \(set); "
            + "choose a character set that has it, such as ISO_IR 192"
    }
}
