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
