import DICOMData
import DICOMNetwork
import DICOMProtocol
import Glibc
import Testing

/// Peers that ask without reading, pack oddly or never close, and observers that stay: nothing may grow, hang or go unseen.
@Suite(.serialized) struct EnduranceTests {
    /// Tells when it is gone.
    private final class Canary: Sendable {
        let gone: Shared<Int>

        init(_ gone: Shared<Int>) { self.gone = gone }

        deinit { gone.change { $0 += 1 } }

        func sing() {}
    }

    // MARK: Observers

    @Test("Observers of an association, and what they hold, end with it, on both sides")
    func observersEnd() async throws {
        let gone = Shared(0)
        try await withServer { server in
            for _ in 0..<3 {
                let association = try await Association.connect(configuration(port: server.port))
                let (ours, theirs) = (Canary(gone), Canary(gone))
                association.observers.add(.dimse) { _ in ours.sing() }
                try await eventually("it stands") { !server.associations.isEmpty }
                server.associations.first?.observers.add(.dimse) { _ in theirs.sing() }
                #expect(try await association.echo().isSuccess)
                await association.release()
                try await eventually("it ended") { server.associations.isEmpty }
            }
        }
        try await eventually("all six are gone") { gone.value == 6 }
    }

    @Test("A handler of one association that refers to it goes away with it")
    func handlersEnd() async throws {
        let gone = Shared(0)
        try await withServer { server in
            let association = try await Association.connect(configuration(port: server.port))
            try await eventually("it stands") { !server.associations.isEmpty }
            let peer = try #require(server.associations.first)
            let canary = Canary(gone)
            peer.bindFind { [peer] _, _ in
                canary.sing()
                _ = peer.isEstablished
            }
            await association.release()
            try await eventually("it ended") { server.associations.isEmpty }
        }
        try await eventually("it is gone") { gone.value == 1 }
    }

    @Test("An observer may finish itself, and hears of nothing after that")
    func finishesItself() async throws {
        let token = Shared<ObserverToken?>(nil)
        let count = Shared(0)
        try await withServer { server in
            let gate = Gate()
            token.value = server.observers.add(.dimse) { _ in
                await gate.wait()
                count.change { $0 += 1 }
                await token.value?.finish()
            }
            let association = try await Association.connect(configuration(port: server.port))
            #expect(try await association.echo().isSuccess)
            gate.open()
            try await eventually("it was told") { count.value >= 1 }
            await token.value?.finish()
            let told = count.value
            #expect(try await association.echo().isSuccess)
            await association.release()
            #expect(count.value == told)
        }
    }

    @Test("What is performed is told, however it is packed: a request behind 4,100 empty fragments")
    func packedOddly() async throws {
        let heard = Shared<[String]>([])
        let performed = Shared(0)
        try await withServer { server in
            server.bindFind { _, _ in performed.change { $0 += 1 } }
            let token = server.observers.add(.dimse) { observation in
                heard.change { $0.append(observation.happening.summary) }
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                let whole = RawSocket.findRequest(1)
                let cut = 6 + (Int(whole[4]) << 8 | Int(whole[5]))
                let empty: [UInt8] = [0, 0, 0, 2, 1, 1]
                let body = (0..<4_100).flatMap { _ in empty } + whole[6..<cut] + whole[(cut + 6)...]
                try socket.send([4, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) } + body)
                let answer = try socket.receiveMessage()
                #expect(answer.command.status == .success)
            }
            await token.finish()
        }
        #expect(performed.value == 1)
        #expect(heard.value.contains { $0.hasPrefix("received C-FIND-RQ 1") })
    }

    @Test("Another observer that comes in the middle of a message takes nothing from the one that is there")
    func observerJoins() async throws {
        let heard = Shared<[String]>([])
        let isHalf = Shared(false)
        let mayGoOn = Shared(false)
        try await withServer { server in
            let first = server.observers.add([.dimse, .data]) { observation in
                heard.change { $0.append(observation.happening.summary) }
            }
            let port = server.port
            async let script: Void = blocking {
                let whole = RawSocket.findRequest(1)
                let cut = 6 + (Int(whole[4]) << 8 | Int(whole[5]))
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(Array(whole[..<cut]))
                isHalf.value = true
                while !mayGoOn.value { usleep(1_000) }
                try socket.send(Array(whole[cut...]))
                _ = try socket.receiveMessage()
            }
            try await eventually("the command has arrived") {
                isHalf.value && heard.value.count { $0.hasPrefix("received") && $0.hasSuffix("bytes") } >= 2
            }
            let second = server.observers.add(.pdu) { _ in }
            mayGoOn.value = true
            try await script
            await first.finish()
            await second.finish()
        }
        #expect(heard.value.contains { $0.hasPrefix("received C-FIND-RQ 1") })
    }

    // MARK: Echoes

    @Test(
        "A bound echo handler is an operation like a query: one after the other, cancelled with the association, no idleness"
    )
    func echoHandlers() async throws {
        let running = Shared(0)
        let most = Shared(0)
        let cancelled = Shared(0)
        let gate = Gate()
        try await withServer { server in
            server.bindEcho { _ in
                let now = running.change { running in
                    running += 1
                    return running
                }
                most.change { $0 = max($0, now) }
                await gate.wait()
                if Task.isCancelled { cancelled.change { $0 += 1 } }
                running.change { $0 -= 1 }
                return StatusReply(.success)
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                for id in 1...500 { try socket.send(RawSocket.echoRequest(UInt16(id))) }
                while running.value == 0 { usleep(1_000) }
                socket.close()
            }
            try await eventually("it ended") { server.associationCount == 0 }
            gate.open()
            try await eventually("all end") { running.value == 0 }
        }
        #expect(most.value == 1)
        #expect(cancelled.value == 1)
    }

    @Test("A peer that asks and never reads is not read any more")
    func neverReads() async throws {
        try await withServer { server in
            let port = server.port
            let taken = try await blocking { () -> Int in
                let socket = try RawSocket(connectingTo: port, receiveBuffer: 4_096)
                try socket.associate()
                var time = timeval(tv_sec: 1, tv_usec: 0)
                setsockopt(socket.descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
                let many = (0..<1_000).flatMap { _ in RawSocket.echoRequest(1) }
                var count = 0
                while count < 2_000 {
                    do { try socket.send(many) } catch { break }
                    count += 1
                }
                socket.reset()
                return count
            }
            // Sockets hold some megabytes, and the server one of answers; 2,000,000 echoes are 170.
            #expect(taken < 1_000)
            #expect(taken > 0)
            let other = try await Association.connect(configuration(port: server.port))
            #expect(try await other.echo().isSuccess)
            await other.release()
        }
    }

    // MARK: Requests

    @Test("Requests in line are bounded in bytes as well: A700 for those beyond 16 MB")
    func longRequests() async throws {
        let gate = Gate()
        try await withServer { server in
            server.bindFind { _, _ in await gate.wait() }
            let port = server.port
            let refused = try await blocking { () -> Int in
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                let long = [0x10, 0, 0x20, 0] + Array("UT".utf8) + [0, 0, 0, 0, 0x20, 0]
                let identifier = long + [UInt8](repeating: UInt8(ascii: "A"), count: 2 << 20)
                for id in 1...12 {
                    let command = CommandSet(
                        field: CommandField.findRequest,
                        affectedSOPClass: SOPClass.modalityWorklistFind,
                        messageID: UInt16(id),
                        priority: 0,
                        dataSetType: CommandSet.hasDataSet
                    )
                    var bytes: [UInt8] = []
                    MessageWriter(contextID: 1, peerMaximumLength: 131_072)?.append(
                        command: command.encoded(),
                        dataSet: identifier,
                        to: &bytes
                    )
                    try socket.send(bytes)
                }
                try socket.send(RawSocket.echoRequest(99))
                var count = 0
                while true {
                    let (command, _, _) = try socket.receiveMessage()
                    if command.messageIDBeingRespondedTo == 99 { return count }
                    #expect(command.status == .outOfResources)
                    count += 1
                }
            }
            #expect((4...6).contains(refused))
            gate.open()
        }
    }

    @Test("A C-FIND in a transfer syntax that is none of ours is answered with 0110")
    func unreadableSyntax() async throws {
        let jpeg = "1.2.840.10008.1.2.4.50"
        let policy = AcceptorPolicy(
            supported: [SupportedContext(SOPClass.modalityWorklistFind, transferSyntaxes: [jpeg])]
        )
        try await withServer(policy: policy) { server in
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                var proposal = AssociationProposal(calling: try AETitle("RAW"), called: try AETitle("X"))
                try proposal.propose(SOPClass.modalityWorklistFind, transferSyntaxes: [jpeg])
                try socket.send(try proposal.request.encode())
                #expect(try socket.receivePDU().type == 2)
                try socket.send(RawSocket.findRequest(1))
                #expect(try socket.receiveMessage().command.status == .processingFailure)
            }
        }
    }

    @Test("A requestor whose role is SCP alone is answered with 0122")
    func wrongRole() async throws {
        let policy = AcceptorPolicy(
            supported: [
                SupportedContext(
                    SOPClass.modalityWorklistFind,
                    transferSyntaxes: [RawSocket.syntax.uid],
                    requestorRoles: [.scu, .scp]
                )
            ]
        )
        let served = Shared(0)
        try await withServer(policy: policy) { server in
            server.bindFind { _, _ in served.change { $0 += 1 } }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                var proposal = AssociationProposal(calling: try AETitle("RAW"), called: try AETitle("X"))
                try proposal.propose(SOPClass.modalityWorklistFind, transferSyntaxes: [RawSocket.syntax.uid])
                proposal.roles = [RoleSelection(sopClassUID: SOPClass.modalityWorklistFind, requestor: .scp)]
                try socket.send(try proposal.request.encode())
                #expect(try socket.receivePDU().type == 2)
                try socket.send(RawSocket.findRequest(1))
                #expect(try socket.receiveMessage().command.status == .sopClassNotSupported)
            }
        }
        #expect(served.value == 0)
    }

    // MARK: Secrets

    @Test("No secret of a user stands in any description, failure, or summary")
    func secrets() async throws {
        let secret = "S3cretWord"
        let digits = Array(secret.utf8).map(String.init).joined(separator: ", ")
        let found = Shared<Set<String>>([])
        @Sendable func look(_ what: String, _ value: Any) {
            var text = String(describing: value) + String(reflecting: value)
            dump(value, to: &text)
            if text.contains(secret) || text.contains(digits) { found.change { _ = $0.insert(what) } }
        }
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.userIdentity = { identity in
            look("identity", identity)
            return .accept(response: Array(secret.utf8))
        }
        let kinds: ObservedKinds = [.connection, .association, .acse, .dimse, .transition]
        try await withServer(policy: policy) { server in
            let theirs = server.observers.add(kinds) { observation in
                look("server's observation", observation)
                look("server's summary", observation.happening.summary)
            }
            var configuration = configuration(port: server.port)
            configuration.userIdentity = UserIdentity(
                kind: .jsonWebToken,
                positiveResponseRequested: true,
                primary: Array(secret.utf8)
            )
            do {
                _ = try await Association.connect(configuration)
                Issue.record("it was sent")
            } catch {
                look("failure", error)
            }
            configuration.sendsSecretsUnencrypted = true
            look("configuration", configuration)
            let observers = Observers()
            let ours = observers.add(kinds) { observation in look("client's observation", observation) }
            configuration.observers = observers
            let association = try await Association.connect(configuration)
            #expect(association.negotiated.userIdentityResponse == Array(secret.utf8))
            try await eventually("it stands") { !server.associations.isEmpty }
            for peer in server.associations {
                look("peer", peer)
                look("request", peer.request)
            }
            look("negotiated", association.negotiated)
            await association.release()
            await ours.finish()
            await theirs.finish()
        }
        #expect(found.value.isEmpty)
    }

    // MARK: The end of a server

    @Test("A stopping server closes what waits for its peer to close", arguments: [false, true])
    func stopping(isAssociated: Bool) async throws {
        let server = try await DICOMServer.start(
            ServerConfiguration(
                port: 0,
                policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind]),
                timeouts: .init(artim: 600)
            )
        )
        let port = server.port
        let isReady = Shared(false)
        async let closed = blocking { () -> Bool in
            let socket = try RawSocket(connectingTo: port)
            if isAssociated {
                try socket.associate()
            } else {
                try socket.send(Array("GET / HTTP/1.1 and more".utf8))
                #expect(try socket.receivePDU().type == 7)
            }
            isReady.value = true
            _ = try socket.receiveToEnd(orReset: true)
            return true
        }
        try await eventually("the peer is there") { isReady.value }
        // Far below ARTIM, or the time limit of the socket ends the test.
        await server.stop()
        #expect(try await closed)
    }
}
