import DICOMData

/// What was read of one folder.
struct FolderShelf {
    struct Item {
        let encoded: [UInt8]
        let order: WorklistOrder
    }

    struct File {
        let stamp: FileSystem.Stamp
        let result: Result<Item, WorklistSourceError>
        var isReported = false
    }

    /// Larger files are left out: 16 MB, for what is some kilobytes.
    static let sizeLimit = 16 * 1_048_576

    /// Its files and folders, as they were when it was last looked at.
    private(set) var folders: Set<String> = []
    private(set) var files: [String: File] = [:]
    private(set) var arena = WorklistArena()
    /// Nil while its changes are not told.
    var watch: Int32?
    /// Has changed since it was last looked at.
    var isStale = true
    /// What is known to have changed, whatever its times say.
    var changed: Set<String> = []
    /// Some of its files are links: what they point to may change unseen.
    private var hasLinks = false

    /// Whether a look is needed to know what is in it.
    var mustLook: Bool { isStale || watch == nil || hasLinks }

    /// Reads what is new or changed.
    mutating func look(at path: String) throws(WorklistSourceError) {
        let entries: [FileSystem.Entry]
        do {
            entries = try FileSystem.entries(of: path)
        } catch {
            throw WorklistSourceError(place: path, reason: "cannot list the folder: \(error.reason)")
        }
        folders = Set(entries.lazy.filter(\.isFolder).map(\.name))
        hasLinks = entries.contains { $0.isLink && !$0.isFolder }
        let present = entries.filter { !$0.isFolder && Self.isWorklistFile($0.name) }
        var hasChanged = present.count != files.count
        var fresh: [String: File] = [:]
        fresh.reserveCapacity(present.count)
        for entry in present {
            if let known = files[entry.name], known.stamp == entry.stamp, !changed.contains(entry.name) {
                fresh[entry.name] = known
            } else {
                fresh[entry.name] = File(stamp: entry.stamp, result: Self.read(path + "/" + entry.name))
                hasChanged = true
            }
        }
        isStale = false
        changed = []
        guard hasChanged else { return }
        files = fresh
        var items: [(name: String, item: Item)] = []
        items.reserveCapacity(fresh.count)
        for (name, file) in fresh {
            if case .success(let item) = file.result { items.append((name, item)) }
        }
        // By name where the order leaves it open.
        items.sort { a, b in
            if a.item.order < b.item.order { return true }
            if b.item.order < a.item.order { return false }
            return a.name < b.name
        }
        arena = WorklistArena(encoded: items.map(\.item.encoded))
    }

    /// Files that do not read as they should, and were written to a moment ago.
    func hasUnfinished(now: Int, within seconds: Int) -> Bool {
        files.values.contains { file in
            guard case .failure = file.result else { return false }
            return abs(now - file.stamp.seconds) <= seconds
        }
    }

    /// The files left out that have not been told of.
    mutating func unreported() -> [WorklistSourceError] {
        var problems: [WorklistSourceError] = []
        for (name, file) in files where !file.isReported {
            guard case .failure(let error) = file.result else { continue }
            files[name]?.isReported = true
            problems.append(error)
        }
        return problems
    }

    static func isWorklistFile(_ name: String) -> Bool {
        name.utf8.count > 3 && name.suffix(3).lowercased() == ".wl"
    }

    private static func read(_ path: String) -> Result<Item, WorklistSourceError> {
        do throws(FileSystem.Failure) {
            let bytes = try FileSystem.read(path, limit: sizeLimit)
            do throws(DICOMFile.ReadError) {
                let item = try DICOMFile(parsing: bytes).dataSet
                guard !item.isEmpty else { return .failure(WorklistSourceError(place: path, reason: "is empty")) }
                do throws(DataSetEncodingError) {
                    let encoded = try item.encoded(.explicitVRLittleEndian)
                    return .success(Item(encoded: encoded, order: WorklistOrder(item)))
                } catch {
                    return .failure(WorklistSourceError(place: path, reason: error.description))
                }
            } catch {
                return .failure(WorklistSourceError(place: path, reason: "\(error)"))
            }
        } catch {
            return .failure(WorklistSourceError(place: path, reason: error.reason))
        }
    }
}
