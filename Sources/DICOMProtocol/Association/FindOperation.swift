import DICOMData

/// A moment on a clock that only goes forward, in nanoseconds. The core never reads a clock; it is told.
public typealias Nanoseconds = UInt64

/// What a client wants of one C-FIND beside its identifier.
public struct FindOptions: Hashable, Sendable {
    /// Most matches to take; the next one proves that more exist, and the query is cancelled. 0: no limit.
    public var limit: Int
    /// Sends C-CANCEL after that many matches, as a user would; nil: never.
    public var cancelAfter: Int?
    /// (0000,0700): 0 medium, 1 high, 2 low (PS3.7 9.3.2.1).
    public var priority: UInt16
    /// Seconds from the request to the first response.
    public var firstResponseTimeout: Double
    /// Seconds between two responses.
    public var nextResponseTimeout: Double
    /// Seconds a server has to end the query after our C-CANCEL; then the association is aborted.
    public var cancelBudget: Double

    public init(
        limit: Int = 0,
        cancelAfter: Int? = nil,
        priority: UInt16 = 0,
        firstResponseTimeout: Double = 60,
        nextResponseTimeout: Double = 60,
        cancelBudget: Double = 5
    ) {
        self.limit = limit
        self.cancelAfter = cancelAfter
        self.priority = priority
        self.firstResponseTimeout = firstResponseTimeout
        self.nextResponseTimeout = nextResponseTimeout
        self.cancelBudget = cancelBudget
    }
}

/// One C-FIND as its user sees it: counts, the cancel, and the outcome. A value; no I/O, no clock.
struct FindOperation {
    enum CancelReason { case user, ownLimit, abandoned }

    let messageID: UInt16
    let contextID: UInt8
    let options: FindOptions
    /// The service asked: what its statuses mean, and which of them is final.
    let service: FindService?
    let sentAt: Nanoseconds
    private(set) var statistics = FindStatistics()
    /// Matches not yet handed over.
    private(set) var batch: MatchBatch
    private(set) var cancelReason: CancelReason?
    private(set) var cancelledAt: Nanoseconds?
    private(set) var lastResponseAt: Nanoseconds
    /// Set when the limit was passed or ``FindOptions/cancelAfter`` reached; the owner sends the C-CANCEL and clears it.
    var wantsCancel: CancelReason?
    private var matchesKept = 0
    /// When a warning said that there is more than will be sent; a final response may follow, or not.
    private(set) var limitReachedAt: Nanoseconds?

    /// Seconds to wait for what may follow that warning.
    private static let limitGrace = 1.0

    init(
        messageID: UInt16,
        contextID: UInt8,
        transferSyntax: TransferSyntax,
        options: FindOptions,
        service: FindService?,
        now: Nanoseconds
    ) {
        self.service = service
        self.messageID = messageID
        self.contextID = contextID
        self.options = options
        self.sentAt = now
        self.lastResponseAt = now
        self.batch = MatchBatch(transferSyntax: transferSyntax)
    }

    /// A Pending response with an identifier (PS3.4 C.4.1.1.4).
    @inline(__always)
    mutating func match(_ status: Status, _ span: RawSpan, at offset: Int, length: Int, now: Nanoseconds) {
        statistics.matches += 1
        lastResponseAt = now
        if limitReachedAt != nil { limitReachedAt = now }
        if status == .pendingWithUnsupportedKeys { statistics.matchesWithUnsupportedKeys += 1 }
        if statistics.firstMatchMilliseconds == nil {
            statistics.firstMatchMilliseconds = Self.milliseconds(from: sentAt, to: now)
        }
        if cancelReason != nil {
            statistics.matchesAfterCancel += 1
            // What comes after the user's cancel was found and is shown; what is beyond a limit, or wanted by nobody, is not.
            if cancelReason != .user { return }
        }
        if options.limit > 0, matchesKept == options.limit {
            if cancelReason == nil { wantsCancel = .ownLimit }
            return
        }
        matchesKept += 1
        batch.append(span, at: offset, length: length, status: status)
        if let after = options.cancelAfter, matchesKept == after, cancelReason == nil { wantsCancel = .user }
    }

    /// Whether this status ends the query. A warning that does not is remembered: the list is not whole, whatever follows.
    mutating func isEnded(by status: Status, now: Nanoseconds) -> Bool {
        guard let rules = service?.rules, rules.continues(after: status) else { return true }
        limitReachedAt = now
        lastResponseAt = now
        return false
    }

    /// A Pending response without an identifier: not a match, but a sign of life.
    mutating func emptyResponse(now: Nanoseconds) {
        statistics.emptyResponses += 1
        lastResponseAt = now
    }

    mutating func strayResponse() {
        statistics.strayResponses += 1
    }

    mutating func takeBatch() -> MatchBatch? {
        guard !batch.isEmpty else { return nil }
        let taken = batch
        batch = MatchBatch(transferSyntax: taken.transferSyntax)
        return taken
    }

    /// The C-CANCEL is being sent.
    mutating func cancelled(_ reason: CancelReason, now: Nanoseconds) {
        guard cancelReason == nil else { return }
        cancelReason = reason
        cancelledAt = now
    }

    /// The outcome that a final response means.
    mutating func finished(_ command: CommandSet, status: Status, now: Nanoseconds) -> (FindOutcome, FindStatistics) {
        let outcome: FindOutcome
        switch status.category {
        case .success where cancelReason == nil: outcome = limitReachedAt == nil ? .complete : .truncated(.byServer)
        case .success, .cancel:
            let cancellation = FindOutcome.Cancellation(
                milliseconds: cancelledAt.map { Self.milliseconds(from: $0, to: now) } ?? 0,
                matchesAfter: statistics.matchesAfterCancel,
                finalStatus: status
            )
            switch cancelReason {
            case .ownLimit: outcome = .truncated(.ownLimit(rows: matchesKept, cancellation))
            case .user, .abandoned: outcome = .cancelled(cancellation)
            case nil: outcome = .truncated(.byServer)
            }
        // "Matching reached the result limit": more exist, as with FE00 (PS3.4 C.4.1.1.4).
        case .warning where status == .responseLimitReached: outcome = .truncated(.byServer)
        default:
            outcome = .failed(
                FindFailure(
                    status: status,
                    errorComment: command.errorComment,
                    offendingElements: command.offendingElements,
                    serviceClass: service?.serviceClass
                )
            )
        }
        return (outcome, closed(now: now))
    }

    /// The figures at the end, however it came.
    mutating func closed(now: Nanoseconds) -> FindStatistics {
        statistics.totalMilliseconds = Self.milliseconds(from: sentAt, to: now)
        if let cancelledAt {
            statistics.cancelToFinalMilliseconds = Self.milliseconds(from: cancelledAt, to: now)
        }
        return statistics
    }

    /// When this operation has waited too long, if the connection has been read since that moment; nil if it is not read,
    /// and there is no cancel whose budget runs.
    func deadline(readingSince: Nanoseconds?) -> Nanoseconds? {
        if let limitReachedAt { return limitReachedAt &+ Self.nanoseconds(Self.limitGrace) }
        if let cancelledAt { return cancelledAt &+ Self.nanoseconds(options.cancelBudget) }
        guard let readingSince else { return nil }
        let seconds = hasResponse ? options.nextResponseTimeout : options.firstResponseTimeout
        return max(lastResponseAt, readingSince) &+ Self.nanoseconds(seconds)
    }

    private var hasResponse: Bool { statistics.matches > 0 || statistics.emptyResponses > 0 }

    /// The outcome of passing ``deadline``.
    var expiry: FindOutcome {
        if limitReachedAt != nil { return .truncated(.byServer) }
        if let cancelledAt {
            let milliseconds = Self.milliseconds(
                from: cancelledAt,
                to: cancelledAt &+ Self.nanoseconds(options.cancelBudget)
            )
            return .aborted(
                AssociationAbort(
                    .cancelIgnored(afterMilliseconds: milliseconds, matchesAfter: statistics.matchesAfterCancel)
                )
            )
        }
        if hasResponse { return .timedOut(.nextResponse, seconds: options.nextResponseTimeout) }
        return .timedOut(.firstResponse, seconds: options.firstResponseTimeout)
    }

    static func milliseconds(from start: Nanoseconds, to end: Nanoseconds) -> Double {
        end > start ? Double(end - start) / 1_000_000 : 0
    }

    /// Clamped to a century, so that a deadline can always be added to; what is not a number is no time at all.
    static func nanoseconds(_ seconds: Double) -> Nanoseconds {
        seconds > 0 ? Nanoseconds(min(seconds, 3.2e9) * 1_000_000_000) : 0
    }
}
