import Foundation
import Synchronization

/// The program as built beside the tests, and the environment it runs in.
enum Program {
    struct Missing: Error, CustomStringConvertible {
        let what: String
        var description: String { "\(what) is missing: run make setup" }
    }

    /// The executable of this package.
    static func path() throws -> String {
        // The test bundle is an executable of the same folder, or lies below it.
        var starts: [String?] = [Bundle.main.executablePath, Bundle.main.bundlePath, CommandLine.arguments.first]
        if let index = CommandLine.arguments.firstIndex(of: "--test-bundle-path") {
            starts.insert(CommandLine.arguments.dropFirst(index + 1).first, at: 0)
        }
        for start in starts.compactMap(\.self) {
            var folder = URL(filePath: start).deletingLastPathComponent()
            for _ in 0..<4 {
                let candidate = folder.appending(path: "worklist").path
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                    return candidate
                }
                folder = folder.deletingLastPathComponent()
            }
        }
        throw Missing(what: "the program worklist beside the tests")
    }

    /// An executable of the system.
    static func tool(_ name: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":") where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
        {
            return "\(folder)/\(name)"
        }
        throw Missing(what: name)
    }

    /// No configuration, locale or time zone of whoever runs the tests has a say.
    static func environment(home: String) -> [String: String] {
        [
            "HOME": home, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "TZ": "UTC",
            "LANG": "C.UTF-8", "TERM": "xterm-256color",
        ]
    }

    /// A home that is not there, and so holds no configuration, for all who need none.
    static let noHome = "/nonexistent/home"

    static func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil
    ) throws -> Child {
        var all = Self.environment(home: noHome).merging(environment) { $1 }
        if environment["HOME"] == nil, environment["XDG_STATE_HOME"] == nil, environment["WORKLIST_STATE_DIR"] == nil {
            // What one run remembers, such as the order of a list, is not for the next to begin with.
            all["XDG_STATE_HOME"] = FileManager.default.temporaryDirectory.path + "/worklist-state-\(UUID().uuidString)"
        }
        return try Child(try path(), arguments, environment: all, input: input)
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String? = nil,
        within seconds: Double = 40
    ) async throws -> Child.Result {
        try await start(arguments, environment: environment, input: input).result(within: seconds)
    }
}

/// A folder that is gone when nobody uses it any more.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "worklist-commands-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func / (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }

    /// Writes a file, with the folders above it, and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let url = URL(filePath: self / name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: self / name, encoding: .utf8) }
}

/// Waits for a condition, looking again every few milliseconds; throws at the deadline.
func until(
    _ what: String,
    within seconds: Double = 30,
    details: () async -> String = { "" },
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !(try await condition()) {
        guard ContinuousClock.now < deadline else {
            throw TimedOut(description: "waited \(seconds) s for \(what)\n\(await details())")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

struct TimedOut: Error, CustomStringConvertible {
    let description: String
}
