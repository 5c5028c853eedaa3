import DICOMProtocol
import Testing

@testable import DICOMNetworkTLS

@Suite("An alert in words")
struct FailureExplainerTests {
    private func kind(
        _ alert: UInt8,
        isClient: Bool = true,
        hasIdentity: Bool = false,
        wasAsked: Bool = false
    ) -> SecureTransportFailure.Kind {
        let template = ConnectionFacts.Template(
            isClient: isClient,
            profile: .bcp195RFC8996,
            hasIdentity: hasIdentity,
            trust: Trust(words: "none", authorities: []),
            isVerifying: true
        )
        let facts = ConnectionFacts(template, host: isClient ? HostName("ris.test") : nil)
        facts.peerAskedForCertificate = wasAsked
        return FailureExplainer(facts, peer: nil).alert(alert).kind
    }

    @Test("is about our certificate if we have one, or about our having none")
    func certificates() {
        for alert in [42, 43, 44, 45, 46, 48, 49] as [UInt8] {
            #expect(kind(alert, hasIdentity: true) == .ownCertificateRefused, "\(alert)")
            #expect(kind(alert, isClient: false, hasIdentity: true) == .ownCertificateRefused, "\(alert)")
            #expect(kind(alert) != .ownCertificateRefused, "\(alert)")
        }
        #expect(kind(116) == .certificateRequired)
        #expect(kind(42) == .certificateRequired)
        #expect(kind(40) == .noCommonVersionOrCipher)
        #expect(kind(40, wasAsked: true) == .certificateRequired)
        #expect(kind(40, hasIdentity: true, wasAsked: true) == .noCommonVersionOrCipher)
    }

    @Test("every one has a summary and advice")
    func all() {
        for alert in 0...255 as ClosedRange<UInt8> { _ = kind(alert) }
        #expect(kind(70) == .noCommonVersionOrCipher)
        #expect(kind(71) == .noCommonVersionOrCipher)
        #expect(kind(112) == .wrongHostName)
        #expect(kind(0) == .closed)
        #expect(kind(80) == .other)
        #expect(kind(200) == .other)
    }

    @Test("plain peers are known by their first bytes")
    func plainPeers() {
        func speaksPlain(_ bytes: [UInt8]) -> Bool {
            let template = ConnectionFacts.Template(
                isClient: true,
                profile: .aes,
                hasIdentity: false,
                trust: Trust(words: "none", authorities: []),
                isVerifying: true
            )
            let facts = ConnectionFacts(template, host: nil)
            facts.firstBytes = bytes
            return facts.peerSpeaksPlain
        }
        #expect(!speaksPlain([]))
        for type in 20...24 as ClosedRange<UInt8> { #expect(!speaksPlain([type, 3, 3])) }
        for type in [1, 2, 3, 4, 5, 6, 7, 19, 25, 0x48, 0x53, 0xFF] as [UInt8] { #expect(speaksPlain([type])) }
    }
}
