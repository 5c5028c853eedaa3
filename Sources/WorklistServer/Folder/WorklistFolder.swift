import Glibc
import Synchronization

/// A folder of worklist files, as `wlmscpfs` of DCMTK and the worklist plugin of Orthanc serve it.
///
/// - A sub-folder named like an AE title holds the items for that title; files in the folder itself are for every title
///   without a sub-folder.
/// - Files end in `.wl`, and are DICOM files or bare data sets.
/// - The folder is watched: a query finds every change that was made before it, and reads only what changed. Where watching is
///   not to be had (network file systems, links), every query looks at the files' sizes and times.
/// - A file that cannot be read is left out and reported; the others are served. One that is being written is tried again.
///
/// A path is never made of text from the network: the sub-folders are listed, and their names compared.
public final class WorklistFolder: WorklistSource {
    /// A file that is not served, and why.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        public let file: String
        public let reason: String

        public var description: String { "\(file): \(reason)" }
    }

    private struct State {
        /// By path.
        var shelves: [String: FolderShelf] = [:]
        var watcher: FolderWatcher?
    }

    public let path: String
    private let state: Mutex<State>

    /// What a query does about a file that does not read as it should: it is being written if it has changed within so many
    /// seconds, and then looked at again, so often, 20 ms apart.
    struct Patience {
        var attempts = 10
        var seconds = 1
    }

    private let patience: Patience

    /// - Parameter watches: False looks at sizes and times at every query.
    public convenience init(path: String, watches: Bool = true) {
        self.init(path: path, watches: watches, patience: Patience())
    }

    init(path: String, watches: Bool, patience: Patience) {
        self.path = path
        self.patience = patience
        state = Mutex(State(watcher: watches ? FolderWatcher() : nil))
    }

    public func cursor(for request: WorklistRequest) async throws(WorklistSourceError) -> (any WorklistCursor)? {
        // What is just being written is worth a moment: without it a row would be missing that was there before.
        for _ in 0..<patience.attempts {
            let (arena, isUnfinished) = try arena(calledAETitle: request.calledAETitle)
            if !isUnfinished { return arena?.cursor() }
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { break }
        }
        return try arena(calledAETitle: request.calledAETitle).arena?.cursor()
    }

    public func count() throws(WorklistSourceError) -> Int {
        try state.withLock { state throws(WorklistSourceError) in
            Self.takeChanges(&state)
            var count = try Self.shelf(path, &state).arena.count
            for title in try titles(&state) { count += try Self.shelf(path + "/" + title, &state).arena.count }
            return count
        }
    }

    /// The AE titles that have a folder of their own, sorted.
    public func titles() throws(WorklistSourceError) -> [String] {
        try state.withLock { state throws(WorklistSourceError) in
            Self.takeChanges(&state)
            return try titles(&state)
        }
    }

    /// The files that were left out when their folders were last asked for.
    public func problems() -> [Problem] {
        state.withLock { state in
            state.shelves.values.flatMap { shelf in
                shelf.files.values.compactMap { file in
                    guard case .failure(let error) = file.result else { return nil }
                    return Problem(file: error.place, reason: error.reason)
                }
            }
        }.sorted { $0.file < $1.file }
    }

    /// Those of ``problems()`` that this was not called for yet: each file is told once, and again when it has changed.
    public func newProblems() -> [Problem] {
        state.withLock { state in
            var problems: [Problem] = []
            for path in state.shelves.keys {
                let errors = state.shelves[path]?.unreported() ?? []
                problems += errors.map { Problem(file: $0.place, reason: $0.reason) }
            }
            return problems
        }.sorted { $0.file < $1.file }
    }

    // MARK: Looking

    private func arena(
        calledAETitle: String
    ) throws(WorklistSourceError) -> (arena: WorklistArena?, isUnfinished: Bool) {
        try state.withLock { state throws(WorklistSourceError) in
            Self.takeChanges(&state)
            let root = try Self.shelf(path, &state)
            var served: FolderShelf? = root
            if let title = root.folders.first(where: { $0 == calledAETitle }) {
                served = try Self.shelf(path + "/" + title, &state)
            } else if root.files.isEmpty, !root.folders.isEmpty {
                // Where every title has its own folder, one without is unknown, not empty.
                served = nil
            }
            return (served?.arena, served?.hasUnfinished(now: time(nil), within: patience.seconds) ?? false)
        }
    }

    private func titles(_ state: inout State) throws(WorklistSourceError) -> [String] {
        try Self.shelf(path, &state).folders.sorted()
    }

    /// A folder as it is now. The lock is held while files are read, so that two queries at once do not read them twice.
    private static func shelf(_ path: String, _ state: inout State) throws(WorklistSourceError) -> FolderShelf {
        var shelf = state.shelves[path] ?? FolderShelf()
        guard shelf.mustLook else { return shelf }
        // Before the look: what changes while it goes on is seen at the next one.
        if shelf.watch == nil { shelf.watch = state.watcher?.watch(path) }
        do {
            try shelf.look(at: path)
        } catch {
            state.shelves[path] = nil
            throw error
        }
        state.shelves[path] = shelf
        return shelf
    }

    private static func takeChanges(_ state: inout State) {
        guard let changes = state.watcher?.changes(), !changes.names.isEmpty || changes.isIncomplete else { return }
        for (path, shelf) in state.shelves {
            guard let watch = shelf.watch else { continue }
            var shelf = shelf
            if changes.isIncomplete {
                shelf.isStale = true
                shelf.changed = Set(shelf.files.keys)
            }
            if let names = changes.names[watch] {
                shelf.isStale = true
                shelf.changed.formUnion(names)
            }
            if changes.ended.contains(watch) {
                // A folder moved away would go on to tell of changes that are none of ours.
                state.watcher?.unwatch(watch)
                shelf.watch = nil
            }
            state.shelves[path] = shelf
        }
    }
}
