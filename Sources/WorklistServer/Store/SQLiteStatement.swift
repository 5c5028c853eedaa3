import GRDBSQLite

/// A prepared statement, bound and stepped without copies: GRDB's rows cost more than the row itself does. Together with
/// ``SQLiteReader`` the only place that calls SQLite.
///
/// As ``SQLiteReader``, used by one thread at a time.
struct SQLiteStatement: @unchecked Sendable {
    /// SQLite's words.
    struct Failure: Error {
        let reason: String
        let code: Int32

        init(_ connection: OpaquePointer?, _ code: Int32) {
            reason = String(cString: connection.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
            self.code = code
        }
    }

    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    // SQLite copies what it is given.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    func bind(_ number: Int?, _ index: Int32) {
        if let number { sqlite3_bind_int64(pointer, index, Int64(number)) } else { sqlite3_bind_null(pointer, index) }
    }

    func bind(_ text: String?, _ index: Int32) {
        guard let text else {
            sqlite3_bind_null(pointer, index)
            return
        }
        sqlite3_bind_text(pointer, index, text, Int32(text.utf8.count), Self.transient)
    }

    func bind(utf8: [UInt8], _ index: Int32) {
        utf8.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(pointer, index, characters.baseAddress, Int32(bytes.count), Self.transient)
            }
        }
    }

    func bind(_ bytes: [UInt8]?, _ index: Int32) {
        guard let bytes else {
            sqlite3_bind_null(pointer, index)
            return
        }
        bytes.withUnsafeBytes { buffer in
            _ = sqlite3_bind_blob64(pointer, index, buffer.baseAddress, UInt64(buffer.count), Self.transient)
        }
    }

    /// True for a row, false at the end.
    func step() throws(Failure) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw Failure(sqlite3_db_handle(pointer), code)
        }
    }

    func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    func finalize() { sqlite3_finalize(pointer) }

    // MARK: Columns of the row

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

    func number(_ column: Int32) -> Int { Int(sqlite3_column_int64(pointer, column)) }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(pointer, column).map { String(cString: $0) } ?? ""
    }

    /// The bytes of a blob, valid until the next step.
    func withBlob<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = sqlite3_column_blob(pointer, column)
        return body(
            UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(pointer, column)))
        )
    }
}
