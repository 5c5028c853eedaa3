import DICOMData
import Testing

@testable import DICOMProtocol

@Suite struct CoreSetupTests {
    private func requestor(timeouts: AssociationCore.Timeouts = .init()) throws -> Harness {
        var harness = Harness(AssociationCore(requestor: try Harness.proposal(), timeouts: timeouts))
        harness.core.connected(now: harness.now)
        harness.collect()
        return harness
    }

    @Test("The requestor sends A-ASSOCIATE-RQ as soon as it is connected, and stands after the A-ASSOCIATE-AC")
    func setUp() throws {
        var harness = try requestor()
        #expect(harness.sentTypes == [1])
        guard case .accept(let accept, _) = Negotiator(Harness.policy()).decide(try Harness.proposal().request) else {
            Issue.record("not accepted")
            return
        }
        let bytes = try accept.encode()
        for byte in bytes { harness.feed([byte]) }
        #expect(harness.core.isEstablished)
        guard case .established(let negotiated)? = harness.events.first else {
            Issue.record("no event")
            return
        }
        #expect(negotiated.accepted.map(\.id) == [1, 3])
        #expect(harness.core.deadline == nil)
        #expect(!harness.core.wantsClose)
    }

    @Test(
        "A rejection ends it with the peer's codes",
        arguments: [(1, 1, 7), (1, 1, 3), (2, 3, 2), (9, 9, 9)] as [(UInt8, UInt8, UInt8)]
    )
    func reject(result: UInt8, source: UInt8, reason: UInt8) throws {
        var harness = try requestor()
        harness.feed(Wire.reject(result, source, reason))
        #expect(
            harness.ends == [
                .rejected(
                    AssociateReject(result: .init(rawValue: result), source: .init(rawValue: source), reason: reason)
                )
            ]
        )
        #expect(harness.core.wantsClose)
        #expect(harness.sentTypes == [1])
    }

    @Test("An abort instead of an answer says who and why")
    func abort() throws {
        var harness = try requestor()
        harness.feed(Wire.abort(2, 1))
        #expect(harness.ends == [.aborted(AssociationAbort(.peer(source: 2, reason: 1)))])
        #expect(harness.core.wantsClose)
    }

    @Test("TLS and HTTP are recognised by the first bytes of the answer")
    func notDICOM() throws {
        for first in [0x15, 0x16] as [UInt8] {
            var harness = try requestor()
            harness.feed([first, 3, 1, 0, 2, 2, 70])
            #expect(harness.ends == [.peerSpeaksTLS])
            #expect(harness.core.wantsClose)
        }
        var harness = try requestor()
        harness.feed(Array("HTTP/1.1 400 Bad Request\r\n".utf8))
        guard case .notDICOM(let text)? = harness.ends.first else {
            Issue.record("\(harness.ends)")
            return
        }
        #expect(text.contains("HTTP"))
        #expect(harness.sentAbort == [2, 1])
    }

    @Test(
        "Any other PDU instead of an answer is a violation, answered with A-ABORT 2/2",
        arguments: [
            Wire.data(Wire.value(3, Wire.final(1, 0))), Wire.releaseRequest, Wire.releaseResponse,
        ]
    )
    func unexpected(pdu: [UInt8]) throws {
        var harness = try requestor()
        harness.feed(pdu)
        #expect(harness.sentAbort == [2, 2])
        #expect(harness.core.wantsClose)
        guard case .aborted(let abort)? = harness.ends.first, case .protocolViolation = abort.cause else {
            Issue.record("\(harness.ends)")
            return
        }
    }

    @Test("Garbage within an A-ASSOCIATE-AC is a violation")
    func malformedAccept() throws {
        var harness = try requestor()
        harness.feed(Wire.pdu(2, [0, 1, 0, 0]))
        #expect(harness.ends.count == 1)
        #expect(harness.sentTypes.last == 7)
    }

    @Test("No answer in time ends with A-ABORT and the seconds waited")
    func timeout() throws {
        var harness = try requestor(timeouts: .init(associate: 3))
        harness.wait(2.9)
        #expect(harness.ends.isEmpty)
        harness.wait(0.2)
        #expect(harness.ends == [.timedOut("the answer to our association request", seconds: 3)])
        #expect(harness.sentTypes == [1, 7])
        #expect(harness.core.wantsClose)
    }

    @Test("A connection that breaks before the answer is lost, once")
    func lost() throws {
        var harness = try requestor()
        harness.feed([2, 0, 0])
        harness.core.disconnected("closed by the peer", now: harness.now)
        harness.core.disconnected("closed by the peer", now: harness.now)
        harness.collect()
        #expect(harness.ends == [.connectionLost("closed by the peer")])
        #expect(harness.core.wantsClose)
    }

    @Test("The acceptor decides, and its answer leaves")
    func acceptor() throws {
        let harness = try Harness.acceptor()
        #expect(harness.core.negotiated?.callingAETitle == "CALLER")
        #expect(harness.core.deadline == nil)

        var other = Harness(AssociationCore(acceptorAnnouncing: 16_384))
        other.core.connected(now: other.now)
        other.feed(try Harness.proposal().request.encode())
        other.core.reject(.calledAETitleNotRecognized, now: other.now)
        other.collect()
        #expect(other.sent == Wire.reject(1, 1, 7))
        #expect(other.ends == [.rejected(.calledAETitleNotRecognized)])
        // The requestor closes (Sta13), but is not waited for longer than ARTIM.
        #expect(!other.core.wantsClose)
        other.wait(31)
        #expect(other.core.wantsClose)
    }

    @Test("A caller that says nothing, or nothing whole, is not waited for longer than ARTIM")
    func artim() throws {
        for beginning in [[], [1, 0, 0, 0, 0, 200, 0, 1]] as [[UInt8]] {
            var harness = Harness(AssociationCore(acceptorAnnouncing: 0, timeouts: .init(artim: 2)))
            harness.core.connected(now: harness.now)
            harness.feed(beginning)
            harness.wait(2.1)
            #expect(harness.ends == [.timedOut("an association request", seconds: 2)])
            #expect(harness.core.wantsClose)
            #expect(harness.sent.isEmpty)
        }
    }

    @Test("A protocol version without bit 0 is rejected with 1/2/2")
    func version() throws {
        var request = try Harness.proposal().request
        request.protocolVersion = 2
        var harness = Harness(AssociationCore(acceptorAnnouncing: 0))
        harness.core.connected(now: harness.now)
        harness.feed(try request.encode())
        #expect(harness.sent == Wire.reject(1, 2, 2))
        #expect(harness.ends == [.rejected(.protocolVersionNotSupported)])
    }

    @Test("Garbage to the acceptor is answered with A-ABORT and ends it")
    func garbage() {
        var harness = Harness(AssociationCore(acceptorAnnouncing: 0))
        harness.core.connected(now: harness.now)
        harness.feed(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        #expect(harness.sentTypes == [7])
        #expect(harness.ends.count == 1)
        // Out of step: what follows is no PDU either, and not worth an answer each time.
        harness.feed(Array("Host: example\r\n\r\n".utf8))
        #expect(harness.sentTypes == [7])
        #expect(harness.rest.isEmpty)
    }

    @Test("A peer whose maximum length leaves no room gets no request")
    func tinyMaximum() throws {
        var harness = try Harness.requestor(peerMaximumLength: 7)
        #expect(throws: AssociationCore.RequestError.peerMaximumLengthTooSmall(7)) { try harness.find() }
        #expect(harness.sent.isEmpty)
    }

    @Test("A request that cannot be made says why, and sends nothing")
    func requestErrors() throws {
        var harness = try Harness.requestor()
        #expect(throws: AssociationCore.RequestError.emptyIdentifier) {
            try harness.core.find(
                DataSet(),
                sopClass: SOPClass.modalityWorklistFind,
                options: .init(),
                now: harness.now
            )
        }
        #expect(throws: AssociationCore.RequestError.noContext(sopClass: SOPClass.studyRootFind)) {
            var keys = DataSet()
            try keys.set(.patientID, "")
            return try harness.core.find(keys, sopClass: SOPClass.studyRootFind, options: .init(), now: harness.now)
        }
        harness.core.abort(.user, now: harness.now)
        #expect(throws: AssociationCore.RequestError.notEstablished) { try harness.find() }
        #expect(throws: AssociationCore.RequestError.notEstablished) { try harness.core.echo(now: harness.now) }
    }
}
