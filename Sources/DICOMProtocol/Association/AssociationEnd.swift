/// Why an association ended.
public enum AssociationEnd: Error, Hashable, Sendable {
    /// By our release, confirmed.
    case released
    /// The peer asked for the release, and we agreed.
    case releasedByPeer
    /// A-ASSOCIATE-RJ, by the peer or by us.
    case rejected(AssociateReject)
    /// A-ABORT, by the peer or by us.
    case aborted(AssociationAbort)
    /// The connection was closed or broke; the text is the system's word.
    case connectionLost(String)
    /// Awaited, and did not come.
    case timedOut(String, seconds: Double)
    /// The peer's first bytes are no PDU; the text says what they are.
    case notDICOM(String)
    /// The peer's first bytes are a TLS record.
    case peerSpeaksTLS
    /// The transport could not be secured, or no longer was.
    case notSecure(SecureTransportFailure)

    /// What this means for a query under way.
    var findOutcome: FindOutcome {
        switch self {
        case .released: .lost(.connectionClosed("the association was released by us"))
        case .releasedByPeer: .lost(.releasedByPeer)
        case .aborted(let abort): .aborted(abort)
        case .connectionLost(let detail): .lost(.connectionClosed(detail))
        case .timedOut(let what, _): .lost(.connectionClosed("\(what) did not come"))
        case .rejected(let reject): .lost(.connectionClosed(reject.explanation))
        case .notDICOM(let text): .aborted(AssociationAbort(.protocolViolation(text)))
        case .notSecure(let failure): .lost(.connectionClosed(failure.summary))
        case .peerSpeaksTLS: .aborted(AssociationAbort(.protocolViolation("the peer speaks TLS")))
        }
    }

    /// What happened, in words.
    public var explanation: String {
        switch self {
        case .released: "the association was released"
        case .releasedByPeer: "the peer released the association"
        case .rejected(let reject): reject.explanation
        case .aborted(let abort): abort.explanation
        case .connectionLost(let detail): "the connection was lost: \(detail)"
        case .timedOut(let what, let seconds): "\(what) did not come within \(AssociationFailure.duration(seconds))"
        case .notDICOM(let text): "the peer does not speak DICOM: \(text)"
        case .peerSpeaksTLS: "the peer speaks TLS"
        case .notSecure(let failure): "the connection is not secure: \(failure.summary)"
        }
    }
}

/// How a C-ECHO ended.
public enum EchoOutcome: Hashable, Sendable {
    /// Any status; only 0000 says that all is well.
    case answered(Status, milliseconds: Double)
    /// No answer in time; the association is aborted.
    case timedOut(seconds: Double)
    /// The association ended first.
    case ended(AssociationEnd)
}
