import DICOMData
import DICOMProtocol

/// One match of a C-FIND: the status it came with, and its identifier as received.
public struct Match: Sendable, Hashable {
    /// FF00, or FF01 when an optional key was not supported.
    public let status: Status
    /// As received, in the transfer syntax of its context.
    public let identifier: EncodedDataSet

    /// The identifier decoded; see ``/DICOMData/EncodedDataSet/decoded``.
    public var dataSet: DataSet { identifier.decoded }
}

/// A C-FIND under way: an async sequence of matches, and at the end an outcome that tells the truth.
///
///     for try await match in find { print(match.dataSet.string(.patientName) ?? "") }
///     let result = await find.result
///
/// Leaving the loop early, or cancelling the task, sends C-CANCEL; what still comes is read and dropped, within
/// ``/DICOMProtocol/FindOptions/cancelBudget``, then the association is aborted. Use ``cancel()`` to stop and still get the
/// rest.
public final class Find: AsyncSequence, Sendable {
    public typealias Element = Match

    /// As sent in (0000,0110).
    public let messageID: UInt16
    private let queue: MatchQueue
    private let association: Association
    private let control: @Sendable (Command) -> Void

    enum Command: Sendable { case cancel, abandon, abort }

    init(
        messageID: UInt16,
        queue: MatchQueue,
        association: Association,
        control: @escaping @Sendable (Command) -> Void
    ) {
        self.messageID = messageID
        self.queue = queue
        self.association = association
        self.control = control
    }

    deinit {
        if !queue.isFinished { control(.abandon) }
    }

    /// Sends C-CANCEL, once. Matches that still come are delivered; the outcome says what the server did.
    public func cancel() { control(.cancel) }

    /// Sends A-ABORT: ends this query and the association at once. The matches received stay.
    public func abort() { control(.abort) }

    /// How it ended. Read the matches before or meanwhile; if nobody has begun to, those beyond
    /// ``AssociationConfiguration/receiveWindow`` make room for the end, and the rest is dropped with them.
    public var result: FindResult {
        get async {
            var result = await queue.result()
            let timings = association.timings
            result.statistics.connectMilliseconds = timings.lookupMilliseconds + timings.connectMilliseconds
            result.statistics.associateMilliseconds = timings.associateMilliseconds
            return result
        }
    }

    /// The matches in batches, as they came off the wire: the fast way.
    public var batches: Batches { Batches(find: self) }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(batches: batches.makeAsyncIterator()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private var batches: Batches.AsyncIterator
        private var batch: MatchBatch?
        private var position = 0

        init(batches: Batches.AsyncIterator) {
            self.batches = batches
        }

        public mutating func next() async -> Match? {
            while true {
                if let batch, position < batch.count {
                    defer { position += 1 }
                    return Match(status: batch.entries[position].status, identifier: batch.identifier(position))
                }
                guard let next = await batches.next() else { return nil }
                batch = next
                position = 0
            }
        }
    }

    /// The matches of a query as batches; see ``Find/batches``.
    public struct Batches: AsyncSequence, Sendable {
        public typealias Element = MatchBatch
        let find: Find

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(guardian: Guardian(find)) }

        public struct AsyncIterator: AsyncIteratorProtocol {
            let guardian: Guardian
            private var ready: [MatchBatch] = []
            private var position = 0

            init(guardian: Guardian) {
                self.guardian = guardian
            }

            public mutating func next() async -> MatchBatch? {
                while true {
                    if position < ready.count {
                        defer { position += 1 }
                        return ready[position]
                    }
                    guard let more = await guardian.next() else { return nil }
                    ready = more
                    position = 0
                }
            }
        }

        /// Goes away with the iterator: if that is before the end, the loop was left.
        final class Guardian: Sendable {
            private let find: Find

            init(_ find: Find) {
                self.find = find
            }

            func next() async -> [MatchBatch]? {
                let batches = await find.queue.next()
                if batches == nil, Task.isCancelled, !find.queue.isFinished { find.control(.abandon) }
                return batches
            }

            deinit {
                guard !find.queue.isFinished else { return }
                find.queue.stopReading()
                find.control(.abandon)
            }
        }
    }
}
