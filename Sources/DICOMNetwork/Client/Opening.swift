import DICOMProtocol
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Synchronization

/// The way from addresses to an association.
struct Opening: Sendable {
    let configuration: AssociationConfiguration
    let proposal: AssociationProposal
    /// Observers of this association alone, and others.
    let own: Observers
    let observers: [Observers]

    /// Counts the associations of this process.
    private static let lastID = Atomic<Int>(0)

    /// A connection on which the association request is on its way.
    struct Connection: Sendable {
        let channel: any Channel
        let session: NIOLoopBound<ClientSession>
        let established: EventLoopFuture<Established>
        let ended: EventLoopFuture<AssociationEnd>
    }

    private func failure(_ cause: AssociationFailure.Cause) -> AssociationFailure {
        AssociationFailure(cause, peer: configuration.peer)
    }

    /// The first address that takes a connection, all within the connect timeout.
    func connect(to addresses: [SocketAddress]) async throws(AssociationFailure) -> Connection {
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(Int64(configuration.connectTimeout.boundedSeconds * 1000))
        var last = failure(.cannotConnect(detail: "no address"))
        for address in addresses {
            if Task.isCancelled { throw failure(.cancelled) }
            let left = deadline - clock.now
            guard left > .zero else {
                last = failure(.connectTimedOut(seconds: configuration.connectTimeout))
                break
            }
            do {
                return try await connect(to: address, within: left)
            } catch {
                if Task.isCancelled { throw failure(.cancelled) }
                if let error = error as? ChannelError, case .connectTimeout = error {
                    last = failure(.connectTimedOut(seconds: configuration.connectTimeout))
                } else {
                    last = failure(.cannotConnect(detail: SystemError.words(error)))
                }
            }
        }
        throw last
    }

    /// What the channel's initializer leaves for the task that waits, and the other way round.
    private struct Attempt {
        var connection: Connection?
        var channel: (any Channel)?
        var isCancelled = false
    }

    private func connect(to address: SocketAddress, within left: Duration) async throws -> Connection {
        let attempt = NIOLockedValueBox(Attempt())
        let proposal = proposal
        let timeouts = configuration.timeouts
        let security = configuration.security
        let host = configuration.host
        let own = own
        let observers = observers
        let future = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.nanoseconds(Int64(left.milliseconds * 1_000_000)))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 65_536, maximum: 1 << 20)
            )
            // The association's handler is there from the start: it sees the connection open, and a peer that closes at once.
            .channelInitializer { channel in
                let isCancelled = attempt.withLockedValue { attempt in
                    attempt.channel = channel
                    return attempt.isCancelled
                }
                if isCancelled { return channel.eventLoop.makeFailedFuture(CancellationError()) }
                return channel.eventLoop.makeCompletedFuture {
                    let connection = try Self.prepare(channel, proposal, timeouts, security, host, own, observers)
                    attempt.withLockedValue { $0.connection = connection }
                }
            }
            .connect(to: address)
        return try await withTaskCancellationHandler {
            _ = try await future.get()
            guard let connection = attempt.withLockedValue({ $0.connection }) else { throw CancellationError() }
            return connection
        } onCancel: {
            let channel = attempt.withLockedValue { attempt in
                attempt.isCancelled = true
                return attempt.channel
            }
            channel?.close(promise: nil)
        }
    }

    /// On the channel's event loop, before it connects.
    private static func prepare(
        _ channel: any Channel,
        _ proposal: AssociationProposal,
        _ timeouts: AssociationCore.Timeouts,
        _ security: TransportSecurity?,
        _ host: String,
        _ own: Observers,
        _ observers: [Observers]
    ) throws -> Connection {
        let established = channel.eventLoop.makePromise(of: Established.self)
        let ended = channel.eventLoop.makePromise(of: AssociationEnd.self)
        let session = ClientSession(eventLoop: channel.eventLoop, established: established, ended: ended)
        let handler = AssociationHandler(
            core: AssociationCore(requestor: proposal, timeouts: timeouts),
            owner: session,
            retaining: session,
            security: security,
            subject: Observation.Subject(
                id: Self.lastID.wrappingAdd(1, ordering: .relaxed).newValue,
                role: .requestor,
                remoteAddress: ""
            ),
            own: own,
            observers: observers
        )
        session.handler = handler
        do {
            try security?.install(channel, host)
            try channel.pipeline.syncOperations.addHandler(handler)
        } catch {
            // Otherwise the pipeline ends the cycle between the two.
            session.handler = nil
            let end = AssociationEnd.connectionLost(SystemError.words(error))
            established.fail(end)
            ended.succeed(end)
            throw error
        }
        return Connection(
            channel: channel,
            session: NIOLoopBound(session, eventLoop: channel.eventLoop),
            established: established.futureResult,
            ended: ended.futureResult
        )
    }

    /// Waits for the answer to the association request.
    func associate(over connection: Connection) async throws(AssociationFailure) -> Established {
        do {
            return try await withTaskCancellationHandler {
                try await connection.established.get()
            } onCancel: {
                connection.channel.close(promise: nil)
            }
        } catch let end as AssociationEnd {
            throw failure(Task.isCancelled ? .cancelled : Self.cause(end))
        } catch {
            connection.channel.close(promise: nil)
            throw failure(Task.isCancelled ? .cancelled : .connectionClosed(detail: SystemError.words(error)))
        }
    }

    private static func cause(_ end: AssociationEnd) -> AssociationFailure.Cause {
        switch end {
        case .rejected(let reject): .rejected(reject)
        case .aborted(let abort):
            if case .protocolViolation(let text) = abort.cause { .notDICOM(text) } else { .aborted(abort) }
        case .timedOut(_, let seconds): .noAnswer(seconds: seconds)
        case .notDICOM(let text): .notDICOM(text)
        case .peerSpeaksTLS: .peerSpeaksTLS
        case .notSecure(let failure): .notSecure(failure)
        case .connectionLost(let detail): .connectionClosed(detail: detail)
        case .released, .releasedByPeer: .connectionClosed(detail: "released at once")
        }
    }
}
