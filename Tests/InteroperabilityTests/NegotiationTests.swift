import DICOMData
import DICOMNetwork
import DICOMProtocol
import Foundation
import Testing

extension Interoperability {
    /// What is negotiated beside contexts, with pynetdicom at the other end.
    @Suite("Negotiation with pynetdicom")
    struct NegotiationTests {
        typealias Negotiation = PynetdicomPlan.Negotiation
        typealias Identity = PynetdicomPlan.Identity

        private let query = ServiceQuery.worklist

        // MARK: pynetdicom proposes

        /// pynetdicom proposes, our server answers.
        private func propose(
            _ negotiation: Negotiation,
            find: Bool = true,
            _ policy: (inout AcceptorPolicy) -> Void = { _ in }
        ) async throws -> (transcript: PynetdicomTranscript, requests: [ServiceServer.Requests.Request]) {
            try await ServiceServer.with(policy) { server in
                let steps = find ? [PynetdicomPlan.Step.find(query.sopClass, try query.keys(.matches(1)))] : []
                let plan = PynetdicomPlan(
                    port: server.port,
                    sopClasses: [query.sopClass, SOPClass.studyRootFind],
                    negotiation: negotiation,
                    steps: steps + [.echo]
                )
                let transcript = try #require(try await PynetdicomClient.run(plan).first)
                if transcript.rejected == nil {
                    #expect(transcript.answers.last?.statuses == [0x0000])
                    if find { #expect(transcript.answers.first?.statuses == [0xFF00, 0x0000]) }
                }
                return (transcript, server.requests.all)
            }
        }

        private static func welcome(_ policy: inout AcceptorPolicy) {
            policy.userIdentity = { identity in
                if identity.username == "nobody" { return .refuse }
                return .accept(response: Array("welcome ".utf8) + identity.primary + identity.secondary)
            }
        }

        @Test("Our server hears every kind of user identity and answers it", arguments: 1...5)
        func serverIdentity(_ type: Int) async throws {
            let identity = Identity(
                type: type,
                response: true,
                primary: "ada",
                secondary: type == 2 ? "lovelace" : ""
            )
            let (transcript, requests) = try await propose(Negotiation(identity: identity), Self.welcome)
            #expect(transcript.rejected == nil)
            let heard = requests.first?.association.userIdentity
            #expect(heard?.kind == UserIdentity.Kind(rawValue: UInt8(type)))
            #expect(heard.map { String(decoding: $0.primary, as: UTF8.self) } == "ada")
            #expect(heard.map { String(decoding: $0.secondary, as: UTF8.self) } == identity.secondary)
            // Names are confirmed without a word (PS3.7 table D.3-15).
            #expect(transcript.negotiated?.identity == (type < 3 ? "" : "welcome ada"))
        }

        @Test("Our server refuses who is nobody, as pynetdicom reads it")
        func serverRefusal() async throws {
            let identity = Identity(type: 1, response: false, primary: "nobody")
            let (transcript, requests) = try await propose(Negotiation(identity: identity), Self.welcome)
            // Rejected by the association layer, for the time being, without a reason (PS3.8 table 9-21).
            #expect(transcript.rejected == [2, 2, 1])
            #expect(requests.isEmpty)
        }

        @Test("Our server answers extended negotiation for worklist and Query/Retrieve")
        func serverOptions() async throws {
            let extended = [query.sopClass: "01010101", SOPClass.studyRootFind: "0101010101"]
            let (transcript, requests) = try await propose(Negotiation(extended: extended)) { policy in
                policy.extendedNegotiation = { sopClass, proposed in
                    let layout: QueryOptions.Layout =
                        sopClass == SOPClass.modalityWorklistFind ? .worklist : .queryRetrieve
                    return QueryOptions.answer(to: proposed, supporting: [.relational, .fuzzyNames], layout)
                }
            }
            let expected = [query.sopClass: "01010100", SOPClass.studyRootFind: "0100010000"]
            #expect(transcript.negotiated?.extended == expected)
            #expect(requests.first?.association.negotiated.extendedNegotiations[query.sopClass] == [1, 1, 1, 0])
        }

        @Test(
            "Our server grants the roles it allows, and pynetdicom takes them so",
            arguments: [[true, true], [true, false], [false, true]]
        )
        func serverRoles(_ proposed: [Bool]) async throws {
            let (transcript, _) = try await propose(
                Negotiation(roles: [query.sopClass: proposed]),
                find: proposed[0]
            ) { policy in
                for index in policy.supported.indices { policy.supported[index].requestorRoles = [.scu, .scp] }
            }
            #expect(transcript.negotiated?.roles == [query.sopClass: proposed])
            let context = transcript.negotiated?.contexts[query.sopClass]
            #expect(context.map { [$0.scu, $0.scp] } == proposed)
        }

        @Test("Our server narrows the window of asynchronous operations")
        func serverWindow() async throws {
            let (transcript, requests) = try await propose(Negotiation(asynchronous: [8, 3])) { policy in
                policy.asynchronousOperations = AsynchronousOperationsWindow(invoked: 4, performed: 1)
            }
            #expect(transcript.negotiated?.asynchronous == [4, 1])
            #expect(requests.first?.association.negotiated.asynchronousOperations == .init(invoked: 4, performed: 1))
        }

        @Test("Our server leaves unanswered what it does not negotiate, and works on")
        func serverSilence() async throws {
            let negotiation = Negotiation(
                identity: Identity(type: 2, response: true, primary: "ada", secondary: "lovelace"),
                extended: [query.sopClass: "01010101"],
                roles: [query.sopClass: [true, true]],
                asynchronous: [8, 3]
            )
            let (transcript, requests) = try await propose(negotiation)
            let negotiated = try #require(transcript.negotiated)
            #expect(negotiated.identity == nil)
            #expect(negotiated.extended.isEmpty)
            #expect(negotiated.roles.isEmpty)
            #expect(negotiated.asynchronous == [1, 1])
            #expect(requests.first?.association.negotiated.asynchronousOperations == .synchronous)
        }

        // MARK: Our client proposes

        /// Our client proposes, pynetdicom answers, and tells what it understood in a match.
        private func propose(
            _ change: (inout AssociationConfiguration) -> Void
        ) async throws -> (negotiated: NegotiatedAssociation, understood: Negotiation) {
            var configuration = OurClient.configuration(
                port: try Peers.running.services.port,
                sopClasses: [query.sopClass, SOPClass.studyRootFind]
            )
            change(&configuration)
            let association = try await Association.connect(configuration)
            let answer = try await query.ask(.negotiation, over: association)
            #expect(await association.release() == .released)
            #expect(answer.outcome == .complete)
            let text = try #require(answer.matches.first?[DICOMData.Tag.textValue.compact])
            return (association.negotiated, try JSONDecoder().decode(Negotiation.self, from: Data(text.utf8)))
        }

        @Test("Our client shows every kind of user identity and reads the answer", arguments: 1...5)
        func clientIdentity(_ type: Int) async throws {
            let kind = UserIdentity.Kind(rawValue: UInt8(type))
            let secondary = kind == .usernameAndPasscode ? "lovelace" : ""
            let (negotiated, understood) = try await propose { configuration in
                configuration.sendsSecretsUnencrypted = true
                configuration.userIdentity = UserIdentity(
                    kind: kind,
                    positiveResponseRequested: true,
                    primary: Array("ada".utf8),
                    secondary: Array(secondary.utf8)
                )
            }
            #expect(understood.identity == Identity(type: type, response: true, primary: "ada", secondary: secondary))
            // pynetdicom answers tickets, assertions and tokens, and is silent about names.
            #expect(negotiated.userIdentityResponse == (type < 3 ? nil : Array("welcome ada".utf8)))
        }

        @Test("Our client says that pynetdicom has refused its user")
        func clientRefusal() async throws {
            let failure = await #expect(throws: AssociationFailure.self) {
                _ = try await propose { $0.userIdentity = .username("nobody") }
            }
            #expect(failure?.cause == .rejected(.userIdentityRefused))
        }

        @Test("Our client proposes query options, to each service in its own form, and reads the answer")
        func clientOptions() async throws {
            let (negotiated, understood) = try await propose { configuration in
                configuration.queryOptions = [.relational, .fuzzyNames, .timezone]
            }
            #expect(understood.extended == [query.sopClass: "01010101", SOPClass.studyRootFind: "01000101"])
            let answered = negotiated.extendedNegotiations
            #expect(answered == [query.sopClass: [1, 1, 1, 1], SOPClass.studyRootFind: [1, 0, 1, 1]])
        }

        @Test("Our client proposes roles and takes what is granted")
        func clientRoles() async throws {
            let (negotiated, understood) = try await propose { configuration in
                configuration.roles = [RoleSelection(sopClassUID: query.sopClass, requestor: [.scu, .scp])]
            }
            #expect(understood.roles == [query.sopClass: [true, true]])
            #expect(negotiated.contextAsSCU(for: query.sopClass)?.requestorRoles == [.scu, .scp])
            #expect(negotiated.contextAsSCU(for: SOPClass.studyRootFind)?.requestorRoles == .scu)
        }

        @Test("Our client asks for asynchronous operations, and does without where there are none")
        func clientWindow() async throws {
            let (negotiated, understood) = try await propose { $0.maximumOperationsInvoked = 4 }
            #expect(understood.asynchronous == [4, 1])
            #expect(negotiated.asynchronousOperations == .synchronous)
            #expect(negotiated.maximumOperationsInvoked == 1)
        }
    }
}
