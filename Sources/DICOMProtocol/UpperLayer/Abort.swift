/// A-ABORT: the association ends at once (PS3.8 9.3.8).
public struct Abort: Error, Sendable, Hashable, CustomStringConvertible {
    /// Who aborts (PS3.8 table 9-26).
    public struct Source: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The application, for reasons of its own.
        public static let serviceUser = Source(rawValue: 0)
        /// The upper layer, because of what it received.
        public static let serviceProvider = Source(rawValue: 2)

        public var description: String {
            switch self {
            case .serviceUser: "application (service-user)"
            case .serviceProvider: "upper layer (service-provider)"
            default: "unknown source \(rawValue)"
            }
        }
    }

    /// Significant only if the source is the service-provider.
    public struct Reason: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let notSpecified = Reason(rawValue: 0)
        public static let unrecognizedPDU = Reason(rawValue: 1)
        public static let unexpectedPDU = Reason(rawValue: 2)
        public static let unrecognizedParameter = Reason(rawValue: 4)
        public static let unexpectedParameter = Reason(rawValue: 5)
        public static let invalidParameterValue = Reason(rawValue: 6)

        public var description: String {
            switch self {
            case .notSpecified: "reason not specified"
            case .unrecognizedPDU: "unrecognized PDU"
            case .unexpectedPDU: "unexpected PDU"
            case .unrecognizedParameter: "unrecognized PDU parameter"
            case .unexpectedParameter: "unexpected PDU parameter"
            case .invalidParameterValue: "invalid PDU parameter value"
            default: "unknown reason \(rawValue)"
            }
        }
    }

    /// Who aborts.
    public let source: Source
    /// Why; of the service-user always 0.
    public let reason: Reason

    public init(source: Source, reason: Reason = .notSpecified) {
        self.source = source
        self.reason = reason
    }

    /// The application gave up. The reason is sent as 0, because it has no meaning here.
    public static let byUser = Abort(source: .serviceUser)

    /// The upper layer gave up.
    public static func byProvider(_ reason: Reason) -> Abort { Abort(source: .serviceProvider, reason: reason) }

    /// Reads the variable field, that is the PDU without its 6-byte header.
    public init(decoding body: ArraySlice<UInt8>) throws(PDUError) {
        let fields = try FourByteBody(body, .abort)
        source = Source(rawValue: fields.third)
        reason = Reason(rawValue: fields.fourth)
    }

    /// The whole PDU with its header.
    public func encode() -> [UInt8] {
        FourByteBody.encode(.abort, third: source.rawValue, fourth: reason.rawValue)
    }

    /// What a received A-ABORT says, in words.
    public var explanation: String {
        switch (source, reason) {
        case (.serviceUser, _): "the peer's application aborted the association"
        case (.serviceProvider, .notSpecified): "the peer's DICOM layer aborted the association without a reason"
        case (.serviceProvider, _): "the peer's DICOM layer aborted the association: \(reason)"
        default: "the peer aborted the association (\(source), \(reason))"
        }
    }

    /// Who has to look where.
    public var advice: String {
        switch (source, reason) {
        case (.serviceUser, _), (.serviceProvider, .notSpecified):
            "Look in the peer's log; usual causes are an AE title it does not know, a query it cannot digest, or a timeout."
        case (.serviceProvider, .unrecognizedPDU):
            "Check that both sides agree on TLS and that the port belongs to a DICOM service."
        default:
            "The peer found fault with what we sent. Keep the log of this association and report it."
        }
    }

    public var description: String { "\(explanation) (A-ABORT \(source.rawValue)/\(reason.rawValue))" }
}
