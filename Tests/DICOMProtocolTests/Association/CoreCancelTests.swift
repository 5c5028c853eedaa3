import DICOMData
import Testing

@testable import DICOMProtocol

@Suite struct CoreCancelTests {
    private func cancellation(_ outcome: FindOutcome?) -> FindOutcome.Cancellation? {
        if case .cancelled(let cancellation)? = outcome { cancellation } else { nil }
    }

    @Test(
        "Cancel, then FE00: cancelled, with the time it took and what came after",
        arguments: [0xFE00, 0x0000] as [UInt16]
    )
    func cancelled(status: UInt16) throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.match(id, Wire.item(0)))
        harness.cancel(id)
        harness.cancel(id)
        #expect(
            harness.sentCommands.last == CommandSet(field: CommandField.cancelRequest, messageIDBeingRespondedTo: id)
        )
        #expect(harness.sentCommands.count == 2)
        harness.now += Harness.second / 10
        harness.feed(Wire.match(id, Wire.item(1)) + Wire.match(id, Wire.item(2)) + Wire.final(id, status))
        // Found before the server stopped, and so shown.
        #expect(harness.rows(id).count == 3)
        #expect(
            cancellation(harness.outcome(id))
                == .init(milliseconds: 100, matchesAfter: 2, finalStatus: Status(status))
        )
        #expect(harness.results(id).first?.statistics.cancelToFinalMilliseconds == 100)
        #expect(harness.core.isEstablished)
        #expect(harness.events.count { if case .cancelSent(id) = $0 { true } else { false } } == 1)
    }

    @Test("A failure after a cancel is still a failure")
    func failure() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.cancel(id)
        harness.feed(Wire.final(id, 0xC001))
        #expect(harness.outcome(id) == .failed(FindFailure(status: Status(0xC001), serviceClass: .basicWorklist)))
    }

    @Test("A cancel that is ignored until the budget is over ends in A-ABORT, and says so")
    func ignored() throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(cancelBudget: 2))
        let waiting = try harness.find()
        harness.feed(Wire.match(id, Wire.item(0)))
        harness.cancel(id)
        for number in 1...19 {
            harness.wait(0.1)
            harness.feed(Wire.match(id, Wire.item(number)))
            #expect(harness.outcome(id) == nil)
        }
        harness.wait(0.2)
        let expected = AssociationAbort(.cancelIgnored(afterMilliseconds: 2_000, matchesAfter: 19))
        #expect(harness.outcome(id) == .aborted(expected))
        #expect(harness.sentAbort == [0, 0])
        #expect(harness.ends == [.aborted(expected)])
        #expect(harness.outcome(waiting) == .aborted(expected))
        #expect(harness.core.wantsClose)
    }

    @Test("Exactly as many matches as the limit is a whole list; one more is not", arguments: [0, 1, 2])
    func limit(beyond: Int) throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(limit: 3))
        for number in 0..<(3 + beyond) { harness.feed(Wire.match(id, Wire.item(number))) }
        #expect(harness.sentCommands.count == (beyond == 0 ? 1 : 2))
        harness.feed(Wire.final(id, beyond == 0 ? 0 : 0xFE00))
        #expect(harness.rows(id) == (0..<3).map(Wire.item))
        if beyond == 0 {
            #expect(harness.outcome(id) == .complete)
        } else {
            let cancellation = FindOutcome.Cancellation(milliseconds: 0, matchesAfter: beyond - 1, finalStatus: .cancel)
            #expect(harness.outcome(id) == .truncated(.ownLimit(rows: 3, cancellation)))
        }
        #expect(harness.results(id).first?.statistics.matches == 3 + beyond)
    }

    @Test("The limit is passed within one read: the rest of the read is dropped, not shown")
    func limitWithinRead() throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(limit: 3))
        harness.feed((0..<50).flatMap { Wire.match(id, Wire.item($0)) } + Wire.final(id, 0))
        #expect(harness.rows(id) == (0..<3).map(Wire.item))
        let cancellation = FindOutcome.Cancellation(milliseconds: 0, matchesAfter: 46, finalStatus: .success)
        #expect(harness.outcome(id) == .truncated(.ownLimit(rows: 3, cancellation)))
        #expect(harness.sentCommands.count == 2)
    }

    @Test("cancelAfter cancels as a user would")
    func cancelAfter() throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(cancelAfter: 2))
        harness.feed(Wire.match(id, Wire.item(0)))
        #expect(harness.sentCommands.count == 1)
        harness.feed(Wire.match(id, Wire.item(1)))
        #expect(harness.sentCommands.count == 2)
        harness.feed(Wire.match(id, Wire.item(2)) + Wire.final(id, 0xFE00))
        #expect(harness.rows(id).count == 3)
        #expect(cancellation(harness.outcome(id))?.matchesAfter == 1)
    }

    @Test("What comes after a query was abandoned is counted, not kept")
    func abandoned() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.match(id, Wire.item(0)))
        harness.cancel(id, .abandoned)
        harness.feed(Wire.match(id, Wire.item(1)) + Wire.final(id, 0xFE00))
        #expect(harness.rows(id) == [Wire.item(0)])
        #expect(cancellation(harness.outcome(id))?.matchesAfter == 1)
    }

    @Test("A query that waits in line and is cancelled was never sent")
    func queued() throws {
        var harness = try Harness.requestor()
        let first = try harness.find()
        let second = try harness.find()
        harness.cancel(second)
        #expect(cancellation(harness.outcome(second)) != nil)
        harness.feed(Wire.final(first, 0))
        #expect(harness.sentCommands.count == 1)
        #expect(harness.outcome(first) == .complete)
    }

    @Test("Cancelling what is over sends nothing")
    func late() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.feed(Wire.final(id, 0))
        harness.cancel(id)
        #expect(harness.sentCommands.count == 1)
        #expect(harness.outcome(id) == .complete)
    }

    @Test("With a window each query is cancelled by its own ID")
    func window() throws {
        var harness = try Harness.requestor(window: 2)
        let first = try harness.find()
        let second = try harness.find()
        harness.feed(Wire.match(first, Wire.item(0)))
        harness.cancel(second)
        #expect(harness.sentCommands.last?.messageIDBeingRespondedTo == second)
        harness.feed(Wire.final(second, 0xFE00) + Wire.match(first, Wire.item(1)) + Wire.final(first, 0))
        #expect(cancellation(harness.outcome(second)) != nil)
        #expect(harness.outcome(first) == .complete)
        #expect(harness.rows(first).count == 2)
    }
}
