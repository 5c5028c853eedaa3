import DICOMData
import Synchronization

/// Encoded items in memory, in their order; never changed, so that a cursor over them needs no copy.
struct WorklistArena: Sendable {
    /// Bytes of a batch, about.
    private static let batchSize = 64 << 10

    let batches: [EncodedDataSets]
    let count: Int

    init() {
        batches = []
        count = 0
    }

    init(encoded items: some Sequence<[UInt8]>) {
        var batches: [EncodedDataSets] = []
        var batch = EncodedDataSets()
        var count = 0
        for item in items {
            batch.append(item)
            count += 1
            if batch.bytes.count >= Self.batchSize {
                batches.append(batch)
                batch = EncodedDataSets()
            }
        }
        if !batch.isEmpty { batches.append(batch) }
        self.batches = batches
        self.count = count
    }

    /// The items in the order they come; throws for one that cannot be encoded.
    init(_ items: [DataSet]) throws(DataSetEncodingError) {
        var encoded: [[UInt8]] = []
        encoded.reserveCapacity(items.count)
        for item in items { encoded.append(try item.encoded(.explicitVRLittleEndian)) }
        self.init(encoded: encoded)
    }

    /// All of them are candidates: in memory, looking is as fast as choosing.
    func cursor() -> some WorklistCursor { ArenaCursor(batches) }
}

private final class ArenaCursor: WorklistCursor {
    private let rest: Mutex<ArraySlice<EncodedDataSets>>

    init(_ batches: [EncodedDataSets]) {
        rest = Mutex(batches[...])
    }

    func next(after matches: Int) -> EncodedDataSets? { rest.withLock { $0.popFirst() } }

    func close() { rest.withLock { $0 = [] } }
}

/// Items held in memory, the same for every called AE title.
public struct FixedWorklist: WorklistSource {
    /// Sorted.
    public let items: [DataSet]
    private let arena: Result<WorklistArena, WorklistSourceError>

    public init(_ items: [DataSet]) {
        self.items = WorklistOrder.sorted(items) { $0 }
        do {
            arena = .success(try WorklistArena(self.items))
        } catch {
            arena = .failure(WorklistSourceError(place: "items in memory", reason: error.description))
        }
    }

    public func cursor(for request: WorklistRequest) throws(WorklistSourceError) -> (any WorklistCursor)? {
        try arena.get().cursor()
    }

    public func count() -> Int { items.count }
}
