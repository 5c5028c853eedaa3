import DICOMData
import DICOMNetwork
import DICOMProtocol
import Glibc
import Testing

/// Twelve things that pynetdicom 3.0.4 does not do, or does wrong; each test says what happens there.
@Suite("Beyond pynetdicom", .serialized) struct BeatTests {
    static let worklist = SOPClass.modalityWorklistFind

    static func to(_ id: UInt16, _ wires: [Wire]) -> [Wire] { wires.map { $0.to(id, worklist) } }

    /// Starts a server with a handler, and runs a blocking script against its port.
    func serve<T: Sendable>(
        _ handler: @escaping FindHandler,
        timeouts: AssociationCore.Timeouts = .init(),
        maximumAssociations: Int = 4_096,
        _ script: @escaping @Sendable (Int) throws -> T
    ) async throws -> T {
        try await withServer(maximumAssociations: maximumAssociations, timeouts: timeouts) { server in
            server.bindFind(handler)
            let port = server.port
            return try await blocking { try script(port) }
        }
    }

    /// A handler that answers until it is cancelled.
    static let endless: FindHandler = { event, responder in
        let one = try item(0).encoded(responder.identifierSyntax)
        while !event.isCancelled { try await responder.send(encoded: one) }
    }

    static let one: FindHandler = { event, responder in
        try await responder.send(.pending, item(Int(event.messageID)))
    }

    // MARK: 1

    // pynetdicom: is_cancelled is true once, then false again.
    @Test("1 Cancel: once seen, it stays seen")
    func cancelStays() async throws {
        let seen = Shared<[Bool]>([])
        let final = try await serve { event, responder in
            while !event.isCancelled { try await responder.send(.pending, item(0)) }
            seen.value = (0..<5).map { _ in event.isCancelled }
        } _: { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            try socket.send(RawSocket.findRequest(1))
            try socket.send(RawSocket.cancelRequest(1))
            return try socket.receiveResponses(to: 1).final
        }
        #expect(seen.value == [true, true, true, true, true])
        #expect(final.status == .cancel)
    }

    // pynetdicom: lost in 18 of 20 runs, the list is cleared when the request is dispatched.
    @Test("1 Cancel: in the same segment as its request, every time")
    func cancelWithRequest() async throws {
        try await serve(Self.endless) { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            for id in 1...100 as ClosedRange<UInt16> {
                try socket.send(RawSocket.findRequest(id) + RawSocket.cancelRequest(id))
                #expect(try socket.receiveResponses(to: id).final.status == .cancel)
            }
        }
    }

    // pynetdicom: the eleventh kills the association's thread, and the connection stays open and dead.
    @Test("1 Cancel: a thousand that mean nothing do no harm, and those of another context or request cancel nothing")
    func cancelsForNothing() async throws {
        let go = Shared(false)
        try await serve { event, responder in
            while !go.value { try await Task.sleep(for: .milliseconds(1)) }
            try await responder.send(.pending, item(event.isCancelled ? 1 : 0))
        } _: { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            for id in 1...1_000 as ClosedRange<UInt16> { try socket.send(RawSocket.cancelRequest(id)) }
            try socket.send(RawSocket.findRequest(7))
            try socket.send(RawSocket.cancelRequest(7, context: 3) + RawSocket.cancelRequest(8))
            try socket.send(RawSocket.echoRequest(9))
            #expect(try socket.receiveMessage().command.field == CommandField.echoResponse)
            go.value = true
            #expect(try socket.receiveAnswer() == Self.to(7, [.match(0), .status(0)]))
            // A late one does not reach the next request of its ID.
            try socket.send(RawSocket.cancelRequest(7))
            try socket.send(RawSocket.findRequest(7))
            #expect(try socket.receiveAnswer() == Self.to(7, [.match(0), .status(0)]))
        }
    }

    // pynetdicom: in 2 of 4 runs it sent all 5,000 matches; a full send queue keeps the socket from being read.
    @Test("1 Cancel: heard while matches leave at full speed, by a handler that never looks too")
    func cancelAtFullSpeed() async throws {
        let sent = Shared(0)
        try await serve { _, responder in
            let one = try item(0).encoded(responder.identifierSyntax)
            while try await responder.send(encoded: one) { sent.change { $0 += 1 } }
        } _: { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            for id in 1...20 as ClosedRange<UInt16> {
                try socket.send(RawSocket.findRequest(id))
                for _ in 0..<5 { _ = try socket.receiveMessage() }
                try socket.send(RawSocket.cancelRequest(id))
                // FE00 comes without the handler's doing.
                _ = try socket.receive(until: RawSocket.response(id, 0xFE00), limit: 64 << 20)
            }
        }
        #expect(sent.value > 0)
    }

    // MARK: 2

    // pynetdicom: 33,352 PDUs queued when the handler had finished 20,000 matches.
    @Test("2 Back-pressure: with a peer that reads nothing, a handler gets nowhere near the end of 200,000 matches")
    func backPressure() async throws {
        let sent = Shared(0)
        let ended = Shared(false)
        try await serve { _, responder in
            defer { ended.value = true }
            let one = try item(0, padding: 600).encoded(responder.identifierSyntax)
            for _ in 0..<200_000 {
                try await responder.send(encoded: one)
                sent.change { $0 += 1 }
            }
        } _: { port in
            let socket = try RawSocket(connectingTo: port, receiveBuffer: 32 << 10)
            try socket.associate()
            try socket.send(RawSocket.findRequest(1))
            var last = -1
            var unchanged = 0
            try waitUntil("the handler is held up") {
                unchanged = sent.value == last && last > 0 ? unchanged + 1 : 0
                last = sent.value
                return unchanged >= 100
            }
            #expect(!ended.value && last < 50_000, "\(last)")
        }
    }

    // MARK: 3

    // pynetdicom: a comment stays for all later responses, is not clipped, and a Warning is followed by Success.
    @Test("3 Statuses: a comment belongs to one response and has 64 characters, a Warning is final")
    func statuses() async throws {
        let long = String(repeating: "c", count: 70)
        let row = HandlerRow(
            "comment, then Warning",
            [
                .reply(0xFF01, 1, comment: long, offending: [AttributeTag.patientID]), .match(2), .status(0xB001),
                .match(3),
            ],
            gives: [
                .match(1, 0xFF01, comment: .text(String(long.prefix(64))), offending: [AttributeTag.patientID]),
                .match(2), .status(0xB001),
            ]
        )
        for form in HandlerForm.allCases { try await row.check(sopClass: Self.worklist, form: form) }
    }

    // pynetdicom: Success carries the identifier of the match once more; FF01 goes out without one, and nothing behind it.
    @Test(
        "3 Statuses: Relevant Patient Information ends with a bare Success, FF01 is answered whole, two matches are C100"
    )
    func relevantPatient() async throws {
        let rows = [
            HandlerRow("FF00", [.match(1)], gives: [.match(1), .status(0)]),
            HandlerRow("FF01", [.match(1, 0xFF01)], gives: [.match(1), .status(0)]),
            HandlerRow("two", [.match(1), .match(2)], gives: [.status(0xC100, comment: .maybe)]),
        ]
        for row in rows {
            try await row.check(sopClass: SOPClass.generalRelevantPatientQuery, form: .writer)
        }
    }

    // MARK: 4

    // pynetdicom: the first response that comes is taken, whatever it answers; every request has message ID 1.
    @Test("4 Client: each request has an ID of its own, and only its own responses")
    func ownResponses() async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            var earlier: Set<UInt16> = []
            for round in 1...5 {
                let id = try #require(try socket.receiveMessage().command.messageID)
                #expect(!earlier.contains(id))
                // What is left over from before, of every kind, ahead of the answer.
                for old in earlier { try socket.send(RawSocket.match(old, 66) + RawSocket.response(old, 0)) }
                try socket.send(RawSocket.match(id, round) + RawSocket.response(id, 0))
                earlier.insert(id)
            }
            _ = try? socket.receiveToEnd()
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            for round in 1...5 {
                let find = try await association.findAll()
                var numbers: [Int?] = []
                for await match in find { numbers.append(number(match.dataSet)) }
                #expect(numbers == [round])
                let result = await find.result
                #expect(result.outcome == .complete && result.statistics.strayResponses == 2 * (round - 1))
            }
            association.abort()
        }
    }

    // pynetdicom: leftovers of the abandoned query become the results of the next, and an echo takes a match as its status.
    @Test("4 Client: a query left in the middle is cancelled and drained; an echo and a query behind it get their own")
    func abandoned() async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                var number = Int(event.messageID) * 1_000
                repeat {
                    try await responder.send(.pending, item(number))
                    number += 1
                } while event.messageID == 1 && !event.isCancelled
            }
            let association = try await Association.connect(configuration(port: server.port))
            for await _ in try await association.findAll() { break }
            guard case .answered(.success, _) = try await association.echo() else {
                Issue.record("no echo")
                return
            }
            let find = try await association.findAll()
            var numbers: [Int?] = []
            for await match in find { numbers.append(number(match.dataSet)) }
            #expect(numbers == [Int(find.messageID) * 1_000])
            await association.release()
        }
    }

    // pynetdicom: timeout, abort, loss and an invalid response are all an empty status.
    @Test("4 Client: timeout, abort, loss, release and a broken response are told apart")
    func distinctOutcomes() async throws {
        var outcomes: [String] = []
        for kind in 0..<5 {
            let outcome = try await ScriptedPeer.run { socket in
                try socket.acceptAssociation()
                let id = try #require(try socket.receiveMessage().command.messageID)
                switch kind {
                case 0: break
                case 1: try socket.send(RawSocket.pdu(7, [0, 0, 2, 0]))
                case 2: socket.close()
                case 3: try socket.send(RawSocket.releaseRequest)
                default:
                    let command = CommandSet(field: CommandField.findResponse, messageIDBeingRespondedTo: id)
                    try socket.send(RawSocket.message(command))
                }
                if kind != 2 { _ = try? socket.receiveToEnd() }
            } against: { port in
                let association = try await Association.connect(configuration(port: port))
                return await (try await association.findAll(FindOptions(firstResponseTimeout: kind == 0 ? 0.2 : 60)))
                    .result.outcome.short
            }
            outcomes.append(outcome)
        }
        #expect(
            outcomes == [
                "timed out: the first response", "aborted by the peer 2/0", "lost: the connection ended",
                "lost: released by the peer", "aborted by us: the protocol was broken",
            ]
        )
    }

    // MARK: 5

    // pynetdicom: sends Success for the truncated list, never answers the release, and aborts after its timeout.
    @Test("5 Peers that leave: a release in the middle is answered, and Success is never said")
    func releaseInTheMiddle() async throws {
        let wires = try await serve(Self.endless) { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            try socket.send(RawSocket.findRequest(1))
            _ = try socket.receiveMessage()
            try socket.send(RawSocket.releaseRequest)
            var seen: Set<Wire> = []
            while true {
                let wire = try socket.receiveWire()
                seen.insert(wire)
                if wire.endsAssociation { return seen }
            }
        }
        #expect(wires.contains(.releaseReply))
        #expect(wires.subtracting([.releaseReply, .match(0).to(1, Self.worklist)]) == [])
    }

    // pynetdicom: a handler that waits between two matches hears of it when it yields the next.
    @Test("5 Peers that leave: a handler that waits is cancelled at once", arguments: ["abort", "close", "reset"])
    func peerLoss(how: String) async throws {
        let waiting = Shared(false)
        let heard = Shared(false)
        try await withServer { server in
            server.bindFind { _, _ in
                waiting.value = true
                do { try await Task.sleep(for: .seconds(3_600)) } catch { heard.value = true }
            }
            let port = server.port
            let held = try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                try waitUntil("the handler waits") { waiting.value }
                switch how {
                case "abort": try socket.send(RawSocket.pdu(7, [0, 0, 0, 0]))
                case "close": socket.close()
                default: socket.reset()
                }
                return HeldSocket(socket)
            }
            try await eventually("the handler is cancelled") { heard.value }
            held.socket.close()
        }
    }

    // MARK: 6

    // pynetdicom: aborts at once behind the final response of an operation that took longer than the timeout.
    @Test("6 Idleness: no query is aborted however long it takes, silent or streaming, and what is idle is")
    func idleness() async throws {
        try await serve(
            { event, responder in
                for number in 0..<6 {
                    try await Task.sleep(for: .milliseconds(200))
                    if event.messageID == 2 || number == 5 { try await responder.send(.pending, item(number)) }
                }
            },
            timeouts: .init(idle: 0.8)
        ) { port in
            let socket = try RawSocket(connectingTo: port)
            try socket.associate()
            try socket.send(RawSocket.findRequest(1))
            #expect(try socket.receiveAnswer() == Self.to(1, [.match(5), .status(0)]))
            try socket.send(RawSocket.findRequest(2))
            #expect(try socket.receiveAnswer().count == 7)
            // Nobody asks any more.
            #expect(try socket.receiveWire() == .abort(source: 0, reason: 0))
        }
    }
}
