import DICOMData

/// Says of most rows whether a filter lets them pass, without decoding them: it reads values of plain ASCII where they lie.
///
/// It never guesses: of a row with anything else in the values that matter it says nothing, and ``RowFilter/matches(_:)``
/// decides. Both always say the same.
struct QuickFilter {
    private struct Term {
        var column: ListColumn?
        var needle: [UInt8]
        var isNegated: Bool
        var isExact: Bool
        /// It could stand in a date or a time as the list writes them.
        var mayBeDate: Bool
    }

    /// Where the values of one row lie.
    private struct Values {
        var places: [Range<Int>?] = Array(repeating: nil, count: Slot.count)
        var isPlain = true
    }

    /// The attributes that the columns are made of.
    private enum Slot {
        static let accession = 0
        static let name = 1
        static let id = 2
        static let born = 3
        static let sex = 4
        static let studyDate = 5
        static let studyTime = 6
        static let modalities = 7
        static let requested = 8
        static let modality = 9
        static let station = 10
        static let date = 11
        static let time = 12
        static let description = 13
        static let status = 14
        static let count = 15

        /// The attribute's place here, and the VR it must have; nil for one that no column shows.
        static func of(_ tag: Tag, isInItem: Bool) -> (slot: Int, vr: VR)? {
            switch (UInt32(tag.group) << 16 | UInt32(tag.element), isInItem) {
            case (0x0008_0050, false): (accession, .SH)
            case (0x0010_0010, false): (name, .PN)
            case (0x0010_0020, false): (id, .LO)
            case (0x0010_0030, false): (born, .DA)
            case (0x0010_0040, false): (sex, .CS)
            case (0x0008_0020, false): (studyDate, .DA)
            case (0x0008_0030, false): (studyTime, .TM)
            case (0x0008_0061, false): (modalities, .CS)
            case (0x0032_1060, false): (requested, .LO)
            case (0x0008_0060, true): (modality, .CS)
            case (0x0040_0001, true): (station, .AE)
            case (0x0040_0002, true): (date, .DA)
            case (0x0040_0003, true): (time, .TM)
            case (0x0040_0007, true): (description, .LO)
            case (0x0040_0020, true): (status, .CS)
            default: nil
            }
        }
    }

    private let terms: [Term]
    private let searched: [ListColumn]
    private var values = Values()
    private var text: [UInt8] = []
    /// A text beyond this may be cut on screen.
    private static let longest = 256

    /// Nil for a filter that looks at what only decoding tells.
    init?(_ filter: RowFilter) {
        var terms: [Term] = []
        for term in filter.terms {
            // An age is worked out; a question mark stands for what a defect hides.
            if term.column == .age || term.column?.isAttribute == true || term.needle.contains("?") { return nil }
            let needle = Array(term.needle.utf8)
            terms.append(
                Term(
                    column: term.column,
                    needle: needle,
                    isNegated: term.isNegated,
                    isExact: term.isExact,
                    mayBeDate: needle.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x3A }
                )
            )
        }
        self.terms = terms
        searched = filter.searched
    }

    /// Nil if the row has to be decoded to tell.
    mutating func matches(_ item: EncodedDataSet) -> Bool? {
        var values = values
        self.values = Values(places: [])
        defer { self.values = values }
        for slot in values.places.indices { values.places[slot] = nil }
        values.isPlain = true
        let isScanned = item.scan(steppingInto: .scheduledProcedureStepSequence) { tag, vr, place, isInItem in
            guard let (slot, wanted) = Slot.of(tag, isInItem: isInItem) else { return }
            if vr != wanted || values.places[slot] != nil { values.isPlain = false }
            values.places[slot] = place
        }
        guard isScanned, values.isPlain else { return nil }
        let bytes = item.bytes
        var isCertain = true
        for term in terms {
            switch isFound(term, values, bytes) {
            case nil: isCertain = false
            case term.isNegated: return false
            default: break
            }
        }
        return isCertain ? true : nil
    }

    private mutating func isFound(_ term: Term, _ values: Values, _ bytes: ArraySlice<UInt8>) -> Bool? {
        if let column = term.column {
            guard read(column, values, bytes, for: term) else { return nil }
            return term.isExact ? text == term.needle : contains(term.needle)
        }
        var isCertain = true
        for column in searched {
            guard read(column, values, bytes, for: term) else {
                isCertain = false
                continue
            }
            if contains(term.needle) { return true }
        }
        return isCertain ? false : nil
    }

    private func contains(_ needle: [UInt8]) -> Bool {
        guard let first = needle.first, text.count >= needle.count else { return false }
        for start in 0...(text.count - needle.count) where text[start] == first {
            var length = 1
            while length < needle.count, text[start + length] == needle[length] { length += 1 }
            if length == needle.count { return true }
        }
        return false
    }

    // MARK: Columns as the list shows them, in lower case

    /// Puts the column into ``text``; false if it is not known for certain.
    private mutating func read(
        _ column: ListColumn,
        _ values: Values,
        _ bytes: ArraySlice<UInt8>,
        for term: Term
    ) -> Bool {
        switch column {
        case .status: return take(values.places[Slot.status], bytes)
        case .date:
            return take(values.places[Slot.date] ?? values.places[Slot.studyDate], bytes) && writeDate(for: term)
        case .time:
            return take(values.places[Slot.time] ?? values.places[Slot.studyTime], bytes) && writeTime(for: term)
        case .patient: return take(values.places[Slot.name], bytes) && writeName()
        case .born: return take(values.places[Slot.born], bytes) && writeDate(for: term)
        case .sex: return take(values.places[Slot.sex], bytes)
        case .id: return take(values.places[Slot.id], bytes)
        case .accession: return take(values.places[Slot.accession], bytes)
        case .modality: return take(values.places[Slot.modality] ?? values.places[Slot.modalities], bytes)
        case .station: return take(values.places[Slot.station], bytes)
        case .procedure:
            guard take(values.places[Slot.description], bytes) else { return false }
            if !text.isEmpty { return true }
            // Codes may stand for it where both descriptions are empty.
            return take(values.places[Slot.requested], bytes) && !text.isEmpty
        case .age, .attribute: return false
        }
    }

    /// The value without its padding, in lower case; false unless it is short and plain.
    private mutating func take(_ place: Range<Int>?, _ bytes: ArraySlice<UInt8>) -> Bool {
        text.removeAll(keepingCapacity: true)
        guard let place else { return true }
        let value = ItemText.trimmed(bytes[place])
        guard value.count <= Self.longest else { return false }
        for byte in value {
            // What no character set of DICOM reads otherwise: 5C parts values, and 7E is not the same everywhere.
            if byte < 0x20 || byte >= 0x7E || byte == 0x5C { return false }
            text.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
        }
        return true
    }

    private mutating func writeDate(for term: Term) -> Bool {
        if text.isEmpty { return true }
        let isPlain = text.count == 8 && text.allSatisfy { (0x30...0x39).contains($0) }
        if isPlain, !term.mayBeDate {
            text.removeAll(keepingCapacity: true)
            return true
        }
        let month = isPlain ? (text[4] & 15) * 10 + (text[5] & 15) : 0
        let day = isPlain ? (text[6] & 15) * 10 + (text[7] & 15) : 0
        if isPlain, (1...12).contains(month), (1...28).contains(day), text[0] != 0x30 {
            text.insert(0x2D, at: 6)
            text.insert(0x2D, at: 4)
            return true
        }
        if let written = ItemText.date(String(decoding: text, as: UTF8.self)) {
            text = Array(written.lowercased().utf8)
        }
        return true
    }

    private mutating func writeTime(for term: Term) -> Bool {
        if text.isEmpty { return true }
        let isPlain = (text.count == 4 || text.count == 6) && text.allSatisfy { (0x30...0x39).contains($0) }
        if isPlain, !term.mayBeDate {
            text.removeAll(keepingCapacity: true)
            return true
        }
        if isPlain, (text[0] & 15) * 10 + (text[1] & 15) < 24, text[2] < 0x36, text.count == 4 || text[4] < 0x36 {
            text.removeSubrange(4...)
            text.insert(0x3A, at: 2)
            return true
        }
        if let written = ItemText.time(String(decoding: text, as: UTF8.self)) {
            text = Array(written.lowercased().utf8)
        }
        return true
    }

    private mutating func writeName() -> Bool {
        // Other groups, and a name in five parts, are left to who knows them.
        var carets = 0
        for byte in text {
            if byte == 0x3D { return false }
            if byte == 0x5E { carets += 1 }
        }
        if carets == 0 { return true }
        guard carets <= 2 else {
            text = Array(ItemText.name(String(decoding: text, as: UTF8.self)).lowercased().utf8)
            return true
        }
        var parts: [ArraySlice<UInt8>] = text.split(separator: 0x5E, omittingEmptySubsequences: false).map {
            ItemText.trimmed($0)
        }
        let family = parts.removeFirst()
        var written = Array(family)
        for (place, part) in parts.filter({ !$0.isEmpty }).enumerated() {
            if place > 0 {
                written.append(0x20)
            } else if !family.isEmpty {
                written += [0x2C, 0x20]
            }
            written += part
        }
        text = written
        return true
    }
}

extension RowFilter {
    /// What this filter shows is among what the other shows.
    func narrows(_ other: RowFilter) -> Bool {
        other.searched == searched
            && other.terms.allSatisfy { old in
                terms.contains { new in
                    guard new.column == old.column, new.isNegated == old.isNegated, new.isExact == old.isExact else {
                        return false
                    }
                    return new.needle == old.needle
                        || (!new.isNegated && !new.isExact && new.needle.utf8.count > old.needle.utf8.count
                            && Self.contains(new.needle, old.needle))
                }
            }
    }
}

/// Decides about rows by a filter, the quick way where there is one.
struct RowDecider {
    let filter: RowFilter
    let fallback: SpecificCharacterSet?
    let today: DICOMDate
    private var quick: QuickFilter?

    init(_ filter: RowFilter, fallback: SpecificCharacterSet?, today: DICOMDate) {
        self.filter = filter
        self.fallback = fallback
        self.today = today
        quick = QuickFilter(filter)
    }

    mutating func passes(_ item: EncodedDataSet) -> Bool {
        if let certain = quick?.matches(item) { return certain }
        return filter.matches(RowText(item, fallback: fallback, today: today, reading: filter.attributes))
    }
}
