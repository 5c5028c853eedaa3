import Glibc

/// IP addresses that begin alike: one address, or a block in CIDR notation (RFC 4632, RFC 4291 2.3).
///
///     try AddressRange("10.20.0.0/16").contains("10.20.3.4")         // true
///     try AddressRange("10.20.0.0/16").contains("::ffff:10.20.3.4")  // true, the same peer on a dual-stack socket
///
/// IPv4 and IPv6 are apart: an IPv4 peer, however it is written, is in IPv4 ranges only, and `::/0` is all of IPv6.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// With the bits behind the prefix cleared.
    private let network: IPAddress
    private let prefixLength: Int

    /// Reads `10.20.0.0/16`, `192.168.1.7`, `fd00::/8` or `::1`. Bits behind the prefix do not count.
    ///
    /// - Throws: `AddressRangeError` if this is no address, or the prefix is no number of bits that the address has.
    public init(_ text: String) throws(AddressRangeError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { throw .notAnAddress(text) }
        var length = address.width
        if parts.count > 1 {
            let digits = parts[1].utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let bits = Int(parts[1]), bits <= address.width
            else { throw .invalidPrefixLength(text, maximum: address.width) }
            length = bits
        }
        // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
        if let inner = address.mappedIPv4, length >= 96 {
            network = inner.masked(to: length - 96)
            prefixLength = length - 96
        } else {
            network = address.masked(to: length)
            prefixLength = length
        }
    }

    /// Whether an address, as the transport names it (without a port), lies in the range. A zone (`%eth0`) does not count;
    /// what is no address lies in no range.
    public func contains(_ address: String) -> Bool {
        guard let address = IPAddress(address.prefix { $0 != "%" }) else { return false }
        let peer = address.mappedIPv4 ?? address
        return peer.isIPv4 == network.isIPv4 && peer.masked(to: prefixLength) == network
    }

    public var description: String { prefixLength == network.width ? "\(network)" : "\(network)/\(prefixLength)" }
}

/// Why a text is not a range of addresses.
public enum AddressRangeError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnAddress(String)
    case invalidPrefixLength(String, maximum: Int)

    public var description: String {
        switch self {
        case .notAnAddress(let text):
            "\(String(reflecting: text)) is no IP address or range: write it like 192.168.1.7, 10.20.0.0/16 or fd00::/8; "
                + "names of hosts are not looked up"
        case .invalidPrefixLength(let text, let maximum):
            "\(String(reflecting: text)) has no valid prefix length: use a number from 0 to \(maximum) behind the slash"
        }
    }
}

/// An IPv4 or IPv6 address as a number.
private struct IPAddress: Hashable, CustomStringConvertible {
    let isIPv4: Bool
    /// The first 64 bits; of IPv4 the 32 there are, at the upper end.
    let high: UInt64
    let low: UInt64

    var width: Int { isIPv4 ? 32 : 128 }

    private init(isIPv4: Bool, high: UInt64, low: UInt64) {
        self.isIPv4 = isIPv4
        self.high = high
        self.low = low
    }

    /// Dotted decimal with four numbers, or any spelling of RFC 4291 2.2.
    init?(_ text: Substring) {
        // A NUL would hide the rest of the text from the C function.
        guard !text.utf8.contains(0) else { return nil }
        let text = String(text)
        // inet_pton writes 4 or 16 bytes in network order into what it is given, and nothing if it does not return 1.
        var four = in_addr()
        var sixteen = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(isIPv4: true, high: UInt64(UInt32(bigEndian: four.s_addr)) << 32, low: 0)
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            let (high, low) = withUnsafeBytes(of: &sixteen) { bytes in
                let number = { (part: Slice<UnsafeRawBufferPointer>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                }
                return (number(bytes.prefix(8)), number(bytes.dropFirst(8)))
            }
            self.init(isIPv4: false, high: high, low: low)
        } else {
            return nil
        }
    }

    /// The IPv4 address in an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2).
    var mappedIPv4: IPAddress? {
        guard !isIPv4, high == 0, low >> 32 == 0xFFFF else { return nil }
        return IPAddress(isIPv4: true, high: low << 32, low: 0)
    }

    /// The first `length` bits, then zeros. Shifts by more than there is give zero.
    func masked(to length: Int) -> IPAddress {
        IPAddress(
            isIPv4: isIPv4,
            high: high & ~(UInt64.max >> length),
            low: length > 64 ? low & ~(UInt64.max >> (length - 64)) : 0
        )
    }

    var description: String {
        if isIPv4 { return (1...4).map { String(high >> (64 - 8 * $0) & 0xFF) }.joined(separator: ".") }
        var bytes = in6_addr()
        withUnsafeMutableBytes(of: &bytes) { bytes in
            for index in bytes.indices {
                bytes[index] = UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> (56 - index % 8 * 8))
            }
        }
        // INET6_ADDRSTRLEN holds any address and its NUL.
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &bytes, &text, socklen_t(INET6_ADDRSTRLEN))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
