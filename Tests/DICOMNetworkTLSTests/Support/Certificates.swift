import Foundation
import Glibc

/// Certificates made for this run by OpenSSL.
struct Certificates: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String

    /// Made once; gone with the program's temporary files.
    static let shared = Result { try Certificates() }

    private init() throws {
        folder = NSTemporaryDirectory() + "worklist-certificates-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Certificates/make.sh").path
        let result = try OpenSSL.run("/bin/sh", [script, folder])
        guard result.code == 0 else {
            throw Failure(description: "make.sh ended with \(result.code): \(result.output)")
        }
        removeAtExit(folder)
    }

    static func path(_ name: String) throws -> String { try shared.get().folder + "/" + name }
    static func pem(_ name: String) throws -> String { try path(name + ".pem") }
    static func key(_ name: String) throws -> String { try path(name + ".key") }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(FileManager.default.contents(atPath: try path(name)) ?? Data())
    }
}

/// The folder to remove when the tests are over. Written once, by the one initializer of the shared certificates.
private nonisolated(unsafe) var folder = ""

private func removeAtExit(_ path: String) {
    folder = path
    atexit { try? FileManager.default.removeItem(atPath: folder) }
}

/// The command, for what is compared with it.
enum OpenSSL {
    struct Result: Sendable {
        var code: Int32
        /// Standard output and error together.
        var output: String
    }

    /// Blocks until the program ends.
    static func run(_ path: String, _ arguments: [String], input: [UInt8] = []) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let (inward, outward) = (Pipe(), Pipe())
        process.standardInput = inward
        process.standardOutput = outward
        process.standardError = outward
        try process.run()
        if !input.isEmpty { try inward.fileHandleForWriting.write(contentsOf: input) }
        try inward.fileHandleForWriting.close()
        let output = try outward.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Result(code: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }

    static func openssl(_ arguments: [String], input: [UInt8] = []) throws -> Result {
        try run("/usr/bin/env", ["openssl"] + arguments, input: input)
    }
}

/// OpenSSL's server on a port of its own choice, until nobody uses it any more.
final class OpenSSLServer: Sendable {
    private let process: Process
    private let log: URL

    init(_ arguments: [String]) throws {
        log = URL(filePath: try Certificates.path("s_server-" + UUID().uuidString))
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw Certificates.Failure(description: "no log")
        }
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", try Certificates.pem("server"), "-key",
                try Certificates.key("server"),
            ] + arguments
        process.standardInput = Pipe()
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit {
        // Not SIGTERM: the threads of a test run block signals, and programs inherit that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private var text: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// From its line `ACCEPT 127.0.0.1:40123`.
    func port() async throws -> Int {
        var found: Int?
        try await eventually("the start of s_server") {
            found = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT 127") }?.split(separator: ":").last
                .flatMap { Int($0) }
            return found != nil
        }
        return found ?? 0
    }

    /// What it has printed, once that is as wanted.
    func output(_ isWanted: (String) -> Bool) async throws -> String {
        try await eventually("the wanted output") { isWanted(text) }
        return text
    }
}
