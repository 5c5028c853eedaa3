/// A value of Specific Character Set (0008,0005), and text in it both ways (PS3.3 C.12.1.1.2, PS3.5 6.1).
///
/// Values are immutable and safe to share between threads.
public struct SpecificCharacterSet: Hashable, Sendable, CustomStringConvertible {
    /// The terms as declared, without padding; empty when absent. An empty first term stands for ISO_IR 6.
    public let terms: [String]

    let repertoire: Repertoire

    /// As a fallback it is believed more than what was declared; see ``forced``.
    public let isForced: Bool

    /// Never fails: unknown terms are kept, and reported when they matter for decoding.
    public init(terms: [String]) {
        let trimmed = terms.map { TextPadding.trimmed($0[...], vr: .CS) }
        let isAbsent = trimmed.allSatisfy(\.isEmpty)
        self.terms = isAbsent ? [] : trimmed
        repertoire = isAbsent ? Self.defaultRepertoire.repertoire : Repertoire(terms: trimmed)
        isForced = false
    }

    private init(shared terms: [String]) {
        self.terms = terms
        repertoire = Repertoire(terms: terms)
        isForced = false
    }

    init(_ terms: [String], _ repertoire: Repertoire, isForced: Bool) {
        self.terms = terms
        self.repertoire = repertoire
        self.isForced = isForced
    }

    /// Reads the value of (0008,0005), padding included.
    public init(parsing value: some Sequence<UInt8>) {
        var bytes = Array(value)
        while let last = bytes.last, last == 0x20 || last == 0 { bytes.removeLast() }
        if bytes.isEmpty {
            self = .defaultRepertoire
        } else if bytes.elementsEqual("ISO_IR 100".utf8) {
            self = .latin1
        } else if bytes.elementsEqual("ISO_IR 192".utf8) {
            self = .utf8
        } else {
            let parts = bytes.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
            self.init(terms: parts.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    /// No Specific Character Set: ISO_IR 6, which is ASCII.
    public static let defaultRepertoire = SpecificCharacterSet(shared: [])
    /// Unicode in UTF-8, `ISO_IR 192`.
    public static let utf8 = SpecificCharacterSet(shared: ["ISO_IR 192"])
    /// Latin alphabet No. 1, `ISO_IR 100`.
    public static let latin1 = SpecificCharacterSet(shared: ["ISO_IR 100"])

    /// Terms that the standard does not define or this system has no converter for.
    public var unknownTerms: [String] { repertoire.unknownTerms }

    /// The value of (0008,0005), without padding: `ISO_IR 100`, `\ISO 2022 IR 87`; empty for the default repertoire.
    public var encodedValue: String { terms.joined(separator: "\\") }

    public var description: String { terms.isEmpty ? "none (ASCII)" : encodedValue }

    public static func == (a: Self, b: Self) -> Bool {
        a.terms == b.terms && a.isForced == b.isForced && a.repertoire.isForeign == b.repertoire.isForeign
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(terms) }

    // MARK: Decoding

    /// The text of a whole value, padding and `\` included; never fails, never traps.
    ///
    /// Delimiters in the result are delimiters: a byte 0x5C that is half of a character never becomes a backslash.
    /// - Parameters:
    ///   - vr: Which characters part values and names, and whether the value may have more than ASCII at all.
    ///   - fallback: How to read bytes beyond ASCII that no declared set covers and that are not UTF-8; Latin-1 if nil.
    public func decode(
        _ bytes: ArraySlice<UInt8>,
        vr: VR,
        fallback: SpecificCharacterSet? = nil
    ) -> DecodedText {
        bytes.withUnsafeBufferPointer { decode($0, vr: vr, fallback: fallback) }
    }

    /// The values of an element: parted at `\`, each without its padding (PS3.5 6.2 and 6.4).
    ///
    /// Empty for a value of no length or of nothing but padding; `\` gives two empty values. The parameters are those of
    /// ``decode(_:vr:fallback:)``.
    public func decodeValues(
        _ bytes: ArraySlice<UInt8>,
        vr: VR,
        fallback: SpecificCharacterSet? = nil
    ) -> (values: [String], problem: TextProblem?) {
        bytes.withUnsafeBufferPointer { all in
            let bytes = TextPadding.trimmed(all, vr: vr)
            if bytes.isEmpty { return ([], nil) }
            let isPlain = isPlain(bytes, vr: vr)
            if !vr.isMultiValued {
                let text = decode(bytes, vr: vr, fallback: fallback, isPlain: isPlain)
                return ([text.string], text.problem)
            }
            if isPlain {
                if !bytes.contains(UInt8(ascii: "\\")) { return ([String(decoding: bytes, as: UTF8.self)], nil) }
                let values = bytes.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).map {
                    String(decoding: TextPadding.trimmed(UnsafeBufferPointer(rebasing: $0), vr: vr), as: UTF8.self)
                }
                return (values, nil)
            }
            let text = decode(bytes, vr: vr, fallback: fallback, isPlain: false)
            if !text.string.utf8.contains(UInt8(ascii: "\\")) { return ([text.string], text.problem) }
            let values = text.string.split(separator: "\\" as Unicode.Scalar, vr: vr)
            return (values, text.problem)
        }
    }

    private func isPlain(_ bytes: UnsafeBufferPointer<UInt8>, vr: VR) -> Bool {
        guard TextPadding.isPlain(bytes) else { return false }
        // ISO-IR 14 has its own characters for two codes of ASCII.
        if repertoire.baseG0 == .romaji, vr.usesSpecificCharacterSet, repertoire.standalone == nil {
            return !bytes.contains { $0 == 0x7E || $0 == 0x5C }
        }
        return true
    }

    private func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        vr: VR,
        fallback: SpecificCharacterSet?
    ) -> DecodedText {
        decode(bytes, vr: vr, fallback: fallback, isPlain: isPlain(bytes, vr: vr))
    }

    private func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        vr: VR,
        fallback: SpecificCharacterSet?,
        isPlain: Bool
    ) -> DecodedText {
        if isPlain { return DecodedText(string: String(decoding: bytes, as: UTF8.self)) }
        if let fallback, fallback.isForced { return fallback.reading(bytes, vr: vr) }
        if !vr.usesSpecificCharacterSet {
            // ASCII by the standard; what else is there is most likely in the set of the other elements.
            let text = decodeDeclared(bytes, vr: vr, fallback: fallback)
            return DecodedText(
                string: text.string,
                problem: text.problem ?? .guessed(as: terms.isEmpty ? "ISO_IR 6" : encodedValue)
            )
        }
        return decodeDeclared(bytes, vr: vr, fallback: fallback)
    }

    private func decodeDeclared(
        _ bytes: UnsafeBufferPointer<UInt8>,
        vr: VR,
        fallback: SpecificCharacterSet?
    ) -> DecodedText {
        let text: String
        let invalid: Int
        switch repertoire.standalone {
        case .utf8:
            if let extended = escapedInStandalone(bytes, vr: vr) { return extended }
            if let valid = String(validating: bytes, as: UTF8.self) { return DecodedText(string: valid) }
            if let fallback, fallback != self { return fallback.guess(bytes, vr: vr) }
            text = String(decoding: bytes, as: UTF8.self)
            invalid = max(1, text.unicodeScalars.count { $0 == "\u{FFFD}" })
        case .chinese(let encoding):
            if let extended = escapedInStandalone(bytes, vr: vr) { return extended }
            (text, invalid) = encoding.decode(bytes)
        case .foreign(let encoding): (text, invalid) = encoding.decode(bytes)
        case nil:
            let hasHighBytes = bytes.contains { $0 >= 0x80 }
            if hasHighBytes, repertoire.firstG1 == nil, !Self.hasDesignation(bytes) {
                return undeclared(bytes, vr: vr, fallback: fallback)
            }
            let outcome = CodeExtensionDecoder(repertoire: repertoire, vr: vr).decode(bytes)
            text = outcome.text
            invalid = outcome.invalid
            if invalid == 0 {
                if let assumed = outcome.assumed {
                    return DecodedText(string: text, problem: .guessed(as: assumed.term))
                }
                return DecodedText(string: text, problem: unknownTerms.first.map(TextProblem.unknownCharacterSet))
            }
        }
        if invalid == 0 { return DecodedText(string: text) }
        // Bytes that the declared set forbids but that are well-formed UTF-8 are UTF-8.
        if let valid = validUTF8(bytes) {
            return DecodedText(string: valid, problem: .guessed(as: Self.utf8.encodedValue))
        }
        return DecodedText(string: text, problem: .invalidBytes(count: invalid))
    }

    /// Bytes beyond ASCII where no set for them is declared.
    private func undeclared(
        _ bytes: UnsafeBufferPointer<UInt8>,
        vr: VR,
        fallback: SpecificCharacterSet?
    ) -> DecodedText {
        let unknown = unknownTerms.first.map(TextProblem.unknownCharacterSet)
        if let valid = validUTF8(bytes) {
            return DecodedText(string: valid, problem: unknown ?? .guessed(as: Self.utf8.encodedValue))
        }
        // A fallback that declares nothing beyond ASCII itself is no help.
        let usable = fallback.flatMap { $0.repertoire.standalone != nil || $0.repertoire.firstG1 != nil ? $0 : nil }
        let guess = (usable ?? .latin1).guess(bytes, vr: vr)
        return DecodedText(string: guess.string, problem: unknown ?? guess.problem)
    }

    /// The bytes in this set, marked as a guess.
    private func guess(_ bytes: UnsafeBufferPointer<UInt8>, vr: VR) -> DecodedText {
        let text = decodeDeclared(bytes, vr: vr, fallback: nil)
        if case .guessed = text.problem { return text }
        return DecodedText(string: text.string, problem: .guessed(as: encodedValue))
    }

    /// Escape sequences and no high bytes, in an encoding that has neither: `ISO_IR 192\ISO 2022 IR 87` is met, and means 87.
    private func escapedInStandalone(_ bytes: UnsafeBufferPointer<UInt8>, vr: VR) -> DecodedText? {
        guard terms.count > 1, Self.hasDesignation(bytes) else { return nil }
        let outcome = CodeExtensionDecoder(repertoire: repertoire, vr: vr).decode(bytes)
        guard outcome.invalid == 0 else { return nil }
        return DecodedText(string: outcome.text, problem: .guessed(as: outcome.assumed?.term ?? encodedValue))
    }

    private func validUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.contains(where: { $0 >= 0x80 }), !bytes.contains(0x1B) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hasDesignation(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.indices.contains { bytes[$0] == 0x1B && CodeSet.designated(in: bytes, at: $0) != nil }
    }

    // MARK: Encoding

    /// The bytes of a whole value, without padding; `\` in the text of a multi-valued VR parts its values.
    ///
    /// Escape sequences are written where the terms allow them, and the state is the initial one before each delimiter and
    /// at the end (PS3.5 6.1.2.5.3).
    /// - Throws: ``CharacterSetError`` with the first character that has no code; there is no replacement character.
    public func encode(_ text: String, vr: VR) throws(CharacterSetError) -> [UInt8] {
        let bytes = Array(text.utf8)
        let isPlain = bytes.withUnsafeBufferPointer { self.isPlain($0, vr: vr) }
        if isPlain { return bytes }
        guard vr.usesSpecificCharacterSet else {
            let first = text.unicodeScalars.first { $0.value >= 0x80 || $0.value == 0x1B }
            throw CharacterSetError(character: first ?? "\u{FFFD}", terms: [])
        }
        let result: Result<[UInt8], UnencodableCharacter>
        switch repertoire.standalone {
        case .utf8: return bytes
        case .chinese(let encoding): result = encoding.encode(text)
        // Nothing is ever written in it: no term would say so.
        case .foreign:
            let first = text.unicodeScalars.first { $0.value >= 0x80 || $0.value == 0x1B }
            result = .failure(UnencodableCharacter(scalar: first ?? "\u{FFFD}"))
        case nil: result = CodeExtensionEncoder.encode(text, repertoire: repertoire, vr: vr)
        }
        switch result {
        case .success(let bytes): return bytes
        case .failure(let failure): throw CharacterSetError(character: failure.scalar, terms: terms)
        }
    }

    /// ``encode(_:vr:)`` would not throw.
    public func canEncode(_ text: String, vr: VR) -> Bool {
        (try? encode(text, vr: vr)) != nil
    }

    /// The least that holds all the texts: none if they are ASCII, else the first preferred set that can, else UTF-8.
    public static func least(
        for texts: [String],
        preferring preferred: [SpecificCharacterSet] = []
    ) -> SpecificCharacterSet {
        // PN has the most delimiters and so the fewest characters.
        func holds(_ set: SpecificCharacterSet) -> Bool { texts.allSatisfy { set.canEncode($0, vr: .PN) } }
        if holds(.defaultRepertoire) { return .defaultRepertoire }
        return preferred.first(where: holds) ?? .utf8
    }
}

extension String {
    /// Parts the text at a scalar and takes the padding off each part; a combining mark after it does not hide it.
    fileprivate func split(separator: Unicode.Scalar, vr: VR) -> [String] {
        unicodeScalars.split(separator: separator, omittingEmptySubsequences: false).map {
            TextPadding.trimmed(Substring($0), vr: vr)
        }
    }
}
