import DICOMData

/// A DIMSE status (PS3.7 C): the number on the wire, its category and its meaning.
public struct Status: Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire, (0000,0900).
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
    /// The Prior Record Key of a Repository Query is not one to go on from (PS3.4 C.6.4.5.3).
    public static let invalidPriorRecordKey = Status(0xA710)
    /// A Repository Query has more matches than the limit of responses allows (PS3.4 C.6.4).
    public static let responseLimitReached = Status(0xB001)
    public static let unableToProcess = Status(0xC000)
    /// More than one patient matches a Relevant Patient Information query (PS3.4 Q.2.1.1.4).
    public static let moreThanOneMatch = Status(0xC100)
    /// A Relevant Patient Information query asks for a template that is not supported (PS3.4 Q.2.1.1.4).
    public static let templateNotSupported = Status(0xC200)
    public static let processingFailure = Status(0x0110)
    public static let sopClassNotSupported = Status(0x0122)
    public static let duplicateInvocation = Status(0x0210)
    public static let unrecognizedOperation = Status(0x0211)
    public static let mistypedArgument = Status(0x0212)
    /// A handler's status data set has no status (as pynetdicom numbers it).
    public static let statusMissing = Status(0xC001)
    /// The identifier of the request could not be decoded (as pynetdicom numbers it).
    public static let identifierNotDecodable = Status(0xC310)
    /// The handler threw, or there is none (as pynetdicom numbers it).
    public static let handlerFailed = Status(0xC311)
    /// A match could not be encoded (as pynetdicom numbers it).
    public static let identifierNotEncodable = Status(0xC312)

    /// FF00 or FF01: more responses follow.
    public var isPending: Bool { code == 0xFF00 || code == 0xFF01 }

    /// The kind of the code, whatever the service.
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

    /// What the code means for C-FIND, in words (PS3.4 C.4.1.1.4, K.4.1.1.4; PS3.7 C). What a service gives a meaning of its
    /// own is in its table: ``FindService/statuses``.
    public var meaning: String {
        StatusTable.common.meaning(of: self) ?? "a status the standard does not assign"
    }

    /// `A700`.
    public var description: String { Hex.four(code) }
}
