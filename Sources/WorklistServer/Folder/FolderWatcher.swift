import Glibc

/// Tells which folders have changed since it was last asked (inotify(7)). The kernel keeps the changes meanwhile: nothing
/// runs between two questions, and a change that happened before one is in its answer.
final class FolderWatcher: Sendable {
    /// What has happened.
    struct Changes {
        /// Names that changed, by watch; nil names stand for anything.
        var names: [Int32: Set<String>] = [:]
        /// Watches that are over: their folder was moved or deleted.
        var ended: Set<Int32> = []
        /// More happened than the kernel could keep.
        var isIncomplete = false
    }

    private let descriptor: Int32

    /// Nil where there is no inotify, or no more of it to be had.
    init?() {
        descriptor = inotify_init1(O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Watches a folder; the same number for the same folder. Nil if its changes would not be told.
    func watch(_ path: String) -> Int32? {
        guard !Self.isRemote(path) else { return nil }
        let mask =
            IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
            | IN_DELETE_SELF | IN_MOVE_SELF
        let watch = inotify_add_watch(descriptor, path, UInt32(mask))
        return watch >= 0 ? watch : nil
    }

    func unwatch(_ watch: Int32) { inotify_rm_watch(descriptor, watch) }

    /// What other machines change in a file system of theirs is told to nobody here.
    private static func isRemote(_ path: String) -> Bool {
        guard let real = realpath(path, nil) else { return false }
        defer { free(real) }
        let place = String(cString: real)
        guard let mounts = try? FileSystem.readSystemFile("/proc/self/mounts") else { return false }
        var best = (mount: "", type: "")
        for line in String(decoding: mounts, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let mount = String(fields[1])
            let isAbove = place == mount || mount == "/" || place.hasPrefix(mount + "/")
            // The last one over a place is the one that shows.
            if isAbove, mount.utf8.count >= best.mount.utf8.count { best = (mount, String(fields[2])) }
        }
        return ["nfs", "cifs", "smb", "fuse", "9p", "afs", "ceph", "coda", "virtiofs"].contains {
            best.type.hasPrefix($0)
        }
    }

    /// What has happened since the last call.
    func changes() -> Changes {
        var changes = Changes()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return changes }
            buffer.withUnsafeBytes { bytes in
                var place = 0
                while place + 16 <= count {
                    let watch = bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)
                    let mask = Int32(
                        truncatingIfNeeded: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
                    )
                    let length = Int(bytes.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
                    let end = min(count, place + 16 + length)
                    let name = String(decoding: bytes[(place + 16)..<end].prefix { $0 != 0 }, as: UTF8.self)
                    if mask & IN_Q_OVERFLOW != 0 { changes.isIncomplete = true }
                    if mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0 { changes.ended.insert(watch) }
                    changes.names[watch, default: []].insert(name)
                    place = end
                }
            }
        }
    }
}
