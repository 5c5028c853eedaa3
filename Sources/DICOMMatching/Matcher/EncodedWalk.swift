import DICOMData

/// The keys of a level in the order in which an encoded record shows their attributes.
struct EncodedWalk: Sendable {
    enum Role: Sendable {
        /// Index in the level's keys.
        case key(Int)
        /// Half of a period, by its index.
        case date(Int)
        case time(Int)
    }

    struct Step: Sendable {
        let tag: Tag
        let role: Role
    }

    let steps: [Step]
    /// The one period whose date is kept until its time comes; several at once are left to decoded records.
    let isWalkable: Bool

    init(keys: [CompiledLevel.Key], restricting: [Int], periods: [CompiledLevel.Period]) {
        var steps = restricting.map { Step(tag: keys[$0].tag, role: .key($0)) }
        for (index, period) in periods.enumerated() {
            steps.append(Step(tag: period.date, role: .date(index)))
            steps.append(Step(tag: period.time, role: .time(index)))
        }
        self.steps = steps.sorted { $0.tag < $1.tag }
        isWalkable = periods.count <= 1 && periods.allSatisfy { $0.date < $0.time }
    }
}

/// An element in Explicit VR Little Endian, and where its value stands.
struct EncodedElement {
    let tag: Tag
    let vr: UInt16
    let header: Int
    let start: Int
    let end: Int

    static let sequence = VR.SQ.rawValue
    static let unknown = VR.UN.rawValue

    /// Nil for what a walk does not understand: undefined length, bytes that end too early, no VR. A decoder may.
    @inline(__always)
    static func read(_ bytes: RawSpan, at offset: Int, end: Int) -> EncodedElement? {
        guard end - offset >= 8 else { return nil }
        let group = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        let number = bytes.unsafeLoadUnaligned(fromByteOffset: offset + 2, as: UInt16.self)
        let vr = UInt16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 4, as: UInt16.self))
        let start: Int
        let length: Int
        if hasLongLength(vr) {
            guard end - offset >= 12 else { return nil }
            length = Int(UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt32.self)))
            start = offset + 12
        } else {
            length = Int(UInt16(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 6, as: UInt16.self)))
            start = offset + 8
        }
        guard length <= end - start, vr >= 0x4141 else { return nil }
        let tag = Tag(UInt16(littleEndian: group), UInt16(littleEndian: number))
        return EncodedElement(tag: tag, vr: vr, header: offset, start: start, end: start + length)
    }

    /// The bounds of an item's content; nil if there is no item of defined length.
    @inline(__always)
    static func item(_ bytes: RawSpan, at offset: Int, end: Int) -> Range<Int>? {
        guard end - offset >= 8 else { return nil }
        let tag = UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
        let length = Int(UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)))
        guard tag == 0xE000_FFFE, length <= end - offset - 8 else { return nil }
        return (offset + 8)..<(offset + 8 + length)
    }

    @inline(__always)
    static func hasLongLength(_ vr: UInt16) -> Bool {
        switch vr {
        // OB, OD, OF, OL, OV, OW, SQ, SV, UC, UN, UR, UT, UV.
        case 0x4F42, 0x4F44, 0x4F46, 0x4F4C, 0x4F56, 0x4F57, 0x5351, 0x5356, 0x5543, 0x554E, 0x5552, 0x5554, 0x5556:
            true
        default: false
        }
    }

    /// The element of a tag on the level that begins at `start`, where elements stand in the order of their tags.
    static func find(_ tag: Tag, _ bytes: RawSpan, from start: Int, to end: Int) -> EncodedElement? {
        var offset = start
        while let element = read(bytes, at: offset, end: end), element.tag <= tag {
            if element.tag == tag { return element.start < element.end ? element : nil }
            offset = element.end
        }
        return nil
    }
}

extension CompiledQuery {
    /// Whether an encoded record fits every key, without decoding it.
    ///
    /// - Parameter record: Explicit VR Little Endian, elements in the order of their tags and sequences of defined length, as
    ///   `DataSet.encoded(.explicitVRLittleEndian)` writes it. Anything else is decoded first.
    public func matches(encoded record: Span<UInt8>) -> Bool {
        if isUniversal { return true }
        if !needsClock {
            let verdict = root.matches(encoded: record, 0, record.count) { Self.reading(of: record, 0, record.count) }
            if let verdict { return verdict }
        }
        return matches(Self.decoded(record))
    }

    static func decoded(_ record: Span<UInt8>) -> DataSet {
        var copy: [UInt8] = []
        copy.reserveCapacity(record.count)
        for place in 0..<record.count { copy.append(record[place]) }
        return EncodedDataSet(bytes: copy[...], transferSyntax: .explicitVRLittleEndian).decoded
    }

    private static func reading(of record: Span<UInt8>, _ start: Int, _ end: Int) -> ValueMatcher.Reading {
        ValueMatcher.Reading(
            characterSet: characterSet(of: record, start, end) ?? .defaultRepertoire,
            fallback: nil
        )
    }

    static func characterSet(of record: Span<UInt8>, _ start: Int, _ end: Int) -> SpecificCharacterSet? {
        guard let element = EncodedElement.find(.specificCharacterSet, record.bytes, from: start, to: end) else {
            return nil
        }
        var value: [UInt8] = []
        for place in element.start..<element.end { value.append(record[place]) }
        return value.allSatisfy { $0 == 0x20 || $0 == 0 } ? nil : SpecificCharacterSet(parsing: value)
    }
}

extension CompiledLevel {
    /// Nil if the bytes have to be decoded to tell.
    func matches(
        encoded record: Span<UInt8>,
        _ start: Int,
        _ end: Int,
        _ reading: () -> ValueMatcher.Reading
    ) -> Bool? {
        guard walk.isWalkable else { return nil }
        let bytes = record.bytes
        let steps = walk.steps
        var next = 0
        var offset = start
        var last = Tag(rawValue: 0)
        var dates = 0..<0
        while next < steps.count {
            guard offset < end else { return fitsAbsent(from: next) }
            guard let element = EncodedElement.read(bytes, at: offset, end: end), element.tag >= last else {
                return nil
            }
            last = element.tag
            while next < steps.count, steps[next].tag < element.tag {
                guard fitsAbsent(steps[next]) else { return false }
                next += 1
            }
            if next < steps.count, steps[next].tag == element.tag {
                switch steps[next].role {
                case .key(let index):
                    guard let fits = fits(keys[index], element, record, reading) else { return nil }
                    guard fits else { return false }
                case .date: dates = element.start..<element.end
                case .time(let index):
                    let fits = periods[index].matches(
                        record.extracting(dates),
                        record.extracting(element.start..<element.end),
                        shift: 0
                    )
                    guard fits else { return false }
                }
                next += 1
            }
            offset = element.end
        }
        return true
    }

    @inline(__always)
    private func fits(
        _ key: Key,
        _ element: EncodedElement,
        _ record: Span<UInt8>,
        _ reading: () -> ValueMatcher.Reading
    ) -> Bool? {
        switch key.condition {
        case .value(let matcher):
            guard element.vr != EncodedElement.sequence else { return nil }
            return matcher.matches(record.extracting(element.start..<element.end), vr: key.vr, local: 0, reading)
        case .sequence(let level):
            guard element.vr == EncodedElement.sequence else { return nil }
            var offset = element.start
            while offset < element.end {
                guard let item = EncodedElement.item(record.bytes, at: offset, end: element.end) else { return nil }
                let fits = level.matches(encoded: record, item.lowerBound, item.upperBound) {
                    let own = CompiledQuery.characterSet(of: record, item.lowerBound, item.upperBound)
                    return own.map { ValueMatcher.Reading(characterSet: $0, fallback: nil) } ?? reading()
                }
                guard let fits else { return nil }
                if fits { return true }
                offset = item.upperBound
            }
            return false
        case .wholeSequence, .envelope: return true
        }
    }

    private func fitsAbsent(from next: Int) -> Bool {
        for step in walk.steps[next...] where !fitsAbsent(step) { return false }
        return true
    }

    private func fitsAbsent(_ step: EncodedWalk.Step) -> Bool {
        guard case .key(let index) = step.role, case .value(.empty) = keys[index].condition else { return false }
        return true
    }
}
