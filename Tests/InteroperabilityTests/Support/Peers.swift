import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Foundation
import Synchronization
import Testing
import WorklistServer

/// The servers of others, all over the same folder of worklist items.
enum RealServer: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case wlmscpfs = "DCMTK wlmscpfs"
    case orthanc = "Orthanc with its worklist plugin"
    case pynetdicom = "pynetdicom"

    var testDescription: String { rawValue }
}

/// What the tests talk to: 1,000 synthetic items, three servers over them, and ours.
final class Peers: Sendable {
    static let itemCount = 1_000
    /// What every server answers to; the name of the items' folder, as wlmscpfs wants it.
    static let title = "WORKLIST"

    @TaskLocal static var current: Peers?

    struct NotRunning: Error {}

    /// Those of the suite under way.
    static var running: Peers {
        get throws { if let current { current } else { throw NotRunning() } }
    }

    let folder: TemporaryFolder
    /// The texts of every item as they were written.
    let items: Items
    let ports: [RealServer: Int]
    private let programs: [Program]
    /// Ours, over the same folder.
    let server: DICOMServer
    /// pynetdicom, for every SOP class.
    let services: Services
    /// DCMTK's dcmqrscp, with a few images.
    let archive: Archive

    func port(_ server: RealServer) -> Int { ports[server] ?? 0 }

    private let findscuAnswers = Mutex<[RealServer: Task<Items, any Error>]>([:])

    /// What findscu gets from a server for the query without keys; asked once.
    func findscuAnswer(of server: RealServer) async throws -> Items {
        let port = port(server)
        let answer = findscuAnswers.withLock { answers in
            let task = answers[server] ?? Task { try await Findscu.find(TestQuery(), port: port) }
            answers[server] = task
            return task
        }
        return try await answer.value
    }

    /// What an answer to a query may contain of each item.
    func items(asked query: TestQuery) -> Items {
        let names = query.query.names
        // The same few names in every item.
        var isAsked: [String: Bool] = [:]
        func isAskedFor(_ name: String) -> Bool {
            if let known = isAsked[name] { return known }
            let fresh = names.contains(Texts.anyItem(name))
            isAsked[name] = fresh
            return fresh
        }
        return items.mapValues { $0.filter { isAskedFor($0.key) } }
    }

    var itemFolder: String { folder / Self.title }

    private init(
        folder: TemporaryFolder,
        items: Items,
        ports: [RealServer: Int],
        programs: [Program],
        server: DICOMServer,
        services: Services,
        archive: Archive
    ) {
        self.folder = folder
        self.items = items
        self.ports = ports
        self.programs = programs
        self.server = server
        self.services = services
        self.archive = archive
    }

    static func start() async throws -> Peers {
        let folder = try TemporaryFolder()
        let itemFolder = folder / title
        _ = try await Program.python("generate_items.py", [itemFolder, String(itemCount)])
        let json = FileManager.default.contents(atPath: itemFolder + ".json") ?? Data()
        let items = try Texts.items(json: String(decoding: json, as: UTF8.self))

        let free = Loopback.freePorts(RealServer.allCases.count)
        let ports = Dictionary(uniqueKeysWithValues: zip(RealServer.allCases, free))
        var programs: [Program] = []
        for server in RealServer.allCases {
            programs.append(try launch(server, port: ports[server] ?? 0, itemFolder: itemFolder, folder: folder))
        }
        for (server, program) in zip(RealServer.allCases, programs) {
            try await program.untilListening(on: ports[server] ?? 0)
        }
        let ours = try await DICOMServer.start(
            ServerConfiguration(
                port: 0,
                policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
            )
        )
        WorklistService(source: WorklistFolder(path: folder.path)).bind(to: ours)
        return try await Peers(
            folder: folder,
            items: items,
            ports: ports,
            programs: programs,
            server: ours,
            services: .start(),
            archive: .start(in: folder)
        )
    }

    func stop() async {
        for program in programs + [services.program, archive.program] { await program.stop() }
        await server.stop()
    }

    private static func launch(
        _ server: RealServer,
        port: Int,
        itemFolder: String,
        folder: TemporaryFolder
    ) throws -> Program {
        switch server {
        case .wlmscpfs:
            // Without -csk it answers without any character set.
            return try Program(
                try Tools.program("wlmscpfs"),
                ["-dfp", folder.path, "-csk", "-dhl", String(port)]
            )
        case .orthanc:
            let configuration: [String: Any] = [
                "Name": title, "DicomAet": title, "DicomPort": port, "HttpServerEnabled": false,
                "StorageDirectory": folder / "orthanc", "IndexDirectory": folder / "orthanc",
                "Plugins": [try Tools.file("/usr/share/orthanc/plugins/libModalityWorklists.so")],
                "DefaultEncoding": "Utf8", "DicomAlwaysAllowFindWorklist": true, "DicomAlwaysAllowEcho": true,
                "Worklists": ["Enable": true, "Database": itemFolder],
            ]
            let path = folder / "orthanc.json"
            try JSONSerialization.data(withJSONObject: configuration).write(to: URL(filePath: path))
            return try Program(try Tools.program("Orthanc"), [path])
        case .pynetdicom:
            return try Program(try Tools.python(), [try Tools.script("pynetdicom_scp.py"), itemFolder, String(port)])
        }
    }
}

/// Peers that run for the tests of a suite.
protocol StartedPeers: Sendable {
    static var local: TaskLocal<Self?> { get }
    static func start() async throws -> Self
    func stop() async
}

/// Starts the peers once for all tests of a suite, and stops them after the last.
struct PeersTrait<Started: StartedPeers>: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let peers = try await Started.start()
        do {
            try await Started.local.withValue(peers) { try await function() }
        } catch {
            await peers.stop()
            throw error
        }
        await peers.stop()
    }
}

extension Peers: StartedPeers {
    static var local: TaskLocal<Peers?> { $current }
}

extension Trait where Self == PeersTrait<Peers> {
    static var peers: Self { PeersTrait() }
}

/// The tests against real peers. One after the other: they share servers, and two cores.
@Suite("Interoperability with real peers", .serialized, .timeLimit(.minutes(3)), .peers)
enum Interoperability {}
