import DICOMData
import DICOMNetwork
import DICOMProtocol
import Glibc
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import DICOMNetworkTLS

/// A synthetic worklist item that tells its number.
func item(_ number: Int, padding: Int = 0) -> DataSet {
    var dataSet = DataSet()
    dataSet.set(DataElement(tag: .patientName, vr: .PN, bytes: "TEST^N\(number)".utf8))
    dataSet.set(DataElement(tag: .patientID, vr: .LO, bytes: String(number).utf8))
    if padding > 0 {
        dataSet.set(
            DataElement(tag: .patientComments, vr: .LT, bytes: repeatElement(UInt8(ascii: "x"), count: padding))
        )
    }
    return dataSet
}

func number(_ dataSet: DataSet) -> Int? { dataSet.string(.patientID).flatMap { Int($0) } }

func keys() -> DataSet {
    var dataSet = DataSet()
    dataSet.set(DataElement(tag: .patientID, vr: .LO, value: .bytes([])))
    return dataSet
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// Polls until something is so; a test that waits longer than any machine needs has failed.
func eventually(_ what: String, _ condition: () async -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    throw Unexpected(description: "never happened: \(what)")
}

/// What a server logs, and how its associations ended.
final class Journal: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var ends: [String] { lines.withLockedValue { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(journal: self) } }

    private struct Handler: LogHandler {
        let journal: Journal
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard let how = event.metadata?["how"] else { return }
            journal.lines.withLockedValue { $0.append("\(how)") }
        }
    }
}

/// The version a test is for; our own settings have no upper bound.
enum Version: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case tls12 = "TLS 1.2"
    case tls13 = "TLS 1.3"

    var testDescription: String { rawValue }
}

extension TLSClientSettings {
    /// Trusts the test authority alone.
    static func trusting(_ authorities: String...) throws -> TLSClientSettings {
        try TLSClientSettings(trustRoots: .files(authorities.map { try Certificates.pem($0) }))
    }

    static func standard(_ version: Version = .tls13) throws -> TLSClientSettings {
        var settings = try trusting("ca")
        settings.isLimitedToTLS12 = version == .tls12
        return settings
    }
}

extension TLSIdentity {
    static func named(_ name: String, key: String? = nil) throws -> TLSIdentity {
        TLSIdentity(certificateFile: try Certificates.pem(name), keyFile: try Certificates.key(key ?? name))
    }
}

extension TLSServerSettings {
    static func named(_ name: String, key: String? = nil) throws -> TLSServerSettings {
        TLSServerSettings(identity: try .named(name, key: key))
    }

    /// Wants certificates of the test authority from clients.
    static func mutual(
        _ clientCertificates: ClientCertificates = .required
    ) throws -> TLSServerSettings {
        var settings = try named("server")
        settings.clientCertificates = clientCertificates
        settings.trustRoots = .files([try Certificates.pem("ca")])
        return settings
    }
}

/// Runs `body` against a server of ours with so many matches, TLS or not.
@discardableResult
func withServer<T>(
    _ security: TransportSecurity?,
    matches: Int = 3,
    padding: Int = 0,
    journal: Journal = Journal(),
    policy: AcceptorPolicy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind]),
    sent: NIOLockedValueBox<Int> = NIOLockedValueBox(0),
    _ body: (DICOMServer) async throws -> T
) async throws -> T {
    let server = try await DICOMServer.start(
        ServerConfiguration(port: 0, policy: policy, logger: journal.logger, security: security)
    )
    server.bindFind { event, responder in
        for number in 0..<matches {
            if event.isCancelled { break }
            try await responder.send(.pending, item(number, padding: padding))
            sent.withLockedValue { $0 += 1 }
        }
    }
    let result: Result<T, any Error>
    do {
        result = .success(try await body(server))
    } catch {
        result = .failure(error)
    }
    await server.stop()
    return try result.get()
}

func configuration(
    _ port: Int,
    _ security: TransportSecurity?,
    host: String = "127.0.0.1",
    receiveWindow: Int = 16 << 20
) -> AssociationConfiguration {
    AssociationConfiguration(
        host: host,
        port: port,
        calledAETitle: "SERVER",
        callingAETitle: "CLIENT",
        sopClasses: [SOPClass.modalityWorklistFind, SOPClass.verification],
        receiveWindow: receiveWindow,
        security: security
    )
}

/// Calls, echoes and releases.
@discardableResult
func echo(_ port: Int, _ settings: TLSClientSettings, host: String = "127.0.0.1") async throws -> SecureTransport? {
    let association = try await Association.connect(
        configuration(port, try settings.transportSecurity(), host: host)
    )
    let outcome = try await association.echo()
    guard case .answered(.success, _) = outcome else { throw Unexpected(description: "\(outcome)") }
    await association.release()
    return association.secureTransport
}

/// Why the connection could not be secured; any other outcome is a failure of the test.
func refusal(
    _ port: Int,
    _ settings: TLSClientSettings,
    host: String = "127.0.0.1"
) async throws -> SecureTransportFailure {
    let association: Association
    do {
        association = try await Association.connect(
            configuration(port, try settings.transportSecurity(), host: host)
        )
    } catch let failure as AssociationFailure {
        guard case .notSecure(let reason) = failure.cause else { throw failure }
        return reason
    }
    association.abort()
    throw Unexpected(description: "the connection was secured")
}

/// Threads for what blocks: neither the pool of the tasks nor that of the code under test.
private let scripts: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 32)
    pool.start()
    return pool
}()

/// A peer that follows a script for each connection, on a thread of its own.
final class RawPeer: Sendable {
    let port: Int
    private let listener: Int32
    init(_ script: @escaping @Sendable (RawConnection) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = RawConnection.loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { throw Unexpected(description: "no port") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        scripts.submit { _ in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                script(RawConnection(descriptor))
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}

/// A plain socket with deadlines.
final class RawConnection: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var time = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    convenience init(connectingTo port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: port)
        let isConnected = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Unexpected(description: "no connection") }
        self.init(descriptor)
    }

    deinit { close(descriptor) }

    static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    func send(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// What comes at once; empty at the end.
    func receive() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : []
    }

    /// All that comes until the other side closes.
    func receiveToEnd() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = receive()
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    /// The end comes as a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}

/// A blocking script beside the tasks.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await scripts.runIfActive(body)
}
