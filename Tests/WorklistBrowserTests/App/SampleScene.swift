import DICOMProtocol
import Terminal

@testable import WorklistBrowser

/// The situations a list can be in, for tests that go from one of them anywhere.
enum SampleScene: String, CaseIterable, Sendable {
    case streaming, complete, cancelled, failed, empty, help

    func browser(_ theme: Theme, _ size: TerminalSize) -> Browser {
        switch self {
        case .complete: return .loaded(theme: theme, size: size)
        case .help:
            var browser = Browser.loaded(theme: theme, size: size)
            browser.keys("?")
            return browser
        case .streaming:
            var browser = Sample.browser(theme: theme, size: size)
            let id = browser.begin()
            browser.receive(id, Array(Sample.morning[4...]))
            browser.keys("j", "j")
            browser.receive(id, Array(Sample.morning[..<4]))
            _ = browser.update(.clock(Sample.later(3.2)))
            return browser
        case .cancelled:
            var browser = Sample.browser(theme: theme, size: size)
            let id = browser.begin()
            browser.receive(id, Array(Sample.morning[..<9]))
            browser.keys("x")
            browser.receive(id, Array(Sample.morning[9...]), status: .pendingWithUnsupportedKeys)
            let cancellation = FindOutcome.Cancellation(milliseconds: 312, matchesAfter: 5, finalStatus: .cancel)
            _ = browser.update(.find(id, .finished(.cancelled(cancellation), Sample.statistics(matches: 14))))
            _ = browser.update(.clock(Sample.later(75)))
            return browser
        case .failed:
            var browser = Browser.loaded(theme: theme, size: size)
            guard let request = browser.keys("2").finds.first else { return browser }
            let peer = AssociationFailure.Peer(
                host: "127.0.0.1",
                port: 104,
                calledAETitle: "RISMWL",
                callingAETitle: "CT01"
            )
            let failure = AssociationFailure(.rejected(.callingAETitleNotRecognized), peer: peer)
            _ = browser.update(.find(request.id, .failed(failure)))
            return browser
        case .empty:
            var browser = Sample.browser(theme: theme, size: size)
            let id = browser.begin()
            browser.complete(id, total: 84)
            return browser
        }
    }
}

extension Browser {
    /// Birth date, ID and accession number of the row under the cursor, as they have to stand on screen.
    var identifiersUnderCursor: [String] {
        guard let list, let cursor = list.cursor else { return [] }
        let text = list.rows.text(cursor.row)
        return [ListColumn.born, .id, .accession].map { text[$0].text.string }.filter { !$0.isEmpty }
    }
}
