import DICOMMatching
import Glibc
import WorklistBrowser

/// The folder `queries` beside the configuration: a file for each saved query, mode 0600.
struct QueryFolder: Sendable {
    let path: String

    init(path: String = Configuration.folder + "/queries") {
        self.path = path
    }

    /// Files longer than this hold no query.
    private static let sizeLimit = 1_048_576

    // MARK: Reading

    /// Every file, by name; what is wrong with one keeps none of the others from working.
    func files(now: QueryMoment) -> [SavedQueryFile] {
        names().map { file(path + "/" + $0, now: now) }
    }

    /// The query of that name, or of the file of that name; the case of letters aside where no other fits.
    func query(named name: String, now: QueryMoment) throws -> SavedQueryFile {
        let files = files(now: now)
        let stems = files.filter { QueryFile.stem(of: $0.path) == name }
        let exact = files.first { $0.saved?.name == name } ?? stems.first
        if let found = exact ?? files.first(where: { $0.saved?.name.lowercased() == name.lowercased() }) {
            guard case .broken(let line, let words) = found.content else { return found }
            throw CommandFailure.usage(found.path + (line.map { ":\($0)" } ?? "") + ": " + words)
        }
        let known = files.compactMap { $0.saved?.name }
        throw CommandFailure.usage(
            "there is no saved query '\(name)' in \(path): "
                + (known.isEmpty
                    ? "none is saved; S in the browser saves one" : "known are " + known.joined(separator: ", "))
        )
    }

    /// One file.
    func file(_ path: String, now: QueryMoment) -> SavedQueryFile {
        func broken(_ text: String, _ line: Int?, _ words: String) -> SavedQueryFile {
            SavedQueryFile(path: path, text: text, content: .broken(line: line, words: words), isHandEdited: true)
        }
        switch Self.text(path) {
        case .failure(let failure): return broken("", nil, failure.words)
        case .success(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return broken("", nil, "not UTF-8 text; save the file as UTF-8")
            }
            do throws(QueryFile.Problem) {
                let saved = try QueryFile.parse(text, stem: QueryFile.stem(of: path), now: now)
                let isOurs = text == QueryFile.text(of: saved)
                return SavedQueryFile(path: path, text: text, content: .query(saved), isHandEdited: !isOurs)
            } catch {
                return broken(text, error.line, error.text)
            }
        }
    }

    private func names() -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name.hasSuffix(".toml"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Why a file cannot be read or written.
    struct Failure: Error {
        var words: String

        init(_ words: String) { self.words = words }
        init(_ failure: SystemFailure) { words = failure.words }
    }

    /// The bytes of a plain file: a pipe would keep us waiting, and a device has no end.
    private static func text(_ path: String) -> Result<[UInt8], Failure> {
        var status = stat()
        guard stat(path, &status) == 0 else { return .failure(Failure(SystemFailure(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .failure(Failure("this is no plain file; a saved query is a text file"))
        }
        guard status.st_size <= sizeLimit else {
            return .failure(Failure("larger than 1 MB; a saved query has some hundred bytes"))
        }
        return FileWriter.read(path).mapError { Failure($0) }
    }

    // MARK: For the browser

    /// Does what the browser asks, and says how it ended.
    func perform(_ effect: QueryFileEffect, now: QueryMoment) -> QueryFileEvent {
        do throws(Failure) {
            switch effect {
            case .read: return .read(files(now: now))
            case .write(let saved, let known):
                return .written(saved, path: try write(saved, over: known), files(now: now))
            case .writeTakingNumber(let saved, let known, let owner):
                return .written(
                    saved,
                    path: try write(saved, over: known, takingNumberFrom: owner),
                    files(now: now)
                )
            case .rename(let known, let saved):
                return .written(saved, path: try rename(known, to: saved), files(now: now))
            case .delete(let known):
                try delete(known)
                return .deleted(name: known.saved?.name ?? known.fileName, files(now: now))
            }
        } catch {
            return .failed("not done: \(error.words)", files(now: now))
        }
    }

    // MARK: Writing

    /// Writes a query and gives the path. Over `known`, whose file must still hold what was read; else into a new file.
    func write(_ saved: SavedQuery, over known: SavedQueryFile?) throws(Failure) -> String {
        if let known { try requireUnchanged(known) }
        if let failure = Configuration.makeFolder(path) { throw Failure("\(path): \(failure.words)") }
        let target: String
        if let known { target = Self.resolved(known.path) } else { target = try newPath(for: saved.name) }
        try Self.put(QueryFile.text(of: saved), at: target)
        return known?.path ?? target
    }

    /// Writes a query with a number that another file has, which loses it; that one is as it was if the query cannot be written.
    func write(
        _ saved: SavedQuery,
        over known: SavedQueryFile?,
        takingNumberFrom owner: SavedQueryFile
    ) throws(Failure) -> String {
        if let known { try requireUnchanged(known) }
        guard var bare = owner.saved, !owner.isHandEdited else {
            throw Failure("\(owner.fileName) was edited by hand: change its number there")
        }
        bare.number = nil
        _ = try write(bare, over: owner)
        do throws(Failure) {
            return try write(saved, over: known)
        } catch {
            try Self.put(owner.text, at: Self.resolved(owner.path))
            throw error
        }
    }

    /// Writes a query under its new name, then takes the old file away.
    func rename(_ known: SavedQueryFile, to saved: SavedQuery) throws(Failure) -> String {
        try requireUnchanged(known)
        // Only the case of a letter may have changed, or what does not show in the name of a file.
        if SavedQuery.fileName(for: saved.name) == known.fileName { return try write(saved, over: known) }
        let path = try write(saved, over: nil)
        guard unlink(known.path) == 0 else {
            throw Failure("\(path) is written, yet \(known.path) could not be deleted: \(SystemFailure(errno).words)")
        }
        return path
    }

    func delete(_ known: SavedQueryFile) throws(Failure) {
        try requireUnchanged(known)
        guard unlink(known.path) == 0 else { throw Failure("\(known.path): \(SystemFailure(errno).words)") }
    }

    /// A file that changed since it was read is the user's work: nothing is done to it.
    private func requireUnchanged(_ known: SavedQueryFile) throws(Failure) {
        switch Self.text(known.path) {
        case .failure(let failure): throw Failure("\(known.path): \(failure.words)")
        case .success(let bytes):
            guard bytes == Array(known.text.utf8) else {
                throw Failure("\(known.fileName) has changed on disk since it was read: look at it, then try again")
            }
        }
    }

    /// A file that is not there yet.
    private func newPath(for name: String) throws(Failure) -> String {
        let file = SavedQuery.fileName(for: name)
        for number in 1...99 {
            let candidate = path + "/" + (number == 1 ? file : file.dropLast(5) + "-\(number).toml")
            var status = stat()
            if lstat(candidate, &status) != 0, errno == ENOENT { return candidate }
        }
        throw Failure("\(path)/\(file) is there already")
    }

    /// The file a link leads to: the link itself stays.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Whole or not at all: beside the file first, then in its place.
    private static func put(_ text: String, at path: String) throws(Failure) {
        let temporary = path + ".new-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("\(temporary): \(SystemFailure(errno).words)") }
        let isWritten = FileWriter.writeAll(Array(text.utf8)[...], to: descriptor) && fsync(descriptor) == 0
        let failure = SystemFailure(errno)
        close(descriptor)
        guard isWritten, Glibc.rename(temporary, path) == 0 else {
            let words = isWritten ? SystemFailure(errno).words : failure.words
            unlink(temporary)
            throw Failure("\(path): \(words)")
        }
    }
}
