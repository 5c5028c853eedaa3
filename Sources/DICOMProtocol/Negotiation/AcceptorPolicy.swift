/// A service an acceptor offers.
public struct SupportedContext: Sendable, Hashable {
    /// Abstract syntax: a SOP class UID.
    public var abstractSyntax: String
    /// Transfer syntax UIDs we can use, the preferred one first.
    public var transferSyntaxes: [String]
    /// Roles a requestor may have if it asks for any; nil ignores role selection, so that the default roles hold
    /// (PS3.7 D.3.3.4).
    public var requestorRoles: RequestorRoles?

    public init(_ abstractSyntax: String, transferSyntaxes: [String], requestorRoles: RequestorRoles? = nil) {
        self.abstractSyntax = abstractSyntax
        self.transferSyntaxes = transferSyntaxes
        self.requestorRoles = requestorRoles
    }
}

/// What an acceptor thinks of a user identity (PS3.7 D.3.3.7).
public enum UserIdentityDecision: Sendable, Hashable {
    /// The identity is good; `response` is for types 3 to 5 (ticket, SAML response, token) and sent if it was asked for.
    case accept(response: [UInt8] = [])
    /// The association is rejected with 2/2/1.
    case refuse
}

/// What an association acceptor supports and whom it lets in.
public struct AcceptorPolicy: Sendable {
    /// Whose preference decides on the transfer syntax of a context.
    public enum TransferSyntaxOrder: Sendable, Hashable {
        /// The first of our transfer syntaxes that the requestor proposes.
        case ours
        /// The first of the requestor's transfer syntaxes that we support.
        case requestors
    }

    /// Services on offer. If a SOP class is there twice, the first entry counts.
    public var supported: [SupportedContext]
    /// Whose preference decides on the transfer syntax of a context.
    public var transferSyntaxOrder: TransferSyntaxOrder = .ours
    /// Titles we go by; empty lets any through.
    public var calledAETitles: Set<AETitle> = []
    /// Titles that may call; empty lets any through. A title is no proof of identity.
    public var callingAETitles: Set<AETitle> = []
    /// Who may associate, the first rule that fits counts; empty lets any through. They come on top of the two sets of
    /// titles above.
    public var peers: [PeerRule] = []
    /// Whether titles that are none (blank, control characters) are let through where any title is.
    public var acceptsInvalidAETitles = true
    /// Whether an application context name other than DICOM's is rejected.
    public var checksApplicationContext = true
    /// Longest P-DATA-TF variable field we accept, in bytes; 0 announces "unlimited".
    public var maximumLength: UInt32 = Limits.defaultMaximumLength
    /// What we say of ourselves.
    public var implementation: Implementation = .worklist
    /// The most we allow of asynchronous operations, seen from the requestor; nil does not negotiate them.
    public var asynchronousOperations: AsynchronousOperationsWindow?
    /// Whether a SOP class we do not support is accepted and served as one we do, if its common extended negotiation names
    /// that one as a related general SOP class (PS3.7 D.3.3.6).
    public var acceptsRelatedGeneralSOPClasses = false
    /// Answers extended negotiation: UID of the SOP class that is served and proposed bytes to bytes, or nil for no answer.
    public var extendedNegotiation: (@Sendable (_ sopClassUID: String, _ proposed: [UInt8]) -> [UInt8]?)?
    /// Judges user identities, on the event loop: it must answer at once, for other associations wait meanwhile.
    /// nil does not negotiate them, which lets them through unanswered, as one who does not know the
    /// sub-item has to (PS3.7 D.3.3.7). Identities of unknown type are refused without being shown to it: they cannot be
    /// checked, and who asks for a check is not to believe that there was one.
    public var userIdentity: (@Sendable (_ identity: UserIdentity) -> UserIdentityDecision)?

    /// A policy that lets any peer use these services.
    public init(supported: [SupportedContext]) {
        self.supported = supported
    }
}
