import Testing

@testable import DICOMData

@Suite struct EncodedDataSetTests {
    /// Every value of `dataSet`, through first items, is what the lookup gives.
    private func compare(
        _ encoded: EncodedDataSet,
        _ dataSet: DataSet,
        path: [DICOMData.Tag] = []
    ) {
        for element in dataSet.elements {
            switch element.value {
            case .bytes(let bytes):
                #expect(encoded.value(path, element.tag).map(Array.init) == Array(bytes), "\(path) \(element.tag)")
            case .items(let items):
                if let first = items.first {
                    compare(encoded, first, path: path + [element.tag])
                } else {
                    #expect(encoded.value(path + [element.tag], .patientID) == nil)
                }
            }
        }
        for absent in [Tag(0x0008, 0x0001), Tag(0x7FE1, 0x1010)] where dataSet[absent] == nil {
            #expect(encoded.value(path, absent) == nil)
        }
    }

    @Test("Looking a value up gives what decoding gives", arguments: TransferSyntax.plain)
    func agreement(syntax: TransferSyntax) throws {
        var generator = DataSetGenerator(seed: 21)
        var encoder = WireEncoder(syntax, seed: 22)
        for _ in 0..<200 {
            let dataSet = generator.dataSet().padded
            compare(EncodedDataSet(bytes: encoder.encode(dataSet)[...], transferSyntax: syntax), dataSet)
        }
    }

    @Test("Looking a value up in a deflated data set gives what decoding gives")
    func deflatedAgreement() throws {
        var generator = DataSetGenerator(seed: 25)
        var encoder = WireEncoder(.explicitVRLittleEndian, seed: 26)
        for _ in 0..<100 {
            let dataSet = generator.dataSet().padded
            let bytes = try Deflate.deflate(encoder.encode(dataSet))
            let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .deflatedExplicitVRLittleEndian)
            #expect(encoded.decoded == dataSet)
            compare(encoded, dataSet)
        }
    }

    @Test("A deflated data set is inflated once for all looks and all copies")
    func inflatedOnce() throws {
        var dataSet = DataSet()
        try dataSet.set(.patientID, "0012")
        let bytes = try dataSet.encoded(.deflatedExplicitVRLittleEndian)[...]
        let encoded = EncodedDataSet(bytes: bytes, transferSyntax: .deflatedExplicitVRLittleEndian)
        let copy = encoded
        func address(_ value: ArraySlice<UInt8>?) -> Int? {
            value?.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
        }
        let values = [encoded.value([], .patientID), copy.value([], .patientID), encoded.decoded[.patientID]?.bytes]
        #expect(values.map { $0.map(Array.init) } == Array(repeating: Array("0012".utf8), count: 3))
        #expect(Set(values.map(address)).count == 1)
        // What was inflated is no part of the value.
        let fresh = EncodedDataSet(bytes: bytes, transferSyntax: .deflatedExplicitVRLittleEndian)
        #expect(fresh == encoded)
        #expect(fresh.hashValue == encoded.hashValue)
    }

    @Test("Other bytes, or another syntax, are read anew; the copy keeps what it had")
    func mutation() throws {
        func encoded(_ id: String, _ syntax: TransferSyntax) throws -> ArraySlice<UInt8> {
            var dataSet = DataSet()
            try dataSet.set(.patientID, id)
            return try dataSet.encoded(syntax)[...]
        }
        let syntax = TransferSyntax.deflatedExplicitVRLittleEndian
        var item = EncodedDataSet(bytes: try encoded("0001", syntax), transferSyntax: syntax)
        #expect(item.decoded.string(.patientID) == "0001")
        let copy = item
        item.bytes = try encoded("0002", syntax)
        #expect(item.value([], .patientID).map(Array.init) == Array("0002".utf8))
        item.transferSyntax = .implicitVRLittleEndian
        item.bytes = try encoded("0003", .implicitVRLittleEndian)
        #expect(item.value([], .patientID).map(Array.init) == Array("0003".utf8))
        item.bytes = try encoded("0004", syntax)
        item.transferSyntax = syntax
        #expect(item.decoded.string(.patientID) == "0004")
        #expect(copy.value([], .patientID).map(Array.init) == Array("0001".utf8))
    }

    @Test("The bytes of a sequence are in the syntax the stream holds")
    func sequenceBytes() throws {
        var step = DataSet()
        try step.set(.modality, "CT")
        var dataSet = DataSet()
        dataSet.setItems(.scheduledProcedureStepSequence, [step])
        for syntax in TransferSyntax.supported {
            let encoded = EncodedDataSet(bytes: try dataSet.encoded(syntax)[...], transferSyntax: syntax)
            let items = try #require(encoded.value([], .scheduledProcedureStepSequence))
            let item = EncodedDataSet(bytes: items.dropFirst(8), transferSyntax: encoded.transferSyntax.inflated)
            #expect(item.decoded == step)
        }
    }

    @Test("Elements out of order and given twice are found as decoding finds them", arguments: TransferSyntax.plain)
    func disorder(syntax: TransferSyntax) throws {
        var generator = DataSetGenerator(seed: 23)
        var encoder = WireEncoder(syntax, seed: 24)
        for _ in 0..<100 {
            let elements = generator.dataSet().padded.elements + generator.dataSet().padded.elements
            let bytes = elements.shuffled(using: &generator).flatMap { encoder.encode($0) }
            let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: syntax)
            #expect(encoded.decoded.defect == nil)
            compare(encoded, encoded.decoded)
        }
    }

    @Test("Bytes that only look like an item are no sequence")
    func noSequence() throws {
        let item: [UInt8] = [0xFE, 0xFF, 0, 0xE0, 10, 0, 0, 0, 0x10, 0, 0x20, 0, 2, 0, 0, 0, 0x41, 0x42]
        var dataSet = DataSet()
        dataSet.set(DataElement(tag: .patientComments, vr: .LT, bytes: item))
        dataSet.set(DataElement(tag: Tag(0x11, 0x1000), vr: .UN, bytes: item))
        for syntax in [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian] {
            let encoded = EncodedDataSet(bytes: try dataSet.encoded(syntax)[...], transferSyntax: syntax)
            #expect(encoded.value([.patientComments], .patientID) == nil)
            #expect(encoded.value([Tag(0x11, 0x1000)], .patientID) == nil)
        }
    }

    @Test("Past a defect nothing is found")
    func defect() {
        let pixels: [UInt8] = [0x08, 0, 0x10, 0, 0x4F, 0x42, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        let open: [UInt8] = pixels + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        let bytes = open + [0x10, 0, 0x20, 0, 0x4C, 0x4F, 2, 0, 0x41, 0x42]
        let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .explicitVRLittleEndian)
        #expect(encoded.decoded.defect?.reason == .undefinedLength(.OB))
        #expect(encoded.value([], .patientID) == nil)
    }

    @Test("Group lengths are found as little as decoding keeps them")
    func groupLength() {
        let bytes: [UInt8] = [8, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4]
        let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .implicitVRLittleEndian)
        #expect(encoded.decoded.isEmpty)
        #expect(encoded.value([], Tag(8, 0)) == nil)
    }
}
