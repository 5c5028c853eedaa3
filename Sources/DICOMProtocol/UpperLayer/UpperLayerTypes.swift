extension UpperLayerMachine {
    /// The 13 states of PS3.8 9.2.1 (tables 9-1 to 9-5).
    public enum State: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
        /// Sta1: no association, no connection.
        case idle = 1
        /// Sta2: connection open, A-ASSOCIATE-RQ awaited.
        case awaitingAssociateRequest
        /// Sta3: the local user is to accept or reject.
        case awaitingAssociateResponse
        /// Sta4: the connection is being opened.
        case awaitingTransportConnection
        /// Sta5: A-ASSOCIATE-AC or -RJ awaited.
        case awaitingAssociateReply
        /// Sta6: data can be transferred.
        case established
        /// Sta7: A-RELEASE-RP awaited.
        case awaitingReleaseReply
        /// Sta8: the local user is to answer a release request.
        case awaitingReleaseResponse
        /// Sta9: release collision, requestor side, local answer awaited.
        case collisionRequestorAwaitingResponse
        /// Sta10: release collision, acceptor side, A-RELEASE-RP awaited.
        case collisionAcceptorAwaitingReply
        /// Sta11: release collision, requestor side, A-RELEASE-RP awaited.
        case collisionRequestorAwaitingReply
        /// Sta12: release collision, acceptor side, local answer awaited.
        case collisionAcceptorAwaitingResponse
        /// Sta13: no association any more, the connection is about to be closed.
        case awaitingClose

        /// The name in the standard, such as `Sta6`.
        public var label: String { "Sta\(rawValue)" }

        public var description: String {
            switch self {
            case .idle: "idle"
            case .awaitingAssociateRequest: "awaiting A-ASSOCIATE-RQ"
            case .awaitingAssociateResponse: "awaiting the local answer to an association request"
            case .awaitingTransportConnection: "awaiting the transport connection"
            case .awaitingAssociateReply: "awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ"
            case .established: "association established"
            case .awaitingReleaseReply: "awaiting A-RELEASE-RP"
            case .awaitingReleaseResponse: "awaiting the local answer to a release request"
            case .collisionRequestorAwaitingResponse: "release collision (requestor), awaiting the local answer"
            case .collisionAcceptorAwaitingReply: "release collision (acceptor), awaiting A-RELEASE-RP"
            case .collisionRequestorAwaitingReply: "release collision (requestor), awaiting A-RELEASE-RP"
            case .collisionAcceptorAwaitingResponse: "release collision (acceptor), awaiting the local answer"
            case .awaitingClose: "awaiting the close of the connection"
            }
        }
    }

    /// The 19 events of Table 9-10. `…Received` come from the peer, the others from the local user, the transport, or the
    /// timer.
    public enum Event: Sendable, Hashable, CustomStringConvertible {
        /// Evt1: the local user wants an association.
        case associateRequest
        /// Evt2: the connection we asked for is open.
        case transportConnected
        /// Evt3
        case associateAcceptReceived
        /// Evt4
        case associateRejectReceived
        /// Evt5: a peer has opened a connection to us.
        case transportOpened
        /// Evt6. Not acceptable to the service-provider is, for example, an unsupported protocol version.
        case associateRequestReceived(acceptable: Bool)
        /// Evt7: the local user accepts.
        case acceptResponse
        /// Evt8: the local user rejects.
        case rejectResponse
        /// Evt9: the local user sends data.
        case pDataRequest
        /// Evt10
        case pDataReceived
        /// Evt11: the local user wants to release.
        case releaseRequest
        /// Evt12
        case releaseRequestReceived
        /// Evt13
        case releaseResponseReceived
        /// Evt14: the local user agrees to a release.
        case releaseResponse
        /// Evt15: the local user aborts.
        case abortRequest
        /// Evt16, with the source the A-ABORT names.
        case abortReceived(Abort.Source)
        /// Evt17
        case transportClosed
        /// Evt18
        case artimExpired
        /// Evt19: unrecognized or invalid, with the reason to answer (`PDUError.abortReason`).
        case invalidPDUReceived(Abort.Reason)

        /// The number in Table 9-10, 1 to 19.
        public var number: Int {
            switch self {
            case .associateRequest: 1
            case .transportConnected: 2
            case .associateAcceptReceived: 3
            case .associateRejectReceived: 4
            case .transportOpened: 5
            case .associateRequestReceived: 6
            case .acceptResponse: 7
            case .rejectResponse: 8
            case .pDataRequest: 9
            case .pDataReceived: 10
            case .releaseRequest: 11
            case .releaseRequestReceived: 12
            case .releaseResponseReceived: 13
            case .releaseResponse: 14
            case .abortRequest: 15
            case .abortReceived: 16
            case .transportClosed: 17
            case .artimExpired: 18
            case .invalidPDUReceived: 19
            }
        }

        /// The name in the standard, such as `Evt10`.
        public var label: String { "Evt\(number)" }

        public var description: String {
            switch self {
            case .associateRequest: "A-ASSOCIATE request"
            case .transportConnected: "transport connection made"
            case .associateAcceptReceived: "A-ASSOCIATE-AC received"
            case .associateRejectReceived: "A-ASSOCIATE-RJ received"
            case .transportOpened: "transport connection opened by the peer"
            case .associateRequestReceived(let acceptable):
                acceptable ? "A-ASSOCIATE-RQ received" : "unacceptable A-ASSOCIATE-RQ received"
            case .acceptResponse: "A-ASSOCIATE response (accept)"
            case .rejectResponse: "A-ASSOCIATE response (reject)"
            case .pDataRequest: "P-DATA request"
            case .pDataReceived: "P-DATA-TF received"
            case .releaseRequest: "A-RELEASE request"
            case .releaseRequestReceived: "A-RELEASE-RQ received"
            case .releaseResponseReceived: "A-RELEASE-RP received"
            case .releaseResponse: "A-RELEASE response"
            case .abortRequest: "A-ABORT request"
            case .abortReceived(let source): "A-ABORT received from the peer's \(source)"
            case .transportClosed: "transport connection closed"
            case .artimExpired: "ARTIM timer expired"
            case .invalidPDUReceived(let reason): "invalid PDU received (\(reason))"
            }
        }
    }

    /// The 28 actions of tables 9-6 to 9-9.
    public enum Action: UInt8, Sendable, Hashable, CaseIterable {
        case ae1, ae2, ae3, ae4, ae5, ae6, ae7, ae8
        case dt1, dt2
        case ar1, ar2, ar3, ar4, ar5, ar6, ar7, ar8, ar9, ar10
        case aa1, aa2, aa3, aa4, aa5, aa6, aa7, aa8

        /// The name in the standard, such as `AE-1`.
        public var label: String {
            let number = Int(rawValue)
            return switch self {
            case .ae1, .ae2, .ae3, .ae4, .ae5, .ae6, .ae7, .ae8: "AE-\(number + 1)"
            case .dt1, .dt2: "DT-\(number - 7)"
            case .ar1, .ar2, .ar3, .ar4, .ar5, .ar6, .ar7, .ar8, .ar9, .ar10: "AR-\(number - 9)"
            case .aa1, .aa2, .aa3, .aa4, .aa5, .aa6, .aa7, .aa8: "AA-\(number - 19)"
            }
        }
    }

    /// One thing an action does. The order of the cases is the order in which the effects of a step are carried out.
    public enum Effect: UInt8, Sendable, Hashable, CaseIterable {
        case stopARTIM
        /// Open a connection to the peer.
        case connectTransport
        /// Take the connection the peer has opened.
        case acceptTransport
        case sendAssociateRequest
        case sendAssociateAccept
        case sendAssociateReject
        case sendPData
        case sendReleaseRequest
        case sendReleaseResponse
        /// Send the `abort` of the step.
        case sendAbort
        /// Tell the local user of an association request.
        case indicateAssociate
        case confirmAccept
        case confirmReject
        /// Hand the data to the local user.
        case indicatePData
        /// Tell the local user that the peer wants to release.
        case indicateRelease
        case confirmRelease
        /// Tell the local user that the peer's user aborted.
        case indicateAbort
        /// Tell the local user that the association is gone: aborted by either upper layer, or connection lost.
        case indicateProviderAbort
        /// Start the timer, or start it anew if it is running.
        case startARTIM
        /// Close the connection once everything written has left.
        case closeTransport
    }

    /// A set of effects; `inOrder` gives them in the order they are to be carried out. Never allocates.
    public struct Effects: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public init(_ effect: Effect) { rawValue = 1 << UInt32(effect.rawValue) }

        public static let stopARTIM = Effects(.stopARTIM)
        public static let connectTransport = Effects(.connectTransport)
        public static let acceptTransport = Effects(.acceptTransport)
        public static let sendAssociateRequest = Effects(.sendAssociateRequest)
        public static let sendAssociateAccept = Effects(.sendAssociateAccept)
        public static let sendAssociateReject = Effects(.sendAssociateReject)
        public static let sendPData = Effects(.sendPData)
        public static let sendReleaseRequest = Effects(.sendReleaseRequest)
        public static let sendReleaseResponse = Effects(.sendReleaseResponse)
        public static let sendAbort = Effects(.sendAbort)
        public static let indicateAssociate = Effects(.indicateAssociate)
        public static let confirmAccept = Effects(.confirmAccept)
        public static let confirmReject = Effects(.confirmReject)
        public static let indicatePData = Effects(.indicatePData)
        public static let indicateRelease = Effects(.indicateRelease)
        public static let confirmRelease = Effects(.confirmRelease)
        public static let indicateAbort = Effects(.indicateAbort)
        public static let indicateProviderAbort = Effects(.indicateProviderAbort)
        public static let startARTIM = Effects(.startARTIM)
        public static let closeTransport = Effects(.closeTransport)

        /// The effects one by one, in the order they are to be carried out.
        public var inOrder: InOrder { InOrder(left: rawValue) }

        public struct InOrder: Sequence, IteratorProtocol, Sendable {
            fileprivate var left: UInt32

            public mutating func next() -> Effect? {
                guard left != 0 else { return nil }
                let bit = UInt8(truncatingIfNeeded: left.trailingZeroBitCount)
                left &= left &- 1
                return Effect(rawValue: bit)
            }
        }
    }

    /// What came of an event.
    public struct Step: Sendable, Hashable {
        public let event: Event
        /// The action taken; nil where Table 9-10 is blank.
        public let action: Action?
        public let from: State
        public let to: State
        public let effects: Effects
        /// The PDU to send with `.sendAbort`.
        public let abort: Abort?

        /// Whether the event had a meaning in the state. A local call for which it had none is an error of the caller.
        public var isApplicable: Bool { action != nil }
    }
}
