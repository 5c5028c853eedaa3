import Testing

@testable import DICOMData

/// Deflated Explicit VR Little Endian (PS3.5 A.5).
@Suite struct DeflateTests {
    /// (0010,0020) LO `AB` in Explicit VR Little Endian.
    private let plain: [UInt8] = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 2, 0, 0x41, 0x42]
    /// One final stored block (RFC 1951 3.2.4): its length, the length inverted, the bytes.
    private var stored: [UInt8] { [1, 10, 0, 0xF5, 0xFF] + plain }

    private func decode(_ bytes: [UInt8]) -> DataSet {
        DataSet(lenient: bytes[...], transferSyntax: .deflatedExplicitVRLittleEndian)
    }

    @Test("Golden streams: a stored block, and what zlib writes with fixed codes")
    func golden() {
        for stream in [stored, stored + [0], [0x13, 0x60, 0x50, 0x60, 0xF0, 0xF1, 0x67, 0x62, 0x70, 0x74, 0x02, 0x00]] {
            let dataSet = decode(stream)
            #expect(dataSet.defect == nil)
            #expect(dataSet.elements.map(\.tag) == [.patientID])
            #expect(dataSet.string(.patientID) == "AB")
        }
    }

    @Test("A stream has no zlib header, is of even length, and shorter than the text in it")
    func written() throws {
        var lengths: Set<Int> = []
        for count in 1...40 {
            var dataSet = DataSet()
            try dataSet.set(.patientComments, String(repeating: "worklist ", count: count * 10))
            let bytes = try dataSet.encoded(.deflatedExplicitVRLittleEndian)
            #expect(bytes.count % 2 == 0)
            #expect(bytes.count < 150)
            #expect(bytes.first.map { $0 & 0x0F } != 8)
            #expect(decode(bytes) == dataSet.padded)
            lengths.insert(bytes.count)
            // The padding is a NUL: without it the stream is still whole, or it was needed.
            if decode(Array(bytes.dropLast())).defect == nil { #expect(bytes.last == 0) }
        }
        #expect(lengths.count > 1)
    }

    @Test("A data set larger than a step of work, compressible or not, comes back")
    func large() throws {
        var generator = DataSetGenerator(seed: 31)
        for noise in [generator.bytes(150_000...150_000), Array(repeating: 0x41, count: 1_500_000)] {
            var dataSet = DataSet()
            dataSet.set(DataElement(tag: Tag(0x0042, 0x0011), vr: .OB, bytes: noise))
            let again = decode(try dataSet.encoded(.deflatedExplicitVRLittleEndian))
            #expect(again.defect == nil)
            #expect(again == dataSet)
        }
    }

    @Test("An empty data set is a stream of its own; no byte at all is a stream cut off")
    func empty() throws {
        #expect(try DataSet().encoded(.deflatedExplicitVRLittleEndian) == [3, 0])
        #expect(decode([3, 0]).defect == nil)
        #expect(decode([3, 0]).isEmpty)
        #expect(decode([]).defect == DataSetDefect(reason: .truncatedStream, tag: nil, offset: 0))
    }

    @Test("NULs after the end are padding, anything else is told")
    func afterTheEnd() {
        #expect(decode(stored + [0, 0, 0, 0, 0]).defect == nil)
        for rest: [UInt8] in [[1], [0, 1], [0x20, 0, 0]] {
            let dataSet = decode(stored + rest)
            #expect(dataSet.defect == DataSetDefect(reason: .bytesAfterStream(rest.count), tag: nil, offset: 10))
            #expect(dataSet.string(.patientID) == "AB")
        }
    }

    // MARK: zlib wrapper (RFC 1950)

    /// Of the ten bytes of `plain`, computed as RFC 1950 8.2 says.
    private var checksum: [UInt8] {
        var (a, b) = (1, 0)
        for byte in plain {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return [b >> 8, b & 255, a >> 8, a & 255].map { UInt8($0) }
    }

    @Test(
        "A stream in a zlib wrapper is read too",
        arguments: [[0x78, 0x01], [0x78, 0x5E], [0x78, 0x9C], [0x78, 0xDA], [0x18, 0x19]] as [[UInt8]]
    )
    func wrapped(header: [UInt8]) {
        for padding in [[], [0]] as [[UInt8]] {
            let dataSet = decode(header + stored + checksum + padding)
            #expect(dataSet.defect == nil)
            #expect(dataSet.string(.patientID) == "AB")
        }
    }

    @Test("A wrong or missing checksum of a zlib wrapper is told, and the data set stays")
    func checksums() {
        let wrong = decode([0x78, 0x9C] + stored + checksum.map { ~$0 })
        #expect(wrong.defect == DataSetDefect(reason: .corruptStream("incorrect data check"), tag: nil, offset: 10))
        #expect(wrong.string(.patientID) == "AB")
        for count in 0..<4 {
            let cut = decode([0x78, 0x9C] + stored + checksum.prefix(count))
            #expect(cut.defect?.reason == .truncatedStream)
            #expect(cut.string(.patientID) == "AB")
        }
    }

    @Test("A raw stream that begins like a zlib header is read as what it is")
    func looksWrapped() {
        // A stored block of one byte; the bits after its type are free, and 78 01 is what many zlib streams begin with.
        let stream: [UInt8] = [0x78, 1, 0, 0xFE, 0xFF, 0x10, 1, 9, 0, 0xF6, 0xFF] + plain.dropFirst()
        #expect(decode(stream).defect == nil)
        #expect(decode(stream).string(.patientID) == "AB")
    }
}
