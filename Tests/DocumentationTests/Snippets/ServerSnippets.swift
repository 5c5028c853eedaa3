import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Testing

/// The listings about servers, run.
@Suite("Listings: a server")
struct ServerSnippets {
    @Test("A server in three statements")
    func serve() async throws {
        let items = [try item(1), try item(2)]
        // snippet: serve
        let policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        let server = try await DICOMServer.start(ServerConfiguration(port: 0, policy: policy))
        server.bindFind(for: SOPClass.modalityWorklistFind) { event, responder in
            let query = try CompiledQuery(identifier: event.identifier, rules: .worklist)
            for item in items where query.matches(item) {
                try await responder.send(.pending, query.response(for: item))
            }
        }
        // end
        let association = try await Association.connect(client(of: server))
        let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
        let (ids, outcome) = await find.everything()
        #expect(ids == ["1", "2"])
        #expect(outcome == .complete)
        await association.release()
        await server.stop()
    }

    @Test("Responses as an async sequence, with an argument; the first final status ends it")
    func yielding() async throws {
        try await withServer { server in
            let store = [try item(1), try item(2), try item(3)]
            // snippet: yielding
            server.bindFind(for: SOPClass.modalityWorklistFind, with: store) { event, items in
                AsyncStream { continuation in
                    for item in items.prefix(2) { continuation.yield(.match(item)) }
                    continuation.yield(FindResponse(.outOfResources))
                    continuation.finish()
                }
            }
            // end
            let association = try await Association.connect(client(of: server))
            let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
            let (ids, outcome) = await find.everything()
            #expect(ids == ["1", "2"])
            #expect(outcome == .failed(FindFailure(status: .outOfResources, serviceClass: .basicWorklist)))
            await association.release()
        }
    }

    @Test("A status with a comment and the element at fault; a status data set says the same")
    func statuses() async throws {
        // snippet: status-reply
        let reply = StatusReply(
            .identifierDoesNotMatch,
            errorComment: "the date is no date",
            offendingElements: [.scheduledProcedureStepStartDate]
        )
        // end
        // snippet: status-data-set
        var elements = DataSet()
        try elements.set(Tag(0x0000, 0x0900), vr: .US, String(0xA900))
        try elements.set(Tag(0x0000, 0x0902), vr: .LO, "the date is no date")
        let same = StatusReply(elements)
        // end
        let failed = FindOutcome.failed(
            FindFailure(
                status: .identifierDoesNotMatch,
                errorComment: "the date is no date",
                offendingElements: [.scheduledProcedureStepStartDate],
                serviceClass: .basicWorklist
            )
        )
        #expect(try await self.outcome(reply) == failed)
        #expect(same.status == .identifierDoesNotMatch && same.errorComment == "the date is no date")
        #expect(StatusReply(DataSet()).status == .statusMissing)
    }

    private func outcome(_ reply: StatusReply) async throws -> FindOutcome {
        try await withServer { _, responder in
            try await responder.finish(reply)
        } _: { server in
            let association = try await Association.connect(client(of: server))
            let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
            let outcome = await find.everything().outcome
            await association.release()
            return outcome
        }
    }

    @Test("A handler for one association comes before that of the server")
    func perAssociation() async throws {
        try await withServer(handler: matches(5)) { server in
            let association = try await Association.connect(client(of: server))
            // snippet: per-association
            for peer in server.associations where peer.callingAETitle == "CLIENT" {
                peer.bindFind { event, responder in
                    try await responder.finish(StatusReply(.outOfResources, errorComment: "not today"))
                }
            }
            // end
            func ask() async throws -> FindOutcome {
                let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
                return await find.everything().outcome
            }
            guard case .failed(let failure) = try await ask() else {
                Issue.record("the handler of the association was not asked")
                return
            }
            #expect(failure.errorComment == "not today")
            for peer in server.associations { peer.unbindFind() }
            #expect(try await ask() == .complete)
            await association.release()
        }
    }

    @Test("A match that is already encoded goes out as it is, if its syntax is that of the context")
    func encoded() async throws {
        let item = try item(1)
        let kept = try item.encoded(.explicitVRLittleEndian)
        try await withServer { server in
            // snippet: encoded
            server.bindFind(for: SOPClass.modalityWorklistFind) { event, responder in
                if responder.identifierSyntax == .explicitVRLittleEndian {
                    try await responder.send(encoded: kept)
                } else {
                    try await responder.send(.pending, item)
                }
            }
            // end
            for syntax in TransferSyntax.supported {
                var configuration = client(of: server)
                configuration.transferSyntaxes = [syntax]
                let association = try await Association.connect(configuration)
                let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
                #expect(await find.everything().ids == ["1"])
                await association.release()
            }
        }
    }

    @Test("A C-ECHO handler")
    func echo() async throws {
        try await withServer { server in
            let log = Shared<[String]>([])
            // snippet: echo-handler
            server.bindEcho { event in
                log.change { $0.append(event.association.remoteAddress) }
                return StatusReply(.success)
            }
            // end
            let association = try await Association.connect(client(of: server))
            guard case .answered(.success, _) = try await association.echo() else {
                Issue.record("no answer")
                return
            }
            #expect(log.value.count == 1)
            await association.release()
        }
    }

    @Test("A private SOP class, asked and answered")
    func privateService() async throws {
        // snippet: private-service
        var services = FindServices()
        try services.register(
            FindService(
                sopClass: "1.2.826.0.1.3680043.10.999.1",
                name: "night-list",
                title: "Night list",
                serviceClass: .basicWorklist,
                statuses: StatusTable.worklist.adding([.init(0xC401, .failure, "the night is over")])
            )
        )
        // end
        let night = try #require(services.named("night-list"))
        try await withServer(
            policy: ServerConfiguration.policy(sopClasses: [night.sopClass]),
            services: services,
            handler: { _, responder in try await responder.finish(StatusReply(Status(0xC401))) }
        ) { server in
            var configuration = client(of: server, [night.sopClass])
            configuration.services = services
            let association = try await Association.connect(configuration)
            let find = try await association.find(try keys(), sopClass: night.sopClass)
            guard case .failed(let failure) = await find.everything().outcome else {
                Issue.record("no failure")
                return
            }
            #expect(failure.status == Status(0xC401))
            #expect(night.statuses.meaning(of: failure.status) == "the night is over")
            await association.release()
        }
        #expect(throws: FindServiceRegistrationError.self) { try services.register(night) }
    }

    @Test("Each of the 21 SOP classes is asked by the client and answered by the server")
    func everyService() async throws {
        let classes = FindService.standard.map(\.sopClass)
        #expect(classes.count == 21)
        try await withServer(policy: ServerConfiguration.policy(sopClasses: classes), handler: matches(1)) { server in
            let association = try await Association.connect(client(of: server, classes + [SOPClass.verification]))
            for sopClass in classes {
                let find = try await association.find(try keys(), sopClass: sopClass)
                let (ids, outcome) = await find.everything()
                #expect(ids == ["0"] && outcome == .complete, "\(sopClass): \(outcome)")
            }
            await association.release()
        }
    }
}
