import Testing

@testable import DICOMData

/// A sequence that came as UN of defined length, as a system without its dictionary entry passes it on (PS3.5 6.2.2).
@Suite struct KnownSequenceTests {
    /// An item with (0008,0060) Modality `CT` in Implicit VR Little Endian.
    private let item: [UInt8] = [0xFE, 0xFF, 0, 0xE0, 10, 0, 0, 0, 0x08, 0, 0x60, 0, 2, 0, 0, 0, 0x43, 0x54]

    /// (0040,0100) UN with that value, then (0040,1001) SH `RP`.
    private func wire(_ value: [UInt8], _ syntax: TransferSyntax, vr: VR = .UN) -> [UInt8] {
        let encoder = WireEncoder(syntax, seed: 0)
        return encoder.header(.scheduledProcedureStepSequence, vr, UInt32(value.count)) + value
            + encoder.header(.requestedProcedureID, .SH, 2) + Array("RP".utf8)
    }

    private static let explicit: [TransferSyntax] = [.explicitVRLittleEndian, .explicitVRBigEndian]

    @Test("It is read as the sequence it is, in Implicit VR Little Endian whatever is around it", arguments: explicit)
    func sequence(syntax: TransferSyntax) throws {
        let bytes = wire(item + item, syntax)
        let decoded = try DataSet(decoding: bytes[...], transferSyntax: syntax)
        #expect(decoded[.scheduledProcedureStepSequence]?.vr == .SQ)
        #expect(decoded.items(.scheduledProcedureStepSequence).map { $0.string(.modality) } == ["CT", "CT"])
        #expect(decoded.string(.requestedProcedureID) == "RP")
        let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: syntax)
        #expect(encoded.value([.scheduledProcedureStepSequence], .modality).map(Array.init) == Array("CT".utf8))
        #expect(encoded.value([], .requestedProcedureID).map(Array.init) == Array("RP".utf8))
        // It leaves as SQ in the syntax of the data set.
        let again = try DataSet(decoding: try decoded.encoded(syntax)[...], transferSyntax: syntax)
        #expect(again == decoded)
    }

    @Test("Open items, sequences within, and no item at all", arguments: explicit)
    func shapes(syntax: TransferSyntax) throws {
        let open: [UInt8] =
            [0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF] + item.dropFirst(8) + [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
        // (0040,0008) Scheduled Protocol Code Sequence, of undefined length, with that item.
        let inner: [UInt8] =
            [0x40, 0, 0x08, 0, 0xFF, 0xFF, 0xFF, 0xFF] + item + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        let nested: [UInt8] = [0xFE, 0xFF, 0, 0xE0, UInt8(inner.count), 0, 0, 0] + inner
        let bytes = wire(open + nested, syntax)
        let steps = try DataSet(decoding: bytes[...], transferSyntax: syntax).items(.scheduledProcedureStepSequence)
        #expect(steps.count == 2)
        #expect(steps.first?.string(.modality) == "CT")
        #expect(steps.last?.items(.scheduledProtocolCodeSequence).first?.string(.modality) == "CT")
        let empty = try DataSet(decoding: wire([], syntax)[...], transferSyntax: syntax)
        #expect(
            empty[.scheduledProcedureStepSequence]
                == DataElement(
                    tag: .scheduledProcedureStepSequence,
                    vr: .SQ,
                    value: .items([])
                )
        )
    }

    @Test("What is not wholly a sequence stays bytes, and is no defect", arguments: explicit)
    func bytes(syntax: TransferSyntax) throws {
        let deep = (0..<UInt32(100)).reduce([UInt8]()) { inner, _ in
            let encoder = WireEncoder(.implicitVRLittleEndian, seed: 0)
            let content = encoder.header(.scheduledProcedureStepSequence, .SQ, UInt32(inner.count)) + inner
            return encoder.tag(.item) + encoder.number(UInt32(content.count)) + content
        }
        let values: [[UInt8]] = [
            item + [0, 0], item.dropLast(2), Array(item.dropFirst(8)), Array("SOME TEXT ".utf8), [1, 2],
            // The sequence delimiter belongs to undefined lengths alone.
            item + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0],
            deep,
        ]
        for value in values {
            let bytes = wire(value, syntax)
            let decoded = try DataSet(decoding: bytes[...], transferSyntax: syntax)
            #expect(decoded[.scheduledProcedureStepSequence]?.vr == .UN)
            #expect(decoded[.scheduledProcedureStepSequence].map { Array($0.bytes) } == value)
            #expect(decoded.string(.requestedProcedureID) == "RP")
            let encoded = EncodedDataSet(bytes: bytes[...], transferSyntax: syntax)
            #expect(encoded.value([.scheduledProcedureStepSequence], .modality) == nil)
            #expect(encoded.value([], .scheduledProcedureStepSequence).map(Array.init) == value)
        }
    }

    @Test("Bytes of a private element stay bytes: no dictionary says that they are a sequence")
    func privateElement() throws {
        var dataSet = DataSet()
        dataSet.set(DataElement(tag: Tag(0x0019, 0x1001), vr: .UN, bytes: item))
        for syntax in Self.explicit {
            let decoded = try DataSet(decoding: try dataSet.encoded(syntax)[...], transferSyntax: syntax)
            #expect(decoded == dataSet)
        }
    }

    @Test("Its items and elements count like all others; one that would be too many stays bytes")
    func count() throws {
        // The sequence, two items with an element each, Requested Procedure ID.
        let decoder = DataSetDecoder(bytes: wire(item + item, .explicitVRLittleEndian)[...])
        let layout = ElementHeader.Layout(.explicitVRLittleEndian)
        #expect(decoder.dataSet(layout, maximumElements: 6).defect == nil)
        let full = decoder.dataSet(layout, maximumElements: 5)
        #expect(full.defect?.reason == .tooManyElements)
        #expect(full.items(.scheduledProcedureStepSequence).count == 2)
        let tight = decoder.dataSet(layout, maximumElements: 4)
        #expect(tight.defect == nil)
        #expect(tight[.scheduledProcedureStepSequence]?.vr == .UN)
        #expect(tight.string(.requestedProcedureID) == "RP")
    }
}
