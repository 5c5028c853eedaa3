import DICOMData
import DICOMProtocol

/// How a list differs from the one it took the place of: by the identity of the items, never by their place.
///
/// Of the list before nothing is kept but the items that are gone and the old form of those that changed.
public struct ListChanges: Sendable {
    /// When the list before was made.
    let since: Moment
    /// More rows than the limit: nothing was compared.
    let isSkipped: Bool
    /// Rows may be missing from one of the two lists, so that nobody can tell which are new and which are gone.
    let isPartial: Bool
    /// Rows of this list that were not on the one before.
    private(set) var newRows: Set<Int> = []
    /// Rows whose item says something else than before, with the item as it was; nil beyond ``keptLimit``.
    private(set) var changedRows: [Int: EncodedDataSet?] = [:]
    /// Items that are not on this list any more, in the order of the list before.
    private(set) var gone: [EncodedDataSet] = []
    /// All that are gone, those beyond ``keptLimit`` too.
    private(set) var goneCount = 0

    /// Longer lists are not compared.
    static let rowLimit = 200_000
    /// Up to so many rows comparing takes less time than a frame.
    static let immediateLimit = 1_000
    /// Old items kept of each kind.
    static let keptLimit = 5_000

    var isEmpty: Bool { newRows.isEmpty && changedRows.isEmpty && goneCount == 0 }

    /// `2 new, 1 changed, 1 gone`; nil if nothing is different.
    var counts: String? {
        let parts = [(newRows.count, "new"), (changedRows.count, "changed"), (goneCount, "gone")]
        let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    func isNew(_ row: Int) -> Bool { newRows.contains(row) }

    func isChanged(_ row: Int) -> Bool { changedRows[row] != nil }

    /// The item of a row as it was; nil if it has not changed, or the old form is not kept.
    func old(of row: Int) -> EncodedDataSet? { changedRows[row] ?? nil }

    /// The lists were too long to be compared.
    init(skippedSince since: Moment) {
        self.since = since
        isSkipped = true
        isPartial = false
    }

    init(
        from old: MatchTable,
        to new: MatchTable,
        since: Moment,
        isPartial: Bool,
        fallback: SpecificCharacterSet?,
        shared: RowSharing? = nil
    ) {
        self.since = since
        self.isPartial = isPartial
        isSkipped = false
        // What stands alike at both ends is most of it, and needs no second look.
        let common = min(old.count, new.count)
        var head = 0
        while shared == nil, head < common, old.item(head) == new.item(head) { head += 1 }
        var tail = 0
        while shared == nil, tail < common - head, old.item(old.count - 1 - tail) == new.item(new.count - 1 - tail) {
            tail += 1
        }

        let oldRows = shared?.unsharedOld ?? [head..<(old.count - tail)]
        let newRows = shared?.unsharedNew(of: new.count) ?? [head..<(new.count - tail)]
        var waiting: [ItemIdentity: [Int]] = [:]
        for range in oldRows {
            old.forEach(range) { row, item in
                waiting[ItemIdentity(item), default: []].append(row)
                return row & 0xFFF != 0 || !Task.isCancelled
            }
        }
        // Items that are there several times are matched with their equals first.
        var unmatched: [(row: Int, identity: ItemIdentity)] = []
        for range in newRows {
            new.forEach(range) { row, item in
                let identity = ItemIdentity(item)
                if let rows = waiting[identity], let place = rows.firstIndex(where: { old.item($0) == item }) {
                    waiting[identity]?.remove(at: place)
                } else {
                    unmatched.append((row, identity))
                }
                return row & 0xFFF != 0 || !Task.isCancelled
            }
        }
        for (row, identity) in unmatched {
            guard let rows = waiting[identity], let before = rows.first else {
                if !isPartial { self.newRows.insert(row) }
                continue
            }
            waiting[identity] = Array(rows.dropFirst())
            let was = old.item(before)
            if ItemChange.between(was, new.item(row), fallback: fallback, limit: 1).isEmpty { continue }
            changedRows.updateValue(changedRows.count < Self.keptLimit ? Self.copy(was) : nil, forKey: row)
        }
        guard !isPartial else { return }
        let left = waiting.values.flatMap { $0 }.sorted()
        goneCount = left.count
        gone = left.prefix(Self.keptLimit).map { Self.copy(old.item($0)) }
    }

    /// Bytes of its own, so that the list before can go.
    private static func copy(_ item: EncodedDataSet) -> EncodedDataSet {
        EncodedDataSet(bytes: Array(item.bytes)[...], transferSyntax: item.transferSyntax)
    }
}

/// Comparing two long lists, for another thread; its result comes back as ``Event/compared(generation:changes:)``.
public struct CompareJob: Sendable {
    /// Goes into the event with the result; an older one is ignored by the browser.
    public let generation: Int
    let old: MatchTable
    let new: MatchTable
    let since: Moment
    let isPartial: Bool
    let fallback: SpecificCharacterSet?
    /// What the two are known to have in common.
    let shared: RowSharing?

    /// Does the work. A cancelled task ends early; its result is of no use then.
    public func run() -> ListChanges {
        ListChanges(from: old, to: new, since: since, isPartial: isPartial, fallback: fallback, shared: shared)
    }
}
