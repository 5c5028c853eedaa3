import DICOMData
import Testing

@testable import DICOMProtocol

@Suite struct CommandSetTests {
    private static let worklist = "1.2.840.10008.5.1.4.31"

    @Test("Golden bytes of a C-FIND-RQ")
    func request() throws {
        let command = CommandSet(
            field: CommandField.findRequest,
            affectedSOPClass: Self.worklist,
            messageID: 7,
            priority: 2,
            dataSetType: CommandSet.hasDataSet
        )
        let golden = bytes(
            hex: """
                0000 0000 04000000 46000000
                0000 0200 16000000 312E322E3834302E31303030382E352E312E342E3331
                0000 0001 02000000 2000
                0000 1001 02000000 0700
                0000 0007 02000000 0200
                0000 0008 02000000 0100
                """
        )
        #expect(command.encoded() == golden)
        #expect(try CommandSet(decoding: golden) == command)
    }

    @Test("Golden bytes of a Pending C-FIND-RSP")
    func response() throws {
        let command = CommandSet(
            field: CommandField.findResponse,
            affectedSOPClass: "1.2.3",
            messageIDBeingRespondedTo: 0x0102,
            dataSetType: CommandSet.hasDataSet,
            status: .pending
        )
        let golden = bytes(
            hex: """
                0000 0000 04000000 36000000
                0000 0200 06000000 312E322E3300
                0000 0001 02000000 2080
                0000 2001 02000000 0201
                0000 0008 02000000 0100
                0000 0009 02000000 00FF
                """
        )
        #expect(command.encoded() == golden)
        #expect(try CommandSet(decoding: golden) == command)
    }

    @Test("Golden bytes of a C-CANCEL-RQ: no SOP class, no ID of its own")
    func cancel() throws {
        let command = CommandSet(field: CommandField.cancelRequest, messageIDBeingRespondedTo: 7)
        let golden = bytes(
            hex: """
                0000 0000 04000000 1E000000
                0000 0001 02000000 FF0F
                0000 2001 02000000 0700
                0000 0008 02000000 0101
                """
        )
        #expect(command.encoded() == golden)
        #expect(try CommandSet(decoding: golden) == command)
        #expect(!command.carriesDataSet)
    }

    @Test("Every combination of elements survives encoding and decoding, and the group length counts")
    func roundTrip() throws {
        var generator = PDUGenerator(seed: 41)
        for _ in 0..<300 {
            let command = CommandSet(
                field: UInt16(generator.int(0...0xFFFF)),
                affectedSOPClass: generator.maybe { $0.uid() },
                messageID: generator.maybe { UInt16($0.int(0...0xFFFF)) },
                messageIDBeingRespondedTo: generator.maybe { UInt16($0.int(0...0xFFFF)) },
                priority: generator.maybe { UInt16($0.int(0...2)) },
                dataSetType: generator.flag() ? CommandSet.noDataSet : UInt16(generator.int(0...0xFFFF)),
                status: generator.maybe { Status(UInt16($0.int(0...0xFFFF))) },
                offendingElements: generator.list(0...3) { Tag(rawValue: UInt32($0.int(0...0xFFFF_FFFF))) },
                errorComment: generator.maybe { $0.text(1...64) }
            )
            let encoded = command.encoded()
            #expect(encoded.count % 2 == 0)
            #expect(Int(encoded[8]) | Int(encoded[9]) << 8 == encoded.count - 12)
            #expect(try CommandSet(decoding: encoded) == command)
        }
    }

    @Test("An error comment goes out as at most 64 characters of the default repertoire")
    func errorComment() throws {
        let command = CommandSet(
            field: CommandField.findResponse,
            errorComment: "é\\\n" + String(repeating: "x", count: 100)
        )
        let comment = try CommandSet(decoding: command.encoded()).errorComment
        #expect(comment == "___" + String(repeating: "x", count: 61))
    }

    @Test("Unknown elements and odd lengths are passed over")
    func unknownElements() throws {
        let encoded = bytes(
            hex: """
                0000 0100 03000000 414243
                0000 0001 02000000 3000
                0000 0600 00000000
                0000 0008 02000000 0101
                0000 3010 02000000 0100
                """
        )
        let command = try CommandSet(decoding: encoded)
        #expect(command == CommandSet(field: CommandField.echoRequest))
    }

    @Test("What a command cannot do without is named when it is missing, short or no command element")
    func defects() {
        func error(_ hex: String) -> CommandSetError? {
            do throws(CommandSetError) {
                _ = try CommandSet(decoding: bytes(hex: hex))
                return nil
            } catch { return error }
        }
        let field = "0000 0001 02000000 2000"
        let type = "0000 0008 02000000 0101"
        #expect(error("") == .missing(Tag(0, 0x0100)))
        #expect(error(type) == .missing(Tag(0, 0x0100)))
        #expect(error(field) == .missing(Tag(0, 0x0800)))
        #expect(error(field + type) == nil)
        #expect(error("0000 0001 01000000 20" + type) == .wrongLength(Tag(0, 0x0100), 1))
        #expect(error(field + type + "0000 1001 00000000") == .wrongLength(Tag(0, 0x0110), 0))
        #expect(error(field + type + "0000 0009 04000000 00000000") == .wrongLength(Tag(0, 0x0900), 4))
        #expect(error(field + type + "1000 2000 00000000") == .notCommandGroup(Tag(0x0010, 0x0020)))
        #expect(error(field + type + "0000 0009 02000000 00") == .truncated(offset: 20))
        #expect(error(field + type + "0000 0009") == .truncated(offset: 20))
        #expect(error(field + type + "0000 0200 FFFFFFFF") == .truncated(offset: 20))
        #expect(error("")?.description == "the command set lacks (0000,0100)")
    }

    @Test("Random and mutated bytes never trap", arguments: 0..<2 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var generator = PDUGenerator(seed: 0xC0 + seed)
        let valid = CommandSet(
            field: 0x8020,
            affectedSOPClass: Self.worklist,
            messageIDBeingRespondedTo: 1,
            dataSetType: 1,
            status: .pending,
            offendingElements: [.patientID],
            errorComment: "comment"
        ).encoded()
        for cut in 0...valid.count { _ = try? CommandSet(decoding: valid[..<cut]) }
        for _ in 0..<2_000 {
            _ = try? CommandSet(decoding: generator.bytes(0...80))
            var mutated = valid
            for _ in 0..<generator.int(1...3) { mutated[generator.int(0...mutated.count - 1)] = generator.byte() }
            if let command = try? CommandSet(decoding: mutated) {
                // What was read can be written, and reads the same.
                #expect((try? CommandSet(decoding: command.encoded()))?.field == command.field)
            }
        }
    }

    @Test("Commands are named for a person")
    func names() {
        #expect(CommandField.name(0x0020) == "C-FIND-RQ")
        #expect(CommandField.name(0x8020) == "C-FIND-RSP")
        #expect(CommandField.name(0x0FFF) == "C-CANCEL-RQ")
        #expect(CommandField.name(0x0999) == "command 0999")
    }
}

@Suite struct MessageWriterTests {
    /// The fragments of P-DATA-TF PDUs, with the length of each variable field.
    private func fragments(_ bytes: [UInt8]) throws -> [(value: PresentationDataValue, length: Int)] {
        var result: [(PresentationDataValue, Int)] = []
        var rest = bytes[...]
        while let header = PDUHeader(rest) {
            #expect(header.kind == .pData)
            let body = rest.dropFirst(6).prefix(Int(header.length))
            var values = PresentationDataValues(body: body)
            while let value = try values.next() { result.append((value, Int(header.length))) }
            rest = rest.dropFirst(6 + Int(header.length))
        }
        #expect(rest.isEmpty)
        return result
    }

    @Test(
        "A message is cut to what the peer takes, and adds up again",
        arguments: [8, 9, 16, 100, 4_096, 0] as [UInt32]
    )
    func cutting(maximum: UInt32) throws {
        let writer = try #require(MessageWriter(contextID: 5, peerMaximumLength: maximum))
        for size in [0, 1, 2, 3, 94, 95, 1_000] {
            let command = CommandSet(field: 0x0020, messageID: 1, dataSetType: 1).encoded()
            let dataSet = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            var out: [UInt8] = []
            writer.append(command: command, dataSet: dataSet, to: &out)
            let values = try fragments(out)
            let commands = values.filter { $0.value.control.contains(.command) }
            let data = values.filter { !$0.value.control.contains(.command) }
            #expect(commands.flatMap { Array($0.value.fragment) } == command)
            #expect(data.flatMap { Array($0.value.fragment) } == dataSet)
            #expect(values.allSatisfy { $0.value.contextID == 5 })
            if maximum > 0 { #expect(values.allSatisfy { $0.length <= Int(maximum) }) }
            #expect(
                commands.map { $0.value.control.contains(.last) } == commands.indices.map { $0 == commands.count - 1 }
            )
            #expect(data.map { $0.value.control.contains(.last) } == data.indices.map { $0 == data.count - 1 })
        }
    }

    @Test("A peer that takes less than a header and two bytes gets no writer")
    func tooSmall() {
        for maximum in 1...7 as ClosedRange<UInt32> {
            #expect(MessageWriter(contextID: 1, peerMaximumLength: maximum) == nil)
        }
    }
}
