import DICOMData
import DICOMMatching
import GRDB
import Glibc

/// A worklist in an SQLite file: the embedded store of the server.
///
/// Written by one connection at a time, of this process or another; read by any number of cursors, each of which sees one
/// moment. What a call has returned for is on disk (`synchronous = FULL`): it survives a crash of the program and of the
/// machine. The file is readable by its owner alone when it is made here.
public final class WorklistStore: WorklistSource {
    /// What came of items that were put.
    public struct Changes: Hashable, Sendable {
        public var added = 0
        public var replaced = 0
        public var removed = 0
    }

    public let path: String
    private let writer: DatabaseQueue
    private let readers: SQLiteReaderPool

    /// Opens a store, or makes one where there is no file.
    public init(path: String) throws(WorklistStoreError) {
        self.path = path
        readers = SQLiteReaderPool(path: path)
        try Self.makeFile(path)
        var configuration = GRDB.Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA mmap_size = 17179869184")
            try database.execute(sql: "PRAGMA cache_size = -65536")
        }
        do {
            writer = try DatabaseQueue(path: path, configuration: configuration)
            try writer.write { database in try Self.prepare(database, path) }
        } catch let error as WorklistStoreError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw .notAStore(path: path)
        } catch {
            throw .cannotOpen(path: path, reason: Self.words(error))
        }
    }

    /// Readable by its owner alone, and so are the files SQLite puts beside it.
    private static func makeFile(_ path: String) throws(WorklistStoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
        close(descriptor)
    }

    private static func prepare(_ database: Database, _ path: String) throws {
        let id = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if tables == 0, id == 0, version == 0 {
            try database.execute(sql: StoreSchema.table)
            try database.execute(sql: StoreSchema.identityIndex)
            try database.execute(sql: StoreSchema.itemIndex)
            for index in StoreSchema.queryIndexes { try database.execute(sql: index) }
            try database.execute(sql: "PRAGMA application_id = \(StoreSchema.applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(StoreSchema.version)")
            return
        }
        guard id == StoreSchema.applicationID else { throw WorklistStoreError.notAStore(path: path) }
        guard version <= StoreSchema.version else {
            throw WorklistStoreError.newer(path: path, version: version, known: StoreSchema.version)
        }
    }

    /// SQLite's own words, without the statement and its values.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as DatabaseError: error.message ?? "SQLite error \(error.resultCode.rawValue)"
        case let error as SQLiteStatement.Failure: error.reason
        default: "\(error)"
        }
    }

    // MARK: Reading

    public func cursor(for request: WorklistRequest) async throws(WorklistSourceError) -> (any WorklistCursor)? {
        do {
            let reader = try await readers.take()
            return try StoreCursor(path: path, pool: readers, reader: reader, plan: StorePlan(request.query))
        } catch {
            throw WorklistSourceError(place: path, reason: error.reason)
        }
    }

    public func count() async throws(WorklistSourceError) -> Int {
        do {
            let reader = try await readers.take()
            defer { readers.giveBack(reader) }
            let statement = try reader.statement("SELECT count(*) FROM entry WHERE identity IS NOT NULL")
            defer { statement.reset() }
            return try statement.step() ? statement.number(0) : 0
        } catch {
            throw WorklistSourceError(place: path, reason: error.reason)
        }
    }

    // MARK: Writing

    /// Adds items; an item with the identity of one that is there replaces it. All of them, or none.
    @discardableResult
    public func put(_ items: [DataSet]) throws(WorklistStoreError) -> Changes {
        var entries: [StoreEntry] = []
        entries.reserveCapacity(items.count)
        for (index, item) in items.enumerated() { entries.append(try StoreEntry(item, position: index)) }
        return try write { database in
            var writer = try StoreWriter(database)
            for entry in entries { try writer.put(entry) }
            return writer.changes
        }
    }

    /// Takes items away, as when an order is cancelled. How many there were.
    @discardableResult
    public func remove(_ items: [DataSet]) throws(WorklistStoreError) -> Int {
        let identities = items.compactMap(StoreEntry.identity)
        return try write { database in
            let writer = try StoreWriter(database)
            return try identities.count { try writer.remove($0) }
        }
    }

    /// Takes away the items whose last step starts before a day; items without a date stay. How many there were.
    @discardableResult
    public func expire(before day: DICOMDate) throws(WorklistStoreError) -> Int {
        let moment = StoreEntry.moment(day: day.number, microsecond: 0)
        return try write { database in
            try database.execute(
                sql: """
                    DELETE FROM entry WHERE item IN
                        (SELECT id FROM entry WHERE moment > 0 AND moment < ?1 AND last < ?1 AND identity IS NOT NULL)
                    """,
                arguments: [moment]
            )
            try database.execute(
                sql: "DELETE FROM entry WHERE moment > 0 AND moment < ?1 AND last < ?1 AND identity IS NOT NULL",
                arguments: [moment]
            )
            return database.changesCount
        }
    }

    /// For tests of what a newer program leaves behind.
    func pretendVersion(_ version: Int) throws {
        try writer.write { database in try database.execute(sql: "PRAGMA user_version = \(version)") }
    }

    private func write<Result>(_ body: (Database) throws -> Result) throws(WorklistStoreError) -> Result {
        do {
            return try writer.write(body)
        } catch {
            throw .cannotWrite(path: path, reason: Self.words(error))
        }
    }

    /// Many items at once, in one transaction: into an empty store the indexes are made when all rows are there.
    func fill(
        _ body: (_ put: (DataSet) throws(WorklistStoreError) -> Void) throws(WorklistStoreError) -> Void
    ) throws(WorklistStoreError) -> Changes {
        do {
            return try writer.write { database in
                let isEmpty = try Int.fetchOne(database, sql: "SELECT 1 FROM entry LIMIT 1") == nil
                if isEmpty {
                    try database.execute(sql: "DROP INDEX by_moment")
                    for key in StoreKey.allCases { try database.execute(sql: "DROP INDEX \(key.indexName)") }
                }
                var writer = try StoreWriter(database)
                try body { item throws(WorklistStoreError) in
                    do {
                        try writer.put(try StoreEntry(item, position: writer.changes.added + writer.changes.replaced))
                    } catch let error as SQLiteStatement.Failure {
                        throw .cannotWrite(path: path, reason: error.reason)
                    } catch let error as WorklistStoreError {
                        throw error
                    } catch {
                        throw .cannotWrite(path: path, reason: "\(error)")
                    }
                }
                if isEmpty {
                    for index in StoreSchema.queryIndexes { try database.execute(sql: index) }
                }
                return writer.changes
            }
        } catch let error as WorklistStoreError {
            throw error
        } catch {
            throw .cannotWrite(path: path, reason: Self.words(error))
        }
    }
}

extension DICOMDate {
    /// YYYYMMDD.
    var number: Int { year * 10_000 + month * 100 + day }
}
