import Testing

@testable import DICOMData

/// Explicit VR Big Endian (PS3.5 A.3 of 2016, 7.3): numbers turn by their size, text and bytes stay.
@Suite struct BigEndianTests {
    /// VR, value on the wire, the same in little endian.
    private static let values: [(VR, String, String)] = [
        (.US, "0102 FFFE", "0201 FEFF"), (.SS, "8001", "0180"),
        (.UL, "01020304", "04030201"), (.SL, "FFFFFFFE 00000001", "FEFFFFFF 01000000"),
        (.FL, "3FC00000", "0000C03F"), (.FD, "3FF8000000000000", "000000000000F83F"),
        (.SV, "0102030405060708", "0807060504030201"), (.UV, "FF00000000000001", "01000000000000FF"),
        (.AT, "0010 0020 FFFE E000", "1000 2000 FEFF 00E0"),
        (.OB, "01020304", "01020304"), (.OW, "0102 0304", "0201 0403"),
        (.OF, "3FC00000 01020304", "0000C03F 04030201"), (.OL, "01020304", "04030201"),
        (.OD, "3FF8000000000001", "010000000000F83F"), (.OV, "0102030405060708", "0807060504030201"),
        (.UN, "01020304", "01020304"),
        (.AE, "4354 3120", "4354 3120"), (.AS, "3034 3259", "3034 3259"), (.CS, "4354", "4354"),
        (.DA, "3230323530313031", "3230323530313031"), (.DS, "312E 3520", "312E 3520"),
        (.DT, "3230 3235", "3230 3235"), (.IS, "3132", "3132"), (.LO, "4142", "4142"), (.LT, "4142", "4142"),
        (.PN, "415E 4220", "415E 4220"), (.SH, "4142", "4142"), (.ST, "4142", "4142"), (.TM, "3038 3330", "3038 3330"),
        (.UC, "4142", "4142"), (.UI, "312E 3200", "312E 3200"), (.UR, "613A 6220", "613A 6220"), (.UT, "4142", "4142"),
    ]

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.filter { $0 != " " }
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test("The table has every VR that has a value of bytes")
    func complete() {
        #expect(Set(Self.values.map(\.0)) == Set(VR.allCases).subtracting([.SQ]))
    }

    @Test("Each VR as it stands on the wire, both ways", arguments: values)
    func value(vr: VR, big: String, little: String) throws {
        let (big, little) = (Self.bytes(big), Self.bytes(little))
        // A private element: its VR comes from the wire alone.
        let length = [UInt8(0), UInt8(big.count)]
        let header: [UInt8] =
            [0, 0x19, 0x10, 1] + Array(vr.description.utf8) + (vr.hasLongLength ? [0, 0, 0, 0] + length : length)
        let wire = header + big
        let element = DataElement(tag: Tag(0x0019, 0x1001), vr: vr, bytes: little)
        let decoded = try DataSet(decoding: wire[...], transferSyntax: .explicitVRBigEndian)
        #expect(decoded.elements == [element])
        #expect(try decoded.encoded(.explicitVRBigEndian) == wire)
        let encoded = EncodedDataSet(bytes: wire[...], transferSyntax: .explicitVRBigEndian)
        #expect(encoded.value([], Tag(0x0019, 0x1001)).map(Array.init) == little)
    }

    @Test("Numbers read the same from every syntax", arguments: TransferSyntax.all)
    func numbers(syntax: TransferSyntax) throws {
        var dataSet = DataSet()
        try dataSet.set(Tag(0x0028, 0x0010), "258")
        try dataSet.set(Tag(0x0018, 0x9087), "-1.5\\1000000.25")
        try dataSet.set(Tag(0x0028, 0x0009), "(0018,1063)")
        try dataSet.set(Tag(0x0018, 0x6020), "-2\\66051")
        let decoded = try DataSet(decoding: try dataSet.encoded(syntax)[...], transferSyntax: syntax)
        #expect(decoded.string(Tag(0x0028, 0x0010)) == "258")
        #expect(decoded.strings(Tag(0x0018, 0x9087)) == ["-1.5", "1000000.25"])
        #expect(decoded.string(Tag(0x0028, 0x0009)) == "(0018,1063)")
        #expect(decoded.strings(Tag(0x0018, 0x6020)) == ["-2", "66051"])
    }

    @Test("Sequences of defined and of undefined length")
    func sequences() throws {
        let rows: [UInt8] = [0, 0x28, 0, 0x10, 0x55, 0x53, 0, 2, 1, 2]
        let sequence: [UInt8] = [0, 0x40, 1, 0, 0x53, 0x51, 0, 0]
        let defined: [UInt8] = sequence + [0, 0, 0, 18] + [0xFF, 0xFE, 0xE0, 0, 0, 0, 0, 10] + rows
        let undefined: [UInt8] =
            sequence + [0xFF, 0xFF, 0xFF, 0xFF] + [0xFF, 0xFE, 0xE0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + rows
            + [0xFF, 0xFE, 0xE0, 0x0D, 0, 0, 0, 0, 0xFF, 0xFE, 0xE0, 0xDD, 0, 0, 0, 0]
        for wire in [defined, undefined] {
            let decoded = try DataSet(decoding: wire[...], transferSyntax: .explicitVRBigEndian)
            #expect(decoded.items(.scheduledProcedureStepSequence).map { $0.string(Tag(0x0028, 0x0010)) } == ["258"])
            #expect(try decoded.encoded(.explicitVRBigEndian) == defined)
        }
    }

    @Test("UN of undefined length holds Implicit VR Little Endian, delimiters included (PS3.5 6.2.2)")
    func unknownSequence() throws {
        let wire: [UInt8] =
            [0, 0x19, 0x10, 1, 0x55, 0x4E, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
            + [0xFE, 0xFF, 0, 0xE0, 10, 0, 0, 0, 0x28, 0, 0x10, 0, 2, 0, 0, 0, 2, 1]
            + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
            + [0, 0x28, 0, 0x10, 0x55, 0x53, 0, 2, 0, 3]
        let decoded = try DataSet(decoding: wire[...], transferSyntax: .explicitVRBigEndian)
        #expect(decoded.items(Tag(0x0019, 0x1001)).map { $0.string(Tag(0x0028, 0x0010)) } == ["258"])
        #expect(decoded.string(Tag(0x0028, 0x0010)) == "3")
    }

    @Test("Numbers too long for their header go as UN, and so in little endian")
    func longNumbers() throws {
        var dataSet = DataSet()
        let value = (0..<35_000).flatMap { _ in [UInt8(2), UInt8(1)] }
        dataSet.set(DataElement(tag: Tag(0x0028, 0x0010), vr: .US, bytes: value))
        let wire = try dataSet.encoded(.explicitVRBigEndian)
        #expect(Array(wire[..<14]) == [0, 0x28, 0, 0x10, 0x55, 0x4E, 0, 0, 0, 1, 0x11, 0x70, 2, 1])
        let decoded = try DataSet(decoding: wire[...], transferSyntax: .explicitVRBigEndian)
        #expect(decoded[Tag(0x0028, 0x0010)]?.bytes.elementsEqual(value) == true)
    }
}
