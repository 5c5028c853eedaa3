import Glibc
import NIOCore

enum WallClock {
    /// Seconds since 1970-01-01 UTC.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension SocketAddress {
    /// Address and port, such as `127.0.0.1:40312`.
    var words: String { "\(ipAddress ?? "unknown"):\(port ?? 0)" }
}
