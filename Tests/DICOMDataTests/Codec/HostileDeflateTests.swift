import Testing

@testable import DICOMData

/// Streams made to hurt, and streams that were hurt: bounded, no trap, never silent.
@Suite struct HostileDeflateTests {
    /// Bits of a stream in the order of RFC 1951 3.1.1.
    private struct BitWriter {
        var bytes: [UInt8] = []
        private var count = 0

        mutating func bit(_ bit: Int) {
            if count % 8 == 0 { bytes.append(0) }
            bytes[count / 8] |= UInt8(bit) << UInt8(count % 8)
            count += 1
        }

        /// A number, its lowest bit first.
        mutating func number(_ value: Int, bits: Int) { for place in 0..<bits { bit(value >> place & 1) } }

        /// A Huffman code, its highest bit first.
        mutating func code(_ digits: String) { for digit in digits { bit(digit == "1" ? 1 : 0) } }
    }

    /// A stream that makes 1,032 zeros of each of `count` bytes: one literal 0, then nothing but "258 bytes again" in two bits each.
    ///
    /// All of those bits are 0, so the bomb is a header and a million zeros.
    private func bomb(_ count: Int) -> [UInt8] {
        var bits = BitWriter()
        bits.bit(1)  // the last block
        bits.number(2, bits: 2)  // with codes of its own
        bits.number(286 - 257, bits: 5)  // literals and lengths up to 285
        bits.number(0, bits: 5)  // one distance code
        bits.number(18 - 4, bits: 4)  // lengths of 18 codes of code lengths, in the order of 3.2.7
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
            bits.number([18: 1, 2: 2, 1: 2][symbol] ?? 0, bits: 3)
        }
        let (one, two, zeros) = ("10", "11", "0")
        bits.code(two)  // literal 0: two bits
        for run in [138, 117] {  // literals 1 to 255: none
            bits.code(zeros)
            bits.number(run - 11, bits: 7)
        }
        bits.code(two)  // end of block: two bits
        bits.code(zeros)  // lengths 257 to 284: none
        bits.number(28 - 11, bits: 7)
        bits.code(one)  // length 285, which is 258 bytes: one bit
        bits.code(one)  // distance 1: one bit
        bits.code("10")  // a zero byte
        return bits.bytes + [UInt8](repeating: 0, count: count)
    }

    @Test("The bomb of these tests is one: a hundred bytes hold a hundred thousand")
    func bombIsReal() {
        let inflated = Deflate.inflate(bomb(100)[...])
        #expect((103_000...104_000).contains(inflated.bytes.count))
        #expect(inflated.bytes.allSatisfy { $0 == 0 })
        #expect(inflated.defect?.reason == .truncatedStream)
    }

    @Test("A megabyte that would be a gigabyte stops at the limit")
    func bombIsBounded() {
        let bytes = bomb(1 << 20)
        let inflated = Deflate.inflate(bytes[...])
        let limit = DataSetLimits.maximumInflatedLength
        #expect(inflated.bytes.count == limit)
        #expect(inflated.defect == DataSetDefect(reason: .inflatedTooLong(limit: limit), tag: nil, offset: limit))
        let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .deflatedExplicitVRLittleEndian)
        #expect(encoded.value([], .patientID) == nil)
        #expect(encoded.decoded.defect?.reason == .inflatedTooLong(limit: limit))
    }

    @Test("The limit is exact", arguments: [0, 1, 1_000, 65_536, 65_537, 131_072])
    func limit(length: Int) throws {
        let bytes = [UInt8](repeating: 7, count: length)
        let stream = try Deflate.deflate(bytes)
        let whole = Deflate.inflate(stream[...], limit: length)
        #expect(whole.bytes == bytes)
        #expect(whole.defect == nil)
        guard length > 0 else { return }
        let less = Deflate.inflate(stream[...], limit: length - 1)
        #expect(less.bytes.count == length - 1)
        #expect(less.defect?.reason == .inflatedTooLong(limit: length - 1))
    }

    @Test("Cut at any byte: what could be inflated stays, and the defect is told")
    func truncation() throws {
        var generator = DataSetGenerator(seed: 41)
        for _ in 0..<12 {
            let dataSet = generator.dataSet().padded
            let plain = try dataSet.encoded(.explicitVRLittleEndian)
            let stream = try Deflate.deflate(plain)
            // The last byte may be padding alone.
            let isPadded = Deflate.inflate(stream.dropLast()).defect == nil
            var longest = 0
            for cut in 0..<(isPadded ? stream.count - 1 : stream.count) {
                let inflated = Deflate.inflate(stream[..<cut])
                #expect(
                    inflated.defect == DataSetDefect(reason: .truncatedStream, tag: nil, offset: inflated.bytes.count)
                )
                #expect(plain.starts(with: inflated.bytes))
                #expect(inflated.bytes.count >= longest)
                longest = inflated.bytes.count
                let decoded = DataSet(lenient: stream[..<cut], transferSyntax: .deflatedExplicitVRLittleEndian)
                #expect(decoded.defect?.reason == .truncatedStream)
                // Only the last element can have been cut within.
                #expect(dataSet.elements.starts(with: decoded.elements.dropLast()))
            }
            #expect(longest > 0 || dataSet.isEmpty)
        }
    }

    @Test("A byte changed anywhere never traps; where the stream breaks, what came before stays")
    func corruption() throws {
        var generator = DataSetGenerator(seed: 42)
        var broken = 0
        for _ in 0..<6 {
            let dataSet = generator.dataSet().padded
            let stream = try dataSet.encoded(.deflatedExplicitVRLittleEndian)
            for place in stream.indices {
                var bytes = stream
                bytes[place] ^= UInt8(1) << UInt8(generator.int(0...7))
                let inflated = Deflate.inflate(bytes[...], limit: 100_000)
                guard let defect = inflated.defect else { continue }
                broken += 1
                #expect(defect.offset == inflated.bytes.count)
                #expect(!defect.description.isEmpty)
                #expect(DataSet(inflated).defect == defect)
            }
        }
        #expect(broken > 50)
    }

    @Test("Garbage is a defect, or by chance a stream, but never a trap", arguments: 0..<4 as Range<UInt64>)
    func garbage(seed: UInt64) {
        var generator = DataSetGenerator(seed: 0xDEF + seed)
        var broken = 0
        for _ in 0..<500 {
            let bytes = generator.bytes(0...100)
            let inflated = Deflate.inflate(bytes[...], limit: 1 << 20)
            #expect(inflated.bytes.count <= 1 << 20)
            let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .deflatedExplicitVRLittleEndian)
            #expect((encoded.decoded.defect == nil) == (inflated.defect == nil && DataSet(inflated).defect == nil))
            _ = encoded.value([.scheduledProcedureStepSequence], .modality)
            if inflated.defect != nil { broken += 1 }
        }
        #expect(broken > 400)
    }

    @Test("A plain data set under the name of a deflated one is a defect, not an empty answer")
    func notDeflated() throws {
        var dataSet = DataSet()
        try dataSet.set(.specificCharacterSet, "ISO_IR 192")
        try dataSet.set(.patientName, "TEST^ANNA")
        for syntax in TransferSyntax.plain {
            let bytes = try dataSet.encoded(syntax)
            let decoded = DataSet(lenient: bytes[...], transferSyntax: .deflatedExplicitVRLittleEndian)
            guard case .corruptStream? = decoded.defect?.reason else {
                Issue.record("\(syntax): \(String(describing: decoded.defect))")
                continue
            }
        }
    }

    @Test("Elements and items are counted in all levels, and too many are refused")
    func tooManyElements() throws {
        var item = DataSet()
        try item.set(.modality, "CT")
        var dataSet = DataSet()
        try dataSet.set(.patientID, "1")
        dataSet.setItems(.scheduledProcedureStepSequence, [item, item])
        // Patient ID, the sequence, and an item with one element twice.
        for syntax in TransferSyntax.plain {
            let bytes = try dataSet.encoded(syntax)
            let decoder = DataSetDecoder(bytes: bytes[...])
            let layout = ElementHeader.Layout(syntax)
            #expect(decoder.dataSet(layout, maximumElements: 6).defect == nil)
            for limit in 0..<6 {
                let decoded = decoder.dataSet(layout, maximumElements: limit)
                #expect(decoded.defect?.reason == .tooManyElements)
                #expect(decoded.elements.count == min(limit, 2))
            }
        }
    }
}
