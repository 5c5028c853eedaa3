import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Our client against peers that are absent, silent, broken or hostile.
@Suite struct ClientFailureTests {
    private func failure(
        _ configuration: AssociationConfiguration
    ) async -> AssociationFailure.Cause? {
        do throws(AssociationFailure) {
            let association = try await Association.connect(configuration)
            association.abort()
            return nil
        } catch {
            #expect(!error.description.isEmpty)
            return error.cause
        }
    }

    @Test("A host name without an address")
    func unknownHost() async throws {
        var configuration = configuration(port: 104)
        // Longer than a label may be: refused without asking a name server.
        configuration.host = String(repeating: "x", count: 70) + ".invalid"
        guard case .nameNotFound(let detail)? = await failure(configuration) else {
            Issue.record("connected")
            return
        }
        #expect(!detail.isEmpty)
    }

    @Test("A port that nobody listens on")
    func refused() async throws {
        try await ScriptedPeer.withClosedPort { port in
            #expect(await failure(configuration(port: port)) == .cannotConnect(detail: "connection refused"))
        }
    }

    @Test("Settings that cannot work are named before anything is sent")
    func settings() async throws {
        for (change, word) in [
            ({ $0.port = 0 }, "port"), ({ $0.port = 70_000 }, "port"), ({ $0.host = "" }, "host"),
            ({ $0.sopClasses = [] }, "SOP class"), ({ $0.sopClasses = ["x"] }, "abstract syntax"),
            ({ $0.transferSyntaxes = [] }, "transfer syntax"), ({ $0.calledAETitle = "" }, "AE title"),
            ({ $0.callingAETitle = "SEVENTEEN LETTERS" }, "AE title"),
        ] as [((inout AssociationConfiguration) -> Void, String)] {
            var configuration = configuration(port: 104)
            change(&configuration)
            guard case .invalidSetting(let text)? = await failure(configuration) else {
                Issue.record("\(word) was taken")
                continue
            }
            #expect(text.contains(word), "\(text)")
        }
    }

    @Test("Timeouts of any value are taken", arguments: [0, -1, 1e300, .infinity, .nan] as [Double])
    func oddTimeouts(seconds: Double) async throws {
        try await withServer { server in
            var configuration = configuration(port: server.port)
            configuration.connectTimeout = seconds
            let cause = await failure(configuration)
            if seconds > 1 {
                #expect(cause == nil)
            } else if case .connectTimedOut? = cause {
            } else {
                Issue.record("\(String(describing: cause))")
            }
        }
    }

    @Test("A peer that says nothing", arguments: ["", "half a PDU"])
    func silent(beginning: String) async throws {
        try await ScriptedPeer.run { socket in
            _ = try socket.receivePDU()
            if !beginning.isEmpty { try socket.send([2, 0, 0, 0, 0, 100, 0, 1]) }
            #expect(try socket.receiveToEnd() == [7])
        } against: { port in
            let timeouts = AssociationCore.Timeouts(associate: 0.2, partialPDU: 0.2)
            #expect(await failure(configuration(port: port, timeouts: timeouts)) == .noAnswer(seconds: 0.2))
        }
    }

    @Test("A peer that closes at once is lost at once, not waited for", arguments: ["close", "shutdown", "reset"])
    func closes(how: String) async throws {
        try await ScriptedPeer.run(connections: 30) { socket in
            switch how {
            case "close": socket.close()
            case "reset": socket.reset()
            default:
                socket.shutdownWriting()
                _ = try? socket.receiveToEnd()
            }
        } against: { port in
            for _ in 0..<30 {
                let cause = await failure(configuration(port: port))
                switch cause {
                case .connectionClosed?: break
                // A reset can come before the connection was seen to be open.
                case .cannotConnect? where how == "reset": break
                default: Issue.record("\(String(describing: cause))")
                }
            }
        }
    }

    @Test("Rejections with their codes", arguments: [[1, 1, 7], [1, 1, 3], [2, 3, 2], [1, 2, 2]] as [[UInt8]])
    func rejected(codes: [UInt8]) async throws {
        try await ScriptedPeer.run { socket in
            _ = try socket.receivePDU()
            try socket.send([3, 0, 0, 0, 0, 4, 0] + codes)
            #expect(try socket.receiveToEnd() == [])
        } against: { port in
            let reject = AssociateReject(
                result: .init(rawValue: codes[0]),
                source: .init(rawValue: codes[1]),
                reason: codes[2]
            )
            #expect(await failure(configuration(port: port)) == .rejected(reject))
        }
    }

    @Test("An abort instead of an answer")
    func aborted() async throws {
        try await ScriptedPeer.run { socket in
            _ = try socket.receivePDU()
            try socket.send([7, 0, 0, 0, 0, 4, 0, 0, 2, 1])
            _ = try socket.receiveToEnd()
        } against: { port in
            #expect(
                await failure(configuration(port: port)) == .aborted(AssociationAbort(.peer(source: 2, reason: 1)))
            )
        }
    }

    @Test("A web server, a TLS server and noise are told from DICOM")
    func garbage() async throws {
        let answers: [[UInt8]] = [
            Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [0x15, 3, 3, 0, 2, 2, 70],
            Array(repeating: 0xAA, count: 5_000),
        ]
        let next = Shared(0)
        try await ScriptedPeer.run(connections: answers.count) { socket in
            _ = try socket.receivePDU()
            try socket.send(
                answers[
                    next.change {
                        $0 += 1; return $0 - 1
                    }
                ]
            )
            _ = try? socket.receiveToEnd()
        } against: { port in
            guard case .notDICOM(let text)? = await failure(configuration(port: port)) else {
                Issue.record("no HTTP")
                return
            }
            #expect(text.contains("HTTP"))
            #expect(await failure(configuration(port: port)) == .peerSpeaksTLS)
            guard case .notDICOM? = await failure(configuration(port: port)) else {
                Issue.record("no noise")
                return
            }
        }
    }

    @Test("An association without the SOP class we need is refused in words")
    func contextRefused() async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation(accepting: [])
            _ = try socket.receiveToEnd()
        } against: { port in
            guard case .contextRefused(let sopClass, let reason)? = await failure(configuration(port: port)) else {
                Issue.record("connected")
                return
            }
            #expect(sopClass.contains("Worklist") && !reason.isEmpty)
        }
    }

    @Test("Stopping while the peer is silent returns at once")
    func cancelled() async throws {
        let associating = Shared(false)
        try await ScriptedPeer.run { socket in
            _ = try socket.receivePDU()
            _ = try? socket.receiveToEnd()
        } against: { port in
            let configuration = configuration(port: port)
            let task = Task { () -> AssociationFailure.Cause? in
                do throws(AssociationFailure) {
                    _ = try await Association.connect(configuration) { stage in
                        if stage == .associating { associating.value = true }
                    }
                    return nil
                } catch { return error.cause }
            }
            try await eventually("associating") { associating.value }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    // MARK: During a query

    /// Accepts, reads the request, and goes on by a script; the outcome of the query and the numbers of its rows.
    private func query(
        _ options: FindOptions = FindOptions(),
        timeouts: AssociationCore.Timeouts = .init(),
        script: @escaping @Sendable (RawSocket, UInt16) throws -> Void
    ) async throws -> (rows: [Int?], result: FindResult, end: AssociationEnd) {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let id = try #require(try socket.receiveMessage().command.messageID)
            try script(socket, id)
        } against: { port in
            let association = try await Association.connect(configuration(port: port, timeouts: timeouts))
            let find = try await association.findAll(options)
            var rows: [Int?] = []
            for await match in find { rows.append(number(match.dataSet)) }
            let result = await find.result
            await association.release()
            return (rows, result, await association.end)
        }
    }

    private static func match(_ id: UInt16, _ number: Int) throws -> [UInt8] {
        RawSocket.response(id, 0xFF00, try item(number).encoded(.explicitVRLittleEndian))
    }

    /// Answers a release.
    private static func release(_ socket: RawSocket) throws {
        let (type, _) = try socket.receivePDU()
        #expect(type == 5)
        try socket.send(RawSocket.releaseResponse)
        #expect(try socket.receiveToEnd() == [])
    }

    @Test("The connection breaks in the middle of a match")
    func lost() async throws {
        let (rows, result, end) = try await query { socket, id in
            try socket.send(try Self.match(id, 1) + [4, 0, 0, 0, 1])
            socket.close()
        }
        #expect(rows == [1])
        guard case .lost(.connectionClosed) = result.outcome, case .connectionLost = end else {
            Issue.record("\(result.outcome) \(end)")
            return
        }
    }

    @Test("Half a PDU, then silence")
    func stalled() async throws {
        let (rows, result, end) = try await query(timeouts: .init(partialPDU: 0.2)) { socket, id in
            try socket.send(try Self.match(id, 1) + [4, 0, 0, 0, 1, 0, 0])
            #expect(try socket.receiveToEnd() == [7])
        }
        #expect(rows == [1])
        #expect(end == .timedOut("the rest of a PDU", seconds: 0.2))
        #expect(result.outcome == .lost(.connectionClosed("the rest of a PDU did not come")))
    }

    @Test("No response, or no further one, in time", arguments: [0, 2])
    func timedOut(matches: Int) async throws {
        // What must come has long; what must not come has not.
        let options = FindOptions(firstResponseTimeout: matches == 0 ? 0.2 : 60, nextResponseTimeout: 0.25)
        let (rows, result, _) = try await query(options) { socket, id in
            for number in 0..<matches { try socket.send(try Self.match(id, number)) }
            #expect(try socket.receiveToEnd() == [7])
        }
        #expect(rows.count == matches)
        #expect(
            result.outcome
                == (matches == 0 ? .timedOut(.firstResponse, seconds: 0.2) : .timedOut(.nextResponse, seconds: 0.25))
        )
    }

    @Test("Garbage during a query is a violation of the protocol")
    func violation() async throws {
        let (rows, result, _) = try await query { socket, id in
            try socket.send(try Self.match(id, 1) + Array(repeating: 0xAA, count: 100))
            #expect(try socket.receiveToEnd() == [7])
        }
        #expect(rows == [1])
        guard case .aborted(let abort) = result.outcome, case .protocolViolation = abort.cause else {
            Issue.record("\(result.outcome)")
            return
        }
    }

    @Test(
        "The peer aborts, or releases, in the middle",
        arguments: [[7, 0, 0, 0, 0, 4, 0, 0, 2, 6], RawSocket.releaseRequest]
    )
    func peerEnds(pdu: [UInt8]) async throws {
        let (rows, result, end) = try await query { socket, id in
            try socket.send(try Self.match(id, 1) + pdu)
            #expect(try socket.receiveToEnd() == (pdu[0] == 7 ? [] : [6]))
        }
        #expect(rows == [1])
        if pdu[0] == 7 {
            #expect(result.outcome == .aborted(AssociationAbort(.peer(source: 2, reason: 6))))
        } else {
            #expect(result.outcome == .lost(.releasedByPeer))
            #expect(end == .releasedByPeer)
        }
    }

    @Test("Stray responses never become rows")
    func strays() async throws {
        let (rows, result, end) = try await query { socket, id in
            try socket.send(try Self.match(id &+ 1, 66) + Self.match(id, 1) + RawSocket.response(id &+ 1, 0))
            try socket.send(RawSocket.response(id, 0))
            try Self.release(socket)
        }
        #expect(rows == [1])
        #expect(result.outcome == .complete)
        #expect(result.statistics.strayResponses == 2)
        #expect(end == .released)
    }

    @Test("A server that ignores the cancel and floods is aborted when the budget is over", arguments: [true, false])
    func flood(isRead: Bool) async throws {
        let (result, end) = try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let id = try #require(try socket.receiveMessage().command.messageID)
            let block = try (0..<100).flatMap { try Self.match(id, $0) }
            do {
                while true { try socket.send(block) }
            } catch RawSocket.Failure.system {}
        } against: { port in
            let association = try await Association.connect(configuration(port: port, receiveWindow: 64 << 10))
            let find = try await association.findAll(FindOptions(cancelBudget: 1))
            if isRead {
                var count = 0
                for await _ in find {
                    count += 1
                    if count == 1 { find.cancel() }
                }
            } else {
                for await _ in find { break }
            }
            return (await find.result, await association.end)
        }
        guard case .aborted(let abort) = result.outcome, case .cancelIgnored(1_000, let after) = abort.cause else {
            Issue.record("\(result.outcome)")
            return
        }
        #expect(after > 0 && after == result.statistics.matchesAfterCancel)
        #expect(end == .aborted(abort))
    }

    @Test("A release right after leaving the loop waits for the final response")
    func releaseAfterBreak() async throws {
        let end = try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let id = try #require(try socket.receiveMessage().command.messageID)
            try socket.send(try Self.match(id, 1))
            #expect(try socket.receiveMessage().command.field == CommandField.cancelRequest)
            try socket.send(try Self.match(id, 2) + RawSocket.response(id, 0xFE00))
            try Self.release(socket)
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            for await _ in try await association.findAll() { break }
            return await association.release()
        }
        #expect(end == .released)
    }

    @Test("A release that is not answered is not waited for")
    func releaseUnanswered() async throws {
        let end = try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            #expect(try socket.receiveToEnd() == [5, 7])
        } against: { port in
            let association = try await Association.connect(configuration(port: port, timeouts: .init(release: 0.2)))
            return await association.release()
        }
        #expect(end == .timedOut("the answer to our release request", seconds: 0.2))
    }

    @Test("A release collision ends on both sides")
    func releaseCollision() async throws {
        _ = try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            #expect(try socket.receivePDU().type == 5)
            try socket.send(RawSocket.releaseRequest)
            #expect(try socket.receivePDU().type == 6)
            try socket.send(RawSocket.releaseResponse)
            #expect(try socket.receiveToEnd() == [])
        } against: { port in
            await (try await Association.connect(configuration(port: port))).release()
        }
    }
}
