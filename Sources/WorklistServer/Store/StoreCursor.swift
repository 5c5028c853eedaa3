import DICOMData
import DICOMMatching
import Glibc
import Synchronization

/// Candidates from a store, in one read transaction.
///
/// A key with one value is read from its index, which is in the order of the answers. Any other demand on a key is looked
/// up as long as little comes of it, and that sorted; if it is much, the whole worklist is read in its order, for then a
/// match is never far. If one is far nevertheless, what is left is looked up and sorted after all.
final class StoreCursor: WorklistCursor {
    /// Rows that are looked up and sorted before the first candidate: about a millisecond.
    private static let probeLimit = 2_000
    /// Rows read in order without a match, after which looking up is better.
    private static let patience = 4_000
    private static let firstBatch = 4 << 10
    private static let batchLimit = 64 << 10

    private struct Place: Comparable {
        let moment: Int
        let accession: String
        let id: Int

        static func < (a: Place, b: Place) -> Bool {
            if a.moment != b.moment { return a.moment < b.moment }
            // Byte by byte, as SQLite does it.
            if a.accession != b.accession { return a.accession.utf8.lexicographicallyPrecedes(b.accession.utf8) }
            return a.id < b.id
        }
    }

    private enum Mode {
        case ordered(SQLiteStatement)
        case listed([Place], next: Int)
        case ended
    }

    private struct State {
        var reader: SQLiteReader?
        var mode = Mode.ended
        /// Items with several rows that were handed out.
        var seen: Set<Int> = []
        var batchSize = StoreCursor.firstBatch
        /// The condition to look up if nothing matches for long.
        var fallback: StorePlan.Condition?
        var handedOut = 0
        var lastID: Int?
    }

    private let path: String
    private let pool: SQLiteReaderPool
    private let plan: StorePlan
    private let state: Mutex<State>

    /// Takes over the reader.
    init(path: String, pool: SQLiteReaderPool, reader: SQLiteReader, plan: StorePlan) throws(SQLiteStatement.Failure) {
        self.path = path
        self.pool = pool
        self.plan = plan
        state = Mutex(State(reader: reader))
        try reader.begin()
        guard !plan.isContradictory else { return }
        for condition in plan.conditions where !(condition.isSingle && !condition.key.isSelective) {
            guard let places = try Self.lookUp(condition, plan, reader, limit: Self.probeLimit) else {
                state.withLock { state in state.fallback = state.fallback ?? condition }
                continue
            }
            state.withLock { state in
                state.mode = .listed(places, next: 0)
                state.fallback = nil
            }
            return
        }
        let statement = try Self.ordered(plan, reader)
        state.withLock { state in
            state.mode = .ordered(statement)
        }
    }

    deinit { close() }

    func close() {
        let reader = state.withLock { state -> SQLiteReader? in
            state.mode = .ended
            state.seen = []
            return state.reader.take()
        }
        guard let reader else { return }
        reader.end()
        pool.giveBack(reader)
    }

    func next(after matches: Int) throws(WorklistSourceError) -> EncodedDataSets? {
        do throws(SQLiteStatement.Failure) {
            return try state.withLock { state throws(SQLiteStatement.Failure) in
                try next(&state, matches: matches)
            }
        } catch {
            throw WorklistSourceError(place: path, reason: error.reason)
        }
    }

    private func next(_ state: inout State, matches: Int) throws(SQLiteStatement.Failure) -> EncodedDataSets? {
        guard let reader = state.reader else { return nil }
        if matches > 0 { state.fallback = nil }
        if let fallback = state.fallback, state.handedOut > Self.patience, case .ordered(let statement) = state.mode {
            try change(&state, to: fallback, statement, reader)
        }
        var batch = EncodedDataSets()
        let size = state.batchSize
        batch.reserveCapacity(bytes: size + 4_096, dataSets: size / 512 + 8)
        state.batchSize = min(Self.batchLimit, state.batchSize * 2)
        let data = try reader.statement("SELECT id, item, several, data FROM entry WHERE id = ?1")
        while batch.bytes.count < size {
            switch state.mode {
            case .ordered(let statement):
                guard try statement.step() else {
                    state.mode = .ended
                    continue
                }
                try append(statement, to: &batch, &state.seen, data)
                state.lastID = statement.number(0)
            case .listed(let places, let next):
                guard next < places.count else {
                    state.mode = .ended
                    continue
                }
                state.mode = .listed(places, next: next + 1)
                let row = try Self.row(places[next].id, data)
                if let row { try append(row, to: &batch, &state.seen, data) }
            case .ended:
                return batch.isEmpty ? nil : batch
            }
        }
        state.handedOut += batch.count
        return batch
    }

    private static func row(_ id: Int, _ data: SQLiteStatement) throws(SQLiteStatement.Failure) -> SQLiteStatement? {
        data.reset()
        data.bind(id, 1)
        return try data.step() ? data : nil
    }

    /// The item of a row, unless it was handed out for another row of it. `row` may be `data` itself.
    private func append(
        _ row: SQLiteStatement,
        to batch: inout EncodedDataSets,
        _ seen: inout Set<Int>,
        _ data: SQLiteStatement
    ) throws(SQLiteStatement.Failure) {
        guard row.number(2) != StoreEntry.Several.no.rawValue else {
            row.withBlob(3) { batch.append($0) }
            return
        }
        let main = row.isNull(1) ? row.number(0) : row.number(1)
        guard seen.insert(main).inserted else { return }
        guard !row.isNull(1) else {
            row.withBlob(3) { batch.append($0) }
            return
        }
        if let row = try Self.row(main, data) { row.withBlob(3) { batch.append($0) } }
    }

    // MARK: Statements

    /// Reads the index of the best single value, or the whole worklist, in the order of the answers.
    private static func ordered(_ plan: StorePlan, _ reader: SQLiteReader) throws(SQLiteStatement.Failure)
        -> SQLiteStatement
    {
        let best = plan.conditions.first(where: \.isSingle)
        let index = best?.key.indexName ?? "by_moment"
        let key = best.map { "\($0.key.rawValue) = ?3 AND " } ?? ""
        let statement = try reader.statement(
            "SELECT id, item, several, data FROM entry INDEXED BY \(index) WHERE \(key)moment >= ?1 AND moment <= ?2 "
                + "ORDER BY moment, accession, id"
        )
        statement.bind(plan.moments.lowerBound, 1)
        statement.bind(plan.moments.upperBound, 2)
        switch best?.demand {
        case .texts(let texts): statement.bind(texts.first, 3)
        case .numbers(let lower, _): statement.bind(lower, 3)
        case .prefix, nil: break
        }
        return statement
    }

    /// The rows that fulfil a condition, sorted; nil if there are more than the limit.
    private static func lookUp(
        _ condition: StorePlan.Condition,
        _ plan: StorePlan,
        _ reader: SQLiteReader,
        limit: Int
    ) throws(SQLiteStatement.Failure) -> [Place]? {
        let column = condition.key.rawValue
        let select =
            "SELECT moment, accession, id FROM entry INDEXED BY \(condition.key.indexName) WHERE moment >= ?1 AND moment <= ?2 "
        var places: [Place] = []
        func collect(_ statement: SQLiteStatement) throws(SQLiteStatement.Failure) -> Bool {
            statement.bind(plan.moments.lowerBound, 1)
            statement.bind(plan.moments.upperBound, 2)
            defer { statement.reset() }
            while try statement.step() {
                guard places.count < limit else { return false }
                places.append(
                    Place(moment: statement.number(0), accession: statement.text(1), id: statement.number(2))
                )
            }
            return true
        }
        switch condition.demand {
        case .texts(let texts):
            let statement = try reader.statement(select + "AND \(column) = ?3 AND \(column) != ''")
            for text in Set(texts) {
                statement.bind(text, 3)
                guard try collect(statement) else { return nil }
            }
        case .prefix(let prefix):
            let statement = try reader.statement(select + "AND \(column) >= ?3 AND \(column) < ?4 AND \(column) != ''")
            statement.bind(prefix, 3)
            // Behind every text that begins so: no UTF-8 has this byte.
            statement.bind(utf8: Array(prefix.utf8) + [0xFF], 4)
            guard try collect(statement) else { return nil }
        case .numbers(let lower, let upper):
            let statement = try reader.statement(select + "AND \(column) >= ?3 AND \(column) <= ?4")
            statement.bind(lower, 3)
            statement.bind(upper, 4)
            guard try collect(statement) else { return nil }
        }
        places.sort()
        return places
    }

    /// Nothing has matched for long: goes on with what fulfils the condition, from the place that was reached.
    private func change(
        _ state: inout State,
        to condition: StorePlan.Condition,
        _ statement: SQLiteStatement,
        _ reader: SQLiteReader
    ) throws(SQLiteStatement.Failure) {
        state.fallback = nil
        guard let id = state.lastID,
            let places = try Self.lookUp(condition, plan, reader, limit: .max)
        else { return }
        let place = try reader.statement("SELECT moment, accession FROM entry WHERE id = ?1")
        place.bind(id, 1)
        guard try place.step() else { return }
        let reached = Place(moment: place.number(0), accession: place.text(1), id: id)
        place.reset()
        statement.reset()
        state.mode = .listed(places.filter { reached < $0 }, next: 0)
    }
}
