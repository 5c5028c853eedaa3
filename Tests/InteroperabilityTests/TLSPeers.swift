import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMNetworkTLS
import DICOMProtocol
import Foundation
import Synchronization
import WorklistServer

/// Certificates made for one test by OpenSSL; those of the module's own tests.
struct TLSCertificates: Sendable {
    private let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder()
        let script = Tools.packageFolder.appending(path: "Tests/DICOMNetworkTLSTests/Certificates/make.sh").path
        let result = try await Program.run("/bin/sh", [script, folder.path])
        guard result.code == 0 else { throw Program.Failure(description: "make.sh: \(result.output)\(result.errors)") }
    }

    func pem(_ name: String) -> String { folder / (name + ".pem") }
    func key(_ name: String) -> String { folder / (name + ".key") }

    func identity(_ name: String) -> TLSIdentity {
        TLSIdentity(certificateFile: pem(name), keyFile: key(name))
    }

    /// Trusts the test authority, and shows the certificate of this name.
    func client(_ name: String? = "client", profile: TLSProfile = .bcp195RFC8996) -> TLSClientSettings {
        TLSClientSettings(profile: profile, trustRoots: .files([pem("ca")]), identity: name.map(identity))
    }

    func server(_ name: String = "server") -> TLSServerSettings { TLSServerSettings(identity: identity(name)) }
}

/// Our client over TLS.
enum TLSClient {
    static func connect(_ port: Int, _ settings: TLSClientSettings?, host: String = "127.0.0.1") async throws
        -> Association
    {
        try await Association.connect(
            AssociationConfiguration(
                host: host,
                port: port,
                calledAETitle: Peers.title,
                callingAETitle: "MODALITY",
                sopClasses: [SOPClass.modalityWorklistFind, SOPClass.verification],
                security: try settings?.transportSecurity()
            )
        )
    }

    static func echo(_ port: Int, _ settings: TLSClientSettings) async throws -> SecureTransport {
        let association = try await connect(port, settings)
        let outcome = try await association.echo()
        guard case .answered(.success, _) = outcome, let transport = association.secureTransport else {
            throw Program.Failure(description: "\(outcome)")
        }
        await association.release()
        return transport
    }

    /// The accession numbers of all items.
    static func find(_ port: Int, _ settings: TLSClientSettings) async throws -> Set<String> {
        let association = try await connect(port, settings)
        let identifier = try TestQuery().query.identifier(now: TestQuery.now)
        let find = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind)
        var found: Set<String> = []
        for await match in find { found.insert(match.dataSet.string(.accessionNumber) ?? "") }
        let outcome = await find.result.outcome
        guard outcome == .complete else { throw Program.Failure(description: "\(outcome)") }
        await association.release()
        return found
    }

    /// Why there is no association; having one is a failure of the test.
    static func refusal(
        _ port: Int,
        _ settings: TLSClientSettings?,
        host: String = "127.0.0.1"
    ) async throws -> AssociationFailure.Cause {
        let association: Association
        do {
            association = try await connect(port, settings, host: host)
        } catch let failure as AssociationFailure {
            return failure.cause
        }
        association.abort()
        throw Program.Failure(description: "there is an association")
    }
}

extension AssociationFailure.Cause {
    var insecurity: SecureTransportFailure? {
        if case .notSecure(let failure) = self { failure } else { nil }
    }
}

/// Our server over TLS, over the folder of the peers, and what it says of clients that did not get through.
final class TLSServer: Sendable {
    let server: DICOMServer
    private let ends = Mutex<[SecureTransportFailure]>([])

    var port: Int { server.port }
    var failures: [SecureTransportFailure] { ends.withLock { $0 } }

    init(_ settings: TLSServerSettings) async throws {
        server = try await DICOMServer.start(
            ServerConfiguration(
                port: 0,
                policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind]),
                security: try settings.transportSecurity()
            )
        )
        WorklistService(source: WorklistFolder(path: try Peers.running.folder.path)).bind(to: server)
        server.observers.add(.association) { [weak self] observation in
            guard case .aborted(.notSecure(let failure)) = observation.happening else { return }
            self?.ends.withLock { $0.append(failure) }
        }
    }

    /// The first failure, waited for.
    func failure() async throws -> SecureTransportFailure {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let first = failures.first { return first }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Program.Failure(description: "the server saw no failure")
    }

    /// Runs `body`, and stops the server after it.
    static func with<T>(_ settings: TLSServerSettings, _ body: (TLSServer) async throws -> T) async throws -> T {
        let server = try await TLSServer(settings)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        await server.server.stop()
        return try result.get()
    }
}

/// The servers of others, with TLS.
enum TLSRealServer {
    /// DCMTK's storescp: answers C-ECHO only.
    static func storescp(
        _ certificates: TLSCertificates,
        _ name: String = "rsa",
        _ options: [String] = []
    ) async throws -> (Program, Int) {
        let port = Loopback.freePorts(1)[0]
        let program = try Program(
            try Tools.program("storescp"),
            ["+tls", certificates.key(name), certificates.pem(name), "+cf", certificates.pem("ca")] + options
                + ["-aet", Peers.title, String(port)]
        )
        try await program.untilListening(on: port)
        return (program, port)
    }

    static func orthanc(
        _ certificates: TLSCertificates,
        _ name: String = "server",
        wantsCertificate: Bool = true
    ) async throws -> (Program, Int) {
        let port = Loopback.freePorts(1)[0]
        let folder = try Peers.running.folder / ("orthanc-\(port)")
        let configuration: [String: Any] = [
            "Name": Peers.title, "DicomAet": Peers.title, "DicomPort": port, "HttpServerEnabled": false,
            "StorageDirectory": folder, "IndexDirectory": folder,
            "Plugins": [try Tools.file("/usr/share/orthanc/plugins/libModalityWorklists.so")],
            "DefaultEncoding": "Utf8", "DicomAlwaysAllowFindWorklist": true, "DicomAlwaysAllowEcho": true,
            "Worklists": ["Enable": true, "Database": try Peers.running.itemFolder],
            "DicomTlsEnabled": true, "DicomTlsCertificate": certificates.pem(name),
            "DicomTlsPrivateKey": certificates.key(name), "DicomTlsTrustedCertificates": certificates.pem("ca"),
            "DicomTlsRemoteCertificateRequired": wantsCertificate,
        ]
        let path = folder + ".json"
        try JSONSerialization.data(withJSONObject: configuration).write(to: URL(filePath: path))
        let program = try Program(try Tools.program("Orthanc"), [path])
        try await program.untilListening(on: port)
        return (program, port)
    }

    static func pynetdicom(
        _ certificates: TLSCertificates,
        _ name: String = "server",
        wantsCertificate: Bool = true,
        newest: String? = nil
    ) async throws -> (Program, Int) {
        let port = Loopback.freePorts(1)[0]
        let program = try Program(
            try Tools.python(),
            [
                try Tools.script("tls_pynetdicom.py"), "serve", try Peers.running.itemFolder, String(port),
                certificates.pem(name), certificates.key(name), certificates.pem("ca"),
                wantsCertificate ? "required" : "none",
            ] + [newest].compactMap { $0 }
        )
        try await program.untilListening(on: port)
        return (program, port)
    }
}
