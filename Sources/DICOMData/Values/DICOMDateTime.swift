/// A date and time as precise as it was written, with or without an offset from UTC (VR DT, PS3.5 6.2).
///
/// Equality is of what is written; ``startMicroseconds(defaultOffsetMinutes:)`` compares by meaning.
public struct DICOMDateTime: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 9999.
    public let year: Int
    /// 1 to 12; nil if not written.
    public let month: Int?
    /// 1 to 31; nil if not written.
    public let day: Int?
    /// Nil if not written.
    public let time: DICOMTime?
    /// Minutes ahead of UTC, -720 to 840; nil if not written.
    public let offsetMinutes: Int?

    /// Nil for what the calendar does not have, and for a part without the one before it.
    public init?(year: Int, month: Int? = nil, day: Int? = nil, time: DICOMTime? = nil, offsetMinutes: Int? = nil) {
        guard DICOMDate(year: year, month: month ?? 1, day: day ?? 1) != nil, day == nil || month != nil,
            time == nil || day != nil, (-720...840).contains(offsetMinutes ?? 0)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.time = time
        self.offsetMinutes = offsetMinutes
    }

    public init(date: DICOMDate, time: DICOMTime? = nil) {
        year = date.year
        month = date.month
        day = date.day
        self.time = time
        offsetMinutes = nil
    }

    /// Reads `YYYY[MM[DD[HH[MM[SS[.F…]]]]]][±ZZXX]`, with or without padding.
    public init?(parsing text: some StringProtocol) {
        self.init(parsing: DigitScanner.trimmed(text))
    }

    init?(parsing bytes: ArraySlice<UInt8>) {
        var scanner = DigitScanner(bytes)
        guard let year = scanner.number(digits: 4) else { return nil }
        var month: Int?
        var day: Int?
        var time: DICOMTime?
        if scanner.digits > 0 {
            guard let number = scanner.number(digits: 2) else { return nil }
            month = number
        }
        if scanner.digits > 0 {
            guard let number = scanner.number(digits: 2) else { return nil }
            day = number
        }
        if scanner.digits > 0 {
            guard let part = DICOMTime(scanner: &scanner, allowsColons: false) else { return nil }
            time = part
        }
        var offset: Int?
        if !scanner.isAtEnd {
            let isWest = scanner.next == UInt8(ascii: "-")
            guard scanner.skip("-") || scanner.skip("+"), let hours = scanner.number(digits: 2),
                let minutes = scanner.number(digits: 2), minutes < 60, scanner.isAtEnd
            else { return nil }
            offset = (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
        self.init(year: year, month: month, day: day, time: time, offsetMinutes: offset)
    }

    /// The date, if it is written to the day.
    public var date: DICOMDate? {
        guard let month, let day else { return nil }
        return DICOMDate(year: year, month: month, day: day)
    }

    /// Microseconds from 1970-01-01 00:00 UTC to the first moment the text can mean.
    /// - Parameter defaultOffsetMinutes: Minutes ahead of UTC where the text has no offset of its own, as Timezone Offset
    ///   From UTC (0008,0201) or the reader's own zone says.
    public func startMicroseconds(defaultOffsetMinutes: Int = 0) -> Int64 {
        let days = DICOMDate.daysFromCivil(year: year, month: month ?? 1, day: day ?? 1)
        return moment(days: days, microseconds: time?.startMicroseconds ?? 0, defaultOffsetMinutes)
    }

    /// Microseconds from 1970-01-01 00:00 UTC to the last moment the text can mean.
    public func endMicroseconds(defaultOffsetMinutes: Int = 0) -> Int64 {
        let lastMonth = month ?? 12
        let lastDay = day ?? DICOMDate.days(inMonth: lastMonth, of: year)
        let days = DICOMDate.daysFromCivil(year: year, month: lastMonth, day: lastDay)
        return moment(
            days: days,
            microseconds: time?.endMicroseconds ?? Self.microsecondsPerDay - 1,
            defaultOffsetMinutes
        )
    }

    /// All moments the text can mean, in microseconds since 1970-01-01 00:00 UTC.
    public func interval(defaultOffsetMinutes: Int = 0) -> ClosedRange<Int64> {
        let start = startMicroseconds(defaultOffsetMinutes: defaultOffsetMinutes)
        return start...max(start, endMicroseconds(defaultOffsetMinutes: defaultOffsetMinutes))
    }

    private func moment(days: Int, microseconds: Int64, _ defaultOffset: Int) -> Int64 {
        // Offsets of more than a few days would be nonsense; the clamp keeps the arithmetic from overflowing.
        let offset = Int64(min(max(offsetMinutes ?? defaultOffset, -10_000), 10_000))
        return Int64(days) * Self.microsecondsPerDay + microseconds - offset * 60_000_000
    }

    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The DICOM form, as much as was written.
    public var description: String {
        var text = DigitScanner.padded(year, 4)
        if let month { text += DigitScanner.padded(month, 2) }
        if let day { text += DigitScanner.padded(day, 2) }
        if let time { text += time.description }
        if let offsetMinutes { text += Self.offset(offsetMinutes) }
        return text
    }

    /// `+0100`, the form of Timezone Offset From UTC (0008,0201).
    public static func offset(_ minutes: Int) -> String {
        let size = abs(min(max(minutes, -5_999), 5_999))
        return (minutes < 0 ? "-" : "+") + DigitScanner.padded(size / 60, 2) + DigitScanner.padded(size % 60, 2)
    }
}
