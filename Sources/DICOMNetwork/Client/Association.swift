import DICOMData
import DICOMProtocol
import NIOCore
import NIOPosix

/// An association opened by us: C-FIND and C-ECHO as service class user.
///
///     let association = try await Association.connect(configuration)
///     let find = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind)
///     for await match in find { … }
///     print(await find.result.outcome)
///     await association.release()
public final class Association: Sendable {
    /// What it was opened with.
    public let configuration: AssociationConfiguration
    /// What the peer agreed to.
    public let negotiated: NegotiatedAssociation
    /// How long each stage of the opening took.
    public let timings: AssociationTimings
    /// What was agreed with the peer for the transport; nil without security.
    public let secureTransport: SecureTransport?
    /// Observers of this association alone.
    public let observers: Observers
    private let channel: any Channel
    private let session: NIOLoopBound<ClientSession>
    private let endFuture: EventLoopFuture<AssociationEnd>

    private init(
        configuration: AssociationConfiguration,
        negotiated: NegotiatedAssociation,
        timings: AssociationTimings,
        secureTransport: SecureTransport?,
        observers: Observers,
        channel: any Channel,
        session: NIOLoopBound<ClientSession>,
        endFuture: EventLoopFuture<AssociationEnd>
    ) {
        self.configuration = configuration
        self.negotiated = negotiated
        self.timings = timings
        self.secureTransport = secureTransport
        self.observers = observers
        self.channel = channel
        self.session = session
        self.endFuture = endFuture
    }

    deinit {
        // Nobody can use it any more; a server must not keep it open for us.
        let session = session
        channel.eventLoop.execute {
            session.value.handler?.perform { core, now in core.abort(.user, now: now) }
        }
    }

    // MARK: Opening

    /// Looks up, connects and associates; `progress` is told each stage as it begins, on any thread.
    ///
    /// Succeeds if at least one of the proposed SOP classes was accepted; ``/DICOMProtocol/AssociationFailure`` says what
    /// failed, where, and what to do. Cancelling the task stops it.
    public static func connect(
        _ configuration: AssociationConfiguration,
        progress: (@Sendable (AssociationStage) -> Void)? = nil
    ) async throws(AssociationFailure) -> Association {
        let proposal = try configuration.proposal()
        var timings = AssociationTimings()
        progress?(.lookingUp)
        let clock = ContinuousClock()
        let start = clock.now
        let addresses = try await lookUp(configuration)
        timings.lookupMilliseconds = (clock.now - start).milliseconds

        progress?(.connecting)
        let connecting = AssociationHandler.now()
        let own = Observers()
        let opening = Opening(
            configuration: configuration,
            proposal: proposal,
            own: own,
            observers: [configuration.observers].compactMap { $0 }
        )
        let connection = try await opening.connect(to: addresses)

        progress?(configuration.security == nil ? .associating : .securing)
        let established = try await opening.associate(over: connection)
        let negotiated = established.negotiated
        // Taken on the event loop: the request is on its way before a waiting task hears of the connection.
        func milliseconds(_ start: Nanoseconds, _ end: Nanoseconds) -> Double {
            end > start ? Double(end - start) / 1_000_000 : 0
        }
        timings.connectMilliseconds = milliseconds(connecting, established.openedAt)
        if let secured = established.securedAt {
            timings.secureMilliseconds = milliseconds(established.openedAt, secured)
        }
        timings.associateMilliseconds = milliseconds(
            established.securedAt ?? established.openedAt,
            established.establishedAt
        )

        let association = Association(
            configuration: configuration,
            negotiated: negotiated,
            timings: timings,
            secureTransport: established.secureTransport,
            observers: own,
            channel: connection.channel,
            session: connection.session,
            endFuture: connection.ended
        )
        if negotiated.accepted.isEmpty {
            let refused = negotiated.refused.first
            association.abort()
            let name = refused.map { UIDRegistry.entry(for: $0.abstractSyntax)?.name ?? $0.abstractSyntax }
            throw AssociationFailure(
                .contextRefused(
                    sopClass: name ?? "any service",
                    reason: refused?.explanation ?? "no presentation context was accepted"
                ),
                peer: configuration.peer
            )
        }
        progress?(.established)
        return association
    }

    private static func lookUp(_ configuration: AssociationConfiguration) async throws(AssociationFailure)
        -> [SocketAddress]
    {
        do throws(AddressResolver.Failure) {
            return try await AddressResolver.addresses(
                host: configuration.host,
                port: configuration.port,
                within: configuration.connectTimeout
            )
        } catch {
            let cause: AssociationFailure.Cause
            switch error {
            case .notFound(let detail): cause = .nameNotFound(detail: detail)
            case .timedOut where !(configuration.connectTimeout > 0):
                cause = .connectTimedOut(seconds: configuration.connectTimeout)
            case .timedOut:
                cause = .nameNotFound(detail: "the name server did not answer within \(configuration.connectTimeout) s")
            case .cancelled: cause = .cancelled
            }
            throw AssociationFailure(cause, peer: configuration.peer)
        }
    }

    // MARK: Operations

    /// Sends a C-FIND. Throws if it cannot be sent; whatever happens later is in ``Find/result``.
    ///
    /// `onCancelSent` is told when a C-CANCEL has been written, on the event loop.
    public func find(
        _ identifier: DataSet,
        sopClass: String,
        options: FindOptions = FindOptions(),
        onCancelSent: (@Sendable () -> Void)? = nil
    ) async throws -> Find {
        let session = session
        let eventLoop = channel.eventLoop
        let window = configuration.receiveWindow
        let service = configuration.services.service(for: sopClass)
        let sent = eventLoop.submit { () throws -> (UInt16, MatchQueue) in
            guard let handler = session.value.handler else {
                throw AssociationCore.RequestError.notEstablished
            }
            let queue = MatchQueue(window: window) { eventLoop.execute { session.value.resumeReading() } }
            // Registered before anything is written: a response cannot come too early.
            let messageID = try handler.performThrowing { core, now throws(AssociationCore.RequestError) in
                let messageID = try core.find(
                    identifier,
                    sopClass: sopClass,
                    options: options,
                    service: service,
                    now: now
                )
                session.value.register(find: messageID, queue: queue, onCancelSent: onCancelSent)
                return messageID
            }
            return (messageID, queue)
        }
        let (messageID, queue) = try await sent.get()
        // The query keeps its association: whoever holds on to it alone must not see it aborted.
        return Find(messageID: messageID, queue: queue, association: self) { command in
            eventLoop.execute {
                session.value.handler?.perform { core, now in
                    switch command {
                    case .cancel: core.cancel(find: messageID, .user, now: now)
                    case .abandon: core.cancel(find: messageID, .abandoned, now: now)
                    case .abort: core.abort(.user, now: now)
                    }
                }
                // A cancelled query has to be read to its end even if nobody takes the matches.
                session.value.resumeReading()
            }
        }
    }

    /// Sends a C-ECHO and waits for its answer (PS3.7 9.1.5).
    public func echo() async throws -> EchoOutcome {
        let session = session
        let outcome = channel.eventLoop.flatSubmit { [eventLoop = channel.eventLoop] in
            do {
                guard let handler = session.value.handler else {
                    throw AssociationCore.RequestError.notEstablished
                }
                return try handler.performThrowing { core, now throws(AssociationCore.RequestError) in
                    session.value.register(echo: try core.echo(now: now))
                }
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }
        return try await outcome.get()
    }

    // MARK: End

    /// Releases the association and waits for the peer's answer, at most
    /// ``/DICOMProtocol/AssociationCore/Timeouts/release`` seconds.
    ///
    /// Queries under way are cancelled and waited for first, within their ``/DICOMProtocol/FindOptions/cancelBudget``.
    @discardableResult
    public func release() async -> AssociationEnd {
        let session = session
        channel.eventLoop.execute {
            session.value.handler?.perform { core, now in core.release(now: now) }
        }
        return await end
    }

    /// Sends A-ABORT; everything under way ends.
    public func abort() {
        let session = session
        channel.eventLoop.execute {
            session.value.handler?.perform { core, now in core.abort(.user, now: now) }
        }
    }

    /// Waits for the association to end, and says how.
    public var end: AssociationEnd {
        get async { (try? await endFuture.get()) ?? .connectionLost("the event loop was shut down") }
    }

    /// False once it has ended.
    public var isEstablished: Bool {
        get async {
            let session = session
            return (try? await channel.eventLoop.submit { session.value.handler?.isEstablished ?? false }.get())
                ?? false
        }
    }
}

extension AssociationHandler {
    /// As ``perform(_:)``, for a change that may refuse.
    func performThrowing<Result, Failure: Error>(
        _ body: (inout AssociationCore, Nanoseconds) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result = perform { core, now -> Swift.Result<Result, Failure> in
            do throws(Failure) {
                return .success(try body(&core, now))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension Double {
    /// Seconds that can be added to any moment: a day is as good as for ever, and what is no number means at once.
    var boundedSeconds: Double { self > 0 ? min(self, 86_400) : 0 }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
    }
}
