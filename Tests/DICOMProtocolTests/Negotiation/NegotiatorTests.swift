import Testing

@testable import DICOMProtocol

private let worklist = "1.2.840.10008.5.1.4.31"
private let echo = "1.2.840.10008.1.1"
private let implicit = "1.2.840.10008.1.2"
private let explicit = "1.2.840.10008.1.2.1"

extension Negotiator.Decision {
    fileprivate var accepted: (pdu: AssociateAccept, association: NegotiatedAssociation)? {
        if case .accept(let pdu, let association) = self { (pdu, association) } else { nil }
    }

    fileprivate var rejection: AssociateReject? {
        if case .reject(let reject, _) = self { reject } else { nil }
    }

    fileprivate var explanation: String? {
        switch self {
        case .accept: nil
        case .reject(_, let explanation), .abort(_, let explanation): explanation
        }
    }
}

/// What has to be wrong with the request or forbidden by the policy, and result, source and reason of the rejection.
private let rejectionCases: [(@Sendable (inout AssociateRequest, inout AcceptorPolicy) throws -> Void, [UInt8])] = [
    ({ request, _ in request.protocolVersion = 2 }, [1, 2, 2]),
    ({ request, _ in request.protocolVersion = 0 }, [1, 2, 2]),
    ({ request, _ in request.protocolVersion = 0xFFFE }, [1, 2, 2]),
    ({ request, _ in request.applicationContextName = "1.2" }, [1, 1, 2]),
    ({ request, _ in request.applicationContextName = "" }, [1, 1, 2]),
    ({ request, _ in request.applicationContextName = "1.2\u{1B}[2J" }, [1, 1, 2]),
    ({ _, policy in policy.calledAETitles = [try AETitle("OTHER")] }, [1, 1, 7]),
    (
        { request, policy in
            policy.callingAETitles = [try AETitle("OTHER")]
            request.callingAETitle = AETitleField(received: Array("\u{1B}[2J".utf8))
        }, [1, 1, 3]
    ),
    ({ _, policy in policy.callingAETitles = [try AETitle("console")] }, [1, 1, 3]),
    (
        { request, policy in
            policy.acceptsInvalidAETitles = false
            request.callingAETitle = AETitleField(received: [])
        }, [1, 1, 3]
    ),
    (
        { request, policy in
            policy.acceptsInvalidAETitles = false
            request.calledAETitle = AETitleField(received: [0x1B])
        }, [1, 1, 7]
    ),
    (
        { request, policy in
            policy.userIdentity = { _ in .refuse }
            request.userInformation.userIdentity = .username("anna")
        }, [2, 2, 1]
    ),
    (
        { request, policy in
            policy.userIdentity = { _ in .accept() }
            request.userInformation.userIdentity = UserIdentity(kind: .init(rawValue: 9), primary: [1])
        }, [2, 2, 1]
    ),
]

@Suite struct NegotiatorTests {
    private func proposal(_ contexts: [(String, [String])] = [(worklist, [explicit, implicit])]) throws
        -> AssociationProposal
    {
        var proposal = AssociationProposal(calling: try AETitle("CONSOLE"), called: try AETitle("RIS"))
        for (abstract, transfers) in contexts { try proposal.propose(abstract, transferSyntaxes: transfers) }
        return proposal
    }

    private func policy(_ roles: RequestorRoles? = nil) -> AcceptorPolicy {
        AcceptorPolicy(supported: [
            SupportedContext(worklist, transferSyntaxes: [implicit, explicit], requestorRoles: roles),
            SupportedContext(echo, transferSyntaxes: [implicit]),
        ])
    }

    @Test("Each proposed context gets its own answer: accepted, unknown service, or no common transfer syntax")
    func contextResults() throws {
        let proposal = try proposal([
            (worklist, [explicit]), ("1.2.3", [explicit, implicit]), (echo, [explicit]), (echo, [explicit, implicit]),
        ])
        let decision = Negotiator(policy()).decide(proposal.request)
        let (pdu, association) = try #require(decision.accepted)
        #expect(pdu.presentationContexts.map(\.id) == [1, 3, 5, 7])
        #expect(pdu.presentationContexts.map(\.result.rawValue) == [0, 3, 4, 0])
        #expect(pdu.presentationContexts.map(\.transferSyntax) == [explicit, explicit, explicit, implicit])
        #expect(association.accepted.map(\.id) == [1, 7])
        #expect(association.refused.map(\.id) == [3, 5])
        #expect(association.context(id: 7)?.transferSyntax == implicit)
        #expect(association.context(id: 3) == nil && association.context(id: 0) == nil)
        #expect(association.context(id: 255) == nil && association.context(id: 6) == nil)
        #expect(association.contexts(for: echo).map(\.id) == [7])
        #expect(association.contextAsSCU(for: echo) == nil)
        #expect(association.accepted.allSatisfy { association.isSCP(in: $0) })
    }

    @Test("The transfer syntax is chosen by our order or by the requestor's")
    func transferSyntaxOrder() throws {
        var policy = policy()
        let request = try proposal().request
        #expect(Negotiator(policy).decide(request).accepted?.association.accepted.first?.transferSyntax == implicit)
        policy.transferSyntaxOrder = .requestors
        #expect(Negotiator(policy).decide(request).accepted?.association.accepted.first?.transferSyntax == explicit)
    }

    @Test("A request with no acceptable context, or none at all, is accepted with all refused")
    func nothingAcceptable() throws {
        var request = try proposal([("1.2.3", [implicit])]).request
        let first = try #require(Negotiator(policy()).decide(request).accepted)
        #expect(first.association.accepted.isEmpty && first.pdu.presentationContexts.count == 1)
        request.presentationContexts = []
        let second = try #require(Negotiator(policy()).decide(request).accepted)
        #expect(second.pdu.presentationContexts.isEmpty)
    }

    @Test("A context without syntaxes, or with ones that are no UIDs, is refused with an answer that can be sent")
    func brokenContexts() throws {
        var request = try proposal().request
        request.presentationContexts = [
            PresentationContext(id: 1, abstractSyntax: "", transferSyntaxes: []),
            PresentationContext(id: 3, abstractSyntax: worklist, transferSyntaxes: []),
            PresentationContext(id: 5, abstractSyntax: "no\u{1B}UID", transferSyntaxes: ["neither"]),
        ]
        let (pdu, _) = try #require(Negotiator(policy()).decide(request).accepted)
        #expect(pdu.presentationContexts.map(\.result.rawValue) == [3, 4, 3])
        #expect(try AssociateAccept(decoding: try pdu.encode().dropFirst(6)) == pdu)
    }

    @Test(
        "Rejections carry the result, source and reason of PS3.8 table 9-21",
        arguments: rejectionCases
    )
    func rejections(
        change: @Sendable (inout AssociateRequest, inout AcceptorPolicy) throws -> Void,
        code: [UInt8]
    ) throws {
        var request = try proposal().request
        var policy = policy()
        #expect(Negotiator(policy).decide(request).accepted != nil)
        try change(&request, &policy)
        let decision = Negotiator(policy).decide(request)
        let rejection = try #require(decision.rejection)
        let explanation = try #require(decision.explanation)
        #expect(
            !explanation.isEmpty && !explanation.unicodeScalars.contains { $0.properties.generalCategory == .control }
        )
        #expect([rejection.result.rawValue, rejection.source.rawValue, rejection.reason] == code)
    }

    @Test("A server that is full rejects for now, before it looks at titles or identities")
    func limitReached() throws {
        var policy = policy()
        policy.calledAETitles = [try AETitle("OTHER")]
        let request = try proposal().request
        #expect(Negotiator(policy).decide(request, limitReached: true).rejection == .localLimitExceeded)
    }

    @Test("Higher protocol version bits do not matter, titles match with any padding, checks can be lifted")
    func leniency() throws {
        var request = try proposal().request
        request.protocolVersion = 0xFFFF
        request.callingAETitle = AETitleField(received: Array(" CONSOLE\0\0".utf8))
        var policy = policy()
        policy.callingAETitles = [try AETitle("CONSOLE")]
        policy.calledAETitles = [try AETitle("RIS")]
        #expect(Negotiator(policy).decide(request).accepted != nil)
        policy.checksApplicationContext = false
        request.applicationContextName = "1.2"
        #expect(Negotiator(policy).decide(request).accepted != nil)
        policy.callingAETitles = []
        request.callingAETitle = AETitleField(received: [])
        let accepted = try #require(Negotiator(policy).decide(request).accepted)
        #expect(accepted.association.callingAETitle.isEmpty)
        #expect(accepted.pdu.callingAETitle == request.callingAETitle)
    }

    @Test("All 128 contexts are answered, each under its own identifier, in the order they were proposed")
    func manyContexts() throws {
        let contexts = (0..<128).map { ($0 % 3 == 2 ? "1.2.\($0)" : worklist, [$0 % 2 == 0 ? implicit : explicit]) }
        let proposal = try proposal(contexts)
        let (pdu, acceptor) = try #require(Negotiator(policy()).decide(proposal.request).accepted)
        #expect(pdu.presentationContexts.map(\.id) == proposal.contexts.map(\.id))
        #expect(acceptor.accepted.count == 86 && acceptor.refused.count == 42)
        let requestor = proposal.negotiated(with: try AssociateAccept(decoding: try pdu.encode().dropFirst(6)))
        #expect(requestor.accepted == acceptor.accepted)
        for context in proposal.contexts {
            let usable = acceptor.context(id: context.id)
            #expect(usable?.transferSyntax == (context.abstractSyntax == worklist ? context.transferSyntaxes[0] : nil))
        }
    }

    @Test("A SOP class proposed twice is accepted twice, each with its own transfer syntax")
    func sameClassTwice() throws {
        let proposal = try proposal([
            (worklist, [explicit]), (worklist, [implicit]), (worklist, ["1.2.840.10008.1.2.2"]),
        ])
        let (pdu, acceptor) = try #require(Negotiator(policy()).decide(proposal.request).accepted)
        #expect(pdu.presentationContexts.map(\.result.rawValue) == [0, 0, 4])
        for association in [acceptor, proposal.negotiated(with: pdu)] {
            #expect(association.contexts(for: worklist).map(\.id) == [1, 3])
            #expect(association.contexts(for: worklist).map(\.transferSyntax) == [explicit, implicit])
            #expect(association.accepted.allSatisfy { $0.servedAs == worklist } && association.peerRule == nil)
        }
        #expect(proposal.negotiated(with: pdu).contextAsSCU(for: worklist)?.id == 1)
    }

    @Test("Items nobody knows are ignored and counted, and the association is accepted")
    func unknownItems() throws {
        var body = Array(try proposal().request.encode().dropFirst(6))
        body += bytes(hex: "5A 00 0003 010203  FF 00 0000")
        let request = try AssociateRequest(decoding: body[...])
        let (_, association) = try #require(Negotiator(policy()).decide(request).accepted)
        #expect(association.ignoredItemCount == 2 && association.accepted.count == 1)
    }

    @Test("Roles for a class that is not proposed, or a second time, do not count")
    func strayRoles() throws {
        var proposal = try proposal()
        proposal.roles = [
            RoleSelection(sopClassUID: worklist, requestor: .scu),
            RoleSelection(sopClassUID: worklist, requestor: .scp),
            RoleSelection(sopClassUID: echo, requestor: [.scu, .scp]),
        ]
        let (pdu, acceptor) = try #require(Negotiator(policy([.scu, .scp])).decide(proposal.request).accepted)
        #expect(pdu.userInformation.roles == [RoleSelection(sopClassUID: worklist, requestor: .scu)])
        #expect(acceptor.accepted.map(\.requestorRoles) == [.scu])
    }

    @Test("Context identifiers that are even or used twice abort with an invalid parameter value")
    func invalidContextIdentifiers() throws {
        var request = try proposal().request
        for ids: [UInt8] in [[1, 2], [0], [5, 7, 5]] {
            request.presentationContexts = ids.map {
                PresentationContext(id: $0, abstractSyntax: worklist, transferSyntaxes: [implicit])
            }
            guard case .abort(let abort, let explanation) = Negotiator(policy()).decide(request) else {
                Issue.record("\(ids) was not aborted")
                continue
            }
            #expect(abort == .byProvider(.invalidParameterValue))
            #expect(explanation.contains("presentation context ID"))
        }
    }

    /// Proposed roles and supported roles (scu 1, scp 2, both 3, none 0, - not said) to the answer and what holds.
    @Test(
        "Role selection grants what is proposed and supported; without an answer the default roles hold",
        arguments: [
            ("-", "-", "-", "scu"), ("-", "both", "-", "scu"), ("scu", "-", "-", "scu"), ("scp", "-", "-", "scu"),
            ("both", "-", "-", "scu"), ("none", "-", "-", "scu"), ("scu", "scu", "scu", "scu"),
            ("scu", "scp", "-", "refused"), ("scu", "both", "scu", "scu"), ("scu", "none", "-", "refused"),
            ("scp", "scu", "-", "refused"), ("scp", "scp", "scp", "scp"), ("scp", "both", "scp", "scp"),
            ("scp", "none", "-", "refused"), ("both", "scu", "scu", "scu"), ("both", "scp", "scp", "scp"),
            ("both", "both", "both", "both"), ("both", "none", "-", "refused"), ("none", "scu", "-", "refused"),
            ("none", "both", "-", "refused"),
        ]
    )
    func roles(proposed: String, supported: String, answered: String, holds: String) throws {
        let roles: [String: RequestorRoles] = ["scu": .scu, "scp": .scp, "both": [.scu, .scp], "none": []]
        var proposal = try proposal([(worklist, [implicit]), (worklist, [explicit])])
        proposal.roles = roles[proposed].map { [RoleSelection(sopClassUID: worklist, requestor: $0)] } ?? []
        let (pdu, acceptor) = try #require(Negotiator(policy(roles[supported])).decide(proposal.request).accepted)
        #expect(pdu.userInformation.roles.map(\.requestor) == (roles[answered].map { [$0] } ?? []))
        let requestor = proposal.negotiated(with: pdu)
        for association in [acceptor, requestor] {
            if let holds = roles[holds] {
                #expect(association.accepted.map(\.requestorRoles) == [holds, holds])
            } else {
                #expect(association.accepted.isEmpty && association.refused.count == 2)
                #expect(pdu.presentationContexts.map(\.result) == [.userRejection, .userRejection])
            }
        }
        for context in requestor.accepted {
            #expect(requestor.isSCU(in: context) == acceptor.isSCP(in: context))
            #expect(requestor.isSCP(in: context) == acceptor.isSCU(in: context))
            #expect(requestor.isSCU(in: context) == context.requestorRoles.contains(.scu))
        }
    }

    @Test(
        "The asynchronous operations window is the smaller of both, with zero as unlimited",
        arguments: [
            ((5, 3), (2, 8), (2, 3)), ((0, 0), (4, 0), (4, 0)), ((7, 0), (0, 9), (7, 9)), (nil, (4, 4), nil),
            ((4, 4), nil, nil),
        ] as [((UInt16, UInt16)?, (UInt16, UInt16)?, (UInt16, UInt16)?)]
    )
    func asynchronousOperations(
        proposed: (UInt16, UInt16)?,
        supported: (UInt16, UInt16)?,
        expected: (UInt16, UInt16)?
    ) throws {
        func window(_ pair: (UInt16, UInt16)?) -> AsynchronousOperationsWindow? {
            pair.map { AsynchronousOperationsWindow(invoked: $0.0, performed: $0.1) }
        }
        var proposal = try proposal()
        proposal.asynchronousOperations = window(proposed)
        var policy = policy()
        policy.asynchronousOperations = window(supported)
        let (pdu, acceptor) = try #require(Negotiator(policy).decide(proposal.request).accepted)
        #expect(pdu.userInformation.asynchronousOperations == window(expected))
        let requestor = proposal.negotiated(with: pdu)
        #expect(acceptor.asynchronousOperations == window(expected) ?? .synchronous)
        #expect(requestor.asynchronousOperations == acceptor.asynchronousOperations)
        #expect(requestor.maximumOperationsInvoked == expected?.0 ?? 1)
        #expect(acceptor.maximumOperationsInvoked == expected?.1 ?? 1)
    }

    @Test("Extended negotiation is answered for accepted services only, once each")
    func extendedNegotiation() throws {
        var proposal = try proposal([(worklist, [implicit]), ("1.2.3", [implicit])])
        proposal.extendedNegotiations = [
            ExtendedNegotiation(sopClassUID: worklist, information: [1, 1, 1, 1]),
            ExtendedNegotiation(sopClassUID: worklist, information: [0]),
            ExtendedNegotiation(sopClassUID: "1.2.3", information: [1]),
        ]
        var policy = policy()
        #expect(Negotiator(policy).decide(proposal.request).accepted?.association.extendedNegotiations == [:])
        policy.extendedNegotiation = { _, bytes in QueryOptions.answer(to: bytes, supporting: .fuzzyNames, .worklist) }
        let (pdu, acceptor) = try #require(Negotiator(policy).decide(proposal.request).accepted)
        #expect(
            pdu.userInformation.extendedNegotiations == [
                ExtendedNegotiation(sopClassUID: worklist, information: [1, 1, 1, 0])
            ]
        )
        #expect(acceptor.extendedNegotiations == [worklist: [1, 1, 1, 0]])
        #expect(proposal.negotiated(with: pdu).extendedNegotiations == acceptor.extendedNegotiations)
    }

    @Test("A user identity is answered when it is asked for, with nothing but the fact for user names")
    func userIdentityResponse() throws {
        var policy = policy()
        var proposal = try proposal()
        func response() throws -> [UInt8]? {
            let (pdu, _) = try #require(Negotiator(policy).decide(proposal.request).accepted)
            return proposal.negotiated(with: pdu).userIdentityResponse
        }
        proposal.userIdentity = .username("anna", passcode: "sesame", positiveResponseRequested: true)
        #expect(try response() == nil)
        policy.userIdentity = { $0.username == "anna" ? .accept(response: [7, 7]) : .refuse }
        #expect(try response() == [])
        proposal.userIdentity = .username("anna", passcode: "sesame")
        #expect(try response() == nil)
        policy.userIdentity = { $0.kind == .jsonWebToken ? .accept(response: [7, 7]) : .refuse }
        proposal.userIdentity = UserIdentity(kind: .jsonWebToken, positiveResponseRequested: true, primary: [1])
        #expect(try response() == [7, 7])
        proposal.userIdentity = nil
        #expect(try response() == nil)
    }

    @Test("A user identity of any type passes unanswered where none are judged; judged, one of unknown type is refused")
    func userIdentityTypes() throws {
        var shown: [UInt8] = []
        for kind in 0...UInt8.max {
            var request = try proposal().request
            request.userInformation.userIdentity = UserIdentity(
                kind: .init(rawValue: kind),
                positiveResponseRequested: true,
                primary: [1],
                secondary: [2]
            )
            var policy = policy()
            let unjudged = try #require(Negotiator(policy).decide(request).accepted)
            #expect(unjudged.pdu.userInformation.userIdentityResponse == nil)
            policy.userIdentity = { _ in .accept(response: [7]) }
            let decision = Negotiator(policy).decide(request)
            if let accepted = decision.accepted {
                shown.append(kind)
                #expect(accepted.pdu.userInformation.userIdentityResponse == (kind < 3 ? [] : [7]))
            } else {
                #expect(decision.rejection == .userIdentityRefused)
                #expect(decision.explanation?.contains("unknown type \(kind)") == true)
            }
        }
        #expect(shown == [1, 2, 3, 4, 5])
    }

    @Test("Lengths and implementations of the peer arrive on both sides; an unsaid length is unlimited")
    func lengthsAndImplementations() throws {
        var proposal = try proposal()
        proposal.maximumLength = 0
        var policy = policy()
        policy.maximumLength = 16_384
        policy.implementation = Implementation(classUID: "1.2.3", versionName: "OTHER")
        var (pdu, acceptor) = try #require(Negotiator(policy).decide(proposal.request).accepted)
        #expect(acceptor.peerMaximumLength == 0 && acceptor.ownMaximumLength == 16_384)
        #expect(acceptor.peerImplementation == .worklist)
        #expect(acceptor.fragmentCapacity == Limits.maxSentPDataLength - 6)
        #expect(acceptor.maxReceivedPDataLength == 16_384 + Limits.pDataLengthSlack)
        let requestor = proposal.negotiated(with: pdu)
        #expect(requestor.peerMaximumLength == 16_384 && requestor.fragmentCapacity == 16_378)
        #expect(requestor.maxReceivedPDataLength == Limits.hardMaximumPDataLength)
        #expect(requestor.peerImplementation.description == "OTHER (1.2.3)")
        pdu.userInformation.maximumLength = nil
        #expect(proposal.negotiated(with: pdu).peerMaximumLength == 0)
        pdu.userInformation.maximumLength = 4
        #expect(proposal.negotiated(with: pdu).fragmentCapacity == nil)
    }

    @Test("Our own implementation identity is one that can be sent")
    func ownImplementation() throws {
        let uid = try #require(Implementation.worklist.classUID)
        #expect(UIDSyntax.isValid(uid) && uid.hasPrefix("2.25."))
        #expect((1...16).contains(try #require(Implementation.worklist.versionName).utf8.count))
    }

    @Test("Both sides agree on what was agreed, whatever is proposed and supported", arguments: 0..<4)
    func bothSidesAgree(seed: UInt64) throws {
        var generator = PDUGenerator(seed: 0xA6EE + seed)
        let classes = (1...5).map { "1.2.\($0)" }
        let syntaxes = (1...4).map { "1.3.\($0)" }
        for _ in 0..<100 {
            var proposal = AssociationProposal(calling: try AETitle("A"), called: try AETitle("B"))
            for _ in 0..<generator.int(1...8) {
                try proposal.propose(
                    classes[generator.int(0...4)],
                    transferSyntaxes: generator.list(1...3) { syntaxes[$0.int(0...3)] }
                )
            }
            proposal.roles = generator.list(0...4) {
                RoleSelection(
                    sopClassUID: classes[$0.int(0...4)],
                    requestor: RequestorRoles(rawValue: UInt8($0.int(0...3)))
                )
            }
            proposal.extendedNegotiations = generator.list(0...3) {
                ExtendedNegotiation(sopClassUID: classes[$0.int(0...4)], information: $0.bytes(0...4))
            }
            proposal.asynchronousOperations = generator.maybe {
                AsynchronousOperationsWindow(invoked: UInt16($0.int(0...3)), performed: UInt16($0.int(0...3)))
            }
            var policy = AcceptorPolicy(
                supported: generator.list(0...6) {
                    SupportedContext(
                        classes[$0.int(0...4)],
                        transferSyntaxes: $0.list(0...4) { syntaxes[$0.int(0...3)] },
                        requestorRoles: $0.maybe { RequestorRoles(rawValue: UInt8($0.int(0...3))) }
                    )
                }
            )
            policy.transferSyntaxOrder = generator.flag() ? .ours : .requestors
            policy.asynchronousOperations = generator.maybe {
                AsynchronousOperationsWindow(invoked: UInt16($0.int(0...3)), performed: UInt16($0.int(0...3)))
            }
            policy.extendedNegotiation = { _, bytes in bytes.isEmpty ? nil : bytes }

            let request = try AssociateRequest(decoding: try proposal.request.encode().dropFirst(6))
            let (pdu, acceptor) = try #require(Negotiator(policy).decide(request).accepted)
            let requestor = proposal.negotiated(with: try AssociateAccept(decoding: try pdu.encode().dropFirst(6)))
            #expect(requestor.accepted == acceptor.accepted)
            #expect(requestor.refused.map(\.id) == acceptor.refused.map(\.id))
            #expect(requestor.asynchronousOperations == acceptor.asynchronousOperations)
            #expect(requestor.extendedNegotiations == acceptor.extendedNegotiations)
            #expect(requestor.ignoredItemCount == 0)
            for context in proposal.contexts {
                let usable = requestor.context(id: context.id)
                #expect((usable == nil) == requestor.refused.contains { $0.id == context.id })
                if let usable { #expect(context.transferSyntaxes.contains(usable.transferSyntax)) }
            }
        }
    }
}
