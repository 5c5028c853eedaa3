import Foundation
import Synchronization

/// A program of a peer under way. It and all it starts are killed when this goes away, and when the test process dies.
final class Program: Sendable {
    /// How a program that ran to its end did.
    struct Result: Sendable {
        var code: Int32
        var output: String
        var errors: String

        /// The lines of the standard output.
        var lines: [Substring] { output.split(separator: "\n") }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let command: String
    private let leash: Mutex<FileHandle?>
    private let folder: TemporaryFolder
    private let exit: Task<Int32, Never>
    private let hasExited: AsyncFlag

    init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: try Tools.python())
        process.arguments = ["-I", "-S", try Tools.script("supervise.py"), executable] + arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"]) { $1 }
            .merging(environment) { $1 }
        let leash = Pipe()
        process.standardInput = leash
        process.standardOutput = try Self.file(folder / "output")
        process.standardError = try Self.file(folder / "errors")
        let (codes, codeReady) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { codeReady.yield($0.terminationStatus) }
        try process.run()
        let hasExited = AsyncFlag()
        self.command = ([executable] + arguments.prefix(6)).joined(separator: " ")
        self.leash = Mutex(leash.fileHandleForWriting)
        self.folder = folder
        self.hasExited = hasExited
        self.exit = Task {
            for await code in codes {
                hasExited.set()
                return code
            }
            return -1
        }
    }

    deinit { kill() }

    private static func file(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    /// What it has written so far.
    var output: String { text("output") }
    var errors: String { text("errors") }

    private func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: folder / name) ?? Data(), as: UTF8.self)
    }

    func kill() {
        leash.withLock { leash in
            try? leash?.close()
            leash = nil
        }
    }

    /// Kills it, and waits until it is gone.
    func stop() async {
        kill()
        _ = await exit.value
    }

    /// Waits for its end; throws if that takes longer than `seconds`.
    func result(within seconds: Double) async throws -> Result {
        let deadline = Task {
            try await Task.sleep(for: .seconds(seconds))
            kill()
        }
        let code = await exit.value
        deadline.cancel()
        if case .success = await deadline.result {
            throw Failure(description: "\(command) did not end within \(seconds) s\n\(output)\n\(errors)")
        }
        return Result(code: code, output: output, errors: errors)
    }

    /// Runs a program to its end.
    static func run(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        within seconds: Double = 60
    ) async throws -> Result {
        try await Program(executable, arguments, environment: environment).result(within: seconds)
    }

    /// Runs a script of the peers' folder that must succeed; gives what it printed.
    static func python(_ script: String, _ arguments: [String]) async throws -> String {
        let result = try await run(try Tools.python(), [try Tools.script(script)] + arguments)
        guard result.code == 0 else { throw Failure(description: "\(script) failed: \(result.errors)") }
        return result.output
    }

    /// Waits until something accepts connections on a port of this machine.
    func untilListening(on port: Int, within seconds: Double = 30) async throws {
        try await until("listen on port \(port)", within: seconds) { Loopback.accepts(port: port) }
    }

    /// Waits for a condition that the program brings about; throws when it has ended, or has not by the deadline.
    func until(_ what: String, within seconds: Double = 30, _ condition: () -> Bool) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while !condition() {
            let problem =
                hasExited.isSet ? "ended before it did" : clock.now > deadline ? "did not within \(seconds) s" : nil
            if let problem {
                throw Failure(description: "\(command) was to \(what), but \(problem)\n\(output)\n\(errors)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Turns true once.
final class AsyncFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
