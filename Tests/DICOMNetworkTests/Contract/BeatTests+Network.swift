import DICOMData
import DICOMNetwork
import DICOMProtocol
import Glibc
import NIOCore
import Testing

/// Points 7 to 12.
extension BeatTests {
    // MARK: 7

    /// What pynetdicom answers with silence, with an abort that says nothing, or not as an error at all.
    private static let mistreated = [
        "no identifier", "Priority 5", "no Message ID", "no Affected SOP Class UID",
        "another Affected SOP Class UID than the context's", "no Command Data Set Type", "a command field that is none",
        "a command set that is none", "a context that was not accepted", "C-GET",
        "an identifier that is cut off, looked at", "a PDU longer than we announced", "a P-DATA-TF without values",
    ]

    @Test(
        "7 Malformed requests: each has its answer, or an A-ABORT that says why; none is met with silence",
        arguments: mistreated
    )
    func malformed(name: String) async throws {
        let row = try #require(RequestRow.all.first { $0.name == name })
        try #require(row.expected.isEmpty == false)
        for wire in row.expected {
            switch wire {
            case .abort(let source, let reason): #expect(source == 2 && reason != 0)
            case .message(let message): #expect(message.status != 0)
            default: Issue.record("\(wire)")
            }
        }
        try await row.check()
    }

    // MARK: 8

    private static func associate(
        _ socket: RawSocket,
        change: (inout AssociateRequest) -> Void = { _ in },
        bytes: ([UInt8]) -> [UInt8] = { $0 }
    ) throws -> [UInt8] {
        var proposal = AssociationProposal(calling: try AETitle("RAW"), called: try AETitle("SERVER"))
        try proposal.propose(worklist, transferSyntaxes: [RawSocket.syntax.uid])
        var request = proposal.request
        change(&request)
        try socket.send(bytes(try request.encode()))
        let (type, body) = try socket.receivePDU()
        return [type] + (type == 3 ? body[1...] : [])
    }

    // pynetdicom: an unknown item is an A-ABORT.
    @Test("8 Negotiation: unknown items are passed over", arguments: [true, false])
    func unknownItems(isInside: Bool) async throws {
        try await serve(Self.one) { port in
            let socket = try RawSocket(connectingTo: port)
            let answer = try Self.associate(
                socket,
                bytes: { request in
                    let unknown: [UInt8] = [0x5A, 0, 0, 4, 1, 2, 3, 4]
                    var body = Array(request.dropFirst(6))
                    if isInside, let information = userInformation(in: body) {
                        let length = Int(body[information + 2]) << 8 + Int(body[information + 3]) + unknown.count
                        body[information + 2] = UInt8(truncatingIfNeeded: length >> 8)
                        body[information + 3] = UInt8(truncatingIfNeeded: length)
                    }
                    return RawSocket.pdu(1, body + unknown)
                }
            )
            #expect(answer == [2])
            try socket.send(RawSocket.findRequest(3))
            #expect(try socket.receiveAnswer() == Self.to(3, [.match(3), .status(0)]))
        }
    }

    // pynetdicom: any application context is accepted.
    @Test("8 Negotiation: another application context is rejected with 1/1/2")
    func applicationContext() async throws {
        try await serve(Self.one) { port in
            let socket = try RawSocket(connectingTo: port)
            let answer = try Self.associate(socket) { $0.applicationContextName = "1.2.840.10008.3.1.1.2" }
            #expect(answer == [3, 1, 1, 2])
        }
    }

    // pynetdicom: blank titles and control characters are an A-ABORT.
    @Test(
        "8 Negotiation: titles that are none are let in where any title is",
        arguments: ["                ", "A\u{1}B             ", "\u{C4}\u{D6}             "]
    )
    func oddTitles(title: String) async throws {
        try await serve(Self.one) { port in
            let socket = try RawSocket(connectingTo: port)
            let latin = title.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            let answer = try Self.associate(
                socket,
                bytes: { request in
                    // The calling title lies behind header, version, two reserved bytes and the called title.
                    Array(request.prefix(26)) + (latin + [UInt8](repeating: 0x20, count: 16)).prefix(16)
                        + request.dropFirst(42)
                }
            )
            #expect(answer == [2])
            try socket.send(RawSocket.findRequest(3))
            #expect(try socket.receiveAnswer() == Self.to(3, [.match(3), .status(0)]))
        }
    }

    // MARK: 9

    // pynetdicom: twelve connections that stop within a PDU are never timed out, and everybody else is rejected.
    @Test("9 Deadlines: connections that stop within a PDU take no place and are closed, before and in an association")
    func stalled() async throws {
        try await serve(
            Self.one,
            timeouts: .init(artim: 2, partialPDU: 2),
            maximumAssociations: 2
        ) { port in
            let stalled = try (0..<12).map { number in
                let socket = try RawSocket(connectingTo: port)
                if number == 0 {
                    try socket.associate()
                    try socket.send([4, 0, 0])
                } else {
                    try socket.send([1, 0, 0])
                }
                return socket
            }
            let other = try RawSocket(connectingTo: port)
            try other.associate()
            try other.send(RawSocket.findRequest(3))
            #expect(try other.receiveAnswer() == Self.to(3, [.match(3), .status(0)]))
            for (number, socket) in stalled.enumerated() {
                #expect(try socket.receiveToEnd() == (number == 0 ? [7] : []))
            }
        }
    }

    // pynetdicom: the length is believed, whatever it is.
    @Test(
        "9 Deadlines: a PDU that claims 4 GB is refused by its header, before and in an association",
        arguments: [1, 4]
    )
    func fourGigabytes(type: Int) async throws {
        try await serve(Self.one) { port in
            let socket = try RawSocket(connectingTo: port)
            if type == 4 { try socket.associate() }
            try socket.send(RawSocket.pdu(UInt8(type), [], claiming: .max))
            let seen = try socket.receiveWire()
            // Before the association the service-user aborts (PS3.8 AA-1), within it the provider.
            #expect(seen == (type == 1 ? .abort(source: 0, reason: 0) : .abort(source: 2, reason: 6)))
        }
    }

    /// Security of the transport that takes one letter from the client for a handshake.
    private final class LetterHandshake: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer
        private var isSecure = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            if !isSecure, buffer.readInteger(as: UInt8.self) == UInt8(ascii: "S") {
                isSecure = true
                let transport = SecureTransport(version: "a letter", profile: "test")
                context.fireUserInboundEventTriggered(TransportSecurityEvent.established(transport))
            }
            if isSecure, buffer.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(buffer)) }
        }
    }

    // pynetdicom: the handshake runs on the accepting thread without a deadline: one silent client blocks all.
    @Test("9 Deadlines: clients that never secure their transport block nobody, take no place and are closed")
    func handshake() async throws {
        let security = TransportSecurity(handshakeTimeout: 2) { channel, _ in
            try channel.pipeline.syncOperations.addHandler(LetterHandshake())
        }
        let policy = ServerConfiguration.policy(sopClasses: [Self.worklist])
        try await withServer(
            ServerConfiguration(port: 0, policy: policy, maximumAssociations: 2, security: security)
        ) { server in
            server.bindFind(Self.one)
            let port = server.port
            try await blocking {
                let silent = try (0..<12).map { _ in try RawSocket(connectingTo: port) }
                let other = try RawSocket(connectingTo: port)
                try other.send(Array("S".utf8))
                try other.associate()
                try other.send(RawSocket.findRequest(3))
                #expect(try other.receiveAnswer() == Self.to(3, [.match(3), .status(0)]))
                for socket in silent { #expect(try socket.receiveToEnd() == []) }
            }
        }
    }

    // MARK: 10

    // pynetdicom: ten idle associations take two thirds of a core.
    @Test("10 Idle associations cost nothing")
    func idleCost() async throws {
        await #expect(processExitsWith: .success) {
            let server = try await DICOMServer.start(
                ServerConfiguration(
                    port: 0,
                    policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
                )
            )
            let port = server.port
            let spent = try await blocking {
                let sockets = try (0..<20).map { _ in
                    let socket = try RawSocket(connectingTo: port)
                    try socket.associate()
                    return socket
                }
                usleep(100_000)
                let before = LoopbackQueues.processorTime()
                usleep(1_000_000)
                let spent = LoopbackQueues.processorTime() - before
                for socket in sockets { socket.close() }
                return spent
            }
            guard spent < 0.1 else { throw RawSocket.Failure.unexpected("\(spent) s of processor time in a second") }
            await server.stop()
        }
    }

    // pynetdicom: each takes 48 to 52 ms, for command and identifier leave in writes of their own.
    @Test("10 A query with one match has no stall in it: a hundred take less time than fifty stalls")
    func noStall() async throws {
        try await serve(Self.one) { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            let clock = ContinuousClock()
            let start = clock.now
            for id in 1...100 as ClosedRange<UInt16> {
                try socket.send(RawSocket.findRequest(id))
                #expect(try socket.receiveResponses(to: id).matches.count == 1)
            }
            // A delayed acknowledgement takes 40 ms.
            #expect(clock.now - start < .seconds(2))
        }
    }

    // MARK: 11

    // pynetdicom (pydicom): characters outside the declared set become "?", or raw bytes of an undeclared one.
    @Test("11 Text that its character set cannot hold is an error, and never leaves as something else")
    func characterSets() async throws {
        let wires = try await serve { event, responder in
            var match = item(Int(event.messageID))
            switch event.messageID {
            case 1: break
            case 2: match.declare(.latin1)
            default: match.declare(.utf8)
            }
            try match.set(.patientName, "\u{5C71}\u{7530}^\u{592A}\u{90CE}")
            try await responder.send(.pending, match)
        } _: { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            for id in [1, 2] as [UInt16] {
                try socket.send(RawSocket.findRequest(id))
                #expect(try socket.receiveAnswer().map { $0.seen(as: .refusal(0)) } == Self.to(id, [.refusal(0xC311)]))
            }
            try socket.send(RawSocket.findRequest(3))
            let (matches, final) = try socket.receiveResponses(to: 3)
            #expect(final.status == .success)
            return matches
        }
        let match = try #require(wires.first)
        let dataSet = DataSet(lenient: match[...], transferSyntax: RawSocket.syntax)
        #expect(dataSet.string(.patientName) == "\u{5C71}\u{7530}^\u{592A}\u{90CE}")
        #expect(!match.contains(UInt8(ascii: "?")))
    }

    // MARK: 12

    // pynetdicom: findscu has neither cancel nor limit, and a failed query ends like one without matches.
    @Test("12 The client has a limit that cancels, and only a whole list is called complete")
    func limit() async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let id = try #require(try socket.receiveMessage().command.messageID)
            for number in 1...4 { try socket.send(RawSocket.match(id, number)) }
            let cancel = try socket.receiveMessage().command
            #expect(cancel == CommandSet(field: CommandField.cancelRequest, messageIDBeingRespondedTo: id))
            try socket.send(RawSocket.response(id, 0xFE00))
            _ = try? socket.receiveToEnd()
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            let find = try await association.findAll(FindOptions(limit: 3))
            var numbers: [Int?] = []
            for await match in find { numbers.append(number(match.dataSet)) }
            #expect(numbers == [1, 2, 3])
            let outcome = await find.result.outcome
            #expect(outcome.short == "truncated at our limit of 3, FE00" && outcome.isPartial)
            association.abort()
        }
    }
}

/// Where the user information item begins in the variable field of an A-ASSOCIATE-RQ (PS3.8 9.3.2).
private func userInformation(in body: [UInt8]) -> Int? {
    var offset = 68
    while offset + 4 <= body.count {
        if body[offset] == 0x50 { return offset }
        offset += 4 + Int(body[offset + 2]) << 8 + Int(body[offset + 3])
    }
    return nil
}
