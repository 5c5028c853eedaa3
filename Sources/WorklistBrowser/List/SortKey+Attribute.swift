import DICOMData

/// Keys of any attribute, by what its VR says of its order: days, times and numbers by value, the rest as text.
extension SortKey {
    /// What orders the values of a column.
    enum Kind: Hashable, Sendable {
        case day, time, dateTime, age
        /// Written as text (DS, IS).
        case decimal
        /// Bytes (US, FD, ...).
        case binary(VR)
        case text
        /// Numbers by value, then texts: identifiers.
        case numberOrText
        /// Something else than the value decides, as for the step status.
        case other

        /// Equal keys may hide texts that differ behind the first sixteen bytes.
        var comparesText: Bool { self == .text || self == .numberOrText }
    }

    static func kind(of column: ListColumn) -> Kind {
        switch column {
        case .patient, .modality, .station, .procedure: .text
        case .id, .accession: .numberOrText
        case .status, .date, .time, .born, .age, .sex: .other
        case .attribute(let path):
            switch DataDictionary.vr(of: path.tag) ?? .UN {
            case .DA: .day
            case .TM: .time
            case .DT: .dateTime
            case .AS: .age
            case .DS, .IS: .decimal
            case .PN, .CS, .AE, .LT, .ST, .UT, .UC, .UR: .text
            case .SH, .LO, .UI, .UN, .SQ: .numberOrText
            case let vr where vr.unitLength != nil: .binary(vr)
            default: .text
            }
        }
    }

    static func attribute(_ item: EncodedDataSet, _ path: AttributePath, fallback: SpecificCharacterSet?) -> SortKey {
        let kind = kind(of: .attribute(path))
        if kind.comparesText {
            let text = text(item, .attribute(path), fallback: fallback)
            return kind == .text ? SortKey(text: text) : SortKey(numberOrText: text)
        }
        let raw = value(item, path) ?? []
        if case .binary(let vr) = kind {
            // Blanks and NULs are digits of a binary number, not padding.
            guard !raw.isEmpty else { return .missing }
            let element = DataElement(tag: path.tag, vr: vr, bytes: raw)
            guard let text = element.numbers?.first else { return SortKey(unreadable: raw) }
            return Double(text).flatMap { SortKey(number: $0) } ?? SortKey(unreadable: Array(text.utf8)[...])
        }
        let bytes = ItemText.trimmed(raw)
        guard !bytes.isEmpty else { return .missing }
        // The first value of several decides.
        let first = bytes.prefix { $0 != 0x5C }
        switch kind {
        case .day: return day(first).map { SortKey(high: $0, low: 0) } ?? SortKey(unreadable: bytes)
        case .time: return microseconds(first).map { SortKey(high: $0, low: 0) } ?? SortKey(unreadable: bytes)
        case .dateTime:
            guard let moment = DICOMDateTime(parsing: String(decoding: first, as: UTF8.self)) else {
                return SortKey(unreadable: bytes)
            }
            let start = moment.startMicroseconds(defaultOffsetMinutes: 0)
            // From the year 1 on no moment is below zero by more than this.
            return SortKey(high: UInt64(bitPattern: start) ^ 1 << 63, low: 0)
        case .age: return days(first).map { SortKey(high: $0, low: 0) } ?? SortKey(unreadable: bytes)
        case .decimal:
            let text = String(decoding: first.filter { $0 != 0x20 }, as: UTF8.self)
            return Double(text).flatMap { SortKey(number: $0) } ?? SortKey(unreadable: bytes)
        case .binary, .text, .numberOrText, .other: return .missing
        }
    }

    /// The bytes of an attribute; of a sequence those of its first code.
    static func value(_ item: EncodedDataSet, _ path: AttributePath) -> ArraySlice<UInt8>? {
        var sequences = path.steps.map(\.tag)
        var tag = path.tag
        if DataDictionary.vr(of: tag) == .SQ {
            sequences.append(tag)
            tag = .codeValue
        }
        if path.steps.allSatisfy({ $0.item == 0 }) { return item.value(sequences, tag) }
        guard let holder = item.decoded.dataSet(holding: path) else { return nil }
        guard tag == path.tag else { return holder.items(path.tag).first?[tag]?.bytes }
        return holder[tag]?.bytes
    }

    /// Numbers in their order as unsigned ones; nil for what is no number.
    private init?(number: Double) {
        guard !number.isNaN else { return nil }
        let bits = (number == 0 ? 0 : number).bitPattern
        self.init(high: bits >> 63 == 1 ? ~bits : bits | 1 << 63, low: 0)
    }

    /// Behind every value that could be read, before the rows without one.
    private init(unreadable bytes: ArraySlice<UInt8>) {
        var start: UInt64 = 0
        for byte in bytes.prefix(6) { start = start << 8 | UInt64(byte) }
        self.init(high: 0xFFF8 << 48 | start << (8 * UInt64(6 - min(6, bytes.count))), low: 0)
    }

    /// `036Y`, `018M`, `002W`, `012D`, in days.
    private static func days(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        guard let unit = bytes.last, bytes.count <= 8 else { return nil }
        var number: UInt64 = 0
        for byte in bytes.dropLast() {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + UInt64(byte & 15)
        }
        switch unit {
        case UInt8(ascii: "D"): return number
        case UInt8(ascii: "W"): return number * 7
        case UInt8(ascii: "M"): return number * 365 / 12
        case UInt8(ascii: "Y"): return number * 365
        default: return nil
        }
    }
}
