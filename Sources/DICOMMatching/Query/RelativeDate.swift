import DICOMData

/// The moment a query runs, by the clock of this station.
public struct QueryMoment: Hashable, Sendable {
    public var date: DICOMDate
    /// Seconds since midnight, 0 to 86,399.
    public var second: Int

    public init(date: DICOMDate, second: Int = 0) {
        self.date = date
        self.second = min(max(second, 0), 86_399)
    }
}

/// Dates and times that are worked out when the query runs: `today`, `-7d..today`, `now..`.
///
/// - DA: `today`, `yesterday`, `tomorrow`, `week` (Monday to Sunday), `+3d`, `-2w`; ISO dates such as `2026-09-21` too.
/// - TM: `now`, `+90m`, `-2h`, held within the day.
/// - DT: all of them.
/// - Ranges with `..`, either end left open.
///
/// Values in DICOM's own form pass untouched.
public enum RelativeDate {
    /// The DICOM value; nil if the text is in none of the relative forms, and so stands for itself.
    public static func resolve(_ text: String, vr: VR, now: QueryMoment) -> String? {
        guard vr == .DA || vr == .TM || vr == .DT else { return nil }
        let text = text.trimmingSpaces.lowercased()
        guard let dots = text.firstRange(of: "..") else {
            guard let span = span(text, vr: vr, now: now) else { return nil }
            return span.from == span.to ? span.from : span.from + "-" + span.to
        }
        let left = text[..<dots.lowerBound]
        let right = text[dots.upperBound...]
        guard !left.isEmpty || !right.isEmpty else { return nil }
        var from = ""
        var to = ""
        if !left.isEmpty {
            guard let span = span(left, vr: vr, now: now) ?? plain(left) else { return nil }
            from = span.from
        }
        if !right.isEmpty {
            guard let span = span(right, vr: vr, now: now) ?? plain(right) else { return nil }
            to = span.to
        }
        return from + "-" + to
    }

    /// Whether the text is one of the relative forms.
    public static func isRelative(_ text: String, vr: VR) -> Bool {
        guard let date = DICOMDate(year: 2000, month: 1, day: 1) else { return false }
        return resolve(text, vr: vr, now: QueryMoment(date: date)) != nil
    }

    private typealias Span = (from: String, to: String)

    /// A bound that is in DICOM's form already.
    private static func plain(_ text: some StringProtocol) -> Span? {
        let allowed = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2B }
        return allowed ? (String(text), String(text)) : nil
    }

    private static func span(_ text: some StringProtocol, vr: VR, now: QueryMoment) -> Span? {
        if vr != .DA, let time = time(text, now: now) {
            let value = vr == .TM ? time.digits : time.date.description + time.digits
            return (value, value)
        }
        guard vr != .TM else { return nil }
        switch text {
        case "today": return one(now.date)
        case "yesterday": return one(now.date.adding(days: -1))
        case "tomorrow": return one(now.date.adding(days: 1))
        case "week":
            let monday = now.date.adding(days: 1 - now.date.weekday.rawValue)
            return (monday.description, monday.adding(days: 6).description)
        default: break
        }
        if let days = offset(text, units: ["d": 1, "w": 7]) { return one(now.date.adding(days: days)) }
        return isoDate(text)
    }

    private static func one(_ date: DICOMDate) -> Span {
        (date.description, date.description)
    }

    /// `now` and offsets in hours and minutes; a time of day never leaves its day.
    private static func time(_ text: some StringProtocol, now: QueryMoment) -> (date: DICOMDate, digits: String)? {
        var second = now.second
        if text != "now" {
            guard let minutes = offset(text, units: ["h": 60, "m": 1]) else { return nil }
            second = min(max(now.second + minutes * 60, 0), 86_399)
        }
        let parts = [second / 3600, second / 60 % 60, second % 60]
        return (now.date, parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined())
    }

    /// `+3d`: the signed number times its unit.
    private static func offset(_ text: some StringProtocol, units: [Character: Int]) -> Int? {
        guard let first = text.first, first == "+" || first == "-" else { return nil }
        guard let last = text.last, let unit = units[last] else { return nil }
        let digits = text.dropFirst().dropLast()
        guard !digits.isEmpty, digits.count <= 5, let number = Int(digits), digits.first?.isNumber == true else {
            return nil
        }
        return (first == "-" ? -number : number) * unit
    }

    /// `2026-09-21`, which cannot be a DICOM range: those have eight digits on a side.
    private static func isoDate(_ text: some StringProtocol) -> Span? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2 else {
            return nil
        }
        guard let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else { return nil }
        return DICOMDate(year: year, month: month, day: day).map(one)
    }
}

extension StringProtocol {
    /// Without spaces at either end.
    var trimmingSpaces: String {
        var scalars = Substring(self).unicodeScalars
        while let last = scalars.last, last == " " { scalars.removeLast() }
        while let first = scalars.first, first == " " { scalars.removeFirst() }
        return String(scalars)
    }

    /// The first place of a short ASCII needle.
    func firstRange(of needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) {
                guard let end = index(start, offsetBy: needle.count, limitedBy: endIndex) else { return nil }
                return start..<end
            }
            start = index(after: start)
        }
        return nil
    }
}
