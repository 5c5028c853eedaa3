import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Requests with defects, and associations the server does not want.
@Suite struct ServerRequestTests {
    private func serve<T: Sendable>(
        policy: AcceptorPolicy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind]),
        timeouts: AssociationCore.Timeouts = .init(),
        _ script: @escaping @Sendable (RawSocket) throws -> T
    ) async throws -> T {
        try await withServer(policy: policy, timeouts: timeouts) { server in
            server.bindFind { event, responder in try await responder.send(.pending, item(Int(event.messageID))) }
            let port = server.port
            return try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                return try script(socket)
            }
        }
    }

    /// What a request is answered with; the association goes on.
    private func answer(_ request: [UInt8]) async throws -> CommandSet {
        try await serve { socket in
            try socket.send(request)
            let answer = try socket.receiveMessage().command
            try socket.send(RawSocket.findRequest(99))
            #expect(try socket.receiveResponses(to: 99).matches.count == 1)
            return answer
        }
    }

    @Test("A SOP class that does not fit the context, or none: 0122", arguments: [SOPClass.studyRootFind, nil])
    func wrongClass(sopClass: String?) async throws {
        let command = try await answer(RawSocket.findRequest(3, sopClass: sopClass))
        #expect(command.field == CommandField.findResponse)
        #expect(command.messageIDBeingRespondedTo == 3)
        #expect(command.status == .sopClassNotSupported)
    }

    @Test("A C-FIND where there is only Verification, a C-ECHO where there is only Worklist: 0122")
    func wrongService() async throws {
        let find = try await answer(RawSocket.findRequest(3, sopClass: SOPClass.verification, context: 3))
        #expect(find.status == .sopClassNotSupported)
        let echo = try await answer(RawSocket.echoRequest(3, context: 1, sopClass: SOPClass.modalityWorklistFind))
        #expect(echo.field == CommandField.echoResponse)
        #expect(echo.status == .sopClassNotSupported)
    }

    @Test("A command that is not known: 0211, whether it has a data set or not", arguments: [true, false])
    func unknownCommand(hasDataSet: Bool) async throws {
        let command = CommandSet(
            field: 0x0001,
            affectedSOPClass: SOPClass.modalityWorklistFind,
            messageID: 3,
            dataSetType: hasDataSet ? CommandSet.hasDataSet : CommandSet.noDataSet
        )
        let answer = try await answer(RawSocket.message(command, hasDataSet ? [1, 2] : nil))
        #expect(answer.field == 0x8001)
        #expect(answer.status == .unrecognizedOperation)
    }

    @Test("A C-FIND without an identifier: A900, with a comment")
    func noIdentifier() async throws {
        let command = try await answer(RawSocket.findRequest(3, identifier: nil))
        #expect(command.status == .identifierDoesNotMatch)
        #expect(command.errorComment != nil)
    }

    @Test("A request without a message ID cannot be answered: A-ABORT")
    func noMessageID() async throws {
        try await serve { socket in
            try socket.send(RawSocket.findRequest(nil))
            let (type, body) = try socket.receivePDU()
            #expect(type == 7 && Array(body[2...]) == [2, 6])
        }
    }

    @Test("Data on a context that was not accepted, and PDUs longer than announced: A-ABORT", arguments: [0, 1])
    func violations(kind: Int) async throws {
        try await serve { socket in
            try socket.send(kind == 0 ? RawSocket.findRequest(1, context: 5) : [4, 0, 0, 3, 0, 0])
            let (type, body) = try socket.receivePDU()
            #expect(type == 7 && Array(body[2...]) == [2, 6])
        }
    }

    @Test("A message ID that is under way: 0210, and the first request goes on")
    func duplicate() async throws {
        let go = Shared(false)
        try await withServer { server in
            server.bindFind { _, responder in
                while !go.value { try await Task.sleep(for: .milliseconds(1)) }
                try await responder.send(.pending, item(0))
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1) + RawSocket.findRequest(1))
                #expect(try socket.receiveMessage().command.status == .duplicateInvocation)
                go.value = true
                let (matches, final) = try socket.receiveResponses(to: 1)
                #expect(matches.count == 1 && final.status == .success)
            }
        }
    }

    @Test("A message ID is free again with the final response, even while the handler still winds up")
    func reusedID() async throws {
        try await withServer { server in
            let calls = Shared(0)
            server.bindFind { event, responder in
                let call = calls.change {
                    $0 += 1; return $0
                }
                try await responder.send(.pending, item(call))
                try await responder.finish(StatusReply(.success))
                // Winding up: the peer is already asking again.
                try await Task.sleep(for: .milliseconds(5))
                #expect(!event.isCancelled)
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                for call in 1...20 {
                    try socket.send(RawSocket.findRequest(1))
                    let (matches, final) = try socket.receiveResponses(to: 1)
                    #expect(final.status == .success)
                    #expect(
                        matches.map { number(DataSet(lenient: $0[...], transferSyntax: RawSocket.syntax)) } == [call]
                    )
                }
            }
        }
    }

    @Test("More requests in line than a peer needs: A700 for the rest, and the others are served")
    func tooMany() async throws {
        let go = Shared(false)
        try await withServer { server in
            server.bindFind { _, _ in while !go.value { try await Task.sleep(for: .milliseconds(1)) } }
            let port = server.port
            let statuses = try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                for id in 1...300 as ClosedRange<UInt16> { try socket.send(RawSocket.findRequest(id)) }
                var statuses: [Status?] = []
                while statuses.count < 300 {
                    statuses.append(try socket.receiveMessage().command.status)
                    go.value = true
                }
                return statuses
            }
            #expect(statuses.first == .outOfResources)
            #expect(statuses.count { $0 == .success } + statuses.count { $0 == .outOfResources } == 300)
            #expect(statuses.count { $0 == .success } >= 256)
        }
    }

    @Test("With a negotiated window requests run side by side")
    func window() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.asynchronousOperations = AsynchronousOperationsWindow(invoked: 2, performed: 1)
        try await withServer(policy: policy) { server in
            let running = Shared(0)
            server.bindFind { event, responder in
                // Each waits for the other.
                running.change { $0 += 1 }
                while running.value < 2 { try await Task.sleep(for: .milliseconds(1)) }
                try await responder.send(.pending, item(Int(event.messageID)))
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate(window: 2)
                try socket.send(RawSocket.findRequest(1) + RawSocket.findRequest(2))
                var finals: Set<UInt16?> = []
                while finals.count < 2 {
                    let command = try socket.receiveMessage().command
                    if command.status == .success { finals.insert(command.messageIDBeingRespondedTo) }
                }
                #expect(finals == [1, 2])
            }
        }
    }

    @Test("Responses keep to the length the peer announced", arguments: [8, 17, 100] as [UInt32])
    func peerMaximum(maximum: UInt32) async throws {
        try await withServer { server in
            server.bindFind { _, responder in try await responder.send(.pending, item(0, padding: 200)) }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate(maximumLength: maximum)
                try socket.send(RawSocket.findRequest(1))
                var command: [UInt8] = []
                while true {
                    let (type, body) = try socket.receivePDU()
                    #expect(type == 4 && body.count <= Int(maximum))
                    if body[5] & 1 == 1 { command += body[6...] }
                    if body[5] == 3, try CommandSet(decoding: command).status == .success { break }
                    if body[5] == 3 { command = [] }
                }
            }
        }
    }

    @Test("A peer whose maximum leaves no room is aborted, not left waiting")
    func tinyMaximum() async throws {
        try await withServer { server in
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate(maximumLength: 6)
                try socket.send(RawSocket.findRequest(1))
                #expect(try socket.receivePDU().type == 7)
            }
        }
    }

    // MARK: Associations

    @Test("One association too many is rejected with 2/3/2; when one ends there is room again")
    func limit() async throws {
        try await withServer(maximumAssociations: 2) { server in
            let port = server.port
            let held = try await blocking {
                // Connections that say nothing do not count.
                let silent = try (0..<5).map { _ in try RawSocket(connectingTo: port) }
                let first = try RawSocket(connectingTo: port)
                let second = try RawSocket(connectingTo: port)
                #expect(try first.associate().type == 2)
                #expect(try second.associate().type == 2)
                let third = try RawSocket(connectingTo: port)
                let (type, body) = try third.associate()
                #expect(type == 3 && Array(body[1...]) == [2, 3, 2])
                try first.send(RawSocket.releaseRequest)
                #expect(try first.receivePDU().type == 6)
                return Held([second] + silent)
            }
            // The place is free a moment after the A-RELEASE-RP has left.
            try await eventually("a free place") { server.associationCount == 1 }
            #expect(try await blocking { try RawSocket(connectingTo: port).associate().type } == 2)
            held.sockets.forEach { $0.close() }
        }
    }

    @Test("AE titles that are not known are rejected with 1/1/7")
    func unknownTitle() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.calledAETitles = [try AETitle("SERVER")]
        try await withServer(policy: policy) { server in
            let port = server.port
            try await blocking {
                #expect(try RawSocket(connectingTo: port).associate(called: "SERVER").type == 2)
                let socket = try RawSocket(connectingTo: port)
                let (type, body) = try socket.associate(called: "OTHER")
                #expect(type == 3 && Array(body[1...]) == [1, 1, 7])
                socket.shutdownWriting()
                #expect(try socket.receiveToEnd() == [])
            }
        }
    }

    @Test(
        "Callers that are silent, or stop within a PDU, are cut off",
        arguments: [[], [1, 0, 0, 0], [4, 0, 0, 0, 0, 9, 1]] as [[UInt8]]
    )
    func stalled(bytes: [UInt8]) async throws {
        try await withServer(timeouts: .init(artim: 0.2, partialPDU: 0.2)) { server in
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                if bytes.first == 4 { try socket.associate() }
                try socket.send(bytes)
                // On a busy machine the time may be over before our bytes are sent.
                #expect(try socket.receiveToEnd(orReset: bytes.first == 1) == (bytes.first == 4 ? [7] : []))
            }
            try await eventually("it is gone") { server.associationCount == 0 }
        }
    }

    @Test("Garbage is answered with A-ABORT, and others are served on")
    func garbage() async throws {
        try await withServer { server in
            server.bindFind { _, responder in try await responder.send(.pending, item(0)) }
            let port = server.port
            try await blocking {
                for bytes in [
                    Array("GET / HTTP/1.0\r\n\r\n".utf8), [0x16, 3, 1, 2, 0, 1, 0, 1],
                    [UInt8](repeating: 0xFF, count: 3_000),
                ] {
                    let socket = try RawSocket(connectingTo: port)
                    try socket.send(bytes)
                    socket.shutdownWriting()
                    // The abort, or just the end if our half-close was seen first.
                    let types = try socket.receiveToEnd()
                    #expect(types == [7] || types == [], "\(types)")
                }
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                #expect(try socket.receiveResponses(to: 1).matches.count == 1)
            }
        }
    }

    @Test("A port that is taken is named")
    func portTaken() async throws {
        try await withServer { server in
            do throws(DICOMServer.StartError) {
                _ = try await DICOMServer.start(
                    ServerConfiguration(port: server.port, policy: ServerConfiguration.policy(sopClasses: []))
                )
                Issue.record("started")
            } catch {
                #expect(error.port == server.port)
                #expect(error.description.contains("address already in use"))
            }
        }
    }

    @Test("Stopping the server ends its associations and their handlers")
    func stop() async throws {
        let ended = Shared(false)
        let started = Shared(false)
        let server = try await DICOMServer.start(
            ServerConfiguration(
                port: 0,
                policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
            )
        )
        server.bindFind { _, _ in
            started.value = true
            try? await Task.sleep(for: .seconds(60))
            ended.value = true
        }
        let association = try await Association.connect(configuration(port: server.port))
        let find = try await association.findAll()
        try await eventually("the handler runs") { started.value }
        await server.stop()
        #expect(await find.result.outcome.isPartial)
        try await eventually("the handler ends") { ended.value }
        #expect(server.associationCount == 0)
    }

    /// Keeps sockets open across threads; never used by two at once.
    private final class Held: @unchecked Sendable {
        let sockets: [RawSocket]
        init(_ sockets: [RawSocket]) { self.sockets = sockets }
    }
}
