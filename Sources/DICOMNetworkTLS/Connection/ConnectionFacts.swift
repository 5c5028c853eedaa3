import NIOCore

/// What the handlers of one connection know together; used on its event loop only.
final class ConnectionFacts {
    /// The same for all connections of some settings.
    struct Template: Sendable {
        var isClient: Bool
        var profile: TLSProfile
        /// Whether we have a certificate to show.
        var hasIdentity: Bool
        var trust: Trust
        /// Whether the peer's certificate is verified, if it shows one.
        var isVerifying: Bool
    }

    let template: Template
    /// What the certificate has to be for; nil on a server.
    let host: HostName?

    /// What the peer sent first of all.
    var firstBytes: [UInt8] = []
    /// From the ServerHello.
    var cipherSuite: UInt16?
    /// OpenSSL sends its alerts unencrypted where TLS 1.3 wants them encrypted; the library then only sees bytes that it
    /// cannot decrypt. Nothing but an explanation hangs on it.
    var plainAlert: UInt8?
    /// Known up to TLS 1.2 only; later the request is encrypted.
    var peerAskedForCertificate = false
    var isSecured = false
    /// The peer sent something through the secured connection, and so was content with the handshake.
    var hasReceivedData = false
    var hasFailed = false

    init(_ template: Template, host: HostName?) {
        self.template = template
        self.host = host
    }

    /// What the peer is for us.
    var peerName: String { template.isClient ? "server" : "client" }

    /// The peer's first byte begins no record of TLS (RFC 8446 5.1: content types 20 to 24).
    var peerSpeaksPlain: Bool {
        guard let first = firstBytes.first else { return false }
        return !(20...24).contains(first)
    }
}
