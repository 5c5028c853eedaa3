import NIOCore

/// A host as TLS sees it: a DNS name, which goes into SNI and is looked for in the certificate, or an IP address, which
/// must not go into SNI (RFC 6066 3) and is compared with the address of the connection.
struct HostName: Equatable {
    /// Without a final dot, and without the zone of an IPv6 address.
    var text: String
    var isAddress: Bool

    init(_ host: String) {
        let bare = String(host.prefix { $0 != "%" })
        isAddress = (try? SocketAddress(ipAddress: bare, port: 0)) != nil
        text = isAddress ? bare : host.hasSuffix(".") ? String(host.dropLast()) : host
    }

    /// Nil for an address.
    var serverName: String? { isAddress ? nil : text }

    /// Whether a certificate can have this name.
    var isName: Bool {
        !isAddress && (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Whether a name of a certificate is this one (RFC 9525 6.3): letter by letter without regard to case, or `*` for the
    /// whole first label.
    func matches(_ name: String) -> Bool {
        let own = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        let other = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        guard !isAddress, own.count == other.count else { return false }
        if other.first == "*" { return own.count > 1 && own.dropFirst() == other.dropFirst() }
        return own == other
    }
}
