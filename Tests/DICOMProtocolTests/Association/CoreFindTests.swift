import DICOMData
import Testing

@testable import DICOMProtocol

@Suite struct CoreFindTests {
    @Test("Command and identifier leave as two PDUs of one write")
    func request() throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(priority: 2))
        #expect(harness.sentTypes == [4, 4])
        #expect(
            harness.sentCommands == [
                CommandSet(
                    field: CommandField.findRequest,
                    affectedSOPClass: SOPClass.modalityWorklistFind,
                    messageID: id,
                    priority: 2,
                    dataSetType: CommandSet.hasDataSet
                )
            ]
        )
        #expect(harness.sentPDUs.last?.body.suffix(8) == [0x10, 0, 0x20, 0, 0x4C, 0x4F, 0, 0])
    }

    /// Three matches and a Success, packed in one of the ways that peers pack.
    private func answer(_ id: UInt16, packing: String) -> [UInt8] {
        var result: [UInt8] = []
        for number in 0..<3 {
            let command = Wire.response(id, 0xFF00, identifier: true)
            let item = Wire.item(number)
            switch packing {
            case "two PDUs": result += Wire.match(id, item)
            case "one PDU": result += Wire.data(Wire.value(3, command), Wire.value(2, item))
            case "one byte per PDU":
                for (index, byte) in command.enumerated() {
                    result += Wire.data(Wire.value(index == command.count - 1 ? 3 : 1, [byte]))
                }
                for (index, byte) in item.enumerated() {
                    result += Wire.data(Wire.value(index == item.count - 1 ? 2 : 0, [byte]))
                }
            case "fragments in one PDU":
                result += Wire.data(
                    Wire.value(1, Array(command[..<10])),
                    Wire.value(3, Array(command[10...])),
                    Wire.value(0, Array(item[..<3])),
                    Wire.value(0, []),
                    Wire.value(2, Array(item[3...]))
                )
            case "empty last fragments":
                result += Wire.data(Wire.value(1, command)) + Wire.data(Wire.value(3, []))
                result += Wire.data(Wire.value(0, item)) + Wire.data(Wire.value(2, []))
            case "all in one PDU": break
            default: Issue.record("no such packing")
            }
        }
        if packing == "all in one PDU" {
            let values = (0..<3).flatMap {
                Wire.value(3, Wire.response(id, 0xFF00, identifier: true)) + Wire.value(2, Wire.item($0))
            }
            return Wire.data(values, Wire.value(3, Wire.response(id, 0)))
        }
        return result + Wire.final(id, 0)
    }

    static let waysToPack = [
        "two PDUs", "one PDU", "one byte per PDU", "fragments in one PDU", "empty last fragments", "all in one PDU",
    ]

    @Test("Matches arrive whole, however the peer packs them and the network cuts them", arguments: waysToPack)
    func packings(packing: String) throws {
        let bytes = answer(1, packing: packing)
        let wanted = (0..<3).map(Wire.item)
        var cuts: [[[UInt8]]] = [[bytes], bytes.map { [$0] }]
        for cut in 1..<bytes.count { cuts.append([Array(bytes[..<cut]), Array(bytes[cut...])]) }
        let fresh = try Harness.requestor()
        for pieces in cuts {
            var harness = fresh
            #expect(try harness.find() == 1)
            for piece in pieces { harness.feed(piece) }
            #expect(harness.rows(1) == wanted)
            #expect(harness.outcome(1) == .complete)
            #expect(harness.rest.isEmpty)
            #expect(!harness.core.hasOperations)
        }
    }

    @Test("A command cut into two fragments at any place is read")
    func fragmentedCommand() throws {
        let fresh = try Harness.requestor()
        let command = Wire.response(1, 0xFF00, identifier: true)
        for cut in 0...command.count {
            var harness = fresh
            _ = try harness.find()
            harness.feed(Wire.data(Wire.value(1, Array(command[..<cut]))))
            harness.feed(Wire.data(Wire.value(3, Array(command[cut...]))))
            harness.feed(Wire.data(Wire.value(2, Wire.item(0))) + Wire.final(1, 0))
            #expect(harness.rows(1) == [Wire.item(0)])
            #expect(harness.outcome(1) == .complete)
        }
    }

    @Test("All matches of one read come as one batch")
    func batches() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed((0..<100).flatMap { Wire.match(id, Wire.item($0)) })
        #expect(harness.events.count == 1)
        harness.feed(Wire.match(id, Wire.item(100)) + Wire.final(id, 0))
        #expect(harness.events.count == 3)
        #expect(harness.rows(id).count == 101)
        #expect(harness.results(id).first?.statistics.matches == 101)
    }

    @Test("FF01 is a match, and counted")
    func unsupportedKeys() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.match(id, Wire.item(0)) + Wire.match(id, Wire.item(1), status: 0xFF01) + Wire.final(id, 0))
        #expect(harness.statuses(id) == [.pending, .pendingWithUnsupportedKeys])
        #expect(harness.results(id).first?.statistics.matchesWithUnsupportedKeys == 1)
        #expect(harness.outcome(id) == .complete)
    }

    @Test("A Pending response without an identifier is no match, and no end")
    func emptyPending() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.final(id, 0xFF00) + Wire.match(id, Wire.item(0)) + Wire.final(id, 0xFF01) + Wire.final(id, 0))
        #expect(harness.rows(id) == [Wire.item(0)])
        #expect(harness.results(id).first?.statistics.emptyResponses == 2)
        #expect(harness.outcome(id) == .complete)
    }

    @Test(
        "An identifier behind a final status is read and dropped; the next query is not out of step",
        arguments: [0xFE00, 0x0000] as [UInt16]
    )
    func finalWithIdentifier(status: UInt16) throws {
        var harness = try Harness.requestor()
        let first = try harness.find()
        harness.feed(Wire.match(first, Wire.item(0)))
        harness.feed(Wire.match(first, Wire.item(99), status: status))
        #expect(harness.rows(first) == [Wire.item(0)])
        #expect(harness.outcome(first) == (status == 0 ? .complete : .truncated(.byServer)))
        let second = try harness.find()
        harness.feed(Wire.match(second, Wire.item(5)) + Wire.final(second, 0))
        #expect(harness.rows(second) == [Wire.item(5)])
        #expect(harness.outcome(second) == .complete)
    }

    private static func failed(_ status: Status) -> FindOutcome {
        .failed(FindFailure(status: status, errorComment: "too many", serviceClass: .basicWorklist))
    }

    @Test(
        "Final statuses mean what they say",
        arguments: [
            (0x0000, FindOutcome.complete), (0xFE00, .truncated(.byServer)), (0xB001, .truncated(.byServer)),
            (0xA700, failed(.outOfResources)),
            (0xC001, failed(Status(0xC001))),
            (0x1234, failed(Status(0x1234))),
            (0x0107, failed(Status(0x0107))),
        ] as [(UInt16, FindOutcome)]
    )
    func finals(status: UInt16, outcome: FindOutcome) throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.match(id, Wire.item(0)) + Wire.final(id, status, comment: "too many"))
        #expect(harness.outcome(id) == outcome)
        #expect(harness.rows(id).count == 1)
        #expect(harness.core.isEstablished)
    }

    // MARK: Responses that belong to nothing

    @Test("A response to another message ID, or on another context, never becomes a row")
    func strays() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.match(id + 1, Wire.item(66)))
        harness.feed(Wire.match(id, Wire.item(67), context: Wire.verification))
        harness.feed(Wire.final(id, 0, context: Wire.verification))
        harness.feed(Wire.final(id + 7, 0))
        harness.feed(Wire.echoResponse(id))
        #expect(harness.outcome(id) == nil)
        #expect(harness.strays == 5)
        harness.feed(Wire.match(id, Wire.item(0)) + Wire.final(id, 0))
        #expect(harness.rows(id) == [Wire.item(0)])
        #expect(harness.outcome(id) == .complete)
        #expect(harness.results(id).first?.statistics.strayResponses == 5)
        #expect(harness.rows(id + 1).isEmpty)
    }

    @Test("Late responses of an earlier query do not reach the next one")
    func lateResponses() throws {
        var harness = try Harness.requestor()
        let first = try harness.find()
        harness.feed(Wire.match(first, Wire.item(0)) + Wire.final(first, 0))
        let second = try harness.find()
        #expect(second != first)
        harness.feed(Wire.match(first, Wire.item(66)) + Wire.final(first, 0) + Wire.match(second, Wire.item(1)))
        harness.feed(Wire.final(second, 0))
        #expect(harness.rows(first) == [Wire.item(0)])
        #expect(harness.rows(second) == [Wire.item(1)])
        #expect(harness.results(first).count == 1)
        #expect(harness.outcome(second) == .complete)
    }

    @Test("A response while nothing was asked is told and dropped")
    func unasked() throws {
        var harness = try Harness.requestor()
        harness.feed(Wire.match(1, Wire.item(0)) + Wire.final(1, 0))
        #expect(harness.strays == 2)
        #expect(harness.core.isEstablished)
    }

    @Test("Message IDs are never zero, never one that is in use, and come round")
    func messageIDs() throws {
        var harness = try Harness.requestor()
        let running = try harness.find()
        var previous = running
        for _ in 0..<65_540 {
            let id = harness.core.nextMessageID()
            if id == 0 || id == running || id == previous { Issue.record("\(id)") }
            previous = id
        }
    }

    // MARK: Several operations

    @Test("A second query waits for the first, and neither sees the other's rows")
    func queue() throws {
        var harness = try Harness.requestor()
        let first = try harness.find()
        let second = try harness.find()
        #expect(harness.sentCommands.map(\.messageID) == [first])
        harness.feed(Wire.match(first, Wire.item(0)) + Wire.final(first, 0))
        #expect(harness.sentCommands.map(\.messageID) == [first, second])
        harness.feed(Wire.match(second, Wire.item(1)) + Wire.final(second, 0xA700))
        #expect(harness.rows(first) == [Wire.item(0)])
        #expect(harness.rows(second) == [Wire.item(1)])
        #expect(harness.outcome(first) == .complete)
        #expect(harness.outcome(second) == .failed(FindFailure(status: .outOfResources, serviceClass: .basicWorklist)))
    }

    @Test("With a negotiated window queries run side by side, responses mixed")
    func window() throws {
        var harness = try Harness.requestor(window: 2)
        let first = try harness.find()
        let second = try harness.find()
        let third = try harness.find()
        #expect(harness.sentCommands.map(\.messageID) == [first, second])
        for number in 0..<4 {
            harness.feed(Wire.match(first, Wire.item(number)) + Wire.match(second, Wire.item(number + 10)))
        }
        harness.feed(Wire.final(second, 0))
        #expect(harness.outcome(second) == .complete)
        #expect(harness.sentCommands.map(\.messageID) == [first, second, third])
        harness.feed(Wire.match(third, Wire.item(20)) + Wire.match(first, Wire.item(4)))
        harness.feed(Wire.final(first, 0) + Wire.final(third, 0))
        #expect(harness.rows(first) == (0..<5).map(Wire.item))
        #expect(harness.rows(second) == (10..<14).map(Wire.item))
        #expect(harness.rows(third) == [Wire.item(20)])
        #expect(harness.outcome(first) == .complete && harness.outcome(third) == .complete)
    }

    @Test("An echo during a query waits for it; neither takes the other's answer")
    func echo() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        let echo = try harness.core.echo(now: harness.now)
        harness.feed(Wire.match(id, Wire.item(0)))
        #expect(harness.sentCommands.map(\.field) == [CommandField.findRequest])
        harness.feed(Wire.final(id, 0))
        #expect(harness.sentCommands.map(\.field) == [CommandField.findRequest, CommandField.echoRequest])
        harness.now += Harness.second / 100
        harness.feed(Wire.echoResponse(echo))
        #expect(harness.echoes == [.answered(.success, milliseconds: 10)])
        #expect(harness.rows(id) == [Wire.item(0)])
    }

    @Test("With a window an echo is answered during the query")
    func echoBeside() throws {
        var harness = try Harness.requestor(window: 2)
        let id = try harness.find()
        let echo = try harness.core.echo(now: harness.now)
        harness.feed(Wire.match(id, Wire.item(0)) + Wire.echoResponse(echo, 0x0122) + Wire.match(id, Wire.item(1)))
        harness.feed(Wire.final(id, 0))
        #expect(harness.echoes == [.answered(.sopClassNotSupported, milliseconds: 0)])
        #expect(harness.rows(id).count == 2)
        #expect(harness.outcome(id) == .complete)
    }
}
