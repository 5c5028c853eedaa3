import DICOMData
import Foundation
import Synchronization

/// A program under way. It is killed when this goes away, and when the tests die.
final class ExampleProgram: Sendable {
    /// How a program that ran to its end did.
    struct Result: Sendable {
        var code: Int32
        var output: String
        var errors: String
        var lines: [Substring] { output.split(separator: "\n") }
    }

    private let command: String
    private let process: Mutex<Process>
    private let folder: TemporaryFolder

    /// One of the example programs, as built beside the tests.
    convenience init(_ name: String, _ arguments: [String]) throws {
        try self.init(path: try Self.built(name), arguments, environment: ["TZ": Noon.zone])
    }

    init(path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        command = ([URL(filePath: path).lastPathComponent] + arguments).joined(separator: " ")
        process = Mutex(try Self.spawn(path, arguments, environment, folder.url))
    }

    deinit {
        process.withLock { process in
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    /// The kernel kills a child when the thread that started it ends: so one thread starts all, and ends with the tests.
    private static let spawner = Spawner()

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ folder: URL
    ) throws -> sending Process {
        let setpriv = try tool("setpriv")
        return try spawner.run {
            let process = Process()
            process.executableURL = URL(filePath: setpriv)
            process.arguments = ["--pdeathsig", "KILL", "--", path] + arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try file(folder.appending(path: "output"))
            process.standardError = try file(folder.appending(path: "errors"))
            try process.run()
            return process
        }
    }

    private static func file(_ url: URL) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        return try FileHandle(forWritingTo: url)
    }

    /// What it has written so far.
    var output: String { text("output") }
    var errors: String { text("errors") }

    private func text(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: folder.url.appending(path: name))) ?? Data(), as: UTF8.self)
    }

    func signal(_ number: Int32) {
        process.withLock { process in
            if process.isRunning { kill(process.processIdentifier, number) }
        }
    }

    private var isRunning: Bool { process.withLock { $0.isRunning } }

    /// Waits for something it brings about.
    func until(_ what: String, _ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let wasRunning = isRunning
            if condition() { return }
            guard wasRunning, ContinuousClock.now < deadline else {
                throw NeverHappened(description: "\(command): never \(what)\n\(output)\n\(errors)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Waits for its end.
    func result() async throws -> Result {
        let deadline = ContinuousClock.now + .seconds(30)
        while isRunning {
            guard ContinuousClock.now < deadline else {
                throw NeverHappened(description: "\(command): never ended\n\(output)\n\(errors)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return Result(code: process.withLock { $0.terminationStatus }, output: output, errors: errors)
    }

    /// Waits until it says on which port it listens.
    func port() async throws -> Int {
        var port: Int?
        try await until("said its port") {
            port = output.split(separator: "\n").first { $0.hasPrefix("listening on port ") }
                .flatMap { Int($0.dropFirst("listening on port ".count)) }
            return port != nil
        }
        return port ?? 0
    }

    // MARK: Where programs are

    static func built(_ name: String) throws -> String {
        var starts: [String?] = [Bundle.main.executablePath, Bundle.main.bundlePath, CommandLine.arguments.first]
        if let index = CommandLine.arguments.firstIndex(of: "--test-bundle-path") {
            starts.insert(CommandLine.arguments.dropFirst(index + 1).first, at: 0)
        }
        for start in starts.compactMap(\.self) {
            var folder = URL(filePath: start).deletingLastPathComponent()
            for _ in 0..<4 {
                let candidate = folder.appending(path: name).path
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
                    return candidate
                }
                folder = folder.deletingLastPathComponent()
            }
        }
        throw Repository.Missing(what: "the program \(name) beside the tests")
    }

    /// An executable of the system.
    static func tool(_ name: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":").map(String.init) + ["/usr/sbin"]
        where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        throw Repository.Missing(what: "\(name) (make setup)")
    }
}

/// A time zone in which it is about noon, so that no test runs over midnight.
enum Noon {
    private static let hours = 12 - time(nil) % 86_400 / 3_600
    /// As POSIX writes it, where what is east of Greenwich is negative.
    static let zone = "NOON\(-hours)"
    static let today = DICOMDate.today(unixSeconds: Int64(time(nil)), utcOffsetSeconds: hours * 3_600)
}

/// A folder that is gone when nobody uses it any more.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        let name = "worklist-documentation-" + UUID().uuidString
        url = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// A thread that starts processes.
private final class Spawner: Sendable {
    private typealias Job = @Sendable () -> Void
    private let jobs = Mutex<[Job]>([])
    private let wake = DispatchSemaphore(value: 0)

    init() {
        Thread.detachNewThread { [self] in
            while true {
                wake.wait()
                let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
    }

    func run(_ start: @escaping @Sendable () throws -> Process) throws -> sending Process {
        let answer = Mutex<Result<Process, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        jobs.withLock { jobs in
            jobs.append {
                let result = Result { try start() }
                answer.withLock { $0 = result }
                done.signal()
            }
        }
        wake.signal()
        done.wait()
        guard let result = answer.withLock({ $0 }) else { throw Repository.Missing(what: "a process") }
        return try result.get()
    }
}
