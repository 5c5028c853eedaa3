import DICOMData
import DICOMProtocol
import Testing

/// What servers send, and what a query of ours makes of it.
extension ClientRow {
    static let all: [ClientRow] = pending + finals + warnings + invalid + ends

    private static let identifier = HandlerRow.goodIdentifier

    private static let pending: [ClientRow] = [
        ClientRow(
            "FF00 with identifiers, then Success",
            gives: [Row(number: 1), Row(number: 2)],
            "complete"
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.match(id, 2) + RawSocket.response(id, 0))
        },
        ClientRow(
            "FF01 with an identifier",
            gives: [Row(number: 1, status: 0xFF01), Row(number: 2)],
            "complete"
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1, 0xFF01) + RawSocket.match(id, 2) + RawSocket.response(id, 0))
        },
        ClientRow(
            "FF00 and FF01 without an identifier",
            gives: [Row(number: 1)],
            "complete",
            emptyResponses: 2
        ) { socket, id in
            try socket.send(RawSocket.response(id, 0xFF00) + RawSocket.response(id, 0xFF01))
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0))
        },
        ClientRow(
            "FF00 with an identifier that cannot be decoded: one row, with its bytes",
            gives: [Row(number: nil), Row(number: 1)],
            "complete"
        ) { socket, id in
            try socket.send(RawSocket.response(id, 0xFF00, HandlerRow.truncatedIdentifier))
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0))
        },
        ClientRow("Success at once", "complete") { socket, id in try socket.send(RawSocket.response(id, 0)) },
    ]

    private static func final(
        _ name: String,
        _ status: UInt16,
        _ outcome: String,
        comment: String? = nil,
        offending: [AttributeTag] = [],
        identifier: [UInt8]? = nil
    ) -> ClientRow {
        ClientRow(name, gives: [Row(number: 1)], outcome) { socket, id in
            let command = CommandSet(
                field: CommandField.findResponse,
                affectedSOPClass: SOPClass.modalityWorklistFind,
                messageIDBeingRespondedTo: id,
                dataSetType: identifier == nil ? CommandSet.noDataSet : CommandSet.hasDataSet,
                status: Status(status),
                offendingElements: offending,
                errorComment: comment
            )
            try socket.send(RawSocket.match(id, 1) + RawSocket.message(command, identifier))
        }
    }

    private static let finals: [ClientRow] = [
        final("Success", 0x0000, "complete"),
        final("Success with an identifier", 0x0000, "complete", identifier: identifier),
        final("FE00 although we did not cancel", 0xFE00, "truncated by the server"),
        final("A700", 0xA700, "failed A700"),
        final(
            "A900 with a comment and offending elements",
            0xA900,
            "failed A900 'no such key' \(AttributeTag.patientID) \(AttributeTag.modality)",
            comment: "no such key",
            offending: [AttributeTag.patientID, AttributeTag.modality]
        ),
        final("C001 with an identifier", 0xC001, "failed C001", identifier: identifier),
        final("0122", 0x0122, "failed 0122"),
        final("0210", 0x0210, "failed 0210"),
        final("a status that no table has, 1234", 0x1234, "failed 1234", comment: nil),
        final("a status that no table has, FFF0, with an identifier", 0xFFF0, "failed FFF0", identifier: identifier),
        final("FF02, which is not Pending", 0xFF02, "failed FF02", identifier: identifier),
        final("B001 where it is final", 0xB001, "truncated by the server"),
    ]

    private static let repository = "1.2.840.10008.5.1.4.1.1.201.6"

    private static let warnings: [ClientRow] = [
        ClientRow(
            "Repository Query: B001, then Success",
            sopClass: repository,
            gives: [Row(number: 1, status: 0xFF01)],
            "truncated by the server"
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1, 0xFF01) + RawSocket.response(id, 0xB001))
            try socket.send(RawSocket.response(id, 0))
        },
        ClientRow(
            "Repository Query: B001 between matches, then Success",
            sopClass: repository,
            gives: [Row(number: 1), Row(number: 2)],
            "truncated by the server"
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0xB001))
            try socket.send(RawSocket.match(id, 2) + RawSocket.response(id, 0))
        },
        ClientRow(
            "Repository Query: B001, then a failure",
            sopClass: repository,
            gives: [Row(number: 1)],
            "failed C001"
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0xB001))
            try socket.send(RawSocket.response(id, 0xC001))
        },
        ClientRow(
            "Repository Query: B001, and nothing behind it",
            sopClass: repository,
            gives: [Row(number: 1)],
            "truncated by the server"
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0xB001))
        },
    ]

    private static func send(_ elements: [(element: UInt16, value: [UInt8])], to socket: RawSocket) throws {
        try socket.send(RawSocket.message(raw: RawSocket.command(elements)))
    }

    private static func expectAbort(_ socket: RawSocket, _ source: UInt8, _ reason: UInt8) throws {
        #expect(try socket.receiveWire() == .abort(source: source, reason: reason))
        socket.shutdownWriting()
        #expect(try socket.receiveWire() == .closed)
    }

    private static let broken = "aborted by us: the protocol was broken"

    private static let invalid: [ClientRow] = [
        ClientRow("a response without Status", gives: [Row(number: 1)], broken, isUsable: false) { socket, id in
            try socket.send(RawSocket.match(id, 1))
            try send(
                [(0x0100, RawSocket.two(0x8020)), (0x0120, RawSocket.two(id)), (0x0800, RawSocket.two(0x0101))],
                to: socket
            )
            try expectAbort(socket, 2, 6)
        },
        ClientRow("a response whose command set cannot be decoded", broken, isUsable: false) { socket, _ in
            try socket.send(RawSocket.message(raw: Array(repeating: 0x55, count: 50)))
            try expectAbort(socket, 2, 6)
        },
        ClientRow("a response without Command Data Set Type", broken, isUsable: false) { socket, id in
            try send(
                [(0x0100, RawSocket.two(0x8020)), (0x0120, RawSocket.two(id)), (0x0900, RawSocket.two(0))],
                to: socket
            )
            try expectAbort(socket, 2, 6)
        },
        ClientRow("a response on a context that was not accepted", broken, isUsable: false) { socket, id in
            try socket.send(RawSocket.response(id, 0, context: 5))
            try expectAbort(socket, 2, 6)
        },
        ClientRow("a PDU longer than we announced", gives: [Row(number: 1)], broken, isUsable: false) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.pdu(4, [], claiming: .max))
            try expectAbort(socket, 2, 6)
        },
        ClientRow(
            "a response that does not say to what",
            gives: [Row(number: 1)],
            "complete",
            strays: 1
        ) { socket, id in
            try send(
                [(0x0100, RawSocket.two(0x8020)), (0x0800, RawSocket.two(0x0101)), (0x0900, RawSocket.two(0))],
                to: socket
            )
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0))
        },
        ClientRow(
            "responses to another message ID, with an identifier and final",
            gives: [Row(number: 1)],
            "complete",
            strays: 2
        ) { socket, id in
            try socket.send(RawSocket.match(id &+ 1, 66) + RawSocket.match(id, 1) + RawSocket.response(id &+ 1, 0))
            try socket.send(RawSocket.response(id, 0))
        },
        ClientRow(
            "responses with our message ID on another context",
            gives: [Row(number: 1)],
            "complete",
            strays: 2
        ) { socket, id in
            try socket.send(RawSocket.match(id, 66, context: 3) + RawSocket.response(id, 0, context: 3))
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0))
        },
        ClientRow(
            "responses of other services with our message ID",
            gives: [Row(number: 1)],
            "complete",
            strays: 2
        ) { socket, id in
            try socket.send(RawSocket.echoResponse(id))
            let store = CommandSet(field: 0x8001, messageIDBeingRespondedTo: id, status: .success)
            try socket.send(RawSocket.message(store))
            try socket.send(RawSocket.match(id, 1) + RawSocket.response(id, 0))
        },
        ClientRow(
            "a request to us in the middle of the query",
            gives: [Row(number: 1), Row(number: 2)],
            "complete"
        ) { socket, id in
            let store = CommandSet(
                field: 0x0001,
                affectedSOPClass: SOPClass.modalityWorklistFind,
                messageID: 77,
                dataSetType: CommandSet.hasDataSet
            )
            try socket.send(RawSocket.match(id, 1) + RawSocket.message(store, identifier))
            let answer = try socket.receiveMessage().command
            #expect(answer.field == 0x8001 && answer.messageIDBeingRespondedTo == 77)
            #expect(answer.status == .unrecognizedOperation)
            try socket.send(RawSocket.match(id, 2) + RawSocket.response(id, 0))
        },
    ]

    private static let quick = FindOptions(firstResponseTimeout: 0.3, nextResponseTimeout: 0.3)
    private static let patient = FindOptions(firstResponseTimeout: 60, nextResponseTimeout: 0.3)
    private static let lost = "lost: the connection ended"

    private static let ends: [ClientRow] = [
        ClientRow("no response at all", options: quick, "timed out: the first response", isUsable: false) { socket, _ in
            try expectAbort(socket, 0, 0)
        },
        ClientRow(
            "no response behind the first",
            options: patient,
            gives: [Row(number: 1)],
            "timed out: the next response",
            isUsable: false
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1))
            try expectAbort(socket, 0, 0)
        },
        ClientRow(
            "nothing but responses to other requests",
            options: FindOptions(firstResponseTimeout: 1),
            "timed out: the first response",
            strays: 1,
            isUsable: false
        ) { socket, id in
            try socket.send(RawSocket.response(id &+ 1, 0))
            try expectAbort(socket, 0, 0)
        },
        ClientRow(
            "A-ABORT by the peer's application",
            gives: [Row(number: 1)],
            "aborted by the peer 0/0",
            isUsable: false
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.pdu(7, [0, 0, 0, 0]))
            #expect(try socket.receiveWire() == .closed)
        },
        ClientRow("A-ABORT by the peer's upper layer", "aborted by the peer 2/1", isUsable: false) { socket, _ in
            try socket.send(RawSocket.pdu(7, [0, 0, 2, 1]))
            #expect(try socket.receiveWire() == .closed)
        },
        ClientRow("the connection is closed", gives: [Row(number: 1)], lost, isUsable: false) { socket, id in
            try socket.send(RawSocket.match(id, 1))
            socket.close()
        },
        ClientRow("the connection is reset", lost, isUsable: false) { socket, _ in socket.reset() },
        ClientRow("the connection ends within a match", lost, isUsable: false) { socket, id in
            try socket.send(Array(RawSocket.match(id, 1).dropLast(3)))
            socket.close()
        },
        ClientRow(
            "half a PDU, then silence",
            timeouts: .init(partialPDU: 0.3),
            gives: [Row(number: 1)],
            lost,
            isUsable: false
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.match(id, 2).dropLast(3))
            try expectAbort(socket, 0, 0)
        },
        ClientRow(
            "A-RELEASE-RQ in the middle of the query",
            gives: [Row(number: 1)],
            "lost: released by the peer",
            isUsable: false
        ) { socket, id in
            try socket.send(RawSocket.match(id, 1) + RawSocket.releaseRequest)
            #expect(try socket.receiveWire() == .releaseReply)
            #expect(try socket.receiveWire() == .closed)
        },
        ClientRow("A-RELEASE-RP that nobody asked for", broken, isUsable: false) { socket, _ in
            try socket.send(RawSocket.releaseResponse)
            try expectAbort(socket, 2, 2)
        },
    ]
}
