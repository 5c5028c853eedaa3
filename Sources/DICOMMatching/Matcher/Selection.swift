import DICOMData

/// What one key of a query demands, in terms an index can look up; the rest is the matcher's to decide.
///
/// A record that matches the query satisfies every selection of it: an index that serves any of them yields a superset of
/// the matches, never less. Terms of records come from ``IndexTerms``, which folds as these do.
public struct Selection: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        /// One of the record's terms is one of these.
        case values([String])
        /// One of the record's terms begins so, compared byte by byte in UTF-8.
        case prefix(String)
        /// One of the record's numbers is in between, bounds included; a missing bound is open.
        case range(lower: Int?, upper: Int?)
        /// Restricts in a way that no index serves.
        case other
    }

    /// The attribute; item numbers of the path mean any item.
    public let path: AttributePath
    public let vr: VR
    public let condition: Condition
}

/// What an index keeps of an attribute, so that a ``Selection`` finds it.
public enum IndexTerms {
    /// The terms of a text attribute, one or more for each value, in no set of more than its values and name groups.
    ///
    /// Names: each component group without case, accents, trailing delimiters and the spaces around components. Other
    /// text: as it stands, without padding. Empty without a value.
    public static func texts(of tag: Tag, in dataSet: DataSet) -> [String] {
        guard let element = dataSet[tag] else { return [] }
        let vr = element.vr == .UN ? DataDictionary.vr(of: tag) ?? .UN : element.vr
        let values = ValueMatcher.values(of: element, vr: vr, in: dataSet)
        guard vr == .PN else { return values }
        return values.flatMap { value in
            value.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: true).compactMap { group in
                let term = folded(nameGroup: group)
                return term.isEmpty ? nil : term
            }
        }
    }

    /// The numbers of a DA (YYYYMMDD) or TM (its first microsecond of the day) attribute, one for each value that can be read.
    public static func numbers(of tag: Tag, in dataSet: DataSet) -> [Int] {
        guard let element = dataSet[tag], case .bytes(let bytes) = element.value else { return [] }
        let vr = element.vr == .UN ? DataDictionary.vr(of: tag) ?? .UN : element.vr
        var numbers: [Int] = []
        _ = ValueMatcher.anyPart(of: bytes.span) { part in
            let number: Int? =
                switch vr {
                case .DA: WireDate.value(part)
                case .TM: WireTime.value(part)?.first
                default: nil
                }
            if let number { numbers.append(number) }
            return false
        }
        return numbers
    }

    /// A component group of a name as ``texts(of:in:)`` gives it.
    public static func folded(nameGroup: some StringProtocol) -> String {
        NamePattern.normalized(NameFolding.fold(String(nameGroup)))
    }
}

extension CompiledQuery {
    /// What the keys demand, one entry for each that restricts, in the order of the identifier.
    public var selections: [Selection] {
        var selections: [Selection] = []
        root.collectSelections(mayShift: mayShift, into: &selections)
        return selections
    }

    /// What is demanded of an attribute; nil if nothing is: universal matching, or no key at all.
    public func selection(of path: AttributePath) -> Selection? {
        selections.first { $0.path.tags == path.tags }
    }
}

extension CompiledLevel {
    func collectSelections(mayShift: Bool, into selections: inout [Selection]) {
        for key in keys {
            switch key.condition {
            case .wholeSequence, .envelope: continue
            case .sequence(let level): level.collectSelections(mayShift: mayShift, into: &selections)
            case .value(let matcher):
                guard !matcher.isUniversal else { continue }
                var condition = matcher.selection
                if let period = periods.first(where: { $0.date == key.tag || $0.time == key.tag }) {
                    // A period is decided by its days; the time of day of a day in the middle is free.
                    guard period.date == key.tag else { continue }
                    condition = .range(lower: period.firstDay, upper: period.lastDay)
                }
                if mayShift { condition = condition.shifted(vr: key.vr) }
                selections.append(Selection(path: key.path, vr: key.vr, condition: condition))
            }
        }
    }
}

extension Selection.Condition {
    /// Where clocks differ a record may be found up to 28 hours away, and at any time of day.
    fileprivate func shifted(vr: VR) -> Selection.Condition {
        guard case .range(let lower, let upper) = self else { return self }
        guard vr == .DA else { return .other }
        return .range(
            lower: lower.map { WireDate.day($0, plus: -2) },
            upper: upper.map { WireDate.day($0, plus: 2) }
        )
    }
}

extension ValueMatcher {
    var selection: Selection.Condition {
        switch self {
        case .universal, .unmatchable, .empty, .numbers: return .other
        case .uids(let uids): return .values(uids.texts)
        case .dateTime: return .other
        case .date(let range), .time(let range):
            if range.isRange { return .range(lower: range.lower, upper: range.upper) }
            return .range(lower: range.lower, upper: range.lower)
        case .text(let patterns):
            let conditions = patterns.patterns.map(\.selection)
            return patterns.all ? conditions.first ?? .other : Self.any(of: conditions)
        case .name(let patterns, let fuzzy):
            guard fuzzy == nil else { return .other }
            let conditions = patterns.patterns.map(\.selection)
            return patterns.all ? conditions.first ?? .other : Self.any(of: conditions)
        }
    }

    /// Several alternatives are served together if each is a value.
    private static func any(of conditions: [Selection.Condition]) -> Selection.Condition {
        if conditions.count == 1, let only = conditions.first { return only }
        var values: [String] = []
        for condition in conditions {
            guard case .values(let more) = condition else { return .other }
            values += more
        }
        return .values(values)
    }
}

extension CompiledLevel.Period {
    var firstDay: Int? { range.lower.map { $0 / Self.dayLength } }
    var lastDay: Int? { range.upper.map { $0 / Self.dayLength } }
}

extension TextPattern {
    /// Terms beyond ASCII may be written in more than one way, and end what an index can compare.
    var selection: Selection.Condition {
        Self.selection(of: String(literalHead), isWhole: !hasWildcards) { $0.isASCII }
    }

    /// The condition for a text that has to be, or to begin, as `head` does, as far as letters are written in one way only.
    static func selection(
        of head: String,
        isWhole: Bool,
        _ isPlain: (Unicode.Scalar) -> Bool
    ) -> Selection.Condition {
        guard let end = head.unicodeScalars.firstIndex(where: { !isPlain($0) }) else {
            if isWhole { return .values([head]) }
            return head.isEmpty ? .other : .prefix(head)
        }
        // The letter before may be one with what follows.
        let plain = head.unicodeScalars[..<end].dropLast()
        return plain.isEmpty ? .other : .prefix(String(plain))
    }
}

extension NamePattern {
    var selection: Selection.Condition {
        var best = Selection.Condition.other
        for group in groups {
            guard let group else { continue }
            let isWhole = !group.pattern.hasWildcards
            // What stands before a wild card at the end of a component also fits names that end there.
            var head = Substring(group.pattern.literalHead)
            if !isWhole {
                while head.last == "^" || head.last == " " { head.removeLast() }
            }
            let folded = folds ? String(head) : IndexTerms.folded(nameGroup: head)
            switch TextPattern.selection(of: folded, isWhole: isWhole, NameFolding.isWrittenInOneWay) {
            case .values(let values): return .values(values)
            case .prefix(let prefix):
                if case .prefix(let other) = best, other.utf8.count >= prefix.utf8.count { continue }
                best = .prefix(prefix)
            case .range, .other: continue
            }
        }
        return best
    }
}

extension NameFolding {
    /// Whether the letter, folded, is the same scalar however it was written; what is not listed here may be composed.
    static func isWrittenInOneWay(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Some of these have a twin elsewhere.
        case 0x3B, 0x60, 0xB4, 0xB7: false
        case 0x20...0x7E, 0xA1...0x24F, 0x1E00...0x1EFF: true
        // Greek, Cyrillic, Hebrew and Arabic letters.
        case 0x391...0x3C9, 0x400...0x4FF, 0x5D0...0x5EA, 0x621...0x64A: true
        // Jamo as folded from syllables, kana, ideographs.
        case 0x1100...0x11FF, 0x3005...0x3007, 0x3041...0x3096, 0x3099...0x309A, 0x30A1...0x30FE: true
        case 0x3400...0x4DBF, 0x4E00...0x9FFF: true
        default: false
        }
    }
}
