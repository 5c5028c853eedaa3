import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// What observers of a server, a client and one association are told.
@Suite struct ObserverTests {
    private struct Broken: Error {}

    /// The names of what an observer was told, without the chatter of PDUs and bytes.
    private static func name(_ happening: Happening) -> String {
        switch happening {
        case .connectionOpened: "connection opened"
        case .connectionClosed: "connection closed"
        case .requested: "requested"
        case .accepted: "accepted"
        case .rejected: "rejected"
        case .established: "established"
        case .released: "released"
        case .aborted: "aborted"
        case .acseSent(let pdu): "acse sent \(pdu.type)"
        case .acseReceived(let pdu): "acse received \(pdu.type)"
        case .dimseSent(let message): "dimse sent \(CommandField.name(message.command.field))"
        case .dimseReceived(let message): "dimse received \(CommandField.name(message.command.field))"
        case .pduSent(let pdu): "pdu sent \(pdu.type)"
        case .pduReceived(let pdu): "pdu received \(pdu.type)"
        case .dataSent: "data sent"
        case .dataReceived: "data received"
        case .transition(let step): "transition \(step.from.label) \(step.to.label)"
        }
    }

    /// One query for two matches over one association, observed on both sides.
    private func query(
        _ kinds: ObservedKinds,
        abort: Bool = false
    ) async throws -> (server: [Observation], client: [Observation]) {
        let server = Shared<[Observation]>([])
        let client = Shared<[Observation]>([])
        try await withServer { scp in
            scp.bindFind { _, responder in
                for number in 0..<2 { try await responder.send(.pending, item(number)) }
            }
            let onServer = scp.observers.add(kinds) { observation in server.change { $0.append(observation) } }
            var configuration = configuration(port: scp.port)
            let observers = Observers()
            let onClient = observers.add(kinds) { observation in client.change { $0.append(observation) } }
            configuration.observers = observers
            let association = try await Association.connect(configuration)
            let find = try await association.findAll()
            #expect(await find.result.outcome == .complete)
            if abort {
                association.abort()
                _ = await association.end
            } else {
                #expect(await association.release() == .released)
            }
            try await eventually("the connection is gone") { scp.associations.isEmpty }
            try await eventually("both heard of the end") {
                kinds.contains(.connection)
                    ? server.value.contains { Self.name($0.happening) == "connection closed" }
                        && client.value.contains { Self.name($0.happening) == "connection closed" }
                    : true
            }
            await onServer.finish()
            await onClient.finish()
        }
        return (server.value, client.value)
    }

    @Test("Connection, association, ACSE and DIMSE of a query, in the order of the wire, on both sides")
    func order() async throws {
        let (server, client) = try await query([.connection, .association, .acse, .dimse])
        #expect(
            client.map { Self.name($0.happening) } == [
                "connection opened", "requested", "acse sent A-ASSOCIATE-RQ", "acse received A-ASSOCIATE-AC",
                "accepted", "established", "dimse sent C-FIND-RQ", "dimse received C-FIND-RSP",
                "dimse received C-FIND-RSP", "dimse received C-FIND-RSP", "acse sent A-RELEASE-RQ",
                "acse received A-RELEASE-RP", "released", "connection closed",
            ]
        )
        #expect(
            server.map { Self.name($0.happening) } == [
                "connection opened", "acse received A-ASSOCIATE-RQ", "requested", "acse sent A-ASSOCIATE-AC",
                "accepted", "established", "dimse received C-FIND-RQ", "dimse sent C-FIND-RSP",
                "dimse sent C-FIND-RSP", "dimse sent C-FIND-RSP", "acse received A-RELEASE-RQ", "released",
                "acse sent A-RELEASE-RP", "connection closed",
            ]
        )
        #expect(Set(server.map(\.association)).count == 1)
        #expect(server.first?.association.role == .acceptor)
        #expect(client.first?.association.role == .requestor)
        #expect(server.allSatisfy { $0.timestamp > 1_600_000_000 && $0.missed == 0 })
        #expect(server.allSatisfy { $0.association.remoteAddress.hasPrefix("127.0.0.1:") })
    }

    @Test("An abort is told before the connection's end")
    func abort() async throws {
        let (server, client) = try await query([.connection, .association], abort: true)
        #expect(client.map { Self.name($0.happening) }.suffix(2) == ["aborted", "connection closed"])
        #expect(server.map { Self.name($0.happening) }.suffix(2) == ["aborted", "connection closed"])
    }

    @Test("PDUs and bytes tell the whole traffic, and both sides tell the same")
    func traffic() async throws {
        let (server, client) = try await query([.pdu, .data])
        func bytes(_ observations: [Observation], sent: Bool) -> [UInt8] {
            observations.flatMap { observation -> [UInt8] in
                switch observation.happening {
                case .dataSent(let bytes) where sent: bytes
                case .dataReceived(let bytes) where !sent: bytes
                default: []
                }
            }
        }
        func pdus(_ observations: [Observation], sent: Bool) throws -> [UInt8] {
            try observations.flatMap { observation -> [UInt8] in
                switch observation.happening {
                case .pduSent(let pdu) where sent: try pdu.encode()
                case .pduReceived(let pdu) where !sent: try pdu.encode()
                default: []
                }
            }
        }
        #expect(!bytes(client, sent: true).isEmpty)
        #expect(bytes(client, sent: true) == bytes(server, sent: false))
        #expect(bytes(client, sent: false) == bytes(server, sent: true))
        #expect(try pdus(client, sent: true) == bytes(client, sent: true))
        #expect(try pdus(server, sent: true) == bytes(server, sent: true))
        #expect(try pdus(server, sent: false) == bytes(client, sent: true))
    }

    @Test("Transitions are those of table 9-10, one for each PDU")
    func transitions() async throws {
        let (server, client) = try await query(.transition)
        func cells(_ observations: [Observation]) -> [String] {
            observations.compactMap { observation in
                guard case .transition(let step) = observation.happening else { return nil }
                return "\(step.from.label) \(step.action?.label ?? "-") \(step.to.label)"
            }
        }
        // A request and three responses, two of them with an identifier: two P-DATA-TF out, five in.
        #expect(
            cells(client) == [
                "Sta1 AE-1 Sta4", "Sta4 AE-2 Sta5", "Sta5 AE-3 Sta6", "Sta6 DT-1 Sta6", "Sta6 DT-1 Sta6",
                "Sta6 DT-2 Sta6", "Sta6 DT-2 Sta6", "Sta6 DT-2 Sta6", "Sta6 DT-2 Sta6", "Sta6 DT-2 Sta6",
                "Sta6 AR-1 Sta7", "Sta7 AR-3 Sta1",
            ]
        )
        #expect(cells(server).first == "Sta1 AE-5 Sta2")
        #expect(cells(server).filter { $0 == "Sta6 DT-2 Sta6" }.count == 2)
        #expect(cells(server).filter { $0 == "Sta6 DT-1 Sta6" }.count == 5)
        #expect(cells(server).contains("Sta6 AR-2 Sta8"))
    }

    @Test("A rejection is told")
    func rejection() async throws {
        let seen = Shared<[String]>([])
        try await withServer(maximumAssociations: 1) { server in
            let token = server.observers.add(.association) { observation in
                seen.change { $0.append(Self.name(observation.happening)) }
            }
            let first = try await Association.connect(configuration(port: server.port))
            await #expect(throws: AssociationFailure.self) {
                try await Association.connect(configuration(port: server.port))
            }
            await token.finish()
            first.abort()
        }
        #expect(seen.value == ["requested", "accepted", "established", "requested", "rejected"])
    }

    @Test("An observer that throws is told on, and so are the others")
    func throwing() async throws {
        let told = Shared(0)
        let others = Shared(0)
        try await withServer { server in
            let bad = server.observers.add(.dimse) { _ in
                told.change { $0 += 1 }
                throw Broken()
            }
            let good = server.observers.add(.dimse) { _ in others.change { $0 += 1 } }
            let association = try await Association.connect(configuration(port: server.port))
            for _ in 0..<3 { #expect(try await association.echo().isSuccess) }
            await association.release()
            await bad.finish()
            await good.finish()
            #expect(bad.failures == 6)
            #expect(good.failures == 0)
        }
        #expect(told.value == 6)
        #expect(others.value == 6)
    }

    @Test("An observer that stands still holds nothing up, and is told how much it missed")
    func slow() async throws {
        let gate = Gate()
        let told = Shared<Int>(0)
        let count = Shared(0)
        try await withServer { server in
            server.bindFind { _, responder in
                for number in 0..<2_000 { try await responder.send(.pending, item(number, padding: 200)) }
            }
            let slow = server.observers.add(.dimse, limit: 64 << 10) { observation in
                await gate.wait()
                count.change { $0 += 1 }
                told.change { $0 += observation.missed }
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            // The whole query passes while the observer has not even taken the request in.
            #expect(await find.result.statistics.matches == 2_000)
            #expect(count.value == 0)
            #expect(slow.missed > 0)
            let missed = slow.missed
            gate.open()
            try await eventually("it catches up") { count.value + slow.missed >= 2_002 }
            #expect(try await association.echo().isSuccess)
            try await eventually("the next one tells what was missed") { told.value == missed }
            await association.release()
            slow.cancel()
        }
    }

    @Test("Observers of one association hear of that one alone")
    func oneAssociation() async throws {
        let heard = Shared<Set<Int>>([])
        try await withServer { server in
            let first = try await Association.connect(configuration(port: server.port))
            let second = try await Association.connect(configuration(port: server.port))
            try await eventually("both stand") { server.associations.count == 2 }
            let peer = try #require(server.associations.first)
            let token = peer.observers.add(.dimse) { observation in
                heard.change { _ = $0.insert(observation.association.id) }
            }
            #expect(try await first.echo().isSuccess)
            #expect(try await second.echo().isSuccess)
            await token.finish()
            #expect(heard.value == [peer.id])
            let own = Shared(0)
            let mine = second.observers.add(.dimse) { _ in own.change { $0 += 1 } }
            #expect(try await first.echo().isSuccess)
            #expect(try await second.echo().isSuccess)
            await mine.finish()
            #expect(own.value == 2)
            await first.release()
            await second.release()
        }
    }

    @Test("Once cancelled it is told nothing more")
    func cancelled() async throws {
        let count = Shared(0)
        try await withServer { server in
            let token = server.observers.add(.dimse) { _ in count.change { $0 += 1 } }
            let association = try await Association.connect(configuration(port: server.port))
            #expect(try await association.echo().isSuccess)
            try await eventually("it heard of the echo") { count.value == 2 }
            token.cancel()
            #expect(try await association.echo().isSuccess)
            await association.release()
        }
        #expect(count.value == 2)
    }

    @Test("One that begins in the middle of a query hears of the next message on")
    func late() async throws {
        let seen = Shared<[String]>([])
        try await withServer { server in
            let gate = Gate()
            server.bindFind { _, responder in
                try await responder.send(.pending, item(1))
                await gate.wait()
                try await responder.send(.pending, item(2))
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            var matches = find.makeAsyncIterator()
            #expect(await matches.next() != nil)
            let token = association.observers.add([.dimse, .pdu]) { observation in
                seen.change { $0.append(Self.name(observation.happening)) }
            }
            gate.open()
            #expect(await matches.next() != nil)
            #expect(await matches.next() == nil)
            await token.finish()
            await association.release()
        }
        #expect(
            seen.value.filter { $0.hasPrefix("dimse") } == ["dimse received C-FIND-RSP", "dimse received C-FIND-RSP"]
        )
    }
}
