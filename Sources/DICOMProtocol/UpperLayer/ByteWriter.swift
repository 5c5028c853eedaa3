/// Writes big-endian fields and items of a PDU, and refuses what does not fit in their length fields.
struct ByteWriter {
    private(set) var bytes: [UInt8]

    /// Starts a PDU of `type`; its length is filled in by `finish`.
    init(_ type: PDUType) {
        bytes = [type.rawValue, 0, 0, 0, 0, 0]
    }

    mutating func uint8(_ value: UInt8) { bytes.append(value) }

    mutating func uint16(_ value: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    mutating func uint32(_ value: UInt32) {
        uint16(UInt16(truncatingIfNeeded: value >> 16))
        uint16(UInt16(truncatingIfNeeded: value))
    }

    mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    mutating func zeros(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }

    /// A field led by its own 16-bit length.
    mutating func counted(_ value: some Collection<UInt8>, _ field: String) throws(PDUEncodingError) {
        guard let length = UInt16(exactly: value.count) else {
            throw .itemTooLong(field: field, length: value.count, limit: Int(UInt16.max))
        }
        uint16(length)
        bytes.append(contentsOf: value)
    }

    mutating func countedUID(_ uid: String, _ field: String) throws(PDUEncodingError) {
        guard UIDSyntax.isValid(uid) else { throw .invalidUID(uid, field: field) }
        try counted(uid.utf8, field)
    }

    /// An item whose value `write` appends (PS3.8 9.3.1: type, reserved byte, 16-bit length, value).
    mutating func item(
        _ type: UInt8,
        _ field: String,
        _ write: (inout ByteWriter) throws(PDUEncodingError) -> Void
    ) throws(PDUEncodingError) {
        bytes.append(contentsOf: [type, 0, 0, 0])
        let start = bytes.count
        try write(&self)
        let length = bytes.count - start
        guard let length = UInt16(exactly: length) else {
            throw .itemTooLong(field: field, length: length, limit: Int(UInt16.max))
        }
        bytes[start - 2] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[start - 1] = UInt8(truncatingIfNeeded: length)
    }

    /// An item that is one UID. UIDs in items are not padded (PS3.8 annex F).
    mutating func uidItem(_ type: UInt8, _ uid: String, _ field: String) throws(PDUEncodingError) {
        guard UIDSyntax.isValid(uid) else { throw .invalidUID(uid, field: field) }
        try item(type, field) { (writer) throws(PDUEncodingError) in writer.raw(uid.utf8) }
    }

    /// The whole PDU with its length filled in.
    func finish(_ type: PDUType) throws(PDUEncodingError) -> [UInt8] {
        let length = bytes.count - PDUHeader.byteCount
        guard length <= Limits.maxAssociatePDULength else {
            throw .itemTooLong(field: "\(type)", length: length, limit: Limits.maxAssociatePDULength)
        }
        var finished = bytes
        for i in 0..<4 { finished[2 + i] = UInt8(truncatingIfNeeded: length >> (24 - 8 * i)) }
        return finished
    }
}

/// What a UID may look like (PS3.5 9.1).
public enum UIDSyntax {
    /// Whether `uid` is 1 to 64 digits and dots. Leading zeros in components are let through: real systems have them.
    public static func isValid(_ uid: some StringProtocol) -> Bool {
        let bytes = uid.utf8
        return !bytes.isEmpty && bytes.count <= Limits.maxUIDLength
            && bytes.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
    }
}
