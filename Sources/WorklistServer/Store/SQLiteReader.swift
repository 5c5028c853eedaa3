import GRDBSQLite
import Synchronization

/// A connection that only reads. Used by one cursor at a time; a pool hands it on.
///
/// Not one of GRDB's: those belong to a dispatch queue, and a cursor stays open while its peer takes its time.
final class SQLiteReader: @unchecked Sendable {
    private let connection: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    init(path: String) throws(SQLiteStatement.Failure) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let failure = SQLiteStatement.Failure(opened, code)
            sqlite3_close_v2(opened)
            throw failure
        }
        connection = opened
        sqlite3_busy_timeout(connection, 5_000)
        // Mapped pages are shared by all readers, and cost no system call.
        for pragma in ["mmap_size = 17179869184", "cache_size = -1024", "temp_store = MEMORY", "query_only = 1"] {
            try run("PRAGMA \(pragma)")
        }
    }

    deinit {
        for statement in statements.values { statement.finalize() }
        sqlite3_close_v2(connection)
    }

    private func run(_ sql: String) throws(SQLiteStatement.Failure) {
        let code = sqlite3_exec(connection, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteStatement.Failure(connection, code) }
    }

    /// A statement, prepared when it is first asked for.
    func statement(_ sql: String) throws(SQLiteStatement.Failure) -> SQLiteStatement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw SQLiteStatement.Failure(connection, code) }
        let statement = SQLiteStatement(pointer)
        statements[sql] = statement
        return statement
    }

    /// From here on everything read is of one moment, whatever is written meanwhile.
    func begin() throws(SQLiteStatement.Failure) {
        try run("BEGIN")
        // The moment is that of the first read.
        _ = try statement("SELECT count(*) FROM (SELECT 1 FROM entry LIMIT 1)").step()
    }

    func end() {
        for statement in statements.values { statement.reset() }
        try? run("COMMIT")
    }
}

/// The readers of a store: as many as there are open cursors, up to a bound; further cursors wait for one.
final class SQLiteReaderPool: Sendable {
    private struct State {
        var idle: [SQLiteReader] = []
        var count = 0
        var waiting: [CheckedContinuation<SQLiteReader, Never>] = []
    }

    /// Each holds three file descriptors.
    private static let maximum = 256
    private static let maximumIdle = 16

    private let path: String
    private let state: Mutex<State>

    init(path: String) {
        self.path = path
        state = Mutex(State())
    }

    func take() async throws(SQLiteStatement.Failure) -> SQLiteReader {
        enum Way {
            case idle(SQLiteReader)
            case new
            case wait
        }
        let way = state.withLock { state -> Way in
            if let reader = state.idle.popLast() { return .idle(reader) }
            guard state.count < Self.maximum else { return .wait }
            state.count += 1
            return .new
        }
        switch way {
        case .idle(let reader): return reader
        case .new:
            do {
                return try SQLiteReader(path: path)
            } catch {
                state.withLock { $0.count -= 1 }
                throw error
            }
        case .wait:
            return await withCheckedContinuation { continuation in
                let free = state.withLock { state -> SQLiteReader? in
                    if let reader = state.idle.popLast() { return reader }
                    state.waiting.append(continuation)
                    return nil
                }
                if let free { continuation.resume(returning: free) }
            }
        }
    }

    func giveBack(_ reader: SQLiteReader) {
        let next = state.withLock { state -> CheckedContinuation<SQLiteReader, Never>? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            if state.idle.count < Self.maximumIdle { state.idle.append(reader) } else { state.count -= 1 }
            return nil
        }
        next?.resume(returning: reader)
    }
}
