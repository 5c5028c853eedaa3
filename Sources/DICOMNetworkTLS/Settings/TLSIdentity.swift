import NIOSSL

/// Who we are: a certificate with those that lead to its authority, and the private key.
public struct TLSIdentity: Sendable {
    /// Our own certificate first, then those between it and the authority.
    public var certificates: TLSMaterial
    /// Nil if the key is in the same file.
    public var key: TLSMaterial?
    /// Asked for the password of an encrypted key, once, when the settings are put to use.
    public var password: (@Sendable () throws -> [UInt8])?

    public init(
        certificates: TLSMaterial,
        key: TLSMaterial? = nil,
        password: (@Sendable () throws -> [UInt8])? = nil
    ) {
        self.certificates = certificates
        self.key = key
        self.password = password
    }

    /// As ``init(certificates:key:password:)``, from files.
    public init(
        certificateFile: String,
        keyFile: String? = nil,
        password: (@Sendable () throws -> [UInt8])? = nil
    ) {
        self.init(certificates: .file(certificateFile), key: keyFile.map { .file($0) }, password: password)
    }

    var keyMaterial: TLSMaterial { key ?? certificates }

    struct Loaded {
        var chain: [NIOSSLCertificateSource]
        var key: NIOSSLPrivateKeySource
    }

    func load() throws(TLSSettingsError) -> Loaded {
        let chain = try certificates.certificates().map { NIOSSLCertificateSource.certificate($0) }
        return Loaded(chain: chain, key: .privateKey(try keyMaterial.privateKey(password: password)))
    }
}

/// Whose signature under a certificate counts.
public enum TLSTrustRoots: Sendable, Hashable {
    /// The authorities of the operating system.
    case system
    /// Those in these files, and no others.
    case only([TLSMaterial])

    /// As ``only(_:)``.
    public static func files(_ paths: [String]) -> TLSTrustRoots { .only(paths.map { .file($0) }) }

    func load() throws(TLSSettingsError) -> (roots: NIOSSLTrustRoots, trust: Trust) {
        switch self {
        case .system: return (.default, Trust(words: "those of this system", authorities: []))
        case .only(let materials):
            guard !materials.isEmpty else { throw TLSSettingsError(.noTrustRoots) }
            var certificates: [NIOSSLCertificate] = []
            for material in materials {
                for certificate in try material.certificates() where !certificates.contains(certificate) {
                    certificates.append(certificate)
                }
            }
            let authorities = certificates.compactMap { (try? $0.toDERBytes()).flatMap(CertificateDetails.init(der:)) }
            let files = materials.map(\.name).joined(separator: ", ")
            let words = authorities.count == 1 ? "the one in \(files)" : "the \(authorities.count) in \(files)"
            return (.certificates(certificates), Trust(words: words, authorities: authorities))
        }
    }
}

/// The authorities trusted, for explanations; what decides is the library's verification.
struct Trust: Sendable {
    /// Which these are: fits after "not among the trusted authorities: ".
    var words: String
    /// Empty for those of the system.
    var authorities: [CertificateDetails]
}
