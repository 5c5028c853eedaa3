/// Base64 (RFC 4648 4).
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

    /// The bytes of a padded text; nil for anything else.
    public static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 4) else { return nil }
        let padding = digits.suffix(2).count { $0 == UInt8(ascii: "=") }
        var out: [UInt8] = []
        out.reserveCapacity(digits.count / 4 * 3)
        var number: UInt32 = 0
        for (index, digit) in digits.dropLast(padding).enumerated() {
            guard let value = value(digit) else { return nil }
            number = number << 6 | value
            if index % 4 == 3 {
                for shift in [16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: number >> shift)) }
                number = 0
            }
        }
        switch padding {
        case 1: for shift in [10, 2] as [UInt32] { out.append(UInt8(truncatingIfNeeded: number >> shift)) }
        case 2: out.append(UInt8(truncatingIfNeeded: number >> 4))
        default: break
        }
        return out
    }

    private static func value(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
