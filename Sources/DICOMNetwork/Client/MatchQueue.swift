import DICOMProtocol
import NIOConcurrencyHelpers
import NIOCore

/// How a C-FIND ended, with its figures.
public struct FindResult: Hashable, Sendable {
    public var outcome: FindOutcome
    public var statistics: FindStatistics

    public init(outcome: FindOutcome, statistics: FindStatistics) {
        self.outcome = outcome
        self.statistics = statistics
    }
}

/// The border between the event loop and the reader of matches: whole batches cross it, never single matches.
final class MatchQueue: Sendable {
    private struct State {
        var batches: [MatchBatch] = []
        var bytes = 0
        var result: FindResult?
        var reader: CheckedContinuation<[MatchBatch]?, Never>?
        var resultReaders: [CheckedContinuation<FindResult, Never>] = []
        var isRead = false
        var isDiscarding = false
        var isPaused = false
    }

    private let state = NIOLockedValueBox(State())
    /// Bytes that may wait before reading from the connection pauses.
    private let window: Int
    /// Lets the connection be read again; called from any thread.
    private let resume: @Sendable () -> Void

    init(window: Int, resume: @escaping @Sendable () -> Void) {
        self.window = window
        self.resume = resume
    }

    /// On the event loop. False asks to pause reading.
    func deliver(_ batch: MatchBatch) -> Bool {
        let (reader, mayGoOn) = state.withLockedValue { state -> (CheckedContinuation<[MatchBatch]?, Never>?, Bool) in
            if state.isDiscarding { return (nil, true) }
            if let reader = state.reader {
                state.reader = nil
                return (reader, true)
            }
            state.batches.append(batch)
            state.bytes += batch.bytes.count
            if state.bytes > window { state.isPaused = true }
            return (nil, !state.isPaused)
        }
        reader?.resume(returning: [batch])
        return mayGoOn
    }

    /// On the event loop.
    func finish(_ result: FindResult) {
        let (reader, resultReaders) = state.withLockedValue { state in
            state.result = result
            let taken = (state.reader, state.resultReaders)
            state.reader = nil
            state.resultReaders = []
            return taken
        }
        reader?.resume(returning: nil)
        for reader in resultReaders { reader.resume(returning: result) }
    }

    var isFinished: Bool { state.withLockedValue { $0.result != nil } }

    /// The batches that are there, or the next ones; nil at the end, and when the task is cancelled.
    func next() async -> [MatchBatch]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                var wasPaused = false
                let ready: [MatchBatch]?? = state.withLockedValue { state in
                    state.isRead = true
                    if !state.batches.isEmpty {
                        let taken = state.batches
                        state.batches = []
                        state.bytes = 0
                        wasPaused = state.isPaused
                        state.isPaused = false
                        return .some(taken)
                    }
                    if state.result != nil || state.isDiscarding || Task.isCancelled { return .some(nil) }
                    state.reader = continuation
                    return .none
                }
                if let ready { continuation.resume(returning: ready) }
                if wasPaused { resume() }
            }
        } onCancel: {
            stopReading()
        }
    }

    /// Nobody takes matches any more: what is there and what comes is dropped.
    func stopReading() {
        let (reader, wasPaused) = state.withLockedValue { state in
            let taken = (state.reader, state.isPaused)
            state.isDiscarding = true
            state.reader = nil
            state.batches = []
            state.bytes = 0
            state.isPaused = false
            return taken
        }
        reader?.resume(returning: nil)
        if wasPaused { resume() }
    }

    /// Waits for the end. If nobody reads the matches they are dropped, or the end would never come.
    func result() async -> FindResult {
        let mustDrop = state.withLockedValue { !$0.isRead && $0.result == nil }
        if mustDrop { stopReading() }
        return await withCheckedContinuation { continuation in
            let result = state.withLockedValue { state -> FindResult? in
                if state.result == nil { state.resultReaders.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
