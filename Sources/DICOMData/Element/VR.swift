/// A value representation (PS3.5 6.2).
///
/// The raw value is the two ASCII characters as they stand on the wire, the first in the high byte.
public enum VR: UInt16, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case AE = 0x4145
    case AS = 0x4153
    case AT = 0x4154
    case CS = 0x4353
    case DA = 0x4441
    case DS = 0x4453
    case DT = 0x4454
    case FD = 0x4644
    case FL = 0x464C
    case IS = 0x4953
    case LO = 0x4C4F
    case LT = 0x4C54
    case OB = 0x4F42
    case OD = 0x4F44
    case OF = 0x4F46
    case OL = 0x4F4C
    case OV = 0x4F56
    case OW = 0x4F57
    case PN = 0x504E
    case SH = 0x5348
    case SL = 0x534C
    case SQ = 0x5351
    case SS = 0x5353
    case ST = 0x5354
    case SV = 0x5356
    case TM = 0x544D
    case UC = 0x5543
    case UI = 0x5549
    case UL = 0x554C
    case UN = 0x554E
    case UR = 0x5552
    case US = 0x5553
    case UT = 0x5554
    case UV = 0x5556

    public init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 2 else { return nil }
        self.init(rawValue: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
    }

    public var description: String {
        String(
            decoding: [UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue)],
            as: UTF8.self
        )
    }

    /// Explicit VR writes these with two reserved bytes and a 32-bit length (PS3.5 7.1.2).
    public var hasLongLength: Bool {
        switch self {
        case .OB, .OD, .OF, .OL, .OV, .OW, .SQ, .SV, .UC, .UN, .UR, .UT, .UV: true
        default: false
        }
    }

    /// The value is characters (numbers written as text included).
    public var isText: Bool {
        switch self {
        case .AE, .AS, .CS, .DA, .DS, .DT, .IS, .LO, .LT, .PN, .SH, .ST, .TM, .UC, .UI, .UR, .UT: true
        default: false
        }
    }

    /// The text is in Specific Character Set (PS3.5 6.1.2.2); the rest of the text VRs are ASCII.
    public var usesSpecificCharacterSet: Bool {
        switch self {
        case .LO, .LT, .PN, .SH, .ST, .UC, .UT: true
        default: false
        }
    }

    /// A backslash parts values; it is an ordinary character in LT, ST, UR and UT (PS3.5 6.4).
    public var isMultiValued: Bool {
        switch self {
        case .LT, .ST, .UR, .UT, .SQ, .OB, .OD, .OF, .OL, .OV, .OW, .UN: false
        default: true
        }
    }

    /// The byte that makes an odd value even (PS3.5 6.2): NUL for UI and binary values, a space for text.
    public var paddingByte: UInt8 { isText && self != .UI ? 0x20 : 0 }

    /// Bytes of one number of a binary VR; nil for text, sequences and UN.
    public var unitLength: Int? {
        switch self {
        case .AT, .FL, .SL, .UL, .OF, .OL: 4
        case .FD, .SV, .UV, .OD, .OV: 8
        case .SS, .US, .OW: 2
        case .OB: 1
        default: nil
        }
    }

    /// Longest value in characters (bytes for ASCII repertoires), for one value; nil without a practical limit (PS3.5 table 6.2-1).
    ///
    /// PN: for each component group. Limits do not bind query keys (PS3.4 C.2.2.2).
    public var maximumLength: Int? {
        switch self {
        case .AE: 16
        case .AS: 4
        case .CS: 16
        case .DA: 8
        case .DS: 16
        case .DT: 26
        case .IS: 12
        case .LO: 64
        case .LT: 10_240
        case .PN: 64
        case .SH: 16
        case .ST: 1_024
        case .TM: 14
        case .UI: 64
        default: nil
        }
    }
}
