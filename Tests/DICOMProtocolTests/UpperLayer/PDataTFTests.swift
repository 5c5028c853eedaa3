import Testing

@testable import DICOMProtocol

@Suite struct PDataTFTests {
    @Test("A P-DATA-TF is header, value length, context, control header and fragment")
    func layout() throws {
        var bytes: [UInt8] = [0xAA]
        try PDataTF.append([1, 2, 3, 4], contextID: 5, control: [.command, .last], to: &bytes)
        #expect(bytes == [0xAA, 4, 0, 0, 0, 0, 10, 0, 0, 0, 6, 5, 3, 1, 2, 3, 4])
    }

    @Test("Values come out in order, as slices of what came in, however they were packed")
    func walking() throws {
        let body = bytes(hex: "00000004 01 03 AABB  00000002 01 00  00000003 03 02 CC")
        var values = PresentationDataValues(body: body[...])
        let first = try #require(try values.next())
        #expect(first.contextID == 1 && first.control == [.command, .last] && first.fragment == [0xAA, 0xBB])
        #expect(first.fragment.startIndex == 6)
        let second = try #require(try values.next())
        #expect(second.control == [] && second.fragment.isEmpty)
        let third = try #require(try values.next())
        #expect(third.contextID == 3 && third.control == .last && third.fragment == [0xCC])
        #expect(try values.next() == nil)
    }

    @Test(
        "Values without room for their header, beyond the PDU, or none at all are refused",
        arguments: [
            ("", 6), ("000000", 6), ("00000001 01", 6), ("00000000", 6), ("00000002 01", 11), ("00000003 01 03", 6),
            ("FFFFFFFF 01 03 AA", 6), ("00000003 01 03 AA 00000000 01 03", 13), ("80000000 01 03 AA", 6),
        ]
    )
    func faults(body: String, position: Int) {
        let bytes = bytes(hex: body)
        var values = PresentationDataValues(body: bytes[...])
        let error = #expect(throws: PDUError.self) { while try values.next() != nil {} }
        #expect(error?.position == position)
        #expect(error?.abortReason == .invalidParameterValue)
    }

    @Test("The number of values in one PDU is bounded")
    func manyValues() throws {
        let one: [UInt8] = [0, 0, 0, 2, 1, 0]
        func count(_ n: Int) throws -> Int {
            var values = PresentationDataValues(body: Array(repeatElement(one, count: n).joined())[...])
            var count = 0
            while try values.next() != nil { count += 1 }
            return count
        }
        #expect(try count(Limits.maxPDVsPerPDU) == Limits.maxPDVsPerPDU)
        #expect(throws: PDUError.self) { try count(Limits.maxPDVsPerPDU + 1) }
    }

    @Test(
        "The fragment capacity leaves room for the value header; zero is unlimited, below eight nothing fits",
        arguments: [
            (0, 131_066), (1, nil), (6, nil), (7, nil), (8, 2), (9, 2), (10, 4), (16_382, 16_376), (16_384, 16_378),
            (131_072, 131_066), (1 << 20, 131_066), (UInt32.max, 131_066),
        ] as [(UInt32, Int?)]
    )
    func capacity(peer: UInt32, expected: Int?) {
        #expect(PDataTF.fragmentCapacity(peerMaximumLength: peer) == expected)
    }

    @Test("A full fragment never makes a PDU longer than the peer's maximum length")
    func neverTooLong() throws {
        var generator = PDUGenerator(seed: 3)
        for _ in 0..<300 {
            let peer = UInt32.random(in: 8...70_000, using: &generator)
            let capacity = try #require(PDataTF.fragmentCapacity(peerMaximumLength: peer))
            var bytes: [UInt8] = []
            try PDataTF.append([UInt8](repeating: 0, count: capacity), contextID: 1, control: [], to: &bytes)
            let header = try #require(PDUHeader(bytes[...]))
            #expect(header.length <= peer && header.length + 2 > peer - 1)
            #expect(Int(header.length) == bytes.count - PDUHeader.byteCount)
        }
    }
}
