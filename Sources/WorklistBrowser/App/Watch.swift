import DICOMMatching

/// A query that is asked again and again.
struct Watch: Hashable, Sendable {
    /// Seconds between the end of one query and the next.
    static let intervals = 15...3_600
    static let standardInterval = 60
    /// Errors double the pause up to this.
    static let longestPause = 600

    var interval: Int
    var server: ServerProfile
    var query: Query
    /// When to ask next; nil while a query runs.
    var dueAt: Moment?
    /// Queries in a row that brought no answer.
    var failures = 0

    init(interval: Int, server: ServerProfile, query: Query) {
        self.interval = Self.clamped(interval)
        self.server = server
        self.query = query
    }

    static func clamped(_ interval: Int) -> Int {
        min(max(interval, intervals.lowerBound), intervals.upperBound)
    }

    /// Seconds from the end of a query to the next.
    var pause: Int {
        var pause = interval
        for _ in 0..<min(failures, 8) where pause < Self.longestPause { pause *= 2 }
        return max(interval, min(pause, Self.longestPause))
    }

    /// Asks the same of the same server.
    func asks(_ query: Query, of server: ServerProfile?) -> Bool {
        self.server == server && self.query.keys == query.keys && self.query.model == query.model
    }
}

extension Moment {
    func adding(seconds: Int) -> Moment {
        Moment(microseconds: microseconds + Int64(seconds) * 1_000_000, utcOffset: utcOffset)
    }
}
