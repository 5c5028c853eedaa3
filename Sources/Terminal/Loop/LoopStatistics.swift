/// Times, for percentiles. The newest 65,536 are kept.
public struct LatencyRecorder: Sendable {
    static let limit = 65_536
    private var samples: [Duration] = []
    private var next = 0
    public private(set) var count = 0

    public init() {}

    public mutating func record(_ value: Duration) {
        count += 1
        if samples.count < Self.limit {
            samples.append(value)
        } else {
            samples[next] = value
            next = (next + 1) % Self.limit
        }
    }

    /// The time that a part of all stayed at or below: 0.5 is the median. Nil before the first.
    public func percentile(_ part: Double) -> Duration? {
        guard !samples.isEmpty else { return nil }
        let sorted = samples.sorted()
        let rank = (min(max(part, 0), 1) * Double(sorted.count)).rounded(.up)
        return sorted[min(max(Int(rank) - 1, 0), sorted.count - 1)]
    }

    public var maximum: Duration? { samples.max() }
}

/// What a loop has done so far.
public struct LoopStatistics: Sendable {
    /// Frames drawn.
    public internal(set) var frames = 0
    /// Frames put off because the terminal did not take more output.
    public internal(set) var framesDeferred = 0
    /// Keys, mouse events, pastes, resizes and signals handled.
    public internal(set) var inputs = 0
    /// Events of other threads handled.
    public internal(set) var events = 0
    /// Times the loop woke.
    public internal(set) var wakeUps = 0
    /// From the moment an input was there to the end of the frame that shows what it did.
    public internal(set) var inputToFrame = LatencyRecorder()
    /// The longest the loop was busy at a stretch: a key that comes at its beginning waits so long to be looked at.
    public internal(set) var longestTurn = Duration.zero

    public init() {}
}
