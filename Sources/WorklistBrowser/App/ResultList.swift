import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// How a query ended, as far as its list is concerned.
enum QueryEnd: Hashable, Sendable {
    case outcome(FindOutcome)
    /// There was no association: nothing was asked.
    case failed(AssociationFailure)
    /// Another query took its place while it ran.
    case replaced

    /// Rows may be missing.
    var isPartial: Bool {
        if case .outcome(.complete) = self { false } else { true }
    }
}

/// The rows of one query with all that belongs to them: what was asked, of whom, when, how it ended, and where the cursor is.
struct ResultList: Sendable {
    var rows: RowList
    let query: Query
    /// The query's matching keys as they were sent, relative dates worked out.
    let words: [QueryWords.Word]
    var server: ServerProfile
    let startedAt: Moment
    var endedAt: Moment?
    var end: QueryEnd?
    var statistics: FindStatistics?

    /// Nil while there is no row to point at.
    var cursor: RowReference?
    /// The row to come back to when a filter that hides every row is gone.
    private var parked: RowReference?
    /// The cursor's place in the order of the screen.
    var position = 0
    /// First place on screen.
    var top = 0
    /// The user has moved in this list: from then on the cursor keeps its screen line.
    var isTouched = false

    var layout: ListLayout?
    /// Rows the layout was made from; it is made anew until there is a screenful.
    var layoutRows = 0
    /// The earliest and latest day among the first rows.
    var days: ClosedRange<UInt64>?
    var similar = SimilarPatients()
    var duplicates = Duplicates()
    /// The rows on screen when it was last drawn, from the top: where a key that moves by a line leads.
    var painted: [Int] = []
    /// The column that is kept in view where not all fit: nil until one was asked for.
    var revealed: ListColumn?
    /// Attributes that the list shows beside the usual columns: decoded with the row.
    var reading: [ListColumn] = [] {
        didSet { if reading != oldValue { forgetTexts() } }
    }
    /// The marked items of this list.
    var marked = MarkedRows()
    /// How it differs from the list it took the place of.
    var changes: ListChanges?
    /// The comparison under way off the UI thread.
    var comparison: Int?
    private var cache: [Int: RowText] = [:]
    private static let cacheLimit = 1_024

    init(series: Int, query: Query, words: [QueryWords.Word], server: ServerProfile, startedAt: Moment) {
        rows = RowList(series: series, fallback: server.assumedCharacterSet, today: startedAt.date)
        self.query = query
        self.words = words
        self.server = server
        self.startedAt = startedAt
    }

    /// When the list was made; its age counts from here.
    var asOf: Moment { endedAt ?? startedAt }
    var isRunning: Bool { end == nil }

    /// Patients that are alike, and items sent twice, are not all found yet.
    var isSearching: Bool {
        end != nil && !isTooLongToSearch && (similar.done < rows.count || duplicates.done < rows.count)
    }
    /// Nobody looked for them.
    var isTooLongToSearch: Bool { rows.count > min(SimilarPatients.rowLimit, Duplicates.rowLimit) }

    /// A row as text, from the cache if it is there.
    mutating func text(_ row: Int) -> RowText {
        if let known = cache[row] { return known }
        let text = rows.text(row, reading: reading)
        if cache.count >= Self.cacheLimit { cache.removeAll(keepingCapacity: true) }
        cache[row] = text
        return text
    }

    mutating func forgetTexts() { cache.removeAll() }

    // MARK: Rows coming in

    mutating func append(_ batch: MatchBatch, viewRows: Int) -> ArrangeJob? {
        let first = rows.count
        let job = rows.append(batch)
        // Days of the first rows decide about the date column; the rest is sampled, so that this costs nothing.
        var row = first
        while row < rows.count {
            let item = rows.table.item(row)
            let date =
                item.value([.scheduledProcedureStepSequence], .scheduledProcedureStepStartDate)
                ?? item.value([], .studyDate)
            if let day = date.flatMap({ SortKey.day($0) }) {
                days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
            }
            row += row < 256 ? 1 : 64
        }
        follow(viewRows: viewRows)
        return job
    }

    // MARK: Cursor

    /// The place one line above or below the cursor, as the screen shows it: a row that came in between since it was drawn
    /// has not been seen, and is passed over.
    func place(linesFromCursor step: Int) -> Int {
        guard let cursor, let line = painted.firstIndex(of: cursor.row), painted.indices.contains(line + step) else {
            return position + step
        }
        let wanted = painted[line + step]
        if rows.row(at: position + step) == wanted { return position + step }
        return rows.position(of: wanted) ?? position + step
    }

    /// After rows moved: the cursor stays on its row, and the row on its screen line.
    mutating func follow(viewRows: Int) {
        let count = rows.shownCount
        guard count > 0 else {
            position = 0
            top = 0
            // What is not on screen cannot be acted on.
            if let cursor { parked = cursor }
            cursor = nil
            return
        }
        if cursor == nil, let parked, rows.position(of: parked.row) != nil { cursor = parked }
        parked = nil
        guard let cursor else {
            place(at: 0, viewRows: viewRows)
            return
        }
        let line = position - top
        if let place = rows.position(of: cursor.row, near: position) {
            position = place
        } else {
            // The filter hides it: the nearest row takes over.
            place(at: min(position, count - 1), viewRows: viewRows)
            return
        }
        if isTouched {
            top = position - line
        }
        clampTop(viewRows: viewRows)
    }

    /// Puts the cursor on a place of the screen's order.
    mutating func place(at wanted: Int, viewRows: Int) {
        let count = rows.shownCount
        guard count > 0 else { return }
        position = min(max(0, wanted), count - 1)
        if let row = rows.row(at: position) {
            cursor = RowReference(row: row, identity: ItemIdentity(rows.table.item(row)))
        }
        clampTop(viewRows: viewRows)
    }

    /// The cursor in view, no blank lines below the last row.
    mutating func clampTop(viewRows: Int) {
        let rows = max(1, viewRows)
        top = min(max(top, position - rows + 1), position)
        top = max(0, min(top, self.rows.shownCount - rows))
    }

    /// The row of an item of another list: by identity, never by number. Nil if it is not there.
    ///
    /// - Parameters:
    ///   - near: Where to look first; servers mostly answer in the same order again.
    ///   - shared: Rows that are known to be other items.
    func row(of identity: ItemIdentity, near: Int, besides shared: RowSharing? = nil) -> Int? {
        if near < rows.count, ItemIdentity(rows.table.item(near)) == identity { return near }
        var found: Int?
        for range in shared?.unsharedNew(of: rows.count) ?? [0..<rows.count] where found == nil {
            rows.table.forEach(range) { row, item in
                if ItemIdentity(item) == identity { found = row }
                return found == nil
            }
        }
        return found
    }
}

extension Moment {
    /// The day by the clock of this station.
    var date: DICOMDate {
        DICOMDate.today(unixSeconds: microseconds.flooringDivision(1_000_000), utcOffsetSeconds: utcOffset)
    }

    /// Seconds since local midnight.
    var secondOfDay: Int {
        let local = microseconds.flooringDivision(1_000_000) &+ Int64(utcOffset)
        return Int(local - local.flooringDivision(86_400) * 86_400)
    }

    /// `14:31:52`.
    var clock: TerminalText {
        let second = secondOfDay
        return TerminalText(
            ItemText.two(second / 3600) + ":" + ItemText.two(second / 60 % 60) + ":" + ItemText.two(second % 60)
        )
    }

    /// `24 Nov 14:32`.
    var dayAndClock: TerminalText {
        let date = date
        let second = secondOfDay
        return TerminalText(
            "\(ItemText.two(date.day)) \(ListLayout.months[date.month - 1]) "
                + ItemText.two(second / 3600) + ":" + ItemText.two(second / 60 % 60)
        )
    }
}

extension Int64 {
    fileprivate func flooringDivision(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }
}
