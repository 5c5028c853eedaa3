import NIOSSL

/// A secure transport connection profile of PS3.15 annex B, by the name this library gives it.
///
/// BoringSSL, which does the work, has neither DHE key exchange nor AES-CCM, Camellia, 3DES or NULL ciphers. No profile
/// offers those, optional or required: a peer that has nothing else is refused with
/// ``/DICOMProtocol/SecureTransportFailure/Kind/noCommonVersionOrCipher``. The Basic profile (B.1, 3DES) is not offered at all.
public enum TLSProfile: String, CaseIterable, Sendable {
    /// BCP 195 RFC 8996, 9325 (PS3.15 B.12): TLS 1.2 at least, 1.3 preferred; ECDHE with authenticated encryption; a peer's
    /// own certificate is signed over SHA-256 or better, and its RSA key has 2048 bits or more (RFC 9325 4.5). Those of the
    /// authorities above it are not looked at for that.
    case bcp195RFC8996 = "bcp195-8996"
    /// Modified BCP 195 RFC 8996, 9325 (PS3.15 B.13). Of what it allows BoringSSL has the same as above: ECDHE of 256 bits
    /// or more with AES-GCM or ChaCha20.
    case bcp195RFC8996Modified = "bcp195-8996-mod"
    /// Non-downgrading BCP 195 (PS3.15 B.10, retired): TLS 1.2 at least, CBC and RSA key exchange allowed.
    case bcp195NonDowngrading = "bcp195-nd"
    /// Extended BCP 195 (PS3.15 B.11, retired): TLS 1.2 at least; ECDHE with AES-GCM.
    case bcp195Extended = "bcp195-ex"
    /// BCP 195 (PS3.15 B.9, retired): as the non-downgrading one, and TLS 1.0 and 1.1 for peers without a later version.
    /// RFC 8996 forbids those: for old devices on a network that is safe by itself.
    case bcp195 = "bcp195"
    /// AES (PS3.15 B.3, retired): TLS 1.0 to 1.2, AES-CBC with RSA key exchange. For old devices, as ``bcp195``.
    case aes = "aes"

    /// The profile of this name; nil if there is none.
    public init?(named name: String) {
        self.init(rawValue: name)
    }

    public var name: String { rawValue }

    /// Whether it lets in versions and ciphers that RFC 8996 and RFC 9325 forbid.
    public var isWeak: Bool {
        switch self {
        case .bcp195RFC8996, .bcp195RFC8996Modified, .bcp195Extended, .bcp195NonDowngrading: false
        case .bcp195, .aes: true
        }
    }

    /// The oldest version it allows, in words.
    public var minimumVersion: String { isWeak ? "TLS 1.0" : "TLS 1.2" }

    // MARK: For the library

    /// Whether a peer's certificate needs more than the library asks: RFC 9325 4.5.
    var wantsStrongCertificates: Bool { self == .bcp195RFC8996 || self == .bcp195RFC8996Modified }
    static let minimumRSAKeyBits = 2_048

    func apply(to configuration: inout TLSConfiguration) {
        configuration.minimumTLSVersion = isWeak ? .tlsv1 : .tlsv12
        configuration.maximumTLSVersion = self == .aes ? .tlsv12 : nil
        // TLS 1.3 has but three suites in BoringSSL, all of them good; they cannot be chosen.
        configuration.cipherSuiteValues = cipherSuites
        configuration.curves = [.x25519, .secp256r1, .secp384r1, .secp521r1]
        if !isWeak {
            configuration.verifySignatureAlgorithms = Self.withoutSHA1
            configuration.signingSignatureAlgorithms = Self.withoutSHA1
        }
    }

    /// Up to TLS 1.2, in order of preference.
    private var cipherSuites: [NIOTLSCipher] {
        switch self {
        case .bcp195RFC8996, .bcp195RFC8996Modified: Self.gcm + Self.chacha
        case .bcp195Extended: Self.gcm
        case .bcp195NonDowngrading, .bcp195: Self.gcm + Self.chacha + Self.cbc + Self.rsa
        case .aes: [.TLS_RSA_WITH_AES_128_CBC_SHA, .TLS_RSA_WITH_AES_256_CBC_SHA]
        }
    }

    private static let gcm: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ]

    private static let chacha: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    private static let cbc: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, .TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        .TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, .TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
    ]

    private static let rsa: [NIOTLSCipher] = [
        .TLS_RSA_WITH_AES_256_GCM_SHA384, .TLS_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_RSA_WITH_AES_256_CBC_SHA, .TLS_RSA_WITH_AES_128_CBC_SHA,
    ]

    /// RFC 9155: no SHA-1 in the signatures of a handshake.
    private static let withoutSHA1: [SignatureAlgorithm] = [
        .ecdsaSecp256R1Sha256, .rsaPssRsaeSha256, .rsaPkcs1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha384,
        .rsaPkcs1Sha384, .ecdsaSecp521R1Sha512, .rsaPssRsaeSha512, .rsaPkcs1Sha512, .ed25519,
    ]
}
