import GRDB

/// Writes entries within a transaction.
struct StoreWriter {
    private let insert: SQLiteStatement
    private let find: SQLiteStatement
    private let delete: SQLiteStatement
    /// GRDB's, which own the above.
    private let statements: [Statement]
    private var lastID: Int
    private(set) var changes = WorklistStore.Changes()

    init(_ database: Database) throws {
        let marks = (1...17).map { "?\($0)" }.joined(separator: ", ")
        statements = try [
            "INSERT INTO entry (id, \(StoreSchema.columns)) VALUES (\(marks))",
            "SELECT id FROM entry WHERE identity = ?1",
            "DELETE FROM entry WHERE id = ?1 OR item = ?1",
        ].map { try database.cachedStatement(sql: $0) }
        insert = SQLiteStatement(statements[0].sqliteStatement)
        find = SQLiteStatement(statements[1].sqliteStatement)
        delete = SQLiteStatement(statements[2].sqliteStatement)
        lastID = try Int.fetchOne(database, sql: "SELECT max(id) FROM entry") ?? 0
    }

    mutating func put(_ entry: StoreEntry) throws(SQLiteStatement.Failure) {
        if try remove(entry.identity) { changes.replaced += 1 } else { changes.added += 1 }
        let main = lastID + 1
        for (index, row) in entry.rows.enumerated() {
            lastID += 1
            try put(row, of: entry, id: lastID, main: index == 0 ? nil : main)
        }
    }

    private func put(
        _ row: StoreEntry.Row,
        of entry: StoreEntry,
        id: Int,
        main: Int?
    ) throws(SQLiteStatement.Failure) {
        insert.reset()
        insert.bind(id, 1)
        insert.bind(main, 2)
        insert.bind(entry.several.rawValue, 3)
        insert.bind(main == nil ? entry.data : nil, 4)
        insert.bind(row.moment, 5)
        insert.bind(row.accession, 6)
        insert.bind(entry.last, 7)
        insert.bind(row.terms[.station], 8)
        insert.bind(row.terms[.modality], 9)
        insert.bind(row.terms[.physician], 10)
        insert.bind(row.terms[.name], 11)
        insert.bind(row.time, 12)
        insert.bind(row.terms[.patient], 13)
        insert.bind(row.terms[.study], 14)
        insert.bind(row.terms[.procedure], 15)
        insert.bind(row.terms[.step], 16)
        insert.bind(main == nil ? entry.identity : nil, 17)
        _ = try insert.step()
        insert.reset()
    }

    /// Whether there was such an item.
    func remove(_ identity: String) throws(SQLiteStatement.Failure) -> Bool {
        find.reset()
        find.bind(identity, 1)
        defer { find.reset() }
        guard try find.step() else { return false }
        let id = find.number(0)
        find.reset()
        delete.reset()
        delete.bind(id, 1)
        _ = try delete.step()
        delete.reset()
        return true
    }
}
