import DICOMData

/// How one key compared with one record, and by which rule.
public struct Verdict: Hashable, Sendable, CustomStringConvertible {
    public enum Rule: String, Hashable, Sendable {
        case singleValue = "single value"
        case uidList = "list of UID"
        case universal = "universal"
        case wildcard = "wild card"
        case range = "range"
        case period = "one period of date and time"
        case sequence = "sequence"
        case emptyValue = "empty value"
        case multipleValues = "multiple values"
        case unsupported = "not matched by this server"
        case notAKey = "no key"

        /// Where the standard says it.
        public var clause: String {
            switch self {
            case .singleValue: "PS3.4 C.2.2.2.1"
            case .uidList: "PS3.4 C.2.2.2.2"
            case .universal: "PS3.4 C.2.2.2.3"
            case .wildcard: "PS3.4 C.2.2.2.4"
            case .range: "PS3.4 C.2.2.2.5"
            case .period: "PS3.4 C.2.2.2.5, table K.6-1"
            case .sequence: "PS3.4 C.2.2.2.6"
            case .emptyValue: "PS3.4 C.2.2.2.7"
            case .multipleValues: "PS3.4 C.2.2.2.8"
            case .unsupported: "PS3.4 C.2.2.1.3"
            case .notAKey: "PS3.4 C.4.1.1.3"
            }
        }
    }

    public let path: AttributePath
    public let rule: Rule
    public let isMatch: Bool
    /// The value of the key; empty for universal matching.
    public let key: String
    /// The values of the record; nil if it does not have the attribute.
    public let stored: [String]?

    public var description: String {
        let value =
            stored.map { $0.isEmpty ? "no value" : "'" + $0.joined(separator: "\\") + "'" } ?? "no such attribute"
        let outcome = isMatch ? "fits" : "does not fit"
        return "\(path): '\(key)' \(outcome) \(value) (\(rule.rawValue), \(rule.clause))"
    }
}

extension CompiledQuery {
    /// Why a record matches or does not: a verdict for each key, in the order of the identifier, those inside sequences too.
    ///
    /// Keys of a sequence are compared with the item that fits, or with the first one if none does.
    public func explain(_ record: DataSet) -> [Verdict] {
        var verdicts: [Verdict] = []
        root.explain(record, clock: clock(of: record), into: &verdicts)
        return verdicts
    }
}

extension CompiledLevel {
    func explain(_ record: DataSet?, clock: RecordClock, into verdicts: inout [Verdict]) {
        for key in keys {
            let element = record?[key.tag]
            let stored = element.map { record?.strings($0.tag) ?? [] }
            let period = periods.first { $0.date == key.tag || $0.time == key.tag }
            let isMatch =
                record.map { record in
                    period?.matches(record, shift: clock.shift)
                        ?? matches(key, record, clock: clock) { record.reading }
                } ?? key.isUniversal
            verdicts.append(
                Verdict(
                    path: key.path,
                    rule: period == nil ? key.rule : .period,
                    isMatch: isMatch,
                    key: key.text,
                    stored: stored
                )
            )
            if case .sequence(let level) = key.condition {
                let items = record?.items(key.tag) ?? []
                let item = items.first { item in level.matches(item, clock: clock) { item.reading } } ?? items.first
                level.explain(item, clock: clock, into: &verdicts)
            }
        }
    }
}

extension CompiledLevel.Key {
    fileprivate var rule: Verdict.Rule {
        switch condition {
        case .envelope: return .notAKey
        case .wholeSequence: return .universal
        case .sequence(let level): return level.isUniversal ? .universal : .sequence
        case .value(let matcher):
            switch matcher {
            case .universal: return isSupported ? .universal : .unsupported
            case .unmatchable: return .unsupported
            case .empty: return .emptyValue
            case .uids(let uids): return uids.count > 1 ? .uidList : .singleValue
            case .date(let range), .time(let range), .dateTime(let range):
                return range.isRange ? .range : .singleValue
            case .numbers(let numbers): return numbers.patterns.count > 1 ? .multipleValues : .singleValue
            case .text(let patterns):
                if patterns.patterns.count > 1 { return .multipleValues }
                return patterns.patterns.contains(where: \.hasWildcards) ? .wildcard : .singleValue
            case .name(let patterns, _):
                if patterns.patterns.count > 1 { return .multipleValues }
                return patterns.patterns.contains(where: \.hasWildcards) ? .wildcard : .singleValue
            }
        }
    }
}
