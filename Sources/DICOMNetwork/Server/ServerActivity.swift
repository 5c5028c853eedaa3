import DICOMProtocol

/// What a server does, told as it happens: for logs and counters.
///
/// Told on an event loop, each exactly once: who listens has to be quick. ``Observers`` tell more, and later.
public enum ServerActivity: Sendable {
    /// An association stands.
    case accepted(PeerAssociation)
    /// No association came of a request.
    case refused(Refusal)
    /// A C-FIND is over.
    case answered(FindEvent, FindAnswer)
    /// A request was refused before any handler saw it: it makes no sense, or the server stops.
    case refusedRequest(PeerAssociation, CommandSet, Status)
    /// A connection is over, with the association it carried, if any.
    case ended(Ending)

    /// Why there is no association.
    public struct Refusal: Sendable {
        /// Of the connection, as ``PeerAssociation/id``.
        public let id: Int
        /// Address and port of the peer.
        public let remoteAddress: String
        /// What it asked for: text from outside.
        public let request: AssociateRequest
        /// What it was told; nil if it was an A-ABORT, or the peer was gone.
        public let rejection: AssociateReject?
        /// What it was not told.
        public let explanation: String
    }

    /// How a C-FIND was answered.
    public struct FindAnswer: Sendable {
        /// The final status; nil if the association was gone before.
        public let status: Status?
        /// Its comment (0000,0902).
        public let comment: String?
        /// Matches that were sent.
        public let matches: Int
        /// Seconds from the request to its end.
        public let seconds: Double
        /// Seconds to the first match; nil if there was none.
        public let firstMatchSeconds: Double?
    }

    /// How a connection ended.
    public struct Ending: Sendable {
        /// As ``PeerAssociation/id``.
        public let id: Int
        /// Address and port of the peer.
        public let remoteAddress: String
        /// Nil if there was none.
        public let association: PeerAssociation?
        /// How it ended.
        public let end: AssociationEnd
        /// Since the connection was open.
        public let seconds: Double
    }
}
