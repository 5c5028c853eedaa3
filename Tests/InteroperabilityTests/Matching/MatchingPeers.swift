import DICOMData
import DICOMNetwork
import DICOMProtocol
import Foundation
import Testing
import WorklistServer

/// Three servers over one folder of the catalogue's items: DCMTK's, Orthanc, ours.
struct MatchingPeers: Sendable {
    @TaskLocal static var current: MatchingPeers?

    static var running: MatchingPeers {
        get throws { if let current { current } else { throw Peers.NotRunning() } }
    }

    let catalogue: MatchingCatalogue
    let folder: TemporaryFolder
    let ours: DICOMServer
    let wlmscpfs: Int
    let orthanc: Int
    fileprivate let programs: [Program]

    static func start() async throws -> MatchingPeers {
        let catalogue = try MatchingCatalogue()
        let folder = try TemporaryFolder()
        let itemFolder = folder / Peers.title
        try FileManager.default.createDirectory(atPath: itemFolder, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: itemFolder + "/lockfile", contents: Data())
        for (identity, item) in catalogue.items {
            try Self.file(item, number: identity).write(to: URL(filePath: itemFolder + "/\(identity).wl"))
        }
        let ports = Loopback.freePorts(2)
        let (wlmscpfs, orthanc) = (ports.first ?? 0, ports.last ?? 0)
        let configuration: [String: Any] = [
            "Name": Peers.title, "DicomAet": Peers.title, "DicomPort": orthanc, "HttpServerEnabled": false,
            "StorageDirectory": folder / "orthanc", "IndexDirectory": folder / "orthanc",
            "Plugins": [try Tools.file("/usr/share/orthanc/plugins/libModalityWorklists.so")],
            "DefaultEncoding": "Utf8", "DicomAlwaysAllowFindWorklist": true, "DicomAlwaysAllowEcho": true,
            "Worklists": ["Enable": true, "Database": itemFolder],
        ]
        let path = folder / "orthanc.json"
        try JSONSerialization.data(withJSONObject: configuration).write(to: URL(filePath: path))
        let programs = [
            // It would leave out what lacks a value that is to have one: some lines are about just that.
            try Program(
                try Tools.program("wlmscpfs"),
                ["-dfp", folder.path, "-dfr", "-csk", "-dhl", String(wlmscpfs)]
            ),
            try Program(try Tools.program("Orthanc"), [path]),
        ]
        for (program, port) in zip(programs, ports) { try await program.untilListening(on: port) }
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.extendedNegotiation = WorklistNegotiation.answer
        let ours = try await DICOMServer.start(ServerConfiguration(port: 0, policy: policy))
        WorklistService(source: WorklistFolder(path: folder.path)).bind(to: ours)
        return MatchingPeers(
            catalogue: catalogue,
            folder: folder,
            ours: ours,
            wlmscpfs: wlmscpfs,
            orthanc: orthanc,
            programs: programs
        )
    }

    func stop() async {
        for program in programs { await program.stop() }
        await ours.stop()
    }

    static func file(_ dataSet: DataSet, number: String) throws -> Data {
        var meta = DataSet()
        try meta.set(DICOMData.Tag(0x0002, 0x0002), vr: .UI, "1.2.276.0.7230010.3.1.0.1")
        let suffix = number.utf8.map { String($0) }.joined(separator: ".")
        try meta.set(DICOMData.Tag(0x0002, 0x0003), vr: .UI, "1.2.826.0.1.3680043.10.1451.8." + suffix)
        try meta.set(DICOMData.Tag(0x0002, 0x0012), vr: .UI, "1.2.826.0.1.3680043.10.1451")
        let file = DICOMFile(dataSet: dataSet, transferSyntax: .explicitVRLittleEndian, metaInformation: meta)
        return Data(try file.encoded())
    }
}

extension MatchingPeers: StartedPeers {
    static var local: TaskLocal<MatchingPeers?> { $current }
}

extension Trait where Self == PeersTrait<MatchingPeers> {
    static var matchingPeers: Self { PeersTrait() }
}

/// The clients that ask: all questions on one association each.
enum MatchingClient: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case ours = "our client"
    case findscu = "findscu"
    case pynetdicom = "pynetdicom"

    var testDescription: String { rawValue }

    private static let identity =
        "\(DICOMData.Tag.scheduledProcedureStepSequence.compact)[0].\(DICOMData.Tag.scheduledProcedureStepID.compact)"

    func ask(_ questions: [MatchingQuestion], port: Int) async throws -> [MatchingReply] {
        switch self {
        case .ours: try await askOurselves(questions, port: port)
        case .findscu: try await askFindscu(questions, port: port)
        case .pynetdicom: try await askPynetdicom(questions, port: port)
        }
    }

    private func askOurselves(_ questions: [MatchingQuestion], port: Int) async throws -> [MatchingReply] {
        let association = try await OurClient.associate(port: port)
        var replies: [MatchingReply] = []
        for question in questions {
            let find = try await association.find(question.identifier, sopClass: SOPClass.modalityWorklistFind)
            var found: Set<String> = []
            var isFlagged = false
            for await match in find {
                let step = match.dataSet.items(.scheduledProcedureStepSequence).first
                found.insert(step?.string(.scheduledProcedureStepID) ?? "")
                if match.status == .pendingWithUnsupportedKeys { isFlagged = true }
            }
            switch await find.result.outcome {
            case .complete: replies.append(.found(found, isFlagged: isFlagged))
            case .failed(let failure): replies.append(.failed(failure.status.code))
            case let outcome: throw Program.Failure(description: "\(question.text) ended as \(outcome)")
            }
        }
        await association.release()
        return replies
    }

    private func askFindscu(_ questions: [MatchingQuestion], port: Int) async throws -> [MatchingReply] {
        let folder = try TemporaryFolder()
        var files: [String] = []
        for (number, question) in questions.enumerated() {
            let path = folder / "q\(number).dcm"
            try MatchingPeers.file(question.identifier, number: "Q\(number)").write(to: URL(filePath: path))
            files.append(path)
        }
        let result = try await Program.run(
            try Tools.program("findscu"),
            ["-d", "-W", "-aec", Peers.title, "127.0.0.1", String(port)] + files
        )
        var replies: [MatchingReply] = []
        var found: Set<String> = []
        var isFlagged = false
        for line in (result.output + result.errors).split(separator: "\n") {
            if let id = line.firstMatch(of: #/\(0040,0009\) SH \[(\w+) *\]/#)?.1 {
                found.insert(String(id))
            } else if line.contains("DIMSE Status"), line.contains("0xff01") {
                isFlagged = true
            } else if line.contains("DIMSE Status"), !line.contains("0xff00") {
                let code = line.firstMatch(of: #/0x([0-9a-f]{4})/#).flatMap { UInt16($0.1, radix: 16) } ?? 0xFFFF
                replies.append(code == 0 ? .found(found, isFlagged: isFlagged) : .failed(code))
                (found, isFlagged) = ([], false)
            }
        }
        guard replies.count == questions.count else {
            throw Program.Failure(description: "findscu got \(replies.count) answers\n\(result.errors.suffix(2_000))")
        }
        return replies
    }

    private func askPynetdicom(_ questions: [MatchingQuestion], port: Int) async throws -> [MatchingReply] {
        let sopClass = SOPClass.modalityWorklistFind
        let steps = questions.enumerated().map { number, question in
            PynetdicomPlan.Step.find(sopClass, Texts.flat(question.identifier), messageID: number + 1)
        }
        let plan = PynetdicomPlan(port: port, sopClasses: [sopClass], steps: steps)
        let answers = try await PynetdicomClient.run(plan).first?.answers ?? []
        return answers.map { answer in
            let final = answer.responses.last?.status ?? 0xFFFF
            guard final == 0 else { return .failed(final) }
            let found = answer.responses.compactMap { $0.texts?[Self.identity] }
            return .found(Set(found), isFlagged: answer.statuses.contains(0xFF01))
        }
    }
}
