import DICOMData

/// Attributes that are date and time of one event.
enum PairedTimes {
    static func time(of date: Tag) -> Tag? { pairs.first { $0.date == date }?.time }

    static func partner(of tag: Tag) -> Tag? {
        for pair in pairs {
            if pair.date == tag { return pair.time }
            if pair.time == tag { return pair.date }
        }
        return nil
    }

    private static let pairs: [(date: Tag, time: Tag)] = [
        (.scheduledProcedureStepStartDate, .scheduledProcedureStepStartTime),
        (.scheduledProcedureStepEndDate, .scheduledProcedureStepEndTime),
        (.studyDate, .studyTime),
        (.patientBirthDate, .patientBirthTime),
        (.issueDateOfImagingServiceRequest, .issueTimeOfImagingServiceRequest),
        (.admittingDate, .admittingTime),
        // Series, Acquisition and Content Date.
        (Tag(0x0008, 0x0021), Tag(0x0008, 0x0031)),
        (Tag(0x0008, 0x0022), Tag(0x0008, 0x0032)),
        (Tag(0x0008, 0x0023), Tag(0x0008, 0x0033)),
        // Performed Procedure Step Start Date.
        (Tag(0x0040, 0x0244), Tag(0x0040, 0x0245)),
    ]

    private static let day = 86_400_000_000

    /// The same moment in another zone: a date as YYYYMMDD, a time in microseconds.
    static func moved(day number: Int, microsecond: Int, by shift: Int) -> (day: Int, microsecond: Int) {
        guard shift != 0 else { return (number, microsecond) }
        let sum = microsecond + shift
        let days = sum >= 0 ? sum / day : (sum - day + 1) / day
        return (WireDate.day(number, plus: days), sum - days * day)
    }
}

extension ValueMatcher {
    /// Compares a date or a time with a record whose clock goes by another zone; the two of an event are moved together.
    ///
    /// A date without its time cannot be moved, and is compared as it stands; a time without its date is moved by the clock.
    func matchesMoved(_ tag: Tag, with partner: Tag, in record: DataSet, by shift: Int) -> Bool {
        let own = IndexTerms.numbers(of: tag, in: record)
        let others = IndexTerms.numbers(of: partner, in: record)
        switch self {
        case .date(let range):
            return own.contains { day in
                guard !others.isEmpty else { return range.contains(day) }
                return others.contains { range.contains(PairedTimes.moved(day: day, microsecond: $0, by: shift).day) }
            }
        case .time(let range):
            return own.contains { time in
                let days = others.isEmpty ? [20_000_101] : others
                return days.contains { day in
                    let moved = PairedTimes.moved(day: day, microsecond: time, by: shift).microsecond
                    return range.isRange ? range.contains(moved) : range.lower == moved
                }
            }
        case .universal, .unmatchable: return true
        case .empty: return record[tag]?.isEmpty ?? true
        default: return false
        }
    }
}
