/// A date of the Gregorian calendar, years 1 to 9999 (VR DA, PS3.5 6.2).
public struct DICOMDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int

    /// Days of the week, numbered as in ISO 8601.
    public enum Weekday: Int, Sendable, CaseIterable {
        case monday = 1
        case tuesday, wednesday, thursday, friday, saturday, sunday
    }

    /// Nil for a day that the calendar does not have.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.days(inMonth: month, of: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `YYYYMMDD` and the `YYYY.MM.DD` of before 1993, with or without padding.
    public init?(parsing text: some StringProtocol) {
        self.init(parsing: DigitScanner.trimmed(text))
    }

    init?(parsing bytes: ArraySlice<UInt8>) {
        var scanner = DigitScanner(bytes)
        guard let year = scanner.number(digits: 4) else { return nil }
        let isDotted = scanner.skip(".")
        guard let month = scanner.number(digits: 2), scanner.skip(".") == isDotted,
            let day = scanner.number(digits: 2), scanner.isAtEnd
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day of a moment.
    /// - Parameters:
    ///   - unixSeconds: Seconds since 1970-01-01 00:00 UTC.
    ///   - utcOffsetSeconds: How far local time is ahead of UTC, in seconds.
    public static func today(unixSeconds: Int64, utcOffsetSeconds: Int = 0) -> DICOMDate {
        let (local, overflow) = unixSeconds.addingReportingOverflow(Int64(utcOffsetSeconds))
        let seconds = overflow ? unixSeconds : local
        let days = seconds >= 0 ? seconds / 86_400 : (seconds + 1) / 86_400 - 1
        return DICOMDate(daysSince1970: Int(days))
    }

    /// The day that many days after 1970-01-01; kept within the years 1 to 9999.
    public init(daysSince1970 days: Int) {
        let civil = Self.civil(fromDays: min(max(days, Self.firstDay), Self.lastDay))
        year = civil.year
        month = civil.month
        day = civil.day
    }

    /// Days since 1970-01-01; negative before.
    public var daysSince1970: Int { Self.daysFromCivil(year: year, month: month, day: day) }

    /// So many days later; kept within the years 1 to 9999.
    public func adding(days: Int) -> DICOMDate {
        let (sum, overflow) = daysSince1970.addingReportingOverflow(days)
        return DICOMDate(daysSince1970: overflow ? (days < 0 ? Self.firstDay : Self.lastDay) : sum)
    }

    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let place = (daysSince1970 + 3) % 7
        return Weekday(rawValue: (place + 7) % 7 + 1) ?? .monday
    }

    /// `YYYYMMDD`.
    public var description: String {
        DigitScanner.padded(year, 4) + DigitScanner.padded(month, 2) + DigitScanner.padded(day, 2)
    }

    /// `YYYY-MM-DD`, for people to read.
    public var formatted: String {
        DigitScanner.padded(year, 4) + "-" + DigitScanner.padded(month, 2) + "-" + DigitScanner.padded(day, 2)
    }

    public static func < (a: DICOMDate, b: DICOMDate) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to a day of the proleptic Gregorian calendar, counted in eras of 400 years that start in March.
    public static func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static let firstDay = daysFromCivil(year: 1, month: 1, day: 1)
    private static let lastDay = daysFromCivil(year: 9_999, month: 12, day: 31)
}
