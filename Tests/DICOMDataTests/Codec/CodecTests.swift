import Testing

@testable import DICOMData

@Suite struct CodecTests {
    @Test("What is encoded decodes to the same data set", arguments: TransferSyntax.all)
    func identity(syntax: TransferSyntax) throws {
        var generator = DataSetGenerator(seed: 1)
        for _ in 0..<300 {
            let dataSet = generator.dataSet().padded
            let bytes = try dataSet.encoded(syntax)
            #expect(bytes.count % 2 == 0)
            #expect(try DataSet(decoding: bytes[...], transferSyntax: syntax) == dataSet)
        }
    }

    @Test("Odd values go out padded: a NUL for UI and binary values, a space for text", arguments: TransferSyntax.all)
    func padding(syntax: TransferSyntax) throws {
        var generator = DataSetGenerator(seed: 2)
        for _ in 0..<200 {
            let dataSet = generator.dataSet(odd: true)
            let bytes = try dataSet.encoded(syntax)
            #expect(bytes.count % 2 == 0)
            #expect(try DataSet(decoding: bytes[...], transferSyntax: syntax) == dataSet.padded)
        }
    }

    @Test("Undefined lengths, and private sequences as UN, decode like defined ones", arguments: TransferSyntax.plain)
    func undefinedLengths(syntax: TransferSyntax) throws {
        var generator = DataSetGenerator(seed: 3)
        var encoder = WireEncoder(syntax, seed: 4)
        for _ in 0..<300 {
            let dataSet = generator.dataSet().padded
            let bytes = encoder.encode(dataSet)
            #expect(try DataSet(decoding: bytes[...], transferSyntax: syntax) == dataSet)
        }
    }

    @Test("Odd lengths of a peer are read as they are", arguments: TransferSyntax.plain)
    func oddLengths(syntax: TransferSyntax) throws {
        var generator = DataSetGenerator(seed: 5)
        var encoder = WireEncoder(syntax, seed: 6)
        encoder.keepsOddLengths = true
        for _ in 0..<200 {
            let dataSet = generator.dataSet(odd: true)
            let bytes = encoder.encode(dataSet)
            #expect(try DataSet(decoding: bytes[...], transferSyntax: syntax) == dataSet)
        }
    }

    @Test("A slice that does not start at zero decodes the same")
    func slices() throws {
        var generator = DataSetGenerator(seed: 7)
        for _ in 0..<50 {
            let dataSet = generator.dataSet().padded
            let bytes = try [1, 2, 3] + dataSet.encoded(.explicitVRLittleEndian) + [9]
            let slice = bytes[3..<(bytes.count - 1)]
            #expect(try DataSet(decoding: slice, transferSyntax: .explicitVRLittleEndian) == dataSet)
        }
    }

    @Test("Golden bytes: a name and a nested step in each transfer syntax")
    func golden() throws {
        var step = DataSet()
        try step.set(.modality, "CT")
        var dataSet = DataSet()
        try dataSet.set(.patientName, "A^B")
        try dataSet.set(Tag(0x0028, 0x0010), "258")
        dataSet.setItems(.scheduledProcedureStepSequence, [step])
        let implicit: [UInt8] = [
            0x10, 0, 0x10, 0, 4, 0, 0, 0, 0x41, 0x5E, 0x42, 0x20,
            0x28, 0, 0x10, 0, 2, 0, 0, 0, 2, 1,
            0x40, 0, 0, 1, 18, 0, 0, 0,
            0xFE, 0xFF, 0, 0xE0, 10, 0, 0, 0,
            0x08, 0, 0x60, 0, 2, 0, 0, 0, 0x43, 0x54,
        ]
        let explicit: [UInt8] = [
            0x10, 0, 0x10, 0, 0x50, 0x4E, 4, 0, 0x41, 0x5E, 0x42, 0x20,
            0x28, 0, 0x10, 0, 0x55, 0x53, 2, 0, 2, 1,
            0x40, 0, 0, 1, 0x53, 0x51, 0, 0, 18, 0, 0, 0,
            0xFE, 0xFF, 0, 0xE0, 10, 0, 0, 0,
            0x08, 0, 0x60, 0, 0x43, 0x53, 2, 0, 0x43, 0x54,
        ]
        let big: [UInt8] = [
            0, 0x10, 0, 0x10, 0x50, 0x4E, 0, 4, 0x41, 0x5E, 0x42, 0x20,
            0, 0x28, 0, 0x10, 0x55, 0x53, 0, 2, 1, 2,
            0, 0x40, 1, 0, 0x53, 0x51, 0, 0, 0, 0, 0, 18,
            0xFF, 0xFE, 0xE0, 0, 0, 0, 0, 10,
            0, 0x08, 0, 0x60, 0x43, 0x53, 0, 2, 0x43, 0x54,
        ]
        #expect(try dataSet.encoded(.implicitVRLittleEndian) == implicit)
        #expect(try dataSet.encoded(.explicitVRLittleEndian) == explicit)
        #expect(try dataSet.encoded(.explicitVRBigEndian) == big)
    }

    @Test("A VR newer than the table is read as UN with a long length")
    func unknownVR() throws {
        let bytes: [UInt8] = [
            9, 0, 0, 0x10, 0x5A, 0x5A, 0, 0, 2, 0, 0, 0, 7, 8, 0x10, 0, 0x20, 0, 0x4C, 0x4F, 2, 0, 0x41, 0x42,
        ]
        let dataSet = try DataSet(decoding: bytes[...], transferSyntax: .explicitVRLittleEndian)
        #expect(dataSet[Tag(9, 0x1000)] == DataElement(tag: Tag(9, 0x1000), vr: .UN, bytes: [7, 8]))
        #expect(dataSet.string(.patientID) == "AB")
    }

    @Test("Elements out of order are put in order, and the first of equal tags stays")
    func disorder() throws {
        let encoder = WireEncoder(.explicitVRLittleEndian, seed: 0)
        func element(_ tag: DICOMData.Tag, _ text: String) -> [UInt8] {
            encoder.header(tag, .LO, UInt32(text.utf8.count)) + Array(text.utf8)
        }
        let bytes =
            element(.patientID, "ID") + element(.patientName, "N1") + element(.patientID, "XX")
            + element(.patientName, "N2")
        let dataSet = try DataSet(decoding: bytes[...], transferSyntax: .explicitVRLittleEndian)
        #expect(dataSet.elements.map(\.tag) == [.patientName, .patientID])
        #expect(dataSet.string(.patientID) == "ID")
        #expect(dataSet.string(.patientName) == "N1")
    }

    @Test("Group lengths are dropped")
    func groupLengths() throws {
        let bytes: [UInt8] = [8, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4, 0x10, 0, 0x20, 0, 2, 0, 0, 0, 0x41, 0x42]
        let dataSet = try DataSet(decoding: bytes[...], transferSyntax: .implicitVRLittleEndian)
        #expect(dataSet.elements.map(\.tag) == [.patientID])
    }

    @Test("A text too long for a short length goes out as UN")
    func longText() throws {
        var dataSet = DataSet()
        dataSet.set(DataElement(tag: .patientID, vr: .LO, bytes: repeatElement(0x41, count: 70_000)))
        let bytes = try dataSet.encoded(.explicitVRLittleEndian)
        #expect(Array(bytes[4..<12]) == [0x55, 0x4E, 0, 0, 0x70, 0x11, 1, 0])
        let again = try DataSet(decoding: bytes[...], transferSyntax: .explicitVRLittleEndian)
        #expect(again[.patientID]?.bytes.count == 70_000)
    }

    @Test("Items are written as a sequence whatever VR they were given", arguments: TransferSyntax.all)
    func itemsAreSequences(syntax: TransferSyntax) throws {
        var item = DataSet()
        try item.set(.patientID, "AB")
        var dataSet = DataSet()
        dataSet.set(DataElement(tag: .scheduledProcedureStepSequence, vr: .LO, value: .items([item])))
        let bytes = try dataSet.encoded(syntax)
        let again = try DataSet(decoding: bytes[...], transferSyntax: syntax)
        #expect(again.items(.scheduledProcedureStepSequence) == [item])
    }

    @Test("Encoding and decoding nest equally deep, and no deeper", arguments: TransferSyntax.all)
    func depth(syntax: TransferSyntax) throws {
        func nested(_ levels: Int) -> DataSet {
            var dataSet = DataSet()
            for _ in 0..<levels {
                var outer = DataSet()
                outer.setItems(.scheduledProcedureStepSequence, [dataSet])
                dataSet = outer
            }
            return dataSet
        }
        let deepest = nested(DataSetLimits.maximumDepth)
        #expect(try DataSet(decoding: deepest.encoded(syntax)[...], transferSyntax: syntax) == deepest)
        #expect(throws: DataSetEncodingError.tooDeep(.scheduledProcedureStepSequence)) {
            try nested(DataSetLimits.maximumDepth + 1).encoded(syntax)
        }
    }
}
