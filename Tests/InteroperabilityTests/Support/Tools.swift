import Foundation

/// Where the programs of the peers are. A missing one is a failure, never a reason to skip.
enum Tools {
    struct Missing: Error, CustomStringConvertible {
        let what: String
        var description: String { "\(what) is missing: run make setup" }
    }

    static let packageFolder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let scripts = packageFolder.appending(path: "Tests/InteroperabilityTests/Peers")

    /// An executable of the system. Debian keeps servers in /usr/sbin, which is not in everyone's PATH.
    static func program(_ name: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/bin"]
        for folder in folders where FileManager.default.isExecutableFile(atPath: folder + "/" + name) {
            return folder + "/" + name
        }
        throw Missing(what: name)
    }

    static func file(_ path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else { throw Missing(what: path) }
        return path
    }

    /// Python with pydicom and pynetdicom.
    static func python() throws -> String { try file(packageFolder.appending(path: ".peers/venv/bin/python").path) }

    static func script(_ name: String) throws -> String { try file(scripts.appending(path: name).path) }

    /// The program of this package, as built beside the tests, with the arguments to run it as an ordinary user would: a
    /// test run as root must not hide what needs privileges.
    static func worklist(_ arguments: [String]) throws -> (executable: String, arguments: [String]) {
        let folder = Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
        let product = folder + "/worklist"
        guard FileManager.default.isExecutableFile(atPath: product) else { throw Missing(what: product) }
        guard getuid() == 0 else { return (product, arguments) }
        return (try program("setpriv"), ["--bounding-set=-all", product] + arguments)
    }
}

/// A folder that is gone when nobody uses it any more.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "worklist-interoperability-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func / (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }
}
