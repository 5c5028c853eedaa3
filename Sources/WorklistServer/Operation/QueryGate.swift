import DICOMNetwork
import DICOMProtocol
import Synchronization

/// Bounds of one query, and of how often one peer may ask. Nil is no bound.
public struct QueryLimits: Hashable, Sendable {
    /// Matches of one query.
    public var rows: Int?
    /// Seconds a query may take, slow peers included.
    public var seconds: Double?
    /// Queries from one address, in the long run; twice as many may come at once.
    public var queriesPerSecond: Double?

    public init(rows: Int? = nil, seconds: Double? = nil, queriesPerSecond: Double? = nil) {
        self.rows = rows
        self.seconds = seconds
        self.queriesPerSecond = queriesPerSecond
    }
}

/// Stands before the handlers of a server and holds each query to ``QueryLimits``.
///
///     let gate = QueryGate(server, limits: QueryLimits(rows: 5_000))
///     service.bind(to: gate)
///
/// What is too much is answered with A700 (out of resources) and a comment: matches that came before it are true, and the
/// answer is not called whole. FE00 would say that a C-CANCEL ended it, which nobody sent (PS3.4 K.4.1.1.4, C.4.1.1.4).
public final class QueryGate: HandlerBinding {
    private let server: any HandlerBinding
    private struct State {
        var limits: QueryLimits
        var rates = RateTable()
    }
    private let state: Mutex<State>
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    public init(_ server: any HandlerBinding, limits: QueryLimits = QueryLimits()) {
        self.server = server
        state = Mutex(State(limits: limits))
        start = clock.now
    }

    /// For queries from now on.
    public var limits: QueryLimits {
        get { state.withLock { $0.limits } }
        set { state.withLock { $0.limits = newValue } }
    }

    public func bind(find handler: FindHandler?, for sopClass: String?) {
        guard let handler else {
            server.bind(find: nil, for: sopClass)
            return
        }
        server.bind(find: { [self] in try await admit($0, $1, handler) }, for: sopClass)
    }

    public func bind(echo handler: EchoHandler?) { server.bind(echo: handler) }

    private func admit(_ event: FindEvent, _ responder: FindResponder, _ handler: @escaping FindHandler) async throws {
        let now = (clock.now - start) / .seconds(1)
        let (limits, isTooOften) = state.withLock { state in
            guard let rate = state.limits.queriesPerSecond else { return (state.limits, false) }
            let address = Self.address(event.association.remoteAddress)
            return (state.limits, !state.rates.take(address, rate: rate, now: now))
        }
        if isTooOften {
            let rate = limits.queriesPerSecond.map(Self.number) ?? ""
            try await responder.finish(
                StatusReply(.outOfResources, errorComment: "more than \(rate) queries a second: ask less often")
            )
            return
        }
        if let rows = limits.rows {
            responder.limit(
                matches: rows,
                reply: StatusReply(.outOfResources, errorComment: "more than \(rows) matches: narrow the query")
            )
        }
        guard let seconds = limits.seconds else {
            try await handler(event, responder)
            return
        }
        let work = Task { try await handler(event, responder) }
        let watch = Task {
            try await Task.sleep(for: .seconds(seconds))
            let comment = "not done after \(Self.number(seconds)) s: narrow the query"
            // The status first: a handler that is cancelled ends as if it had nothing more to say.
            try await responder.finish(StatusReply(.outOfResources, errorComment: comment))
            work.cancel()
        }
        defer { watch.cancel() }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            work.cancel()
        }
    }

    /// Without the port: each association of a peer has another.
    static func address(_ words: String) -> String {
        guard let colon = words.lastIndex(of: ":") else { return words }
        return String(words[..<colon])
    }

    /// `5`, `0.5`.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(value)
    }
}

/// A bucket of tokens for each address; those that are full again are forgotten.
struct RateTable {
    private struct Bucket {
        var tokens: Double
        var at: Double
    }

    private var buckets: [String: Bucket] = [:]
    private var sweepAt = 1_024

    /// Takes a token; false if there is none.
    mutating func take(_ address: String, rate: Double, now: Double) -> Bool {
        let capacity = max(1, 2 * rate)
        var bucket = buckets[address] ?? Bucket(tokens: capacity, at: now)
        bucket.tokens = min(capacity, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        buckets[address] = bucket
        if buckets.count > sweepAt {
            buckets = buckets.filter { $0.value.tokens + (now - $0.value.at) * rate < capacity }
            sweepAt = max(1_024, 2 * buckets.count)
        }
        return isAllowed
    }

    var count: Int { buckets.count }
}
