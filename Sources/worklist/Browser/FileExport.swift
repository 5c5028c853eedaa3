import Dispatch
import Glibc
import NIOConcurrencyHelpers
import WorklistBrowser

/// Writes an export into a file, on a thread of its own: mode 0600, whole or not at all, over nothing without leave.
final class FileExport: Sendable {
    private let request: ExportRequest
    private let post: @Sendable (ExportProgress) -> Void
    private let isCancelled = NIOLockedValueBox(false)
    private static let queue = DispatchQueue(label: "worklist.export")

    init(_ request: ExportRequest, post: @escaping @Sendable (ExportProgress) -> Void) {
        self.request = request
        self.post = post
    }

    func start() { Self.queue.async { [self] in post(run()) } }

    func cancel() { isCancelled.withLockedValue { $0 = true } }

    // MARK: Writing

    /// Where the rows go until they are all there.
    private struct Target {
        var descriptor: Int32
        /// The file being written.
        var path: String
        /// Takes its place when it is whole; nil if it is in place already.
        var final: String?
    }

    private func run() -> ExportProgress {
        let path = Self.fullPath(request.path)
        let target: Target
        switch open(path) {
        case .success(let opened): target = opened
        case .failure(let failure):
            return failure.code == EEXIST ? .exists(path: path) : .failed(Self.words(failure, path))
        }
        var failure: SystemFailure?
        var told = ContinuousClock.now
        let report = request.job.run(
            write: { bytes in
                if FileWriter.writeAll(bytes[...], to: target.descriptor) { return true }
                failure = SystemFailure(errno)
                return false
            },
            progress: { rows in
                let now = ContinuousClock.now
                if now - told >= .milliseconds(100) {
                    told = now
                    post(.read(rows))
                }
                return !isCancelled.withLockedValue { $0 }
            }
        )
        // A full disk may say so only now.
        if report != nil, fsync(target.descriptor) != 0, errno != EINVAL, errno != EROFS {
            failure = SystemFailure(errno)
        }
        if Glibc.close(target.descriptor) != 0, failure == nil, errno != EINTR { failure = SystemFailure(errno) }
        if failure == nil, report != nil, let final = target.final, rename(target.path, final) != 0 {
            failure = SystemFailure(errno)
        }
        guard let report, failure == nil else {
            unlink(target.path)
            return failure.map { .failed(Self.words($0, path)) } ?? .cancelled
        }
        return .finished(report, path: path)
    }

    private func open(_ path: String) -> Result<Target, SystemFailure> {
        var status = stat()
        let exists = lstat(path, &status) == 0
        // Neither folders nor pipes nor links to somewhere else are what somebody means to replace.
        if exists, status.st_mode & S_IFMT != S_IFREG {
            return .failure(SystemFailure(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : ENOTSUP))
        }
        guard exists, request.replaces else { return create(path).map { Target(descriptor: $0, path: path) } }
        // The old file stays until the new one is whole.
        var name = path
        for number in 0..<100 {
            name = "\(path).\(getpid())-\(number).part"
            switch create(name) {
            case .success(let descriptor): return .success(Target(descriptor: descriptor, path: name, final: path))
            case .failure(let failure) where failure.code == EEXIST: continue
            case .failure(let failure): return .failure(failure)
            }
        }
        return .failure(SystemFailure(EBUSY))
    }

    private func create(_ path: String) -> Result<Int32, SystemFailure> {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return .failure(SystemFailure(errno)) }
        return .success(descriptor)
    }

    // MARK: Words

    /// Absolute, with the home folder for `~`.
    static func fullPath(_ path: String) -> String {
        if path == "~" || path.hasPrefix("~/") {
            return (Configuration.environment("HOME") ?? ".") + path.dropFirst()
        }
        if path.hasPrefix("/") { return path }
        let folder = workingFolder
        return folder.hasSuffix("/") ? folder + path : folder + "/" + path
    }

    static var workingFolder: String {
        guard let buffer = getcwd(nil, 0) else { return "." }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    /// What went wrong, where, and what to do.
    private static func words(_ failure: SystemFailure, _ path: String) -> String {
        let advice =
            switch failure.code {
            case ENOSPC, EDQUOT: "free some space, or choose another folder"
            case EACCES, EPERM, EROFS: "choose a folder you may write to"
            case ENOENT, ENOTDIR: "there is no such folder: choose one that is there"
            case EISDIR: "that is a folder: add a name for the file"
            case ENOTSUP: "that is no ordinary file (a link, a pipe or a device): choose another name"
            case ENAMETOOLONG: "choose a shorter name"
            default: "choose another name or folder"
            }
        return "not written to \(path): \(failure.words); \(advice). No file is left."
    }
}
