import Foundation
import Synchronization
import Testing

/// The program alone on a pseudo-terminal: no shell, every byte seen by an ``Emulator``.
final class PseudoTerminal: Sendable {
    private struct State {
        var emulator: Emulator
        var bytes: [UInt8] = []
        var isReading: Bool
        var isGone = false
        var status: Int32?
    }

    private final class Shared: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    let processID: pid_t
    /// The side of the user.
    private let main: Int32
    /// The side of the program, kept open so that its settings can be read.
    private let terminal: Int32
    private let shared: Shared
    let before: [UInt8]

    init(
        _ arguments: [String],
        type: String = "xterm-256color",
        columns: Int = 80,
        rows: Int = 24,
        environment: [String: String] = [:],
        home: String = Program.noHome,
        isReading: Bool = true,
        seenAs seen: (columns: Int, rows: Int)? = nil
    ) async throws {
        let description = try await Child(
            try Program.tool("infocmp"),
            ["-1x", type],
            environment: Program.environment(home: home)
        ).result()
        let kind = TerminalType(type, infocmp: description.output)
        // openpty would leave both ends open in whatever another test starts at the same moment.
        main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var number: UInt32 = 0
        var unlocked: Int32 = 0
        guard main >= 0, ioctl(main, Self.unlock, &unlocked) == 0, ioctl(main, Self.getNumber, &number) == 0 else {
            throw SystemError(call: "open /dev/ptmx", code: errno)
        }
        let path = "/dev/pts/\(number)"
        terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { throw SystemError(call: "open \(path)", code: errno) }
        Self.setSize(terminal, columns, rows)
        before = Self.modes(terminal)
        let emulator = Emulator(kind, columns: seen?.columns ?? columns, rows: seen?.rows ?? rows)
        shared = Shared(State(emulator: emulator, isReading: isReading))
        var all = Program.environment(home: home)
        all["TERM"] = type
        processID = try Self.spawn([try Program.path()] + arguments, all.merging(environment) { $1 }, path)
        let (shared, main, id) = (shared, main, processID)
        Thread.detachNewThread { Self.read(main, shared) }
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            let ended = status
            shared.state.withLock { $0.status = ended }
        }
    }

    deinit {
        shared.state.withLock { state in
            if state.status == nil { _ = Glibc.kill(processID, SIGKILL) }
            state.isGone = true
        }
        close(terminal)
    }

    /// TIOCSPTLCK, TIOCGPTN and POSIX_SPAWN_SETSID, which Swift does not import.
    private static let unlock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430
    private static let newSession: Int32 = 0x80

    private static func read(_ main: Int32, _ shared: Shared) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let (isReading, isGone) = shared.state.withLock { ($0.isReading, $0.isGone) }
            if isGone { break }
            guard isReading else {
                usleep(2000)
                continue
            }
            var entry = pollfd(fd: main, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 20) > 0 else { continue }
            let count = Glibc.read(main, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            let piece = buffer[..<count]
            shared.state.withLock { state in
                state.bytes += piece
                state.emulator.feed(piece)
            }
        }
        close(main)
    }

    private static func spawn(_ words: [String], _ environment: [String: String], _ path: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal a new session opens becomes its own.
        posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw SystemError(call: "start \(words[0])", code: code) }
        return id
    }

    // MARK: The user

    func type(_ text: String) { type(Array(text.utf8)) }

    func type(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { write(main, $0.baseAddress, $0.count) } }

    /// The terminal reads on, or stops.
    func setReading(_ isReading: Bool) { shared.state.withLock { $0.isReading = isReading } }

    /// The terminal takes nothing more from the program.
    var isFull: Bool {
        var entry = pollfd(fd: terminal, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) == 0
    }

    func resize(_ columns: Int, _ rows: Int) {
        shared.state.withLock { $0.emulator.resize(columns, rows) }
        Self.setSize(terminal, columns, rows)
    }

    private static func setSize(_ descriptor: Int32, _ columns: Int, _ rows: Int) {
        var size = winsize(
            ws_row: UInt16(clamping: rows),
            ws_col: UInt16(clamping: columns),
            ws_xpixel: 0,
            ws_ypixel: 0
        )
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    func signal(_ number: Int32) {
        shared.state.withLock { state in
            if state.status == nil { _ = Glibc.kill(processID, number) }
        }
    }

    /// Takes the terminal away: whoever reads it gets end of file.
    func unplug() {
        shared.state.withLock { $0.isGone = true }
    }

    // MARK: What is to be seen

    var emulator: Emulator { shared.state.withLock { $0.emulator } }
    var bytes: [UInt8] { shared.state.withLock { $0.bytes } }
    var output: String { String(decoding: bytes, as: UTF8.self) }
    var screen: String { emulator.text }

    @discardableResult
    func until(_ words: String..., within seconds: Double = 20) async throws -> String {
        try await CommandTests.until(words.joined(separator: ", "), within: seconds, details: { screen }) {
            let text = screen
            if words.allSatisfy(text.contains) { return true }
            if shared.state.withLock({ $0.status != nil }) { throw TimedOut(description: "ended\n\(output)") }
            return false
        }
        return screen
    }

    /// Waits for its end: the exit code, or the signal as a negative number.
    func end(within seconds: Double = 20) async throws -> Int32 {
        try await CommandTests.until("the end", within: seconds, details: { screen }) {
            shared.state.withLock { $0.status != nil }
        }
        let status = shared.state.withLock { $0.status ?? 0 }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    /// Waits until all that was written has been seen.
    func settled() async throws {
        var count = -1
        try await CommandTests.until("quiet") {
            defer { count = bytes.count }
            var waiting = pollfd(fd: main, events: Int16(POLLIN), revents: 0)
            return count == bytes.count && poll(&waiting, 1, 20) == 0
        }
    }

    var modes: [UInt8] { Self.modes(terminal) }

    private static func modes(_ descriptor: Int32) -> [UInt8] {
        var modes = termios()
        tcgetattr(descriptor, &modes)
        return withUnsafeBytes(of: &modes) { Array($0) }
    }

    /// Expects the terminal as it was before the program.
    func expectRestored(_ location: SourceLocation = #_sourceLocation) async throws {
        try await settled()
        let emulator = emulator
        #expect(modes == before, "modes", sourceLocation: location)
        #expect(emulator.modes == [7, 25], "private modes", sourceLocation: location)
        #expect(!emulator.isKeypad, "keypad", sourceLocation: location)
        #expect(emulator.attributes.isEmpty, "attributes", sourceLocation: location)
        #expect(!emulator.isInSequence, "a sequence that has not ended", sourceLocation: location)
        #expect(emulator.title == "shell" && emulator.titles.isEmpty, "title", sourceLocation: location)
        #expect(emulator.strange.isEmpty, sourceLocation: location)
        #expect(emulator.text.allSatisfy { $0 == " " || $0 == "\n" }, "\(emulator.text)", sourceLocation: location)
    }
}
