import DICOMData

/// An identifier, compiled once to be matched against many records (PS3.4 C.2.2.2).
public struct CompiledQuery: Sendable {
    public let rules: MatchingRules
    let root: CompiledLevel
    /// Microseconds between UTC and the zone the identifier's dates and times are in; nil if it is the records' own.
    private let zone: Int?
    /// Keys that were asked for and cannot be matched or returned; any of them makes the status FF01 (PS3.4 C.4.1.1.4).
    public let unsupportedKeys: [AttributePath]
    /// Specific Character Set of the identifier; nil if it declares none.
    public let characterSet: SpecificCharacterSet?
    /// Query/Retrieve Level (0008,0052) of the identifier.
    public let level: String?

    /// Throws for an identifier that no record can be compared with.
    public init(identifier: DataSet, rules: MatchingRules) throws(IdentifierError) {
        self.rules = rules
        var unsupported: [AttributePath] = []
        let own = identifier[.timezoneOffsetFromUTC].flatMap { WireZone.value($0.bytes) }
        let local = own ?? rules.timezone ?? 0
        root = try CompiledLevel(identifier, steps: [], rules: rules, zone: local, unsupported: &unsupported)
        zone = rules.adjustsTimezone ? own : nil
        unsupportedKeys = unsupported
        level = identifier.string(.queryRetrieveLevel)
        characterSet = identifier[.specificCharacterSet].flatMap { $0.isEmpty ? nil : identifier.declaredCharacterSet }
    }

    /// Whether a record fits every key.
    public func matches(_ record: DataSet) -> Bool {
        root.matches(record, clock: clock(of: record)) { record.reading }
    }

    /// The times of records have to be known in UTC, or moved.
    var needsClock: Bool { root.hasDateTimes || zone != nil }

    func clock(of record: DataSet) -> RecordClock {
        guard needsClock else { return RecordClock() }
        let own = record[.timezoneOffsetFromUTC].flatMap { WireZone.value($0.bytes) } ?? rules.timezone
        let shift = zone.flatMap { zone in own.map { zone - $0 } } ?? 0
        return RecordClock(local: own ?? 0, shift: shift)
    }

    /// The zone of dates and times is another than that of records may be, and they are moved before they are compared.
    var mayShift: Bool { zone != nil }

    /// Whether no key restricts anything: every record fits.
    public var isUniversal: Bool { root.isUniversal }
}

/// How the clock of a record stands to UTC and to that of the query, in microseconds.
struct RecordClock {
    /// From UTC to the record's time zone.
    var local = 0
    /// From the record's dates and times to the same moments in the zone of the query.
    var shift = 0
}

extension DataSet {
    var reading: ValueMatcher.Reading {
        ValueMatcher.Reading(characterSet: characterSet, fallback: fallbackCharacterSet)
    }
}
