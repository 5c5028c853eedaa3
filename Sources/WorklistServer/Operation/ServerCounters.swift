import DICOMNetwork
import DICOMProtocol
import Synchronization

/// What a server has done since it began, as numbers: for Prometheus, and anyone who reads its text format.
public final class ServerCounters: Sendable {
    private struct State {
        var associations = 0
        var accepted = 0
        var rejections: [String: Int] = [:]
        var queries: [Label: Int] = [:]
        var refusedRequests: [String: Int] = [:]
        var matches = 0
        var failedConnections = 0
        /// Queries by the first bucket they fit in; the last one is for those that fit in none.
        var durations = [Int](repeating: 0, count: ServerCounters.bounds.count + 1)
        var seconds = 0.0
    }

    private struct Label: Hashable, Comparable {
        var model: String
        var status: String

        static func < (a: Label, b: Label) -> Bool { (a.model, a.status) < (b.model, b.status) }
    }

    /// Upper bounds of the histogram, in seconds.
    static let bounds = [0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60]

    private let state = Mutex(State())
    /// How many items there are to be asked for; nil if that is not known.
    private let items: @Sendable () -> Int?

    public init(items: @escaping @Sendable () -> Int? = { nil }) {
        self.items = items
    }

    /// Hand this to the server's ``/DICOMNetwork/ServerConfiguration/activity``.
    public func record(_ activity: ServerActivity) {
        state.withLock { state in
            switch activity {
            case .accepted:
                state.accepted += 1
                state.associations += 1
            case .refused(let refusal):
                let code = refusal.rejection.map { "\($0.result.rawValue)/\($0.source.rawValue)/\($0.reason)" }
                state.rejections[code ?? "abort", default: 0] += 1
            case .answered(let event, let answer):
                let status = answer.status.map { "\($0)" } ?? "gone"
                state.queries[Label(model: event.service.name, status: status), default: 0] += 1
                state.matches += answer.matches
                state.seconds += answer.seconds
                let bucket = Self.bounds.firstIndex { answer.seconds <= $0 } ?? Self.bounds.count
                state.durations[bucket] += 1
            case .refusedRequest(_, _, let status): state.refusedRequests["\(status)", default: 0] += 1
            case .ended(let ending):
                if ending.association != nil {
                    state.associations -= 1
                } else if case .rejected = ending.end {
                    break
                } else {
                    state.failedConnections += 1
                }
            }
        }
    }

    /// The text format of Prometheus, version 0.0.4.
    public var text: String {
        let state = state.withLock { $0 }
        var out = ""
        func family(_ name: String, _ type: String, _ help: String, _ lines: [(labels: String, value: String)]) {
            out += "# HELP worklist_\(name) \(help)\n# TYPE worklist_\(name) \(type)\n"
            for line in lines { out += "worklist_\(name)\(line.labels) \(line.value)\n" }
        }
        family("associations", "gauge", "Associations that stand.", [("", "\(state.associations)")])
        family("associations_total", "counter", "Associations accepted.", [("", "\(state.accepted)")])
        family(
            "rejections_total",
            "counter",
            "Association requests refused, by result/source/reason of the A-ASSOCIATE-RJ.",
            state.rejections.sorted { $0.key < $1.key }.map { ("{reason=\"\($0.key)\"}", "\($0.value)") }
        )
        family(
            "connections_failed_total",
            "counter",
            "Connections that never asked for an association.",
            [("", "\(state.failedConnections)")]
        )
        family(
            "queries_total",
            "counter",
            "C-FIND requests answered, by model and final status.",
            state.queries.sorted { $0.key < $1.key }.map {
                ("{model=\"\($0.key.model)\",status=\"\($0.key.status)\"}", "\($0.value)")
            }
        )
        family(
            "requests_refused_total",
            "counter",
            "Requests refused before they were looked at, by status.",
            state.refusedRequests.sorted { $0.key < $1.key }.map { ("{status=\"\($0.key)\"}", "\($0.value)") }
        )
        family("matches_total", "counter", "Matches sent.", [("", "\(state.matches)")])
        var sum = 0
        var buckets: [(labels: String, value: String)] = []
        for (bound, count) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], state.durations) {
            sum += count
            buckets.append(("_bucket{le=\"\(bound)\"}", "\(sum)"))
        }
        family(
            "query_seconds",
            "histogram",
            "Time from a C-FIND request to its final response.",
            buckets + [("_sum", "\(state.seconds)"), ("_count", "\(sum)")]
        )
        if let items = items() { family("items", "gauge", "Items there are to be asked for.", [("", "\(items)")]) }
        return out
    }
}
