import DICOMData
import Synchronization

/// A folder of worklist files, as `wlmscpfs` of DCMTK and the worklist plugin of Orthanc serve it.
///
/// - A sub-folder named like an AE title holds the items for that title; files in the folder itself are for every title
///   without a sub-folder.
/// - Files end in `.wl`, and are DICOM files or bare data sets.
/// - Every call looks at the files' sizes and times, and reads again only what changed. A file that cannot be read is
///   left out and reported; the others are served.
///
/// A path is never made of text from the network: the sub-folders are listed, and their names compared.
public final class WorklistFolder: WorklistSource {
    /// A file that is not served, and why.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        public let file: String
        public let reason: String

        public var description: String { "\(file): \(reason)" }
    }

    /// Larger files are left out: 16 MB, for what is some kilobytes.
    static let sizeLimit = 16 * 1_048_576

    public let path: String
    private let state = Mutex<[String: Shelf]>([:])

    public init(path: String) {
        self.path = path
    }

    /// What was read of one folder.
    private struct Shelf {
        struct File {
            let stamp: FileSystem.Stamp
            let result: Result<DataSet, WorklistSourceError>
        }

        var files: [String: File] = [:]
        var arena = WorklistArena()
    }

    public func cursor(for request: WorklistRequest) throws(WorklistSourceError) -> (any WorklistCursor)? {
        try arena(calledAETitle: request.calledAETitle)?.cursor()
    }

    public func count() throws(WorklistSourceError) -> Int {
        var count = 0
        for title in try titles() + [""] { count += try arena(calledAETitle: title)?.count ?? 0 }
        return count
    }

    private func arena(calledAETitle: String) throws(WorklistSourceError) -> WorklistArena? {
        let entries = try list(path)
        if let folder = entries.first(where: { $0.isFolder && $0.name == calledAETitle }) {
            return try arena(in: path + "/" + folder.name, entries: nil)
        }
        let hasFiles = entries.contains { !$0.isFolder && Self.isWorklistFile($0.name) }
        // Where every title has its own folder, one without is unknown, not empty.
        if !hasFiles, entries.contains(where: \.isFolder) { return nil }
        return try arena(in: path, entries: entries)
    }

    /// The AE titles that have a folder of their own, sorted.
    public func titles() throws(WorklistSourceError) -> [String] {
        try list(path).filter(\.isFolder).map(\.name).sorted()
    }

    /// The files that were left out when their folders were last asked for.
    public func problems() -> [Problem] {
        state.withLock { shelves in
            shelves.values.flatMap { shelf in
                shelf.files.values.compactMap { file in
                    guard case .failure(let error) = file.result else { return nil }
                    return Problem(file: error.place, reason: error.reason)
                }
            }
        }.sorted { $0.file < $1.file }
    }

    private func list(_ path: String) throws(WorklistSourceError) -> [FileSystem.Entry] {
        do {
            return try FileSystem.entries(of: path)
        } catch {
            throw WorklistSourceError(place: path, reason: "cannot list the folder: \(error.reason)")
        }
    }

    private func arena(in folder: String, entries: [FileSystem.Entry]?) throws(WorklistSourceError) -> WorklistArena {
        var listed = entries ?? []
        if entries == nil { listed = try list(folder) }
        let present = listed.filter { !$0.isFolder && Self.isWorklistFile($0.name) }
        // Files are read while the lock is held, so that two queries at once do not read them twice.
        return state.withLock { shelves in
            var shelf = shelves[folder] ?? Shelf()
            var files: [String: Shelf.File] = [:]
            files.reserveCapacity(present.count)
            var hasChanged = present.count != shelf.files.count
            for entry in present {
                if let known = shelf.files[entry.name], known.stamp == entry.stamp {
                    files[entry.name] = known
                } else {
                    files[entry.name] = Shelf.File(stamp: entry.stamp, result: Self.read(folder + "/" + entry.name))
                    hasChanged = true
                }
            }
            guard hasChanged else { return shelf.arena }
            shelf.files = files
            let readable = files.keys.sorted().compactMap { try? files[$0]?.result.get() }
            // What was decoded can be encoded: the limits are the same.
            shelf.arena = (try? WorklistArena(WorklistOrder.sorted(readable) { $0 })) ?? WorklistArena()
            shelves[folder] = shelf
            return shelf.arena
        }
    }

    static func isWorklistFile(_ name: String) -> Bool {
        name.utf8.count > 3 && name.suffix(3).lowercased() == ".wl"
    }

    private static func read(_ path: String) -> Result<DataSet, WorklistSourceError> {
        do throws(FileSystem.Failure) {
            let bytes = try FileSystem.read(path, limit: sizeLimit)
            do throws(DICOMFile.ReadError) {
                let item = try DICOMFile(parsing: bytes).dataSet
                guard !item.isEmpty else { return .failure(WorklistSourceError(place: path, reason: "is empty")) }
                return .success(item)
            } catch {
                return .failure(WorklistSourceError(place: path, reason: "\(error)"))
            }
        } catch {
            return .failure(WorklistSourceError(place: path, reason: error.reason))
        }
    }
}
