import Testing

@testable import DICOMData

/// A trap on bytes from outside ends the whole process: every test here would crash, not fail, if there were one.
@Suite struct HostileDataSetTests {
    /// Decodes in every syntax, looks values up, and encodes again what came out.
    private func exercise(_ bytes: [UInt8], tags: [DICOMData.Tag]) throws {
        for syntax in TransferSyntax.all {
            let dataSet = DataSet(lenient: bytes[...], transferSyntax: syntax)
            if let defect = dataSet.defect {
                // A deflated data set counts in inflated bytes, at most 1,032 for one (RFC 1951).
                #expect(defect.offset >= 0 && defect.offset <= bytes.count * (syntax.isDeflated ? 1_032 : 1))
                #expect(!defect.description.isEmpty)
            }
            #expect(zip(dataSet.elements, dataSet.elements.dropFirst()).allSatisfy { $0.tag < $1.tag })
            let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: syntax)
            for tag in tags {
                _ = encoded.value([], tag)
                _ = encoded.value([.scheduledProcedureStepSequence], tag)
            }
            for element in dataSet.elements {
                _ = dataSet.strings(element.tag)
                _ = dataSet.text(of: element)
            }
            _ = DICOMJSON.encode(dataSet)
            #expect(throws: Never.self) { try dataSet.encoded(syntax) }
        }
        _ = try? DICOMFile(parsing: bytes)
    }

    @Test("Random bytes never trap", arguments: 0..<4 as Range<UInt64>)
    func randomBytes(seed: UInt64) throws {
        var generator = DataSetGenerator(seed: 0xBAD + seed)
        for _ in 0..<250 {
            try exercise(generator.bytes(0...200), tags: [.patientName, .studyInstanceUID])
        }
    }

    @Test("Mutations of valid data sets never trap", arguments: 0..<4 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var generator = DataSetGenerator(seed: 0xFACE + seed)
        for _ in 0..<60 {
            let dataSet = generator.dataSet()
            var encoder = WireEncoder(generator.pick(TransferSyntax.plain), seed: generator.next())
            let valid = encoder.encode(dataSet)
            if valid.isEmpty { continue }
            for _ in 0..<5 {
                var bytes = valid
                for _ in 0..<generator.int(1...4) where !bytes.isEmpty {
                    let place = generator.int(0...bytes.count - 1)
                    switch generator.int(0...4) {
                    case 0: bytes[place] = generator.byte()
                    case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][generator.int(0...4)]
                    case 2: bytes.remove(at: place)
                    case 3: bytes.insert(generator.byte(), at: place)
                    default: bytes.insert(contentsOf: bytes[place...].prefix(16), at: place)
                    }
                }
                try exercise(bytes, tags: dataSet.elements.map(\.tag))
            }
        }
    }

    @Test("Cut at any byte: what came before stays, and the defect is told", arguments: TransferSyntax.plain)
    func truncation(syntax: TransferSyntax) throws {
        var generator = DataSetGenerator(seed: 11)
        for round in 0..<12 as Range<UInt64> {
            let dataSet = generator.dataSet().padded
            var encoder = WireEncoder(syntax, seed: round)
            var bytes: [UInt8] = []
            var ends = [0]
            for element in dataSet.elements {
                bytes += encoder.encode(element)
                ends.append(bytes.count)
            }
            for cut in 0..<bytes.count {
                let decoded = DataSet(lenient: bytes[..<cut], transferSyntax: syntax)
                let whole = ends.count { $0 <= cut } - 1
                #expect(Array(decoded.elements.prefix(whole)) == Array(dataSet.elements.prefix(whole)))
                #expect(decoded.elements.count <= whole + 1)
                #expect((decoded.defect == nil) == ends.contains(cut), "cut at \(cut) of \(bytes.count)")
                if !ends.contains(cut) {
                    #expect(throws: DataSetDefect.self) {
                        try DataSet(decoding: bytes[..<cut], transferSyntax: syntax)
                    }
                }
            }
        }
    }

    @Test("1,100 levels of sequences are refused, not followed", arguments: TransferSyntax.plain, [true, false])
    func deepNesting(syntax: TransferSyntax, isOpen: Bool) {
        let encoder = WireEncoder(syntax, seed: 0)
        var bytes: [UInt8] = []
        if isOpen {
            for _ in 0..<1_100 {
                bytes += encoder.header(.scheduledProcedureStepSequence, .SQ, 0xFFFF_FFFF)
                bytes += encoder.tag(.item) + encoder.number(UInt32(0xFFFF_FFFF))
            }
        } else {
            for _ in 0..<1_100 {
                let item = encoder.tag(.item) + encoder.number(UInt32(bytes.count)) + bytes
                bytes = encoder.header(.scheduledProcedureStepSequence, .SQ, UInt32(item.count)) + item
            }
        }
        let dataSet = DataSet(lenient: bytes[...], transferSyntax: syntax)
        #expect(dataSet.defect?.reason == .tooDeep)
        let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: syntax)
        // Beyond the sequence: it has to be skipped, if it can.
        #expect(encoded.value([], Tag(0x0040, 0x1001)) == nil)
    }

    @Test("UN of undefined length nested without end is refused too")
    func deepUnknown() {
        let implicit = WireEncoder(.implicitVRLittleEndian, seed: 0)
        var bytes = WireEncoder(.explicitVRLittleEndian, seed: 0).header(Tag(9, 0x1000), .UN, 0xFFFF_FFFF)
        for _ in 0..<1_100 {
            bytes += implicit.tag(.item) + implicit.number(UInt32(0xFFFF_FFFF))
            bytes += implicit.header(Tag(9, 0x1000), .UN, 0xFFFF_FFFF)
        }
        #expect(DataSet(lenient: bytes[...], transferSyntax: .explicitVRLittleEndian).defect?.reason == .tooDeep)
        let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: .explicitVRLittleEndian)
        #expect(encoded.value([], .patientID) == nil)
    }

    @Test("Each kind of defect has its reason and its place")
    func defects() {
        func reason(_ bytes: [UInt8], _ syntax: TransferSyntax = .explicitVRLittleEndian) -> DataSetDefect? {
            DataSet(lenient: bytes[...], transferSyntax: syntax).defect
        }
        let id: [UInt8] = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 2, 0, 0x41, 0x42]
        #expect(reason(id + [1, 2, 3]) == DataSetDefect(reason: .truncatedHeader, tag: nil, offset: 10))
        #expect(
            reason(id + [0x10, 0, 0x40, 0, 0x43, 0x53, 4, 0, 0x4D])
                == DataSetDefect(reason: .truncatedValue(declared: 4, left: 1), tag: .patientSex, offset: 18)
        )
        #expect(
            reason(id + [0x10, 0, 0x40, 0, 0x63, 0x53, 0, 0])
                == DataSetDefect(reason: .invalidVR(0x63, 0x53), tag: .patientSex, offset: 10)
        )
        #expect(
            reason([0x10, 0, 0x20, 0, 0xFF, 0xFF, 0xFF, 0xFF], .implicitVRLittleEndian)
                == DataSetDefect(reason: .undefinedLength(.LO), tag: .patientID, offset: 0)
        )
        #expect(
            reason([0x40, 0, 0, 1, 10, 0, 0, 0] + id, .implicitVRLittleEndian)?.reason == .expectedItem
        )
        #expect(
            reason([0x40, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF], .implicitVRLittleEndian)?.reason == .missingDelimiter
        )
        #expect(
            reason([0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0], .implicitVRLittleEndian)?.reason == .strayDelimiter
        )
    }

    @Test("A defect inside an item keeps the elements before it, in every level")
    func defectInItem() throws {
        let encoder = WireEncoder(.explicitVRLittleEndian, seed: 0)
        let id: [UInt8] = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 2, 0, 0x41, 0x42]
        let bytes =
            id + encoder.header(.scheduledProcedureStepSequence, .SQ, 0xFFFF_FFFF)
            + encoder.tag(.item) + encoder.number(UInt32(0xFFFF_FFFF)) + id + [0x10, 0, 0x40]
        let dataSet = DataSet(lenient: bytes[...], transferSyntax: .explicitVRLittleEndian)
        #expect(dataSet.defect?.reason == .truncatedHeader)
        #expect(dataSet.string(.patientID) == "AB")
        #expect(dataSet.items(.scheduledProcedureStepSequence).first?.string(.patientID) == "AB")
    }
}
