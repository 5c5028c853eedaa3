import DICOMProtocol
import NIOConcurrencyHelpers

/// What one observer still has to be told. Bounded: who is slow misses observations and holds up nobody.
final class ObservationQueue: Sendable {
    private struct State {
        var waiting: [Observation] = []
        var cost = 0
        var missed = 0
        var missedSinceLast = 0
        var failures = 0
        var isClosed = false
        var reader: CheckedContinuation<[Observation]?, Never>?
    }

    /// The queue of the observer that is being told.
    @TaskLocal static var told: ObservationQueue?

    let kinds: ObservedKinds
    private let limit: Int
    private let state = NIOLockedValueBox(State())

    init(kinds: ObservedKinds, limit: Int) {
        self.kinds = kinds
        self.limit = limit
    }

    func add(_ observation: Observation) {
        let reader = state.withLockedValue { state -> CheckedContinuation<[Observation]?, Never>? in
            guard !state.isClosed else { return nil }
            let cost = observation.happening.cost
            // One is always taken, however large it is.
            guard state.waiting.isEmpty || state.cost + cost <= limit else {
                state.missed += 1
                state.missedSinceLast += 1
                return nil
            }
            var observation = observation
            observation.missed = state.missedSinceLast
            state.missedSinceLast = 0
            state.waiting.append(observation)
            state.cost += cost
            defer { state.reader = nil }
            return state.reader
        }
        if let reader { reader.resume(returning: take()) }
    }

    /// All that waits; nil at the end.
    func next() async -> [Observation]? {
        await withCheckedContinuation { continuation in
            let mayResume = state.withLockedValue { state in
                if state.waiting.isEmpty, !state.isClosed {
                    state.reader = continuation
                    return false
                }
                return true
            }
            if mayResume { continuation.resume(returning: take()) }
        }
    }

    private func take() -> [Observation]? {
        state.withLockedValue { state in
            guard !state.waiting.isEmpty else { return state.isClosed ? nil : [] }
            defer {
                state.waiting = []
                state.cost = 0
            }
            return state.waiting
        }
    }

    /// Nothing is added any more; what waits is still to be told.
    func finish() {
        let reader = state.withLockedValue { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: take())
    }

    func close() {
        state.withLockedValue { state in
            state.waiting = []
            state.cost = 0
        }
        finish()
    }

    var missed: Int { state.withLockedValue { $0.missed } }
    var failures: Int { state.withLockedValue { $0.failures } }

    func failed() { state.withLockedValue { $0.failures += 1 } }
}
