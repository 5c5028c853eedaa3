import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Every row of the request table against our server; whatever one peer does, the next one is served.
@Suite("Server: requests with defects", .serialized) struct RequestRowTests {
    @Test("A request, its answer, and the server after it", arguments: RequestRow.all)
    func request(row: RequestRow) async throws {
        try await row.check()
    }

    /// How a peer goes away in the middle of an answer.
    enum Leaving: String, CaseIterable, Sendable {
        case release, abort, close, reset
    }

    @Test(
        "A peer that leaves in the middle of the matches: nothing is labelled Success, and the handler hears of it",
        arguments: Leaving.allCases,
        [true, false]
    )
    func leaving(how: Leaving, isHandlerBusy: Bool) async throws {
        let ended = Shared<Bool?>(nil)
        try await withServer { server in
            server.bindFind { event, responder in
                guard event.messageID == 7 else {
                    try await responder.send(.pending, item(Int(event.messageID)))
                    return
                }
                defer { ended.value = Task.isCancelled && !event.isCancelled }
                try await responder.send(.pending, item(1))
                // Either between two matches for a long time, or sending as fast as it can.
                if isHandlerBusy { try await Task.sleep(for: .seconds(600)) }
                while try await responder.send(.pending, item(2)) {}
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(7))
                #expect(try socket.receiveWire() == .match(1).to(7, SOPClass.modalityWorklistFind))
                var seen: [Wire] = []
                switch how {
                case .release: try socket.send(RawSocket.releaseRequest)
                case .abort: try socket.send(RawSocket.pdu(7, [0, 0, 0, 0]))
                case .close: socket.close()
                case .reset: socket.reset()
                }
                if how == .release || how == .abort {
                    repeat { seen.append(try socket.receiveWire()) } while seen.last?.endsAssociation != true
                }
                if how == .release {
                    socket.shutdownWriting()
                    seen.append(try socket.receiveWire())
                }
                let ends = seen.filter { $0 != .match(2).to(7, SOPClass.modalityWorklistFind) }
                switch how {
                case .release: #expect(ends == [.releaseReply, .closed])
                case .abort: #expect(ends == [.closed])
                case .close, .reset: #expect(ends == [])
                }
                let other = try RawSocket(connectingTo: port)
                try other.associate()
                try other.send(RawSocket.findRequest(9))
                let expected = [Wire.match(9), .status(0)].map { $0.to(9, SOPClass.modalityWorklistFind) }
                #expect(try other.receiveAnswer() == expected)
            }
            try await eventually("the handler ends") { ended.value != nil }
            #expect(ended.value == true)
        }
    }

    @Test("Matches for a peer with the smallest maximum length go out two bytes at a time")
    func smallestFragments() async throws {
        try await withServer { server in
            server.bindFind { _, responder in try await responder.send(.pending, item(5)) }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate(RequestRow.classes, maximumLength: 8)
                try socket.send(RawSocket.findRequest(1))
                var lengths: Set<Int> = []
                var finals = 0
                while finals < 3 {
                    let (type, body) = try socket.receivePDU()
                    #expect(type == 4)
                    lengths.insert(body.count)
                    // The ends of a command, an identifier and a command.
                    if body.count > 5, body[5] & 2 != 0 { finals += 1 }
                }
                #expect(lengths == [8])
            }
        }
    }
}
