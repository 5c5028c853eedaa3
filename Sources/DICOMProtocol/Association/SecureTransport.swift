/// What was agreed for the transport below an association (PS3.15 annex B).
public struct SecureTransport: Hashable, Sendable {
    /// `TLS 1.3`.
    public var version: String
    /// By its IANA name; nil where the library does not tell.
    public var cipherSuite: String?
    /// The secure transport connection profile in force, such as `bcp195-8996`.
    public var profile: String
    /// What the peer showed; nil if it showed none.
    public var peerCertificate: PeerCertificate?

    public init(version: String, cipherSuite: String? = nil, profile: String, peerCertificate: PeerCertificate? = nil) {
        self.version = version
        self.cipherSuite = cipherSuite
        self.profile = profile
        self.peerCertificate = peerCertificate
    }
}

/// A peer's certificate as far as a person has to know it. All of it is text from outside.
public struct PeerCertificate: Hashable, Sendable {
    public var subject: String
    public var issuer: String
    /// DNS names and IP addresses it is for.
    public var names: [String]
    /// Seconds since 1970-01-01 UTC.
    public var notBefore: Double
    public var notAfter: Double
    /// SHA-256 of the whole certificate, in hexadecimal digits.
    public var fingerprint: String

    public init(
        subject: String,
        issuer: String,
        names: [String],
        notBefore: Double,
        notAfter: Double,
        fingerprint: String
    ) {
        self.subject = subject
        self.issuer = issuer
        self.names = names
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.fingerprint = fingerprint
    }
}

/// Why there is no secure transport: what failed, and what to do next.
public struct SecureTransportFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed, for a program.
    public enum Kind: String, Hashable, Sendable {
        /// The peer's first bytes are no TLS record.
        case peerSpeaksPlain
        case certificateExpired
        case certificateNotYetValid
        case untrustedIssuer
        case wrongHostName
        case otherCertificateProblem
        /// The peer does not take our certificate.
        case ownCertificateRefused
        /// The peer wants a certificate from us.
        case certificateRequired
        case noCommonVersionOrCipher
        case handshakeTimedOut
        case closed
        case other
    }

    public var kind: Kind
    /// One sentence, without the peer's address.
    public var summary: String
    /// What to do next.
    public var advice: String
    public var peerCertificate: PeerCertificate?

    public init(_ kind: Kind, summary: String, advice: String, peerCertificate: PeerCertificate? = nil) {
        self.kind = kind
        self.summary = summary
        self.advice = advice
        self.peerCertificate = peerCertificate
    }

    public var description: String { summary + ". " + advice }
}
