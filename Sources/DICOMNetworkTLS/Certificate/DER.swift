import DICOMData

/// Reads the Distinguished Encoding Rules (X.690), as far as certificates need them: one element after the other, with
/// every length checked against what is there.
struct DERReader {
    struct Element {
        var tag: UInt8
        var content: ArraySlice<UInt8>
        /// Header and content.
        var whole: ArraySlice<UInt8>

        /// What a constructed element holds.
        var reader: DERReader { DERReader(content) }
    }

    enum Tag {
        static let boolean: UInt8 = 0x01
        static let integer: UInt8 = 0x02
        static let bitString: UInt8 = 0x03
        static let octetString: UInt8 = 0x04
        static let objectIdentifier: UInt8 = 0x06
        static let utcTime: UInt8 = 0x17
        static let generalizedTime: UInt8 = 0x18
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The tag of what comes next.
    var nextTag: UInt8? { rest.first }

    /// The next element; nil at the end, and where the bytes are no DER.
    mutating func next() -> Element? {
        let start = rest
        guard let tag = rest.popFirst(), tag & 0x1F != 0x1F, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            // Up to 16 MB; no certificate comes near.
            guard (1...3).contains(count), rest.count >= count else { return nil }
            length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
        }
        guard rest.count >= length else { return nil }
        let content = rest.prefix(length)
        rest = rest.dropFirst(length)
        return Element(tag: tag, content: content, whole: start.prefix(start.count - rest.count))
    }

    /// The next element if it has this tag; nil otherwise.
    mutating func next(_ tag: UInt8) -> Element? {
        guard nextTag == tag else { return nil }
        return next()
    }

    /// An object identifier in dotted form; nil if it is none.
    static func objectIdentifier(_ content: ArraySlice<UInt8>) -> String? {
        var arcs: [UInt64] = []
        var arc: UInt64 = 0
        for byte in content {
            guard arc < 1 << 50 else { return nil }
            arc = arc << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 {
                if arcs.isEmpty {
                    let first = min(arc / 40, 2)
                    arcs = [first, arc - first * 40]
                } else {
                    arcs.append(arc)
                }
                arc = 0
            }
        }
        guard content.last.map({ $0 & 0x80 == 0 }) ?? false else { return nil }
        return arcs.map(String.init).joined(separator: ".")
    }

    /// UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 has them, in seconds since 1970; nil if it is none.
    static func time(_ element: Element) -> Double? {
        var digits = element.content
        guard digits.popLast() == UInt8(ascii: "Z") else { return nil }
        var numbers: [Int] = []
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            numbers.append(Int(byte - UInt8(ascii: "0")))
        }
        func two(_ index: Int) -> Int { numbers[index] * 10 + numbers[index + 1] }
        let year: Int
        switch (element.tag, numbers.count) {
        case (Tag.utcTime, 12): year = two(0) + (two(0) < 50 ? 2_000 : 1_900)
        case (Tag.generalizedTime, 14):
            year = two(0) * 100 + two(2)
            numbers.removeFirst(2)
        default: return nil
        }
        let (hour, minute, second) = (two(6), two(8), two(10))
        guard let day = DICOMDate(year: year, month: two(2), day: two(4)), hour < 24, minute < 60, second < 61 else {
            return nil
        }
        return Double(day.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    /// Text of one of the string types; bytes that do not fit their type are replaced.
    static func text(_ element: Element) -> String {
        switch element.tag {
        // BMPString, UniversalString.
        case 0x1E:
            return String(decoding: units(element.content, 2).map { UInt16(truncatingIfNeeded: $0) }, as: UTF16.self)
        case 0x1C: return String(decoding: units(element.content, 4), as: UTF32.self)
        // TeletexString, which everyone reads as Latin-1.
        case 0x14: return String(String.UnicodeScalarView(element.content.map { Unicode.Scalar($0) }))
        default: return String(decoding: element.content, as: UTF8.self)
        }
    }

    private static func units(_ bytes: ArraySlice<UInt8>, _ size: Int) -> [UInt32] {
        var units: [UInt32] = []
        var rest = bytes
        while rest.count >= size {
            units.append(rest.prefix(size).reduce(0) { $0 << 8 | UInt32($1) })
            rest = rest.dropFirst(size)
        }
        return units
    }
}
