import DICOMData
import DICOMMatching
import DICOMNetwork
import Synchronization
import WorklistBrowser
import WorklistServer

/// Where a server's items come from, opened.
struct ServeSource {
    let source: any WorklistSource
    /// For the line that says the server is ready.
    let words: String
    /// Files that are left out, and why.
    var problems: [String] = []

    static func open(_ source: ServeSettings.Source) async throws(CommandFailure) -> ServeSource {
        switch source {
        case .schedule(let items, let seed):
            let date = WallClock.now().queryMoment.date
            return ServeSource(
                source: DemoSchedule(date: date, seed: seed, count: items),
                words: "synthetic schedule of \(date.formatted), \(items) items"
            )
        case .folder(let path):
            let folder = WorklistFolder(path: path)
            // Read now: the first query finds it warm, and what cannot be read is said before anyone asks.
            let count: Int
            do {
                count = try folder.count()
            } catch {
                throw CommandFailure.usage(error.description)
            }
            return ServeSource(
                source: folder,
                words: "folder \(path), \(count) items",
                problems: folder.problems().map(\.description)
            )
        case .store(let path):
            do {
                let store = try WorklistStore(path: path)
                return ServeSource(source: store, words: "store \(path), \(try await store.count()) items")
            } catch {
                throw CommandFailure.usage("\(error)")
            }
        }
    }

    /// Answers from it from now on.
    func bind(_ personality: Personality, to server: any HandlerBinding) {
        if personality.isPlain {
            WorklistService(source: source).bind(to: server)
        } else {
            PersonalityService(source: source, personality: personality).bind(to: server)
        }
    }
}

/// How many items there are, counted now and then: for the counters, which are asked without waiting.
final class ItemCount: Sendable {
    private struct State {
        var value: Int?
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    var value: Int? { state.withLock { $0.value } }

    /// Counts in this source from now on.
    func follow(_ source: any WorklistSource) async {
        let first = try? await source.count()
        let task = Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(15))
                guard !Task.isCancelled, let count = try? await source.count() else { continue }
                self?.state.withLock { $0.value = count }
            }
        }
        let old = state.withLock { state in
            state.value = first
            defer { state.task = task }
            return state.task
        }
        old?.cancel()
    }

    deinit { state.withLock { $0.task }?.cancel() }
}
