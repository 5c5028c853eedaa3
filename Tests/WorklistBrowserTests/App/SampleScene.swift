import DICOMProtocol
import Terminal
import Testing

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

/// What holds on every screen.
enum GridInvariants {
    static func check(_ grid: Grid, sourceLocation: SourceLocation = #_sourceLocation) {
        var faults: [String] = []
        for row in 0..<grid.rows {
            var width = 0
            for column in 0..<grid.columns {
                let cell = grid[row, column]
                width += cell.width
                if cell.isBlank { continue }
                for scalar in cell.text.unicodeScalars where scalar.value < 0x20 || scalar.value > 0x7E {
                    switch scalar.properties.generalCategory {
                    case .control, .format: faults.append("control character in row \(row)")
                    default: break
                    }
                }
            }
            if width != grid.columns { faults.append("row \(row) is \(width) wide") }
        }
        #expect(faults.isEmpty, sourceLocation: sourceLocation)
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
