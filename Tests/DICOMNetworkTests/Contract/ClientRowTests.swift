import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Every row of the client table against a server that follows a script over a raw socket.
@Suite("Client: what a server sends, and what a query makes of it", .serialized) struct ClientRowTests {
    @Test("Responses, the rows and the outcome", arguments: ClientRow.all)
    func response(row: ClientRow) async throws {
        try await row.check()
    }

    // MARK: What is refused before anything is sent

    /// An association with a server that must not get anything but its release.
    private func withoutRequest(
        accepting: [String] = [SOPClass.modalityWorklistFind, SOPClass.verification],
        classes: [String] = [SOPClass.modalityWorklistFind, SOPClass.verification],
        maximumLength: UInt32? = nil,
        _ body: (Association) async throws -> Void
    ) async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation(accepting: accepting)
            #expect(try socket.receiveWire() == .releaseRequest)
            try socket.send(RawSocket.releaseResponse)
            #expect(try socket.receiveWire() == .closed)
        } against: { port in
            let association = try await Association.connect(configuration(port: port, classes: classes))
            try await body(association)
            #expect(await association.release() == .released)
        }
    }

    @Test("A query without keys is refused: no command announces a data set that never comes")
    func emptyQuery() async throws {
        try await withoutRequest { association in
            await #expect(throws: AssociationCore.RequestError.emptyIdentifier) {
                try await association.find(DataSet(), sopClass: SOPClass.modalityWorklistFind)
            }
        }
    }

    @Test("A query whose keys cannot be encoded is refused")
    func unencodable() async throws {
        var nested = DataSet()
        for _ in 0...DataSetLimits.maximumDepth {
            var outer = DataSet()
            outer.setItems(.scheduledProcedureStepSequence, [nested])
            nested = outer
        }
        let keys = nested
        try await withoutRequest { association in
            do {
                _ = try await association.find(keys, sopClass: SOPClass.modalityWorklistFind)
                Issue.record("sent")
            } catch let error as AssociationCore.RequestError {
                guard case .identifierNotEncodable = error else {
                    Issue.record("\(error)")
                    return
                }
            }
        }
    }

    @Test(
        "A SOP class that was refused, was not proposed, or is none: no context, nothing sent",
        arguments: [SOPClass.studyRootFind, SOPClass.patientRootFind, "no UID", ""]
    )
    func noContext(sopClass: String) async throws {
        try await withoutRequest(classes: [SOPClass.modalityWorklistFind, SOPClass.studyRootFind]) { association in
            await #expect(throws: AssociationCore.RequestError.noContext(sopClass: sopClass)) {
                try await association.find(keys(), sopClass: sopClass)
            }
        }
    }

    @Test("C-ECHO without a Verification context: nothing sent")
    func noVerification() async throws {
        try await withoutRequest(classes: [SOPClass.modalityWorklistFind]) { association in
            await #expect(throws: AssociationCore.RequestError.noContext(sopClass: SOPClass.verification)) {
                try await association.echo()
            }
        }
    }

    @Test("Query and echo on an association that was released or aborted: an error, no wait", arguments: [true, false])
    func notEstablished(isReleased: Bool) async throws {
        try await withServer { server in
            let association = try await Association.connect(configuration(port: server.port))
            if isReleased { await association.release() } else { association.abort() }
            _ = await association.end
            await #expect(throws: AssociationCore.RequestError.notEstablished) { try await association.findAll() }
            await #expect(throws: AssociationCore.RequestError.notEstablished) { try await association.echo() }
        }
    }

    @Test("A priority that is none of 0, 1 and 2 is refused", arguments: [3, 5, 0xFFFF] as [UInt16])
    func priority(priority: UInt16) async throws {
        try await withoutRequest { association in
            await #expect(throws: AssociationCore.RequestError.self) {
                try await association.findAll(FindOptions(priority: priority))
            }
        }
    }

    @Test("Priorities leave as they are given", arguments: [0, 1, 2] as [UInt16])
    func priorities(priority: UInt16) async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let command = try socket.receiveMessage().command
            #expect(command.priority == priority)
            try socket.send(RawSocket.response(command.messageID ?? 0, 0))
            _ = try? socket.receiveToEnd()
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            #expect(await (try await association.findAll(FindOptions(priority: priority))).result.outcome == .complete)
            association.abort()
        }
    }

    // MARK: SOP classes

    @Test("Every SOP class with C-FIND is asked on its own context", arguments: FindService.standard)
    func everyClass(service: FindService) async throws {
        try await ScriptedPeer.run { socket in
            let classes = [service.sopClass, SOPClass.verification]
            try socket.acceptAssociation(accepting: classes)
            let request = try socket.receiveMessage()
            #expect(request.command.affectedSOPClass == service.sopClass && request.context == 1)
            let id = try #require(request.command.messageID)
            try socket.send(RawSocket.match(id, 4) + RawSocket.response(id, 0))
            _ = try? socket.receiveToEnd()
        } against: { port in
            let association = try await Association.connect(
                configuration(port: port, classes: [service.sopClass, SOPClass.verification])
            )
            let find = try await association.find(keys(), sopClass: service.sopClass)
            var numbers: [Int?] = []
            for await match in find { numbers.append(number(match.dataSet)) }
            #expect(numbers == [4])
            #expect(await find.result.outcome == .complete)
            association.abort()
        }
    }

    @Test(
        "UPS Push is asked on a context of Pull, Watch or Query, in the name of Push",
        arguments: [
            SOPClass.unifiedProcedureStepPull, SOPClass.unifiedProcedureStepWatch, SOPClass.unifiedProcedureStepQuery,
        ]
    )
    func push(lender: String) async throws {
        let push = SOPClass.unifiedProcedureStepPush
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation(accepting: [lender])
            let request = try socket.receiveMessage()
            #expect(request.command.affectedSOPClass == push && request.context == 3)
            try socket.send(RawSocket.response(request.command.messageID ?? 0, 0, context: 3))
            _ = try? socket.receiveToEnd()
        } against: { port in
            let association = try await Association.connect(configuration(port: port, classes: [push, lender]))
            #expect(await (try await association.find(keys(), sopClass: push)).result.outcome == .complete)
            association.abort()
        }
    }

    @Test("UPS Push without a context of another UPS class: no context, nothing sent")
    func pushAlone() async throws {
        let push = SOPClass.unifiedProcedureStepPush
        try await withoutRequest(accepting: [push], classes: [push]) { association in
            await #expect(throws: AssociationCore.RequestError.noContext(sopClass: push)) {
                try await association.find(keys(), sopClass: push)
            }
        }
    }

    // MARK: One association, several operations

    @Test("A query that was left: its late matches and its end never reach the next query")
    func abandoned() async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let first = try #require(try socket.receiveMessage().command.messageID)
            try socket.send(RawSocket.match(first, 1))
            let cancel = try socket.receiveMessage().command
            #expect(cancel.field == CommandField.cancelRequest && cancel.messageIDBeingRespondedTo == first)
            // The worst of servers: answers the cancel late, and goes on for a while.
            try socket.send(RawSocket.match(first, 2) + RawSocket.match(first, 3) + RawSocket.response(first, 0))
            let second = try #require(try socket.receiveMessage().command.messageID)
            #expect(second != first)
            try socket.send(RawSocket.match(first, 4) + RawSocket.response(first, 0xFE00))
            try socket.send(RawSocket.match(second, 5) + RawSocket.response(second, 0))
            #expect(try socket.receiveWire() == .releaseRequest)
            try socket.send(RawSocket.releaseResponse)
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            for await _ in try await association.findAll() { break }
            let second = try await association.findAll()
            var numbers: [Int?] = []
            for await match in second { numbers.append(number(match.dataSet)) }
            #expect(numbers == [5])
            let result = await second.result
            #expect(result.outcome == .complete && result.statistics.strayResponses == 2)
            await association.release()
        }
    }

    @Test("An echo while a query is read waits for its turn, and takes nothing of the query's")
    func echoDuringFind() async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let id = try #require(try socket.receiveMessage().command.messageID)
            for number in 1...3 { try socket.send(RawSocket.match(id, number)) }
            try socket.send(RawSocket.response(id, 0))
            let echo = try socket.receiveMessage().command
            #expect(echo.field == CommandField.echoRequest)
            try socket.send(RawSocket.echoResponse(echo.messageID ?? 0, 0x0122))
            _ = try? socket.receiveToEnd()
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            let find = try await association.findAll()
            var numbers: [Int?] = []
            var echo: EchoOutcome?
            for await match in find {
                if numbers.isEmpty { echo = try await association.echo() }
                numbers.append(number(match.dataSet))
            }
            #expect(numbers == [1, 2, 3])
            #expect(await find.result.outcome == .complete)
            guard case .answered(Status(0x0122), _)? = echo else {
                Issue.record("\(String(describing: echo))")
                return
            }
            association.abort()
        }
    }

    @Test("Queries within queries on one association: each has its own rows")
    func nested() async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                for number in 0..<3 { try await responder.send(.pending, item(Int(event.messageID) * 10 + number)) }
            }
            let association = try await Association.connect(configuration(port: server.port))
            var numbers: [[Int?]] = []
            let outer = try await association.findAll()
            for await match in outer {
                let inner = try await association.findAll()
                var row = [number(match.dataSet)]
                for await match in inner { row.append(number(match.dataSet)) }
                #expect(await inner.result.outcome == .complete)
                numbers.append(row)
            }
            #expect(await outer.result.outcome == .complete)
            #expect(numbers == [[10, 20, 21, 22], [11, 30, 31, 32], [12, 40, 41, 42]])
            await association.release()
        }
    }

    @Test(
        "While matches are there and nobody reads them, the peer's release, abort and end are still seen",
        arguments: ["release", "abort", "close"]
    )
    func unread(how: String) async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let id = try #require(try socket.receiveMessage().command.messageID)
            try socket.send(RawSocket.match(id, 1) + RawSocket.match(id, 2))
            switch how {
            case "release":
                try socket.send(RawSocket.releaseRequest)
                #expect(try socket.receiveWire() == .releaseReply)
            case "abort": try socket.send(RawSocket.pdu(7, [0, 0, 2, 0]))
            default: socket.shutdownWriting()
            }
            #expect(try socket.receiveWire() == .closed)
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            let find = try await association.findAll()
            var iterator = find.makeAsyncIterator()
            #expect(await iterator.next().map { number($0.dataSet) } == 1)
            // Nothing is read from here on, and the end is heard of all the same.
            let end = await association.end
            switch how {
            case "release": #expect(end == .releasedByPeer)
            case "abort": #expect(end == .aborted(AssociationAbort(.peer(source: 2, reason: 0))))
            default: if case .connectionLost = end {} else { Issue.record("\(end)") }
            }
            #expect(await iterator.next().map { number($0.dataSet) } == 2)
            #expect(await iterator.next() == nil)
            #expect(await find.result.outcome != .complete)
        }
    }

    // MARK: C-CANCEL

    @Test("C-CANCEL names the query on its context, goes out once, and what still comes is delivered")
    func cancel() async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let request = try socket.receiveMessage()
            let id = try #require(request.command.messageID)
            try socket.send(RawSocket.match(id, 1))
            let cancel = try socket.receiveMessage()
            #expect(cancel.command == CommandSet(field: CommandField.cancelRequest, messageIDBeingRespondedTo: id))
            #expect(cancel.context == request.context && cancel.dataSet == nil)
            try socket.send(RawSocket.match(id, 2) + RawSocket.response(id, 0xFE00))
            // A second cancel, or one behind the end, would come before this.
            #expect(try socket.receiveWire() == .releaseRequest)
            try socket.send(RawSocket.releaseResponse)
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            let find = try await association.findAll()
            var numbers: [Int?] = []
            for await match in find {
                numbers.append(number(match.dataSet))
                find.cancel()
                find.cancel()
            }
            find.cancel()
            #expect(numbers == [1, 2])
            let result = await find.result
            #expect(result.outcome.short == "cancelled, FE00")
            #expect(result.statistics.matchesAfterCancel == 1)
            await association.release()
        }
    }

    @Test("A cancel that the server answers with another final status", arguments: [0x0000, 0xA700] as [UInt16])
    func cancelAnswered(status: UInt16) async throws {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let id = try #require(try socket.receiveMessage().command.messageID)
            #expect(try socket.receiveMessage().command.field == CommandField.cancelRequest)
            try socket.send(RawSocket.response(id, status))
            _ = try? socket.receiveToEnd()
        } against: { port in
            let association = try await Association.connect(configuration(port: port))
            let find = try await association.findAll()
            find.cancel()
            #expect(await find.result.outcome.short == (status == 0 ? "cancelled, 0000" : "failed A700"))
            association.abort()
        }
    }

    @Test("A query that is cancelled when its association has ended sends nothing, and ends truly")
    func cancelAfterEnd() async throws {
        try await withServer { server in
            server.bindFind { _, _ in try await Task.sleep(for: .seconds(600)) }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            association.abort()
            _ = await association.end
            find.cancel()
            #expect(await find.result.outcome == .aborted(AssociationAbort(.user)))
        }
    }

    // MARK: C-ECHO

    /// An echo and what it gives, with the server's part by a script.
    private func echo(
        timeouts: AssociationCore.Timeouts = .init(),
        _ script: @escaping @Sendable (RawSocket, UInt16) throws -> Void
    ) async throws -> EchoOutcome {
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation()
            let command = try socket.receiveMessage().command
            let id = try #require(command.messageID)
            #expect(
                command
                    == CommandSet(
                        field: CommandField.echoRequest,
                        affectedSOPClass: SOPClass.verification,
                        messageID: id
                    )
            )
            try script(socket, id)
        } against: { port in
            let association = try await Association.connect(configuration(port: port, timeouts: timeouts))
            let outcome = try await association.echo()
            association.abort()
            return outcome
        }
    }

    @Test("An echo gives the server's status, known or not", arguments: [0x0000, 0x0122, 0x0211, 0xFFF0] as [UInt16])
    func echoStatus(status: UInt16) async throws {
        let outcome = try await echo { socket, id in try socket.send(RawSocket.echoResponse(id, status)) }
        guard case .answered(Status(status), _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("An echo takes neither another's response nor one of another service")
    func echoStrays() async throws {
        let outcome = try await echo { socket, id in
            try socket.send(RawSocket.echoResponse(id &+ 1) + RawSocket.response(id, 0))
            try socket.send(RawSocket.echoResponse(id, 0x0210))
        }
        guard case .answered(Status(0x0210), _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("An echo without an answer, with an abort, or with half of a status: three different outcomes")
    func echoFailures() async throws {
        let silent = try await echo(timeouts: .init(echo: 0.3)) { socket, _ in
            let seen = try socket.receiveWire()
            #expect(seen == .abort(source: 0, reason: 0))
        }
        #expect(silent == .timedOut(seconds: 0.3))
        let aborted = try await echo { socket, _ in try socket.send(RawSocket.pdu(7, [0, 0, 2, 4])) }
        #expect(aborted == .ended(.aborted(AssociationAbort(.peer(source: 2, reason: 4)))))
        let broken = try await echo { socket, id in
            let elements =
                [
                    (0x0100, RawSocket.two(0x8030)), (0x0120, RawSocket.two(id)), (0x0800, RawSocket.two(0x0101)),
                ] as [(element: UInt16, value: [UInt8])]
            try socket.send(RawSocket.message(raw: RawSocket.command(elements), context: 3))
            #expect(try socket.receiveWire() == .abort(source: 2, reason: 6))
        }
        guard case .ended(.aborted(let abort)) = broken, case .protocolViolation = abort.cause else {
            Issue.record("\(broken)")
            return
        }
    }
}
