import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Idle peers, access rules, and the end of a server.
@Suite struct ServerLifeTests {
    @Test("A peer that says nothing for the idle time-out is aborted; one that waits for a long query is not")
    func idle() async throws {
        try await withServer(timeouts: .init(idle: 2)) { server in
            let gate = Gate()
            server.bindFind { _, responder in
                await gate.wait()
                try await responder.send(.pending, item(1))
            }
            let waiting = try await Association.connect(configuration(port: server.port))
            let find = try await waiting.findAll()
            let silent = try await Association.connect(configuration(port: server.port))
            guard case .aborted(let abort) = await silent.end, case .peer = abort.cause else {
                Issue.record("\(await silent.end)")
                return
            }
            // The query has been under way all the while.
            #expect(await waiting.isEstablished)
            gate.open()
            #expect(await find.result.outcome == .complete)
            #expect(await find.result.statistics.matches == 1)
            // Now it is idle as well.
            guard case .aborted = await waiting.end else {
                Issue.record("\(await waiting.end)")
                return
            }
        }
    }

    @Test("A client that has nothing to ask for the idle time-out releases the association")
    func idleClient() async throws {
        try await withServer { server in
            let association = try await Association.connect(
                configuration(port: server.port, timeouts: .init(idle: 2))
            )
            #expect(try await association.echo().isSuccess)
            #expect(await association.end == .released)
        }
    }

    @Test("A stopping server aborts what stands, and closes what had not yet begun")
    func stop() async throws {
        try await withServer { server in
            let running = Shared(false)
            let cancelled = Shared(false)
            server.bindFind { _, _ in
                running.value = true
                while !Task.isCancelled { await Task.yield() }
                cancelled.value = true
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            let port = server.port
            let isConnected = Shared(false)
            async let silent = blocking {
                let socket = try RawSocket(connectingTo: port)
                isConnected.value = true
                return try socket.receiveToEnd(orReset: true)
            }
            try await eventually("both are there") { running.value && isConnected.value }
            await server.stop()
            guard case .aborted(let abort) = await find.result.outcome, case .peer = abort.cause else {
                Issue.record("\(await find.result.outcome)")
                return
            }
            try await eventually("the handler is told") { cancelled.value }
            #expect(try await silent == [])
        }
    }

    @Test("Access rules: who may call from where, for what, and how often")
    func rules() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind, SOPClass.studyRootFind])
        policy.peers = [
            PeerRule(
                callingAETitle: try AETitle("CLIENT"),
                addresses: [try AddressRange("127.0.0.0/8")],
                sopClasses: [SOPClass.modalityWorklistFind, SOPClass.verification],
                maximumAssociations: 2
            ),
            PeerRule(callingAETitle: try AETitle("FAR"), addresses: [try AddressRange("192.0.2.0/24")]),
        ]
        try await withServer(policy: policy) { server in
            func connect(as title: String) async throws -> Association {
                var configuration = configuration(
                    port: server.port,
                    classes: [SOPClass.modalityWorklistFind, SOPClass.studyRootFind]
                )
                configuration.callingAETitle = title
                return try await Association.connect(configuration)
            }
            func refusal(of title: String) async -> AssociateReject? {
                let failure = await #expect(throws: AssociationFailure.self) { try await connect(as: title) }
                guard case .rejected(let reject) = failure?.cause else { return nil }
                return reject
            }
            let first = try await connect(as: "CLIENT")
            #expect(first.negotiated.accepted.map(\.abstractSyntax) == [SOPClass.modalityWorklistFind])
            #expect(first.negotiated.refused.first?.reason == .refused(.userRejection))
            let second = try await connect(as: "CLIENT")
            #expect(await refusal(of: "CLIENT") == .localLimitExceeded)
            #expect(await refusal(of: "FAR") == .callingAETitleNotRecognized)
            #expect(await refusal(of: "NOBODY") == .callingAETitleNotRecognized)
            await first.release()
            try await eventually("its place is free") { server.associationCount == 1 }
            let third = try await connect(as: "CLIENT")
            await second.release()
            await third.release()
        }
    }
}
