import DICOMData
import DICOMProtocol
import Terminal

@testable import WorklistBrowser

/// Plain mode on synthetic items.
extension PlainBrowser {
    static func sample(isInteractive: Bool = true, server: ServerProfile? = Sample.server) -> PlainBrowser {
        PlainBrowser(
            browser: Browser(
                theme: .standard,
                servers: [server].compactMap(\.self),
                current: server,
                configPath: "~/.config/worklist/config.toml",
                now: Sample.start
            ),
            isInteractive: isInteractive
        ) { text, title in
            let profile = ServerProfile(
                name: text,
                host: "127.0.0.1",
                port: 104,
                calledAETitle: "RIS",
                callingAETitle: title ?? "WORKLIST"
            )
            return text.hasPrefix("RIS@")
                ? .success(profile)
                : .failure(PlainBrowser.ServerTextError("use AE@HOST:PORT"))
        }
    }

    /// Started, with the query that was sent.
    static func started(isInteractive: Bool = true) -> (PlainBrowser, FindID) {
        var plain = sample(isInteractive: isInteractive)
        guard let request = plain.start().effects.finds.first else { fatalError("nothing was asked") }
        return (plain, request.id)
    }

    /// A finished list of the morning; its first row has been said.
    static func loaded(isInteractive: Bool = true) -> PlainBrowser {
        var (plain, id) = started(isInteractive: isInteractive)
        plain.receive(id, Sample.morning)
        _ = plain.end(id)
        return plain
    }

    /// Types a line; what is said.
    @discardableResult
    mutating func type(_ line: String) -> [String] { take(line: line).lines.map(\.string) }

    @discardableResult
    mutating func receive(_ id: FindID, _ steps: [Sample.Step], status: Status = .pending) -> [String] {
        take(event: .find(id, .matches(Sample.batch(steps, status: status)))).lines.map(\.string)
    }

    mutating func end(_ id: FindID, _ outcome: FindOutcome = .complete) -> [String] {
        let statistics = Sample.statistics(matches: browser.receivedRowCount)
        return take(event: .find(id, .finished(outcome, statistics))).lines.map(\.string)
    }

    mutating func clock(_ seconds: Double) -> [String] {
        take(event: .clock(Sample.later(seconds))).lines.map(\.string)
    }
}
