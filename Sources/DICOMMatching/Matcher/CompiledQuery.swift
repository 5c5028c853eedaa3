import DICOMData

/// An identifier, compiled once to be matched against many records (PS3.4 C.2.2.2).
public struct CompiledQuery: Sendable {
    public let rules: MatchingRules
    let root: CompiledLevel
    /// Keys that were asked for and cannot be matched or returned; any of them makes the status FF01 (PS3.4 C.4.1.1.4).
    public let unsupportedKeys: [AttributePath]
    /// Query/Retrieve Level (0008,0052) of the identifier.
    public let level: String?

    /// Throws for an identifier that no record can be compared with.
    public init(identifier: DataSet, rules: MatchingRules) throws(IdentifierError) {
        self.rules = rules
        var unsupported: [AttributePath] = []
        root = try CompiledLevel(identifier, steps: [], rules: rules, unsupported: &unsupported)
        unsupportedKeys = unsupported
        level = identifier.string(.queryRetrieveLevel)
    }

    /// Whether a record fits every key.
    public func matches(_ record: DataSet) -> Bool { root.matches(record) }

    /// Whether no key restricts anything: every record fits.
    public var isUniversal: Bool { root.isUniversal }
}

/// The keys of an identifier, or of the item of a key sequence.
struct CompiledLevel: Sendable {
    struct Key: Sendable {
        enum Condition: Sendable {
            case value(ValueMatcher)
            /// Zero items, or one empty item: universal, and returned whole (PS3.4 C.2.2.2.6).
            case wholeSequence
            indirect case sequence(CompiledLevel)
            /// Says how to read the identifier; never matched (PS3.4 C.4.1.1.3, K.6.1.2.2).
            case envelope
        }

        let tag: Tag
        let vr: VR
        let path: AttributePath
        let condition: Condition
        let isSupported: Bool
        /// Part of responses; a server that does not know the attribute leaves it out.
        let isReturned: Bool
        /// Left out of a response when the record has no value (type 1C).
        let isConditional: Bool
        /// What the key says, for explanations.
        let text: String
    }

    /// A date range and a time range that are one period.
    struct Period: Sendable {
        let date: Tag
        let time: Tag
        let range: WireRange
    }

    let keys: [Key]
    /// Of `keys`, those that restrict and are in no period.
    let restricting: [Int]
    let periods: [Period]

    var isUniversal: Bool { restricting.isEmpty && periods.isEmpty }

    init(
        _ identifier: DataSet,
        steps: [AttributePath.Step],
        rules: MatchingRules,
        unsupported: inout [AttributePath]
    ) throws(IdentifierError) {
        var keys: [Key] = []
        keys.reserveCapacity(identifier.elements.count)
        for element in identifier.elements {
            let path = AttributePath(steps, element.tag)
            guard steps.count <= DataSetLimits.maximumDepth else { throw IdentifierError(path: path, reason: .tooDeep) }
            let key = try Self.key(element, in: identifier, at: path, rules: rules, unsupported: &unsupported)
            keys.append(key)
        }
        self.keys = keys
        periods = Self.periods(of: keys, rules: rules)
        let inPeriods = periods.flatMap { [$0.date, $0.time] }
        restricting = keys.indices.filter { index in
            if inPeriods.contains(keys[index].tag) { return false }
            return switch keys[index].condition {
            case .value(let matcher): !matcher.isUniversal
            case .sequence(let level): !level.isUniversal
            case .wholeSequence, .envelope: false
            }
        }
    }

    private static func key(
        _ element: DataElement,
        in identifier: DataSet,
        at path: AttributePath,
        rules: MatchingRules,
        unsupported: inout [AttributePath]
    ) throws(IdentifierError) -> Key {
        let tag = element.tag
        let isKnown = rules.supportedKeys?.contains(tag) ?? true
        var isSupported = isKnown
        let condition: Key.Condition
        var text = ""
        let isEnvelope =
            tag == .specificCharacterSet || tag == .timezoneOffsetFromUTC || tag == .queryRetrieveLevel
            || tag == .queryRetrieveView || tag.isPrivateCreator
        let attribute = rules.attribute(at: path)
        if isEnvelope {
            isSupported = true
            condition = .envelope
        } else if case .items = element.value {
            let items = identifier.items(tag)
            guard items.count <= 1 else {
                throw IdentifierError(path: path, reason: .severalItems(items.count))
            }
            if let item = items.first, !item.isEmpty {
                let steps = path.steps + [AttributePath.Step(tag)]
                condition = .sequence(
                    try CompiledLevel(item, steps: steps, rules: rules, unsupported: &unsupported)
                )
            } else {
                condition = .wholeSequence
            }
        } else {
            let matcher = try ValueMatcher(element, in: identifier, at: path, rules: rules)
            text = identifier.string(tag) ?? ""
            let isReturnOnly = attribute?.form == ModelAttribute.Form.none
            if matcher == .unmatchable || isReturnOnly && !matcher.isUniversal {
                isSupported = false
                condition = .value(.unmatchable)
            } else {
                condition = .value(isSupported ? matcher : .universal)
            }
        }
        if !isSupported { unsupported.append(path) }
        return Key(
            tag: tag,
            vr: element.vr == .UN ? DataDictionary.vr(of: tag) ?? .UN : element.vr,
            path: path,
            condition: condition,
            isSupported: isSupported,
            isReturned: isKnown || isEnvelope,
            isConditional: attribute?.isConditional ?? false,
            text: text
        )
    }

    /// Pairs of ranges that can be strung together: each time bound needs the date bound it belongs to.
    private static func periods(of keys: [Key], rules: MatchingRules) -> [Period] {
        keys.compactMap { key in
            guard let timeTag = rules.timeTag(for: key.tag), case .value(.date(let dates)) = key.condition,
                case .value(.time(let times))? = keys.first(where: { $0.tag == timeTag })?.condition,
                dates.isRange, times.isRange
            else { return nil }
            if dates.lower == nil && times.lower != nil || dates.upper == nil && times.upper != nil { return nil }
            let range = WireRange(
                lower: dates.lower.map { Period.moment(day: $0, microsecond: times.lower ?? 0) },
                upper: dates.upper.map { Period.moment(day: $0, microsecond: times.upper ?? WireTime.endOfDay) },
                isRange: true
            )
            return Period(date: key.tag, time: timeTag, range: range)
        }
    }

    // MARK: Matching

    func matches(_ record: DataSet) -> Bool {
        for index in restricting where !keys[index].matches(record) { return false }
        return periods.allSatisfy { $0.matches(record) }
    }
}

extension CompiledLevel.Key {
    func matches(_ record: DataSet) -> Bool {
        switch condition {
        case .value(let matcher): matcher.matches(record[tag], vr: vr, in: record)
        case .sequence(let level): level.isUniversal || record.items(tag).contains(where: level.matches)
        case .wholeSequence, .envelope: true
        }
    }
}

extension CompiledLevel.Period {
    /// A number that orders as the moment does.
    static func moment(day: Int, microsecond: Int) -> Int { day * dayLength + microsecond }

    static let dayLength = 100_000_000_000

    func matches(_ record: DataSet) -> Bool {
        guard let dates = record[date]?.bytes, let times = record[time]?.bytes else { return false }
        return ValueMatcher.anyPart(of: dates) { dateBytes in
            guard let day = WireDate.value(dateBytes) else { return false }
            return ValueMatcher.anyPart(of: times) { timeBytes in
                guard let moment = WireTime.value(timeBytes) else { return false }
                return range.contains(Self.moment(day: day, microsecond: moment.first))
            }
        }
    }
}
