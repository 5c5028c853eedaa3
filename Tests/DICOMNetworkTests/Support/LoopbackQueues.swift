import Glibc
import NIOConcurrencyHelpers

/// What the kernel holds of a connection over the loopback, read from /proc/net/tcp.
enum LoopbackQueues {
    /// Bytes that `sender` wrote and the other side has not acknowledged, and bytes that wait to be read there.
    ///
    /// Exact once nothing moves any more; before that, bytes on their way may count twice.
    static func bytes(from sender: Int, to receiver: Int) throws -> (unsent: Int, unread: Int) {
        var unsent: Int?
        var unread: Int?
        for line in try text(of: "/proc/net/tcp").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count > 4, let local = port(fields[1]), let remote = port(fields[2]) else { continue }
            let queues = fields[4].split(separator: ":")
            guard queues.count == 2 else { continue }
            if (local, remote) == (sender, receiver) { unsent = Int(queues[0], radix: 16) }
            if (local, remote) == (receiver, sender) { unread = Int(queues[1], radix: 16) }
        }
        guard let unsent, let unread else { throw RawSocket.Failure.unexpected("no such connection") }
        return (unsent, unread)
    }

    private static func port(_ address: Substring) -> Int? {
        address.split(separator: ":").last.flatMap { Int($0, radix: 16) }
    }

    /// A whole file of /proc.
    static func text(of path: String) throws -> String {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw RawSocket.Failure.system("open \(path)", errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The most memory this process ever had, in bytes.
    static func peakMemory() throws -> Int {
        for line in try text(of: "/proc/self/status").split(separator: "\n") where line.hasPrefix("VmHWM:") {
            let fields = line.split(separator: " ").flatMap { $0.split(separator: "\t") }
            if fields.count > 1, let kilobytes = Int(fields[1]) { return kilobytes << 10 }
        }
        throw RawSocket.Failure.unexpected("no VmHWM")
    }

    /// Processor time of this process, in seconds.
    static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension RawSocket {
    /// The port on our side.
    var localPort: Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Reads until what was read ends with one of `tails`, all of one length; how many bytes that were.
    func receive(until tails: [UInt8]..., limit: Int = .max) throws -> Int {
        let length = tails.first?.count ?? 0
        var count = 0
        var last: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while count < limit {
            let got = recv(descriptor, &buffer, buffer.count, 0)
            if got == 0 { throw Failure.closed }
            if got < 0 {
                guard errno == EAGAIN else { throw Failure.system("recv", errno) }
                throw Failure.unexpected("nothing came in time behind \(count) bytes, the last of them \(last)")
            }
            count += got
            last = Array((last + buffer[..<got]).suffix(length))
            if tails.contains(last) { return count }
        }
        throw Failure.unexpected("more than \(limit) bytes")
    }
}
