import DICOMData

/// A range of numbers that order as the dates or times they stand for; a missing bound is open.
struct WireRange: Hashable, Sendable {
    var lower: Int?
    var upper: Int?
    /// Written with a `-`, and not as one value.
    var isRange: Bool

    func contains(_ value: Int) -> Bool {
        if let lower, value < lower { return false }
        if let upper, value > upper { return false }
        return true
    }

    /// Reads `a`, `a-b`, `a-`, `-b`; nil if a bound is not readable or both are missing.
    init?(_ bytes: some Sequence<UInt8>, value: ([UInt8]) -> (first: Int, last: Int)?) {
        var text = Array(bytes)
        while let last = text.last, last == 0x20 || last == 0 { text.removeLast() }
        while text.first == 0x20 { text.removeFirst() }
        guard let dash = text.firstIndex(of: UInt8(ascii: "-")) else {
            guard let value = value(text) else { return nil }
            self.init(lower: value.first, upper: value.last, isRange: false)
            return
        }
        let left = Array(text[..<dash])
        let right = Array(text[(dash + 1)...])
        guard !left.isEmpty || !right.isEmpty else { return nil }
        var lower: Int?
        var upper: Int?
        if !left.isEmpty {
            guard let value = value(left) else { return nil }
            lower = value.first
        }
        if !right.isEmpty {
            guard let value = value(right) else { return nil }
            upper = value.last
        }
        self.init(lower: lower, upper: upper, isRange: true)
    }

    init(lower: Int?, upper: Int?, isRange: Bool) {
        self.lower = lower
        self.upper = upper
        self.isRange = isRange
    }
}

/// DA as it is stored, read from bytes: matching does this once per item and key, so it makes no strings.
enum WireDate {
    /// The date as the number YYYYMMDD; the old form with dots is read too (PS3.5 6.2, ACR-NEMA). Nil for anything else.
    static func value(_ bytes: some Sequence<UInt8>) -> Int? { value(Array(bytes).span) }

    static func value(_ bytes: Span<UInt8>) -> Int? {
        var number = 0
        var digits = 0
        var dots = 0
        for place in 0..<bytes.count {
            let byte = bytes[place]
            switch byte {
            case 0x30...0x39:
                guard digits < 8 else { return nil }
                number = number * 10 + Int(byte - 0x30)
                digits += 1
            case UInt8(ascii: "."):
                guard digits == 4 && dots == 0 || digits == 6 && dots == 1 else { return nil }
                dots += 1
            case 0x20, 0:
                guard digits == 8 else { return nil }
            default: return nil
            }
        }
        guard digits == 8, dots != 1, isDate(number) else { return nil }
        return number
    }

    static func range(_ bytes: some Sequence<UInt8>) -> WireRange? {
        WireRange(bytes) { bytes in value(bytes).map { ($0, $0) } }
    }

    private static func isDate(_ number: Int) -> Bool {
        let year = number / 10_000
        let month = number / 100 % 100
        let day = number % 100
        guard (1...12).contains(month), day >= 1 else { return false }
        if day <= 28 { return true }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let last =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        return day <= last
    }

    /// The day that many days later; the same one where the calendar ends.
    static func day(_ number: Int, plus days: Int) -> Int {
        guard days != 0, let date = DICOMDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
        else {
            return number
        }
        let moved = DICOMDate(daysSince1970: date.daysSince1970 + days)
        return moved.year * 10_000 + moved.month * 100 + moved.day
    }
}

/// TM as it is stored, in microseconds of the day.
enum WireTime {
    static let endOfDay = 86_400_000_000 - 1

    /// First and last microsecond of `HH[MM[SS[.F{1,6}]]]`, colons of the old form allowed (PS3.5 6.2). Nil for anything else.
    static func value(_ bytes: some Sequence<UInt8>) -> (first: Int, last: Int)? { value(Array(bytes).span) }

    static func value(_ bytes: Span<UInt8>) -> (first: Int, last: Int)? {
        var number = 0
        var digits = 0
        var fraction = 0
        var fractionDigits = -1
        var colons = 0
        var ended = false
        for place in 0..<bytes.count {
            let byte = bytes[place]
            switch byte {
            case 0x30...0x39 where !ended:
                if fractionDigits >= 0 {
                    guard fractionDigits < 6 else { return nil }
                    fraction = fraction * 10 + Int(byte - 0x30)
                    fractionDigits += 1
                } else {
                    guard digits < 6, digits != 4 || colons != 1 else { return nil }
                    number = number * 10 + Int(byte - 0x30)
                    digits += 1
                }
            case UInt8(ascii: ":"):
                guard !ended, digits == 2 && colons == 0 || digits == 4 && colons == 1 else { return nil }
                colons += 1
            case UInt8(ascii: "."):
                guard !ended, digits == 6, fractionDigits < 0 else { return nil }
                fractionDigits = 0
            case 0x20, 0: ended = true
            default: return nil
            }
        }
        guard digits > 0, digits.isMultiple(of: 2), fractionDigits != 0 else { return nil }
        guard colons == 0 || digits == 2 + 2 * colons else { return nil }
        var unit = 1
        for _ in digits..<6 where fractionDigits < 0 {
            number *= 10
            unit *= 10
        }
        let hour = number / 10_000
        let minute = number / 100 % 100
        // 60 is a leap second (PS3.5 6.2); it counts as the last one of its minute.
        let second = min(number % 100, 59)
        guard hour < 24, minute < 60, number % 100 <= 60 else { return nil }
        let seconds = hour * 3600 + minute * 60 + second
        if fractionDigits < 0 {
            let length = unit == 1 ? 1 : unit == 100 ? 60 : 3600
            let first = seconds * 1_000_000
            return (first, first + length * 1_000_000 - 1)
        }
        var scale = 1
        for _ in fractionDigits..<6 { scale *= 10 }
        let first = seconds * 1_000_000 + fraction * scale
        return (first, first + scale - 1)
    }

    /// The upper bound covers its whole minute or second: `-1030` includes 10:30:59.
    static func range(_ bytes: some Sequence<UInt8>) -> WireRange? {
        WireRange(bytes, value: value)
    }
}

/// DT as it is stored: days and microseconds in one number.
enum WireDateTime {
    /// Microseconds in a day, and so what one day counts.
    private static let day = 86_400_000_000

    /// First and last microsecond of `YYYY[MM[DD[HH[MM[SS[.F]]]]]][&ZZXX]`, moved to UTC by its offset (PS3.5 6.2).
    ///
    /// - Parameter local: Microseconds between UTC and the time zone of a value without an offset.
    static func value(_ bytes: some Sequence<UInt8>, local: Int = 0) -> (first: Int, last: Int)? {
        var text = Array(bytes)
        while let last = text.last, last == 0x20 || last == 0 { text.removeLast() }
        var offset = local
        if let sign = text.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
            let digits = text[(sign + 1)...]
            guard digits.count == 4, let zone = number(digits), zone / 100 <= 14, zone % 100 < 60 else { return nil }
            let minutes = zone / 100 * 60 + zone % 100
            offset = (text[sign] == UInt8(ascii: "-") ? -minutes : minutes) * 60_000_000
            text.removeSubrange(sign...)
        }
        let dateDigits = text.prefix(8)
        guard dateDigits.count >= 4, dateDigits.count.isMultiple(of: 2), let year = number(text.prefix(4)) else {
            return nil
        }
        var firstMonth = 1
        var lastMonth = 12
        if dateDigits.count >= 6 {
            guard let month = number(text[4..<6]), (1...12).contains(month) else { return nil }
            firstMonth = month
            lastMonth = month
        }
        let first: Int
        let last: Int
        if dateDigits.count == 8 {
            guard WireDate.value(dateDigits) != nil, let dayOfMonth = number(text[6..<8]) else { return nil }
            first = days(year, firstMonth, dayOfMonth)
            last = first
        } else {
            first = days(year, firstMonth, 1)
            last = (lastMonth == 12 ? days(year + 1, 1, 1) : days(year, lastMonth + 1, 1)) - 1
        }
        guard text.count > 8 else { return (first * day - offset, (last + 1) * day - 1 - offset) }
        guard let time = WireTime.value(text[8...]), !text[8...].contains(UInt8(ascii: ":")) else { return nil }
        return (first * day + time.first - offset, first * day + time.last - offset)
    }

    /// A `-` parts the ends of a range unless four digits of an offset follow it at the very end of a bound.
    static func range(_ bytes: some Sequence<UInt8>, local: Int = 0) -> WireRange? {
        let text = Array(bytes).filter { $0 != 0 && $0 != 0x20 }
        let dashes = text.indices.filter { text[$0] == UInt8(ascii: "-") }
        for dash in dashes {
            let left = text[..<dash]
            let right = text[(dash + 1)...]
            let lower = left.isEmpty ? nil : value(left, local: local)
            let upper = right.isEmpty ? nil : value(right, local: local)
            if left.isEmpty && right.isEmpty { return nil }
            if (left.isEmpty || lower != nil) && (right.isEmpty || upper != nil) {
                return WireRange(lower: lower?.first, upper: upper?.last, isRange: true)
            }
        }
        guard let value = value(text, local: local) else { return nil }
        return WireRange(lower: value.first, upper: value.last, isRange: false)
    }

    private static func number(_ digits: some Sequence<UInt8>) -> Int? {
        var result = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            result = result * 10 + Int(digit - 0x30)
        }
        return result
    }

    /// Days since 0000-03-01 in the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ dayOfMonth: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let m = month <= 2 ? month + 9 : month - 3
        return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + dayOfMonth - 1
    }
}

/// Timezone Offset From UTC (0008,0201): `&ZZXX`.
enum WireZone {
    /// Microseconds between UTC and the zone; nil for anything that is no offset.
    static func value(_ bytes: some Sequence<UInt8>) -> Int? {
        var text = Array(bytes)
        while let last = text.last, last == 0x20 || last == 0 { text.removeLast() }
        guard text.count == 5, let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
            return nil
        }
        var number = 0
        for byte in text.dropFirst() {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        guard number / 100 <= 14, number % 100 < 60 else { return nil }
        let minutes = number / 100 * 60 + number % 100
        return (sign == UInt8(ascii: "-") ? -minutes : minutes) * 60_000_000
    }
}
