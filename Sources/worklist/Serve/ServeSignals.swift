import Glibc
import NIOPosix

/// The signals of a server, as a stream: INT, TERM and HUP.
final class ServeSignals: Sendable {
    let stream: AsyncStream<Int32>

    /// Written by the signal handler: nothing else is safe in there. Set once, before the handler is installed.
    private static let pipe: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        _ = Glibc.pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }()

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        let reading = Self.pipe.reading
        NIOThreadPool.singleton.submit { _ in
            var byte: UInt8 = 0
            while true {
                let got = read(reading, &byte, 1)
                if got < 0, errno == EINTR { continue }
                guard got == 1, byte != 0 else { break }
                continuation.yield(Int32(byte))
            }
            continuation.finish()
        }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { @Sendable number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(ServeSignals.pipe.writing, &byte, 1)
            }
        }
    }

    /// Signals act as usual again.
    func stop() {
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
        var end: UInt8 = 0
        _ = write(Self.pipe.writing, &end, 1)
    }
}

/// File descriptors: each association takes one.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one; what it is then.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
                _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Those the program needs beside its associations: standard streams, log, store, event loops.
    static let reserve = 64
}
