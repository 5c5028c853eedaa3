import DICOMData

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

        /// It can be passed over: every record fits.
        var isUniversal: Bool {
            switch condition {
            case .value(let matcher): matcher.isUniversal
            case .sequence(let level): level.isUniversal
            case .wholeSequence, .envelope: true
            }
        }

        var cost: Int {
            switch condition {
            case .value(let matcher): matcher.cost
            case .sequence(let level): 5 + (level.restricting.first.map { level.keys[$0].cost } ?? 0)
            case .wholeSequence, .envelope: 0
            }
        }
    }

    /// A date range and a time range that are one period.
    struct Period: Sendable {
        let date: Tag
        let time: Tag
        let range: WireRange
    }

    /// In the order of their tags.
    let keys: [Key]
    /// Of `keys`, those that restrict and are in no period, the cheapest first.
    let restricting: [Int]
    let periods: [Period]
    /// A key here or below is a DT.
    let hasDateTimes: Bool
    /// How raw bytes are walked.
    let walk: EncodedWalk
    /// What a response is made of.
    let answer: Answer

    var isUniversal: Bool { restricting.isEmpty && periods.isEmpty }

    init(
        _ identifier: DataSet,
        steps: [AttributePath.Step],
        rules: MatchingRules,
        zone: Int,
        unsupported: inout [AttributePath]
    ) throws(IdentifierError) {
        var keys: [Key] = []
        keys.reserveCapacity(identifier.elements.count)
        for element in identifier.elements {
            let path = AttributePath(steps, element.tag)
            guard steps.count <= DataSetLimits.maximumDepth else { throw IdentifierError(path: path, reason: .tooDeep) }
            let key = try Self.key(
                element,
                in: identifier,
                at: path,
                rules: rules,
                zone: zone,
                unsupported: &unsupported
            )
            keys.append(key)
        }
        self.keys = keys
        periods = Self.periods(of: keys, rules: rules)
        let inPeriods = periods.flatMap { [$0.date, $0.time] }
        restricting = keys.indices.filter { !inPeriods.contains(keys[$0].tag) && !keys[$0].isUniversal }.sorted {
            keys[$0].cost < keys[$1].cost
        }
        hasDateTimes = keys.contains { key in
            switch key.condition {
            case .value(.dateTime): true
            case .sequence(let level): level.hasDateTimes
            default: false
            }
        }
        answer = Answer(keys)
        walk = EncodedWalk(keys: keys, restricting: restricting, periods: periods)
    }

    private static func key(
        _ element: DataElement,
        in identifier: DataSet,
        at path: AttributePath,
        rules: MatchingRules,
        zone: Int,
        unsupported: inout [AttributePath]
    ) throws(IdentifierError) -> Key {
        let tag = element.tag
        let isKnown = rules.supportedKeys?.contains(tag) ?? true && !rules.unsupportedKeys.contains(tag)
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
                    try CompiledLevel(item, steps: steps, rules: rules, zone: zone, unsupported: &unsupported)
                )
            } else {
                condition = .wholeSequence
            }
        } else {
            let matcher = try ValueMatcher(element, in: identifier, at: path, rules: rules, zone: zone)
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

    func matches(_ record: DataSet, clock: RecordClock, _ reading: () -> ValueMatcher.Reading) -> Bool {
        for index in restricting where !matches(keys[index], record, clock: clock, reading) { return false }
        for period in periods where !period.matches(record, shift: clock.shift) { return false }
        return true
    }

    func matches(_ key: Key, _ record: DataSet, clock: RecordClock, _ reading: () -> ValueMatcher.Reading) -> Bool {
        switch key.condition {
        case .value(let matcher):
            if clock.shift != 0, let partner = PairedTimes.partner(of: key.tag) {
                return matcher.matchesMoved(key.tag, with: partner, in: record, by: clock.shift)
            }
            return matcher.matches(record[key.tag], vr: key.vr, local: clock.local, reading)
        case .sequence(let level):
            if level.isUniversal { return true }
            guard case .items(let items)? = record[key.tag]?.value else { return false }
            return items.contains { item in
                level.matches(item, clock: clock) {
                    guard let own = item[.specificCharacterSet], !own.isEmpty else { return reading() }
                    return ValueMatcher.Reading(
                        characterSet: SpecificCharacterSet(parsing: own.bytes),
                        fallback: reading().fallback
                    )
                }
            }
        case .wholeSequence, .envelope: return true
        }
    }
}

extension CompiledLevel.Period {
    /// A number that orders as the moment does.
    static func moment(day: Int, microsecond: Int) -> Int { day * dayLength + microsecond }

    static let dayLength = 100_000_000_000

    func matches(_ record: DataSet, shift: Int) -> Bool {
        guard let dates = record[date]?.bytes, let times = record[time]?.bytes else { return false }
        return matches(dates.span, times.span, shift: shift)
    }

    func matches(_ dates: Span<UInt8>, _ times: Span<UInt8>, shift: Int) -> Bool {
        ValueMatcher.anyPart(of: dates) { dateBytes in
            guard let day = WireDate.value(dateBytes) else { return false }
            return ValueMatcher.anyPart(of: times) { timeBytes in
                guard let time = WireTime.value(timeBytes) else { return false }
                let moved = PairedTimes.moved(day: day, microsecond: time.first, by: shift)
                return range.contains(Self.moment(day: moved.day, microsecond: moved.microsecond))
            }
        }
    }
}
