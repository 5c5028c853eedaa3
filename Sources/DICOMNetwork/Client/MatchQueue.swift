import DICOMProtocol
import NIOConcurrencyHelpers
import NIOCore

/// How a C-FIND ended, with its figures.
public struct FindResult: Hashable, Sendable {
    /// How it ended.
    public var outcome: FindOutcome
    /// Counts and times.
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
        /// One, unless the matches are read from several tasks at once.
        var readers: [CheckedContinuation<[MatchBatch]?, Never>] = []
        var resultReaders: [CheckedContinuation<FindResult, Never>] = []
        var isRead = false
        var isDiscarding = false
        var isPaused = false
        /// Bytes that may wait before reading from the connection pauses.
        var window: Int

        init(window: Int) {
            self.window = window
        }

        /// What is there and what comes is dropped.
        mutating func discard() {
            isDiscarding = true
            batches = []
            bytes = 0
            isPaused = false
        }
    }

    /// What may wait beyond the window after a C-CANCEL, in bytes: more than sockets hold, less than a flood.
    static let cancelAllowance = 32 << 20

    private let state: NIOLockedValueBox<State>
    /// Lets the connection be read again; called from any thread.
    private let resume: @Sendable () -> Void

    init(window: Int, resume: @escaping @Sendable () -> Void) {
        self.state = NIOLockedValueBox(State(window: window))
        self.resume = resume
    }

    /// On the event loop. False asks to pause reading.
    func deliver(_ batch: MatchBatch) -> Bool {
        let (reader, mayGoOn) = state.withLockedValue { state -> (CheckedContinuation<[MatchBatch]?, Never>?, Bool) in
            if state.isDiscarding { return (nil, true) }
            if !state.readers.isEmpty { return (state.readers.removeFirst(), true) }
            state.batches.append(batch)
            state.bytes += batch.bytes.count
            guard state.bytes > state.window else { return (nil, true) }
            if !state.isRead, !state.resultReaders.isEmpty {
                // Only the end is waited for, and it would never come.
                state.discard()
                return (nil, true)
            }
            state.isPaused = true
            return (nil, false)
        }
        reader?.resume(returning: [batch])
        return mayGoOn
    }

    /// On the event loop.
    func finish(_ result: FindResult) {
        let (readers, resultReaders) = state.withLockedValue { state in
            state.result = result
            let taken = (state.readers, state.resultReaders)
            state.readers = []
            state.resultReaders = []
            return taken
        }
        for reader in readers { reader.resume(returning: nil) }
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
                    state.readers.append(continuation)
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
        let (readers, wasPaused) = state.withLockedValue { state in
            let taken = (state.readers, state.isPaused)
            state.readers = []
            state.discard()
            return taken
        }
        for reader in readers { reader.resume(returning: nil) }
        if wasPaused { resume() }
    }

    /// The query was cancelled: its end has to be read even if the matches before it wait for their reader.
    func readToEnd() {
        state.withLockedValue { state in
            state.window += Self.cancelAllowance
            state.isPaused = false
        }
    }

    /// Waits for the end. If nobody has begun to read, matches beyond the window are dropped, or the end would never come.
    func result() async -> FindResult {
        await withCheckedContinuation { continuation in
            let (result, mustResume) = state.withLockedValue { state -> (FindResult?, Bool) in
                if let result = state.result { return (result, false) }
                state.resultReaders.append(continuation)
                guard state.isPaused, !state.isRead else { return (nil, false) }
                state.discard()
                return (nil, true)
            }
            if let result { continuation.resume(returning: result) }
            if mustResume { resume() }
        }
    }
}
