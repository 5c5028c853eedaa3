import DICOMData
import DICOMProtocol

/// A table and the order in which its rows are shown.
///
/// Up to ``Limits/live`` rows arrivals are merged where they belong. Above it they are put at the end, and sorted off the UI
/// thread when the stream has ended; the old order stays on screen until the new one is there.
struct RowList: Sendable {
    private(set) var table = MatchTable()
    private(set) var order = SortOrder.standard
    private(set) var filter: RowFilter?
    /// The user has frozen the order: arrivals go to the end.
    private(set) var isFrozen = false

    /// All rows in order; those from ``sortedCount`` on as they arrived.
    private var all: [UInt32] = []
    private var sortedCount = 0
    /// Those that pass the filter; nil without one.
    private var passing: [UInt32]?
    /// For each column of the order a key for each row, while arrivals are merged.
    private var keys: [[SortKey]] = []
    private var isLive = true
    /// The sort or the filter in force has yet to be applied to some rows.
    private var needsSort = false
    private var needsFilter = false
    private var generation: Int
    private var inFlight: InFlight?
    /// The stream has ended: nothing but a job is awaited.
    private var hasEnded = false

    private struct InFlight: Sendable {
        var generation: Int
        var sorts: Bool
        /// Rows of the table it covers.
        var rows: Int
    }

    /// How text is read that declares no character set; what was declared too, if it is forced.
    private(set) var fallback: SpecificCharacterSet?
    /// Rows that a person reads otherwise: display only, they sort and filter as before.
    var readings: [ItemIdentity: SpecificCharacterSet] = [:]
    var today: DICOMDate

    /// How much is done at once, on the UI thread; in rows.
    struct Limits: Sendable {
        /// Above it arrivals are no longer merged one by one.
        var live = 50_000
        /// Sorting on a key press.
        var sort = 20_000
        /// Filtering on a key press.
        var filter = 1_000
        /// Filtering the rows of one batch.
        var filterBatch = 256
    }

    var limits = Limits()

    /// Jobs of one list are numbered in so many bits, its series stands above them.
    static let generationBits = 24

    /// `series`: parts the jobs of this list from those of others.
    init(series: Int, fallback: SpecificCharacterSet?, today: DICOMDate) {
        generation = series << Self.generationBits
        self.fallback = fallback
        self.today = today
    }

    // MARK: Reading

    /// Rows in the order of the screen.
    var shown: [UInt32] { passing ?? all }
    var shownCount: Int { passing?.count ?? all.count }
    /// All rows in order, those a filter hides included.
    var ordered: [UInt32] { all }
    /// Rows received.
    var count: Int { table.count }

    /// The row at a place of the screen's order; nil outside.
    func row(at position: Int) -> Int? {
        let rows = passing ?? all
        return rows.indices.contains(position) ? Int(rows[position]) : nil
    }

    /// The place of a row in the screen's order; nil if the filter hides it.
    func position(of row: Int) -> Int? {
        (passing ?? all).firstIndex(of: UInt32(truncatingIfNeeded: row))
    }

    /// What is being worked on off the UI thread.
    var pendingWork: String? {
        if inFlight == nil { return nil }
        return inFlight?.sorts == true ? "sorting" : "filtering"
    }

    /// Not all rows stand where the order wants them.
    var isUnsorted: Bool { sortedCount < all.count || needsSort }

    // MARK: Changing

    /// Adds the matches of a batch.
    mutating func append(_ batch: MatchBatch) -> ArrangeJob? {
        let rows = table.append(batch)
        guard !rows.isEmpty else { return nil }
        if isLive, table.count > limits.live {
            isLive = false
            keys = []
        }
        let numbers = rows.map { UInt32(truncatingIfNeeded: $0) }
        if isLive { makeKeys(rows) }
        if isLive, !isFrozen, sortedCount == all.count {
            let sorted = sort(numbers)
            Self.merge(sorted, into: &all, keys: keys, comparator: comparator)
            sortedCount = all.count
        } else {
            all += numbers
        }
        guard let filter, !needsFilter else { return nil }
        guard rows.count <= limits.filterBatch else {
            needsFilter = true
            return nextJob()
        }
        let fresh = numbers.filter { filter.matches(text(Int($0), reading: filter.attributes)) }
        guard !fresh.isEmpty else { return nil }
        if isLive, !isFrozen, sortedCount == all.count, var shown = passing {
            passing = nil
            Self.merge(sort(fresh), into: &shown, keys: keys, comparator: comparator)
            passing = shown
        } else {
            passing?.append(contentsOf: fresh)
        }
        return nil
    }

    /// Sorts by another order.
    mutating func sort(by order: SortOrder) -> ArrangeJob? {
        guard order != self.order else { return nil }
        self.order = order
        return resort()
    }

    /// Freezes the order, or thaws it and sorts what came meanwhile.
    mutating func freeze(_ frozen: Bool) -> ArrangeJob? {
        isFrozen = frozen
        return frozen || !isUnsorted ? nil : resort()
    }

    /// Shows only rows that pass.
    mutating func filter(by filter: RowFilter?) -> ArrangeJob? {
        guard filter != self.filter else { return nil }
        self.filter = filter
        guard let filter else {
            passing = nil
            needsFilter = false
            if inFlight?.sorts == false { inFlight = nil }
            return nil
        }
        guard table.count > limits.filter else {
            passing = ArrangeJob.filtered(table, rows: all, by: filter, fallback: fallback, today: today)
            needsFilter = false
            return nil
        }
        // Until the answer is there, what was shown stays.
        if passing == nil { passing = all }
        needsFilter = true
        if inFlight?.sorts == true { return nil }
        inFlight = nil
        return nextJob()
    }

    /// No more rows will come: what could not be merged is sorted now.
    mutating func endStream() -> ArrangeJob? {
        hasEnded = true
        return isFrozen || !isUnsorted || inFlight?.sorts == true ? nil : resort()
    }

    /// Reads all rows with another character set; order and filter follow.
    mutating func read(with set: SpecificCharacterSet?) -> ArrangeJob? {
        fallback = set
        readings = [:]
        let sorting = isFrozen ? nil : resort()
        guard let filter else { return sorting }
        _ = self.filter(by: nil)
        // While a sort is under way this only notes that filtering comes after it.
        return self.filter(by: filter) ?? sorting
    }

    /// Adds the keys of rows that have none yet.
    private mutating func makeKeys(_ rows: Range<Int>) {
        let comparator = comparator
        if keys.count != order.keys.count { keys = Array(repeating: [], count: order.keys.count) }
        for part in keys.indices {
            var column = keys[part]
            // Empty in the meantime, so that growing it copies nothing.
            keys[part] = []
            column.reserveCapacity(rows.upperBound)
            table.forEach(rows) { _, item in
                column.append(comparator.key(item, part: part))
                return true
            }
            keys[part] = column
        }
    }

    private mutating func resort() -> ArrangeJob? {
        if isLive, table.count * order.keys.count <= limits.sort {
            keys = []
            makeKeys(0..<table.count)
            all = sort(all)
            sortedCount = all.count
            needsSort = false
            orderPassing()
            return nil
        }
        isLive = false
        keys = []
        needsSort = true
        inFlight = nil
        return nextJob()
    }

    private mutating func nextJob() -> ArrangeJob? {
        guard inFlight == nil else { return nil }
        let work: ArrangeJob.Work
        if needsSort {
            work = .sort(order, rows: table.count)
        } else if needsFilter, let filter {
            work = .filter(filter, rows: all)
        } else {
            return nil
        }
        generation += 1
        inFlight = InFlight(generation: generation, sorts: needsSort, rows: table.count)
        return ArrangeJob(generation: generation, work: work, table: table, fallback: fallback, today: today)
    }

    /// Takes the result of a job. False if it is not the one awaited.
    mutating func apply(generation: Int, order rows: [UInt32]) -> (isApplied: Bool, next: ArrangeJob?) {
        guard let job = inFlight, job.generation == generation else { return (false, nil) }
        inFlight = nil
        if job.sorts {
            guard rows.count == job.rows, rows.allSatisfy({ $0 < job.rows }) else {
                // A cancelled job: try again.
                return (false, nextJob())
            }
            all = rows + (job.rows..<table.count).map { UInt32(truncatingIfNeeded: $0) }
            sortedCount = job.rows
            needsSort = hasEnded && !isFrozen && sortedCount < all.count
            orderPassing()
            return (true, nextJob())
        }
        needsFilter = false
        var isMember = [Bool](repeating: false, count: table.count)
        for row in rows where Int(row) < isMember.count { isMember[Int(row)] = true }
        if table.count - job.rows > limits.filterBatch {
            needsFilter = true
        } else if let filter {
            for row in job.rows..<table.count where filter.matches(text(row, reading: filter.attributes)) {
                isMember[row] = true
            }
        }
        passing = all.filter { isMember[Int($0)] }
        return (true, nextJob())
    }

    /// Puts the filtered rows into the order of all rows.
    private mutating func orderPassing() {
        guard let rows = passing else { return }
        var isMember = [Bool](repeating: false, count: table.count)
        for row in rows where Int(row) < isMember.count { isMember[Int(row)] = true }
        passing = all.filter { isMember[Int($0)] }
    }

    /// `reading`: attributes beyond the usual columns that will be looked at.
    func text(_ row: Int, reading extra: [ListColumn] = []) -> RowText {
        let item = table.item(row)
        let reading = readings.isEmpty ? nil : readings[ItemIdentity(item)]
        return RowText(
            item,
            fallback: reading ?? fallback,
            today: today,
            hasUnsupportedKeys: table.status(row) == .pendingWithUnsupportedKeys,
            reading: extra
        )
    }

    // MARK: Order

    private var comparator: RowComparator { RowComparator(order: order, table: table, fallback: fallback) }

    private func sort(_ rows: [UInt32]) -> [UInt32] {
        comparator.sorted(rows, keys: keys)
    }

    /// Merges sorted rows into sorted rows, from the back, a block at a time.
    private static func merge(
        _ fresh: [UInt32],
        into rows: inout [UInt32],
        keys: [[SortKey]],
        comparator: RowComparator
    ) {
        guard let smallest = fresh.first else { return }
        func precedes(_ a: UInt32, _ b: UInt32) -> Bool {
            comparator.precedes(a, b, keys)
        }
        // What most servers do: rows come in order.
        guard let last = rows.last, precedes(smallest, last) else {
            rows += fresh
            return
        }
        var end = rows.count
        rows += fresh
        var write = rows.count
        for row in fresh.reversed() {
            // The first of the old rows that must come behind this one.
            var low = 0
            var high = end
            while low < high {
                let middle = (low + high) / 2
                if precedes(row, rows[middle]) { high = middle } else { low = middle + 1 }
            }
            let moved = end - low
            for place in 0..<moved { rows[write - 1 - place] = rows[end - 1 - place] }
            write -= moved + 1
            end = low
            rows[write] = row
        }
    }
}
