/// The message control header: what a fragment belongs to (PS3.8 E.2).
public struct MessageControlHeader: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The fragment is of a command set, else of a data set.
    public static let command = MessageControlHeader(rawValue: 1)
    /// The fragment is the last one of its command set or data set.
    public static let last = MessageControlHeader(rawValue: 2)
}

/// One presentation data value of a P-DATA-TF (PS3.8 9.3.5.1).
public struct PresentationDataValue: Sendable, Hashable {
    public let contextID: UInt8
    public let control: MessageControlHeader
    public let fragment: ArraySlice<UInt8>
}

/// The presentation data values of a P-DATA-TF variable field, one by one and without copying.
public struct PresentationDataValues: Sendable {
    private var reader: ByteReader
    private var count = 0
    private let limit: Int

    /// - Parameter body: the PDU without its 6-byte header.
    public init(body: ArraySlice<UInt8>) {
        self.init(body: body, limit: Limits.maxPDVsPerPDU)
    }

    init(body: ArraySlice<UInt8>, limit: Int) {
        reader = ByteReader(body: body)
        self.limit = limit
    }

    /// The next value; nil after the last.
    ///
    /// - Throws: `PDUError` if an item is too short for its header, reaches beyond the PDU, or if there is none at all.
    public mutating func next() throws(PDUError) -> PresentationDataValue? {
        if reader.isAtEnd {
            guard count > 0 else {
                throw PDUError(.invalidValue, at: reader.offset, expected: "at least one presentation data value")
            }
            return nil
        }
        count += 1
        guard count <= limit else {
            let limit = UInt64(limit)
            throw PDUError(
                .limitExceeded(length: limit + 1, limit: limit),
                at: reader.offset,
                expected: "at most \(limit) presentation data values"
            )
        }
        let position = reader.offset
        let length = try reader.uint32("a presentation data value length")
        guard length >= 2 else {
            throw PDUError(.invalidValue, at: position, expected: "a length of 2 or more, not \(length)")
        }
        let id = try reader.uint8("a presentation context ID")
        let control = MessageControlHeader(rawValue: try reader.uint8("a message control header"))
        guard let fragmentLength = Int(exactly: length - 2), fragmentLength <= reader.remaining else {
            throw PDUError(
                .truncated,
                at: position,
                expected: "a length of at most \(reader.remaining + 2), not \(length)"
            )
        }
        let fragment = try reader.take(fragmentLength, "a fragment")
        return PresentationDataValue(contextID: id, control: control, fragment: fragment)
    }
}

/// Sizes and writing of P-DATA-TF PDUs (PS3.8 9.3.5).
///
/// "Maximum length" always means the variable field: everything after the 6-byte PDU header (PS3.8 D.1.1).
public enum PDataTF {
    /// Length, context ID and message control header before each fragment.
    public static let valueHeaderLength = 6

    /// The longest fragment that fits in one PDU with one presentation data value, in bytes. Even, because command and
    /// data sets are, and some receivers expect it of every fragment.
    ///
    /// - Parameters:
    ///   - peerMaximumLength: what the peer announced; 0 is unlimited.
    ///   - ceiling: the longest variable field we want to send.
    /// - Returns: nil if the peer announced less than a header and two bytes: nothing can be sent to it.
    public static func fragmentCapacity(
        peerMaximumLength: UInt32,
        ceiling: Int = Limits.maxSentPDataLength
    ) -> Int? {
        let field = peerMaximumLength == 0 ? ceiling : min(ceiling, Int(clamping: peerMaximumLength))
        guard field >= valueHeaderLength + 2 else { return nil }
        return (field - valueHeaderLength) & ~1
    }

    /// Appends a whole P-DATA-TF with one presentation data value.
    ///
    /// - Throws: `PDUEncodingError.itemTooLong` if the length does not fit in 32 bits.
    public static func append(
        _ fragment: some Collection<UInt8>,
        contextID: UInt8,
        control: MessageControlHeader,
        to bytes: inout [UInt8]
    ) throws(PDUEncodingError) {
        guard fragment.count <= Limits.hardMaximumPDataLength else {
            throw .itemTooLong(field: "fragment", length: fragment.count, limit: Limits.hardMaximumPDataLength)
        }
        let length = UInt32(truncatingIfNeeded: fragment.count)
        bytes.reserveCapacity(bytes.count + PDUHeader.byteCount + valueHeaderLength + fragment.count)
        bytes.append(PDUType.pData.rawValue)
        bytes.append(0)
        append(length &+ 6, to: &bytes)
        append(length &+ 2, to: &bytes)
        bytes.append(contextID)
        bytes.append(control.rawValue)
        bytes.append(contentsOf: fragment)
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
