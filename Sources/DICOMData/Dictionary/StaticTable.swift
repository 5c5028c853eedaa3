import Glibc

/// A generated table: lines of ASCII fields in a string literal, read in place.
///
/// The bytes lie in the executable and live as long as the process, so the buffers handed out never dangle.
struct StaticTable {
    enum Separator: UInt8 {
        case space = 0x20
        case slash = 0x2F
        case bar = 0x7C
        /// No separator: the rest of the line.
        case end = 0x0A
    }

    let bytes: UnsafeBufferPointer<UInt8>

    init(_ text: StaticString) {
        bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// The offset of every line.
    func forEachLine(_ body: (Int) -> Void) {
        var offset = 0
        while offset < bytes.count {
            body(offset)
            offset = end(of: offset) + 1
        }
    }

    /// The fields of the line at an offset.
    func fields(at offset: Int) -> Fields {
        Fields(UnsafeBufferPointer(rebasing: bytes[offset..<end(of: offset)]))
    }

    private func end(of offset: Int) -> Int {
        guard let base = bytes.baseAddress, let newline = memchr(base + offset, 0x0A, bytes.count - offset) else {
            return bytes.count
        }
        return UnsafeRawPointer(newline) - UnsafeRawPointer(base)
    }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Takes fields off the front of a line.
    struct Fields {
        private var rest: UnsafeBufferPointer<UInt8>.SubSequence

        init(_ line: UnsafeBufferPointer<UInt8>) {
            rest = line[...]
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func next(until separator: Separator) -> UnsafeBufferPointer<UInt8> {
            let end = rest.firstIndex(of: separator.rawValue) ?? rest.endIndex
            let field = UnsafeBufferPointer(rebasing: rest[..<end])
            rest = end < rest.endIndex ? rest[(end + 1)...] : rest[end...]
            return field
        }
    }
}
