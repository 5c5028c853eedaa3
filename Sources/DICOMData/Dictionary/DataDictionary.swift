/// The data dictionary: PS3.6 chapters 6 to 8 and the command elements of PS3.7 annex E.
///
/// Nothing happens at start-up; the first lookup builds an index of a few tens of kilobytes in well under a millisecond.
public enum DataDictionary {
    /// The default value representation of an element; nil when the dictionary does not know it.
    ///
    /// Group lengths are UL (PS3.5 7.2) and private creators LO (PS3.5 7.8.1) in every group. Does not allocate.
    public static func vr(of tag: Tag) -> VR? {
        if tag.isGroupLength { return .UL }
        if tag.isPrivate { return tag.isPrivateCreator ? .LO : nil }
        let index = ElementIndex.shared
        if let number = index.number(of: tag) { return index.vrs[number] }
        return index.repeating(for: tag).flatMap { index.repeating[$0].vr }
    }

    /// All the dictionary knows of an element, repeating groups included; nil for unknown and private ones.
    ///
    /// Group lengths and private creators, which the standard defines by rule, have an entry without a keyword.
    public static func entry(for tag: Tag) -> DictionaryEntry? {
        let index = ElementIndex.shared
        if let number = index.number(of: tag) { return index.entry(number, tag: tag) }
        if tag.isGroupLength {
            return DictionaryEntry(
                tag: tag,
                vrs: [.UL],
                vm: "1",
                name: "Group Length",
                keyword: "",
                isRetired: tag.group > 2
            )
        }
        if tag.isPrivate {
            guard tag.isPrivateCreator else { return nil }
            return DictionaryEntry(
                tag: tag,
                vrs: [.LO],
                vm: "1",
                name: "Private Creator",
                keyword: "",
                isRetired: false
            )
        }
        return index.repeating(for: tag).map { index.entry(index.tags.count + $0, tag: tag) }
    }

    /// The element with that keyword; case counts only for speed: `patientname` finds `PatientName`.
    ///
    /// Of a repeating group the first one: `OverlayRows` is (6000,0010).
    public static func entry(keyword: some StringProtocol) -> DictionaryEntry? {
        let index = ElementIndex.shared
        return index.number(keyword: keyword).map { index.entry($0, tag: index.tag($0)) }
    }

    /// The tag with that keyword, found as in ``entry(keyword:)``.
    public static func tag(keyword: some StringProtocol) -> Tag? {
        let index = ElementIndex.shared
        return index.number(keyword: keyword).map(index.tag)
    }

    /// How many elements it knows, a repeating one counted once.
    public static var count: Int { ElementIndex.shared.tags.count + ElementIndex.shared.repeating.count }

    /// Every element in the order of the tags, then the repeating ones by their first tag.
    public static func forEach(_ body: (DictionaryEntry) -> Void) {
        let index = ElementIndex.shared
        for number in 0..<count { body(index.entry(number, tag: index.tag(number))) }
    }

    /// Every element as ``forEach(_:)`` gives it, made one at a time.
    public static var entries: some Sequence<DictionaryEntry> {
        let index = ElementIndex.shared
        return (0..<count).lazy.map { index.entry($0, tag: index.tag($0)) }
    }
}

/// Where each line of the tables stands; built once, then only read.
struct ElementIndex: Sendable {
    /// A tag of which some digits are free.
    struct Repeating: Sendable {
        let value: UInt32
        let mask: UInt32
        let vr: VR?
        let offset: Int
    }

    let tags: [UInt32]
    let vrs: [VR?]
    private let offsets: [UInt32]
    let repeating: [Repeating]

    static let shared = ElementIndex()

    private init() {
        var tags: [UInt32] = []
        var vrs: [VR?] = []
        var offsets: [UInt32] = []
        tags.reserveCapacity(6_000)
        vrs.reserveCapacity(6_000)
        offsets.reserveCapacity(6_000)
        let elements = StaticTable(DictionaryTables.elements)
        elements.forEachLine { offset in
            var fields = elements.fields(at: offset)
            let pattern = Self.pattern(fields.next(until: .space))
            _ = fields.next(until: .space)
            tags.append(pattern.value)
            vrs.append(Self.firstVR(fields.next(until: .space)))
            offsets.append(UInt32(truncatingIfNeeded: offset))
        }
        var repeating: [Repeating] = []
        let masked = StaticTable(DictionaryTables.repeatingElements)
        masked.forEachLine { offset in
            var fields = masked.fields(at: offset)
            let pattern = Self.pattern(fields.next(until: .space))
            _ = fields.next(until: .space)
            let vr = Self.firstVR(fields.next(until: .space))
            repeating.append(Repeating(value: pattern.value, mask: pattern.mask, vr: vr, offset: offset))
        }
        self.tags = tags
        self.vrs = vrs
        self.offsets = offsets
        self.repeating = repeating
    }

    /// `60xx0010`: the digits that are fixed, and the mask that keeps them.
    private static func pattern(_ field: UnsafeBufferPointer<UInt8>) -> (value: UInt32, mask: UInt32) {
        var value: UInt32 = 0
        var mask: UInt32 = 0
        for byte in field {
            let nibble = Hex.value(of: byte)
            value = value << 4 | UInt32(nibble ?? 0)
            mask = mask << 4 | (nibble == nil ? 0 : 15)
        }
        return (value, mask)
    }

    private static func firstVR(_ field: UnsafeBufferPointer<UInt8>) -> VR? {
        field.count < 2 ? nil : VR(rawValue: UInt16(field[0]) << 8 | UInt16(field[1]))
    }

    /// The place of a tag among the elements that do not repeat.
    func number(of tag: Tag) -> Int? {
        let wanted = tag.rawValue
        return tags.withUnsafeBufferPointer { tags in
            var low = 0
            var high = tags.count
            while low < high {
                let middle = (low + high) / 2
                if tags[middle] < wanted { low = middle + 1 } else { high = middle }
            }
            return low < tags.count && tags[low] == wanted ? low : nil
        }
    }

    /// The place of a tag among the repeating elements; groups repeat on even numbers only (PS3.5 7.6).
    func repeating(for tag: Tag) -> Int? {
        guard tag.group & 1 == 0 else { return nil }
        switch tag.group {
        case 0x0020, 0x0028, 0x1000, 0x1010, 0x5000...0x50FF, 0x6000...0x60FF, 0x7F00...0x7FFF:
            return repeating.firstIndex { tag.rawValue & $0.mask == $0.value }
        default:
            return nil
        }
    }

    /// The tag of an entry; of a repeating one the first: free digits are zero, or one where another element has that tag.
    func tag(_ number: Int) -> Tag {
        if number < tags.count { return Tag(rawValue: tags[number]) }
        let entry = repeating[number - tags.count]
        let first = Tag(rawValue: entry.value)
        guard first.isGroupLength || self.number(of: first) != nil else { return first }
        return Tag(rawValue: entry.value | (~entry.mask & (0 &- ~entry.mask)))
    }

    func entry(_ number: Int, tag: Tag) -> DictionaryEntry {
        var fields = line(number)
        _ = fields.next(until: .space)
        let keyword = String(decoding: fields.next(until: .space), as: UTF8.self)
        var vrs: [VR] = []
        var codes = StaticTable.Fields(fields.next(until: .space))
        while !codes.isAtEnd {
            if let vr = Self.firstVR(codes.next(until: .slash)) { vrs.append(vr) }
        }
        let vm = String(decoding: fields.next(until: .space), as: UTF8.self)
        let isRetired = fields.next(until: .space).first == UInt8(ascii: "R")
        return DictionaryEntry(
            tag: tag,
            vrs: vrs,
            vm: vm,
            name: String(decoding: fields.next(until: .end), as: UTF8.self),
            keyword: keyword == "-" ? "" : keyword,
            isRetired: isRetired
        )
    }

    /// Binary search over the generated keyword order; keywords are unique even when case is ignored.
    func number(keyword: some StringProtocol) -> Int? {
        let wanted = keyword.utf8.map(StaticTable.lowercased)
        let order = StaticTable(DictionaryTables.keywordOrder)
        var low = 0
        var high = DictionaryTables.keywordCount
        while low < high {
            let middle = (low + high) / 2
            let number = keywordOrder(middle, in: order)
            switch compare(keywordOf: number, with: wanted) {
            case 0: return number
            case ..<0: low = middle + 1
            default: high = middle
            }
        }
        return nil
    }

    private func line(_ number: Int) -> StaticTable.Fields {
        number < tags.count
            ? StaticTable(DictionaryTables.elements).fields(at: Int(offsets[number]))
            : StaticTable(DictionaryTables.repeatingElements).fields(at: repeating[number - tags.count].offset)
    }

    private func keywordOrder(_ place: Int, in order: StaticTable) -> Int {
        let perLine = DictionaryTables.keywordsPerLine
        let start = place / perLine * (perLine * 4 + 1) + place % perLine * 4
        return order.bytes[start..<start + 4].reduce(0) { $0 << 4 | Int(Hex.value(of: $1) ?? 0) }
    }

    private func compare(keywordOf number: Int, with wanted: [UInt8]) -> Int {
        var fields = line(number)
        _ = fields.next(until: .space)
        let keyword = fields.next(until: .space)
        for (own, other) in zip(keyword, wanted) {
            let difference = Int(StaticTable.lowercased(own)) - Int(other)
            if difference != 0 { return difference }
        }
        return keyword.count - wanted.count
    }
}
