/// Reads big-endian fields and items from a PDU body. No read goes beyond the item being read, whatever its length says.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var index: Int
    private let end: Int
    /// Index at which the PDU's own header began (it need not be in `bytes`), so that offsets count from there.
    private let origin: Int

    /// - Parameter body: the bytes after the PDU header.
    init(body: ArraySlice<UInt8>) {
        bytes = body
        index = body.startIndex
        end = body.endIndex
        origin = body.startIndex - PDUHeader.byteCount
    }

    private init(bytes: ArraySlice<UInt8>, origin: Int) {
        self.bytes = bytes
        index = bytes.startIndex
        end = bytes.endIndex
        self.origin = origin
    }

    /// Reads `slice`, taken from `outer`, with offsets that still count from the PDU's first byte.
    init(nested slice: ArraySlice<UInt8>, in outer: ByteReader) {
        self.init(bytes: slice, origin: outer.origin)
    }

    var remaining: Int { end - index }
    var isAtEnd: Bool { index >= end }
    /// Offset of the next byte from the first byte of the PDU.
    var offset: Int { index - origin }

    mutating func take(_ count: Int, _ expected: @autoclosure () -> String) throws(PDUError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else {
            throw PDUError(.truncated, at: offset, expected: "\(count) bytes of \(expected()), \(remaining) are left")
        }
        let slice = bytes[index..<index + count]
        index += count
        return slice
    }

    mutating func uint8(_ expected: @autoclosure () -> String) throws(PDUError) -> UInt8 {
        let slice = try take(1, expected())
        return slice[slice.startIndex]
    }

    mutating func uint16(_ expected: @autoclosure () -> String) throws(PDUError) -> UInt16 {
        let slice = try take(2, expected())
        return UInt16(slice[slice.startIndex]) << 8 | UInt16(slice[slice.startIndex + 1])
    }

    mutating func uint32(_ expected: @autoclosure () -> String) throws(PDUError) -> UInt32 {
        let slice = try take(4, expected())
        return slice.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A field led by its own 16-bit length.
    mutating func counted(_ expected: @autoclosure () -> String) throws(PDUError) -> ArraySlice<UInt8> {
        let length = try uint16("length of \(expected())")
        return try take(Int(length), expected())
    }

    mutating func rest() -> ArraySlice<UInt8> {
        let slice = bytes[index..<end]
        index = end
        return slice
    }

    /// Counts one more item or entry against what a PDU may hold.
    func spend(_ budget: inout Int) throws(PDUError) {
        guard budget > 0 else {
            let limit = UInt64(Limits.maxAssociateItems)
            throw PDUError(
                .limitExceeded(length: limit + 1, limit: limit),
                at: offset,
                expected: "at most \(limit) items"
            )
        }
        budget -= 1
    }

    /// The next item: its type and a reader confined to its value. The second byte is reserved, or a version that is to
    /// be read as version 0 with more behind it (PS3.8 9.3.1, PS3.7 D.3.3.6).
    mutating func item(budget: inout Int) throws(PDUError) -> Item {
        let start = offset
        try spend(&budget)
        let type = try uint8("an item type")
        _ = try uint8("the reserved byte of item \(hex(type))H")
        let value = try counted("item \(hex(type))H")
        return Item(type: type, position: start, value: ByteReader(bytes: value, origin: origin))
    }

    struct Item {
        let type: UInt8
        /// Offset of the item's type byte in the PDU.
        let position: Int
        var value: ByteReader
    }
}

/// Text of a received UID or name: padding (NUL and space) removed from the end, bytes outside ASCII replaced.
func receivedText(_ bytes: ArraySlice<UInt8>) -> String {
    let padding: (UInt8) -> Bool = { $0 == 0x00 || $0 == 0x20 }
    guard let last = bytes.lastIndex(where: { !padding($0) }) else { return "" }
    return String(decoding: bytes[bytes.startIndex...last].drop(while: padding), as: UTF8.self)
}
