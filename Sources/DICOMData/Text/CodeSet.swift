/// A coded character set that a term of Specific Character Set names or implies (PS3.3 C.12.1.1.2, PS3.5 6.1).
enum CodeSet: UInt8, Sendable, CaseIterable {
    /// ISO-IR 6, in G0.
    case ascii
    /// ISO-IR 14, in G0: ASCII with a yen sign for the backslash and an overline for the tilde.
    case romaji
    /// JIS X 0208, two bytes in G0.
    case jisX0208
    /// JIS X 0212, two bytes in G0.
    case jisX0212
    /// ISO-IR 13, in G1.
    case katakana
    /// KS X 1001, two bytes in G1.
    case ksX1001
    /// GB 2312, two bytes in G1.
    case gb2312
    // ISO 8859 parts and TIS 620, in G1.
    case latin1, latin2, latin3, latin4, latin5, latin9, cyrillic, arabic, greek, hebrew, thai

    /// Designated to G0 (bytes 0x21 to 0x7E); all others are in G1 (0xA0 to 0xFF).
    var isG0: Bool { rawValue <= CodeSet.jisX0212.rawValue }

    var isDoubleByte: Bool {
        switch self {
        case .jisX0208, .jisX0212, .ksX1001, .gb2312: true
        default: false
        }
    }

    /// The escape sequence that designates it (PS3.3 table C.12-3 and C.12-4).
    var escape: [UInt8] {
        switch self {
        case .ascii: [0x1B, 0x28, 0x42]
        case .romaji: [0x1B, 0x28, 0x4A]
        case .jisX0208: [0x1B, 0x24, 0x42]
        case .jisX0212: [0x1B, 0x24, 0x28, 0x44]
        case .katakana: [0x1B, 0x29, 0x49]
        case .ksX1001: [0x1B, 0x24, 0x29, 0x43]
        case .gb2312: [0x1B, 0x24, 0x29, 0x41]
        case .latin1: [0x1B, 0x2D, 0x41]
        case .latin2: [0x1B, 0x2D, 0x42]
        case .latin3: [0x1B, 0x2D, 0x43]
        case .latin4: [0x1B, 0x2D, 0x44]
        case .latin5: [0x1B, 0x2D, 0x4D]
        case .latin9: [0x1B, 0x2D, 0x62]
        case .cyrillic: [0x1B, 0x2D, 0x4C]
        case .arabic: [0x1B, 0x2D, 0x47]
        case .greek: [0x1B, 0x2D, 0x46]
        case .hebrew: [0x1B, 0x2D, 0x48]
        case .thai: [0x1B, 0x2D, 0x54]
        }
    }

    /// The set an escape sequence at `start` designates and the length of the sequence; nil for any other bytes.
    static func designated(
        in bytes: UnsafeBufferPointer<UInt8>,
        at start: Int
    ) -> (set: CodeSet, length: Int)? {
        guard start + 2 < bytes.count, bytes[start] == 0x1B else { return nil }
        let final = bytes[start + 2]
        switch bytes[start + 1] {
        case 0x28:
            switch final {
            case 0x42: return (.ascii, 3)
            case 0x4A: return (.romaji, 3)
            default: return nil
            }
        case 0x29: return final == 0x49 ? (.katakana, 3) : nil
        case 0x2D:
            let set: CodeSet? =
                switch final {
                case 0x41: .latin1
                case 0x42: .latin2
                case 0x43: .latin3
                case 0x44: .latin4
                case 0x46: .greek
                case 0x47: .arabic
                case 0x48: .hebrew
                case 0x4C: .cyrillic
                case 0x4D: .latin5
                case 0x54: .thai
                case 0x62: .latin9
                default: nil
                }
            return set.map { ($0, 3) }
        case 0x24:
            // JIS C 6226-1978 (final byte 04/00) is an older edition of JIS X 0208 and still met in old systems.
            if final == 0x42 || final == 0x40 { return (.jisX0208, 3) }
            guard start + 3 < bytes.count else { return nil }
            switch (final, bytes[start + 3]) {
            case (0x28, 0x44): return (.jisX0212, 4)
            case (0x28, 0x42), (0x28, 0x40): return (.jisX0208, 4)
            case (0x29, 0x43): return (.ksX1001, 4)
            case (0x29, 0x41): return (.gb2312, 4)
            default: return nil
            }
        default: return nil
        }
    }

    /// The defined term with code extensions, for messages.
    var term: String {
        switch self {
        case .ascii: "ISO 2022 IR 6"
        case .romaji, .katakana: "ISO 2022 IR 13"
        case .jisX0208: "ISO 2022 IR 87"
        case .jisX0212: "ISO 2022 IR 159"
        case .ksX1001: "ISO 2022 IR 149"
        case .gb2312: "ISO 2022 IR 58"
        case .latin1: "ISO 2022 IR 100"
        case .latin2: "ISO 2022 IR 101"
        case .latin3: "ISO 2022 IR 109"
        case .latin4: "ISO 2022 IR 110"
        case .latin5: "ISO 2022 IR 148"
        case .latin9: "ISO 2022 IR 203"
        case .cyrillic: "ISO 2022 IR 144"
        case .arabic: "ISO 2022 IR 127"
        case .greek: "ISO 2022 IR 126"
        case .hebrew: "ISO 2022 IR 138"
        case .thai: "ISO 2022 IR 166"
        }
    }

    /// The character of a code without its high bits: a byte for single-byte sets, two for the others; nil if none.
    @inline(__always)
    func scalar(of code: Int) -> UInt16? {
        switch self {
        case .ascii: return UInt16(truncatingIfNeeded: code)
        case .romaji: return code == 0x5C ? 0xA5 : code == 0x7E ? 0x203E : UInt16(truncatingIfNeeded: code)
        case .katakana: return (0x21...0x5F).contains(code) ? UInt16(truncatingIfNeeded: 0xFF40 + code) : nil
        case .latin1: return UInt16(truncatingIfNeeded: code | 0x80)
        default: return CodeTable.shared(for: self)?.scalar(of: code)
        }
    }

    /// The code of a character without high bits, as ``scalar(of:)`` takes it; nil if it has none.
    func code(of scalar: UInt32) -> Int? {
        switch self {
        case .ascii: return scalar < 0x80 ? Int(scalar) : nil
        case .romaji:
            switch scalar {
            case 0xA5: return 0x5C
            case 0x203E: return 0x7E
            case 0x5C, 0x7E: return nil
            default: return scalar < 0x80 ? Int(scalar) : nil
            }
        case .katakana: return (0xFF61...0xFF9F).contains(scalar) ? Int(scalar) - 0xFF40 : nil
        case .latin1: return (0xA0...0xFF).contains(scalar) ? Int(scalar) - 0x80 : nil
        default: return CodeTable.shared(for: self)?.code(of: scalar)
        }
    }

    /// A converter exists on this system.
    var isAvailable: Bool {
        switch self {
        case .ascii, .romaji, .katakana, .latin1: true
        default: CodeTable.shared(for: self) != nil
        }
    }
}
