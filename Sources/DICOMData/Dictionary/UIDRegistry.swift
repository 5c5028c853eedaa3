/// A UID that the standard registers (PS3.6 annex A).
public struct UIDEntry: Sendable, Hashable {
    public let uid: String
    /// The name: `Modality Worklist Information Model - FIND`.
    public let name: String
    /// What it names, as the standard says it: `SOP Class`, `Transfer Syntax`, `Application Context Name`.
    public let kind: String
    /// The keyword: `ModalityWorklistInformationModelFind`; may be empty.
    public let keyword: String
    public let isRetired: Bool

    public init(uid: String, name: String, kind: String, keyword: String, isRetired: Bool) {
        self.uid = uid
        self.name = name
        self.kind = kind
        self.keyword = keyword
        self.isRetired = isRetired
    }
}

/// The UIDs of PS3.6 annex A.
public enum UIDRegistry {
    /// What a UID stands for; trailing NUL and space padding is ignored. Nil when it is not registered.
    public static func entry(for uid: String) -> UIDEntry? {
        var wanted = Array(uid.utf8)
        while let last = wanted.last, last == 0 || last == 0x20 { wanted.removeLast() }
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            var fields = table.fields(at: offsets[middle])
            let found = fields.next(until: .bar)
            if found.elementsEqual(wanted) { return entry(at: offsets[middle]) }
            if found.lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// The registered name of a UID.
    public static func name(of uid: String) -> String? { entry(for: uid)?.name }

    /// How many UIDs it knows.
    public static var count: Int { offsets.count }

    /// Every registered UID in the order of its text.
    public static var entries: some Sequence<UIDEntry> { offsets.lazy.map(entry(at:)) }

    private static var table: StaticTable { StaticTable(UIDTables.uids) }

    private static let offsets: [Int] = {
        var offsets: [Int] = []
        offsets.reserveCapacity(512)
        table.forEachLine { offsets.append($0) }
        return offsets
    }()

    private static func entry(at offset: Int) -> UIDEntry {
        var fields = table.fields(at: offset)
        let uid = String(decoding: fields.next(until: .bar), as: UTF8.self)
        let kind = String(decoding: fields.next(until: .bar), as: UTF8.self)
        let isRetired = fields.next(until: .bar).first == UInt8(ascii: "R")
        let keyword = String(decoding: fields.next(until: .bar), as: UTF8.self)
        let name = String(decoding: fields.next(until: .end), as: UTF8.self)
        return UIDEntry(uid: uid, name: name, kind: kind, keyword: keyword, isRetired: isRetired)
    }
}
