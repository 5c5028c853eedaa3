import CNcurses
import Glibc

/// Counts the bytes the current thread writes. ncurses writes to its descriptor directly, past stdio, so the kernel's
/// per-thread counter is the only exact witness. Where that is missing, nothing is counted.
final class WriteMeter {
    private let descriptor: Int32
    private var last = 0
    private(set) var total = 0

    /// Must be made on the thread that will draw.
    init() { descriptor = cnc_open("/proc/thread-self/io") }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    var isWorking: Bool { descriptor >= 0 }

    func begin() { last = count() }
    func end() { total += max(0, count() - last) }

    /// The number after `wchar:`.
    private func count() -> Int {
        guard descriptor >= 0 else { return 0 }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            let size = pread(descriptor, buffer.baseAddress, buffer.count, 0)
            guard size > 0 else { return 0 }
            var number = 0
            var matched = 0
            let name = Array("wchar: ".utf8)
            for byte in buffer.prefix(size) {
                if matched < name.count {
                    matched = byte == name[matched] ? matched + 1 : 0
                } else if (0x30...0x39).contains(byte) {
                    number = number &* 10 &+ Int(byte - 0x30)
                } else {
                    break
                }
            }
            return number
        }
    }
}
