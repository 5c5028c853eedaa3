import Glibc
import Terminal

extension TerminalText {
    /// Text of several lines made safe line by line: the breaks are ours, what stands between them may not be.
    static func lines(_ text: String) -> String {
        // By scalars: "\r\n" is one character, and not the line feed.
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { TerminalText(String($0)).string }.joined(separator: "\n")
    }
}

/// Standard error, unbuffered.
enum StandardError {
    static var isTerminal: Bool { isatty(2) == 1 }

    static func write(_ text: String) {
        _ = FileWriter.writeAll(Array(text.utf8)[...], to: 2)
    }
}

/// Standard output, or a file in its place, gathered and written in large pieces; a closed pipe is noticed.
///
/// Used by one task at a time.
final class StandardOutput: @unchecked Sendable {
    static let shared = StandardOutput(descriptor: 1)

    private let descriptor: Int32
    private var gathered: [UInt8] = []
    /// Why a write failed: the reader is gone, or the disk is full. Nothing is written after that.
    private(set) var failure: SystemFailure?
    var isClosed: Bool { failure != nil }

    /// `@unchecked`: every command writes from its one main task.
    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    func write(_ text: String) {
        gathered.append(contentsOf: text.utf8)
        if gathered.count > 32_768 { flush() }
    }

    func writeLine(_ text: String) {
        write(text + "\n")
        flush()
    }

    /// Rows are flushed when no more are waiting, so that a slow query shows them as they come.
    func flush() {
        guard !gathered.isEmpty else { return }
        if failure == nil, !FileWriter.writeAll(gathered[...], to: descriptor) { failure = SystemFailure(errno) }
        gathered.removeAll(keepingCapacity: true)
    }

    static var isTerminal: Bool { isatty(1) == 1 }
}

/// Plain files, without Foundation.
enum FileWriter {
    /// True if everything was written.
    static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&entry, 1, 1_000)
                    continue
                }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Most bytes of a file that is read whole: configurations, queries and scripts have some thousands.
    static let readLimit = 16 * 1_048_576

    /// The bytes of a file; the system's word on failure.
    static func read(_ path: String) -> Result<[UInt8], SystemFailure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(SystemFailure(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return .failure(SystemFailure(errno))
            }
            if count == 0 { return .success(bytes) }
            bytes.append(contentsOf: buffer.prefix(count))
            if bytes.count > readLimit { return .failure(SystemFailure(EFBIG)) }
        }
    }
}

struct SystemFailure: Error {
    let code: Int32

    init(_ code: Int32) {
        self.code = code
    }

    var words: String {
        let text = String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
