import DICOMData
import Testing

@testable import DICOMProtocol

@Suite struct CoreHostileTests {
    /// Feeds bytes during a query and gives back the violation it must be.
    private func violation(_ bytes: [UInt8], abort reason: UInt8) throws -> String {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.match(id, Wire.item(0)))
        harness.feed(bytes)
        #expect(harness.sentAbort == [2, reason])
        #expect(harness.core.wantsClose)
        #expect(harness.rows(id) == [Wire.item(0)])
        guard case .aborted(let abort)? = harness.outcome(id), case .protocolViolation(let text) = abort.cause else {
            Issue.record("\(harness.events)")
            return ""
        }
        #expect(harness.ends == [.aborted(abort)])
        return text
    }

    @Test("A response without a status is a violation")
    func missingStatus() throws {
        #expect(try violation(Wire.data(Wire.value(3, Wire.response(1, nil))), abort: 6).contains("without a status"))
        var harness = try Harness.requestor()
        let echo = try harness.core.echo(now: harness.now)
        harness.feed(Wire.echoResponse(echo, nil))
        #expect(harness.sentAbort == [2, 6])
        #expect(harness.echoes.count == 1)
    }

    @Test("A P-DATA-TF without values is a violation")
    func noValues() throws {
        #expect(try violation(Wire.data(), abort: 6).contains("without presentation data values"))
    }

    @Test(
        "Lengths of presentation data values that lie are violations",
        arguments: [0, 1, 200, 0x7FFF_FFFF, 0xFFFF_FFFF]
    )
    func lyingLengths(length: Int) throws {
        let value = Wire.be32(length) + [1, 3] + Wire.response(1, 0)
        _ = try violation(Wire.pdu(4, value), abort: 6)
    }

    @Test("Bytes behind the last presentation data value are a violation")
    func trailingBytes() throws {
        _ = try violation(Wire.pdu(4, Wire.value(3, Wire.response(9, 0)) + [0, 0, 0]), abort: 6)
    }

    @Test("Data on a context that was not accepted is a violation", arguments: [0, 2, 5, 255] as [UInt8])
    func unacceptedContext(context: UInt8) throws {
        #expect(try violation(Wire.match(1, Wire.item(1), context: context), abort: 6).contains("context \(context)"))
    }

    @Test("A P-DATA-TF longer than we announced is refused by its header")
    func oversize() throws {
        _ = try violation([4, 0] + Wire.be32(Int(Limits.defaultMaximumLength) + 65), abort: 6)
    }

    @Test("An unknown PDU type is refused with reason 1")
    func unknownType() throws {
        _ = try violation([0x42, 0, 0, 0, 0, 4], abort: 1)
    }

    @Test(
        "PDUs in the wrong place are refused with reason 2",
        arguments: [
            Wire.releaseResponse, Wire.reject(1, 1, 1),
        ]
    )
    func wrongPlace(pdu: [UInt8]) throws {
        _ = try violation(pdu, abort: 2)
    }

    @Test("Fragments out of order are violations")
    func fragmentOrder() throws {
        let command = Wire.response(1, 0xFF00, identifier: true)
        // A data set without its command.
        _ = try violation(Wire.data(Wire.value(2, Wire.item(1))), abort: 5)
        // A data set within a command.
        _ = try violation(Wire.data(Wire.value(1, Array(command[..<5])), Wire.value(2, Wire.item(1))), abort: 5)
        // A command where the data set belongs.
        _ = try violation(Wire.data(Wire.value(3, command), Wire.value(3, command)), abort: 5)
        // Two contexts in one message.
        _ = try violation(Wire.data(Wire.value(3, command), Wire.value(3, 2, Wire.item(1))), abort: 5)
    }

    @Test("A command set that does not decode is a violation")
    func badCommand() throws {
        _ = try violation(Wire.data(Wire.value(3, [1, 2, 3])), abort: 6)
        _ = try violation(Wire.data(Wire.value(3, [])), abort: 6)
    }

    @Test("A command set without end is refused at its limit")
    func endlessCommand() throws {
        let fragment = Wire.data(Wire.value(1, [UInt8](repeating: 0, count: 10_000)))
        #expect(try violation((0..<7).flatMap { _ in fragment }, abort: 6).contains("longer than"))
    }

    @Test("A request to us as requestor is refused, not ignored")
    func request() throws {
        var harness = try Harness.requestor()
        let command = CommandSet(field: 0x0001, messageID: 9, dataSetType: 1)
        harness.feed(Wire.data(Wire.value(3, command.encoded()), Wire.value(2, [1, 2])))
        guard case .request(1, let received, let dataSet)? = harness.events.first else {
            Issue.record("\(harness.events)")
            return
        }
        #expect(received == command && dataSet == [1, 2])
        harness.core.answer(received, contextID: 1, StatusReply(.unrecognizedOperation))
        harness.collect()
        #expect(harness.sentCommands.last?.field == 0x8001)
        #expect(harness.sentCommands.last?.messageIDBeingRespondedTo == 9)
        #expect(harness.sentCommands.last?.status == .unrecognizedOperation)
    }

    @Test(
        "Random and mutated streams never trap, end at most once, and keep the core usable",
        arguments: 0..<4 as Range<UInt64>
    )
    func fuzz(seed: UInt64) throws {
        var generator = PDUGenerator(seed: 0xF00D + seed)
        let requestor = try Harness.requestor(window: 0)
        let acceptor = try Harness.acceptor()
        let find = CommandSet(
            field: 0x0020,
            affectedSOPClass: SOPClass.modalityWorklistFind,
            messageID: 1,
            dataSetType: 1
        )
        for _ in 0..<250 {
            var harness = generator.flag() ? requestor : acceptor
            _ = try? harness.find(FindOptions(limit: generator.int(0...3)))
            _ = try? harness.find()
            var stream: [UInt8] = []
            for _ in 0..<generator.int(1...6) {
                switch generator.int(0...8) {
                case 0: stream += generator.bytes(0...30)
                case 1: stream += Wire.releaseRequest
                case 2: stream += Wire.releaseResponse
                case 3: stream += Wire.final(UInt16(generator.int(1...3)), [0, 0xFE00, 0xFF00][generator.int(0...2)])
                case 4: stream += Wire.data(Wire.value(3, find.encoded()), Wire.value(2, Wire.item(0)))
                case 5: stream += try generator.pdu().encode()
                default: stream += Wire.match(UInt16(generator.int(1...3)), Wire.item(generator.int(0...9)))
                }
            }
            for _ in 0..<generator.int(0...3) where !stream.isEmpty {
                stream[generator.int(0...stream.count - 1)] = generator.byte()
            }
            while !stream.isEmpty {
                let piece = Array(stream.prefix(generator.int(1...40)))
                stream.removeFirst(piece.count)
                harness.feed(piece)
                switch generator.int(0...20) {
                case 0: harness.release()
                case 1: harness.cancel(1)
                case 2: harness.wait(Double(generator.int(0...40)))
                case 3: harness.core.abort(.user, now: harness.now)
                default: break
                }
            }
            harness.wait(200)
            harness.core.disconnected("closed", now: harness.now)
            harness.collect()
            #expect(harness.ends.count == 1)
            #expect(harness.results(1).count <= 1 && harness.results(2).count <= 1)
            #expect(!harness.core.hasOperations)
            #expect(harness.core.wantsClose)
        }
    }
}

@Suite struct CoreAcceptorTests {
    @Test("Requests come with their data set, cancels with the ID they mean, in the order of the wire")
    func requests() throws {
        var harness = try Harness.acceptor()
        let find = CommandSet(
            field: 0x0020,
            affectedSOPClass: SOPClass.modalityWorklistFind,
            messageID: 5,
            dataSetType: 1
        )
        let cancel = CommandSet(field: CommandField.cancelRequest, messageIDBeingRespondedTo: 5)
        let echo = CommandSet(field: 0x0030, affectedSOPClass: SOPClass.verification, messageID: 6)
        harness.feed(
            Wire.data(Wire.value(3, find.encoded()), Wire.value(2, Wire.item(0)))
                + Wire.data(Wire.value(3, cancel.encoded())) + Wire.data(Wire.value(3, 3, echo.encoded()))
        )
        guard harness.events.count == 3, case .request(1, find, let dataSet) = harness.events[0],
            case .cancelRequested(1, 5) = harness.events[1], case .request(3, echo, nil) = harness.events[2]
        else {
            Issue.record("\(harness.events)")
            return
        }
        #expect(dataSet == Wire.item(0))
    }

    @Test("A cancel that names no request has no effect")
    func namelessCancel() throws {
        var harness = try Harness.acceptor()
        harness.feed(Wire.data(Wire.value(3, CommandSet(field: CommandField.cancelRequest).encoded())))
        #expect(harness.events.isEmpty)
        #expect(harness.core.isEstablished)
    }

    @Test("A release is answered at once; then the peer has ARTIM to close")
    func release() throws {
        var harness = try Harness.acceptor()
        harness.feed(Wire.releaseRequest)
        #expect(harness.sent == Wire.releaseResponse)
        #expect(harness.ends == [.releasedByPeer])
        #expect(!harness.core.wantsClose)
        harness.core.disconnected("closed by the peer", now: harness.now)
        #expect(harness.core.wantsClose)
    }
}
