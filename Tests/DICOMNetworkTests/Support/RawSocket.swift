import DICOMData
import DICOMProtocol
import Glibc
import NIOPosix

/// A plain blocking socket with deadlines: the scripted peer of the tests, free of the code under test.
final class RawSocket {
    enum Failure: Error, CustomStringConvertible {
        case system(String, Int32)
        case closed
        case timedOut
        case unexpected(String)

        var description: String {
            switch self {
            case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
            case .closed: "the other side closed"
            case .timedOut: "nothing came in time"
            case .unexpected(let text): text
            }
        }
    }

    let descriptor: Int32
    private var isOpen = true

    init(descriptor: Int32) {
        self.descriptor = descriptor
        // Long enough for a loaded machine; a test that runs into it has failed.
        var time = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close() }

    static func withAddress<T>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// Connects to the loopback; a small receive buffer makes a slow reader felt.
    convenience init(connectingTo port: Int, receiveBuffer: Int32? = nil) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        guard Self.withAddress(port: port, { connect(descriptor, $0, $1) }) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Failure.system("connect", code)
        }
        self.init(descriptor: descriptor)
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure.system("send", errno) }
            rest = rest.dropFirst(count)
        }
    }

    func receive(_ count: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            var buffer = [UInt8](repeating: 0, count: min(count - result.count, 1 << 16))
            let got = recv(descriptor, &buffer, buffer.count, 0)
            if got == 0 { throw Failure.closed }
            if got < 0 { throw errno == EAGAIN ? Failure.timedOut : Failure.system("recv", errno) }
            result += buffer[..<got]
        }
        return result
    }

    func receivePDU() throws -> (type: UInt8, body: [UInt8]) {
        let header = try receive(6)
        let length = header[2...5].reduce(0) { $0 << 8 | Int($1) }
        return (header[0], try receive(length))
    }

    /// Reads until the other side closes; the types of the PDUs before that. A reset is a failure unless it is expected:
    /// what was sent before it may be lost.
    func receiveToEnd(orReset: Bool = false) throws -> [UInt8] {
        var types: [UInt8] = []
        while true {
            do {
                types.append(try receivePDU().type)
            } catch Failure.closed {
                return types
            } catch Failure.system(_, ECONNRESET) where orReset {
                return types
            }
        }
    }

    func shutdownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(descriptor)
    }

    /// Closes with RST, as a crashed or unplugged peer would seem to.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}

/// Threads for blocking scripts: neither the pool of the tasks nor that of the code under test.
private let scripts: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 32)
    pool.start()
    return pool
}()

/// Runs a blocking script beside the tasks.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await scripts.runIfActive(body)
}

/// A peer that listens and follows a script for each connection, one after the other.
struct ScriptedPeer {
    let port: Int
    private let listener: RawSocket

    /// A socket on a free port of the loopback.
    private static func listening() throws -> (RawSocket, Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let listener = RawSocket(descriptor: descriptor)
        guard RawSocket.withAddress(port: 0, { bind(descriptor, $0, $1) }) == 0 else {
            throw RawSocket.Failure.system("bind", errno)
        }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A port that nobody listens on, reserved while `body` runs.
    static func withClosedPort<T>(_ body: (Int) async throws -> T) async throws -> T {
        let (reserved, port) = try listening()
        defer { reserved.close() }
        return try await body(port)
    }

    /// Runs a script for each of `count` connections, and `body` beside it; the errors of both come out.
    static func run<T: Sendable>(
        connections count: Int = 1,
        _ script: @escaping @Sendable (RawSocket) throws -> Void,
        against body: (Int) async throws -> T
    ) async throws -> T {
        let (listener, port) = try listening()
        let descriptor = listener.descriptor
        guard listen(descriptor, 64) == 0 else { throw RawSocket.Failure.system("listen", errno) }
        async let served: Void = blocking {
            for _ in 0..<count {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { throw RawSocket.Failure.system("accept", errno) }
                try script(RawSocket(descriptor: accepted))
            }
        }
        let result: T
        do {
            result = try await body(port)
        } catch {
            listener.close()
            _ = try? await served
            throw error
        }
        try await served
        listener.close()
        return result
    }
}

extension RawSocket {
    // MARK: As a DICOM peer

    static let syntax = TransferSyntax.explicitVRLittleEndian

    /// Answers an A-ASSOCIATE-RQ, accepting every context.
    @discardableResult
    func acceptAssociation(accepting classes: [String] = [SOPClass.modalityWorklistFind, SOPClass.verification]) throws
        -> AssociateRequest
    {
        let (type, body) = try receivePDU()
        guard type == 1 else { throw Failure.unexpected("PDU \(type) instead of A-ASSOCIATE-RQ") }
        let request = try AssociateRequest(decoding: body[...])
        let supported = classes.map { SupportedContext($0, transferSyntaxes: [Self.syntax.uid]) }
        guard case .accept(let accept, _) = Negotiator(AcceptorPolicy(supported: supported)).decide(request) else {
            throw Failure.unexpected("not acceptable")
        }
        try send(try accept.encode())
        return request
    }

    /// Asks for an association on contexts 1 (worklist) and 3 (verification); the answering PDU.
    @discardableResult
    func associate(
        called: String = "SERVER",
        maximumLength: UInt32 = 0,
        window: UInt16? = nil
    ) throws -> (type: UInt8, body: [UInt8]) {
        var proposal = AssociationProposal(calling: try AETitle("RAW"), called: try AETitle(called))
        try proposal.propose(SOPClass.modalityWorklistFind, transferSyntaxes: [Self.syntax.uid])
        try proposal.propose(SOPClass.verification, transferSyntaxes: [Self.syntax.uid])
        proposal.maximumLength = maximumLength
        proposal.asynchronousOperations = window.map { AsynchronousOperationsWindow(invoked: $0, performed: 1) }
        try send(try proposal.request.encode())
        return try receivePDU()
    }

    /// One message: a command and its data set, in whatever PDUs they come.
    func receiveMessage() throws -> (command: CommandSet, dataSet: [UInt8]?, context: UInt8) {
        var command: [UInt8] = []
        var dataSet: [UInt8] = []
        var decoded: CommandSet?
        while true {
            let (type, body) = try receivePDU()
            guard type == 4 else { throw Failure.unexpected("PDU type \(type) instead of P-DATA-TF") }
            var values = PresentationDataValues(body: body[...])
            while let value = try values.next() {
                let isLast = value.control.contains(.last)
                if value.control.contains(.command) {
                    command += value.fragment
                    guard isLast else { continue }
                    let whole = try CommandSet(decoding: command)
                    if !whole.carriesDataSet { return (whole, nil, value.contextID) }
                    decoded = whole
                } else {
                    dataSet += value.fragment
                    if isLast, let decoded { return (decoded, dataSet, value.contextID) }
                }
            }
        }
    }

    static func message(_ command: CommandSet, _ dataSet: [UInt8]? = nil, context: UInt8 = 1) -> [UInt8] {
        var bytes: [UInt8] = []
        MessageWriter(contextID: context, peerMaximumLength: 0)?.append(
            command: command.encoded(),
            dataSet: dataSet,
            to: &bytes
        )
        return bytes
    }

    static func findRequest(
        _ id: UInt16?,
        identifier: [UInt8]? = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 0, 0],
        sopClass: String? = SOPClass.modalityWorklistFind,
        context: UInt8 = 1
    ) -> [UInt8] {
        let command = CommandSet(
            field: CommandField.findRequest,
            affectedSOPClass: sopClass,
            messageID: id,
            priority: 0,
            dataSetType: identifier == nil ? CommandSet.noDataSet : CommandSet.hasDataSet
        )
        return message(command, identifier, context: context)
    }

    static func cancelRequest(_ id: UInt16, context: UInt8 = 1) -> [UInt8] {
        message(CommandSet(field: CommandField.cancelRequest, messageIDBeingRespondedTo: id), context: context)
    }

    static func echoRequest(_ id: UInt16, context: UInt8 = 3, sopClass: String = SOPClass.verification) -> [UInt8] {
        let command = CommandSet(field: CommandField.echoRequest, affectedSOPClass: sopClass, messageID: id)
        return message(command, context: context)
    }

    static func response(_ id: UInt16, _ status: UInt16, _ identifier: [UInt8]? = nil, context: UInt8 = 1) -> [UInt8] {
        let command = CommandSet(
            field: CommandField.findResponse,
            affectedSOPClass: SOPClass.modalityWorklistFind,
            messageIDBeingRespondedTo: id,
            dataSetType: identifier == nil ? CommandSet.noDataSet : CommandSet.hasDataSet,
            status: Status(status)
        )
        return message(command, identifier, context: context)
    }

    static let releaseRequest: [UInt8] = [5, 0, 0, 0, 0, 4, 0, 0, 0, 0]
    static let releaseResponse: [UInt8] = [6, 0, 0, 0, 0, 4, 0, 0, 0, 0]

    /// The responses to a request, up to the final one.
    func receiveResponses(to id: UInt16) throws -> (matches: [[UInt8]], final: CommandSet) {
        var matches: [[UInt8]] = []
        while true {
            let (command, dataSet, _) = try receiveMessage()
            guard command.field == CommandField.findResponse, command.messageIDBeingRespondedTo == id else {
                throw Failure.unexpected("\(command)")
            }
            if command.status?.isPending == true {
                matches.append(dataSet ?? [])
            } else {
                guard dataSet == nil else { throw Failure.unexpected("a final response with an identifier") }
                return (matches, command)
            }
        }
    }
}
