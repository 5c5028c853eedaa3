import DICOMData

/// A value to sort by in sixteen bytes: dates, times and numbers whole, texts by their beginning.
struct SortKey: Hashable, Comparable, Sendable {
    var high: UInt64
    var low: UInt64

    /// Rows without a value come last.
    static let missing = SortKey(high: .max, low: .max)

    @inline(__always)
    static func < (a: SortKey, b: SortKey) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }

    /// A text so long that its end does not fit: equal keys then need a second look.
    var isTextPrefix: Bool { low & 0xFF != 0 && self != .missing }

    // MARK: From items

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Decodes what the column needs, nothing else.
    ///
    /// `isLast`: no further column decides between equals, so that steps of one minute are told apart by accession number.
    init(_ item: EncodedDataSet, column: ListColumn, fallback: SpecificCharacterSet?, isLast: Bool = true) {
        switch column {
        case .attribute(let path): self = Self.attribute(item, path, fallback: fallback)
        case .date, .time:
            let (date, time) = Self.start(of: item)
            let day = Self.day(date) ?? (1 << 27 - 1)
            let second = Self.microseconds(time) ?? (1 << 37 - 1)
            let accession = isLast ? Self.packed(item.value([], .accessionNumber) ?? []) : 0
            self.init(high: day << 37 | second, low: accession)
        case .born, .age:
            guard let day = Self.day(item.value([], .patientBirthDate) ?? []) else {
                self = .missing
                return
            }
            // The oldest have the earliest birth dates.
            self.init(high: column == .born ? day : 99_999_999 - day, low: 0)
        case .status:
            let value = item.value([.scheduledProcedureStepSequence], .scheduledProcedureStepStatus) ?? []
            let status = StepStatus(String(decoding: ItemText.trimmed(value), as: UTF8.self))
            let priority = String(
                decoding: ItemText.trimmed(item.value([], .requestedProcedurePriority) ?? []),
                as: UTF8.self
            ).uppercased()
            let isUrgent = priority == "STAT" || priority == "HIGH"
            self.init(high: UInt64(status.rank) << 1 | (isUrgent ? 0 : 1), low: 0)
        case .id, .accession:
            self.init(numberOrText: Self.text(item, column, fallback: fallback))
        case .patient, .sex, .modality, .station, .procedure:
            self.init(text: Self.text(item, column, fallback: fallback))
        }
    }

    /// Start date and time of the step, else those of the study, as they came.
    ///
    /// The step is far behind in an item, so the way to it is gone once for both.
    private static func start(of item: EncodedDataSet) -> (date: ArraySlice<UInt8>, time: ArraySlice<UInt8>) {
        if let items = item.value([], .scheduledProcedureStepSequence), items.count > 8 {
            let start = items.startIndex
            let isBig = items[start] == 0xFF
            var length = 0
            for place in 0..<4 { length = length << 8 | Int(items[start + 4 + (isBig ? place : 3 - place)]) }
            let step = EncodedDataSet(
                bytes: items.dropFirst(8).prefix(min(length, items.count)),
                transferSyntax: item.transferSyntax.inflated
            )
            if let date = step.value([], .scheduledProcedureStepStartDate) {
                return (date, step.value([], .scheduledProcedureStepStartTime) ?? [])
            }
        }
        // Sequences of undefined length, of unknown VR, or none at all.
        let sequence: [Tag] = [.scheduledProcedureStepSequence]
        return (
            item.value(sequence, .scheduledProcedureStepStartDate) ?? item.value([], .studyDate) ?? [],
            item.value(sequence, .scheduledProcedureStepStartTime) ?? item.value([], .studyTime) ?? []
        )
    }

    /// The folded text a text column sorts by.
    static func text(_ item: EncodedDataSet, _ column: ListColumn, fallback: SpecificCharacterSet?) -> [UInt8] {
        let step: [Tag] = [.scheduledProcedureStepSequence]
        let (value, vr): (ArraySlice<UInt8>?, VR) =
            switch column {
            case .patient: (item.value([], .patientName), .PN)
            case .sex: (item.value([], .patientSex), .CS)
            case .id: (item.value([], .patientID), .LO)
            case .accession: (item.value([], .accessionNumber), .SH)
            case .modality: (item.value(step, .modality) ?? item.value([], .modalitiesInStudy), .CS)
            case .station: (item.value(step, .scheduledStationAETitle), .AE)
            case .procedure:
                (
                    nonEmpty(item.value(step, .scheduledProcedureStepDescription))
                        ?? nonEmpty(item.value([], .requestedProcedureDescription))
                        ?? item.value([], .studyDescription), .LO
                )
            case .attribute(let path): (value(item, path), DataDictionary.vr(of: path.tag) ?? .LO)
            case .status, .date, .time, .born, .age: (nil, .LO)
            }
        return folded(item, ItemText.trimmed(value ?? []), vr: vr, fallback: fallback)
    }

    private static func nonEmpty(_ bytes: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
        guard let bytes, !ItemText.trimmed(bytes).isEmpty else { return nil }
        return bytes
    }

    /// Lower case UTF-8; the carets of a name become the lowest of all characters, so that SMITH comes before SMITHE.
    static func folded(
        _ item: EncodedDataSet,
        _ bytes: ArraySlice<UInt8>,
        vr: VR,
        fallback: SpecificCharacterSet?
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isPlain = true
        for byte in bytes {
            if byte >= 0x7E || byte < 0x20 {
                isPlain = false
                break
            }
            result.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte == 0x5E && vr == .PN ? 1 : byte)
        }
        if isPlain { return result }
        let declared = item.value([], .specificCharacterSet).map { SpecificCharacterSet(parsing: $0) }
        let text = (declared ?? .defaultRepertoire).decode(bytes, vr: vr, fallback: fallback).string
        return text.lowercased().utf8.map { $0 == 0x5E && vr == .PN ? 1 : $0 }
    }

    init(text: [UInt8]) {
        guard !text.isEmpty else {
            self = .missing
            return
        }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for place in 0..<8 { high = high << 8 | (place < text.count ? UInt64(text[place]) : 0) }
        for place in 8..<16 { low = low << 8 | (place < text.count ? UInt64(text[place]) : 0) }
        self.init(high: high, low: low)
    }

    /// Numbers by value and before texts; `7` comes before `07`.
    init(numberOrText text: [UInt8]) {
        let isNumber = !text.isEmpty && text.count <= 18 && text.allSatisfy { (0x30...0x39).contains($0) }
        if isNumber {
            self.init(high: text.reduce(0) { $0 * 10 + UInt64($1 & 15) }, low: UInt64(text.count) << 8)
        } else {
            self.init(text: text)
            if self == .missing { return }
            // Above every number of 18 digits, which is below 2^60.
            low = (high & 0xFF) << 56 | low >> 8
            high = 1 << 62 | high >> 8
        }
    }

    /// `YYYYMMDD` as a number, also from `YYYY.MM.DD`; nil for anything else.
    static func day(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var digits = 0
        for byte in bytes {
            switch byte {
            case 0x30...0x39:
                if digits == 8 { return nil }
                value = value * 10 + UInt64(byte & 15)
                digits += 1
            case 0x20, 0x2E, 0: continue
            default: return nil
            }
        }
        return digits == 8 ? value : nil
    }

    /// Microseconds of the day from `HH[MM[SS[.F]]]`, also with colons; nil for anything else.
    static func microseconds(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        var whole: UInt64 = 0
        var digits = 0
        var fraction: UInt64 = 0
        var unit: UInt64 = 1_000_000
        var isFraction = false
        for byte in bytes {
            switch byte {
            case 0x30...0x39:
                if isFraction {
                    unit /= 10
                    fraction += UInt64(byte & 15) * unit
                } else {
                    if digits == 6 { return nil }
                    whole = whole * 10 + UInt64(byte & 15)
                    digits += 1
                }
            case 0x2E: isFraction = true
            case 0x20, 0x3A, 0: continue
            default: return nil
            }
        }
        guard digits == 2 || digits == 4 || digits == 6 else { return nil }
        for _ in digits..<6 where digits < 6 { whole *= 10 }
        let seconds = whole / 10_000 * 3600 + whole / 100 % 100 * 60 + whole % 100
        return seconds < 90_000 ? seconds * 1_000_000 + fraction : nil
    }

    /// The first ten characters at six bits each, without case: enough to part accession numbers of one minute.
    private static func packed(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        var count = 0
        for byte in ItemText.trimmed(bytes).prefix(10) {
            let upper = (0x61...0x7A).contains(byte) ? byte & 0xDF : byte
            value = value << 6 | UInt64(min(max(upper, 0x20), 0x5F) - 0x20)
            count += 1
        }
        return count == 0 ? .max : value << (6 * UInt64(10 - count))
    }
}
