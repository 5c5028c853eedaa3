import Glibc

/// The few calls a worklist folder needs, with errors in words.
enum FileSystem {
    struct Entry: Hashable {
        let name: String
        let isFolder: Bool
        let isLink: Bool
        let stamp: Stamp
    }

    /// What tells that a file is another than before.
    struct Stamp: Hashable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
        let inode: UInt
    }

    struct Failure: Error {
        let reason: String

        init(_ code: Int32) {
            reason = String(cString: strerror(code))
        }

        init(reason: String) {
            self.reason = reason
        }
    }

    /// The files and folders in a folder, hidden ones left out; what vanishes while looking is left out too.
    static func entries(of path: String) throws(Failure) -> [Entry] {
        guard let folder = opendir(path) else { throw Failure(errno) }
        defer { closedir(folder) }
        let descriptor = dirfd(folder)
        var entries: [Entry] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            var status = stat()
            // Symbolic links are followed: whoever can put one here may serve what it points to.
            guard fstatat(descriptor, name, &status, 0) == 0 else { continue }
            let kind = status.st_mode & S_IFMT
            guard kind == S_IFREG || kind == S_IFDIR else { continue }
            let stamp = Stamp(
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec,
                size: Int(status.st_size),
                inode: UInt(status.st_ino)
            )
            let isLink = entry.pointee.d_type == UInt8(DT_LNK)
            entries.append(Entry(name: name, isFolder: kind == S_IFDIR, isLink: isLink, stamp: stamp))
        }
        return entries
    }

    /// The bytes of a file of `/proc`, which says no size.
    static func readSystemFile(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let got = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Failure(errno) }
            if got == 0 { return bytes }
            bytes += buffer[..<got]
        }
    }

    /// The bytes of a regular file of at most `limit` bytes.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        // A FIFO in the place of a file must not make the server wait.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(reason: "is no regular file") }
        guard status.st_size <= limit else {
            throw Failure(reason: "is larger than \(limit / 1_048_576) MB, too large for a worklist item")
        }
        let size = Int(status.st_size)
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = 0
            while count < size, let base = buffer.baseAddress {
                let got = Glibc.read(descriptor, base + count, size - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard code == 0 else { throw Failure(code) }
        return bytes
    }
}
