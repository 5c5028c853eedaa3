import Testing

@testable import DICOMData

@Suite struct TransferSyntaxTests {
    @Test("What any peer reads comes first, Deflated last")
    func preference() {
        let uids = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"]
        #expect(TransferSyntax.supported.map(\.uid) == uids)
        #expect(uids.map { TransferSyntax(uid: $0) } == TransferSyntax.supported)
        #expect(TransferSyntax(uid: "1.2.840.10008.1.2.4.50") == nil)
        #expect(TransferSyntax(uid: "") == nil)
    }

    @Test("Each syntax is named as in the registry of UIDs", arguments: TransferSyntax.supported)
    func names(syntax: TransferSyntax) {
        #expect(UIDRegistry.name(of: syntax.uid)?.hasPrefix(syntax.name) == true)
    }

    @Test("Within a deflated stream is Explicit VR Little Endian; every other syntax holds itself")
    func inflated() {
        #expect(TransferSyntax.deflatedExplicitVRLittleEndian.inflated == .explicitVRLittleEndian)
        for syntax in TransferSyntax.plain { #expect(syntax.inflated == syntax) }
    }
}
