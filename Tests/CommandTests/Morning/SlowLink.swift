import Foundation
import Synchronization

/// A port of 127.0.0.1 that leads to a server on another one, and can hold the server's answer in the middle: whatever
/// server it is, the browser is then seen receiving for as long as the test likes.
final class SlowLink: Sendable {
    let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        /// Bytes of an answer that pass; nil: all.
        var limit: Int?
        var open: Set<Int32> = []
        var isStopped = false
    }

    /// What the two directions of one connection share.
    private final class Link: Sendable {
        let isHeld = Atomic(false)
        let gate = DispatchSemaphore(value: 0)
    }

    init(to target: Int) throws {
        self.target = target
        (listener, port) = try LocalPort.listening()
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let client = Glibc.accept(listener, nil, nil)
                guard client >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    break
                }
                guard let self else {
                    close(client)
                    break
                }
                serve(client)
            }
            close(listener)
        }
    }

    deinit { stop() }

    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// From the next connection on: so many bytes of what the server says pass, the rest when the client speaks again.
    func hold(after bytes: Int) { state.withLock { $0.limit = bytes } }

    func holdNoMore() { state.withLock { $0.limit = nil } }

    private func serve(_ client: Int32) {
        guard let server = LocalPort.connect(to: target) else {
            close(client)
            return
        }
        let limit = state.withLock { state in
            state.open.formUnion([client, server])
            return state.limit
        }
        let link = Link()
        let ended = Atomic2()
        let finish: @Sendable (SlowLink?) -> Void = { owner in
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
            link.gate.signal()
            guard ended.next() == 2 else { return }
            owner?.state.withLock { $0.open.subtract([client, server]) }
            close(client)
            close(server)
        }
        Thread.detachNewThread { [weak self] in
            Self.copy(from: client, to: server) { _ in
                if link.isHeld.exchange(false, ordering: .acquiringAndReleasing) { link.gate.signal() }
            }
            finish(self)
        }
        Thread.detachNewThread { [weak self] in
            var passed = 0
            var isOpen = limit == nil
            Self.copy(from: server, to: client) { count in
                passed += count
                guard !isOpen, let limit, passed >= limit else { return }
                isOpen = true
                link.isHeld.store(true, ordering: .releasing)
                _ = link.gate.wait(timeout: .now() + 60)
            }
            finish(self)
        }
    }

    /// Copies until either side is gone; `passed` runs after each piece.
    private static func copy(from source: Int32, to target: Int32, passed: (Int) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 2_048)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            var sent = 0
            while sent < count {
                let more = buffer[sent..<count].withUnsafeBytes {
                    Glibc.send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { return }
                sent += more
            }
            passed(count)
        }
    }
}

/// Counts to two: the second of two threads cleans up.
private final class Atomic2: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.add(1, ordering: .acquiringAndReleasing).newValue }
}

/// Sockets of 127.0.0.1.
enum LocalPort {
    private static func withAddress<T>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func stream() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    static func listening() throws -> (descriptor: Int32, port: Int) {
        let descriptor = stream()
        guard withAddress(0, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 16) == 0 else {
            throw SystemError(call: "listen", code: errno)
        }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A connection whose buffers are as small as they can be: what is not read stays at the server.
    static func connect(to port: Int) -> Int32? {
        let descriptor = stream()
        var buffer: Int32 = 4_096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        var segment: Int32 = 1_000
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_MAXSEG, &segment, socklen_t(MemoryLayout<Int32>.size))
        guard withAddress(port, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    static func isOpen(_ port: Int) -> Bool {
        guard let descriptor = connect(to: port) else { return false }
        close(descriptor)
        return true
    }

    /// A port for a program that cannot choose one; below those that outgoing connections take theirs from.
    static func free() throws -> Int {
        for port in (20_000..<32_000).shuffled() {
            let descriptor = stream()
            defer { close(descriptor) }
            if withAddress(port, { bind(descriptor, $0, $1) }) == 0 { return port }
        }
        throw SystemError(call: "bind", code: EADDRINUSE)
    }
}
