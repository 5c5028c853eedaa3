/// A DA key: one date, or a range with one or both ends, both inclusive (PS3.4 C.2.2.2.5).
public struct DateRange: Hashable, Sendable, CustomStringConvertible {
    /// Nil: open towards the past.
    public let lower: DICOMDate?
    /// Nil: open towards the future.
    public let upper: DICOMDate?
    /// Written as one date, without a hyphen.
    public let isSingle: Bool

    public init(_ date: DICOMDate) {
        lower = date
        upper = date
        isSingle = true
    }

    /// Nil if both ends are open.
    public init?(from lower: DICOMDate?, through upper: DICOMDate?) {
        guard lower != nil || upper != nil else { return nil }
        self.lower = lower
        self.upper = upper
        isSingle = false
    }

    /// Reads `a`, `a-b`, `a-` and `-b`; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        let bytes = DigitScanner.trimmed(text)
        if let ends = RangeEnds(bytes, parse: { DICOMDate(parsing: $0) }) {
            self.init(from: ends.lower, through: ends.upper)
        } else if let date = DICOMDate(parsing: bytes) {
            self.init(date)
        } else {
            return nil
        }
    }

    /// The end lies before the beginning: nothing can match.
    public var isReversed: Bool {
        if let lower, let upper { return upper < lower }
        return false
    }

    public func contains(_ date: DICOMDate) -> Bool {
        if let lower, date < lower { return false }
        if let upper, date > upper { return false }
        return true
    }

    /// The DICOM form.
    public var description: String {
        if isSingle, let lower { return lower.description }
        return (lower?.description ?? "") + "-" + (upper?.description ?? "")
    }
}

/// A TM key: one time, or a range with one or both ends, both inclusive (PS3.4 C.2.2.2.5).
public struct TimeRange: Hashable, Sendable, CustomStringConvertible {
    /// Nil: from midnight.
    public let lower: DICOMTime?
    /// Nil: to midnight.
    public let upper: DICOMTime?
    /// Written as one time, without a hyphen.
    public let isSingle: Bool

    public init(_ time: DICOMTime) {
        lower = time
        upper = time
        isSingle = true
    }

    /// Nil if both ends are open.
    public init?(from lower: DICOMTime?, through upper: DICOMTime?) {
        guard lower != nil || upper != nil else { return nil }
        self.lower = lower
        self.upper = upper
        isSingle = false
    }

    /// Reads `a`, `a-b`, `a-` and `-b`; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        let bytes = DigitScanner.trimmed(text)
        if let ends = RangeEnds(bytes, parse: { DICOMTime(parsing: $0) }) {
            self.init(from: ends.lower, through: ends.upper)
        } else if let time = DICOMTime(parsing: bytes) {
            self.init(time)
        } else {
            return nil
        }
    }

    /// The end lies before the beginning: nothing can match, for a range of times does not cross midnight.
    public var isReversed: Bool {
        if let lower, let upper { return upper.endMicroseconds < lower.startMicroseconds }
        return false
    }

    /// The moments of a range, in microseconds of the day; of a single time, only the one it means (`2230` is 22:30:00).
    public var interval: ClosedRange<Int64>? {
        if isSingle, let lower { return lower.startMicroseconds...lower.startMicroseconds }
        let start = lower?.startMicroseconds ?? 0
        let end = upper?.endMicroseconds ?? DICOMDateTime.microsecondsPerDay - 1
        return start <= end ? start...end : nil
    }

    /// The time begins within the range; for a single time, the two are equal by meaning.
    public func contains(_ time: DICOMTime) -> Bool {
        interval?.contains(time.startMicroseconds) ?? false
    }

    /// The DICOM form.
    public var description: String {
        if isSingle, let lower { return lower.description }
        return (lower?.description ?? "") + "-" + (upper?.description ?? "")
    }
}

/// A DT key: one date and time, or a range with one or both ends, both inclusive (PS3.4 C.2.2.2.5).
public struct DateTimeRange: Hashable, Sendable, CustomStringConvertible {
    /// Nil: open towards the past.
    public let lower: DICOMDateTime?
    /// Nil: open towards the future.
    public let upper: DICOMDateTime?
    /// Written as one value, without a hyphen that makes a range.
    public let isSingle: Bool

    public init(_ value: DICOMDateTime) {
        lower = value
        upper = value
        isSingle = true
    }

    /// Nil if both ends are open.
    public init?(from lower: DICOMDateTime?, through upper: DICOMDateTime?) {
        guard lower != nil || upper != nil else { return nil }
        self.lower = lower
        self.upper = upper
        isSingle = false
    }

    /// Reads `a`, `a-b`, `a-` and `-b`; nil for anything else.
    ///
    /// A hyphen may also begin an offset west of UTC. The reading as a range wins where it gives one that is not reversed;
    /// so `20240101-0500` is one value, five hours behind UTC, though the standard would not have it in a key.
    public init?(parsing text: some StringProtocol) {
        let bytes = DigitScanner.trimmed(text)
        var reversed: DateTimeRange?
        for place in bytes.indices where bytes[place] == UInt8(ascii: "-") {
            guard let ends = RangeEnds(bytes, splitAt: place, parse: { DICOMDateTime(parsing: $0) }),
                let range = DateTimeRange(from: ends.lower, through: ends.upper)
            else { continue }
            if !range.isReversed {
                self = range
                return
            }
            reversed = range
        }
        if let value = DICOMDateTime(parsing: bytes) {
            self.init(value)
        } else if let reversed {
            self = reversed
        } else {
            return nil
        }
    }

    /// The end lies before the beginning: nothing can match.
    public var isReversed: Bool {
        if let lower, let upper { return upper.endMicroseconds() < lower.startMicroseconds() }
        return false
    }

    /// The value begins within the range; for a single value, the two are equal by meaning.
    /// - Parameter defaultOffsetMinutes: As in ``DICOMDateTime/startMicroseconds(defaultOffsetMinutes:)``, for all values.
    public func contains(_ value: DICOMDateTime, defaultOffsetMinutes: Int = 0) -> Bool {
        let moment = value.startMicroseconds(defaultOffsetMinutes: defaultOffsetMinutes)
        if isSingle, let lower {
            return moment == lower.startMicroseconds(defaultOffsetMinutes: defaultOffsetMinutes)
        }
        if let lower, moment < lower.startMicroseconds(defaultOffsetMinutes: defaultOffsetMinutes) { return false }
        if let upper, moment > upper.endMicroseconds(defaultOffsetMinutes: defaultOffsetMinutes) { return false }
        return true
    }

    /// The DICOM form.
    public var description: String {
        if isSingle, let lower { return lower.description }
        return (lower?.description ?? "") + "-" + (upper?.description ?? "")
    }
}

/// The two sides of a hyphen.
private struct RangeEnds<Value> {
    let lower: Value?
    let upper: Value?

    /// Splits at the first hyphen.
    init?(_ bytes: ArraySlice<UInt8>, parse: (ArraySlice<UInt8>) -> Value?) {
        guard let hyphen = bytes.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        self.init(bytes, splitAt: hyphen, parse: parse)
    }

    init?(_ bytes: ArraySlice<UInt8>, splitAt hyphen: Int, parse: (ArraySlice<UInt8>) -> Value?) {
        let before = Self.trimmed(bytes[..<hyphen])
        let after = Self.trimmed(bytes[(hyphen + 1)...])
        lower = before.isEmpty ? nil : parse(before)
        upper = after.isEmpty ? nil : parse(after)
        guard before.isEmpty == (lower == nil), after.isEmpty == (upper == nil), !before.isEmpty || !after.isEmpty
        else { return nil }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while bytes.last == 0x20 { bytes.removeLast() }
        while bytes.first == 0x20 { bytes.removeFirst() }
        return bytes
    }
}
