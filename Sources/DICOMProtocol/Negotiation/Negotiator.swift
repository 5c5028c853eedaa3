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
        case reject(AssociateReject)
        /// The request breaks the protocol: a context ID is even or used twice (PS3.8 9.3.2.2).
        case abort(Abort, explanation: String)
    }

    /// Decides on a request.
    ///
    /// Checks run from the outside in and end with the first that fails: protocol version, association limit, application
    /// context, called title, calling title, context identifiers, user identity. If none of the contexts is acceptable, the
    /// association is accepted with all of them refused: whether to go on is the requestor's decision.
    public func decide(_ request: AssociateRequest, limitReached: Bool = false) -> Decision {
        // Only bit 0 is tested (PS3.8 9.3.2).
        guard request.protocolVersion & 1 == 1 else { return .reject(.protocolVersionNotSupported) }
        if limitReached { return .reject(.localLimitExceeded) }
        if policy.checksApplicationContext, request.applicationContextName != ApplicationContext.dicom {
            return .reject(.applicationContextNotSupported)
        }
        guard allows(request.calledAETitle, policy.calledAETitles) else {
            return .reject(.calledAETitleNotRecognized)
        }
        guard allows(request.callingAETitle, policy.callingAETitles) else {
            return .reject(.callingAETitleNotRecognized)
        }
        if let fault = faultyContextID(in: request) {
            return .abort(.byProvider(.invalidParameterValue), explanation: fault)
        }
        var identityResponse: [UInt8]?
        if let judge = policy.userIdentity, let identity = request.userInformation.userIdentity {
            guard identity.kind.isKnown, case .accept(let response) = judge(identity) else {
                return .reject(.userIdentityRefused)
            }
            if identity.positiveResponseRequested {
                // Zero length for user names (PS3.7 table D.3-15).
                identityResponse = identity.username == nil ? response : []
            }
        }
        return accept(request, identityResponse: identityResponse)
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

    private func accept(_ request: AssociateRequest, identityResponse: [UInt8]?) -> Decision {
        let proposal = request.userInformation
        let proposedRoles = firstByClass(proposal.roles.map { ($0.sopClassUID, $0.requestor) })
        var answers: [PresentationContextResult] = []
        var accepted: [AcceptedContext] = []
        var refused: [RefusedContext] = []
        var answeredRoles: [RoleSelection] = []
        var acceptedClasses: Set<String> = []

        for context in request.presentationContexts {
            switch judge(context, proposedRoles: proposedRoles[context.abstractSyntax]) {
            case .accepted(let usable, let roles):
                accepted.append(usable)
                answers.append(
                    PresentationContextResult(
                        id: context.id,
                        result: .acceptance,
                        transferSyntax: usable.transferSyntax
                    )
                )
                let isFirst = acceptedClasses.insert(context.abstractSyntax).inserted
                if isFirst, let roles {
                    answeredRoles.append(RoleSelection(sopClassUID: context.abstractSyntax, requestor: roles))
                }
            case .refused(let result):
                let reason: RefusedContext.Reason = result == .userRejection ? .noRole : .refused(result)
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
            ignoredItemCount: request.ignoredItemCount
        )
        return .accept(answer, association)
    }

    private enum Judgement {
        /// With the roles to answer, nil for no answer.
        case accepted(AcceptedContext, RequestorRoles?)
        case refused(ContextResult)
    }

    private func judge(_ context: PresentationContext, proposedRoles: RequestorRoles?) -> Judgement {
        guard let service = supported[context.abstractSyntax] else { return .refused(.abstractSyntaxNotSupported) }
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
        guard !roles.isEmpty else { return .refused(.userRejection) }
        return .accepted(
            AcceptedContext(
                id: context.id,
                abstractSyntax: context.abstractSyntax,
                transferSyntax: choice,
                requestorRoles: roles
            ),
            answered
        )
    }

    /// The transfer syntax of a refused context is not significant but has to be there (PS3.8 9.3.3.2).
    private func placeholder(for context: PresentationContext) -> String {
        context.transferSyntaxes.first { UIDSyntax.isValid($0) } ?? "1.2.840.10008.1.2"
    }

    private func answerNegotiations(
        _ proposals: [ExtendedNegotiation],
        _ acceptedClasses: Set<String>
    ) -> [ExtendedNegotiation] {
        guard let answer = policy.extendedNegotiation else { return [] }
        var answered: Set<String> = []
        return proposals.compactMap { proposal in
            guard acceptedClasses.contains(proposal.sopClassUID), answered.insert(proposal.sopClassUID).inserted else {
                return nil
            }
            return answer(proposal.sopClassUID, proposal.information).map {
                ExtendedNegotiation(sopClassUID: proposal.sopClassUID, information: $0)
            }
        }
    }
}
