import Testing

@testable import DICOMProtocol

private let implicit = "1.2.840.10008.1.2"
private let explicit = "1.2.840.10008.1.2.1"

@Suite struct AssociationProposalTests {
    private func proposal(count: Int) throws -> AssociationProposal {
        var proposal = AssociationProposal(calling: try AETitle("CONSOLE"), called: try AETitle("RIS"))
        for i in 0..<count { try proposal.propose("1.2.\(i)", transferSyntaxes: [explicit, implicit]) }
        return proposal
    }

    private func accept(_ contexts: [PresentationContextResult]) throws -> AssociateAccept {
        AssociateAccept(
            calledAETitle: AETitleField(try AETitle("RIS")),
            callingAETitle: AETitleField(try AETitle("CONSOLE")),
            presentationContexts: contexts
        )
    }

    @Test("Contexts are numbered 1, 3, 5 up to 255, and there is no 129th")
    func numbering() throws {
        var proposal = try proposal(count: 128)
        #expect(proposal.contexts.map(\.id) == (0..<128).map { UInt8($0 * 2 + 1) })
        #expect(throws: PDUEncodingError.tooManyContexts(129)) {
            try proposal.propose("1.2", transferSyntaxes: [implicit])
        }
        let bytes = try proposal.request.encode()
        #expect(try AssociateRequest(decoding: bytes.dropFirst(6)) == proposal.request)
        let all = try accept(
            proposal.contexts.map {
                PresentationContextResult(id: $0.id, result: .acceptance, transferSyntax: implicit)
            }
        )
        let association = proposal.negotiated(with: all)
        #expect(proposal.contexts.allSatisfy { association.context(id: $0.id)?.abstractSyntax == $0.abstractSyntax })
    }

    @Test("What is no UID, or no transfer syntax at all, cannot be proposed")
    func invalidProposals() throws {
        var proposal = try proposal(count: 0)
        #expect(throws: PDUEncodingError.invalidUID("1.2.a", field: "abstract syntax")) {
            try proposal.propose("1.2.a", transferSyntaxes: [implicit])
        }
        #expect(throws: PDUEncodingError.invalidUID("", field: "transfer syntax")) {
            try proposal.propose("1.2", transferSyntaxes: [implicit, ""])
        }
        #expect(throws: PDUEncodingError.noTransferSyntax(contextID: 1)) {
            try proposal.propose("1.2", transferSyntaxes: [])
        }
        #expect(proposal.contexts.isEmpty)
        #expect(throws: PDUEncodingError.noContexts) { try proposal.request.encode() }
    }

    @Test("Answers are read against what was proposed")
    func answers() throws {
        let proposal = try proposal(count: 9)
        let association = proposal.negotiated(
            with: try accept([
                PresentationContextResult(id: 17, result: .acceptance, transferSyntax: explicit),
                PresentationContextResult(id: 3, result: .userRejection, transferSyntax: implicit),
                PresentationContextResult(id: 5, result: .noReason, transferSyntax: ""),
                PresentationContextResult(id: 7, result: .abstractSyntaxNotSupported, transferSyntax: implicit),
                PresentationContextResult(id: 9, result: .transferSyntaxesNotSupported, transferSyntax: implicit),
                PresentationContextResult(id: 11, result: .init(rawValue: 77), transferSyntax: implicit),
                PresentationContextResult(id: 13, result: .acceptance, transferSyntax: "1.2.840.10008.1.2.2"),
                PresentationContextResult(id: 15, result: .acceptance, transferSyntax: ""),
                PresentationContextResult(id: 17, result: .userRejection, transferSyntax: explicit),
                PresentationContextResult(id: 99, result: .acceptance, transferSyntax: explicit),
                PresentationContextResult(id: 2, result: .acceptance, transferSyntax: explicit),
            ])
        )
        #expect(association.accepted.map(\.id) == [17])
        #expect(association.context(id: 99) == nil && association.context(id: 2) == nil)
        #expect(
            association.refused.map(\.reason) == [
                .noAnswer, .refused(.userRejection), .refused(.noReason), .refused(.abstractSyntaxNotSupported),
                .refused(.transferSyntaxesNotSupported), .refused(.init(rawValue: 77)),
                .transferSyntaxNotProposed("1.2.840.10008.1.2.2"), .transferSyntaxNotProposed(""),
            ]
        )
        // The second answer for 17 and the ones for 99 and 2.
        #expect(association.ignoredItemCount == 3)
        #expect(Set(association.refused.map(\.explanation)).count == association.refused.count)
        #expect(association.refused.allSatisfy { !$0.advice.isEmpty })
    }

    @Test("What was not asked for is not agreed: roles, window, extended negotiation, identity")
    func unaskedAnswers() throws {
        let proposal = try proposal(count: 1)
        var answer = try accept([PresentationContextResult(id: 1, result: .acceptance, transferSyntax: implicit)])
        answer.userInformation.roles = [RoleSelection(sopClassUID: "1.2.0", requestor: [.scu, .scp])]
        answer.userInformation.asynchronousOperations = AsynchronousOperationsWindow(invoked: 9, performed: 9)
        answer.userInformation.extendedNegotiations = [ExtendedNegotiation(sopClassUID: "1.2.0", information: [1])]
        answer.userInformation.userIdentityResponse = [1]
        let association = proposal.negotiated(with: answer)
        #expect(association.accepted.map(\.requestorRoles) == [.standard])
        #expect(association.asynchronousOperations == .synchronous)
        #expect(association.extendedNegotiations.isEmpty)
        #expect(association.userIdentityResponse == nil)
        #expect(association.ignoredItemCount == 2)
    }

    @Test("An acceptor cannot grant more than was proposed")
    func grantsAreBounded() throws {
        var proposal = try proposal(count: 1)
        proposal.roles = [RoleSelection(sopClassUID: "1.2.0", requestor: .scp)]
        proposal.asynchronousOperations = AsynchronousOperationsWindow(invoked: 2, performed: 1)
        var answer = try accept([PresentationContextResult(id: 1, result: .acceptance, transferSyntax: implicit)])
        answer.userInformation.roles = [RoleSelection(sopClassUID: "1.2.0", requestor: [.scu, .scp])]
        answer.userInformation.asynchronousOperations = AsynchronousOperationsWindow(invoked: 0, performed: 9)
        let association = proposal.negotiated(with: answer)
        #expect(association.accepted.map(\.requestorRoles) == [.scp])
        #expect(association.contextAsSCU(for: "1.2.0") == nil)
        #expect(association.asynchronousOperations == AsynchronousOperationsWindow(invoked: 2, performed: 1))
        answer.userInformation.roles = [RoleSelection(sopClassUID: "1.2.0", requestor: .scu)]
        #expect(proposal.negotiated(with: answer).refused.map(\.reason) == [.noRole])
    }

    @Test("Proposing options twice for a SOP class keeps the last")
    func queryOptions() throws {
        var proposal = try proposal(count: 1)
        proposal.propose([.fuzzyNames], for: "1.2.0", as: .worklist)
        proposal.propose([.timezone], for: "1.2.0", as: .worklist)
        #expect(
            proposal.request.userInformation.extendedNegotiations == [
                ExtendedNegotiation(sopClassUID: "1.2.0", information: [1, 1, 0, 1])
            ]
        )
    }
}

@Suite struct QueryOptionsTests {
    @Test(
        "Options become bytes and back",
        arguments: [
            ([], .queryRetrieve, [0]), (.relational, .queryRetrieve, [1]),
            (.combinedDateTime, .queryRetrieve, [0, 1]), ([.relational, .fuzzyNames], .queryRetrieve, [1, 0, 1]),
            (.timezone, .queryRetrieve, [0, 0, 0, 1]), (.enhancedMultiFrame, .queryRetrieve, [0, 0, 0, 0, 1]),
            (.emptyValue, .queryRetrieve, [0, 0, 0, 0, 0, 1]),
            (.multipleValue, .queryRetrieve, [0, 0, 0, 0, 0, 0, 1]), ([], .worklist, [1, 1, 0, 0]),
            (.fuzzyNames, .worklist, [1, 1, 1, 0]), ([.fuzzyNames, .timezone], .worklist, [1, 1, 1, 1]),
        ] as [(QueryOptions, QueryOptions.Layout, [UInt8])]
    )
    func bytes(options: QueryOptions, layout: QueryOptions.Layout, bytes: [UInt8]) {
        #expect(options.bytes(layout) == bytes)
        #expect(QueryOptions(bytes, layout) == options)
    }

    @Test("Missing bytes are no, further bytes and values other than 1 do not count")
    func tolerance() {
        #expect(QueryOptions([], .queryRetrieve) == [])
        #expect(
            QueryOptions([1, 2, 0xFF, 1, 0, 0, 1, 1, 1], .queryRetrieve) == [.relational, .timezone, .multipleValue]
        )
        #expect(QueryOptions([1, 1, 0, 0, 1, 1, 1], .worklist) == [])
        #expect(QueryOptions([.relational, .fuzzyNames]).bytes(.worklist) == [1, 1, 1, 0])
    }

    @Test("An answer grants what both want and is no longer than the proposal")
    func answers() {
        let all = QueryOptions(rawValue: 0x7F)
        #expect(QueryOptions.answer(to: [], supporting: all, .queryRetrieve) == nil)
        #expect(QueryOptions.answer(to: [1], supporting: all, .queryRetrieve) == [1])
        #expect(QueryOptions.answer(to: [1, 1, 1], supporting: .fuzzyNames, .queryRetrieve) == [0, 0, 1])
        #expect(QueryOptions.answer(to: [0, 0, 1, 1], supporting: [], .queryRetrieve) == [0, 0, 0, 0])
        #expect(
            QueryOptions.answer(to: .init(repeating: 1, count: 12), supporting: all, .queryRetrieve)
                == [1, 1, 1, 1, 1, 1, 1]
        )
        #expect(QueryOptions.answer(to: [1, 1, 1], supporting: all, .worklist) == [1, 1, 1])
        #expect(QueryOptions.answer(to: [1, 1, 1, 1], supporting: .timezone, .worklist) == [1, 1, 0, 1])
    }
}
