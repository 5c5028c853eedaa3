import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// What an echo handler does, and what the peer receives.
struct EchoRow: Sendable, CustomTestStringConvertible {
    let name: String
    /// Nil binds nothing.
    let handler: EchoHandler?
    let expected: [Wire]

    init(_ name: String, _ handler: EchoHandler?, gives expected: Wire) {
        self.name = name
        self.handler = handler
        self.expected = [expected]
    }

    var testDescription: String { name }

    private static func answer(
        _ status: UInt16,
        comment: Wire.Comment = .none,
        offending: [AttributeTag] = []
    ) -> Wire {
        .message(
            Wire.Message(
                field: CommandField.echoResponse,
                sopClass: SOPClass.verification,
                status: status,
                comment: comment,
                offending: offending
            )
        )
    }

    static let all: [EchoRow] = [
        EchoRow("no echo handler is bound", nil, gives: answer(0x0000)),
        EchoRow("the echo handler gives Success", { _ in StatusReply(.success) }, gives: answer(0x0000)),
        EchoRow("the echo handler gives 0122", { _ in StatusReply(Status(0x0122)) }, gives: answer(0x0122)),
        EchoRow(
            "the echo handler gives FFF0, which no table has",
            { _ in StatusReply(Status(0xFFF0)) },
            gives: answer(0xFFF0)
        ),
        EchoRow(
            "the echo handler gives a comment of 70 characters and an offending element",
            { _ in
                StatusReply(
                    Status(0x0110),
                    errorComment: String(repeating: "e", count: 70),
                    offendingElements: [.patientID]
                )
            },
            gives: answer(
                0x0110,
                comment: .text(String(repeating: "e", count: 64)),
                offending: [AttributeTag.patientID]
            )
        ),
        EchoRow(
            "the echo handler gives a status data set with an unknown element",
            { _ in StatusReply(statusDataSet([(0x0900, [0x11, 0x02]), (0x1234, [1, 2])])) },
            gives: answer(0x0211)
        ),
        EchoRow(
            "the echo handler gives a status data set without Status",
            { _ in StatusReply(statusDataSet([(0x1234, [1, 2])])) },
            gives: answer(0xC001, comment: .maybe)
        ),
        EchoRow("the echo handler throws", { _ in throw HandlerRow.Broken() }, gives: answer(0x0110, comment: .some)),
        EchoRow(
            "the echo handler aborts",
            { event in
                event.association.abort()
                return StatusReply(.success)
            },
            gives: .abort(source: 0, reason: 0)
        ),
    ]

    private static func statusDataSet(_ elements: [(element: UInt16, bytes: [UInt8])]) -> DataSet {
        var dataSet = DataSet()
        for (element, bytes) in elements {
            dataSet.set(DataElement(tag: AttributeTag(0, element), vr: .US, bytes: bytes))
        }
        return dataSet
    }
}

@Suite("Server: what an echo handler does, and what the peer receives", .serialized) struct EchoRowTests {
    @Test("Echo handler behaviour", arguments: EchoRow.all)
    func echo(row: EchoRow) async throws {
        try await withServer { server in
            if let handler = row.handler { server.bindEcho(handler) }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                for id in [5, 6] as [UInt16] {
                    try socket.send(RawSocket.echoRequest(id))
                    let answer = [try socket.receiveWire()]
                    let expected = row.expected.map { $0.to(id, SOPClass.verification) }
                    #expect(fitting(answer, expected) == expected, "\(row.name)")
                    if answer.last?.endsAssociation == true { break }
                }
                socket.shutdownWriting()
                #expect(try socket.receiveWire() == .closed, "\(row.name)")
            }
        }
    }

    @Test("An echo handler sees its association, context and request")
    func attributes() async throws {
        let seen = Shared("")
        try await withServer { server in
            server.bindEcho { event in
                seen.value =
                    "\(event.association.callingAETitle) \(event.context.id) \(event.context.abstractSyntax) "
                    + "\(event.messageID) \(Hex.four(event.request.field))"
                return StatusReply(.success)
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.echoRequest(0x1234))
                _ = try socket.receiveWire()
            }
        }
        #expect(seen.value == "RAW 3 \(SOPClass.verification) 4660 0030")
    }

    @Test("A peer that goes away while its echo is being answered does no harm", arguments: ["abort", "close"])
    func leaving(how: String) async throws {
        let started = Shared(false)
        let gate = Gate()
        try await withServer { server in
            server.bindEcho { event in
                if event.messageID == 1 {
                    started.value = true
                    await gate.wait()
                }
                return StatusReply(.success)
            }
            let port = server.port
            let held = try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.echoRequest(1))
                try waitUntil("the handler runs") { started.value }
                if how == "abort" { try socket.send(RawSocket.pdu(7, [0, 0, 0, 0])) } else { socket.close() }
                return HeldSocket(socket)
            }
            try await eventually("the association is gone") { server.associationCount == 0 }
            gate.open()
            try await blocking {
                if how == "abort" { #expect(try held.socket.receiveWire() == .closed) }
                let other = try RawSocket(connectingTo: port)
                try other.associate()
                try other.send(RawSocket.echoRequest(2))
                guard case .message(let message) = try other.receiveWire() else {
                    Issue.record("no answer")
                    return
                }
                #expect(message.status == 0 && message.messageID == 2)
            }
        }
    }
}
