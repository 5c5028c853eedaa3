/// A-ASSOCIATE-RJ: the association is refused (PS3.8 9.3.4).
public struct AssociateReject: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether it is worth trying again (PS3.8 table 9-21).
    public struct Result: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The same request will be refused again.
        public static let permanent = Result(rawValue: 1)
        /// The same request may pass later.
        public static let transient = Result(rawValue: 2)

        public var description: String {
            switch self {
            case .permanent: "permanent"
            case .transient: "transient"
            default: "result \(rawValue)"
            }
        }
    }

    /// Which part of the peer refuses.
    public struct Source: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The application behind the peer's DICOM software.
        public static let serviceUser = Source(rawValue: 1)
        /// The peer's association layer (ACSE).
        public static let acse = Source(rawValue: 2)
        /// The peer's presentation layer: its capacity.
        public static let presentation = Source(rawValue: 3)

        public var description: String {
            switch self {
            case .serviceUser: "application"
            case .acse: "association layer"
            case .presentation: "presentation layer"
            default: "source \(rawValue)"
            }
        }
    }

    /// Permanent or transient.
    public let result: Result
    /// Which part of the peer refuses.
    public let source: Source
    /// Reason or diagnostic; what it means depends on the source (PS3.8 table 9-21).
    public let reason: UInt8

    public init(result: Result, source: Source, reason: UInt8) {
        self.result = result
        self.source = source
        self.reason = reason
    }

    /// 1/1/1.
    public static let noReason = AssociateReject(result: .permanent, source: .serviceUser, reason: 1)
    /// 1/1/2.
    public static let applicationContextNotSupported = AssociateReject(
        result: .permanent,
        source: .serviceUser,
        reason: 2
    )
    /// 1/1/3.
    public static let callingAETitleNotRecognized = AssociateReject(
        result: .permanent,
        source: .serviceUser,
        reason: 3
    )
    /// 1/1/7.
    public static let calledAETitleNotRecognized = AssociateReject(
        result: .permanent,
        source: .serviceUser,
        reason: 7
    )
    /// 2/2/1: how a user identity is refused. Transient, because another identity or a fresh token may pass.
    public static let userIdentityRefused = AssociateReject(result: .transient, source: .acse, reason: 1)
    /// 1/2/2.
    public static let protocolVersionNotSupported = AssociateReject(result: .permanent, source: .acse, reason: 2)
    /// 2/3/1.
    public static let temporaryCongestion = AssociateReject(result: .transient, source: .presentation, reason: 1)
    /// 2/3/2.
    public static let localLimitExceeded = AssociateReject(result: .transient, source: .presentation, reason: 2)

    /// Reads the variable field, that is the PDU without its 6-byte header.
    public init(decoding body: ArraySlice<UInt8>) throws(PDUError) {
        let fields = try FourByteBody(body, .associateReject)
        result = Result(rawValue: fields.second)
        source = Source(rawValue: fields.third)
        reason = fields.fourth
    }

    /// The whole PDU with its header.
    public func encode() -> [UInt8] {
        FourByteBody.encode(.associateReject, second: result.rawValue, third: source.rawValue, fourth: reason)
    }

    /// What the peer says, in words.
    public var explanation: String {
        switch (source, reason) {
        case (.serviceUser, 1): "the server refused the association without giving a reason"
        case (.serviceUser, 2): "the server does not support the DICOM application context"
        case (.serviceUser, 3): "the server does not know our AE title (calling AE title not recognized)"
        case (.serviceUser, 7): "the server does not go by the AE title we called (called AE title not recognized)"
        case (.acse, 1): "the server's association layer refused the association without giving a reason"
        case (.acse, 2): "the server does not support the DICOM protocol version"
        case (.presentation, 1): "the server is busy (temporary congestion)"
        case (.presentation, 2): "the server has reached its limit of associations (local limit exceeded)"
        default: "the server refused the association with an unknown reason"
        }
    }

    /// Who has to change what.
    public var advice: String {
        switch (source, reason) {
        case (.serviceUser, 3):
            "Ask the administrator of the server to register our AE title, host name and address; "
                + "or use the AE title that is registered. Upper and lower case differ."
        case (.serviceUser, 7):
            "Check the AE title of the server in our settings against its own. Upper and lower case differ."
        case (.serviceUser, 2), (.acse, 2):
            "Check that the port belongs to a DICOM service; if it does, the server's maker has to look into it."
        case (.acse, 1):
            "If a user name or token is sent, check it with the administrator of the server; "
                + "else look in the server's log."
        case (.presentation, _):
            "Try again later, or close associations other programs hold; the administrator can raise the server's limit."
        default:
            result == .transient
                ? "Try again later; if it stays, look in the server's log."
                : "Look in the server's log: it usually says which setting refused us."
        }
    }

    public var description: String {
        "\(explanation) (A-ASSOCIATE-RJ \(result.rawValue)/\(source.rawValue)/\(reason), \(result), by its \(source))"
    }
}

/// The body of A-ASSOCIATE-RJ, A-RELEASE-RQ, A-RELEASE-RP and A-ABORT: four bytes, the first reserved.
struct FourByteBody {
    let second, third, fourth: UInt8

    init(_ body: ArraySlice<UInt8>, _ type: PDUType) throws(PDUError) {
        guard body.count == 4 else {
            throw PDUError(.invalidValue, at: 2, expected: "a length of 4 for \(type), not \(body.count)")
        }
        let i = body.startIndex
        (second, third, fourth) = (body[i + 1], body[i + 2], body[i + 3])
    }

    static func encode(_ type: PDUType, second: UInt8 = 0, third: UInt8 = 0, fourth: UInt8 = 0) -> [UInt8] {
        [type.rawValue, 0, 0, 0, 0, 4, 0, second, third, fourth]
    }
}
