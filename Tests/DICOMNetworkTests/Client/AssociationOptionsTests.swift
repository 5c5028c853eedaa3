import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// What an association is opened with beside its contexts, seen from both sides.
@Suite struct AssociationOptionsTests {
    private static let privateClass = "1.2.826.0.1.3680043.2.1143.999.1"

    private static func services() throws -> FindServices {
        var services = FindServices()
        try services.register(
            FindService(
                sopClass: privateClass,
                name: "night-list",
                title: "Night list",
                serviceClass: .basicWorklist
            )
        )
        return services
    }

    @Test(
        "A private SOP class is served once it is registered, and refused with 0122 otherwise",
        arguments: [true, false]
    )
    func privateSOPClass(isRegistered: Bool) async throws {
        var configuration = ServerConfiguration(
            port: 0,
            policy: ServerConfiguration.policy(sopClasses: [Self.privateClass])
        )
        if isRegistered { configuration.services = try Self.services() }
        let server = try await DICOMServer.start(configuration)
        let asked = Shared("")
        server.bindFind { event, responder in
            asked.value = event.service.name
            try await responder.send(.pending, item(1))
        }
        let association = try await Association.connect(
            DICOMNetworkTests.configuration(port: server.port, classes: [Self.privateClass])
        )
        let find = try await association.find(keys(), sopClass: Self.privateClass)
        let result = await find.result
        if isRegistered {
            #expect(result.outcome == .complete)
            #expect(result.statistics.matches == 1)
            #expect(asked.value == "night-list")
        } else {
            guard case .failed(let failure) = result.outcome else {
                Issue.record("\(result.outcome)")
                return
            }
            #expect(failure.status == .sopClassNotSupported)
        }
        await association.release()
        await server.stop()
    }

    @Test("A user name is shown to the server's policy and to its handlers, and a positive response comes back")
    func userName() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.userIdentity = { $0.username == "radiographer" ? .accept() : .refuse }
        try await withServer(policy: policy) { server in
            let seen = Shared<String?>(nil)
            server.bindFind { event, _ in seen.value = event.association.userIdentity?.username }
            var configuration = configuration(port: server.port)
            configuration.userIdentity = .username("radiographer", positiveResponseRequested: true)
            let association = try await Association.connect(configuration)
            #expect(association.negotiated.userIdentityResponse == [])
            #expect(await (try association.findAll()).result.outcome == .complete)
            #expect(seen.value == "radiographer")
            await association.release()

            configuration.userIdentity = .username("stranger")
            let failure = await #expect(throws: AssociationFailure.self) {
                try await Association.connect(configuration)
            }
            #expect(failure?.cause == .rejected(.userIdentityRefused))
        }
    }

    @Test("A secret does not leave over plain TCP unless that is wanted")
    func secrets() async throws {
        let seen = Shared<[UserIdentity]>([])
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.userIdentity = { identity in
            seen.change { $0.append(identity) }
            return .accept(response: Array("ticket".utf8))
        }
        try await withServer(policy: policy) { server in
            var configuration = configuration(port: server.port)
            let identities = [
                UserIdentity(kind: .usernameAndPasscode, primary: Array("a".utf8), secondary: Array("b".utf8)),
                UserIdentity(kind: .kerberos, positiveResponseRequested: true, primary: [1, 2, 3]),
                UserIdentity(kind: .saml, positiveResponseRequested: true, primary: Array("<saml/>".utf8)),
                UserIdentity(kind: .jsonWebToken, positiveResponseRequested: true, primary: Array("a.b.c".utf8)),
            ]
            for identity in identities {
                configuration.userIdentity = identity
                configuration.sendsSecretsUnencrypted = false
                let failure = await #expect(throws: AssociationFailure.self) {
                    try await Association.connect(configuration)
                }
                guard case .invalidSetting = failure?.cause else {
                    Issue.record("\(String(describing: failure))")
                    return
                }
                // Nothing of it in the words either.
                #expect(failure?.description.contains("<saml/>") == false)
                configuration.sendsSecretsUnencrypted = true
                let association = try await Association.connect(configuration)
                let response = association.negotiated.userIdentityResponse
                #expect(response == (identity.positiveResponseRequested ? Array("ticket".utf8) : nil))
                await association.release()
            }
            #expect(seen.value == identities)
        }
    }

    @Test("Query options are asked for and answered by service", arguments: [true, false])
    func queryOptions(isAnswered: Bool) async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind, SOPClass.studyRootFind])
        if isAnswered {
            policy.extendedNegotiation = { sopClass, proposed in
                QueryOptions.answer(
                    to: proposed,
                    supporting: [.fuzzyNames, .relational],
                    sopClass == SOPClass.studyRootFind ? .queryRetrieve : .worklist
                )
            }
        }
        try await withServer(policy: policy) { server in
            var configuration = configuration(
                port: server.port,
                classes: [SOPClass.modalityWorklistFind, SOPClass.studyRootFind, SOPClass.verification]
            )
            configuration.queryOptions = [.fuzzyNames, .relational, .timezone]
            let association = try await Association.connect(configuration)
            let agreed = association.negotiated.extendedNegotiations
            if isAnswered {
                #expect(agreed[SOPClass.modalityWorklistFind] == [1, 1, 1, 0])
                #expect(agreed[SOPClass.studyRootFind] == [1, 0, 1, 0])
                #expect(agreed.count == 2)
            } else {
                #expect(agreed.isEmpty)
            }
            await association.release()
        }
    }

    @Test(
        "With a window of three, three queries and an echo run at once on one association, and none sees another's rows"
    )
    func window() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.asynchronousOperations = AsynchronousOperationsWindow(invoked: 8, performed: 1)
        try await withServer(policy: policy) { server in
            let gate = Gate()
            let running = Shared(0)
            server.bindFind { event, responder in
                running.change { $0 += 1 }
                await gate.wait()
                for number in 0..<50 { try await responder.send(.pending, item(Int(event.messageID) * 1_000 + number)) }
            }
            var configuration = configuration(port: server.port)
            configuration.maximumOperationsInvoked = 4
            let association = try await Association.connect(configuration)
            #expect(association.negotiated.maximumOperationsInvoked == 4)
            let finds = [
                try await association.findAll(), try await association.findAll(), try await association.findAll(),
            ]
            try await eventually("all three run at once") { running.value == 3 }
            #expect(try await association.echo().isSuccess)
            gate.open()
            for find in finds {
                var numbers: [Int?] = []
                for await match in find { numbers.append(number(match.dataSet)) }
                #expect(numbers == (0..<50).map { Int(find.messageID) * 1_000 + $0 })
                #expect(await find.result.outcome == .complete)
                #expect(await find.result.statistics.strayResponses == 0)
            }
            await association.release()
        }
    }

    @Test("Without a window the second query and the echo wait for the first, in order")
    func inOrder() async throws {
        try await withServer { server in
            let order = Shared<[String]>([])
            let gate = Gate()
            server.bindFind { event, responder in
                order.change { $0.append("begin \(event.messageID)") }
                await gate.wait()
                try await responder.send(.pending, item(Int(event.messageID)))
                order.change { $0.append("end \(event.messageID)") }
            }
            server.bindEcho { event in
                order.change { $0.append("echo \(event.messageID)") }
                return StatusReply(.success)
            }
            var configuration = configuration(port: server.port)
            // The server does not agree to any.
            configuration.maximumOperationsInvoked = 0
            let association = try await Association.connect(configuration)
            #expect(association.negotiated.maximumOperationsInvoked == 1)
            let first = try await association.findAll()
            let second = try await association.findAll()
            async let echo = association.echo()
            try await eventually("the first runs") { order.value == ["begin 1"] }
            gate.open()
            #expect(await first.result.statistics.matches == 1)
            #expect(await second.result.statistics.matches == 1)
            #expect(try await echo.isSuccess)
            #expect(order.value == ["begin 1", "end 1", "begin 2", "end 2", "echo 3"])
            await association.release()
        }
    }

    @Test("What cannot be sent is said before anything is", arguments: ["", "0", "not a UID"])
    func invalid(uid: String) async throws {
        var configuration = configuration(port: 1)
        configuration.commonExtendedNegotiations = [
            CommonExtendedNegotiation(sopClassUID: uid, serviceClassUID: "1.2.840.10008.4.2")
        ]
        let failure = await #expect(throws: AssociationFailure.self) { try await Association.connect(configuration) }
        guard case .invalidSetting = failure?.cause else {
            // A UID of one component is odd, yet can be sent.
            #expect(uid == "0")
            return
        }
    }
}
