/// What the terms of Specific Character Set add up to (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5).
///
/// A class so that a character set is two words to copy; it never changes.
final class Repertoire: Sendable {
    /// Encodings that use all eight bits their own way and allow no code extension.
    enum Standalone: Sendable {
        case utf8
        case chinese(ChineseEncoding)
        /// One that DICOM does not know: for reading only.
        case foreign(ForeignEncoding)
    }

    let standalone: Standalone?
    /// In G0 at the start and after each reset: ASCII or ISO-IR 14.
    let baseG0: CodeSet
    /// In G1 at the start and after each reset when reading; nil if only an escape sequence brings one.
    let baseG1: CodeSet?
    /// The same when writing: never a multi-byte set, because those want their escape sequence (PS3.5 6.1.2.5.2).
    let writtenBaseG1: CodeSet?
    /// All declared sets, the first term's first.
    let sets: [CodeSet]
    /// Escape sequences may be written.
    let hasExtensions: Bool
    /// Terms that mean nothing, and those without a converter on this system.
    let unknownTerms: [String]

    /// For reading what an encoding without a defined term wrote.
    init(foreign encoding: ForeignEncoding) {
        standalone = .foreign(encoding)
        baseG0 = .ascii
        baseG1 = nil
        writtenBaseG1 = nil
        sets = [.ascii]
        hasExtensions = false
        unknownTerms = []
    }

    var isForeign: Bool { if case .foreign? = standalone { true } else { false } }

    init(terms: [String]) {
        var standalone: Standalone?
        var sets: [CodeSet] = []
        var unknown: [String] = []
        var baseG0 = CodeSet.ascii
        var baseG1: CodeSet?
        var extensions = terms.count > 1
        for (place, term) in terms.enumerated() {
            switch Self.meaning(of: term) {
            case .defaultRepertoire:
                sets.append(.ascii)
            case .set(let set) where set.isAvailable:
                if set == .katakana {
                    sets += [.romaji, .katakana]
                    if place == 0 { baseG0 = .romaji }
                } else {
                    // Single-byte terms bring ISO-IR 6 to G0 too (PS3.3 table C.12-3).
                    if !set.isDoubleByte { sets.append(.ascii) }
                    sets.append(set)
                }
                if place == 0, !set.isG0 { baseG1 = set }
                if set.isDoubleByte { extensions = true }
            case .standalone(let encoding):
                if standalone == nil { standalone = encoding }
            default:
                unknown.append(term)
            }
        }
        var distinct: [CodeSet] = []
        for set in sets where !distinct.contains(set) { distinct.append(set) }
        if !distinct.contains(baseG0) { distinct.insert(baseG0, at: 0) }
        self.standalone = standalone
        self.baseG0 = baseG0
        self.baseG1 = baseG1
        self.writtenBaseG1 = baseG1.flatMap { $0.isDoubleByte ? nil : $0 }
        self.sets = distinct
        self.hasExtensions = extensions && standalone == nil
        self.unknownTerms = unknown
    }

    /// The first declared set in G1, used when its escape sequence was forgotten.
    var firstG1: CodeSet? { sets.first { !$0.isG0 } }

    private enum Meaning {
        case defaultRepertoire
        case set(CodeSet)
        case standalone(Standalone)
        case unknown
    }

    /// Reads a term, and what systems in the field write in its place: `ISO-IR 100`, `ISO_IR_100`, `iso2022ir87`.
    private static func meaning(of term: String) -> Meaning {
        var letters: [UInt8] = []
        letters.reserveCapacity(16)
        for byte in term.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): letters.append(byte & 0xDF)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): letters.append(byte)
            case UInt8(ascii: " "), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), 0: continue
            default: return .unknown
            }
        }
        if letters.isEmpty { return .defaultRepertoire }
        if let number = number(in: letters, after: "ISO2022IR") ?? number(in: letters, after: "ISOIR") {
            return registered(number)
        }
        if let number = number(in: letters, after: "ISO8859") { return part(number) }
        switch String(decoding: letters, as: UTF8.self) {
        case "GB18030", "ISO2022GB18030":
            return ChineseEncoding.gb18030.isAvailable ? .standalone(.chinese(.gb18030)) : .unknown
        case "GBK", "ISO2022GBK": return ChineseEncoding.gbk.isAvailable ? .standalone(.chinese(.gbk)) : .unknown
        case "UTF8": return .standalone(.utf8)
        default: return .unknown
        }
    }

    /// One to three digits after the prefix, and nothing else.
    private static func number(in letters: [UInt8], after prefix: StaticString) -> Int? {
        let prefix = UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
        guard letters.starts(with: prefix), (1...3).contains(letters.count - prefix.count) else { return nil }
        var scanner = DigitScanner(letters[prefix.count...])
        return scanner.number(digits: letters.count - prefix.count)
    }

    /// By ISO registration number.
    private static func registered(_ number: Int) -> Meaning {
        switch number {
        case 6: .defaultRepertoire
        case 192: .standalone(.utf8)
        case 100: .set(.latin1)
        case 101: .set(.latin2)
        case 109: .set(.latin3)
        case 110: .set(.latin4)
        case 144: .set(.cyrillic)
        case 127: .set(.arabic)
        case 126: .set(.greek)
        case 138: .set(.hebrew)
        case 148: .set(.latin5)
        case 203: .set(.latin9)
        case 13: .set(.katakana)
        case 166: .set(.thai)
        case 87: .set(.jisX0208)
        case 159: .set(.jisX0212)
        case 149: .set(.ksX1001)
        case 58: .set(.gb2312)
        default: .unknown
        }
    }

    /// By part of ISO 8859, which is not a defined term but is met.
    private static func part(_ number: Int) -> Meaning {
        switch number {
        case 1: .set(.latin1)
        case 2: .set(.latin2)
        case 3: .set(.latin3)
        case 4: .set(.latin4)
        case 5: .set(.cyrillic)
        case 6: .set(.arabic)
        case 7: .set(.greek)
        case 8: .set(.hebrew)
        case 9: .set(.latin5)
        case 11: .set(.thai)
        case 15: .set(.latin9)
        default: .unknown
        }
    }
}
