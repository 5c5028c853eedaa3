import Glibc

/// A conversion descriptor of the C library, for one thread and for stateless encodings only.
///
/// Border to C: the descriptor never leaves this type, and every length comes from the arrays that are passed in.
final class Converter {
    private let descriptor: iconv_t

    /// Nil when the C library has no such conversion.
    init?(from source: String, to target: String) {
        guard let descriptor = iconv_open(target, source), Int(bitPattern: descriptor) != -1 else { return nil }
        self.descriptor = descriptor
    }

    deinit {
        iconv_close(descriptor)
    }

    /// The whole input converted; nil when any part of it has no counterpart.
    func convert(_ input: [UInt8]) -> [UInt8]? {
        input.withUnsafeBufferPointer { buffer in
            var output: [UInt8] = []
            return convert(buffer, into: &output) == buffer.count ? output : nil
        }
    }

    /// Text of the bytes as UTF-8, U+FFFD where there is no character, and how often that was.
    ///
    /// - Parameter unitLength: Bytes of the character without meaning at an offset, so that what follows is read right.
    func decode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        unitLength: (_ offset: Int) -> Int
    ) -> (text: String, invalid: Int) {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        var offset = 0
        var invalid = 0
        while offset < bytes.count {
            offset += convert(UnsafeBufferPointer(rebasing: bytes[offset...]), into: &output)
            guard offset < bytes.count else { break }
            invalid += 1
            output.append(contentsOf: [0xEF, 0xBF, 0xBD])
            offset += unitLength(offset)
        }
        return (String(decoding: output, as: UTF8.self), invalid)
    }

    /// Converts as far as it goes, appends the result and returns how many bytes of input that took.
    func convert(_ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) -> Int {
        guard let base = input.baseAddress else { return 0 }
        // iconv wants a mutable pointer to its input and does not write there.
        var source: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(base))
            .assumingMemoryBound(to: CChar.self)
        var left = input.count
        // Four bytes of output hold any character, so every round makes progress.
        let capacity = min(max(input.count * 2, 16), 16_384)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { room in
            while left > 0 {
                var target = room.baseAddress
                var free = capacity
                let result = iconv(descriptor, &source, &left, &target, &free)
                let failure = errno
                room[..<(capacity - free)].withMemoryRebound(to: UInt8.self) { output.append(contentsOf: $0) }
                if result == -1 && failure != E2BIG { break }
            }
            // Some encodings hold a letter back, as one that a mark may follow (windows-1258): it comes out here.
            var target = room.baseAddress
            var free = capacity
            iconv(descriptor, nil, nil, &target, &free)
            room[..<(capacity - free)].withMemoryRebound(to: UInt8.self) { output.append(contentsOf: $0) }
            return input.count - left
        }
    }
}
