import DICOMData
import DICOMProtocol

/// A table and the order in which its rows are shown.
///
/// Up to ``Limits/live`` rows arrivals are merged where they belong. Above it they are put at the end, and sorted off the UI
/// thread when the stream has ended; the old order stays on screen until the new one is there.
struct RowList: Sendable {
    private(set) var table = MatchTable()
    /// What it has in common with the list it is to take the place of.
    private(set) var sharing: RowSharing?
    /// Parts this list from others.
    let series: Int
    private(set) var order = SortOrder.standard
    private(set) var filter: RowFilter?
    /// The user has frozen the order: arrivals go to the end.
    private(set) var isFrozen = false

    /// All rows in order; those from ``sortedCount`` on as they arrived.
    private var all: [UInt32] = []
    private var sortedCount = 0
    /// Those that pass the filter applied last; nil without one.
    private var passing: [UInt32]?
    /// For each row that was decided about whether it passes; empty without a filter.
    private var passes: [Bool] = []
    /// The filter that ``passing`` is of, while another may be worked on; nil if that still is every row.
    private var applied: RowFilter?
    /// For each column of the order a key for each row, while arrivals are merged.
    private var keys: [[SortKey]] = []
    private var isLive = true
    /// The order in force has yet to be applied.
    private var needsSort = false
    private var generation: Int
    private var inFlight: InFlight?
    /// The stream has ended: nothing but a job is awaited.
    private var hasEnded = false

    private struct InFlight: Sendable {
        enum Work {
            case sort
            /// `isMore`: rows besides those decided about, by the filter applied already.
            case filter(RowFilter, isMore: Bool)
        }

        var generation: Int
        var work: Work
        /// Rows of the table it covers.
        var rows: Int
        /// How much is done.
        var percent: Int?

        var sorts: Bool { if case .sort = work { true } else { false } }
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
        /// A list to be refreshed that is worth looking for its rows in the new one.
        var share = 20_000
    }

    var limits = Limits()

    /// Jobs of one list are numbered in so many bits, its series stands above them.
    static let generationBits = 24

    /// `series`: parts the jobs of this list from those of others.
    init(series: Int, fallback: SpecificCharacterSet?, today: DICOMDate) {
        generation = series << Self.generationBits
        self.series = series
        self.fallback = fallback
        self.today = today
    }

    /// Rows that the other list has too are kept once. Before the first row comes.
    mutating func share(with other: RowList) {
        guard other.count >= other.limits.share else { return }
        sharing = RowSharing(with: other.table, series: other.series)
    }

    /// The list before is gone, and what it had in common with this one is known.
    mutating func endSharing() { sharing = nil }

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
    func position(of row: Int, near place: Int = 0) -> Int? {
        if self.row(at: place) == row { return place }
        guard isShown(row) else { return nil }
        return (passing ?? all).firstIndex(of: UInt32(truncatingIfNeeded: row))
    }

    /// No filter hides the row.
    func isShown(_ row: Int) -> Bool {
        passing == nil ? row < all.count : row >= 0 && row < passes.count && passes[row]
    }

    /// What is being worked on off the UI thread, and how much of it is done.
    var pendingWork: String? {
        guard let job = inFlight else { return nil }
        let word = job.sorts ? "sorting" : "filtering"
        return job.percent.map { "\(word) \($0)%" } ?? word
    }

    /// The filter in force has yet to be applied to some rows.
    private var needsFilter: Bool {
        guard let filter else { return false }
        return applied != filter || passes.count < table.count
    }

    /// Not all rows stand where the order wants them.
    var isUnsorted: Bool { sortedCount < all.count || needsSort }

    // MARK: Changing

    /// Adds the matches of a batch.
    mutating func append(_ batch: MatchBatch) -> ArrangeJob? {
        let rows = sharing?.append(batch, to: &table) ?? table.append(batch)
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
        guard let filter else { return nil }
        guard applied == filter, passes.count == rows.lowerBound, rows.count <= limits.filterBatch else {
            return nextJob()
        }
        let fresh = decide(rows, by: filter)
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
            passes = []
            applied = nil
            if inFlight?.sorts == false { inFlight = nil }
            return nil
        }
        guard table.count > limits.filter else {
            passes = []
            applied = filter
            _ = decide(0..<table.count, by: filter)
            orderPassing()
            return nil
        }
        // Until the answer is there, what was shown stays.
        if passing == nil {
            passing = all
            passes = Array(repeating: true, count: table.count)
        }
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
        let kind: InFlight.Work
        if needsSort {
            work = .sort(order, rows: table.count)
            kind = .sort
        } else if needsFilter, let filter {
            let undecided = (passes.count..<table.count).map { UInt32(truncatingIfNeeded: $0) }
            kind = .filter(filter, isMore: applied == filter)
            if applied == filter {
                work = .filter(filter, rows: undecided)
            } else if let applied, let passing, filter.narrows(applied) {
                // A letter more: what was hidden stays hidden.
                work = .filter(filter, rows: passing + undecided)
            } else {
                work = .filter(filter, rows: all)
            }
        } else {
            return nil
        }
        generation += 1
        inFlight = InFlight(generation: generation, work: kind, rows: table.count)
        return ArrangeJob(generation: generation, work: work, table: table, fallback: fallback, today: today)
    }

    /// Notes how much of a job is done, of 1; false if that changes nothing on screen.
    mutating func note(generation: Int, done: Double) -> Bool {
        guard let job = inFlight, job.generation == generation else { return false }
        // A hundred is reached when the result is in place.
        let percent = min(99, max(0, Int(done * 100)))
        guard percent != job.percent else { return false }
        inFlight?.percent = percent
        return true
    }

    /// A job was stopped before its end: it is given out anew if its result is still wanted.
    mutating func retry(generation: Int) -> ArrangeJob? {
        guard inFlight?.generation == generation else { return nil }
        inFlight = nil
        return nextJob()
    }

    /// Takes the result of a job. False if it is not the one awaited.
    mutating func apply(generation: Int, order rows: [UInt32]) -> (isApplied: Bool, next: ArrangeJob?) {
        guard let job = inFlight, job.generation == generation else { return (false, nil) }
        inFlight = nil
        guard rows.allSatisfy({ $0 < job.rows }) else { return (false, nextJob()) }
        switch job.work {
        case .sort:
            guard rows.count == job.rows else { return (false, nextJob()) }
            all = rows + (job.rows..<table.count).map { UInt32(truncatingIfNeeded: $0) }
            sortedCount = job.rows
            needsSort = hasEnded && !isFrozen && sortedCount < all.count
            orderPassing()
        case .filter(let filter, let isMore):
            let decided = isMore ? passes.count : 0
            if !isMore { passes = [] }
            passes += repeatElement(false, count: max(0, job.rows - passes.count))
            for row in rows { passes[Int(row)] = true }
            applied = filter
            if isMore, decided >= sortedCount {
                // All of them stand at the end, as they came.
                passing = (passing ?? []) + rows
            } else {
                orderPassing()
            }
            let rest = passes.count..<table.count
            if filter == self.filter, rest.count <= limits.filterBatch {
                let more = decide(rest, by: filter)
                if rest.lowerBound >= sortedCount {
                    passing? += more
                } else {
                    orderPassing()
                }
            }
        }
        return (true, nextJob())
    }

    /// Decides about rows behind all that were decided about; those that pass.
    private mutating func decide(_ rows: Range<Int>, by filter: RowFilter) -> [UInt32] {
        var decider = RowDecider(filter, fallback: fallback, today: today)
        var fresh: [UInt32] = []
        var passes = passes
        self.passes = []
        table.forEach(rows) { row, item in
            let isPassing = decider.passes(item)
            passes.append(isPassing)
            if isPassing { fresh.append(UInt32(truncatingIfNeeded: row)) }
            return true
        }
        self.passes = passes
        return fresh
    }

    /// Puts the filtered rows into the order of all rows.
    private mutating func orderPassing() {
        guard filter != nil else { return }
        passing = all.filter { Int($0) < passes.count && passes[Int($0)] }
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
