import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// What a peer sees for what a handler does, read off a raw socket.
@Suite struct HandlerContractTests {
    private struct Broken: Error {}

    /// Asks once, and gives the matches' numbers and the final response.
    private func ask(
        _ handler: FindHandler?,
        identifier: [UInt8]? = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 0, 0],
        then script: @escaping @Sendable (RawSocket) throws -> Void = { _ in }
    ) async throws -> (numbers: [Int?], final: CommandSet) {
        try await withServer { server in
            if let handler { server.bindFind(handler) }
            let port = server.port
            return try await blocking {
                let socket = try RawSocket(connectingTo: port)
                #expect(try socket.associate().type == 2)
                try socket.send(RawSocket.findRequest(7, identifier: identifier))
                let (matches, final) = try socket.receiveResponses(to: 7)
                try script(socket)
                // The association still stands: nothing more comes, and a release is answered.
                try socket.send(RawSocket.releaseRequest)
                #expect(try socket.receivePDU().type == 6)
                socket.shutdownWriting()
                #expect(try socket.receiveToEnd() == [])
                let numbers = matches.map { number(DataSet(lenient: $0[...], transferSyntax: RawSocket.syntax)) }
                return (numbers, final)
            }
        }
    }

    @Test("Nothing bound: one final C311")
    func unbound() async throws {
        let (numbers, final) = try await ask(nil)
        #expect(numbers.isEmpty)
        #expect(final.status == .handlerFailed)
        #expect(final.affectedSOPClass == SOPClass.modalityWorklistFind)
        #expect(final.messageID == nil)
    }

    @Test("The handler throws: C311, behind the matches already sent", arguments: [0, 3])
    func throwing(after count: Int) async throws {
        let (numbers, final) = try await ask { _, responder in
            for number in 0..<count { try await responder.send(.pending, item(number)) }
            throw Broken()
        }
        #expect(numbers == Array(0..<count))
        #expect(final.status == .handlerFailed)
    }

    private static let badIdentifier: [UInt8] = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 99, 0]

    @Test("An identifier that does not decode: C310 if the handler lets the error through")
    func undecodable() async throws {
        let (numbers, final) = try await ask(
            { event, responder in
                try await responder.send(.pending, item(1))
                _ = try event.identifier
            },
            identifier: Self.badIdentifier
        )
        #expect(numbers == [1])
        #expect(final.status == .identifierNotDecodable)
    }

    @Test("An identifier that does not decode bothers nobody who does not look at it")
    func undecodableUnread() async throws {
        let (_, final) = try await ask(
            { event, _ in
                #expect(event.encodedIdentifier.bytes.count == 8)
                #expect(throws: UndecodableIdentifier.self) { try event.identifier }
                #expect(throws: UndecodableIdentifier.self) { try event.identifier }
            },
            identifier: Self.badIdentifier
        )
        #expect(final.status == .success)
    }

    @Test(
        "Pending without an identifier, with an empty one, or one that cannot be encoded: C312",
        arguments: [0, 1, 2, 3]
    )
    func unencodable(kind: Int) async throws {
        let (numbers, final) = try await ask { _, responder in
            try await responder.send(.pending, item(1))
            let isSent: Bool
            switch kind {
            case 0: isSent = try await responder.send(FindResponse(.pending))
            case 1: isSent = try await responder.send(.pending, DataSet())
            case 2: isSent = try await responder.send(encoded: [])
            default:
                var nested = DataSet()
                for _ in 0...DataSetLimits.maximumDepth {
                    var outer = DataSet()
                    outer.setItems(.scheduledProcedureStepSequence, [nested])
                    nested = outer
                }
                isSent = try await responder.send(.pending, nested)
            }
            #expect(isSent)
            #expect(responder.isFinished)
            #expect(try await responder.send(.pending, item(2)) == false)
        }
        #expect(numbers == [1])
        #expect(final.status == .identifierNotEncodable)
        #expect(final.errorComment != nil)
    }

    @Test("The handler just ends: Success without an identifier")
    func ending() async throws {
        let (numbers, final) = try await ask { event, responder in
            #expect(event.messageID == 7)
            #expect(event.request.priority == 0)
            #expect(event.context.id == 1 && event.sopClass == SOPClass.modalityWorklistFind)
            #expect(event.association.callingAETitle == "RAW" && event.association.calledAETitle == "SERVER")
            #expect(event.association.remoteAddress.hasPrefix("127.0.0.1:"))
            #expect(try event.identifier.state(of: .patientID) == .empty)
            #expect(event.timestamp > 1_600_000_000)
            #expect(!event.isCancelled)
            try await responder.send(.pending, item(0))
            try await responder.send(.pendingWithUnsupportedKeys, item(1))
        }
        #expect(numbers == [0, 1])
        #expect(
            final
                == CommandSet(
                    field: CommandField.findResponse,
                    affectedSOPClass: SOPClass.modalityWorklistFind,
                    messageIDBeingRespondedTo: 7,
                    status: .success
                )
        )
    }

    @Test(
        "A final status goes out without identifier, and whatever follows is ignored",
        arguments: [
            0x0000, 0xA700, 0xC001, 0xFE00, 0xB001, 0x1234,
        ] as [UInt16]
    )
    func finals(code: UInt16) async throws {
        let (numbers, final) = try await ask { _, responder in
            try await responder.send(.pending, item(0))
            #expect(try await responder.send(Status(code), item(1)))
            #expect(try await responder.send(.pending, item(2)) == false)
            #expect(try await responder.send(encoded: [1, 2]) == false)
            #expect(try await responder.finish(StatusReply(.unableToProcess)) == false)
            throw Broken()
        }
        #expect(numbers == [0])
        #expect(final.status == Status(code))
        #expect(!final.carriesDataSet)
    }

    @Test("Nothing gets out behind a final status, even from a task of the handler's own")
    func strayTask() async throws {
        try await withServer { server in
            server.bindFind { _, responder in
                let other = Task {
                    while try await responder.send(.pending, item(0)) {}
                }
                try await responder.send(.pending, item(0))
                try await responder.finish(StatusReply(.success))
                _ = try await other.value
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                for id in 1...200 as ClosedRange<UInt16> {
                    try socket.send(RawSocket.findRequest(id))
                    // A match behind the final response would belong to an earlier ID here, and be reported.
                    #expect(try socket.receiveResponses(to: id).final.status == .success)
                }
            }
        }
    }

    @Test("An error comment belongs to one response, and is clipped to 64 characters")
    func comments() async throws {
        let (socketed, final) = try await withServer { server in
            server.bindFind { _, responder in
                let reply = StatusReply(
                    .pendingWithUnsupportedKeys,
                    errorComment: String(repeating: "c", count: 100),
                    offendingElements: [.patientID, .modality]
                )
                try await responder.send(FindResponse(reply, identifier: item(0)))
                try await responder.send(.pendingWithUnsupportedKeys, item(1))
            }
            let port = server.port
            return try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                let first = try socket.receiveMessage().command
                let second = try socket.receiveMessage().command
                return ([first, second], try socket.receiveMessage().command)
            }
        }
        #expect(socketed[0].errorComment == String(repeating: "c", count: 64))
        #expect(socketed[0].offendingElements == [.patientID, .modality])
        #expect(socketed[1].errorComment == nil && socketed[1].offendingElements.isEmpty)
        #expect(final.errorComment == nil && final.offendingElements.isEmpty)
        #expect(final.status == .success)
    }

    // MARK: Forms of binding

    @Test("A handler with arguments of its own gets them on every call")
    func arguments() async throws {
        try await withServer { server in
            server.bindFind(with: [4, 5], "x") { event, responder, numbers, word in
                #expect(word == "x")
                for number in numbers { try await responder.send(.pending, item(number)) }
            }
            let association = try await Association.connect(configuration(port: server.port))
            for _ in 0..<2 {
                var numbers: [Int?] = []
                for await match in try await association.findAll() { numbers.append(number(match.dataSet)) }
                #expect(numbers == [4, 5])
            }
            await association.release()
        }
    }

    @Test("A handler may give its responses as an async sequence; the first final status ends it")
    func sequence() async throws {
        try await withServer { server in
            server.bindFind(yielding: { event in
                AsyncThrowingStream<FindResponse, any Error> { stream in
                    for number in 0..<3 { stream.yield(.match(item(number))) }
                    switch event.messageID {
                    case 1: stream.finish()
                    case 2:
                        stream.yield(FindResponse(StatusReply(.outOfResources, errorComment: "full")))
                        stream.yield(.match(item(9)))
                        stream.finish()
                    case 3: stream.finish(throwing: Broken())
                    default: stream.yield(FindResponse(.pending))
                    }
                }
            })
            let port = server.port
            let finals = try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                return try (1...4 as ClosedRange<UInt16>).map { id in
                    try socket.send(RawSocket.findRequest(id))
                    let (matches, final) = try socket.receiveResponses(to: id)
                    #expect(matches.count == 3)
                    return final
                }
            }
            #expect(finals.map(\.status) == [.success, .outOfResources, .handlerFailed, .identifierNotEncodable])
            #expect(finals[1].errorComment == "full")
        }
    }

    @Test("Handlers are bound and unbound at run time, by SOP class before all others")
    func binding() async throws {
        try await withServer { server in
            var configuration = configuration(port: server.port)
            configuration.sopClasses = [SOPClass.modalityWorklistFind, SOPClass.studyRootFind]
            let association = try await Association.connect(configuration)
            func ask(_ sopClass: String) async throws -> [Int?] {
                let find = try await association.find(keys(), sopClass: sopClass)
                var numbers: [Int?] = []
                for await match in find { numbers.append(number(match.dataSet)) }
                if case .failed(let failure) = await find.result.outcome {
                    #expect(failure.status == .handlerFailed)
                    return [nil]
                }
                return numbers
            }
            #expect(try await ask(SOPClass.modalityWorklistFind) == [nil])
            server.bindFind { _, responder in try await responder.send(.pending, item(1)) }
            #expect(try await ask(SOPClass.modalityWorklistFind) == [1])
            server.bindFind(for: SOPClass.studyRootFind) { _, responder in try await responder.send(.pending, item(2)) }
            #expect(try await ask(SOPClass.modalityWorklistFind) == [1])
            #expect(try await ask(SOPClass.studyRootFind) == [2])
            server.bindFind(for: SOPClass.studyRootFind) { _, responder in try await responder.send(.pending, item(3)) }
            #expect(try await ask(SOPClass.studyRootFind) == [3])
            server.unbindFind(for: SOPClass.studyRootFind)
            #expect(try await ask(SOPClass.studyRootFind) == [1])
            server.unbindFind()
            #expect(try await ask(SOPClass.studyRootFind) == [nil])
            await association.release()
        }
    }
}
