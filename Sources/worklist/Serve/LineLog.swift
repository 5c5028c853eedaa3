import Glibc
import Logging
import Synchronization
import Terminal

/// Where log lines go: standard error, or a file of mode 0600 that can be opened anew after it was moved away.
final class LogSink: Sendable {
    private let path: String?
    private let descriptor: Mutex<Int32>

    /// - Parameter path: nil for standard error.
    init(path: String?) throws(CommandFailure) {
        self.path = path
        descriptor = Mutex(try path.map(Self.open) ?? 2)
    }

    private static func open(_ path: String) throws(CommandFailure) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure.usage("cannot write the log \(path): \(SystemFailure(errno).words)")
        }
        return descriptor
    }

    /// A failure leaves the old file open.
    func reopen() throws(CommandFailure) {
        guard let path else { return }
        let fresh = try Self.open(path)
        let old = descriptor.withLock { descriptor in
            defer { descriptor = fresh }
            return descriptor
        }
        close(old)
    }

    func write(_ line: String) {
        // One write for a line: lines of other processes do not come in between.
        descriptor.withLock { descriptor in
            _ = FileWriter.writeAll(Array(line.utf8)[...], to: descriptor)
        }
    }

    deinit {
        let descriptor = descriptor.withLock { $0 }
        if descriptor != 2 { close(descriptor) }
    }
}

/// Writes each event as a line: `TIME LEVEL WORDS key=value …`, or as a JSON object.
struct LineLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let isJSON: Bool
    let sink: LogSink

    init(_ settings: ServeSettings.Log, sink: LogSink) {
        logLevel = settings.level
        isJSON = settings.isJSON
        self.sink = sink
    }

    static func logger(_ settings: ServeSettings.Log, sink: LogSink) -> Logger {
        Logger(label: "worklist.server", factory: { _ in LineLog(settings, sink: sink) })
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { (Self.place($0.key), $0.key) < (Self.place($1.key), $1.key) }
        let time = Self.now()
        if isJSON {
            var line = "{\"time\":\"\(time)\",\"level\":\"\(event.level.rawValue)\",\"event\":"
            line += Self.quoted("\(event.message)")
            for (key, value) in pairs { line += ",\(Self.quoted(key)):\(Self.json(value))" }
            sink.write(line + "}\n")
        } else {
            var line = "\(time) \(event.level.rawValue) \(TerminalText("\(event.message)").string)"
            for (key, value) in pairs { line += " \(key)=\(Self.plain("\(value)"))" }
            sink.write(line + "\n")
        }
    }

    /// The same in every line, so that an eye finds it.
    private static let order = [
        "association", "peer", "calling", "called", "implementation", "model", "keys", "returned", "queries", "matches",
        "status", "ms", "first_ms", "seconds",
    ]

    private static func place(_ key: String) -> Int { order.firstIndex(of: key) ?? order.count }

    /// As it is where that is one harmless word, else in quotes.
    private static func plain(_ text: String) -> String {
        let isWord = !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3D }
        return isWord ? text : quoted(text)
    }

    private static func json(_ value: Logger.Metadata.Value) -> String {
        if case .stringConvertible(let number) = value {
            if let number = number as? Int { return "\(number)" }
            if let number = number as? Double, number.isFinite { return "\(number)" }
        }
        return quoted("\(value)")
    }

    /// A JSON string; what a terminal could take for a command is made visible before.
    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in TerminalText(text).string.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// UTC, as RFC 3339 has it, to the millisecond.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var seconds = time.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date = [
            digits(Int(parts.tm_year) + 1_900, 4), digits(Int(parts.tm_mon) + 1, 2), digits(Int(parts.tm_mday), 2),
        ]
        let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)].map { digits($0, 2) }
        let milliseconds = digits(time.tv_nsec / 1_000_000, 3)
        return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + ".\(milliseconds)Z"
    }
}
