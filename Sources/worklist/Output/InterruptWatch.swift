import Glibc
import NIOCore
import NIOPosix

/// Ctrl-C and TERM while something runs: counted and handed on, instead of ending the program.
///
/// The signal handler only writes a byte into a pipe; a thread that may block reads it.
final class InterruptWatch: Sendable {
    /// Written by the signal handler: nothing else is safe in there. Set once, before the handler is installed.
    private static let pipe: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        _ = Glibc.pipe(&ends)
        return (ends[0], ends[1])
    }()

    /// Calls `handler` with the number of signals so far, each time one comes. One watch at a time.
    init(_ handler: @escaping @Sendable (_ count: Int) -> Void) {
        let reading = Self.pipe.reading
        NIOThreadPool.singleton.submit { _ in
            var count = 0
            var byte: UInt8 = 0
            while true {
                let got = read(reading, &byte, 1)
                if got < 0, errno == EINTR { continue }
                guard got == 1, byte != 0 else { return }
                count += 1
                handler(count)
            }
        }
        for number in [SIGINT, SIGTERM] {
            signal(number) { @Sendable _ in
                var byte: UInt8 = 1
                _ = write(InterruptWatch.pipe.writing, &byte, 1)
            }
        }
    }

    /// Signals act as usual again.
    func stop() {
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        var end: UInt8 = 0
        _ = write(Self.pipe.writing, &end, 1)
    }
}
