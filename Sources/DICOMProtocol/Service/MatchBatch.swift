import DICOMData

/// Matches as they came off the wire, many at a time: one block of bytes and where each identifier lies in it.
///
/// Nothing is decoded; take ``identifier(_:)`` of the rows you look at.
public struct MatchBatch: Hashable, Sendable {
    /// One match: the identifier's place in ``bytes``, and FF00 or FF01.
    public struct Entry: Hashable, Sendable {
        public var offset: UInt32
        public var length: UInt32
        public var status: Status

        public init(offset: UInt32, length: UInt32, status: Status) {
            self.offset = offset
            self.length = length
            self.status = status
        }
    }

    public private(set) var bytes: [UInt8]
    public private(set) var entries: [Entry]
    public let transferSyntax: TransferSyntax

    public init(transferSyntax: TransferSyntax) {
        self.bytes = []
        self.entries = []
        self.transferSyntax = transferSyntax
    }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }

    /// The encoded identifier of a match; the index must be below ``count``.
    public func identifier(_ index: Int) -> EncodedDataSet {
        let entry = entries[index]
        let start = Int(entry.offset)
        return EncodedDataSet(bytes: bytes[start..<(start + Int(entry.length))], transferSyntax: transferSyntax)
    }

    /// Adds a match whose identifier lies in one piece in `span`.
    public mutating func append(_ span: RawSpan, at offset: Int, length: Int, status: Status) {
        let start = bytes.count
        bytes.append(copying: span, from: offset, count: length)
        entries.append(
            Entry(
                offset: UInt32(truncatingIfNeeded: start),
                length: UInt32(truncatingIfNeeded: length),
                status: status
            )
        )
    }

    /// Adds a match from bytes.
    public mutating func append(_ identifier: some Collection<UInt8>, status: Status) {
        let start = bytes.count
        bytes.append(contentsOf: identifier)
        entries.append(
            Entry(
                offset: UInt32(truncatingIfNeeded: start),
                length: UInt32(truncatingIfNeeded: bytes.count - start),
                status: status
            )
        )
    }

    /// Adds the matches of another batch with the same transfer syntax.
    public mutating func append(_ other: MatchBatch) {
        let base = UInt32(truncatingIfNeeded: bytes.count)
        bytes.append(contentsOf: other.bytes)
        for entry in other.entries {
            entries.append(Entry(offset: base &+ entry.offset, length: entry.length, status: entry.status))
        }
    }

    /// Some of the matches; the bytes of all are shared, not copied. The range must lie within ``count``.
    public func sharing(_ range: Range<Int>) -> MatchBatch {
        var part = MatchBatch(transferSyntax: transferSyntax)
        part.bytes = bytes
        part.entries = Array(entries[range])
        return part
    }

    /// Some of the matches, with nothing but their own bytes. The range must lie within ``count``.
    public func copying(_ range: Range<Int>) -> MatchBatch {
        var part = MatchBatch(transferSyntax: transferSyntax)
        for entry in entries[range] {
            let start = Int(entry.offset)
            part.append(bytes[start..<(start + Int(entry.length))], status: entry.status)
        }
        return part
    }

    /// Adds matches of a batch that has the very same bytes as this one.
    public mutating func extend(sharing range: Range<Int>, of other: MatchBatch) {
        entries += other.entries[range]
    }

    /// Keeps the first `count` matches.
    public mutating func truncate(to count: Int) {
        guard count < entries.count else { return }
        entries.removeLast(entries.count - count)
    }

    public mutating func reserve(bytes byteCount: Int, matches: Int) {
        bytes.reserveCapacity(byteCount)
        entries.reserveCapacity(matches)
    }
}

extension Array where Element == UInt8 {
    /// One block copy; `offset` and `count` lie within the span (checked).
    mutating func append(copying span: RawSpan, from offset: Int, count: Int) {
        guard count > 0 else { return }
        span.extracting(offset..<(offset + count)).withUnsafeBytes { append(contentsOf: $0) }
    }
}
