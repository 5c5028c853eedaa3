import DICOMData
import DICOMProtocol
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The server's side of one association on its event loop: negotiation, requests in their order, cancels.
final class AcceptorSession: AssociationOwner {
    private let id: Int
    private let channel: any Channel
    private let shared: DICOMServer.Shared
    private let remoteAddress: String
    private let observers: Observers
    private let handlers: FindHandlers
    private var logger: Logger
    private var pipe: ResponsePipe?
    private var peer: PeerAssociation?
    /// Requests under way or in line, in the order they came.
    private var operations: [Operation] = []
    private var lastOperation = 0
    private var isEnded = false
    /// The server stops: nothing new is begun.
    private var isDraining = false
    /// What was in force when the connection came.
    private let configuration: ServerConfiguration
    private let openedAt = NIODeadline.now()
    /// Requests a peer may have in line; more only fill memory.
    private static let maximumOperations = 256
    /// Bytes of identifiers they may have together; one alone is bounded by its message.
    private static let maximumBytes = 16 << 20
    var handler: AssociationHandler?

    private struct Operation {
        /// In this association; a message ID can come again while a handler still winds up after its final status.
        var number: Int
        var key: Key
        /// Nil for a C-ECHO: it cannot be cancelled, and is outstanding as long as it is here.
        var find: (event: FindEvent, responder: FindResponder)?
        /// Bytes of its identifier.
        var size: Int
        var start: (_ session: AcceptorSession, _ number: Int) -> Task<Void, Never>
        var task: Task<Void, Never>?

        /// The peer waits for the final response.
        var isOutstanding: Bool { find.map { !$0.responder.isFinished } ?? true }
    }

    /// A message ID is unique among what is outstanding, on its context.
    private struct Key: Hashable {
        var contextID: UInt8
        var messageID: UInt16
    }

    init(
        id: Int,
        channel: any Channel,
        shared: DICOMServer.Shared,
        configuration: ServerConfiguration,
        observers: Observers
    ) {
        self.id = id
        self.configuration = configuration
        self.channel = channel
        self.shared = shared
        self.remoteAddress = channel.remoteAddress?.words ?? "unknown address"
        self.observers = observers
        self.handlers = FindHandlers(fallback: shared.handlers)
        self.logger = configuration.logger
        self.logger[metadataKey: "association"] = "\(id)"
    }

    func handle(_ events: [AssociationCore.Event]) {
        for event in events {
            switch event {
            case .associationRequested(let request): decide(request)
            case .request(let contextID, let command, let dataSet):
                perform(command, contextID: contextID, dataSet: dataSet)
            case .cancelRequested(let contextID, let messageID):
                cancel(Key(contextID: contextID, messageID: messageID))
            case .ended(let end): ended(end)
            case .strayResponse(let command):
                logger.debug("response without a request", metadata: ["command": "\(CommandField.name(command.field))"])
            case .established, .matches, .cancelSent, .findEnded, .echoEnded: break
            }
        }
    }

    // MARK: Negotiation

    private func decide(_ request: AssociateRequest) {
        // Before the answer leaves: the next caller may be quicker than this thread.
        let address = channel.remoteAddress?.ipAddress
        let place = shared.takePlace(id, address: address)
        let decision: Negotiator.Decision
        if case .noneForAddress(let limit) = place {
            decision = .reject(
                .localLimitExceeded,
                explanation: "address \(address ?? "unknown") is held to \(limit) associations"
            )
        } else {
            decision = shared.negotiator.decide(request, from: address, limitReached: place == .none) { rule in
                shared.countIn(id, rule: rule)
            }
        }
        handler?.perform { core, now in
            switch decision {
            case .accept(let accept, let negotiated):
                core.accept(accept, negotiated: negotiated, now: now)
            case .reject(let reject, _): core.reject(reject, now: now)
            case .abort(_, let explanation): core.abort(.protocolViolation(explanation), now: now)
            }
        }
        guard case .accept(_, let negotiated) = decision, let handler, handler.isEstablished else {
            shared.leavePlace(id)
            var why = "the connection is gone"
            var rejection: AssociateReject?
            switch decision {
            case .reject(let reject, let explanation): (rejection, why) = (reject, explanation)
            case .abort(_, let explanation): why = explanation
            case .accept: break
            }
            logger.debug("association refused", metadata: ["peer": "\(remoteAddress)", "why": "\(why)"])
            configuration.activity?(
                .refused(
                    ServerActivity.Refusal(
                        id: id,
                        remoteAddress: remoteAddress,
                        request: request,
                        rejection: rejection,
                        explanation: why
                    )
                )
            )
            return
        }
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let eventLoop = channel.eventLoop
        let pipe = ResponsePipe(eventLoop: eventLoop, handler: bound)
        self.pipe = pipe
        let peer = PeerAssociation(
            id: id,
            remoteAddress: remoteAddress,
            request: request,
            negotiated: negotiated,
            secureTransport: handler.secureTransport,
            observers: observers,
            handlers: handlers
        ) {
            pipe.seal()
            eventLoop.execute { bound.value.perform { core, now in core.abort(.user, now: now) } }
        }
        self.peer = peer
        shared.established(peer)
        logger.debug("association accepted", metadata: ["peer": "\(remoteAddress)"])
        configuration.activity?(.accepted(peer))
    }

    // MARK: Requests

    private func perform(_ command: CommandSet, contextID: UInt8, dataSet: [UInt8]?) {
        guard let context = handler?.negotiated?.context(id: contextID), let peer else { return }
        guard let messageID = command.messageID else {
            // Without an ID no response can be told from another (PS3.7 9.3): the only answer left is an abort.
            abort("a \(CommandField.name(command.field)) without a message ID")
            return
        }
        guard [CommandField.echoRequest, CommandField.findRequest].contains(command.field) else {
            refuse(command, contextID, .unrecognizedOperation, nil)
            return
        }
        guard handler?.negotiated?.isSCP(in: context) == true else {
            refuse(command, contextID, .sopClassNotSupported, "the requestor has not the role of an SCU")
            return
        }
        let service = configuration.services.service(for: context, affectedSOPClass: command.affectedSOPClass)
        guard service != nil || command.affectedSOPClass == context.abstractSyntax else {
            refuse(command, contextID, .sopClassNotSupported, "SOP class does not fit the context")
            return
        }
        switch command.field {
        case CommandField.echoRequest where context.abstractSyntax == SOPClass.verification:
            echo(command, contextID, messageID, context, peer)
        case CommandField.findRequest where service != nil:
            guard let service, let transferSyntax = TransferSyntax(uid: context.transferSyntax) else {
                refuse(command, contextID, .processingFailure, "the transfer syntax of the context cannot be read")
                return
            }
            let key = Key(contextID: contextID, messageID: messageID)
            guard !operations.contains(where: { $0.key == key && $0.isOutstanding }) else {
                refuse(command, contextID, .duplicateInvocation, nil)
                return
            }
            guard !isDraining else {
                refuse(command, contextID, .outOfResources, "the server is stopping")
                return
            }
            // 0 to 2 (PS3.7 9.1.2.1.4); one that is missing does no harm.
            if let priority = command.priority, priority > 2 {
                refuse(command, contextID, .mistypedArgument, "the priority is none of 0, 1, 2")
                return
            }
            guard let dataSet else {
                refuse(command, contextID, .identifierDoesNotMatch, "the request has no identifier")
                return
            }
            let waiting = operations.reduce(0) { $0 + $1.size }
            guard operations.count < Self.maximumOperations,
                operations.isEmpty || waiting + dataSet.count <= Self.maximumBytes
            else {
                refuse(command, contextID, .outOfResources, "too many requests at once")
                return
            }
            guard let pipe,
                let writer = MessageWriter(
                    contextID: contextID,
                    peerMaximumLength: handler?.negotiated?.peerMaximumLength ?? 0,
                    packing: configuration.responseForm.packing
                )
            else {
                abort("the peer takes PDUs too short for any message")
                return
            }
            let event = FindEvent(
                association: peer,
                context: context,
                service: service,
                request: command,
                messageID: messageID,
                encodedIdentifier: EncodedDataSet(bytes: dataSet[...], transferSyntax: transferSyntax),
                timestamp: WallClock.now(),
                cancellation: CancellationFlag()
            )
            let responder = FindResponder(
                request: command,
                messageID: messageID,
                rules: service.rules,
                transferSyntax: transferSyntax,
                writer: writer,
                pipe: pipe,
                cancellation: event.cancellation,
                form: configuration.responseForm,
                cancelIdentifier: configuration.responseForm.cancelCarriesIdentifier ? dataSet : nil
            )
            enqueue(key, find: (event, responder), size: dataSet.count) { session, number in
                let find = session.handlers.handler(for: event.sopClass)
                let bound = NIOLoopBound(session, eventLoop: session.channel.eventLoop)
                let eventLoop = session.channel.eventLoop
                return Self.start(find, event, responder, session.logger) {
                    eventLoop.execute { bound.value.finished(number) }
                }
            }
        default: refuse(command, contextID, .sopClassNotSupported, nil)
        }
    }

    private func echo(
        _ command: CommandSet,
        _ contextID: UInt8,
        _ messageID: UInt16,
        _ context: AcceptedContext,
        _ peer: PeerAssociation
    ) {
        guard let bound = handlers.echo else {
            handler?.perform { core, _ in core.answer(command, contextID: contextID, StatusReply(.success)) }
            return
        }
        let key = Key(contextID: contextID, messageID: messageID)
        guard !operations.contains(where: { $0.key == key && $0.isOutstanding }) else {
            refuse(command, contextID, .duplicateInvocation, nil)
            return
        }
        guard operations.count < Self.maximumOperations else {
            refuse(command, contextID, .outOfResources, "too many requests at once")
            return
        }
        let event = EchoEvent(
            association: peer,
            context: context,
            request: command,
            messageID: messageID,
            timestamp: WallClock.now()
        )
        // In line with the queries, as any other request.
        enqueue(key, find: nil, size: 0) { session, number in
            let logger = session.logger
            let bound = (handler: bound, session: NIOLoopBound(session, eventLoop: session.channel.eventLoop))
            let eventLoop = session.channel.eventLoop
            return Task {
                let reply: StatusReply
                do {
                    reply = try await bound.handler(event)
                } catch {
                    logger.error("echo handler failed", metadata: ["error": "\(type(of: error))"])
                    reply = StatusReply(.processingFailure, errorComment: "the echo handler failed")
                }
                eventLoop.execute {
                    let session = bound.session.value
                    session.handler?.perform { core, _ in core.answer(command, contextID: contextID, reply) }
                    session.finished(number)
                }
            }
        }
    }

    /// Puts a request in line. In the table before anything runs: a C-CANCEL right behind the request finds it.
    private func enqueue(
        _ key: Key,
        find: (event: FindEvent, responder: FindResponder)?,
        size: Int,
        start: @escaping (_ session: AcceptorSession, _ number: Int) -> Task<Void, Never>
    ) {
        lastOperation += 1
        operations.append(Operation(number: lastOperation, key: key, find: find, size: size, start: start, task: nil))
        startNext()
        tellOperations()
    }

    private func refuse(_ command: CommandSet, _ contextID: UInt8, _ status: Status, _ comment: String?) {
        handler?.perform { core, _ in
            core.answer(command, contextID: contextID, StatusReply(status, errorComment: comment))
        }
        if let peer { configuration.activity?(.refusedRequest(peer, command, status)) }
    }

    private func abort(_ why: String) {
        logger.warning("association aborted", metadata: ["why": "\(why)"])
        handler?.perform { core, now in core.abort(.protocolViolation(why), now: now) }
    }

    /// Starts as many as may run at once: one, unless asynchronous operations were negotiated.
    private func startNext() {
        guard !isEnded, let negotiated = handler?.negotiated else { return }
        let window = Int(negotiated.asynchronousOperations.invoked)
        for index in operations.indices where operations[index].task == nil {
            let running = operations.count { $0.task != nil }
            guard window == 0 || running < window else { return }
            let operation = operations[index]
            let task = operation.start(self, operation.number)
            operations[index].task = task
            if operation.find?.event.isCancelled == true { task.cancel() }
        }
    }

    private static func start(
        _ find: FindHandler?,
        _ event: FindEvent,
        _ responder: FindResponder,
        _ logger: Logger,
        whenDone: @escaping @Sendable () -> Void
    ) -> Task<Void, Never> {
        Task {
            await run(find, event, responder, logger)
            whenDone()
        }
    }

    /// The handler's life, and the final status it leaves out (see ``FindHandler``).
    private static func run(
        _ find: FindHandler?,
        _ event: FindEvent,
        _ responder: FindResponder,
        _ logger: Logger
    ) async {
        let reply: StatusReply
        if let find {
            do {
                try await find(event, responder)
                reply = StatusReply(event.isCancelled ? .cancel : .success)
            } catch {
                reply = Self.reply(to: error, isCancelled: event.isCancelled, logger)
            }
        } else {
            reply = StatusReply(.handlerFailed, errorComment: "no handler for this SOP class")
        }
        // Fails only if the association is gone: then nothing is labelled Success, and nothing is sent.
        _ = try? await responder.finish(reply)
    }

    private static func reply(to error: any Error, isCancelled: Bool, _ logger: Logger) -> StatusReply {
        if let error = error as? UndecodableIdentifier {
            logger.warning("identifier not decodable", metadata: ["why": "\(error.defect)"])
            return StatusReply(.identifierNotDecodable, errorComment: "the identifier cannot be decoded")
        }
        if error is CancellationError, isCancelled { return StatusReply(.cancel) }
        logger.error("handler failed", metadata: ["error": "\(type(of: error))"])
        return StatusReply(.handlerFailed, errorComment: "the query handler failed")
    }

    private func finished(_ number: Int) {
        guard let index = operations.firstIndex(where: { $0.number == number }) else { return }
        tellAnswer(operations.remove(at: index))
        startNext()
        tellOperations()
        if isDraining { releaseIfIdle() }
    }

    private func tellAnswer(_ operation: Operation) {
        guard let activity = configuration.activity, let (event, responder) = operation.find else { return }
        activity(.answered(event, responder.answer))
    }

    /// The association is not idle while any request is under way.
    private func tellOperations() {
        let count = operations.count
        handler?.perform { core, now in core.performing(count, now: now) }
    }

    /// The server stops: whoever still waits is told.
    func stop() {
        guard let handler, handler.isEstablished else {
            channel.close(promise: nil)
            return
        }
        handler.perform { core, now in core.abort(.user, closing: true, now: now) }
    }

    /// The server stops in peace: what is under way is answered, then the association released.
    func drain() {
        isDraining = true
        guard let handler, handler.isEstablished else {
            channel.close(promise: nil)
            return
        }
        releaseIfIdle()
    }

    private func releaseIfIdle() {
        guard operations.isEmpty else { return }
        handler?.perform { core, now in core.release(now: now) }
    }

    private func cancel(_ key: Key) {
        guard configuration.responseForm.honoursCancel else { return }
        // A cancel for what is finished, or was never asked, has no effect (PS3.7 9.3.2.3).
        guard let operation = operations.first(where: { $0.key == key && $0.isOutstanding }), let find = operation.find
        else { return }
        find.event.cancellation.set()
        operation.task?.cancel()
        // Last: it may wake the handler, which is to find its task cancelled.
        if operations.count(where: \.isOutstanding) == 1 { pipe?.discardMatches() }
    }

    private func ended(_ end: AssociationEnd) {
        isEnded = true
        peer?.end()
        // A handler bound here may well refer to the association, which holds its handlers.
        handlers.clear()
        // In this order: a handler that a failed write tears out of its wait finds its task cancelled.
        for operation in operations { operation.task?.cancel() }
        pipe?.close()
        for operation in operations { tellAnswer(operation) }
        operations = []
        shared.closed(id)
        logger.debug("association ended", metadata: ["how": "\(end.explanation)"])
        configuration.activity?(
            .ended(
                ServerActivity.Ending(
                    id: id,
                    remoteAddress: remoteAddress,
                    association: peer,
                    end: end,
                    seconds: Double((NIODeadline.now() - openedAt).nanoseconds) / 1e9
                )
            )
        )
        // The handler owns nothing but bytes from here on; the cycle between it and this session ends with the channel.
        handler = nil
    }
}
