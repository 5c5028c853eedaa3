import DICOMData

/// Names one export; later events say which they belong to.
public struct ExportID: Hashable, Sendable {
    public var number: Int

    public init(_ number: Int) {
        self.number = number
    }
}

/// Rows to be written into a file, for another thread.
///
/// A value with everything it needs: the table's bytes are shared with the list, not copied, so that what is written is
/// what was on screen when the user asked, whatever comes in meanwhile.
public struct ExportJob: Sendable {
    enum Rows: Sendable {
        /// Rows of the table, in this order.
        case rows([UInt32])
        /// Those of these items, in the order of the rows; an item that came twice is written twice.
        case items(Set<ItemIdentity>, among: [UInt32])
    }

    /// What became of it.
    public struct Report: Hashable, Sendable {
        /// Rows written.
        public var rows = 0
        /// What the reader of the rows must know about their text; nil if there is nothing.
        public var caution: String?

        public init(rows: Int = 0, caution: String? = nil) {
            self.rows = rows
            self.caution = caution
        }
    }

    let table: MatchTable
    let rows: Rows
    let formatter: ItemFormatter

    /// Rows to look at; as many are written, unless only marked ones are.
    public var rowsToRead: Int {
        switch rows {
        case .rows(let rows), .items(_, among: let rows): rows.count
        }
    }

    /// Bytes handed over at a time.
    private static let chunk = 65_536

    /// Writes everything, a piece at a time.
    ///
    /// - Parameters:
    ///   - write: Takes the next bytes; false ends the work.
    ///   - progress: Told how many rows have been read, every few hundred; false ends the work.
    /// - Returns: Nil if it was ended before it was done.
    public func run(write: ([UInt8]) -> Bool, progress: (Int) -> Bool) -> Report? {
        var formatter = formatter
        var bytes = Array(formatter.begin().utf8)
        var written = 0
        let (wanted, order): (Set<ItemIdentity>?, [UInt32]) =
            switch rows {
            case .rows(let rows): (nil, rows)
            case .items(let items, among: let rows): (items, rows)
            }
        for (index, row) in order.enumerated() {
            if index & 0xFF == 0, !progress(index) { return nil }
            let item = table.item(Int(row))
            if let wanted, !wanted.contains(ItemIdentity(item)) { continue }
            bytes += formatter.row(item).utf8
            written += 1
            if bytes.count >= Self.chunk {
                guard write(bytes) else { return nil }
                bytes.removeAll(keepingCapacity: true)
            }
        }
        bytes += formatter.end().utf8
        guard write(bytes) else { return nil }
        return Report(rows: written, caution: formatter.caution)
    }
}

/// An export into a file.
public struct ExportRequest: Sendable {
    public var id: ExportID
    public var job: ExportJob
    /// As the user wrote it: relative to the working folder, or with `~`.
    public var path: String
    /// The user has been asked whether a file of that name may be replaced, and has said yes.
    public var replaces: Bool

    init(id: ExportID, job: ExportJob, path: String, replaces: Bool) {
        self.id = id
        self.job = job
        self.path = path
        self.replaces = replaces
    }
}

/// The life of an export.
public enum ExportProgress: Sendable {
    /// Rows read so far.
    case read(Int)
    /// Written whole, into the file of that full path.
    case finished(ExportJob.Report, path: String)
    /// There is such a file: nothing was written.
    case exists(path: String)
    /// Stopped as asked: no file is left.
    case cancelled
    /// What went wrong and what to do; no file is left.
    case failed(String)
}
