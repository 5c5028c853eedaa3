import Testing

@testable import DICOMProtocol

/// PS3.8 Table 9-10 as it is printed: a row for each event, a column for each state from Sta1 to Sta13.
private let table = """
    Evt1  AE-1 -    -    -    -    -    -    -    -    -     -    -    -
    Evt2  -    -    -    AE-2 -    -    -    -    -    -     -    -    -
    Evt3  -    AA-1 AA-8 -    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
    Evt4  -    AA-1 AA-8 -    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
    Evt5  AE-5 -    -    -    -    -    -    -    -    -     -    -    -
    Evt6  -    AE-6 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7
    Evt7  -    -    AE-7 -    -    -    -    -    -    -     -    -    -
    Evt8  -    -    AE-8 -    -    -    -    -    -    -     -    -    -
    Evt9  -    -    -    -    -    DT-1 -    AR-7 -    -     -    -    -
    Evt10 -    AA-1 AA-8 -    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
    Evt11 -    -    -    -    -    AR-1 -    -    -    -     -    -    -
    Evt12 -    AA-1 AA-8 -    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
    Evt13 -    AA-1 AA-8 -    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6
    Evt14 -    -    -    -    -    -    -    AR-4 AR-9 -     -    AR-4 -
    Evt15 -    -    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1 AA-1 -
    Evt16 -    AA-2 AA-3 -    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3 AA-3 AA-2
    Evt17 -    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4 AA-4 AR-5
    Evt18 -    AA-2 -    -    -    -    -    -    -    -     -    -    AA-2
    Evt19 -    AA-1 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7
    """

/// PS3.8 tables 9-6 to 9-9: action, condition, next state, and what is done, in this order.
private let actions = """
    AE-1  -         4  connectTransport
    AE-2  -         5  sendAssociateRequest
    AE-3  -         6  confirmAccept
    AE-4  -         1  confirmReject closeTransport
    AE-5  -         2  acceptTransport startARTIM
    AE-6  good      3  stopARTIM indicateAssociate
    AE-6  bad       13 stopARTIM sendAssociateReject startARTIM
    AE-7  -         6  sendAssociateAccept
    AE-8  -         13 sendAssociateReject startARTIM
    DT-1  -         6  sendPData
    DT-2  -         6  indicatePData
    AR-1  -         7  sendReleaseRequest
    AR-2  -         8  indicateRelease
    AR-3  -         1  confirmRelease closeTransport
    AR-4  -         13 sendReleaseResponse startARTIM
    AR-5  -         1  stopARTIM
    AR-6  -         7  indicatePData
    AR-7  -         8  sendPData
    AR-8  requestor 9  indicateRelease
    AR-8  acceptor  10 indicateRelease
    AR-9  -         11 sendReleaseResponse
    AR-10 -         12 confirmRelease
    AA-1  -         13 sendAbort startARTIM
    AA-2  -         1  stopARTIM closeTransport
    AA-3  user      1  indicateAbort closeTransport
    AA-3  provider  1  indicateProviderAbort closeTransport
    AA-4  -         1  indicateProviderAbort
    AA-5  -         1  stopARTIM
    AA-6  -         13
    AA-7  -         13 sendAbort
    AA-8  -         13 sendAbort indicateProviderAbort startARTIM
    """

@Suite struct UpperLayerMachineTests {
    typealias Machine = UpperLayerMachine

    /// Every event with every payload that makes a difference, by its number in the table.
    private static func events(_ label: String) -> [Machine.Event] {
        let all: [Machine.Event] = [
            .associateRequest, .transportConnected, .associateAcceptReceived, .associateRejectReceived,
            .transportOpened, .associateRequestReceived(acceptable: true),
            .associateRequestReceived(acceptable: false), .acceptResponse, .rejectResponse, .pDataRequest,
            .pDataReceived, .releaseRequest, .releaseRequestReceived, .releaseResponseReceived, .releaseResponse,
            .abortRequest, .abortReceived(.serviceUser), .abortReceived(.serviceProvider), .transportClosed,
            .artimExpired, .invalidPDUReceived(.unrecognizedPDU), .invalidPDUReceived(.invalidParameterValue),
        ]
        return all.filter { $0.label == label }
    }

    /// The row of `actions` that applies.
    private static func definition(of action: String, event: Machine.Event, role: Machine.Role) -> [String]? {
        let condition =
            switch (action, event) {
            case ("AE-6", .associateRequestReceived(let acceptable)): acceptable ? "good" : "bad"
            case ("AA-3", .abortReceived(let source)): source == .serviceUser ? "user" : "provider"
            case ("AR-8", _): role == .requestor ? "requestor" : "acceptor"
            default: "-"
            }
        return actions.split(separator: "\n")
            .map { $0.split(separator: " ").map(String.init) }
            .first { $0[0] == action && $0[1] == condition }
    }

    @Test("Every cell of PS3.8 Table 9-10 leads to its action, effects and next state", arguments: 1...19)
    func cells(number: Int) throws {
        let row = try #require(
            table.split(separator: "\n").map { $0.split(separator: " ") }.first { $0[0] == "Evt\(number)" }
        )
        #expect(row.count == 14)
        let events = Self.events("Evt\(number)")
        #expect(!events.isEmpty)
        for event in events {
            for state in Machine.State.allCases {
                for role in [Machine.Role.requestor, .acceptor] {
                    let cell = String(row[Int(state.rawValue)])
                    var machine = Machine(role: role, state: state)
                    let step = machine.handle(event)
                    let place = Comment(rawValue: "\(event) in \(state.label) as \(role)")
                    #expect(step.event == event && step.from == state && step.to == machine.state, place)
                    #expect(step.action?.label ?? "-" == cell, place)
                    guard cell != "-" else {
                        #expect(!step.isApplicable && step.to == state && step.effects.isEmpty, place)
                        #expect(step.abort == nil, place)
                        continue
                    }
                    let definition = try #require(Self.definition(of: cell, event: event, role: role))
                    #expect("Sta" + definition[2] == step.to.label, place)
                    #expect(step.effects.inOrder.map { "\($0)" } == Array(definition.dropFirst(3)), place)
                    #expect(step.effects.contains(.sendAbort) == (step.abort != nil), place)
                }
            }
        }
    }

    @Test("The table has 123 cells that are not blank, 13 states and 28 actions, all of them used")
    func extent() {
        let cells = table.split(separator: "\n").flatMap { $0.split(separator: " ").dropFirst() }
        #expect(cells.count == 247)
        #expect(cells.count { $0 != "-" } == 123)
        #expect(Set(cells.filter { $0 != "-" }.map(String.init)) == Set(Machine.Action.allCases.map(\.label)))
        #expect(Machine.State.allCases.map(\.label) == (1...13).map { "Sta\($0)" })
        #expect(Machine.Action.allCases.count == 28)
    }

    @Test("A-ABORT names the application on request and the upper layer with the reason when a PDU is at fault")
    func abortSources() {
        var byUser = Machine(role: .requestor, state: .established)
        #expect(byUser.handle(.abortRequest).abort == .byUser)
        var invalid = Machine(role: .requestor, state: .established)
        #expect(
            invalid.handle(.invalidPDUReceived(.invalidParameterValue)).abort == .byProvider(.invalidParameterValue)
        )
        var unexpected = Machine(role: .acceptor, state: .established)
        #expect(
            unexpected.handle(.associateRequestReceived(acceptable: true)).abort == .byProvider(.unexpectedPDU)
        )
        var closing = Machine(role: .acceptor, state: .awaitingClose)
        #expect(closing.handle(.invalidPDUReceived(.unrecognizedPDU)).abort == .byProvider(.unrecognizedPDU))
        #expect(closing.handle(.associateRequestReceived(acceptable: false)).abort == .byProvider(.unexpectedPDU))
        // Before an association there is no user to speak of, yet AA-1 says service-user.
        var early = Machine(role: .acceptor, state: .awaitingAssociateRequest)
        #expect(early.handle(.pDataReceived).abort == .byUser)
    }

    @Test("Two machines talk to each other: association, data, release")
    func conversation() {
        var scu = Machine(role: .requestor)
        var scp = Machine(role: .acceptor)
        #expect(scu.handle(.associateRequest).effects == .connectTransport)
        #expect(scp.handle(.transportOpened).effects == [.acceptTransport, .startARTIM])
        #expect(scu.handle(.transportConnected).effects == .sendAssociateRequest)
        #expect(scp.handle(.associateRequestReceived(acceptable: true)).effects == [.stopARTIM, .indicateAssociate])
        #expect(scp.handle(.acceptResponse).effects == .sendAssociateAccept)
        #expect(scu.handle(.associateAcceptReceived).effects == .confirmAccept)
        #expect(scu.handle(.pDataRequest).effects == .sendPData)
        #expect(scp.handle(.pDataReceived).effects == .indicatePData)
        #expect(scu.handle(.releaseRequest).effects == .sendReleaseRequest)
        #expect(!scu.handle(.pDataRequest).isApplicable)
        #expect(scp.handle(.pDataRequest).effects == .sendPData)
        #expect(scu.handle(.pDataReceived).action == .ar6)
        #expect(scp.handle(.releaseRequestReceived).effects == .indicateRelease)
        #expect(scp.handle(.pDataRequest).action == .ar7)
        #expect(scp.handle(.releaseResponse).effects == [.sendReleaseResponse, .startARTIM])
        #expect(scu.handle(.releaseResponseReceived).effects == [.confirmRelease, .closeTransport])
        #expect(scp.handle(.transportClosed).effects == .stopARTIM)
        #expect(scu.state == .idle && scp.state == .idle)
    }

    @Test("When both sides release at once, the requestor answers first and both end idle")
    func releaseCollision() {
        var requestor = Machine(role: .requestor, state: .established)
        var acceptor = Machine(role: .acceptor, state: .established)
        _ = requestor.handle(.releaseRequest)
        _ = acceptor.handle(.releaseRequest)
        #expect(requestor.handle(.releaseRequestReceived).to == .collisionRequestorAwaitingResponse)
        #expect(acceptor.handle(.releaseRequestReceived).to == .collisionAcceptorAwaitingReply)
        #expect(!acceptor.handle(.releaseResponse).isApplicable)
        #expect(requestor.handle(.releaseResponse).effects == .sendReleaseResponse)
        #expect(acceptor.handle(.releaseResponseReceived).effects == .confirmRelease)
        #expect(acceptor.handle(.releaseResponse).effects == [.sendReleaseResponse, .startARTIM])
        #expect(requestor.handle(.releaseResponseReceived).effects == [.confirmRelease, .closeTransport])
        #expect(requestor.state == .idle && acceptor.state == .awaitingClose)
    }

    @Test("A step is plain data: handling an event allocates nothing and counts no references")
    func plainData() {
        #expect(_isPOD(Machine.Step.self))
        #expect(_isPOD(Machine.self))
        #expect(_isPOD(Machine.Effects.InOrder.self))
        #expect(MemoryLayout<Machine.Step>.size <= 24)
    }
}
