import Testing

@testable import DICOMProtocol

private let worklist = SOPClass.modalityWorklistFind
private let implicit = "1.2.840.10008.1.2"
private let explicit = "1.2.840.10008.1.2.1"

@Suite("SOP class common extended negotiation")
struct RelatedSOPClassTests {
    private func policy(accepts: Bool = true) -> AcceptorPolicy {
        var policy = AcceptorPolicy(supported: [
            SupportedContext(worklist, transferSyntaxes: [implicit], requestorRoles: .scu),
            SupportedContext(SOPClass.studyRootFind, transferSyntaxes: [implicit]),
        ])
        policy.acceptsRelatedGeneralSOPClasses = accepts
        return policy
    }

    private func proposal(_ related: [String: [String]], _ syntaxes: [String] = [implicit]) throws
        -> AssociationProposal
    {
        var proposal = AssociationProposal(calling: try AETitle("CONSOLE"), called: try AETitle("RIS"))
        for uid in related.keys.sorted() { try proposal.propose(uid, transferSyntaxes: syntaxes) }
        proposal.commonExtendedNegotiations = related.map {
            CommonExtendedNegotiation(
                sopClassUID: $0,
                serviceClassUID: "1.2.840.10008.4.2",
                relatedGeneralSOPClassUIDs: $1
            )
        }
        return proposal
    }

    private func accepted(_ policy: AcceptorPolicy, _ proposal: AssociationProposal) throws
        -> (AssociateAccept, NegotiatedAssociation)
    {
        let request = try AssociateRequest(decoding: try proposal.request.encode().dropFirst(6))
        guard case .accept(let pdu, let association) = Negotiator(policy).decide(request) else {
            throw AssociationNotAccepted()
        }
        return (pdu, association)
    }

    private struct AssociationNotAccepted: Error {}

    @Test("A SOP class we do not support is served as the first related general one we do")
    func served() throws {
        let proposal = try proposal([
            "1.2.3": ["1.9", SOPClass.studyRootFind, worklist], "1.2.4": ["1.9"], "1.2.5": [],
            worklist: [SOPClass.studyRootFind],
        ])
        let (pdu, association) = try accepted(policy(), proposal)
        #expect(pdu.presentationContexts.map(\.result.rawValue) == [0, 3, 3, 0])
        #expect(association.accepted.map(\.abstractSyntax) == ["1.2.3", worklist])
        #expect(association.accepted.map(\.servedAs) == [SOPClass.studyRootFind, worklist])
        let requestor = proposal.negotiated(with: pdu)
        #expect(requestor.accepted.map(\.abstractSyntax) == ["1.2.3", worklist])
        #expect(requestor.accepted.map(\.servedAs) == ["1.2.3", worklist])
        #expect(requestor.contextAsSCU(for: "1.2.3")?.id == 1)
    }

    @Test("Unless the policy says so, what is related does not count, and an item for another class never does")
    func off() throws {
        let (pdu, _) = try accepted(policy(accepts: false), try proposal(["1.2.3": [worklist]]))
        #expect(pdu.presentationContexts.map(\.result) == [.abstractSyntaxNotSupported])
        var foreign = try proposal(["1.2.3": []])
        foreign.commonExtendedNegotiations = [
            CommonExtendedNegotiation(
                sopClassUID: "1.2.4",
                serviceClassUID: "1.2",
                relatedGeneralSOPClassUIDs: [worklist]
            )
        ]
        let (other, _) = try accepted(policy(), foreign)
        #expect(other.presentationContexts.map(\.result) == [.abstractSyntaxNotSupported])
    }

    @Test("Transfer syntaxes, roles, extended negotiation and access rules are those of the class it is served as")
    func rules() throws {
        let (none, _) = try accepted(policy(), try proposal(["1.2.3": [worklist]], [explicit]))
        #expect(none.presentationContexts.map(\.result) == [.transferSyntaxesNotSupported])

        var proposal = try proposal(["1.2.3": [worklist]])
        proposal.roles = [RoleSelection(sopClassUID: "1.2.3", requestor: [.scu, .scp])]
        proposal.propose([.fuzzyNames], for: "1.2.3", as: .worklist)
        var policy = policy()
        policy.extendedNegotiation = { uid, bytes in
            uid == worklist ? QueryOptions.answer(to: bytes, supporting: .fuzzyNames, .worklist) : nil
        }
        let (pdu, association) = try accepted(policy, proposal)
        #expect(association.accepted.map(\.requestorRoles) == [.scu])
        #expect(pdu.userInformation.roles == [RoleSelection(sopClassUID: "1.2.3", requestor: .scu)])
        #expect(association.extendedNegotiations == ["1.2.3": [1, 1, 1, 0]])
        #expect(pdu.userInformation.commonExtendedNegotiations.isEmpty)

        for (classes, result) in [(["1.2.3"], 1), ([worklist], 0), ([SOPClass.studyRootFind], 1)]
            as [(Set<String>, UInt8)]
        {
            policy.peers = [PeerRule(sopClasses: classes)]
            let (pdu, _) = try accepted(policy, proposal)
            #expect(pdu.presentationContexts.map(\.result.rawValue) == [result])
        }
    }
}
