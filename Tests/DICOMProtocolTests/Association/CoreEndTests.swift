import DICOMData
import Testing

@testable import DICOMProtocol

@Suite struct CoreEndTests {
    // MARK: Release

    @Test("Our release, confirmed")
    func release() throws {
        var harness = try Harness.requestor()
        harness.release()
        #expect(harness.sent == Wire.releaseRequest)
        harness.feed(Wire.releaseResponse)
        #expect(harness.ends == [.released])
        #expect(harness.core.wantsClose)
        #expect(harness.core.deadline == nil)
    }

    @Test("A release that is not answered is not waited for")
    func releaseTimeout() throws {
        var harness = try Harness.requestor(timeouts: .init(release: 1))
        harness.release()
        harness.wait(1.1)
        #expect(harness.ends == [.timedOut("the answer to our release request", seconds: 1)])
        #expect(harness.sentTypes == [5, 7])
        #expect(harness.core.wantsClose)
    }

    @Test("A release during a query cancels it, and waits for its end")
    func releaseDuringFind() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        let waiting = try harness.find()
        harness.feed(Wire.match(id, Wire.item(0)))
        harness.release()
        #expect(harness.sentCommands.last?.field == CommandField.cancelRequest)
        #expect(!harness.sentTypes.contains(5))
        #expect(throws: AssociationCore.RequestError.notEstablished) { try harness.find() }
        harness.feed(Wire.match(id, Wire.item(1)) + Wire.final(id, 0xFE00))
        #expect(harness.sentTypes.last == 5)
        harness.feed(Wire.releaseResponse)
        #expect(harness.ends == [.released])
        #expect(harness.rows(id).count == 2)
        for outcome in [harness.outcome(id), harness.outcome(waiting)] {
            guard case .cancelled? = outcome else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
        }
    }

    @Test("A release during a query that does not end is an abort when the budget is over")
    func releaseDuringFlood() throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(cancelBudget: 1))
        harness.release()
        harness.wait(1.1)
        guard case .aborted(let abort)? = harness.outcome(id), case .cancelIgnored = abort.cause else {
            Issue.record("\(harness.events)")
            return
        }
        #expect(harness.sentTypes.last == 7)
    }

    @Test("The peer's release is answered, and a query under way is lost", arguments: [false, true])
    func peerRelease(isDuringFind: Bool) throws {
        var harness = try Harness.requestor()
        let id = isDuringFind ? try harness.find() : 0
        if isDuringFind { harness.feed(Wire.match(id, Wire.item(0))) }
        harness.sent = []
        harness.feed(Wire.releaseRequest)
        #expect(harness.sent == Wire.releaseResponse)
        #expect(harness.ends == [.releasedByPeer])
        if isDuringFind {
            #expect(harness.outcome(id) == .lost(.releasedByPeer))
            #expect(harness.rows(id).count == 1)
        }
        #expect(harness.core.wantsClose)
    }

    @Test("Release collision, requestor: answer, and go on waiting for the peer's answer (PS3.8 AR-8, AR-9, AR-3)")
    func collisionRequestor() throws {
        var harness = try Harness.requestor()
        harness.release()
        harness.feed(Wire.releaseRequest)
        #expect(harness.sent == Wire.releaseRequest + Wire.releaseResponse)
        #expect(!harness.core.wantsClose)
        harness.feed(Wire.releaseResponse)
        #expect(harness.core.wantsClose)
        #expect(harness.core.machine.state == .idle)
        #expect(harness.ends.count == 1)
    }

    @Test("Release collision, both answers in one read")
    func collisionAtOnce() throws {
        var harness = try Harness.requestor()
        harness.release()
        harness.feed(Wire.releaseRequest + Wire.releaseResponse)
        #expect(harness.core.wantsClose)
        #expect(harness.rest.isEmpty)
        #expect(harness.ends.count == 1)
    }

    @Test("Release collision, requestor: a peer that owes its answer is not waited for")
    func collisionTimeout() throws {
        var harness = try Harness.requestor(timeouts: .init(release: 1))
        harness.release()
        harness.feed(Wire.releaseRequest)
        harness.wait(1.1)
        #expect(harness.core.wantsClose)
        #expect(harness.sentTypes.last == 7)
        #expect(harness.ends.count == 1)
    }

    @Test("Release collision, acceptor: first the peer's answer, then ours (AR-8, AR-10, AR-4)")
    func collisionAcceptor() throws {
        var harness = try Harness.acceptor()
        harness.release()
        harness.feed(Wire.releaseRequest)
        #expect(harness.sent == Wire.releaseRequest)
        harness.feed(Wire.releaseResponse)
        #expect(harness.sent == Wire.releaseRequest + Wire.releaseResponse)
        #expect(harness.core.machine.state == .awaitingClose)
        #expect(harness.ends.count == 1)
        harness.wait(31)
        #expect(harness.core.wantsClose)
    }

    @Test("Matches that were on their way when we asked for the release are still data (AR-6)")
    func dataDuringRelease() throws {
        var harness = try Harness.requestor()
        harness.release()
        harness.feed(Wire.match(1, Wire.item(0)))
        #expect(harness.strays == 1)
        harness.feed(Wire.releaseResponse)
        #expect(harness.ends == [.released])
    }

    // MARK: Abort and loss

    @Test(
        "The peer's A-ABORT says who and why to everything under way",
        arguments: [(0, 0), (2, 0), (2, 6), (1, 9)] as [(UInt8, UInt8)]
    )
    func peerAbort(source: UInt8, reason: UInt8) throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        let waiting = try harness.find()
        _ = try harness.core.echo(now: harness.now)
        harness.feed(Wire.match(id, Wire.item(0)) + Wire.abort(source, reason))
        let abort = AssociationAbort(.peer(source: source, reason: reason))
        #expect(harness.outcome(id) == .aborted(abort))
        #expect(harness.outcome(waiting) == .aborted(abort))
        #expect(harness.echoes == [.ended(.aborted(abort))])
        #expect(harness.ends == [.aborted(abort)])
        #expect(harness.rows(id).count == 1)
        #expect(harness.core.wantsClose)
        #expect(!harness.sentTypes.contains(7))
    }

    @Test("Our abort ends everything, and what still comes is ignored")
    func ourAbort() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        harness.core.abort(.user, now: harness.now)
        harness.feed(Wire.match(id, Wire.item(0)) + Wire.final(id, 0))
        #expect(harness.outcome(id) == .aborted(AssociationAbort(.user)))
        #expect(harness.rows(id).isEmpty)
        #expect(harness.sentAbort == [0, 0])
        #expect(harness.ends.count == 1)
    }

    @Test("A connection lost within a PDU loses the query, with the rows before it kept")
    func lost() throws {
        var harness = try Harness.requestor()
        let id = try harness.find()
        let bytes = Wire.match(id, Wire.item(0)) + Wire.match(id, Wire.item(1))
        harness.feed(Array(bytes.dropLast(3)))
        harness.core.disconnected("connection reset by peer", now: harness.now)
        harness.collect()
        #expect(harness.rows(id) == [Wire.item(0)])
        #expect(harness.outcome(id) == .lost(.connectionClosed("connection reset by peer")))
        #expect(harness.ends == [.connectionLost("connection reset by peer")])
    }

    // MARK: Time

    @Test("No first response, no next response: timed out, waiting for which", arguments: [0, 1])
    func responseTimeouts(responses: Int) throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(firstResponseTimeout: 5, nextResponseTimeout: 2))
        let waiting = try harness.find()
        harness.wait(4)
        if responses == 1 { harness.feed(Wire.match(id, Wire.item(0))) }
        harness.wait(responses == 1 ? 1.9 : 0.9)
        #expect(harness.outcome(id) == nil)
        harness.wait(0.2)
        let wait = responses == 1 ? FindOutcome.Wait.nextResponse : .firstResponse
        let seconds = responses == 1 ? 2.0 : 5.0
        #expect(harness.outcome(id) == .timedOut(wait, seconds: seconds))
        #expect(harness.ends == [.timedOut(wait.rawValue, seconds: seconds)])
        #expect(harness.outcome(waiting) == .lost(.connectionClosed("\(wait.rawValue) did not come")))
        #expect(harness.sentAbort == [0, 0])
        #expect(harness.core.wantsClose)
    }

    @Test("A Pending response without an identifier is a sign of life")
    func signOfLife() throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(firstResponseTimeout: 1, nextResponseTimeout: 1))
        for _ in 0..<5 {
            harness.wait(0.9)
            harness.feed(Wire.final(id, 0xFF00))
        }
        harness.feed(Wire.final(id, 0))
        #expect(harness.outcome(id) == .complete)
    }

    @Test("Two queries late at the same moment: each ends once")
    func twoLate() throws {
        var harness = try Harness.requestor(window: 2)
        let first = try harness.find(FindOptions(firstResponseTimeout: 1))
        let second = try harness.find(FindOptions(firstResponseTimeout: 1))
        harness.wait(1.1)
        #expect(harness.results(first).count == 1)
        #expect(harness.results(second).count == 1)
        #expect(harness.ends.count == 1)
    }

    @Test("A stream whose reads all end within a PDU is not late: each of them completes one")
    func streamInPieces() throws {
        var harness = try Harness.requestor(timeouts: .init(partialPDU: 2))
        let id = try harness.find()
        let match = Wire.match(id, Wire.item(1))
        harness.feed(Array(match.prefix(20)))
        for _ in 0..<10 {
            harness.wait(1.5)
            harness.feed(Array(match.dropFirst(20)) + match.prefix(20))
        }
        harness.feed(Array(match.dropFirst(20)) + Wire.final(id, 0))
        #expect(harness.outcome(id) == .complete)
        #expect(harness.rows(id).count == 11)
    }

    @Test("While we do not read, the peer is not late; from then on it is again")
    func pausedReading() throws {
        var harness = try Harness.requestor(timeouts: .init(partialPDU: 2))
        let id = try harness.find(FindOptions(firstResponseTimeout: 5, nextResponseTimeout: 2))
        harness.feed(Wire.match(id, Wire.item(0)) + [4, 0, 0])
        harness.core.reading(false, now: harness.now)
        harness.wait(1_000)
        #expect(harness.ends.isEmpty)
        harness.core.reading(true, now: harness.now)
        harness.wait(1.9)
        #expect(harness.ends.isEmpty)
        harness.wait(0.2)
        #expect(harness.results(id).count == 1)
        #expect(harness.ends.count == 1)
    }

    @Test("The budget of a cancel runs even while we do not read")
    func pausedCancel() throws {
        var harness = try Harness.requestor()
        let id = try harness.find(FindOptions(cancelBudget: 1))
        harness.core.reading(false, now: harness.now)
        harness.cancel(id)
        harness.wait(1.1)
        guard case .aborted? = harness.outcome(id) else {
            Issue.record("\(harness.events)")
            return
        }
    }

    @Test("An echo that is not answered times out", arguments: [1, 2])
    func echoTimeout(count: Int) throws {
        var harness = try Harness.requestor(window: 2, timeouts: .init(echo: 3))
        for _ in 0..<count { _ = try harness.core.echo(now: harness.now) }
        harness.wait(3.1)
        #expect(harness.echoes.count == count)
        #expect(harness.echoes.first == .timedOut(seconds: 3))
        #expect(harness.ends == [.timedOut("the answer to C-ECHO", seconds: 3)])
        #expect(harness.sentAbort == [0, 0])
    }

    @Test("A PDU that stops in the middle is not waited for, on either side")
    func stall() throws {
        for fresh in [
            try Harness.requestor(timeouts: .init(partialPDU: 2)), try Harness.acceptor(timeouts: .init(partialPDU: 2)),
        ] {
            var harness = fresh
            harness.feed([4, 0, 0])
            harness.wait(1.9)
            // More of the same PDU does not begin the time anew.
            harness.feed([0, 0, 50, 1])
            #expect(harness.ends.isEmpty)
            harness.wait(0.2)
            #expect(harness.ends == [.timedOut("the rest of a PDU", seconds: 2)])
            #expect(harness.sentTypes == [7])
            #expect(harness.core.wantsClose)
        }
    }
}
