import Glibc

/// A file that rows are written to: it has its name when they are all there, and what had that name before stays until then.
///
/// Mode 0600: the rows are about patients.
final class OutputFile {
    let path: String
    private let temporary: String
    private let replaces: Bool
    private var descriptor: Int32
    let stream: StandardOutput

    /// Why `path` cannot be written, before anything is asked of a server; nil if it seems it can.
    static func problem(with path: String, replacing: Bool) -> String? {
        var status = stat()
        if lstat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { return "\(path) is a folder" }
            if !replacing { return "\(path) exists already: choose another name, or overwrite it with --force" }
            if status.st_mode & S_IFMT != S_IFREG { return "\(path) is no plain file" }
        } else if errno != ENOENT {
            return "cannot write \(path): \(SystemFailure(errno).words)"
        }
        let folder = Self.folder(of: path)
        return access(folder, W_OK | X_OK) == 0 ? nil : "cannot write in \(folder): \(SystemFailure(errno).words)"
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    init(_ path: String, replacing: Bool) throws(SystemFailure) {
        self.path = path
        replaces = replacing
        var template = Array((path + ".XXXXXX").utf8CString)
        descriptor = template.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.map { mkstemp($0) } ?? -1 }
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        stream = StandardOutput(descriptor: descriptor)
    }

    /// Gives the file its name.
    func keep() -> SystemFailure? {
        stream.flush()
        if let failure = stream.failure {
            drop()
            return failure
        }
        let isWritten = fsync(descriptor) == 0 && close(descriptor) == 0
        descriptor = -1
        // A link is made only where there is no such name; so what appeared meanwhile is not overwritten.
        guard isWritten, (replaces ? rename(temporary, path) : link(temporary, path)) == 0 else {
            let failure = SystemFailure(errno)
            unlink(temporary)
            return failure
        }
        if !replaces { unlink(temporary) }
        return nil
    }

    /// As if nothing had been written.
    func drop() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(temporary)
    }

    deinit { drop() }
}
