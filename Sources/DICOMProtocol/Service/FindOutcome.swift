import DICOMData

/// How a C-FIND ended: the whole truth, and nothing that was not seen on the wire.
public enum FindOutcome: Hashable, Sendable {
    /// The server said Success: the list is whole (as far as the server is concerned).
    case complete
    /// We cancelled on the user's word, and the server ended the query.
    case cancelled(Cancellation)
    /// The list is known to be cut short, and not because the user cancelled.
    case truncated(Truncation)
    /// A final status of the category Failure, or one that C-FIND does not know.
    case failed(FindFailure)
    /// The association ended with an A-ABORT before the final response.
    case aborted(AssociationAbort)
    /// Nothing came in time.
    case timedOut(Wait, seconds: Double)
    /// The connection, or the association, ended without a word.
    case lost(LossReason)

    /// Who cut the list short.
    public enum Truncation: Hashable, Sendable {
        /// FE00 although we had not cancelled: the server stopped at a limit of its own.
        case byServer
        /// More matches came than our own limit of rows allows, and we cancelled; those beyond the limit were dropped.
        case ownLimit(rows: Int, Cancellation)
    }

    /// What followed our C-CANCEL.
    public struct Cancellation: Hashable, Sendable {
        /// From our C-CANCEL to the final response.
        public var milliseconds: Double
        /// Pending responses with an identifier that came in between.
        public var matchesAfter: Int
        /// FE00 from a server that honoured the cancel. Success after a cancel does not prove that the list is whole:
        /// some servers end a cancelled query with it.
        public var finalStatus: Status

        public init(milliseconds: Double, matchesAfter: Int, finalStatus: Status) {
            self.milliseconds = milliseconds
            self.matchesAfter = matchesAfter
            self.finalStatus = finalStatus
        }
    }

    /// What was awaited.
    public enum Wait: String, Hashable, Sendable {
        case firstResponse = "the first response"
        case nextResponse = "the next response"
    }

    /// How the end came without a word about the query.
    public enum LossReason: Hashable, Sendable {
        /// The TCP connection was closed by the peer, or broke.
        case connectionClosed(String)
        /// The peer released the association before the final response.
        case releasedByPeer
    }

    /// Rows may be missing from the list.
    public var isPartial: Bool { self != .complete }
}

/// The final status of a C-FIND that failed, and what the server said about it (PS3.7 C).
public struct FindFailure: Hashable, Sendable {
    /// The final status.
    public var status: Status
    /// (0000,0902), as sent: text from outside.
    public var errorComment: String?
    /// (0000,0901).
    public var offendingElements: [Tag]
    /// The service that was asked; nil if it is not known.
    public var serviceClass: ServiceClass?

    public init(
        status: Status,
        errorComment: String? = nil,
        offendingElements: [Tag] = [],
        serviceClass: ServiceClass? = nil
    ) {
        self.status = status
        self.errorComment = errorComment
        self.offendingElements = offendingElements
        self.serviceClass = serviceClass
    }

    /// What the status means in the service that was asked; what it means in general if that service does not define it.
    public var meaning: String { serviceClass?.statuses.meaning(of: status) ?? status.meaning }
}

/// An association that ended by A-ABORT (PS3.8 9.3.8).
public struct AssociationAbort: Hashable, Sendable {
    /// Who aborted, and why.
    public enum Cause: Hashable, Sendable {
        /// The peer sent A-ABORT.
        case peer(source: UInt8, reason: UInt8)
        /// We aborted because the user asked for it.
        case user
        /// We aborted: the server had not answered our C-CANCEL within the budget.
        case cancelIgnored(afterMilliseconds: Double, matchesAfter: Int)
        /// We aborted: the peer broke the protocol; the text says how.
        case protocolViolation(String)
    }

    public var cause: Cause

    public init(_ cause: Cause) {
        self.cause = cause
    }
}

/// Times and counts of one C-FIND, in milliseconds; nil for a stage that was not reached.
public struct FindStatistics: Hashable, Sendable {
    /// Matches received (Pending responses with an identifier), those after a cancel included.
    public var matches = 0
    /// Of them with FF01: the server could not match on some optional key.
    public var matchesWithUnsupportedKeys = 0
    /// Responses that belonged to no request of ours; dropped.
    public var strayResponses = 0
    /// Pending responses that came without an identifier; not matches.
    public var emptyResponses = 0
    public var connectMilliseconds: Double?
    public var associateMilliseconds: Double?
    public var firstMatchMilliseconds: Double?
    /// From sending the C-FIND to the outcome.
    public var totalMilliseconds: Double?
    public var cancelToFinalMilliseconds: Double?
    public var matchesAfterCancel = 0

    public init() {}

    /// Matches by the time from the request to the outcome.
    public var matchesPerSecond: Double? {
        guard let totalMilliseconds, totalMilliseconds > 0 else { return nil }
        return Double(matches) / (totalMilliseconds / 1000)
    }
}

extension AssociationAbort {
    /// What happened, in words.
    public var explanation: String {
        switch cause {
        case .peer(let source, let reason):
            Abort(source: Abort.Source(rawValue: source), reason: Abort.Reason(rawValue: reason)).description
        case .user: "we aborted the association on the user's request"
        case .cancelIgnored(let milliseconds, let after):
            "the server did not end the query within \(AssociationFailure.duration(milliseconds / 1000)) after our "
                + "C-CANCEL (\(after) more matches came), so we aborted the association"
        case .protocolViolation(let text): "the server broke the protocol (\(text)), so we aborted the association"
        }
    }
}
