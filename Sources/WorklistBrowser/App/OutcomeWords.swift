import DICOMProtocol
import Terminal

/// How a query ended, for the status line: a word, its colour, and the figures behind it. Every figure comes from the wire.
struct OutcomeWords: Hashable, Sendable {
    var badge: TerminalText
    /// Theme scope of the badge.
    var scope: String
    var parts: [TerminalText]

    /// `rows`: rows of this query that are kept.
    init(_ end: QueryEnd, rows: Int, statistics: FindStatistics?) {
        let count: TerminalText = "\(rows) \(rows == 1 ? "row" : "rows")"
        switch end {
        case .outcome(.complete):
            badge = "complete"
            scope = "ui.outcome.complete"
            var whole = count
            if let total = statistics?.totalMilliseconds { whole += " in \(Figures.milliseconds(total))" }
            parts = [whole]
            if rows > 0, let rate = statistics?.matchesPerSecond { parts.append("\(Figures.rate(rate))") }
        case .outcome(.cancelled(let cancellation)):
            badge = "CANCELLED BY US"
            scope = "ui.outcome.cancelled"
            parts = [count] + Self.words(cancellation)
        case .outcome(.truncated(.ownLimit(let limit, let cancellation))):
            badge = "LIMITED"
            scope = "ui.outcome.limited"
            parts = ["our limit of \(limit) rows reached, more exist"] + Self.words(cancellation)
        case .outcome(.truncated(.byServer)):
            badge = "TRUNCATED BY SERVER"
            scope = "ui.outcome.limited"
            parts = [count, "it ended with FE00 though we had not cancelled"]
        case .outcome(.failed(let failure)):
            badge = "FAILED"
            scope = "ui.outcome.failed"
            parts = ["status \(failure.status.description): \(failure.status.meaning)"]
            if let comment = failure.errorComment, !comment.isEmpty {
                parts.append(TerminalText("“") + TerminalText(comment, limit: 120) + "”")
            }
            parts.append(count)
        case .outcome(.aborted(let abort)):
            badge = "ABORTED"
            scope = "ui.outcome.failed"
            switch abort.cause {
            case .peer: parts = ["by the server: \(abort.explanation)"]
            case .user: parts = ["by us, as you asked"]
            case .cancelIgnored(let milliseconds, let after):
                parts = [
                    "by us: no answer to C-CANCEL for \(Figures.milliseconds(milliseconds)), \(after) rows came after it"
                ]
            case .protocolViolation(let text): parts = ["by us: the server broke the protocol (\(text))"]
            }
            parts.append(count)
        case .outcome(.timedOut(let wait, let seconds)):
            badge = "TIMED OUT"
            scope = "ui.outcome.failed"
            parts = ["waited \(Figures.milliseconds(seconds * 1000)) for \(wait.rawValue)", count]
        case .outcome(.lost(let reason)):
            badge = "LOST"
            scope = "ui.outcome.failed"
            switch reason {
            case .connectionClosed(let detail): parts = ["the connection ended: \(detail)", count]
            case .releasedByPeer: parts = ["the server released the association before the end", count]
            }
        case .failed(let failure) where failure.cause == .cancelled:
            badge = "CANCELLED"
            scope = "ui.outcome.cancelled"
            parts = ["before \(failure.peer.address) had answered; nothing was asked"]
        case .failed(let failure):
            badge = "FAILED"
            scope = "ui.outcome.failed"
            if case .rejected(let reject) = failure.cause {
                parts = ["association refused: \(reject.explanation)"]
            } else {
                parts = [TerminalText(failure.summary)]
            }
        case .replaced:
            badge = "STOPPED"
            scope = "ui.outcome.cancelled"
            parts = [count, "another query took its place"]
        }
        if let statistics {
            if statistics.strayResponses > 0 {
                parts.append("\(statistics.strayResponses) stray responses dropped")
            }
            if statistics.emptyResponses > 0 {
                parts.append("\(statistics.emptyResponses) responses without identifier")
            }
        }
    }

    /// The badge says already that rows are missing.
    static func saysPartial(_ end: QueryEnd?) -> Bool {
        if case .outcome(.truncated) = end { true } else { false }
    }

    private static func words(_ cancellation: FindOutcome.Cancellation) -> [TerminalText] {
        let after = cancellation.matchesAfter
        let came: TerminalText = after == 0 ? "none" : "\(after)"
        var parts: [TerminalText] = [
            "server took \(Figures.milliseconds(cancellation.milliseconds)), \(came) came after the cancel"
        ]
        switch cancellation.finalStatus {
        case .cancel: break
        case .success: parts.append("it ended with Success: the list may or may not be whole")
        default: parts.append("it ended with status \(cancellation.finalStatus.description)")
        }
        return parts
    }

    /// The parts without what stands in brackets at their ends: for a screen that has no room for all of it.
    var brief: [TerminalText] {
        parts.map { part in
            guard part.string.last == ")", let bracket = part.string.lastIndex(of: "(") else { return part }
            let before = part.string[..<bracket]
            return before.last == " " ? TerminalText(String(before.dropLast())) : part
        }
    }

    /// Badge and figures in one line, as scripts see them.
    var line: TerminalText { ([badge] + parts).joined(separator: "   ") }
}

/// Spans of time and rates as people read them.
enum Figures {
    /// `312 ms`, `3.2 s`, `2 min 5 s`.
    static func milliseconds(_ value: Double) -> TerminalText {
        guard value.isFinite, value >= 0 else { return "?" }
        if value < 10, value > 0 {
            let tenths = Int((value * 10).rounded())
            return tenths.isMultiple(of: 10) ? "\(tenths / 10) ms" : "\(tenths / 10).\(tenths % 10) ms"
        }
        if value < 999.5 { return "\(Int(value.rounded())) ms" }
        return seconds(value / 1000)
    }

    /// `3.2 s`, from ten minutes on without seconds.
    static func seconds(_ value: Double) -> TerminalText {
        guard value.isFinite, value >= 0, value < 1e9 else { return "?" }
        if value < 99.95 {
            let tenths = Int((value * 10).rounded())
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let whole = Int(value)
        if whole < 600 { return "\(whole / 60) min \(whole % 60) s" }
        if whole < 7200 { return "\(whole / 60) min" }
        return "\(whole / 3600) h"
    }

    /// `15 s`, `12 min`, `3 h`, `2 days`.
    static func age(_ value: Double) -> TerminalText {
        guard value.isFinite, value >= 0, value < 1e9 else { return "?" }
        let whole = Int(value)
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min"
        case ..<172_800: return "\(whole / 3600) h"
        default: return "\(whole / 86_400) days"
        }
    }

    /// `46/s`.
    static func rate(_ value: Double) -> TerminalText {
        guard value.isFinite, value >= 0, value < 1e12 else { return "?" }
        if value >= 10 { return "\(Int(value.rounded()))/s" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)/s"
    }
}
