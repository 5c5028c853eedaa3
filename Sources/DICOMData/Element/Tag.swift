/// A data element tag: group and element number (PS3.5 7.1).
public struct Tag: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The group in the high, the element in the low 16 bits.
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public init(_ group: UInt16, _ element: UInt16) {
        self.rawValue = UInt32(group) << 16 | UInt32(element)
    }

    public var group: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) }
    public var element: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// Odd groups are private, save those the standard forbids (PS3.5 7.8).
    public var isPrivate: Bool { group & 1 == 1 && group > 8 && group != 0xFFFF }

    /// `(gggg,0010)` to `(gggg,00FF)`: reserves a block of private elements (PS3.5 7.8.1).
    public var isPrivateCreator: Bool { isPrivate && (0x0010...0x00FF).contains(element) }

    /// `(gggg,0000)`: the length of its group (PS3.5 7.2).
    public var isGroupLength: Bool { element == 0 }

    public static func < (a: Tag, b: Tag) -> Bool { a.rawValue < b.rawValue }

    /// `(0010,0020)`, hexadecimal digits in upper case.
    public var description: String { "(" + Hex.four(group) + "," + Hex.four(element) + ")" }

    /// Reads `(0010,0020)`, `0010,0020` and `00100020`; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        var digits = Array(text.utf8)
        if digits.first == UInt8(ascii: "("), digits.last == UInt8(ascii: ")"), digits.count == 11 {
            digits = Array(digits[1..<10])
        }
        if digits.count == 9, digits[4] == UInt8(ascii: ",") { digits.remove(at: 4) }
        guard digits.count == 8 else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard let nibble = Hex.value(of: digit) else { return nil }
            value = value << 4 | UInt32(nibble)
        }
        self.rawValue = value
    }
}

/// Hexadecimal text without Foundation.
public enum Hex {
    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }

    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Two digits for a byte.
    public static func two(_ byte: UInt8) -> String {
        String(decoding: [digit(byte >> 4), digit(byte & 15)], as: UTF8.self)
    }

    /// Four digits for a 16-bit number.
    public static func four(_ number: UInt16) -> String {
        let high = UInt8(truncatingIfNeeded: number >> 8)
        let low = UInt8(truncatingIfNeeded: number)
        return String(decoding: [digit(high >> 4), digit(high & 15), digit(low >> 4), digit(low & 15)], as: UTF8.self)
    }

    /// Bytes as `4E 6F`, at most `limit` of them, with `…` where more follow.
    public static func dump(_ bytes: some Collection<UInt8>, limit: Int = 64) -> String {
        var text = bytes.prefix(limit).map(two).joined(separator: " ")
        if bytes.count > limit { text += " …" }
        return text
    }
}
