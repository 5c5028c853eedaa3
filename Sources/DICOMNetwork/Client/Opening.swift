import DICOMProtocol
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// The way from addresses to an association.
struct Opening: Sendable {
    let configuration: AssociationConfiguration
    let proposal: AssociationProposal

    private func failure(_ cause: AssociationFailure.Cause) -> AssociationFailure {
        AssociationFailure(cause, peer: configuration.peer)
    }

    /// The first address that takes a connection, all within the connect timeout.
    func connect(to addresses: [SocketAddress]) async throws(AssociationFailure) -> any Channel {
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(Int64(configuration.connectTimeout * 1000))
        var last = failure(.cannotConnect(detail: "no address"))
        for address in addresses {
            if Task.isCancelled { throw failure(.cancelled) }
            let left = deadline - clock.now
            guard left > .zero else { break }
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

    private func connect(to address: SocketAddress, within left: Duration) async throws -> any Channel {
        let opened = NIOLockedValueBox<(any Channel)?>(nil)
        let future = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.nanoseconds(Int64(left.milliseconds * 1_000_000)))
            // Nothing is read before the association's handler is there to take it.
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 65_536, maximum: 1 << 20)
            )
            .channelInitializer { channel in
                opened.withLockedValue { $0 = channel }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .connect(to: address)
        return try await withTaskCancellationHandler {
            try await future.get()
        } onCancel: {
            opened.withLockedValue { $0 }?.close(promise: nil)
        }
    }

    /// Negotiates over an open connection.
    func associate(
        over channel: any Channel
    ) async throws(AssociationFailure) -> (
        NegotiatedAssociation, NIOLoopBound<ClientSession>, EventLoopFuture<AssociationEnd>
    ) {
        let established = channel.eventLoop.makePromise(of: NegotiatedAssociation.self)
        let ended = channel.eventLoop.makePromise(of: AssociationEnd.self)
        let proposal = proposal
        let timeouts = configuration.timeouts
        do {
            return try await withTaskCancellationHandler {
                let session = try await channel.eventLoop.submit { () throws -> NIOLoopBound<ClientSession> in
                    let session = ClientSession(
                        eventLoop: channel.eventLoop,
                        established: established,
                        ended: ended
                    )
                    let handler = AssociationHandler(
                        core: AssociationCore(requestor: proposal, timeouts: timeouts),
                        owner: session
                    )
                    session.handler = handler
                    try channel.pipeline.syncOperations.addHandler(handler)
                    channel.setOption(.autoRead, value: true).whenFailure { _ in }
                    channel.read()
                    return NIOLoopBound(session, eventLoop: channel.eventLoop)
                }.get()
                return (try await established.futureResult.get(), session, ended.futureResult)
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch let end as AssociationEnd {
            if Task.isCancelled { throw failure(.cancelled) }
            throw failure(Self.cause(end))
        } catch {
            established.fail(error)
            ended.succeed(.connectionLost(SystemError.words(error)))
            channel.close(promise: nil)
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
        case .connectionLost(let detail): .connectionClosed(detail: detail)
        case .released, .releasedByPeer: .connectionClosed(detail: "released at once")
        }
    }
}
