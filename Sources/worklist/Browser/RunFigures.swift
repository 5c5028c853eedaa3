import Glibc
import Terminal
import WorklistBrowser

/// What `--stats json` says of a run, or of a piece of it.
struct RunFigures {
    private let figures: LoopStatistics
    private let firstPaint: Duration?
    private let rows: Int
    private let peakRows: Int
    private let bytesWritten: Int

    init(_ figures: LoopStatistics, _ loop: TerminalLoop<BrowserProgram>, firstPaint: Duration? = nil) {
        self.figures = figures
        self.firstPaint = firstPaint
        rows = loop.app.browser.rowCount
        peakRows = loop.app.peakRows
        bytesWritten = Int(loop.screen.bytesWritten)
    }

    /// One line; `words`: what was done.
    func json(after words: String? = nil) -> String {
        let memory = Self.memory
        var parts = [
            ("rows", String(rows)),
            ("peak_rows", String(peakRows)),
            ("frames", String(figures.frames)),
            ("frames_deferred", String(figures.framesDeferred)),
            ("inputs", String(figures.inputs)),
            ("events", String(figures.events)),
            ("key_to_frame_p50_ms", Self.milliseconds(figures.inputToFrame.percentile(0.5))),
            ("key_to_frame_p99_ms", Self.milliseconds(figures.inputToFrame.percentile(0.99))),
            ("key_to_frame_max_ms", Self.milliseconds(figures.inputToFrame.maximum)),
            ("longest_turn_ms", Self.milliseconds(figures.longestTurn)),
            ("first_paint_ms", Self.milliseconds(firstPaint)),
            ("bytes_written", String(bytesWritten)),
            ("memory_mb", memory.now),
            ("peak_memory_mb", memory.peak),
        ]
        if let words { parts.insert(("after", Configuration.quoted(words)), at: 0) }
        return "{" + parts.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    private static func milliseconds(_ duration: Duration?) -> String {
        guard let duration else { return "null" }
        let (seconds, attoseconds) = duration.components
        let microseconds = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    /// Megabytes of memory held by the process, now and at most; null where the system does not say.
    private static var memory: (now: String, peak: String) {
        guard case .success(let bytes) = FileWriter.read("/proc/self/status") else { return ("null", "null") }
        var now = "null"
        var peak = "null"
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split { $0 == 0x20 || $0 == 0x09 }
            guard words.count > 1, let kilobytes = Int(String(decoding: words[1], as: UTF8.self)) else { continue }
            switch String(decoding: words[0], as: UTF8.self) {
            case "VmRSS:": now = String(kilobytes / 1024)
            case "VmHWM:": peak = String(kilobytes / 1024)
            default: break
            }
        }
        return (now, peak)
    }
}
