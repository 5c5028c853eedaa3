import DICOMData
import DICOMProtocol
import NIOConcurrencyHelpers

/// A peer's association with our server, as a handler sees it.
///
/// Handlers bound here come before those of the server, for this association alone.
public struct PeerAssociation: HandlerBinding {
    /// A number of its own in this server, for logs.
    public let id: Int
    /// Address and port of the peer, such as `127.0.0.1:40312`.
    public let remoteAddress: String
    /// What the peer asked for, with the user identity it showed, if any.
    public let request: AssociateRequest
    /// What came of it.
    public let negotiated: NegotiatedAssociation
    /// What secures the transport; nil for plain TCP.
    public let secureTransport: SecureTransport?
    /// Observers of this association alone.
    public let observers: Observers
    let handlers: FindHandlers
    private let isEnded = NIOLockedValueBox(false)
    private let abortion: @Sendable () -> Void

    init(
        id: Int,
        remoteAddress: String,
        request: AssociateRequest,
        negotiated: NegotiatedAssociation,
        secureTransport: SecureTransport?,
        observers: Observers,
        handlers: FindHandlers,
        abort: @escaping @Sendable () -> Void
    ) {
        self.id = id
        self.remoteAddress = remoteAddress
        self.request = request
        self.negotiated = negotiated
        self.secureTransport = secureTransport
        self.observers = observers
        self.handlers = handlers
        self.abortion = abort
    }

    /// As the peer calls itself: text from outside.
    public var callingAETitle: String { negotiated.callingAETitle }
    /// As the peer called us.
    public var calledAETitle: String { negotiated.calledAETitle }

    /// Who the peer says its user is. The policy has judged it, if it has
    /// ``/DICOMProtocol/AcceptorPolicy/userIdentity``.
    public var userIdentity: UserIdentity? { request.userInformation.userIdentity }

    /// False from the moment the peer has released, aborted or gone, whatever a handler is doing.
    public var isEstablished: Bool { !isEnded.withLockedValue { $0 } }

    func end() { isEnded.withLockedValue { $0 = true } }

    /// Sends A-ABORT; nothing of the handler's is sent after it.
    public func abort() { abortion() }

    public func bind(find handler: FindHandler?, for sopClass: String?) { handlers.bind(sopClass, handler) }

    public func bind(echo handler: EchoHandler?) { handlers.bind(echo: handler) }
}

/// A C-ECHO request, as it is handed to the handler bound for it (PS3.7 9.1.5).
public struct EchoEvent: Sendable {
    /// Whose request it is.
    public let association: PeerAssociation
    /// The context the request came on.
    public let context: AcceptedContext
    /// The command set as decoded (PS3.7 9.3.5.1).
    public let request: CommandSet
    /// (0000,0110).
    public let messageID: UInt16
    /// Seconds since 1970-01-01 UTC at which the request was whole.
    public let timestamp: Double
}
