import DICOMProtocol
import Logging
import NIOConcurrencyHelpers
import Synchronization

/// Those who want to hear what happens on associations: of a server, of a client, or of one association.
///
/// Each observer is told in the order of the wire, one thing at a time, away from the event loop: one that is slow or
/// throws harms neither the association nor other observers. While nobody observes nothing is recorded.
///
///     let token = server.observers.add([.association, .dimse]) { observation in
///         print(observation.association.remoteAddress, observation.happening.summary)
///     }
public final class Observers: Sendable {
    /// Bytes that may wait for one observer, unless it was added with another limit.
    public static let defaultLimit = 64 << 20

    private struct State {
        var queues: [ObservationQueue] = []
        var hasEnded = false
    }

    private let state = NIOLockedValueBox(State())
    /// What any of them wants: asked with every read, so it takes no lock.
    private let wanted = Atomic<UInt32>(0)
    private let logger: Logger?

    /// - Parameter logger: told of observers that throw.
    public init(logger: Logger? = nil) {
        self.logger = logger
    }

    // Nothing can happen any more: observers are told what waits, and their tasks end.
    deinit { end() }

    /// Adds an observer of some kinds of things.
    ///
    /// - Parameter limit: bytes that may wait for it; beyond that it misses observations, and is told how many.
    @discardableResult
    public func add(
        _ kinds: ObservedKinds = .all,
        limit: Int = Observers.defaultLimit,
        _ body: @escaping @Sendable (Observation) async throws -> Void
    ) -> ObserverToken {
        let queue = ObservationQueue(kinds: kinds, limit: limit)
        let isLate = state.withLockedValue { state in
            if !state.hasEnded { state.queues.append(queue) }
            wanted.store(Self.union(state.queues), ordering: .relaxed)
            return state.hasEnded
        }
        if isLate { queue.finish() }
        let logger = logger
        let task = Task {
            await ObservationQueue.$told.withValue(queue) {
                while let observations = await queue.next() {
                    for observation in observations {
                        if Task.isCancelled { break }
                        do {
                            try await body(observation)
                        } catch {
                            queue.failed()
                            logger?.warning("an observer threw", metadata: ["error": "\(type(of: error))"])
                        }
                    }
                }
            }
        }
        return ObserverToken(queue: queue, task: task) { [weak self] in self?.remove(queue) }
    }

    private func remove(_ queue: ObservationQueue) {
        state.withLockedValue { state in
            state.queues.removeAll { $0 === queue }
            wanted.store(Self.union(state.queues), ordering: .relaxed)
        }
    }

    /// What is observed is gone: observers are told what waits, and end; so does one that is added later. Without this the
    /// observer of an association that refers to it would keep it, and itself, for ever.
    func end() {
        let queues = state.withLockedValue { state in
            state.hasEnded = true
            wanted.store(0, ordering: .relaxed)
            defer { state.queues = [] }
            return state.queues
        }
        for queue in queues { queue.finish() }
    }

    private static func union(_ queues: [ObservationQueue]) -> UInt32 {
        queues.reduce(0) { $0 | $1.kinds.rawValue }
    }

    var kinds: ObservedKinds { ObservedKinds(rawValue: wanted.load(ordering: .relaxed)) }

    func tell(_ observation: Observation) {
        for queue in state.withLockedValue({ $0.queues }) where queue.kinds.contains(observation.happening.kind) {
            queue.add(observation)
        }
    }
}
