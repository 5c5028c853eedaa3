import Foundation
import Testing

/// The servers that a radiographer's morning is tried against.
enum MorningServer: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case ours = "worklist serve"
    case wlmscpfs = "DCMTK wlmscpfs"
    case orthanc = "Orthanc with its worklist plugin"

    var testDescription: String { rawValue }

    static let title = "RISMWL"

    /// Starts it over `items/RISMWL` of the folder, and waits until it listens.
    func start(in folder: TemporaryFolder) async throws -> (server: Child, port: Int) {
        let port = try LocalPort.free()
        let items = folder / "items"
        let server: Child
        let environment = Program.environment(home: folder.path)
        switch self {
        case .ours:
            server = try Program.start(["serve", "--port", String(port), "--folder", items])
        case .wlmscpfs:
            // Without -csk it answers without any character set.
            server = try Child(
                try Self.tool("wlmscpfs"),
                ["-dfp", items, "-csk", "-dhl", String(port)],
                environment: environment
            )
        case .orthanc:
            let configuration: [String: Any] = [
                "Name": Self.title, "DicomAet": Self.title, "DicomPort": port, "HttpServerEnabled": false,
                "StorageDirectory": folder / "orthanc", "IndexDirectory": folder / "orthanc",
                "Plugins": ["/usr/share/orthanc/plugins/libModalityWorklists.so"], "DefaultEncoding": "Utf8",
                "DicomAlwaysAllowFindWorklist": true, "DicomAlwaysAllowEcho": true,
                "Worklists": ["Enable": true, "Database": "\(items)/\(Self.title)"],
            ]
            let path = try folder.write(
                Array(try JSONSerialization.data(withJSONObject: configuration)),
                to: "orthanc.json"
            )
            server = try Child(try Self.tool("Orthanc"), [path], environment: environment)
        }
        try await server.until("listen") { _ in LocalPort.isOpen(port) }
        return (server, port)
    }

    /// Debian keeps servers in /usr/sbin, which is not in everyone's PATH.
    private static func tool(_ name: String) throws -> String {
        let system = "/usr/sbin/\(name)"
        return FileManager.default.isExecutableFile(atPath: system) ? system : try Program.tool(name)
    }
}

/// A worklist item of the morning, as a file that every one of the servers reads.
struct MorningItem: Sendable {
    var number: Int
    var name: String
    var station = "CT01"
    var modality = "CT"
    var date: String
    var time: String
    var procedure = "CT Head"

    var accession: String { "MORN\(Hazards.four(number))" }
    var id: String { "PAT\(Hazards.four(number))" }

    private typealias Hazards = Commands.Hazards

    /// With all that these servers want to find in an item.
    private var dataSet: [UInt8] {
        let step =
            Wire.element(0x0008_0060, "CS", modality) + Wire.element(0x0040_0001, "AE", station)
            + Wire.element(0x0040_0002, "DA", date) + Wire.element(0x0040_0003, "TM", time)
            + Wire.element(0x0040_0006, "PN", "Curie^Marie") + Wire.element(0x0040_0007, "LO", procedure)
            + Wire.element(0x0040_0009, "SH", "SPS\(number)") + Wire.element(0x0040_0010, "SH", "Room 1")
            + Wire.element(0x0040_0020, "CS", "SCHEDULED")
        return Wire.element(0x0008_0005, "CS", "ISO_IR 192") + Wire.element(0x0008_0050, "SH", accession)
            + Wire.element(0x0008_0090, "PN", "House^Gregory") + Wire.element(0x0010_0010, "PN", name)
            + Wire.element(0x0010_0020, "LO", id) + Wire.element(0x0010_0030, "DA", "19700101")
            + Wire.element(0x0010_0040, "CS", "F")
            + Wire.element(0x0010_2000, "LO", String(repeating: "as the ward says ", count: 3))
            + Wire.element(0x0020_000D, "UI", "1.2.826.0.1.3680043.10.999.5.\(number)")
            + Wire.element(0x0032_1032, "PN", "House^Gregory") + Wire.element(0x0032_1060, "LO", procedure)
            + Wire.sequence(0x0040_0100, [step]) + Wire.element(0x0040_1001, "SH", "RP\(number)")
            + Wire.element(0x0040_1003, "SH", "ROUTINE")
    }

    /// Puts it into the servers' folder, whole or not at all: they read the folder at each query.
    func write(in folder: TemporaryFolder) throws {
        let place = "items/\(MorningServer.title)/item\(number)"
        let draft = try folder.write(Wire.file(dataSet), to: place + ".draft")
        guard rename(draft, folder / (place + ".wl")) == 0 else { throw SystemError(call: "rename", code: errno) }
    }

    func remove(from folder: TemporaryFolder) throws {
        try FileManager.default.removeItem(atPath: folder / "items/\(MorningServer.title)/item\(number).wl")
    }
}
