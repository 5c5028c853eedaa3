import DICOMNetwork
import NIOCore
import NIOSSL

/// TLS as a client: whom to trust, and who we are.
///
///     var settings = TLSClientSettings()
///     settings.trustRoots = .files(["hospital-ca.pem"])
///     configuration.security = try settings.transportSecurity()
///
/// The server's certificate is verified: it leads to a trusted authority, is valid today, and is for the host that is called.
public struct TLSClientSettings: Sendable {
    public var profile: TLSProfile
    public var trustRoots: TLSTrustRoots
    /// Shown to a server that asks for it (PS3.15 annex B: mutual authentication).
    public var identity: TLSIdentity?
    /// The DNS name to expect in the certificate, and to ask the server for (SNI), instead of the host that is called.
    public var expectedName: String?
    /// Takes whatever certificate a server shows: anyone in between can then read and change everything.
    ///
    /// For a test against a device whose certificate cannot be verified. Never a default.
    public var dangerouslyAcceptsAnyCertificate = false
    /// Seconds for the handshake.
    public var handshakeTimeout: Double
    /// For what only shows with TLS 1.2.
    var isLimitedToTLS12 = false

    public init(
        profile: TLSProfile = .bcp195RFC8996,
        trustRoots: TLSTrustRoots = .system,
        identity: TLSIdentity? = nil,
        expectedName: String? = nil,
        handshakeTimeout: Double = 15
    ) {
        self.profile = profile
        self.trustRoots = trustRoots
        self.identity = identity
        self.expectedName = expectedName
        self.handshakeTimeout = handshakeTimeout
    }

    /// Reads all files; what is wrong with one is thrown here, and not at the first connection. Blocks for some
    /// milliseconds.
    public func transportSecurity() throws(TLSSettingsError) -> TransportSecurity {
        if let expectedName { try Self.check(expectedName) }
        var configuration = TLSConfiguration.makeClientConfiguration()
        profile.apply(to: &configuration)
        if isLimitedToTLS12 { configuration.maximumTLSVersion = .tlsv12 }
        configuration.shutdownTimeout = Self.shutdownTimeout
        var trust = Trust(words: "none", authorities: [])
        if dangerouslyAcceptsAnyCertificate {
            configuration.certificateVerification = .none
        } else {
            let loaded = try trustRoots.load()
            configuration.trustRoots = loaded.roots
            configuration.certificateVerification = .fullVerification
            trust = loaded.trust
        }
        if let loaded = try identity?.load() {
            configuration.certificateChain = loaded.chain
            configuration.privateKey = loaded.key
        }
        let context = try configuration.context(identity: identity, trustsSystem: trustRoots == .system)
        let template = ConnectionFacts.Template(
            isClient: true,
            profile: profile,
            hasIdentity: identity != nil,
            trust: trust,
            isVerifying: !dangerouslyAcceptsAnyCertificate
        )
        let expectedName = expectedName
        return TransportSecurity(
            handshakeTimeout: handshakeTimeout,
            authenticatesPeer: !dangerouslyAcceptsAnyCertificate
        ) { channel, host in
            let name = HostName(expectedName ?? host ?? "")
            try SecureConnection.install(
                on: channel,
                NIOSSLClientHandler(context: context, serverHostname: name.serverName),
                facts: ConnectionFacts(template, host: name)
            )
        }
    }

    /// A peer that answers our closing does so at once; others are not waited for.
    static let shutdownTimeout = TimeAmount.seconds(1)

    private static func check(_ name: String) throws(TLSSettingsError) {
        let host = HostName(name)
        if host.isAddress { throw TLSSettingsError(.expectedNameIsAddress(name)) }
        guard host.isName else { throw TLSSettingsError(.expectedNameIsNoName(name)) }
    }
}

/// TLS as a server: who we are, and whom we let in.
public struct TLSServerSettings: Sendable {
    /// Whether clients have to show a certificate.
    public enum ClientCertificates: String, Sendable, CaseIterable {
        /// No handshake without a valid one.
        case required
        /// Asked for; one that is shown has to be valid.
        case requested
        case none
    }

    public var profile: TLSProfile
    public var identity: TLSIdentity
    public var clientCertificates: ClientCertificates
    /// For clients' certificates.
    public var trustRoots: TLSTrustRoots
    /// Seconds for the handshake.
    public var handshakeTimeout: Double

    public init(
        profile: TLSProfile = .bcp195RFC8996,
        identity: TLSIdentity,
        clientCertificates: ClientCertificates = .none,
        trustRoots: TLSTrustRoots = .system,
        handshakeTimeout: Double = 15
    ) {
        self.profile = profile
        self.identity = identity
        self.clientCertificates = clientCertificates
        self.trustRoots = trustRoots
        self.handshakeTimeout = handshakeTimeout
    }

    /// Reads all files; what is wrong with one is thrown here. Blocks for some milliseconds.
    public func transportSecurity() throws(TLSSettingsError) -> TransportSecurity {
        let loaded = try identity.load()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: loaded.chain,
            privateKey: loaded.key
        )
        profile.apply(to: &configuration)
        configuration.shutdownTimeout = TLSClientSettings.shutdownTimeout
        var trust = Trust(words: "none", authorities: [])
        if clientCertificates != .none {
            let loaded = try trustRoots.load()
            configuration.trustRoots = loaded.roots
            trust = loaded.trust
            // A client's address says nothing about its name.
            configuration.certificateVerification =
                clientCertificates == .required ? .noHostnameVerification : .optionalVerification
            // Clients with several certificates choose by this list; that of a whole system would be too long for some.
            configuration.sendCANameList = trustRoots != .system
        }
        let context = try configuration.context(
            identity: identity,
            trustsSystem: clientCertificates != .none && trustRoots == .system
        )
        let template = ConnectionFacts.Template(
            isClient: false,
            profile: profile,
            hasIdentity: true,
            trust: trust,
            isVerifying: clientCertificates != .none
        )
        return TransportSecurity(handshakeTimeout: handshakeTimeout) { channel, _ in
            try SecureConnection.install(
                on: channel,
                NIOSSLServerHandler(context: context),
                facts: ConnectionFacts(template, host: nil)
            )
        }
    }
}

extension TLSConfiguration {
    /// The context all connections share; what can go wrong with it, by its cause.
    fileprivate func context(identity: TLSIdentity?, trustsSystem: Bool) throws(TLSSettingsError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: self)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw TLSSettingsError(
                .keyDoesNotFit(key: identity?.keyMaterial.name ?? ""),
                file: identity?.certificates.name
            )
        } catch {
            // The one step that depends on the machine.
            if trustsSystem, certificateVerification != .none { throw TLSSettingsError(.noSystemTrustRoots) }
            throw TLSSettingsError(.unusable(detail: "\(error)"))
        }
    }
}
