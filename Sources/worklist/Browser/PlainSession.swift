import ArgumentParser
import DICOMProtocol
import Glibc
import NIOConcurrencyHelpers
import Terminal
import WorklistBrowser

/// Plain mode: lines from standard input, lines to standard output, and nothing a terminal would have to understand.
struct PlainSession: Sendable {
    var settings: BrowserSettings
    var servers: [ServerProfile]
    var current: ServerProfile?
    var effects: EffectRunner.Options
    var clock: BrowserClock

    /// Longest line that is taken.
    private static let lineLimit = 65_536
    /// What comes within so many milliseconds of a line is not typed, but pasted.
    private static let pasteMilliseconds: Int32 = 30

    /// Runs to the end and returns the exit code.
    func run() async -> Int32 {
        let code = NIOLockedValueBox<Int32>(0)
        await UIThread.run { [self] in
            let ended = runOnThisThread()
            code.withLockedValue { $0 = ended }
        }
        return code.withLockedValue { $0 }
    }

    private func runOnThisThread() -> Int32 {
        let isTerminal = isatty(0) == 1
        let inbox = PlainInbox()
        inbox.watchSignals()
        let runner = EffectRunner(options: effects) { inbox.post($0) }
        var plain = PlainBrowser(
            browser: Browser(
                theme: .standard,
                servers: servers,
                current: current,
                configPath: effects.configuration.path,
                settings: settings,
                now: clock.now()
            ),
            isInteractive: isTerminal
        ) { address, ownTitle in
            do {
                var profile = try ServerOptions.parse(address)
                if let ownTitle { profile.callingAETitle = try AETitle(ownTitle).text }
                return .success(profile)
            } catch let error as ValidationError {
                return .failure(PlainBrowser.ServerTextError(error.message))
            } catch {
                return .failure(PlainBrowser.ServerTextError("'\(ownTitle ?? "")' is no AE title: \(error)"))
            }
        }
        var writer = PlainWriter(hasPrompt: isTerminal, isUTF8: TerminalLocale.prepare())
        var reader = LineReader(limit: Self.lineLimit)
        var exitCode: Int32?
        func carryOut(_ output: PlainBrowser.Output, afterLine: Bool = false) {
            writer.write(output.lines, afterLine: afterLine)
            for effect in output.effects {
                guard case .quit(let code) = effect else {
                    runner.run(effect)
                    continue
                }
                // A script tells how it went; a person has heard it.
                exitCode = code == 0 && !isTerminal ? Self.code(of: plain).rawValue : code
            }
            // Nobody listens any more.
            if writer.isClosed, exitCode == nil {
                exitCode = 0
                for effect in plain.take(event: .terminationRequested).effects { runner.run(effect) }
            }
        }
        func tick() { carryOut(plain.take(event: .clock(clock.now()))) }

        carryOut(plain.start())
        writer.prompt()
        var isAtEnd = false
        while exitCode == nil {
            let milliseconds = Int32(clamping: Int((min(plain.secondsToNextClock, 3_600) * 1000).rounded(.up)))
            var entries = [pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)]
            if !isAtEnd { entries.append(pollfd(fd: 0, events: Int16(POLLIN), revents: 0)) }
            _ = poll(&entries, nfds_t(entries.count), milliseconds)
            tick()
            for arrival in inbox.take() where exitCode == nil {
                switch arrival {
                case .event(let event): carryOut(plain.take(event: event))
                case .signal(SIGINT): carryOut(plain.interrupt())
                case .signal(let number):
                    let signal: TerminalSignal = number == SIGHUP ? .hangup : .terminate
                    carryOut(plain.take(event: .input(.signal(signal))))
                }
            }
            if entries.count > 1, entries[1].revents != 0, exitCode == nil {
                isAtEnd = !reader.read()
                if isTerminal { gatherPaste(&reader, &isAtEnd) }
                let lines = reader.takeLines(atEnd: isAtEnd)
                let count = lines.count + reader.takeForgotten()
                if isTerminal, count > 1 {
                    carryOut(plain.refuse(pasted: count), afterLine: true)
                } else {
                    for line in lines where exitCode == nil { carryOut(plain.take(line: line), afterLine: true) }
                }
                if isAtEnd, exitCode == nil { carryOut(plain.endOfInput()) }
            }
            if exitCode == nil { writer.prompt() }
        }
        runner.settle()
        return exitCode ?? 0
    }

    /// What a script came to: a line that did nothing, a file that was not written, else how the last query ended.
    private static func code(of plain: PlainBrowser) -> ProgramExit {
        if plain.misunderstood > 0 { return .usage }
        if plain.hasFailed { return .partial }
        switch plain.end {
        case nil: return .matches
        case .query(let outcome, let rows)?: return FindEnding(outcome, rows: rows).code
        case .noAssociation(let failure)?: return CommandFailure(opening: failure).code
        case .test(let status)?: return status == .success ? .matches : .dimseFailure
        }
    }

    /// Waits a moment for more lines than one: no person types that fast.
    private func gatherPaste(_ reader: inout LineReader, _ isAtEnd: inout Bool) {
        while !isAtEnd, reader.hasLine {
            var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, Self.pasteMilliseconds) > 0 else { return }
            isAtEnd = !reader.read()
            reader.forgetAllButTheLast()
        }
    }
}

/// Events and signals for the thread that sleeps in `poll`.
private final class PlainInbox: Sendable {
    enum Arrival: Sendable {
        case event(WorklistBrowser.Event)
        case signal(Int32)
    }

    /// Written by the signal handler: nothing else is safe in there. Made once, before the handler is installed.
    private static let ends: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        _ = Glibc.pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        return (ends[0], ends[1])
    }()

    private let events = NIOLockedValueBox<[WorklistBrowser.Event]>([])
    let descriptor = PlainInbox.ends.reading

    func watchSignals() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { @Sendable number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(PlainInbox.ends.writing, &byte, 1)
                errno = before
            }
        }
    }

    func post(_ event: WorklistBrowser.Event) {
        let isFirst = events.withLockedValue { events in
            events.append(event)
            return events.count == 1
        }
        guard isFirst else { return }
        var byte: UInt8 = 0
        _ = write(Self.ends.writing, &byte, 1)
    }

    /// Signals first: who wants to stop does not wait for rows.
    func take() -> [Arrival] {
        var arrivals: [Arrival] = []
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            arrivals += bytes.prefix(count).filter { $0 != 0 }.map { .signal(Int32($0)) }
        }
        let events = events.withLockedValue { events in
            defer { events = [] }
            return events
        }
        return arrivals + events.map(Arrival.event)
    }
}

/// Bytes of standard input as lines.
private struct LineReader {
    private var bytes: [UInt8] = []
    private var isTooLong = false
    /// Lines of a paste that were not kept.
    private var forgotten = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var hasLine: Bool { bytes.contains(0x0A) }

    /// False at the end of the input.
    mutating func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return true }
            guard count > 0 else { return false }
            bytes += buffer.prefix(count)
            return true
        }
    }

    /// The lines that are whole; at the end of the input what is left too.
    mutating func takeLines(atEnd: Bool) -> [String] {
        var lines: [String] = []
        while let end = bytes.firstIndex(of: 0x0A) {
            add(bytes[..<end], to: &lines)
            bytes.removeFirst(end + 1)
        }
        if atEnd, !bytes.isEmpty {
            add(bytes[...], to: &lines)
            bytes = []
        }
        if bytes.count > limit {
            // Its beginning must not be taken for a command once its end has come.
            isTooLong = true
            bytes = []
        }
        return lines
    }

    /// Keeps a paste from filling the memory: more than two lines are only counted.
    mutating func forgetAllButTheLast() {
        let ends = bytes.indices.filter { bytes[$0] == 0x0A }
        guard ends.count > 2 else { return }
        forgotten += ends.count - 1
        bytes.removeFirst(ends[ends.count - 2] + 1)
    }

    mutating func takeForgotten() -> Int {
        defer { forgotten = 0 }
        return forgotten
    }

    private mutating func add(_ line: ArraySlice<UInt8>, to lines: inout [String]) {
        defer { isTooLong = false }
        guard !isTooLong, line.count <= limit else {
            lines.append("(a line of more than \(limit) characters)")
            return
        }
        lines.append(String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self))
    }
}

/// Lines to standard output, each on its own, with a prompt where a person types.
private struct PlainWriter {
    private let hasPrompt: Bool
    private let isUTF8: Bool
    private var isPrompted = false
    private let out = StandardOutput.shared

    init(hasPrompt: Bool, isUTF8: Bool) {
        self.hasPrompt = hasPrompt
        self.isUTF8 = isUTF8
    }

    var isClosed: Bool { out.isClosed }

    /// `afterLine`: whoever typed has ended the prompt's line.
    mutating func write(_ lines: [TerminalText], afterLine: Bool) {
        if afterLine { isPrompted = false }
        guard !lines.isEmpty else { return }
        if isPrompted { out.write("\n") }
        isPrompted = false
        for line in lines { out.write((isUTF8 ? line.string : Self.ascii(line.string)) + "\n") }
        out.flush()
    }

    mutating func prompt() {
        guard hasPrompt, !isPrompted else { return }
        isPrompted = true
        out.write("> ")
        out.flush()
    }

    /// For a terminal that has ASCII only: which character it is, never one that looks like it.
    private static func ascii(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                out.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                out += "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
            }
        }
        return out
    }
}
