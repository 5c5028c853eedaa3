import DICOMMatching

extension Moment {
    /// Day and second of the day by the clock of this station, as relative dates need them.
    public var queryMoment: QueryMoment { QueryMoment(date: date, second: secondOfDay) }
}
