import Testing

@testable import DICOMData

@Suite struct DICOMFileTests {
    private func item() throws -> DataSet {
        var step = DataSet()
        try step.set(.modality, "MR")
        var dataSet = DataSet()
        try dataSet.set(.patientName, "MUSTER^MAX")
        dataSet.setItems(.scheduledProcedureStepSequence, [step])
        return dataSet
    }

    @Test("A file is read back as written, in every transfer syntax", arguments: TransferSyntax.all)
    func roundTrip(syntax: TransferSyntax) throws {
        var meta = DataSet()
        try meta.set(Tag(0x0002, 0x0003), "1.2.3")
        let file = DICOMFile(dataSet: try item(), transferSyntax: syntax, metaInformation: meta)
        let bytes = try file.encoded()
        #expect(Array(bytes[128..<132]) == Array("DICM".utf8))
        let read = try DICOMFile(parsing: bytes)
        #expect(read.dataSet == (try item().padded))
        #expect(read.transferSyntax == syntax)
        #expect(read.metaInformation.string(Tag(0x0002, 0x0003)) == "1.2.3")
        #expect(read.metaInformation.string(.transferSyntaxUID) == syntax.uid)
    }

    @Test("The group length of the file meta information counts what follows it")
    func groupLength() throws {
        let bytes = try DICOMFile(dataSet: DataSet(), transferSyntax: .explicitVRLittleEndian).encoded()
        let length = Int(bytes[140]) | Int(bytes[141]) << 8
        #expect(Array(bytes[132..<140]) == [2, 0, 0, 0, 0x55, 0x4C, 4, 0])
        #expect(length == bytes.count - 144)
    }

    @Test(
        "A bare data set is read, explicit or implicit",
        arguments: [TransferSyntax.explicitVRLittleEndian, .implicitVRLittleEndian]
    )
    func bare(syntax: TransferSyntax) throws {
        let read = try DICOMFile(parsing: try item().encoded(syntax))
        #expect(read.dataSet == (try item().padded))
        #expect(read.transferSyntax == syntax)
    }

    @Test("File meta information without the preamble says the transfer syntax too", arguments: TransferSyntax.all)
    func withoutPreamble(syntax: TransferSyntax) throws {
        let bytes = try DICOMFile(dataSet: try item(), transferSyntax: syntax).encoded()
        let read = try DICOMFile(parsing: Array(bytes[132...]))
        #expect(read.transferSyntax == syntax)
        #expect(read.dataSet == (try item().padded))
    }

    @Test("Without a transfer syntax it is the default one")
    func noTransferSyntax() throws {
        var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        bytes += [2, 0, 1, 0, 0x4F, 0x42, 0, 0, 2, 0, 0, 0, 0, 1]
        bytes += try item().encoded(.implicitVRLittleEndian)
        #expect(try DICOMFile(parsing: bytes).dataSet == (try item().padded))
    }

    @Test(
        "What is no DICOM file is refused",
        arguments: [
            [], [UInt8](repeating: 0, count: 4), [UInt8](repeating: 0, count: 8), [UInt8](repeating: 0, count: 512),
            Array("hello world, this is a text file".utf8), Array("{\"a\":1,\"b\":2,\"c\":3}".utf8),
        ]
    )
    func notDICOM(bytes: [UInt8]) {
        #expect(throws: DICOMFile.ReadError.notDICOM) { try DICOMFile(parsing: bytes) }
    }

    @Test("A compressed transfer syntax is named in the refusal")
    func unsupported() throws {
        var meta = DataSet()
        try meta.set(.transferSyntaxUID, "1.2.840.10008.1.2.4.50")
        let body = try meta.encoded(.explicitVRLittleEndian)
        let bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + body
        #expect(throws: DICOMFile.ReadError.unsupportedTransferSyntax("1.2.840.10008.1.2.4.50")) {
            try DICOMFile(parsing: bytes)
        }
    }

    @Test("A file cut anywhere is an error, never a trap, or a whole prefix")
    func truncation() throws {
        let bytes = try DICOMFile(dataSet: try item(), transferSyntax: .explicitVRLittleEndian).encoded()
        for cut in 0..<bytes.count { _ = try? DICOMFile(parsing: Array(bytes[..<cut])) }
        #expect(throws: DICOMFile.ReadError.self) { try DICOMFile(parsing: Array(bytes.dropLast())) }
    }

    @Test("The file meta information of a deflated file is not deflated, and a cut stream is an error")
    func deflated() throws {
        let file = DICOMFile(dataSet: try item(), transferSyntax: .deflatedExplicitVRLittleEndian)
        let bytes = try file.encoded()
        // (0002,0000) UL, four bytes long.
        #expect(Array(bytes[132..<140]) == [2, 0, 0, 0, 0x55, 0x4C, 4, 0])
        let start = 144 + Int(bytes[140]) + Int(bytes[141]) << 8
        #expect(Array(bytes[start...]) == (try item().encoded(.deflatedExplicitVRLittleEndian)))
        for cut in start..<(bytes.count - 2) {
            let error = #expect(throws: DICOMFile.ReadError.self) { try DICOMFile(parsing: Array(bytes[..<cut])) }
            guard case .dataSet(let defect)? = error else {
                Issue.record("cut at \(cut): \(String(describing: error))")
                continue
            }
            #expect(defect.reason == .truncatedStream)
        }
    }
}
