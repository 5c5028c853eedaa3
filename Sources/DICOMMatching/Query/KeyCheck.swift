import DICOMData

/// Says of a key, before it is sent, what is wrong with it and what may surprise.
public enum KeyCheck {
    public struct Finding: Hashable, Sendable {
        public enum Severity: Hashable, Sendable {
            /// The query cannot be sent.
            case error
            /// It can, and may do something else than was meant.
            case note
        }

        public let severity: Severity
        /// A sentence for a status line, at most 78 columns.
        public let text: String
        /// What to do about an error; empty for a note.
        public let advice: String
    }

    /// All there is to say of a key, errors first. `key` need not be in `query` yet: a value can be checked while it is typed.
    public static func findings(for key: QueryKey, in query: Query, now: QueryMoment) -> [Finding] {
        var check = KeyChecker(key: key, query: query, now: now)
        check.run()
        let errors = check.findings.filter { $0.severity == .error }
        return errors + check.findings.filter { $0.severity == .note }
    }

    /// The findings of every key that has some, by index in ``Query/keys``.
    public static func findings(in query: Query, now: QueryMoment) -> [Int: [Finding]] {
        var result: [Int: [Finding]] = [:]
        for (index, key) in query.keys.enumerated() {
            let findings = findings(for: key, in: query, now: now)
            if !findings.isEmpty { result[index] = findings }
        }
        return result
    }

    /// How a value of the key is written, in one line of at most 78 columns.
    public static func hint(for path: AttributePath, vr: VR, in query: Query) -> String {
        let form = query.attribute(at: path)?.form
        let single = form == .one ? "one value, no wildcards" : "wildcards * ?"
        switch vr {
        case .DA: return "DA: YYYYMMDD, a range d-d, d-, -d, or today, yesterday, -7d..today, week"
        case .TM where path == .step(.scheduledProcedureStepStartTime):
            return "TM: HHMM[SS] or a range t-t, now..; with a date range this is one period"
        case .TM: return "TM: HHMM[SS] or a range t-t, t-, -t, now.., -2h..now"
        case .DT: return "DT: YYYYMMDDHHMMSS[+ZZZZ], shorter forms, a range with -, today, now"
        case .PN: return "PN: LAST^FIRST, \(single); how case counts is up to the server"
        case .UI: return "UI: a UID, or several with \\ between them; no wildcards"
        case .SQ: return "SQ: the attributes inside it are the keys; alone it is returned whole"
        case .AE: return "AE: up to 16 characters, \(single), upper and lower case differ"
        case .CS: return "CS: upper case, digits, space and _, \(single)"
        case .IS: return "IS: a whole number, no wildcards and no range"
        case .DS: return "DS: a number, no wildcards and no range"
        case .AS: return "AS: 3 digits and D, W, M or Y, as 042Y"
        case .US, .UL, .UV, .SS, .SL, .SV: return "\(vr): a whole number, exact"
        case .LO, .SH, .ST, .LT, .UC, .UT, .UR: return "\(vr): \(single), upper and lower case differ"
        default: return "\(vr): can be returned, not matched"
        }
    }

    /// The one period that a start date and a start time make in the worklist model (PS3.4 table K.6-1):
    /// `20260921 13:00 -> 20260921 23:59`. Nil if either has no value, or is no range and no date.
    public static func period(of query: Query, now: QueryMoment) -> String? {
        guard query.model == .worklist,
            let date = query[.step(.scheduledProcedureStepStartDate)], date.isMatching,
            let time = query[.step(.scheduledProcedureStepStartTime)], time.isMatching,
            let days = WireDate.range(date.wireValue(now: now).utf8),
            let times = WireTime.range(time.wireValue(now: now).utf8)
        else { return nil }
        func text(_ day: Int?, _ microsecond: Int?, _ fallback: Int) -> String {
            guard let day else { return "any time" }
            let minutes = (microsecond ?? fallback) / 60_000_000
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return "\(day) \(two(minutes / 60)):\(two(minutes % 60))"
        }
        let from = text(days.lower, times.lower, 0)
        return from + " -> " + text(days.upper, times.upper, WireTime.endOfDay)
    }
}

/// Collects the findings of one key.
private struct KeyChecker {
    let key: QueryKey
    let query: Query
    let now: QueryMoment
    var findings: [KeyCheck.Finding] = []

    init(key: QueryKey, query: Query, now: QueryMoment) {
        self.key = key
        self.query = query
        self.now = now
    }

    private mutating func error(_ text: String, _ advice: String) {
        findings.append(KeyCheck.Finding(severity: .error, text: Self.clipped(text), advice: advice))
    }

    private mutating func note(_ text: String) {
        findings.append(KeyCheck.Finding(severity: .note, text: Self.clipped(text), advice: ""))
    }

    private static func clipped(_ text: String) -> String {
        text.count <= 78 ? text : text.prefix(77) + "…"
    }

    private var vr: VR { key.vr }

    mutating func run() {
        checkPlace()
        guard key.isMatching else { return }
        if vr == .SQ {
            error("a sequence has no value of its own", "give values to the attributes inside it")
            return
        }
        guard !key.value.trimmingSpaces.isEmpty else {
            error("only spaces: a server reads this as no value, and matches everything", "empty it, or write a value")
            return
        }
        checkModel()
        if key.value == "\"\"" {
            note("\"\" asks for empty values; only servers that negotiated it know that")
            return
        }
        let value = key.wireValue(now: now)
        if value != key.value, vr != .DT { note("sent as \(value)") }
        let isWild = vr.allowsWildcards && value.contains { $0 == "*" || $0 == "?" }
        checkWildcards(value, isWild: isWild)
        checkValue(value)
        checkPeriod()
        if !isWild { checkLength(value) }
        checkText(value, isWild: isWild)
    }

    private mutating func checkPlace() {
        for step in key.path.steps where step.item > 0 {
            note("item \(step.item + 1): a key sequence has one item, servers may refuse more")
        }
    }

    private mutating func checkModel() {
        guard let attribute = query.attribute(at: key.path) else {
            if key.path.tag == .specificCharacterSet || key.path.tag == .queryRetrieveLevel { return }
            if case .sopClass = query.model { return }
            note("not in the model: the server may return it, and may ignore it for matching")
            return
        }
        switch attribute.form {
        case .none where attribute.path.tag != .specificCharacterSet:
            note("this attribute is never matched: the server only returns it")
        case .universal: note("this sequence is never matched: the server only returns it")
        case .optional: note("optional key: the server may ignore it for matching")
        default: break
        }
    }

    private mutating func checkWildcards(_ value: String, isWild: Bool) {
        guard value.contains(where: { $0 == "*" || $0 == "?" }) else { return }
        guard isWild else {
            error("\(vr) knows no wildcards (PS3.4 C.2.2.2.4)", "write the value in full, or empty the key")
            return
        }
        if value.allSatisfy({ $0 == "*" }) {
            note("* matches every value, as an empty key does")
        } else if query.attribute(at: key.path)?.form == .one {
            note("single value only in this model: servers may take * and ? literally")
        }
    }

    private mutating func checkValue(_ value: String) {
        if findings.contains(where: { $0.severity == .error }) { return }
        if vr == .UN || vr.unitLength != nil, !vr.isNumber {
            error("\(vr) can be returned, not matched", "empty the key")
        } else if vr.isNumber {
            let parts = value.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
            guard DataElement.bytes(ofNumbers: parts, vr: vr) == nil else { return }
            error("'\(value)' is not a number that \(vr) can hold", "write a number, or empty the key")
        } else if let problem = ValueCheck.problem(inValues: value, vr: vr, asKey: true) {
            // From evening to morning is no range of a day, yet a period of two (PS3.4 table K.6-1).
            if case .reversedRange = problem, key.path == .step(.scheduledProcedureStepStartTime),
                query.isNight(time: value, now: now)
            {
                return
            }
            error("\(problem)", "write it as \(KeyCheck.hint(for: key.path, vr: vr, in: query))")
        }
    }

    /// The period that start date and start time make together in the worklist model.
    private mutating func checkPeriod() {
        let date = AttributePath.step(.scheduledProcedureStepStartDate)
        let time = AttributePath.step(.scheduledProcedureStepStartTime)
        guard key.path == date || key.path == time, !findings.contains(where: { $0.severity == .error }) else { return }
        var query = query
        query.set(key)
        if let period = KeyCheck.period(of: query, now: now) { note("one period: " + period) }
    }

    private mutating func checkLength(_ value: String) {
        guard let limit = vr.maximumLength, vr != .DA, vr != .TM, vr != .DT else { return }
        let parts =
            vr == .PN
            ? value.split(separator: "=") : vr.isMultiValued ? value.split(separator: "\\") : [value[...]]
        if parts.contains(where: { $0.count > limit }) {
            note("longer than \(vr) values can be (\(limit)): nothing will match")
        }
    }

    private mutating func checkText(_ value: String, isWild: Bool) {
        if value.contains("\\"), vr.isMultiValued, vr != .UI {
            note("several values: what that matches is undefined unless negotiated")
        }
        switch vr {
        case .PN:
            if value.contains(",") {
                note("DICOM names are LAST^FIRST; a comma is a letter of the name")
            } else if !value.contains("^"), !isWild {
                note("no ^ and no *: finds only names that are this and nothing more")
            }
        case .AE, .LO, .SH, .UC, .ST, .LT, .UT:
            if value.contains(where: \.isLowercase) { note("upper and lower case differ in matching") }
        default: break
        }
    }
}

extension VR {
    /// `*` and `?` are wildcards in keys of this VR (PS3.4 C.2.2.2.4).
    public var allowsWildcards: Bool {
        switch self {
        case .AE, .CS, .LO, .LT, .PN, .SH, .ST, .UC, .UR, .UT: true
        default: false
        }
    }

    /// A number, or a tag, in binary form that matches by value.
    var isNumber: Bool {
        switch self {
        case .AT, .FL, .FD, .SL, .SS, .SV, .UL, .US, .UV: true
        default: false
        }
    }
}
