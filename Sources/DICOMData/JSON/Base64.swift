/// Base64 (RFC 4648 4), encoding only.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The text of the bytes, padded with `=`.
    public static func encode(_ bytes: ArraySlice<UInt8>) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes
        while !rest.isEmpty {
            let chunk = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            var number: UInt32 = 0
            for index in 0..<3 { number = number << 8 | UInt32(index < chunk.count ? chunk[index] : 0) }
            for index in 0..<4 {
                let digit = Int(number >> (18 - 6 * UInt32(index)) & 63)
                out.append(index <= chunk.count ? alphabet[digit] : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
