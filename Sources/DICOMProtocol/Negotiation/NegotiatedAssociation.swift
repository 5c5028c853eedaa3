/// What two application entities have agreed on, seen from one of them.
public struct NegotiatedAssociation: Sendable, Hashable {
    /// Our side of the association.
    public let role: UpperLayerMachine.Role
    /// Calling AE title as in the request, without padding. From a peer if we are the acceptor: not safe for a terminal.
    public let callingAETitle: String
    /// Called AE title as in the request, without padding.
    public let calledAETitle: String
    /// Usable contexts, in the order they were proposed.
    public let accepted: [AcceptedContext]
    /// Contexts that were proposed and cannot be used.
    public let refused: [RefusedContext]
    /// Longest P-DATA-TF variable field the peer accepts, in bytes; 0 is unlimited.
    public let peerMaximumLength: UInt32
    /// Longest P-DATA-TF variable field we announced, in bytes; 0 is unlimited.
    public let ownMaximumLength: UInt32
    public let peerImplementation: Implementation
    /// Seen from the association requestor; 1 and 1 if it was not negotiated.
    public let asynchronousOperations: AsynchronousOperationsWindow
    /// Agreed extended negotiation by SOP class UID: the acceptor's answers (PS3.7 D.3.3.5).
    public let extendedNegotiations: [String: [UInt8]]
    /// The acceptor's answer to a user identity; nil if it gave none.
    public var userIdentityResponse: [UInt8]? { response?.bytes }
    private let response: Veiled?
    /// Parts of the peer's PDU that were skipped: unknown items, answers to what was not asked.
    public let ignoredItemCount: Int
    /// As the acceptor: the rule of ``AcceptorPolicy/peers`` that let the peer in; nil if there are none.
    public let peerRule: PeerRule.ID?

    /// Position in `accepted` plus one, by half the context ID; 0 where there is none.
    private let positions: [UInt8]

    init(
        role: UpperLayerMachine.Role,
        callingAETitle: String,
        calledAETitle: String,
        accepted: [AcceptedContext],
        refused: [RefusedContext],
        peer: UserInformation,
        ownMaximumLength: UInt32,
        asynchronousOperations: AsynchronousOperationsWindow,
        extendedNegotiations: [String: [UInt8]],
        userIdentityResponse: [UInt8]?,
        ignoredItemCount: Int,
        peerRule: PeerRule.ID? = nil
    ) {
        self.role = role
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.accepted = accepted
        self.refused = refused
        peerMaximumLength = peer.maximumLength ?? 0
        self.ownMaximumLength = ownMaximumLength
        peerImplementation = peer.implementation
        self.asynchronousOperations = asynchronousOperations
        self.extendedNegotiations = extendedNegotiations
        response = userIdentityResponse.map(Veiled.init)
        self.ignoredItemCount = ignoredItemCount
        self.peerRule = peerRule

        var positions = [UInt8](repeating: 0, count: Limits.maxPresentationContexts)
        for (index, context) in accepted.enumerated() {
            if let position = UInt8(exactly: index + 1) { positions[Int(context.id / 2)] = position }
        }
        self.positions = positions
    }

    /// The usable context with this identifier; nil if there is none. Takes constant time.
    public func context(id: UInt8) -> AcceptedContext? {
        guard id % 2 == 1 else { return nil }
        let position = Int(positions[Int(id / 2)])
        return position > 0 ? accepted[position - 1] : nil
    }

    /// Usable contexts for a SOP class, in the order they were proposed.
    public func contexts(for abstractSyntax: String) -> [AcceptedContext] {
        accepted.filter { $0.abstractSyntax == abstractSyntax }
    }

    /// The first context in which we can invoke operations of a SOP class, that is be its SCU.
    public func contextAsSCU(for abstractSyntax: String) -> AcceptedContext? {
        accepted.first { $0.abstractSyntax == abstractSyntax && isSCU(in: $0) }
    }

    /// Whether we may invoke operations in `context`.
    public func isSCU(in context: AcceptedContext) -> Bool {
        context.requestorRoles.contains(role == .requestor ? .scu : .scp)
    }

    /// Whether we perform operations in `context`.
    public func isSCP(in context: AcceptedContext) -> Bool {
        context.requestorRoles.contains(role == .requestor ? .scp : .scu)
    }

    /// Operations we may have outstanding at once; 0 is unlimited.
    public var maximumOperationsInvoked: UInt16 {
        role == .requestor ? asynchronousOperations.invoked : asynchronousOperations.performed
    }

    /// The longest fragment we may send, in bytes; nil if the peer's maximum length leaves no room for data.
    public var fragmentCapacity: Int? { PDataTF.fragmentCapacity(peerMaximumLength: peerMaximumLength) }

    /// The longest P-DATA-TF variable field to accept from the peer, in bytes.
    public var maxReceivedPDataLength: Int { Limits.maxReceivedPDataLength(announced: ownMaximumLength) }
}
