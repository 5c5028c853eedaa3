import ArgumentParser
import DICOMData
import DICOMProtocol
import WorklistBrowser

/// `--summary`: how a query went, on standard error.
enum SummaryFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    func write(_ outcome: FindOutcome, _ statistics: FindStatistics, rows: Int, guessed: Int?, damaged: Int?) {
        var summary = Summary(
            outcome: Self.name(outcome),
            status: Self.status(outcome),
            rows: rows,
            statistics: statistics
        )
        summary.guessedRows = guessed
        summary.damagedRows = damaged
        write(summary)
    }

    /// There was no association.
    func write(failure: AssociationFailure) {
        var summary = Summary(
            outcome: failure.isRefusal ? "rejected" : "not-connected",
            status: nil,
            rows: 0,
            statistics: FindStatistics()
        )
        summary.error = failure.summary
        write(summary)
    }

    private func write(_ summary: Summary) {
        StandardError.write((self == .json ? JSONText.safe(summary.json) : summary.text) + "\n")
    }

    private static func name(_ outcome: FindOutcome) -> String {
        switch outcome {
        case .complete: "complete"
        case .cancelled: "cancelled"
        case .truncated(.byServer): "truncated"
        case .truncated(.ownLimit): "limited"
        case .failed: "failed"
        case .aborted: "aborted"
        case .timedOut: "timedOut"
        case .lost: "lost"
        }
    }

    /// The final status, four hexadecimal digits; nil when none came.
    private static func status(_ outcome: FindOutcome) -> String? {
        switch outcome {
        case .complete: "0000"
        case .cancelled(let cancellation), .truncated(.ownLimit(_, let cancellation)):
            cancellation.finalStatus.description
        case .truncated(.byServer): "FE00"
        case .failed(let failure): failure.status.description
        case .aborted, .timedOut, .lost: nil
        }
    }

    private struct Summary {
        var outcome: String
        var status: String?
        var rows: Int
        var statistics: FindStatistics
        /// Nil: the rows were not looked into.
        var guessedRows: Int?
        var damagedRows: Int?
        var error: String?

        /// Name and value, null for what was not measured.
        private var figures: [(String, String?)] {
            func number(_ value: Double?) -> String? {
                value.map { value in
                    let thousandths = Int((value * 1000).rounded())
                    let fraction = String(thousandths % 1000)
                    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
                }
            }
            return [
                ("matches", String(statistics.matches)),
                ("rows", String(rows)),
                ("connect_ms", number(statistics.connectMilliseconds)),
                ("associate_ms", number(statistics.associateMilliseconds)),
                ("first_match_ms", number(statistics.firstMatchMilliseconds)),
                ("total_ms", number(statistics.totalMilliseconds)),
                ("matches_per_second", statistics.matchesPerSecond.map { String(Int($0.rounded())) }),
                ("cancel_to_final_ms", number(statistics.cancelToFinalMilliseconds)),
                ("matches_after_cancel", String(statistics.matchesAfterCancel)),
                ("unsupported_key_matches", String(statistics.matchesWithUnsupportedKeys)),
                ("stray_responses", String(statistics.strayResponses)),
                ("guessed_text_rows", guessedRows.map { String($0) }),
                ("damaged_rows", damagedRows.map { String($0) }),
            ]
        }

        var json: String {
            var parts = ["\"outcome\":" + DICOMJSON.quoted(outcome)]
            parts.append("\"status\":" + (status.map(DICOMJSON.quoted) ?? "null"))
            parts += figures.map { "\"\($0)\":\($1 ?? "null")" }
            if let error { parts.append("\"error\":" + DICOMJSON.quoted(error)) }
            return "{" + parts.joined(separator: ",") + "}"
        }

        var text: String {
            var parts = ["outcome \(outcome)"]
            if let status { parts.append("status \(status)") }
            parts += figures.compactMap { name, value in value.map { "\(name) \($0)" } }
            return parts.joined(separator: ", ")
        }
    }
}
