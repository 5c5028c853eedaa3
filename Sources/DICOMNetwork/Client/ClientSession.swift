import DICOMProtocol
import NIOCore

/// An association as it was opened, with the moments that count: a task that waits learns of them later.
struct Established: Sendable {
    var negotiated: NegotiatedAssociation
    /// The connection was open.
    var openedAt: Nanoseconds
    /// The transport was secure; nil without security.
    var securedAt: Nanoseconds?
    var secureTransport: SecureTransport?
    /// The answer to the association request had come.
    var establishedAt: Nanoseconds
}

/// The client's side of an association on its event loop: who waits for what.
final class ClientSession: AssociationOwner {
    private let eventLoop: any EventLoop
    private let established: EventLoopPromise<Established>
    private let ended: EventLoopPromise<AssociationEnd>
    private var finds: [UInt16: (queue: MatchQueue, onCancelSent: (@Sendable () -> Void)?)] = [:]
    private var echoes: [UInt16: EventLoopPromise<EchoOutcome>] = [:]
    private var isPaused = false
    var handler: AssociationHandler?

    init(
        eventLoop: any EventLoop,
        established: EventLoopPromise<Established>,
        ended: EventLoopPromise<AssociationEnd>
    ) {
        self.eventLoop = eventLoop
        self.established = established
        self.ended = ended
    }

    func handle(_ events: [AssociationCore.Event]) {
        for event in events {
            switch event {
            case .established(let negotiated):
                let now = AssociationHandler.now()
                established.succeed(
                    Established(
                        negotiated: negotiated,
                        openedAt: handler?.openedAt ?? now,
                        securedAt: handler?.securedAt,
                        secureTransport: handler?.secureTransport,
                        establishedAt: now
                    )
                )
            case .matches(let messageID, let batch):
                if let find = finds[messageID], !find.queue.deliver(batch) {
                    isPaused = true
                    handler?.setReading(false)
                }
            case .cancelSent(let messageID):
                guard let find = finds[messageID] else { break }
                find.queue.readToEnd()
                resumeReading()
                find.onCancelSent?()
            case .findEnded(let messageID, let outcome, let statistics):
                finds.removeValue(forKey: messageID)?.queue.finish(
                    FindResult(outcome: outcome, statistics: statistics)
                )
            case .echoEnded(let messageID, let outcome): echoes.removeValue(forKey: messageID)?.succeed(outcome)
            case .request(let contextID, let command, _): refuse(command, contextID: contextID)
            case .ended(let end):
                established.fail(end)
                ended.succeed(end)
            case .cancelRequested, .strayResponse, .associationRequested: break
            }
        }
    }

    /// As requestor in the SCU role we perform nothing; a request is answered, never ignored (PS3.7 C.5.6).
    private func refuse(_ command: CommandSet, contextID: UInt8) {
        handler?.perform { core, _ in core.answer(command, contextID: contextID, StatusReply(.unrecognizedOperation)) }
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        handler?.setReading(true)
    }

    func register(find messageID: UInt16, queue: MatchQueue, onCancelSent: (@Sendable () -> Void)?) {
        finds[messageID] = (queue, onCancelSent)
    }

    func register(echo messageID: UInt16) -> EventLoopFuture<EchoOutcome> {
        let promise = eventLoop.makePromise(of: EchoOutcome.self)
        echoes[messageID] = promise
        return promise.futureResult
    }
}
