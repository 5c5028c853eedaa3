import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// The listings about what is agreed before the first query, run.
@Suite("Listings: negotiation")
struct NegotiationSnippets {
    @Test("What a client can ask for, and how it learns what it got")
    func proposal() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind, SOPClass.studyRootFind])
        policy.asynchronousOperations = AsynchronousOperationsWindow(invoked: 2, performed: 1)
        // snippet: answer-options
        policy.extendedNegotiation = { sopClass, proposed in
            guard let layout = FindService.of(sopClass: sopClass)?.serviceClass.queryOptionsLayout else { return nil }
            return QueryOptions.answer(to: proposed, supporting: [.fuzzyNames], layout)
        }
        // end
        try await withServer(policy: policy, handler: matches(0)) { server in
            var configuration = client(of: server, [SOPClass.modalityWorklistFind, SOPClass.studyRootFind])
            var lines: [String] = []
            func report(_ line: String) { lines.append(line) }
            // snippet: propose
            configuration.transferSyntaxes = [.implicitVRLittleEndian]
            configuration.maximumOperationsInvoked = 4
            configuration.queryOptions = [.fuzzyNames, .combinedDateTime]
            let association = try await Association.connect(configuration)

            let agreed = association.negotiated
            for context in agreed.accepted { report("\(context.abstractSyntax) in \(context.transferSyntax)") }
            for context in agreed.refused { report("\(context.abstractSyntax): \(context.explanation)") }
            report("\(agreed.maximumOperationsInvoked) operations at once")
            let options = agreed.extendedNegotiations[SOPClass.studyRootFind].map { QueryOptions($0, .queryRetrieve) }
            // end
            let syntax = TransferSyntax.implicitVRLittleEndian.uid
            #expect(
                lines == [
                    "\(SOPClass.modalityWorklistFind) in \(syntax)", "\(SOPClass.studyRootFind) in \(syntax)",
                    "2 operations at once",
                ]
            )
            #expect(options == [.fuzzyNames])
            #expect(agreed.extendedNegotiations.count == 2)
            await association.release()
        }
    }

    @Test("Who may associate, from where, and for what")
    func access() async throws {
        // snippet: access
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.calledAETitles = [try AETitle("RIS")]
        policy.peers = [
            PeerRule(
                callingAETitle: try AETitle("CT01"),
                addresses: [try AddressRange("10.20.0.0/16")],
                sopClasses: [SOPClass.modalityWorklistFind],
                maximumAssociations: 2
            ),
            PeerRule(addresses: [try AddressRange("127.0.0.1")]),  // any title, from this machine
        ]
        // end
        try await withServer(policy: policy, handler: matches(1)) { server in
            var configuration = client(of: server)
            configuration.calledAETitle = "RIS"
            let association = try await Association.connect(configuration)
            #expect(server.associations.first?.negotiated.peerRule == 1)
            await association.release()

            configuration.callingAETitle = "CT01"
            let other = try await Association.connect(configuration)
            #expect(server.associations.last?.negotiated.peerRule == 1)
            await other.release()
        }
    }

    @Test("A user identity is shown to the policy and to the handlers; refused it is 2/2/1")
    func identity() async throws {
        // snippet: judge-identity
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.userIdentity = { identity in
            identity.username == "night-shift" ? .accept() : .refuse
        }
        // end
        try await withServer(policy: policy, handler: matches(1)) { server in
            var configuration = client(of: server)
            // snippet: show-identity
            configuration.userIdentity = .username("night-shift", positiveResponseRequested: true)
            // end
            let association = try await Association.connect(configuration)
            #expect(association.negotiated.userIdentityResponse == [])
            await association.release()
            configuration.userIdentity = .username("nobody")
            await #expect {
                _ = try await Association.connect(configuration)
            } throws: { error in
                (error as? AssociationFailure)?.cause == .rejected(.userIdentityRefused)
            }
            configuration.userIdentity = .username("night-shift", passcode: "secret")
            await #expect {
                _ = try await Association.connect(configuration)
            } throws: { error in
                guard case .invalidSetting = (error as? AssociationFailure)?.cause else { return false }
                return true
            }
        }
    }

    @Test("The requestor does not get a role it did not ask for, and performs nothing")
    func roles() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [])
        let syntaxes = TransferSyntax.supported.map(\.uid)
        // snippet: roles
        policy.supported.append(
            SupportedContext(SOPClass.modalityWorklistFind, transferSyntaxes: syntaxes, requestorRoles: [.scu, .scp])
        )
        // end
        try await withServer(policy: policy, handler: matches(1)) { server in
            var configuration = client(of: server)
            configuration.roles = [RoleSelection(sopClassUID: SOPClass.modalityWorklistFind, requestor: [.scu])]
            let association = try await Association.connect(configuration)
            let context = try #require(association.negotiated.contextAsSCU(for: SOPClass.modalityWorklistFind))
            #expect(context.requestorRoles == [.scu])
            #expect(!association.negotiated.isSCP(in: context))
            await association.release()
        }
    }
}
