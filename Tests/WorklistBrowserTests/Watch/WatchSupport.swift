import DICOMProtocol
import Terminal

@testable import WorklistBrowser

extension Sample {
    /// The morning a minute later: two have come, one is further on, one has gone.
    static var laterMorning: [Step] {
        var steps = morning
        steps[1].status = "ARRIVED"
        steps[1].time = "084500"
        steps.remove(at: 4)
        steps.append(
            Step(
                name: "FISCHER^Jana",
                id: "00612001",
                born: "19830117",
                accession: "26-004790",
                procedure: "CT Thorax",
                time: "093500",
                priority: "STAT"
            )
        )
        steps.append(
            Step(
                name: "IVERSEN^Kaja",
                id: "00612002",
                born: "19991130",
                accession: "26-004791",
                procedure: "CT Head",
                time: "120000"
            )
        )
        return steps
    }

    static let peer = AssociationFailure.Peer(
        host: "127.0.0.1",
        port: 104,
        calledAETitle: "RISMWL",
        callingAETitle: "CT01"
    )
}

extension Browser {
    /// Moves the clock to so many seconds after the start.
    @discardableResult
    mutating func at(_ seconds: Double) -> [Effect] { update(.clock(Sample.later(seconds))) }

    /// A refresh with these rows, asked for by the watch or by `r`, ending at `seconds`.
    mutating func refresh(_ request: FindRequest?, _ steps: [Sample.Step], at seconds: Double) -> [Effect] {
        guard let request else { return [] }
        receive(request.id, steps)
        at(seconds)
        let count = receivedRowCount
        return update(.find(request.id, .finished(.complete, Sample.statistics(matches: count, total: 120))))
    }

    mutating func fail(_ request: FindRequest?) -> [Effect] {
        guard let request else { return [] }
        return update(
            .find(request.id, .failed(AssociationFailure(.rejected(.callingAETitleNotRecognized), peer: Sample.peer)))
        )
    }

    /// A list of the morning, and the one a minute later in its place.
    static func watched(
        theme: Theme = .standard,
        size: TerminalSize = TerminalSize(columns: 80, rows: 24)
    ) -> Browser {
        var browser = Browser.loaded(theme: theme, size: size)
        browser.keys("W")
        let request = browser.at(63.3).finds.first
        _ = browser.refresh(request, Sample.laterMorning, at: 63.5)
        browser.at(78.5)
        browser.message = nil
        return browser
    }
}

extension [Effect] {
    var hasBell: Bool { contains { if case .bell = $0 { true } else { false } } }

    var comparisons: [CompareJob] {
        compactMap { if case .compare(let job) = $0 { job } else { nil } }
    }
}
