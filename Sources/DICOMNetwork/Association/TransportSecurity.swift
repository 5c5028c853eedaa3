import DICOMProtocol
import NIOCore

/// What secures the transport below an association: channel handlers between the socket and DICOM.
///
/// The module DICOMNetworkTLS makes one. The association begins once its handlers say that the transport is secure; not a
/// byte of it leaves before.
public struct TransportSecurity: Sendable {
    /// Seconds from the open connection until the transport must be secure.
    public var handshakeTimeout: Double
    /// Whether it proves who the peer is. Without that a secret would be told to anybody in between.
    public var authenticatesPeer: Bool
    /// Adds handlers to a pipeline without any, on its event loop. `host` is what a client calls; nil on a server.
    public var install: @Sendable (_ channel: any Channel, _ host: String?) throws -> Void

    public init(
        handshakeTimeout: Double = 15,
        authenticatesPeer: Bool = true,
        install: @escaping @Sendable (_ channel: any Channel, _ host: String?) throws -> Void
    ) {
        self.handshakeTimeout = handshakeTimeout
        self.authenticatesPeer = authenticatesPeer
        self.install = install
    }
}

/// What the uppermost handler of a ``TransportSecurity`` fires up the pipeline, as a user event.
public enum TransportSecurityEvent: Sendable {
    /// The transport is secure, and the association may begin. Once.
    case established(SecureTransport)
    /// In place of an error; at any time, for a peer may refuse our certificate after the handshake (TLS 1.3).
    case failed(SecureTransportFailure)
}
