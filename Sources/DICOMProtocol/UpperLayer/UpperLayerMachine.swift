/// The state machine of the DICOM upper layer (PS3.8 9.2): events in, a step out, no input or output of its own.
///
/// It says what has to be done; whoever owns the connection does it, in the order of `Effects`. What an event brings
/// along (a PDU, a rejection) stays with that owner. Transitions are those of Table 9-10. A blank cell of the table is an
/// event that cannot come in that state, or a local call in the wrong one: the state stays, and the step has no action.
///
///     var machine = UpperLayerMachine(role: .acceptor)
///     let step = machine.handle(.transportOpened)
///     // step.action == .ae5, step.effects == [.acceptTransport, .startARTIM], machine.state.label == "Sta2"
public struct UpperLayerMachine: Sendable, Hashable {
    /// Which side opened the association; decides how a release collision is resolved (AR-8).
    public enum Role: Sendable, Hashable {
        case requestor
        case acceptor
    }

    /// Which side of the association it is.
    public let role: Role
    /// Where it stands.
    public private(set) var state: State

    public init(role: Role) {
        self.role = role
        state = .idle
    }

    /// Takes an event, moves to the next state, and says what to do. Allocates nothing.
    public mutating func handle(_ event: Event) -> Step {
        let from = state
        guard let action = Self.action(for: event, in: from) else {
            return Step(event: event, action: nil, from: from, to: from, effects: [], abort: nil)
        }
        let outcome = Self.outcome(of: action, event: event, role: role)
        state = outcome.state
        return Step(
            event: event,
            action: action,
            from: from,
            to: outcome.state,
            effects: outcome.effects,
            abort: outcome.abort
        )
    }

    /// A machine in a given state, to look at one cell of the table.
    init(role: Role, state: State) {
        self.role = role
        self.state = state
    }
}

// MARK: - Table 9-10

extension UpperLayerMachine {
    /// The cell of Table 9-10; nil where it is blank.
    public static func action(for event: Event, in state: State) -> Action? {
        switch event {
        case .associateRequest: state == .idle ? .ae1 : nil
        case .transportConnected: state == .awaitingTransportConnection ? .ae2 : nil
        case .transportOpened: state == .idle ? .ae5 : nil
        case .acceptResponse: state == .awaitingAssociateResponse ? .ae7 : nil
        case .rejectResponse: state == .awaitingAssociateResponse ? .ae8 : nil
        case .releaseRequest: state == .established ? .ar1 : nil
        case .associateAcceptReceived: state == .awaitingAssociateReply ? .ae3 : unexpectedPDU(in: state)
        case .associateRejectReceived: state == .awaitingAssociateReply ? .ae4 : unexpectedPDU(in: state)
        case .associateRequestReceived:
            switch state {
            case .awaitingAssociateRequest: .ae6
            case .awaitingClose: .aa7
            default: unexpectedPDU(in: state)
            }
        case .pDataRequest:
            switch state {
            case .established: .dt1
            case .awaitingReleaseResponse: .ar7
            default: nil
            }
        case .pDataReceived:
            switch state {
            case .established: .dt2
            case .awaitingReleaseReply: .ar6
            default: unexpectedPDU(in: state)
            }
        case .releaseRequestReceived:
            switch state {
            case .established: .ar2
            case .awaitingReleaseReply: .ar8
            default: unexpectedPDU(in: state)
            }
        case .releaseResponseReceived:
            switch state {
            case .awaitingReleaseReply, .collisionRequestorAwaitingReply: .ar3
            case .collisionAcceptorAwaitingReply: .ar10
            default: unexpectedPDU(in: state)
            }
        case .releaseResponse:
            switch state {
            case .awaitingReleaseResponse, .collisionAcceptorAwaitingResponse: .ar4
            case .collisionRequestorAwaitingResponse: .ar9
            default: nil
            }
        case .abortRequest:
            switch state {
            case .idle, .awaitingAssociateRequest, .awaitingClose: nil
            case .awaitingTransportConnection: .aa2
            default: .aa1
            }
        case .abortReceived:
            switch state {
            case .idle, .awaitingTransportConnection: nil
            case .awaitingAssociateRequest, .awaitingClose: .aa2
            default: .aa3
            }
        case .transportClosed:
            switch state {
            case .idle: nil
            case .awaitingAssociateRequest: .aa5
            case .awaitingClose: .ar5
            default: .aa4
            }
        case .artimExpired:
            switch state {
            case .awaitingAssociateRequest, .awaitingClose: .aa2
            default: nil
            }
        case .invalidPDUReceived: state == .awaitingClose ? .aa7 : unexpectedPDU(in: state)
        }
    }

    /// The column most PDUs share where they do not belong: without a connection nothing can arrive.
    private static func unexpectedPDU(in state: State) -> Action? {
        switch state {
        case .idle, .awaitingTransportConnection: nil
        case .awaitingAssociateRequest: .aa1
        case .awaitingClose: .aa6
        case .awaitingAssociateResponse, .awaitingAssociateReply, .established, .awaitingReleaseReply,
            .awaitingReleaseResponse, .collisionRequestorAwaitingResponse, .collisionAcceptorAwaitingReply,
            .collisionRequestorAwaitingReply, .collisionAcceptorAwaitingResponse:
            .aa8
        }
    }

    // MARK: - Tables 9-6 to 9-9

    /// Next state, effects, and the A-ABORT to send if one is.
    private static func outcome(
        of action: Action,
        event: Event,
        role: Role
    ) -> (state: State, effects: Effects, abort: Abort?) {
        switch action {
        case .ae1: (.awaitingTransportConnection, .connectTransport, nil)
        case .ae2: (.awaitingAssociateReply, .sendAssociateRequest, nil)
        case .ae3: (.established, .confirmAccept, nil)
        case .ae4: (.idle, [.confirmReject, .closeTransport], nil)
        case .ae5: (.awaitingAssociateRequest, [.acceptTransport, .startARTIM], nil)
        case .ae6:
            event == .associateRequestReceived(acceptable: true)
                ? (.awaitingAssociateResponse, [.stopARTIM, .indicateAssociate], nil)
                : (.awaitingClose, [.stopARTIM, .sendAssociateReject, .startARTIM], nil)
        case .ae7: (.established, .sendAssociateAccept, nil)
        case .ae8: (.awaitingClose, [.sendAssociateReject, .startARTIM], nil)
        case .dt1: (.established, .sendPData, nil)
        case .dt2: (.established, .indicatePData, nil)
        case .ar1: (.awaitingReleaseReply, .sendReleaseRequest, nil)
        case .ar2: (.awaitingReleaseResponse, .indicateRelease, nil)
        case .ar3: (.idle, [.confirmRelease, .closeTransport], nil)
        case .ar4: (.awaitingClose, [.sendReleaseResponse, .startARTIM], nil)
        case .ar5: (.idle, .stopARTIM, nil)
        case .ar6: (.awaitingReleaseReply, .indicatePData, nil)
        case .ar7: (.awaitingReleaseResponse, .sendPData, nil)
        case .ar8:
            switch role {
            case .requestor: (.collisionRequestorAwaitingResponse, .indicateRelease, nil)
            case .acceptor: (.collisionAcceptorAwaitingReply, .indicateRelease, nil)
            }
        case .ar9: (.collisionRequestorAwaitingReply, .sendReleaseResponse, nil)
        case .ar10: (.collisionAcceptorAwaitingResponse, .confirmRelease, nil)
        case .aa1: (.awaitingClose, [.sendAbort, .startARTIM], .byUser)
        case .aa2: (.idle, [.stopARTIM, .closeTransport], nil)
        case .aa3:
            event == .abortReceived(.serviceUser)
                ? (.idle, [.indicateAbort, .closeTransport], nil)
                : (.idle, [.indicateProviderAbort, .closeTransport], nil)
        case .aa4: (.idle, .indicateProviderAbort, nil)
        case .aa5: (.idle, .stopARTIM, nil)
        case .aa6: (.awaitingClose, [], nil)
        case .aa7: (.awaitingClose, .sendAbort, .byProvider(event.faultReason))
        case .aa8:
            (
                .awaitingClose, [.sendAbort, .indicateProviderAbort, .startARTIM],
                .byProvider(event.faultReason)
            )
        }
    }
}

extension UpperLayerMachine.Event {
    /// Why a PDU is answered with an A-ABORT (PS3.8 9.3.8): it is invalid, or valid in another state.
    fileprivate var faultReason: Abort.Reason {
        if case .invalidPDUReceived(let reason) = self { reason } else { .unexpectedPDU }
    }
}
