import DICOMData
import Foundation

/// pynetdicom's server of every SOP class that uses C-FIND: `pynetdicom_services.py`.
struct Services: Sendable {
    let port: Int
    let program: Program

    static func start() async throws -> Services {
        let port = Loopback.freePorts(1).first ?? 0
        let program = try Program(try Tools.python(), [try Tools.script("pynetdicom_services.py"), String(port)])
        try await program.untilListening(on: port)
        return Services(port: port, program: program)
    }

    /// How many requests of this kind its handlers have begun to answer.
    func requests(_ behaviour: String, _ sopClass: String) -> Int {
        program.output.split(separator: "\n").count { $0 == "\(behaviour) \(sopClass)" }
    }
}

/// DCMTK's dcmqrscp over a few synthetic images: two patients with two studies each, two series each, two images each.
struct Archive: Sendable {
    static let title = "ARCHIVE"

    let port: Int
    let program: Program
    /// The texts of each image.
    let images: [ItemTexts]

    static func start(in folder: TemporaryFolder) async throws -> Archive {
        let port = Loopback.freePorts(1).first ?? 0
        let store = folder / title
        let json = try await Program.python("generate_instances.py", [store])
        let images = try JSONDecoder().decode([ItemTexts].self, from: Data(json.utf8))
        let files = try FileManager.default.contentsOfDirectory(atPath: store).filter { $0.hasSuffix(".dcm") }.sorted()
        let index = try await Program.run(try Tools.program("dcmqridx"), [store] + files.map { store + "/" + $0 })
        guard index.code == 0 else { throw Program.Failure(description: "dcmqridx failed: \(index.errors)") }
        let configuration = """
            NetworkTCPPort = \(port)
            MaxPDUSize = 16384
            MaxAssociations = 16
            HostTable BEGIN
            HostTable END
            VendorTable BEGIN
            VendorTable END
            AETable BEGIN
            \(title) \(store) R (200, 1024mb) ANY
            AETable END

            """
        let path = folder / "dcmqrscp.cfg"
        try configuration.write(toFile: path, atomically: true, encoding: .utf8)
        let program = try Program(try Tools.program("dcmqrscp"), ["-c", path])
        try await program.untilListening(on: port)
        return Archive(port: port, program: program, images: images)
    }
}
