/// A time of day as precise as it was written (VR TM, PS3.5 6.2).
///
/// Equality is of what is written; ``startMicroseconds`` compares by meaning: `2230` and `223000` start alike.
public struct DICOMTime: Hashable, Sendable, CustomStringConvertible {
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59; nil if not written.
    public let minute: Int?
    /// 0 to 60 (60 is a leap second); nil if not written.
    public let second: Int?
    /// The digits after the point as a number, and how many there are (0 to 6).
    public let fraction: Int
    public let fractionDigits: Int

    /// Nil outside the bounds, and for a part without the one before it.
    public init?(hour: Int, minute: Int? = nil, second: Int? = nil, fraction: Int = 0, fractionDigits: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute ?? 0), (0...60).contains(second ?? 0),
            (0...6).contains(fractionDigits), fraction >= 0, fraction < Self.power(fractionDigits),
            second == nil || minute != nil, fractionDigits == 0 || second != nil
        else { return nil }
        self.hour = hour
        self.minute = minute
        self.second = second
        self.fraction = fraction
        self.fractionDigits = fractionDigits
    }

    /// Reads `HH[MM[SS[.F…]]]` and the `HH:MM:SS.F…` of before 1993, with or without padding.
    public init?(parsing text: some StringProtocol) {
        self.init(parsing: DigitScanner.trimmed(text))
    }

    init?(parsing bytes: ArraySlice<UInt8>) {
        var scanner = DigitScanner(bytes)
        guard let time = DICOMTime(scanner: &scanner, allowsColons: true), scanner.isAtEnd else { return nil }
        self = time
    }

    /// Takes as much of a time as is there.
    init?(scanner: inout DigitScanner, allowsColons: Bool) {
        guard let hour = scanner.number(digits: 2) else { return nil }
        var minute: Int?
        var second: Int?
        var fraction = 0
        var fractionDigits = 0
        let hasColons = allowsColons && scanner.skip(":")
        if hasColons || scanner.digits > 0 {
            guard let number = scanner.number(digits: 2) else { return nil }
            minute = number
            let hasSecond = hasColons ? scanner.skip(":") : scanner.digits > 0
            if hasSecond {
                guard let number = scanner.number(digits: 2) else { return nil }
                second = number
                if scanner.skip(".") {
                    fractionDigits = scanner.digits
                    guard (1...6).contains(fractionDigits), let number = scanner.number(digits: fractionDigits)
                    else { return nil }
                    fraction = number
                }
            }
        }
        self.init(
            hour: hour,
            minute: minute,
            second: second,
            fraction: fraction,
            fractionDigits: fractionDigits
        )
    }

    /// The time of day of a moment, to the second.
    /// - Parameters:
    ///   - unixSeconds: Seconds since 1970-01-01 00:00 UTC.
    ///   - utcOffsetSeconds: How far local time is ahead of UTC, in seconds.
    public static func now(unixSeconds: Int64, utcOffsetSeconds: Int = 0) -> DICOMTime {
        let (local, overflow) = unixSeconds.addingReportingOverflow(Int64(utcOffsetSeconds))
        let second = Int(((overflow ? unixSeconds : local) % 86_400 + 86_400) % 86_400)
        return DICOMTime(
            uncheckedHour: second / 3_600,
            minute: second / 60 % 60,
            second: second % 60
        )
    }

    private init(uncheckedHour hour: Int, minute: Int, second: Int) {
        self.hour = hour
        self.minute = minute
        self.second = second
        fraction = 0
        fractionDigits = 0
    }

    /// Microseconds from midnight to the first moment the text can mean; a leap second counts as the one before it.
    public var startMicroseconds: Int64 {
        let seconds = hour * 3_600 + (minute ?? 0) * 60 + min(second ?? 0, 59)
        return Int64(seconds) * 1_000_000 + Int64(fraction * Self.power(6 - fractionDigits))
    }

    /// Microseconds from midnight to the last moment the text can mean: `2230` ends at 22:30:59.999999.
    public var endMicroseconds: Int64 {
        let span: Int64 =
            if minute == nil {
                3_600_000_000
            } else if second == nil {
                60_000_000
            } else {
                Int64(Self.power(6 - fractionDigits))
            }
        return startMicroseconds + span - 1
    }

    /// All moments the text can mean, in microseconds of the day.
    public var interval: ClosedRange<Int64> { startMicroseconds...endMicroseconds }

    /// Both begin at the same moment: `2230` and `223000` (PS3.4 C.2.2.2.1).
    public func isEquivalent(to other: DICOMTime) -> Bool { startMicroseconds == other.startMicroseconds }

    /// `HHMMSS.FFFFFF`, as much as was written.
    public var description: String {
        var text = DigitScanner.padded(hour, 2)
        if let minute { text += DigitScanner.padded(minute, 2) }
        if let second { text += DigitScanner.padded(second, 2) }
        if fractionDigits > 0 { text += "." + DigitScanner.padded(fraction, fractionDigits) }
        return text
    }

    /// `HH:MM:SS`, as much as was written and without the fraction, for people to read; a lone hour as `HH:00`.
    public var formatted: String {
        var text = DigitScanner.padded(hour, 2) + ":" + DigitScanner.padded(minute ?? 0, 2)
        if let second { text += ":" + DigitScanner.padded(second, 2) }
        return text
    }

    static func power(_ exponent: Int) -> Int {
        (0..<max(0, min(exponent, 9))).reduce(1) { power, _ in power * 10 }
    }
}
