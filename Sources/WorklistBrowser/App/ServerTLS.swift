/// TLS for a server as its user wrote it down: paths and names, nothing of it read yet.
public struct ServerTLS: Hashable, Sendable {
    /// Files with the authorities that are trusted; those of the system if empty.
    public var authorities: [String] = []
    /// Files with our own certificate and its key; the key may be in the certificate's file.
    public var certificate: String?
    public var key: String?
    /// A file with the password of the key, and nothing else.
    public var keyPasswordFile: String?
    /// By name; the current one of the standard if nil.
    public var profile: String?
    /// The name to expect in the server's certificate, if that is not the host's.
    public var expectedName: String?
    /// Dangerous, and therefore never written down: the server's certificate is not checked.
    public var acceptsAnyCertificate = false

    public init() {}
}
