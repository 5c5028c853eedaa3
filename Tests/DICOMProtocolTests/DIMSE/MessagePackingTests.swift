import DICOMProtocol
import Testing

/// How messages are put into PDUs.
@Suite struct MessagePackingTests {
    private static let command: [UInt8] = [1, 2, 3, 4]
    private static let dataSet: [UInt8] = [5, 6]

    /// The values of each PDU: whether it is a command, whether the last, how many bytes.
    private static func packed(_ packing: MessagePacking, maximumLength: UInt32 = 0) throws -> [[String]] {
        let writer = try #require(
            MessageWriter(contextID: 3, peerMaximumLength: maximumLength, packing: packing)
        )
        var bytes: [UInt8] = []
        writer.append(command: command, dataSet: dataSet, to: &bytes)
        var pdus: [[String]] = []
        var rest = bytes[...]
        while let header = PDUHeader(Array(rest).span.bytes, at: 0) {
            rest = rest.dropFirst(PDUHeader.byteCount)
            var values = PresentationDataValues(body: rest.prefix(Int(header.length)))
            var words: [String] = []
            while let value = try values.next() {
                #expect(value.contextID == 3)
                let kind = value.control.contains(.command) ? "command" : "data"
                words.append("\(kind)\(value.control.contains(.last) ? "." : "") \(value.fragment.count)")
            }
            pdus.append(words)
            rest = rest.dropFirst(Int(header.length))
        }
        return pdus
    }

    @Test("Usually command and data set have PDUs of their own")
    func separate() throws {
        #expect(try Self.packed(.separate) == [["command. 4"], ["data. 2"]])
    }

    @Test("Together they are two values of one PDU")
    func together() throws {
        #expect(try Self.packed(.together) == [["command. 4", "data. 2"]])
    }

    @Test("What does not fit into one PDU of the peer's length is not packed together")
    func tooLong() throws {
        #expect(try Self.packed(.together, maximumLength: 17) == [["command. 4"], ["data. 2"]])
        #expect(try Self.packed(.together, maximumLength: 18) == [["command. 4", "data. 2"]])
    }

    @Test("A byte a PDU")
    func fragments() throws {
        #expect(
            try Self.packed(.fragments(of: 1)) == [
                ["command 1"], ["command 1"], ["command 1"], ["command. 1"], ["data 1"], ["data. 1"],
            ]
        )
    }
}
