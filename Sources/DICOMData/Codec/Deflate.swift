import CZlib

/// Deflated streams (RFC 1951) as Deflated Explicit VR Little Endian has them: without a zlib header, of even length (PS3.5 A.5).
///
/// Border to C: a `z_stream` never leaves its function, and every length comes from the buffer it goes with.
enum Deflate {
    /// What a stream held, as far as it could be read.
    struct Inflated: Sendable {
        var bytes: [UInt8]
        /// Why the stream is not whole; its offset counts inflated bytes.
        var defect: DataSetDefect?
    }

    /// One step of work: big enough that an ordinary identifier needs a single one.
    private static let stepLength = 65_536
    /// zlib counts the bytes at hand in 32 bits.
    private static let feedLength = 1 << 30
    /// The largest window, negative for a stream without a zlib header.
    private static let rawWindowBits: Int32 = -15

    /// Inflates at most `limit` bytes, whatever the stream promises; never fails, and tells by ``Inflated/defect`` what is missing.
    ///
    /// NUL bytes after the end are padding. A stream in a zlib wrapper (RFC 1950), as some write it, is read too.
    static func inflate(
        _ input: ArraySlice<UInt8>,
        limit: Int = DataSetLimits.maximumInflatedLength
    ) -> Inflated {
        var output: [UInt8] = []
        let reason: DataSetDefect.Reason? = input.withUnsafeBufferPointer { source in
            withStream { stream in
                guard czl_inflate_init(stream, isWrapped(input) ? -rawWindowBits : rawWindowBits) == Z_OK else {
                    return .corruptStream("out of memory")
                }
                defer { inflateEnd(stream) }
                return inflate(stream, source, limit: limit, into: &output)
            }
        }
        let defect = reason.map { DataSetDefect(reason: $0, tag: nil, offset: output.count) }
        return Inflated(bytes: output, defect: defect)
    }

    /// Every round fills the room, which `limit` bounds, or uses up all input at hand: so it ends.
    private static func inflate(
        _ stream: UnsafeMutablePointer<z_stream>,
        _ source: UnsafeBufferPointer<UInt8>,
        limit: Int,
        into output: inout [UInt8]
    ) -> DataSetDefect.Reason? {
        var rest = source[...]
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: stepLength) { room in
            while true {
                feed(stream, &rest)
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(truncatingIfNeeded: room.count)
                // Z_FINISH spares the window when all ends in this round.
                let result = CZlib.inflate(stream, Z_FINISH)
                let produced = room.count - Int(stream.pointee.avail_out)
                let taken = min(produced, limit - output.count)
                output.append(contentsOf: UnsafeBufferPointer(rebasing: room[..<taken]))
                if taken < produced { return .inflatedTooLong(limit: limit) }
                switch result {
                case Z_STREAM_END:
                    let unread = source.suffix(Int(stream.pointee.avail_in) + rest.count)
                    return unread.allSatisfy { $0 == 0 } ? nil : .bytesAfterStream(unread.count)
                case Z_OK, Z_BUF_ERROR:
                    if stream.pointee.avail_out > 0, rest.isEmpty { return .truncatedStream }
                default:
                    let message = stream.pointee.msg.map { String(cString: $0) }
                    return .corruptStream(message ?? "zlib error \(result)")
                }
            }
        }
    }

    /// The stream of `input`, padded to even length with a NUL (PS3.5 A.5).
    static func deflate(_ input: [UInt8]) throws(DataSetEncodingError) -> [UInt8] {
        var output: [UInt8] = []
        let result = input.withUnsafeBufferPointer { source in
            withStream { stream in
                let ready = czl_deflate_init(stream, Z_DEFAULT_COMPRESSION, rawWindowBits, 8)
                guard ready == Z_OK else { return ready }
                defer { deflateEnd(stream) }
                return deflate(stream, source, into: &output)
            }
        }
        guard result == Z_STREAM_END else { throw .notDeflated(code: result) }
        if output.count & 1 == 1 { output.append(0) }
        return output
    }

    private static func deflate(
        _ stream: UnsafeMutablePointer<z_stream>,
        _ source: UnsafeBufferPointer<UInt8>,
        into output: inout [UInt8]
    ) -> Int32 {
        var rest = source[...]
        // Bounds are for all input at once: what is larger goes in steps.
        let bound = Int(clamping: deflateBound(stream, UInt(source.count)))
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: min(bound, stepLength)) { room in
            while true {
                feed(stream, &rest)
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(truncatingIfNeeded: room.count)
                let result = CZlib.deflate(stream, rest.isEmpty ? Z_FINISH : Z_NO_FLUSH)
                let produced = room.count - Int(stream.pointee.avail_out)
                output.append(contentsOf: UnsafeBufferPointer(rebasing: room[..<produced]))
                guard result == Z_OK || result == Z_BUF_ERROR else { return result }
            }
        }
    }

    /// Calls `body` with a stream that stays where it is: zlib checks the address.
    private static func withStream<Result>(_ body: (UnsafeMutablePointer<z_stream>) -> Result) -> Result {
        var stream = z_stream()
        return withUnsafeMutablePointer(to: &stream, body)
    }

    /// Gives the stream more of the input once it has used what it had.
    private static func feed(_ stream: UnsafeMutablePointer<z_stream>, _ rest: inout Slice<UnsafeBufferPointer<UInt8>>)
    {
        guard stream.pointee.avail_in == 0, !rest.isEmpty else { return }
        let next = UnsafeBufferPointer(rebasing: rest.prefix(feedLength))
        stream.pointee.next_in = next.baseAddress
        stream.pointee.avail_in = UInt32(truncatingIfNeeded: next.count)
        rest = rest.dropFirst(next.count)
    }

    /// The stream has a zlib header before it (RFC 1950 2.2) and can be nothing else.
    ///
    /// Read as a raw stream, a byte that ends in 8 opens a stored block (RFC 1951 3.2.4), whose length follows twice, the second
    /// time inverted: where that holds it is a raw stream.
    private static func isWrapped(_ input: ArraySlice<UInt8>) -> Bool {
        let start = Array(input.prefix(5))
        guard start.count >= 2, start[0] & 0x0F == 8, start[0] >> 4 <= 7, start[1] & 0x20 == 0,
            (Int(start[0]) << 8 | Int(start[1])) % 31 == 0
        else { return false }
        return start.count < 5 || start[1] != ~start[3] || start[2] != ~start[4]
    }
}
