import Glibc
import WorklistBrowser

/// A text file that the user writes by hand: configuration, keymap. Read whole, and never waited for.
enum UserFile {
    enum Reading {
        case text(String)
        /// There is no such file.
        case missing
        case failure(SettingsProblem)
    }

    /// Most bytes of such a file; they have some thousands.
    static let limit = 1_048_576

    static func read(_ path: String) -> Reading {
        func failure(_ text: String, line: Int? = nil) -> Reading {
            .failure(SettingsProblem(path: path, line: line, text: text))
        }
        // Opening a FIFO that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return .missing }
            return failure(SystemFailure(code).words)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return failure(SystemFailure(errno).words) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return failure("is a directory; a text file is expected")
        case S_IFIFO: return failure("is a pipe; a text file is expected")
        default: return failure("is a device or a socket; a text file is expected")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return failure(SystemFailure(errno).words)
            }
            if count == 0 { break }
            bytes.append(contentsOf: buffer.prefix(count))
            if bytes.count > limit { return failure("is larger than 1 MB; a text file of some lines is expected") }
        }
        // Some editors of other systems begin with it.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            return failure("not UTF-8 text; save the file as UTF-8", line: index.map { $0 + 1 })
        }
        return .text(text)
    }

    /// What a path stands for, in a word, for lists of paths.
    static func state(of path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            return code == ENOENT || code == ENOTDIR ? "not there" : SystemFailure(code).words
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard access(path, R_OK) == 0 else { return SystemFailure(errno).words }
        return isFolder ? "folder" : "file"
    }
}
