import Foundation
import Synchronization

/// A server that follows a script for each connection, on a thread of its own.
final class Peer: Sendable {
    let port: Int
    private let shared: Shared
    private let listener: Int32

    /// What the threads and the owner share.
    final class Shared: Sendable {
        struct State {
            var events: [String] = []
            var queries: [[String: String]] = []
            var open: [Int32] = []
            var isStopped = false
        }

        let state = Mutex(State())

        func note(_ event: String) { state.withLock { $0.events.append(event) } }
    }

    init(_ script: @escaping @Sendable (Connection) throws -> Void) throws {
        let (listener, port) = try Self.listen()
        let shared = Shared()
        self.listener = listener
        self.port = port
        self.shared = shared
        Thread.detachNewThread {
            while true {
                let descriptor = Glibc.accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    break
                }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                let isStopped = shared.state.withLock { state in
                    state.open.append(descriptor)
                    return state.isStopped
                }
                if isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
                Thread.detachNewThread {
                    let connection = Connection(descriptor, shared)
                    do {
                        try script(connection)
                    } catch {
                        shared.note("\(error)")
                    }
                    shared.state.withLock { state in
                        state.open.removeAll { $0 == descriptor }
                        close(descriptor)
                    }
                    shared.note("gone")
                }
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        shared.state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private static func listen() throws -> (Int32, Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, Glibc.listen(descriptor, 64) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else { return errno }
                return 0
            }
        }
        guard code == 0 else { throw SystemError(call: "listen", code: code) }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A port on which nobody listens; nobody else gets it while `body` runs.
    static func withClosedPort<T>(_ body: (Int) async throws -> T) async throws -> T {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = bind(descriptor, generic, length)
                _ = getsockname(descriptor, generic, &length)
            }
        }
        return try await body(Int(UInt16(bigEndian: address.sin_port)))
    }

    // MARK: What it has seen

    var address: String { "RIS@127.0.0.1:\(port)" }
    /// What happened, in order: `associate CALLING > CALLED`, `find`, `echo`, `cancel`, `release`, `abort`, `closed`, `gone`.
    var events: [String] { shared.state.withLock { $0.events } }
    /// The identifiers of the queries, as ``Wire/flatten(_:prefix:)`` writes them.
    var queries: [[String: String]] { shared.state.withLock { $0.queries } }

    func until(_ event: String) async throws {
        try await CommandTests.until("'\(event)' at the server", details: { "\(events)" }) { events.contains(event) }
    }
}

/// Lets a script wait for the test.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// Throws when nobody opens it in time.
    func wait() throws {
        guard semaphore.wait(timeout: .now() + 30) == .success else { throw Connection.Failure.timedOut }
    }
}

/// One connection of a ``Peer``, blocking, with deadlines.
final class Connection {
    enum Failure: Error, CustomStringConvertible {
        case closed
        case timedOut
        case unexpected(String)

        var description: String {
            switch self {
            case .closed: "closed"
            case .timedOut: "timed out"
            case .unexpected(let what): "unexpected \(what)"
            }
        }
    }

    private let descriptor: Int32
    private let shared: Peer.Shared

    init(_ descriptor: Int32, _ shared: Peer.Shared) {
        self.descriptor = descriptor
        self.shared = shared
        // Longer than any test takes.
        var time = timeval(tv_sec: 40, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// A client's connection, with the association it has asked for; closed by the caller.
    convenience init(associatingWith port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 ? 0 : errno
            }
        }
        self.init(descriptor, Peer.Shared())
        guard code == 0 else { throw SystemError(call: "connect", code: code) }
        try send(Wire.associationRequest())
        let (type, _) = try receivePDU()
        guard type == 2 else { throw Failure.unexpected("PDU \(type)") }
    }

    func close() { Glibc.close(descriptor) }

    func note(_ event: String) { shared.note(event) }

    /// Queries the server has had so far, on all its connections.
    var queryCount: Int { shared.state.withLock { $0.queries.count } }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else {
                // The client ended while this was on its way; what it sent before, such as an A-ABORT, is still to be read.
                try? drain()
                throw Failure.closed
            }
            rest = rest.dropFirst(count)
        }
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(count, 1), 65_536))
        while result.count < count {
            let got = recv(descriptor, &buffer, min(count - result.count, buffer.count), 0)
            if got < 0, errno == EINTR { continue }
            if got < 0, errno == EAGAIN { throw Failure.timedOut }
            if got <= 0 { throw Failure.closed }
            result += buffer[..<got]
        }
        return result
    }

    func receivePDU() throws -> (type: UInt8, body: [UInt8]) {
        let header = try receive(6)
        let length = header[2...5].reduce(0) { $0 << 8 | Int($1) }
        guard length < 1 << 20 else { throw Failure.unexpected("length \(length)") }
        let body = try receive(length)
        return (header[0], body)
    }

    /// Something can be read, or the other side has closed, within `seconds`.
    func isReadable(within seconds: Double) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, Int32(max(0, (seconds * 1000).rounded(.up)))) > 0
    }

    /// Reads until the other side closes; notes what comes.
    func drain() throws {
        while true {
            let (type, body) = try receivePDU()
            try noteRequest(type, body)
        }
    }

    private func noteRequest(_ type: UInt8, _ body: [UInt8]) throws {
        switch type {
        case 4:
            let field = body.count > 6 ? Wire.number(0x0100, in: Array(body[6...])) : nil
            if field == 0x0FFF { note("cancel") }
        case 5:
            note("release")
            try? send(Wire.releaseResponse)
        case 7: note("abort")
        default: note("PDU \(type)")
        }
    }

    // MARK: As a DICOM server

    /// Answers the association request, accepting every context.
    @discardableResult
    func accept(version: String = "TESTPEER", decide: (String) -> UInt8 = { _ in 0 }) throws -> Wire.Request {
        let request = try receiveAssociationRequest()
        try send(Wire.accept(request, version: version, decide: decide))
        return request
    }

    func receiveAssociationRequest() throws -> Wire.Request {
        let (type, body) = try receivePDU()
        guard type == 1, let request = Wire.Request(body) else { throw Failure.unexpected("PDU \(type)") }
        note("associate \(request.calling) > \(request.called)")
        return request
    }

    /// The next request: C-FIND with its identifier, or C-ECHO. A release is answered, and throws.
    func receiveRequest() throws -> Wire.Query {
        var query: Wire.Query?
        while true {
            let (type, body) = try receivePDU()
            guard type == 4 else {
                try noteRequest(type, body)
                throw Failure.closed
            }
            var rest = body[...]
            while rest.count >= 6 {
                let start = rest.startIndex
                let length = rest[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
                guard length >= 2, rest.count >= 4 + length else { throw Failure.unexpected("value") }
                let (context, control) = (rest[start + 4], rest[start + 5])
                let content = Array(rest[(start + 6)..<(start + 4 + length)])
                rest = rest.dropFirst(4 + length)
                if control & 1 == 1 {
                    let field = Wire.number(0x0100, in: content) ?? 0
                    let new = Wire.Query(
                        field: field,
                        messageID: Wire.number(0x0110, in: content) ?? 0,
                        context: context
                    )
                    guard field == 0x0020 else {
                        note(field == 0x0030 ? "echo" : "command \(field)")
                        return new
                    }
                    query = new
                } else if var found = query {
                    found.identifier += content
                    query = found
                    guard control & 2 == 2 else { continue }
                    let keys = Wire.flatten(found.identifier)
                    shared.state.withLock { state in
                        state.queries.append(keys)
                        state.events.append("find")
                    }
                    return found
                }
            }
        }
    }

    /// What a C-CANCEL does to a stream.
    enum Cancel {
        case honour
        /// The stream goes on.
        case ignore
        /// The stream stops, with Success: what some servers do.
        case succeed
    }

    /// Sends matches to the end, or to a C-CANCEL; then the final response.
    func stream(
        _ query: Wire.Query,
        count: Int,
        perSecond: Double? = nil,
        cancel: Cancel = .honour,
        final: UInt16 = 0x0000,
        match: (Int) -> [UInt8] = { Wire.match($0) }
    ) throws {
        let start = ContinuousClock.now
        for number in 0..<count {
            if let perSecond {
                let due = start + .seconds(Double(number) / perSecond)
                // One look in any case: a stream that is behind its time must not be deaf.
                repeat {
                    let left = (due - ContinuousClock.now) / .seconds(1)
                    if isReadable(within: left), try isCancelled(query, cancel) { return }
                } while ContinuousClock.now < due
            } else if isReadable(within: 0), try isCancelled(query, cancel) {
                return
            }
            try send(Wire.response(query, status: 0xFF00, identifier: match(number)))
        }
        try send(Wire.response(query, status: final))
    }

    /// Takes what the client sent in between; true if the stream has ended by it.
    private func isCancelled(_ query: Wire.Query, _ cancel: Cancel) throws -> Bool {
        let (type, body) = try receivePDU()
        try noteRequest(type, body)
        guard type == 4 else { throw Failure.closed }
        switch cancel {
        case .honour: try send(Wire.response(query, status: 0xFE00))
        case .succeed: try send(Wire.response(query, status: 0x0000))
        case .ignore: return false
        }
        return true
    }
}

extension Peer {
    /// A worklist server: accepts, answers C-ECHO, and each C-FIND as `answer` does.
    static func server(
        version: String = "TESTPEER",
        _ answer: @escaping @Sendable (Connection, Wire.Query) throws -> Void
    ) throws -> Peer {
        try Peer { connection in
            try connection.accept(version: version)
            while true {
                let query = try connection.receiveRequest()
                if query.field == 0x0030 {
                    try connection.send(Wire.echoResponse(query, status: 0))
                } else {
                    try answer(connection, query)
                }
            }
        }
    }

    /// A server with the same matches for every query.
    static func server(matches: [[UInt8]], version: String = "TESTPEER") throws -> Peer {
        try server(version: version) { connection, query in
            try connection.stream(query, count: matches.count) { matches[$0] }
        }
    }
}
