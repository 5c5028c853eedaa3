import Foundation
import Synchronization

/// A process under way. It and all it starts are killed when this goes away, and when the tests die.
final class Child: Sendable {
    /// How a process that ran to its end did.
    struct Result: Sendable {
        /// The exit code; nil if a signal ended it.
        var code: Int32?
        var signal: Int32?
        var output: String
        var errors: String

        /// The lines of the standard output.
        var lines: [Substring] { output.split(separator: "\n") }
        var everything: String { "exit \(code ?? -1) signal \(signal ?? 0)\n\(output)\n\(errors)" }
    }

    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        /// As `waitpid` gives it.
        var status: Int32?
    }

    /// What the reading thread and the owner share.
    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared = Shared()
    private let command: String
    let processID: pid_t

    init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        folder: String? = nil,
        input: String? = nil
    ) throws {
        command = ([URL(filePath: executable).lastPathComponent] + arguments).joined(separator: " ")
        // The kernel kills the child when the thread that started it ends, which it does only with the tests.
        let whole = [try Program.tool("setpriv"), "--pdeathsig", "KILL", "--", executable] + arguments
        let (id, pipes) = try Spawner.shared.start(whole, environment, hasInput: input != nil).get()
        processID = id
        let shared = shared
        let (output, errors) = (pipes.output.reading, pipes.errors.reading)
        if let input, let writing = pipes.input?.writing {
            Thread.detachNewThread {
                var rest = Array(input.utf8)[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
                    if count <= 0 { break }
                    rest = rest.dropFirst(count)
                }
                close(writing)
            }
        }
        Thread.detachNewThread {
            Self.collect(output, errors, shared)
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            let ended = status
            shared.state.withLock { $0.status = ended }
        }
    }

    deinit { kill() }

    /// Reads both outputs until they are closed.
    private static func collect(_ output: Int32, _ errors: Int32, _ shared: Shared) {
        var open = [output, errors]
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !open.isEmpty {
            var entries = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&entries, nfds_t(entries.count), -1) >= 0 || errno == EINTR else { break }
            for entry in entries where entry.revents != 0 {
                let count = read(entry.fd, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    close(entry.fd)
                    open.removeAll { $0 == entry.fd }
                    continue
                }
                let piece = buffer[..<count]
                shared.state.withLock { state in
                    if entry.fd == output { state.output += piece } else { state.errors += piece }
                }
            }
        }
    }

    // MARK: While it runs

    /// What it has written so far.
    var output: String { shared.state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var errors: String { shared.state.withLock { String(decoding: $0.errors, as: UTF8.self) } }
    var hasExited: Bool { shared.state.withLock { $0.status != nil } }

    func signal(_ number: Int32) {
        // Under the lock, so that the number cannot be that of another process yet.
        shared.state.withLock { state in
            if state.status == nil { _ = Glibc.kill(processID, number) }
        }
    }

    /// Ends it and all it has started.
    func kill() {
        shared.state.withLock { state in
            if state.status == nil { _ = Glibc.kill(-processID, SIGKILL) }
        }
    }

    /// Waits for something it brings about; throws when it has ended, or at the deadline.
    func until(_ what: String, within seconds: Double = 30, _ condition: (Child) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let hasEnded = hasExited
            if condition(self) { return }
            if hasEnded || ContinuousClock.now > deadline {
                let problem = hasEnded ? "ended before" : "not within \(seconds) s"
                throw TimedOut(description: "\(command): \(what): \(problem)\n\(output)\n\(errors)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Waits for its end; kills it, and throws, if that takes longer than `seconds`.
    func result(within seconds: Double = 40) async throws -> Result {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let (status, state) = shared.state.withLock({ state in state.status.map { ($0, state) } }) {
                let signal = status & 0x7F
                return Result(
                    code: signal == 0 ? status >> 8 & 0xFF : nil,
                    signal: signal == 0 ? nil : signal,
                    output: String(decoding: state.output, as: UTF8.self),
                    errors: String(decoding: state.errors, as: UTF8.self)
                )
            }
            guard ContinuousClock.now < deadline else {
                kill()
                throw TimedOut(description: "\(command) did not end within \(seconds) s\n\(output)\n\(errors)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Pipes to and from a child.
private struct Pipes: Sendable {
    typealias Ends = (reading: Int32, writing: Int32)
    let input: Ends?
    let output: Ends
    let errors: Ends

    init(hasInput: Bool) throws {
        input = hasInput ? try Self.make() : nil
        output = try Self.make()
        errors = try Self.make()
    }

    private static func make() throws -> Ends {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError(call: "pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    func closeChildEnds() {
        if let input { close(input.reading) }
        close(output.writing)
        close(errors.writing)
    }
}

struct SystemError: Error, CustomStringConvertible {
    let call: String
    let code: Int32
    var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// The one thread that starts processes: they die with it.
private final class Spawner: Sendable {
    static let shared = Spawner()

    private typealias Job = @Sendable () -> Void
    private let jobs = Mutex<[Job]>([])
    private let wake = DispatchSemaphore(value: 0)

    private init() {
        // Input for a child that has ended already is lost, no more.
        Glibc.signal(SIGPIPE, SIG_IGN)
        Thread.detachNewThread { [self] in
            while true {
                wake.wait()
                let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
    }

    func start(
        _ arguments: [String],
        _ environment: [String: String],
        hasInput: Bool
    ) -> Result<(pid_t, Pipes), any Error> {
        let answer = Box()
        let done = DispatchSemaphore(value: 0)
        jobs.withLock {
            $0.append {
                answer.set(
                    Result {
                        // Made here, so that no other child can be started meanwhile and inherit an end of them.
                        let pipes = try Pipes(hasInput: hasInput)
                        defer { pipes.closeChildEnds() }
                        let id = try Self.spawn(
                            arguments,
                            environment,
                            pipes.input?.reading,
                            pipes.output.writing,
                            pipes.errors.writing
                        ).get()
                        return (id, pipes)
                    }
                )
                done.signal()
            }
        }
        wake.signal()
        done.wait()
        return answer.get()
    }

    private final class Box: Sendable {
        private let answer = Mutex<Result<(pid_t, Pipes), any Error>>(.failure(SystemError(call: "start", code: 0)))
        func set(_ result: Result<(pid_t, Pipes), any Error>) { answer.withLock { $0 = result } }
        func get() -> Result<(pid_t, Pipes), any Error> { answer.withLock { $0 } }
    }

    private static func spawn(
        _ arguments: [String],
        _ environment: [String: String],
        _ input: Int32?,
        _ output: Int32,
        _ errors: Int32
    ) -> Result<pid_t, SystemError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that all of it can be killed; no signal blocked or ignored by inheritance.
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)

        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for pointer in words + variables { free(pointer) }
        }
        var id: pid_t = 0
        let code = posix_spawn(&id, arguments[0], &actions, &attributes, &words, &variables)
        return code == 0 ? .success(id) : .failure(SystemError(call: "start \(arguments[0])", code: code))
    }
}
