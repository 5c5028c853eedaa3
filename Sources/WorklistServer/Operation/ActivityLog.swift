import DICOMNetwork
import DICOMProtocol
import Logging
import Synchronization

/// Writes what a server does to a log: a line for each association, each query, each refusal; no patient data, ever.
///
/// AE titles, implementation names and comments are text from outside: the log handler has to make them harmless.
public final class ActivityLog: Sendable {
    private struct Tally {
        var queries = 0
        var matches = 0
    }

    private struct State {
        var logger: Logger
        var tallies: [Int: Tally] = [:]
    }

    private let state: Mutex<State>

    public init(_ logger: Logger) {
        state = Mutex(State(logger: logger))
    }

    /// For lines from now on.
    public var logger: Logger {
        get { state.withLock { $0.logger } }
        set { state.withLock { $0.logger = newValue } }
    }

    /// Hand this to the server's ``/DICOMNetwork/ServerConfiguration/activity``.
    public func record(_ activity: ServerActivity) {
        switch activity {
        case .accepted(let association):
            state.withLock { $0.tallies[association.id] = Tally() }
            logger.debug("association accepted", metadata: Self.names(association))
        case .refused(let refusal): log(refusal)
        case .answered(let event, let answer): log(event, answer)
        case .refusedRequest(let association, let command, let status):
            var metadata = Self.names(association)
            metadata["request"] = "\(CommandField.name(command.field))"
            metadata["status"] = "\(status)"
            metadata["meaning"] = "\(status.meaning)"
            logger.warning("request refused", metadata: metadata)
        case .ended(let ending): log(ending)
        }
    }

    private func log(_ refusal: ServerActivity.Refusal) {
        var metadata: Logger.Metadata = [
            "association": .stringConvertible(refusal.id), "peer": "\(refusal.remoteAddress)",
            "calling": "\(refusal.request.callingAETitle.text)", "called": "\(refusal.request.calledAETitle.text)",
            "why": "\(refusal.explanation)",
        ]
        if let rejection = refusal.rejection {
            metadata["told"] = "\(rejection.result.rawValue)/\(rejection.source.rawValue)/\(rejection.reason)"
        }
        logger.notice("association rejected", metadata: metadata)
    }

    private func log(_ event: FindEvent, _ answer: ServerActivity.FindAnswer) {
        let logger = state.withLock { state in
            state.tallies[event.association.id]?.queries += 1
            state.tallies[event.association.id]?.matches += answer.matches
            return state.logger
        }
        let isFailure = answer.status.map { $0.category == .failure || $0.category == .unknown } ?? false
        let level = isFailure ? Logger.Level.warning : .info
        guard logger.logLevel <= level else { return }
        var metadata = Self.names(event.association)
        metadata["model"] = "\(event.service.name)"
        if let identifier = try? event.identifier {
            let keys = KeySummary(identifier)
            metadata["keys"] = "\(keys)"
            metadata["returned"] = .stringConvertible(keys.returned)
        } else {
            metadata["keys"] = "undecodable"
        }
        metadata["matches"] = .stringConvertible(answer.matches)
        metadata["status"] = "\(answer.status.map { "\($0)" } ?? "gone")"
        metadata["ms"] = .stringConvertible(Self.milliseconds(answer.seconds))
        if let first = answer.firstMatchSeconds { metadata["first_ms"] = .stringConvertible(Self.milliseconds(first)) }
        // The comment of a failure is the server's own, but may name what the query asked: the status says enough.
        logger.log(level: level, "query", metadata: metadata)
    }

    private func log(_ ending: ServerActivity.Ending) {
        let (logger, tally) = state.withLock { ($0.logger, $0.tallies.removeValue(forKey: ending.id)) }
        guard let association = ending.association else {
            let level: Logger.Level
            switch ending.end {
            // Told already.
            case .rejected: return
            case .notSecure, .peerSpeaksTLS, .notDICOM: level = .notice
            default: level = .debug
            }
            logger.log(
                level: level,
                "connection without an association",
                metadata: [
                    "association": .stringConvertible(ending.id), "peer": "\(ending.remoteAddress)",
                    "why": "\(ending.end.explanation)",
                ]
            )
            return
        }
        var metadata = Self.names(association)
        let implementation = association.negotiated.peerImplementation
        if let name = implementation.versionName ?? implementation.classUID { metadata["implementation"] = "\(name)" }
        metadata["queries"] = .stringConvertible(tally?.queries ?? 0)
        metadata["matches"] = .stringConvertible(tally?.matches ?? 0)
        metadata["seconds"] = .stringConvertible(Self.milliseconds(ending.seconds) / 1_000)
        metadata["end"] = "\(ending.end.explanation)"
        logger.info("association", metadata: metadata)
    }

    private static func names(_ association: PeerAssociation) -> Logger.Metadata {
        [
            "association": .stringConvertible(association.id), "peer": "\(association.remoteAddress)",
            "calling": "\(association.callingAETitle)", "called": "\(association.calledAETitle)",
        ]
    }

    /// Rounded to what can be measured.
    private static func milliseconds(_ seconds: Double) -> Double { (seconds * 100_000).rounded() / 100 }
}
