/// Answers association requests by an `AcceptorPolicy`. Make one per server and use it for every association.
public struct Negotiator: Sendable {
    public let policy: AcceptorPolicy
    private let supported: [String: SupportedContext]

    public init(_ policy: AcceptorPolicy) {
        self.policy = policy
        supported = firstByClass(policy.supported.map { ($0.abstractSyntax, $0) })
    }

    /// What becomes of a request.
    public enum Decision: Sendable {
        case accept(AssociateAccept, NegotiatedAssociation)
        /// The explanation is for our own log: what the peer is not told. It holds no text of the peer that is not printable.
        case reject(AssociateReject, explanation: String)
        /// The request breaks the protocol: a context ID is even or used twice (PS3.8 9.3.2.2).
        case abort(Abort, explanation: String)
    }

    /// Decides on a request.
    ///
    /// Checks run from the outside in and end with the first that fails: protocol version, association limit, application
    /// context, called title, calling title, rule for the peer and its limit, context identifiers, user identity. If none of
    /// the contexts is acceptable, the association is accepted with all of them refused: whether to go on is the requestor's
    /// decision.
    ///
    /// - Parameters:
    ///   - remoteAddress: the peer's IP address without a port; nil if it is not known, which fits no rule with addresses.
    ///   - limitReached: whether the server holds as many associations as it may.
    ///   - associations: how many associations a rule of ``AcceptorPolicy/peers`` governs now, this one not counted. Asked
    ///     once, for the governing rule if there is one, so that it can count this one in as it answers;
    ///     ``NegotiatedAssociation/peerRule`` says which it was.
    public func decide(
        _ request: AssociateRequest,
        from remoteAddress: String? = nil,
        limitReached: Bool = false,
        associations: (PeerRule.ID) -> Int = { _ in 0 }
    ) -> Decision {
        // Only bit 0 is tested (PS3.8 9.3.2).
        guard request.protocolVersion & 1 == 1 else {
            return .reject(
                .protocolVersionNotSupported,
                explanation: "protocol version bits \(request.protocolVersion) do not include version 1"
            )
        }
        if limitReached {
            return .reject(.localLimitExceeded, explanation: "the server's limit of associations is reached")
        }
        if policy.checksApplicationContext, request.applicationContextName != ApplicationContext.dicom {
            let name = request.applicationContextName
            return .reject(
                .applicationContextNotSupported,
                explanation: "application context \(UIDSyntax.isValid(name) ? name : "(no UID)") is not DICOM's"
            )
        }
        guard allows(request.calledAETitle, policy.calledAETitles) else {
            return .reject(
                .calledAETitleNotRecognized,
                explanation: "called AE title \(request.calledAETitle.named) is none of ours"
            )
        }
        guard allows(request.callingAETitle, policy.callingAETitles) else {
            return .reject(
                .callingAETitleNotRecognized,
                explanation: "calling AE title \(request.callingAETitle.named) is not known"
            )
        }
        var peerRule: PeerRule.ID?
        switch policy.peerVerdict(on: request, from: remoteAddress) {
        case .anyPeer: break
        case .refused(let reject, let explanation): return .reject(reject, explanation: explanation)
        case .governed(let rule):
            peerRule = rule
            let count = associations(rule)
            if let limit = policy.peers[rule].maximumAssociations, count >= limit {
                return .reject(
                    .localLimitExceeded,
                    explanation: "calling AE title \(request.callingAETitle.named) is held to \(limit) associations"
                )
            }
        }
        if let fault = faultyContextID(in: request) {
            return .abort(.byProvider(.invalidParameterValue), explanation: fault)
        }
        var identityResponse: [UInt8]?
        if let judge = policy.userIdentity, let identity = request.userInformation.userIdentity {
            guard identity.kind.isKnown else {
                return .reject(.userIdentityRefused, explanation: "user identity of \(identity.kind)")
            }
            guard case .accept(let response) = judge(identity) else {
                return .reject(.userIdentityRefused, explanation: "user identity (\(identity.kind)) refused")
            }
            if identity.positiveResponseRequested {
                // Zero length for user names (PS3.7 table D.3-15).
                identityResponse = identity.username == nil ? response : []
            }
        }
        return accept(request, identityResponse: identityResponse, peerRule: peerRule)
    }

    /// The rule of ``AcceptorPolicy/peers`` that governs a request from an address; nil if none does.
    public func governingRule(for request: AssociateRequest, from remoteAddress: String?) -> PeerRule.ID? {
        guard case .governed(let rule) = policy.peerVerdict(on: request, from: remoteAddress) else { return nil }
        return rule
    }

    private func allows(_ field: AETitleField, _ allowed: Set<AETitle>) -> Bool {
        guard let title = field.title else { return allowed.isEmpty && policy.acceptsInvalidAETitles }
        return allowed.isEmpty || allowed.contains(title)
    }

    private func faultyContextID(in request: AssociateRequest) -> String? {
        var seen: Set<UInt8> = []
        for context in request.presentationContexts {
            if context.id % 2 == 0 { return "presentation context ID \(context.id) is even" }
            if !seen.insert(context.id).inserted { return "presentation context ID \(context.id) is used twice" }
        }
        return nil
    }

    private func accept(_ request: AssociateRequest, identityResponse: [UInt8]?, peerRule: PeerRule.ID?) -> Decision {
        let proposal = request.userInformation
        let proposedRoles = firstByClass(proposal.roles.map { ($0.sopClassUID, $0.requestor) })
        let relatives = firstByClass(
            proposal.commonExtendedNegotiations.map { ($0.sopClassUID, $0.relatedGeneralSOPClassUIDs) }
        )
        var answers: [PresentationContextResult] = []
        var accepted: [AcceptedContext] = []
        var refused: [RefusedContext] = []
        var answeredRoles: [RoleSelection] = []
        /// What each accepted SOP class is served as.
        var acceptedClasses: [String: String] = [:]

        for context in request.presentationContexts {
            let sopClass = context.abstractSyntax
            let judgement = judge(
                context,
                related: relatives[sopClass] ?? [],
                proposedRoles: proposedRoles[sopClass],
                rule: peerRule.map { policy.peers[$0] }
            )
            switch judgement {
            case .accepted(let usable, let roles):
                accepted.append(usable)
                answers.append(
                    PresentationContextResult(
                        id: context.id,
                        result: .acceptance,
                        transferSyntax: usable.transferSyntax
                    )
                )
                let isFirst = acceptedClasses.updateValue(usable.servedAs, forKey: sopClass) == nil
                if isFirst, let roles {
                    answeredRoles.append(RoleSelection(sopClassUID: sopClass, requestor: roles))
                }
            case .refused(let result, let reason):
                refused.append(RefusedContext(context, because: reason))
                answers.append(
                    PresentationContextResult(
                        id: context.id,
                        result: result,
                        transferSyntax: placeholder(for: context)
                    )
                )
            }
        }

        let negotiations = answerNegotiations(proposal.extendedNegotiations, acceptedClasses)
        let window = proposal.asynchronousOperations.flatMap { policy.asynchronousOperations?.limited(to: $0) }
        let answer = AssociateAccept(
            calledAETitle: request.calledAETitle,
            callingAETitle: request.callingAETitle,
            presentationContexts: answers,
            userInformation: UserInformation(
                maximumLength: policy.maximumLength,
                implementation: policy.implementation,
                asynchronousOperations: window,
                roles: answeredRoles,
                extendedNegotiations: negotiations,
                userIdentityResponse: identityResponse
            )
        )
        let association = NegotiatedAssociation(
            role: .acceptor,
            callingAETitle: request.callingAETitle.text,
            calledAETitle: request.calledAETitle.text,
            accepted: accepted,
            refused: refused,
            peer: proposal,
            ownMaximumLength: policy.maximumLength,
            asynchronousOperations: window ?? .synchronous,
            extendedNegotiations: firstByClass(negotiations.map { ($0.sopClassUID, $0.information) }),
            userIdentityResponse: identityResponse,
            ignoredItemCount: request.ignoredItemCount,
            peerRule: peerRule
        )
        return .accept(answer, association)
    }

    private enum Judgement {
        /// With the roles to answer, nil for no answer.
        case accepted(AcceptedContext, RequestorRoles?)
        case refused(ContextResult, RefusedContext.Reason)

        static func refused(_ result: ContextResult) -> Judgement { .refused(result, .refused(result)) }
    }

    private func judge(
        _ context: PresentationContext,
        related: [String],
        proposedRoles: RequestorRoles?,
        rule: PeerRule?
    ) -> Judgement {
        guard let service = service(for: context.abstractSyntax, related: related) else {
            return .refused(.abstractSyntaxNotSupported)
        }
        if let rule, !rule.allows(servedAs: service.abstractSyntax) {
            return .refused(.userRejection)
        }
        let choice =
            switch policy.transferSyntaxOrder {
            case .ours: service.transferSyntaxes.first { context.transferSyntaxes.contains($0) }
            case .requestors: context.transferSyntaxes.first { service.transferSyntaxes.contains($0) }
            }
        guard let choice else { return .refused(.transferSyntaxesNotSupported) }
        var answered: RequestorRoles?
        if let allowed = service.requestorRoles, let proposedRoles {
            // A role that was not proposed is never granted (PS3.7 D.3.3.4).
            answered = proposedRoles.intersection(allowed)
        }
        let roles = answered ?? .standard
        guard !roles.isEmpty else { return .refused(.userRejection, .noRole) }
        return .accepted(
            AcceptedContext(
                id: context.id,
                abstractSyntax: context.abstractSyntax,
                transferSyntax: choice,
                requestorRoles: roles,
                servedAs: service.abstractSyntax
            ),
            answered
        )
    }

    /// What we support of a SOP class, or of the first related general one we support (PS3.7 D.3.3.6).
    private func service(for sopClass: String, related: [String]) -> SupportedContext? {
        if let service = supported[sopClass] { return service }
        guard policy.acceptsRelatedGeneralSOPClasses else { return nil }
        return related.lazy.compactMap { supported[$0] }.first
    }

    /// The transfer syntax of a refused context is not significant but has to be there (PS3.8 9.3.3.2).
    private func placeholder(for context: PresentationContext) -> String {
        context.transferSyntaxes.first { UIDSyntax.isValid($0) } ?? "1.2.840.10008.1.2"
    }

    private func answerNegotiations(
        _ proposals: [ExtendedNegotiation],
        _ acceptedClasses: [String: String]
    ) -> [ExtendedNegotiation] {
        guard let answer = policy.extendedNegotiation else { return [] }
        var answered: Set<String> = []
        return proposals.compactMap { proposal in
            guard let served = acceptedClasses[proposal.sopClassUID],
                answered.insert(proposal.sopClassUID).inserted
            else { return nil }
            return answer(served, proposal.information).map {
                ExtendedNegotiation(sopClassUID: proposal.sopClassUID, information: $0)
            }
        }
    }
}
