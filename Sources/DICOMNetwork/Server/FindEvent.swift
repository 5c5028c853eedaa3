import DICOMData
import DICOMProtocol
import NIOConcurrencyHelpers
import NIOCore

/// A C-FIND request, as it is handed to the handler bound for it.
public struct FindEvent: Sendable {
    /// Whose request it is.
    public let association: PeerAssociation
    /// The context the request came on.
    public let context: AcceptedContext
    /// The query service asked: its name, its statuses and its rules.
    public let service: FindService
    /// The command set as decoded (PS3.7 9.3.2.1).
    public let request: CommandSet
    /// (0000,0110).
    public let messageID: UInt16
    /// The identifier as received.
    public let encodedIdentifier: EncodedDataSet
    /// Seconds since 1970-01-01 UTC at which the request was whole.
    public let timestamp: Double
    private let decoded: DecodedIdentifier
    let cancellation: CancellationFlag

    init(
        association: PeerAssociation,
        context: AcceptedContext,
        service: FindService,
        request: CommandSet,
        messageID: UInt16,
        encodedIdentifier: EncodedDataSet,
        timestamp: Double,
        cancellation: CancellationFlag
    ) {
        self.association = association
        self.context = context
        self.service = service
        self.request = request
        self.messageID = messageID
        self.encodedIdentifier = encodedIdentifier
        self.timestamp = timestamp
        self.decoded = DecodedIdentifier()
        self.cancellation = cancellation
    }

    /// The SOP class the request is served as.
    public var sopClass: String { service.sopClass }

    /// The identifier, decoded on first use and kept. Throws here, and nowhere else, if it cannot be decoded; a handler that
    /// lets the error through answers with C310.
    public var identifier: DataSet {
        get throws(UndecodableIdentifier) { try decoded.value(of: encodedIdentifier) }
    }

    /// Turns true when the peer's C-CANCEL for this request arrives, and stays true.
    public var isCancelled: Bool { cancellation.isSet }
}

/// The identifier of a request that does not decode.
public struct UndecodableIdentifier: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and where.
    public let defect: DataSetDefect

    public var description: String { "the identifier of the C-FIND request cannot be decoded: \(defect)" }
}

/// Decodes once, whoever asks first.
final class DecodedIdentifier: Sendable {
    private let result = NIOLockedValueBox<Result<DataSet, UndecodableIdentifier>?>(nil)

    func value(of encoded: EncodedDataSet) throws(UndecodableIdentifier) -> DataSet {
        let result = result.withLockedValue { kept -> Result<DataSet, UndecodableIdentifier> in
            if let kept { return kept }
            let dataSet = encoded.decoded
            let fresh: Result<DataSet, UndecodableIdentifier> =
                if let defect = dataSet.defect { .failure(UndecodableIdentifier(defect: defect)) } else {
                    .success(dataSet)
                }
            kept = fresh
            return fresh
        }
        return try result.get()
    }
}

/// Level-triggered: once set it stays set, however early it came.
final class CancellationFlag: Sendable {
    private let flag = NIOLockedValueBox(false)

    var isSet: Bool { flag.withLockedValue { $0 } }

    func set() { flag.withLockedValue { $0 = true } }
}

/// One response a handler yields: a status and, for a match, an identifier.
public struct FindResponse: Sendable {
    /// The status, and what goes along with it.
    public var reply: StatusReply
    /// What was found; left out with a status that is not Pending.
    public var identifier: DataSet?

    /// A status with details.
    public init(_ reply: StatusReply, identifier: DataSet? = nil) {
        self.reply = reply
        self.identifier = identifier
    }

    /// A status alone, or a match.
    public init(_ status: Status, identifier: DataSet? = nil) {
        self.init(StatusReply(status), identifier: identifier)
    }

    /// A match (FF00).
    public static func match(_ identifier: DataSet) -> FindResponse {
        FindResponse(.pending, identifier: identifier)
    }
}
