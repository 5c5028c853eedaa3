import Testing

@testable import DICOMProtocol

private let worklist = SOPClass.modalityWorklistFind
private let echo = SOPClass.verification
private let implicit = "1.2.840.10008.1.2"

/// The rules of a hospital: two scanners with addresses of their own, one AE title from anywhere, a guest network.
private enum Hospital {
    static func rules() throws -> [PeerRule] {
        [
            PeerRule(callingAETitle: try AETitle("CT1"), addresses: [try AddressRange("10.0.0.1")]),
            PeerRule(
                callingAETitle: try AETitle("MR1"),
                addresses: [try AddressRange("10.0.0.2"), try AddressRange("10.1.0.0/16")],
                calledAETitles: [try AETitle("RIS"), try AETitle("WORKLIST")]
            ),
            PeerRule(callingAETitle: try AETitle("ROAMING")),
            PeerRule(addresses: [try AddressRange("10.9.0.0/16")], calledAETitles: [try AETitle("GUEST")]),
        ]
    }
}

@Suite struct PeerRuleTests {
    private func request(_ calling: String, _ called: String = "RIS", _ classes: [String] = [worklist]) throws
        -> AssociateRequest
    {
        var proposal = AssociationProposal(calling: try AETitle("X"), called: try AETitle("X"))
        for uid in classes { try proposal.propose(uid, transferSyntaxes: [implicit]) }
        var request = proposal.request
        request.callingAETitle = AETitleField(received: calling.utf8)
        request.calledAETitle = AETitleField(received: called.utf8)
        return request
    }

    private func policy(_ rules: [PeerRule]) -> AcceptorPolicy {
        var policy = AcceptorPolicy(supported: [
            SupportedContext(worklist, transferSyntaxes: [implicit]),
            SupportedContext(echo, transferSyntaxes: [implicit]),
        ])
        policy.peers = rules
        return policy
    }

    /// `+` and the governing rule, or result, source and reason of the rejection.
    private func answer(_ decision: Negotiator.Decision) -> String {
        switch decision {
        case .accept(_, let association): association.peerRule.map { "+\($0)" } ?? "+"
        case .reject(let reject, _): "\(reject.result.rawValue)/\(reject.source.rawValue)/\(reject.reason)"
        case .abort: "abort"
        }
    }

    @Test(
        "The first rule that fits title, address and called title governs; else the rejection says what was at fault",
        arguments: [
            ("CT1", "10.0.0.1", "RIS", "+0"), (" CT1\0", "::ffff:10.0.0.1", "RIS", "+0"),
            ("CT1", "10.0.0.2", "RIS", "1/1/3"),
            ("CT1", nil, "RIS", "1/1/3"), ("CT1", "10.9.1.1", "GUEST", "+3"), ("CT1", "10.9.1.1", "RIS", "1/1/7"),
            ("MR1", "10.0.0.2", "RIS", "+1"), ("MR1", "10.1.7.7", "WORKLIST", "+1"),
            ("MR1", "10.1.7.7", "OTHER", "1/1/7"),
            ("MR1", "10.2.0.0", "RIS", "1/1/3"), ("MR1", "10.2.0.0", "OTHER", "1/1/3"),
            ("ROAMING", "8.8.8.8", "RIS", "+2"),
            ("ROAMING", nil, "", "+2"), ("ct1", "10.0.0.1", "RIS", "1/1/1"), ("NEW", "10.9.0.4", "GUEST", "+3"),
            ("NEW", "10.9.0.4", "RIS", "1/1/7"), ("NEW", "10.0.0.1", "GUEST", "1/1/1"),
            ("NEW", "10.0.0.1", "RIS", "1/1/1"),
            ("NEW", nil, "GUEST", "1/1/1"), ("", "10.9.0.4", "GUEST", "+3"), ("\u{1B}[2J", "10.0.0.1", "RIS", "1/1/1"),
        ] as [(String, String?, String, String)]
    )
    func hospital(calling: String, address: String?, called: String, expected: String) throws {
        let negotiator = Negotiator(policy(try Hospital.rules()))
        let decision = negotiator.decide(try request(calling, called), from: address)
        #expect(answer(decision) == expected)
        guard case .reject(_, let explanation) = decision else { return }
        #expect(explanation.contains(address ?? "unknown address"))
        #expect(explanation.allSatisfy { !$0.isNewline && $0.isASCII } && !explanation.contains("\u{1B}"))
        let title = calling.filter { $0.isLetter || $0.isNumber }
        #expect(explanation.contains(title) || explanation.contains("no title has"))
    }

    @Test("Where every rule names a title, a title in none of them is not recognized, wherever it calls from")
    func unknownTitle() throws {
        let negotiator = Negotiator(policy(Array(try Hospital.rules().prefix(3))))
        for address in ["10.0.0.1", "10.9.0.4", nil] {
            #expect(answer(negotiator.decide(try request("NEW"), from: address)) == "1/1/3")
        }
    }

    @Test("Two rules for a title are told apart by address, in their order; without rules any peer is let in")
    func order() throws {
        let wide = PeerRule(callingAETitle: try AETitle("CT1"), addresses: [try AddressRange("10.0.0.0/8")])
        let narrow = PeerRule(callingAETitle: try AETitle("CT1"), addresses: [try AddressRange("10.0.0.1")])
        for (rules, expected) in [
            ([wide, narrow], "+0"), ([narrow, wide], "+0"), ([PeerRule(), narrow], "+0"), ([], "+"),
        ] {
            #expect(answer(Negotiator(policy(rules)).decide(try request("CT1"), from: "10.0.0.1")) == expected)
        }
        let negotiator = Negotiator(policy([narrow, wide]))
        #expect(answer(negotiator.decide(try request("CT1"), from: "10.0.0.2")) == "+1")
    }

    @Test("Rules come on top of the titles of the policy, which are checked first")
    func titlesFirst() throws {
        var policy = policy([PeerRule(callingAETitle: try AETitle("CT1"))])
        policy.calledAETitles = [try AETitle("RIS")]
        policy.callingAETitles = [try AETitle("MR1")]
        #expect(answer(Negotiator(policy).decide(try request("NEW", "OTHER"))) == "1/1/7")
        #expect(answer(Negotiator(policy).decide(try request("CT1"))) == "1/1/3")
        #expect(answer(Negotiator(policy).decide(try request("MR1"))) == "1/1/3")
        policy.callingAETitles = []
        #expect(answer(Negotiator(policy).decide(try request("CT1"))) == "+0")
    }

    @Test("A rule's limit of associations rejects for now; the governing rule is asked for once, and no other")
    func limits() throws {
        var rules = try Hospital.rules()
        rules[0].maximumAssociations = 2
        rules[2].maximumAssociations = 0
        let negotiator = Negotiator(policy(rules))
        for (calling, address, count, expected) in [
            ("CT1", "10.0.0.1", 1, "+0"), ("CT1", "10.0.0.1", 2, "2/3/2"), ("CT1", "10.0.0.1", 3, "2/3/2"),
            ("MR1", "10.0.0.2", 1000, "+1"), ("ROAMING", "1.1.1.1", 0, "2/3/2"), ("CT1", "10.0.0.9", 0, "1/1/3"),
        ] {
            var asked: [PeerRule.ID] = []
            let decision = negotiator.decide(try request(calling), from: address) {
                asked.append($0)
                return count
            }
            #expect(answer(decision) == expected)
            #expect(asked == (expected == "1/1/3" ? [] : [["CT1", "MR1", "ROAMING"].firstIndex(of: calling) ?? 9]))
        }
        let full = negotiator.decide(try request("CT1"), from: "10.0.0.1", limitReached: true)
        #expect(answer(full) == "2/3/2")
    }

    @Test("A SOP class outside the rule's set is refused by the application, one nobody offers as not supported")
    func sopClasses() throws {
        let classes = [worklist, echo, "1.2.3"]
        for (allowed, results) in [
            (nil, [0, 0, 3]), ([worklist, "1.2.3"], [0, 1, 3]), ([echo], [1, 0, 3]), ([], [1, 1, 3]),
        ] as [(Set<String>?, [UInt8])] {
            let negotiator = Negotiator(policy([PeerRule(sopClasses: allowed)]))
            guard case .accept(let pdu, let association) = negotiator.decide(try request("CT1", "RIS", classes)) else {
                Issue.record("rejected")
                continue
            }
            #expect(pdu.presentationContexts.map(\.result.rawValue) == results)
            #expect(association.accepted.count == results.count { $0 == 0 })
            for refused in association.refused where refused.abstractSyntax != "1.2.3" {
                #expect(refused.reason == .refused(.userRejection))
            }
        }
    }

    @Test("Rules are checked before the context identifiers and the user identity")
    func sequence() throws {
        var policy = policy([PeerRule(callingAETitle: try AETitle("CT1"))])
        policy.userIdentity = { _ in .refuse }
        var request = try request("NEW")
        request.presentationContexts[0].id = 2
        request.userInformation.userIdentity = .username("anna")
        #expect(answer(Negotiator(policy).decide(request)) == "1/1/3")
        request.callingAETitle = AETitleField(try AETitle("CT1"))
        #expect(answer(Negotiator(policy).decide(request)) == "abort")
        request.presentationContexts[0].id = 1
        #expect(answer(Negotiator(policy).decide(request)) == "2/2/1")
    }
}
