/// What an association requestor wants; makes the A-ASSOCIATE-RQ and judges the answer.
///
///     var proposal = AssociationProposal(calling: try AETitle("CONSOLE"), called: try AETitle("RIS"))
///     try proposal.propose("1.2.840.10008.5.1.4.31", transferSyntaxes: ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
///     let bytes = try proposal.request.encode()
///     // … the A-ASSOCIATE-AC arrives …
///     let association = proposal.negotiated(with: accept)
public struct AssociationProposal: Sendable, Hashable {
    public var callingAETitle: AETitle
    public var calledAETitle: AETitle
    /// Proposed contexts; `propose` numbers them 1, 3, 5 and so on.
    public private(set) var contexts: [PresentationContext] = []
    /// Longest P-DATA-TF variable field we accept, in bytes; 0 announces "unlimited", which stays bounded by
    /// `Limits.hardMaximumPDataLength`.
    public var maximumLength: UInt32 = Limits.defaultMaximumLength
    public var implementation: Implementation = .worklist
    public var asynchronousOperations: AsynchronousOperationsWindow?
    public var roles: [RoleSelection] = []
    public var extendedNegotiations: [ExtendedNegotiation] = []
    public var commonExtendedNegotiations: [CommonExtendedNegotiation] = []
    public var userIdentity: UserIdentity?

    public init(calling: AETitle, called: AETitle) {
        callingAETitle = calling
        calledAETitle = called
    }

    /// Adds a context for a SOP class. The same one may be proposed more than once, with other transfer syntaxes.
    ///
    /// - Returns: the identifier of the context.
    /// - Throws: `PDUEncodingError` if a UID is invalid, no transfer syntax is named, or 128 contexts are there.
    @discardableResult
    public mutating func propose(
        _ abstractSyntax: String,
        transferSyntaxes: [String]
    ) throws(PDUEncodingError) -> UInt8 {
        guard let id = UInt8(exactly: contexts.count * 2 + 1) else { throw .tooManyContexts(contexts.count + 1) }
        guard UIDSyntax.isValid(abstractSyntax) else { throw .invalidUID(abstractSyntax, field: "abstract syntax") }
        guard !transferSyntaxes.isEmpty else { throw .noTransferSyntax(contextID: id) }
        for uid in transferSyntaxes where !UIDSyntax.isValid(uid) {
            throw .invalidUID(uid, field: "transfer syntax")
        }
        contexts.append(PresentationContext(id: id, abstractSyntax: abstractSyntax, transferSyntaxes: transferSyntaxes))
        return id
    }

    /// Proposes options of worklist or query SOP classes by extended negotiation (PS3.4 C.5.1, K.4.1.2).
    public mutating func propose(_ options: QueryOptions, for sopClassUID: String, as layout: QueryOptions.Layout) {
        extendedNegotiations.removeAll { $0.sopClassUID == sopClassUID }
        extendedNegotiations.append(ExtendedNegotiation(sopClassUID: sopClassUID, information: options.bytes(layout)))
    }

    /// The A-ASSOCIATE-RQ for this proposal; `encode` finds what cannot be sent.
    public var request: AssociateRequest {
        AssociateRequest(
            calledAETitle: AETitleField(calledAETitle),
            callingAETitle: AETitleField(callingAETitle),
            presentationContexts: contexts,
            userInformation: UserInformation(
                maximumLength: maximumLength,
                implementation: implementation,
                asynchronousOperations: asynchronousOperations,
                roles: roles,
                extendedNegotiations: extendedNegotiations,
                commonExtendedNegotiations: commonExtendedNegotiations,
                userIdentity: userIdentity
            )
        )
    }

    /// Reads the answer against what was proposed. The acceptor can only choose: what was not proposed is not agreed.
    public func negotiated(with accept: AssociateAccept) -> NegotiatedAssociation {
        var ignored = accept.ignoredItemCount
        let proposedIDs = Set(contexts.map(\.id))
        var answers: [UInt8: PresentationContextResult] = [:]
        for answer in accept.presentationContexts {
            if proposedIDs.contains(answer.id), answers[answer.id] == nil {
                answers[answer.id] = answer
            } else {
                ignored += 1
            }
        }
        let information = accept.userInformation
        let answeredRoles = firstByClass(information.roles.map { ($0.sopClassUID, $0.requestor) })
        let proposedRoles = firstByClass(roles.map { ($0.sopClassUID, $0.requestor) })
        ignored += answeredRoles.keys.count { proposedRoles[$0] == nil }

        var accepted: [AcceptedContext] = []
        var refused: [RefusedContext] = []
        for context in contexts {
            guard let answer = answers[context.id] else {
                refused.append(RefusedContext(context, because: .noAnswer))
                continue
            }
            guard answer.result == .acceptance else {
                refused.append(RefusedContext(context, because: .refused(answer.result)))
                continue
            }
            guard context.transferSyntaxes.contains(answer.transferSyntax) else {
                refused.append(RefusedContext(context, because: .transferSyntaxNotProposed(answer.transferSyntax)))
                continue
            }
            // Without an answer the default roles hold, whatever was proposed (PS3.7 D.3.3.4).
            var agreed = RequestorRoles.standard
            if let proposed = proposedRoles[context.abstractSyntax],
                let answered = answeredRoles[context.abstractSyntax]
            {
                agreed = proposed.intersection(answered)
            }
            guard !agreed.isEmpty else {
                refused.append(RefusedContext(context, because: .noRole))
                continue
            }
            accepted.append(
                AcceptedContext(
                    id: context.id,
                    abstractSyntax: context.abstractSyntax,
                    transferSyntax: answer.transferSyntax,
                    requestorRoles: agreed
                )
            )
        }

        let proposedNegotiations = Set(extendedNegotiations.map(\.sopClassUID))
        var agreedNegotiations: [String: [UInt8]] = [:]
        for answer in information.extendedNegotiations {
            if proposedNegotiations.contains(answer.sopClassUID), agreedNegotiations[answer.sopClassUID] == nil {
                agreedNegotiations[answer.sopClassUID] = answer.information
            } else {
                ignored += 1
            }
        }
        var window = AsynchronousOperationsWindow.synchronous
        if let proposed = asynchronousOperations, let answered = information.asynchronousOperations {
            window = proposed.limited(to: answered)
        }
        return NegotiatedAssociation(
            role: .requestor,
            callingAETitle: callingAETitle.text,
            calledAETitle: calledAETitle.text,
            accepted: accepted,
            refused: refused,
            peer: information,
            ownMaximumLength: maximumLength,
            asynchronousOperations: window,
            extendedNegotiations: agreedNegotiations,
            userIdentityResponse: userIdentity == nil ? nil : information.userIdentityResponse,
            ignoredItemCount: ignored
        )
    }
}

/// A table by SOP class; the first entry of a class counts.
func firstByClass<Value>(_ entries: [(String, Value)]) -> [String: Value] {
    Dictionary(entries, uniquingKeysWith: { first, _ in first })
}
