import DICOMData

/// A DIMSE status (PS3.7 C): the number on the wire, its category and its meaning.
public struct Status: Hashable, Sendable, CustomStringConvertible {
    public let code: UInt16

    public init(_ code: UInt16) {
        self.code = code
    }

    /// The kinds of PS3.7 C.1.
    public enum Category: String, Hashable, Sendable {
        case success, pending, cancel, warning, failure
        /// Not assigned; treated as a failure.
        case unknown
    }

    public static let success = Status(0x0000)
    public static let cancel = Status(0xFE00)
    public static let pending = Status(0xFF00)
    /// Matches continue, but an optional key was not supported for matching (PS3.4 C.4.1.1.4).
    public static let pendingWithUnsupportedKeys = Status(0xFF01)
    public static let outOfResources = Status(0xA700)
    public static let identifierDoesNotMatch = Status(0xA900)
    public static let unableToProcess = Status(0xC000)
    public static let sopClassNotSupported = Status(0x0122)
    public static let duplicateInvocation = Status(0x0210)
    public static let unrecognizedOperation = Status(0x0211)
    public static let mistypedArgument = Status(0x0212)
    /// The identifier of the request could not be decoded (as pynetdicom numbers it).
    public static let identifierNotDecodable = Status(0xC310)
    /// The handler threw, or there is none (as pynetdicom numbers it).
    public static let handlerFailed = Status(0xC311)
    /// A match could not be encoded (as pynetdicom numbers it).
    public static let identifierNotEncodable = Status(0xC312)

    public var isPending: Bool { code == 0xFF00 || code == 0xFF01 }

    public var category: Category {
        switch code {
        case 0x0000: .success
        case 0xFF00, 0xFF01: .pending
        case 0xFE00: .cancel
        case 0x0001, 0x0107, 0x0116, 0xB000...0xBFFF: .warning
        case 0x0105, 0x0106, 0x0110...0x0115, 0x0117...0x0124, 0x0210...0x0213, 0xA000...0xAFFF, 0xC000...0xCFFF:
            .failure
        default: .unknown
        }
    }

    /// What the code means for C-FIND, in words (PS3.4 C.4.1.1.4, K.4.1.1.4; PS3.7 C).
    public var meaning: String {
        switch code {
        case 0x0000: "matching is complete"
        case 0xFF00: "matches are continuing"
        case 0xFF01: "matches are continuing, one or more optional keys were not supported"
        case 0xFE00: "matching was terminated by a cancel request"
        case 0xA700: "refused: out of resources"
        case 0xA710: "refused: the repository query is not supported"
        case 0xA900: "the identifier does not match the SOP class"
        case 0xB001: "matching reached the result limit; more matches exist"
        case 0xC310: "unable to process: the identifier could not be decoded"
        case 0xC311: "unable to process: the server's handler failed"
        case 0xC312: "unable to process: the server could not encode a match"
        case 0xC000...0xCFFF: "unable to process"
        case 0xA000...0xAFFF: "refused"
        case 0x0105: "no such attribute"
        case 0x0106: "invalid attribute value"
        case 0x0107: "attribute list error"
        case 0x0110: "processing failure"
        case 0x0111: "duplicate SOP instance"
        case 0x0112: "no such SOP instance"
        case 0x0113: "no such event type"
        case 0x0114: "no such argument"
        case 0x0115: "invalid argument value"
        case 0x0116: "attribute value out of range"
        case 0x0117: "invalid SOP instance"
        case 0x0118: "no such SOP class"
        case 0x0119: "class-instance conflict"
        case 0x0120: "missing attribute"
        case 0x0121: "missing attribute value"
        case 0x0122: "refused: SOP class not supported"
        case 0x0123: "no such action type"
        case 0x0124: "refused: not authorised"
        case 0x0210: "duplicate invocation"
        case 0x0211: "unrecognized operation"
        case 0x0212: "mistyped argument"
        case 0x0213: "resource limitation"
        default: "a status the standard does not assign"
        }
    }

    /// `A700`.
    public var description: String { Hex.four(code) }
}
