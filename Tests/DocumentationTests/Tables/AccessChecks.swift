import DICOMProtocol

extension Tables {
    private struct UnexpectedAnswer: Error {
        let check: String
    }

    /// What an acceptor checks, in its order, and what it answers: each line is a request that fails this check only, put to
    /// the code.
    static func accessChecks() throws -> MarkdownTable {
        var policy = AcceptorPolicy(
            supported: [SupportedContext(SOPClass.modalityWorklistFind, transferSyntaxes: [implicit])]
        )
        policy.calledAETitles = [try AETitle("RIS")]
        policy.callingAETitles = [try AETitle("CT01"), try AETitle("MR01")]
        policy.peers = [
            PeerRule(callingAETitle: try AETitle("CT01"), addresses: [try AddressRange("192.0.2.0/24")]),
            PeerRule(
                callingAETitle: try AETitle("MR01"),
                addresses: [try AddressRange("192.0.2.0/24")],
                maximumAssociations: 1
            ),
        ]
        policy.userIdentity = { _ in .refuse }

        var anyTitle = policy
        anyTitle.callingAETitles = []
        var onlyAddresses = anyTitle
        onlyAddresses.peers = [PeerRule(addresses: [try AddressRange("192.0.2.0/24")])]
        var ownTitles = policy
        ownTitles.calledAETitles = []
        ownTitles.peers = [PeerRule(callingAETitle: try AETitle("CT01"), calledAETitles: [try AETitle("RIS")])]

        var oldVersion = try request("CT01", "RIS")
        oldVersion.protocolVersion = 2
        var otherContext = try request("CT01", "RIS")
        otherContext.applicationContextName = "1.2.3"
        var evenContext = try request("CT01", "RIS")
        evenContext.presentationContexts[0].id = 2
        var identified = try request("CT01", "RIS")
        identified.userInformation.userIdentity = .username("NOBODY")

        let inside = "192.0.2.7"
        let checks: [(String, AcceptorPolicy, AssociateRequest, String, Bool)] = [
            ("protocol version 1 is not among those proposed", policy, oldVersion, inside, false),
            ("the server has as many associations as it may", policy, try request("CT01", "RIS"), inside, true),
            ("the application context is not DICOM's", policy, otherContext, inside, false),
            ("the called AE title is none of ours", policy, try request("CT01", "PACS"), inside, false),
            ("the calling AE title is not known", policy, try request("XX", "RIS"), inside, false),
            ("no rule is for the calling AE title", anyTitle, try request("XX", "RIS"), inside, false),
            (
                "the rules for the calling AE title are for other addresses", policy, try request("CT01", "RIS"),
                "198.51.100.1", false
            ),
            (
                "rules for any title are for other addresses", onlyAddresses, try request("CT01", "RIS"),
                "198.51.100.1", false
            ),
            (
                "the rules that fit are for another called AE title", ownTitles, try request("CT01", "PACS"), inside,
                false
            ),
            ("the rule has as many associations as it allows", policy, try request("MR01", "RIS"), inside, false),
            ("a context ID is even or used twice", policy, evenContext, inside, false),
            ("the user identity is refused, or of an unknown type", policy, identified, inside, false),
        ]
        var table = MarkdownTable("Check that fails", "Answer", "Which a client explains as")
        for (check, policy, request, address, limitReached) in checks {
            let decision = Negotiator(policy).decide(
                request,
                from: address,
                limitReached: limitReached,
                associations: { _ in 1 }
            )
            switch decision {
            case .reject(let reject, _):
                table.rows.append([check, "A-ASSOCIATE-RJ \(digits(reject))", reject.explanation])
            case .abort(let abort, _):
                let answer = "A-ABORT \(abort.source.rawValue)/\(abort.reason.rawValue)"
                table.rows.append([check, answer, abort.explanation])
            case .accept: throw UnexpectedAnswer(check: check)
            }
        }
        return table
    }

    private static let implicit = "1.2.840.10008.1.2"

    private static func request(_ calling: String, _ called: String) throws -> AssociateRequest {
        var proposal = AssociationProposal(calling: try AETitle(calling), called: try AETitle(called))
        try proposal.propose(SOPClass.modalityWorklistFind, transferSyntaxes: [implicit])
        return proposal.request
    }
}
