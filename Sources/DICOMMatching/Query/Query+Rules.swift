import DICOMData

extension Query {
    /// How a server that follows the standard compares this key; what it is asked without the negotiation of options.
    ///
    /// Start date and start time of the worklist model are one period where both are ranges.
    public func rule(for key: QueryKey, now: QueryMoment) -> Verdict.Rule {
        guard key.isMatching, key.vr != .SQ else { return .universal }
        if key.value == "\"\"" { return .emptyValue }
        if let form = attribute(at: key.path)?.form, form == .none { return .notAKey }
        let value = key.wireValue(now: now)
        if value.allSatisfy({ $0 == "*" }), key.vr.allowsWildcards { return .universal }
        switch key.vr {
        case .DA, .TM:
            let isRange = key.vr == .DA ? WireDate.range(value.utf8)?.isRange : WireTime.range(value.utf8)?.isRange
            if isPartOfPeriod(key, now: now) { return .period }
            return isRange == true ? .range : .singleValue
        case .DT: return WireDateTime.range(value.utf8)?.isRange == true ? .range : .singleValue
        case .UI: return value.contains("\\") ? .uidList : .singleValue
        default: break
        }
        let isLiteral = attribute(at: key.path)?.form == .one
        if key.vr.allowsWildcards, !isLiteral, value.contains(where: { $0 == "*" || $0 == "?" }) { return .wildcard }
        return key.vr.isMultiValued && value.contains("\\") ? .multipleValues : .singleValue
    }

    private func isPartOfPeriod(_ key: QueryKey, now: QueryMoment) -> Bool {
        let date = AttributePath.step(.scheduledProcedureStepStartDate)
        let time = AttributePath.step(.scheduledProcedureStepStartTime)
        guard model == .worklist, key.path == date || key.path == time,
            let day = self[date]?.wireValue(now: now), let days = WireDate.range(day.utf8), days.isRange,
            let hour = self[time]?.wireValue(now: now), let hours = WireTime.range(hour.utf8), hours.isRange
        else { return false }
        return (days.lower != nil || hours.lower == nil) && (days.upper != nil || hours.upper == nil)
    }

    /// The time of day begins later than it ends, and the days around it make a period of it all the same: a night.
    func isNight(time value: String, now: QueryMoment) -> Bool {
        guard model == .worklist, let date = self[.step(.scheduledProcedureStepStartDate)],
            let days = WireDate.range(date.wireValue(now: now).utf8), days.isRange
        else { return false }
        guard let first = days.lower, let last = days.upper else { return false }
        return first < last && WireTime.range(value.utf8) != nil
    }
}
