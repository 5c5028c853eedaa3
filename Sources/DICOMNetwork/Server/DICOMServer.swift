import DICOMData
import DICOMProtocol
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Where a server listens, what it supports and whom it lets in.
public struct ServerConfiguration: Sendable {
    /// Address to listen on; loopback unless told otherwise.
    public var host: String
    /// 0 lets the system choose; see ``DICOMServer/port``.
    public var port: Int
    /// SOP classes, AE titles, transfer syntaxes and the rest of the negotiation.
    public var policy: AcceptorPolicy
    /// Associations at once; one more is rejected (2/3/2, local limit exceeded).
    public var maximumAssociations: Int
    public var timeouts: AssociationCore.Timeouts
    /// Gets no patient data.
    public var logger: Logger
    /// Secures the transport (see the module DICOMNetworkTLS); nil speaks plain TCP.
    public var security: TransportSecurity?

    public init(
        host: String = "127.0.0.1",
        port: Int,
        policy: AcceptorPolicy,
        maximumAssociations: Int = 4_096,
        timeouts: AssociationCore.Timeouts = AssociationCore.Timeouts(),
        logger: Logger = Logger(label: "dicom.server", factory: { _ in SwiftLogNoOpLogHandler() }),
        security: TransportSecurity? = nil
    ) {
        self.host = host
        self.port = port
        self.policy = policy
        self.maximumAssociations = maximumAssociations
        self.timeouts = timeouts
        self.logger = logger
        self.security = security
    }

    /// A policy for SOP classes in the transfer syntaxes this library reads, Verification always among them.
    public static func policy(sopClasses: [String]) -> AcceptorPolicy {
        let syntaxes = TransferSyntax.supported.map(\.uid)
        let classes = sopClasses.contains(SOPClass.verification) ? sopClasses : sopClasses + [SOPClass.verification]
        return AcceptorPolicy(supported: classes.map { SupportedContext($0, transferSyntaxes: syntaxes) })
    }
}

/// A DICOM server: C-FIND by the handlers bound to it, C-ECHO by itself.
///
///     let server = try await DICOMServer.start(
///         ServerConfiguration(port: 11112, policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind]))
///     )
///     server.bindFind(for: SOPClass.modalityWorklistFind) { event, responder in
///         for item in items where matches(item, try event.identifier) { try await responder.send(.pending, item) }
///     }
public final class DICOMServer: Sendable {
    /// What all associations of a server share.
    final class Shared: Sendable {
        let configuration: ServerConfiguration
        let negotiator: Negotiator
        let handlers = FindHandlers()
        private struct State {
            var lastID = 0
            var established: Set<Int> = []
            var channels: [Int: any Channel] = [:]
        }
        private let state = NIOLockedValueBox(State())

        init(_ configuration: ServerConfiguration) {
            self.configuration = configuration
            self.negotiator = Negotiator(configuration.policy)
        }

        func opened(_ channel: any Channel) -> Int {
            state.withLockedValue { state in
                state.lastID += 1
                state.channels[state.lastID] = channel
                return state.lastID
            }
        }

        /// Takes one of the places for associations; false if there is none left. Connections that have not asked for an
        /// association take none: silent ones cannot lock others out.
        func takePlace(_ id: Int) -> Bool {
            state.withLockedValue { state in
                guard state.established.count < configuration.maximumAssociations else { return false }
                state.established.insert(id)
                return true
            }
        }

        /// Gives the place back: there is no association after all.
        func leavePlace(_ id: Int) { state.withLockedValue { _ = $0.established.remove(id) } }

        func closed(_ id: Int) {
            state.withLockedValue { state in
                state.established.remove(id)
                state.channels[id] = nil
            }
        }

        var count: Int { state.withLockedValue { $0.established.count } }
        var channels: [any Channel] { state.withLockedValue { Array($0.channels.values) } }
    }

    private let shared: Shared
    private let listener: any Channel

    /// The address could not be listened on.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        public let host: String
        public let port: Int
        public let detail: String

        public var description: String {
            "cannot listen on \(host) port \(port): \(detail). Choose another port, or stop the program that uses it."
        }
    }

    private init(shared: Shared, listener: any Channel) {
        self.shared = shared
        self.listener = listener
    }

    /// Starts to listen; requests are answered from here on, with C311 until a handler is bound.
    public static func start(_ configuration: ServerConfiguration) async throws(StartError) -> DICOMServer {
        let shared = Shared(configuration)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A peer whose machine is gone would otherwise hold its place for ever.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let session = AcceptorSession(id: shared.opened(channel), channel: channel, shared: shared)
                    let core = AssociationCore(
                        acceptorAnnouncing: configuration.policy.maximumLength,
                        timeouts: configuration.timeouts
                    )
                    let handler = AssociationHandler(
                        core: core,
                        owner: session,
                        retaining: session,
                        security: configuration.security
                    )
                    session.handler = handler
                    try configuration.security?.install(channel, nil)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        do {
            let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            return DICOMServer(shared: shared, listener: listener)
        } catch {
            throw StartError(
                host: configuration.host,
                port: configuration.port,
                detail: SystemError.words(error)
            )
        }
    }

    /// The port it listens on.
    public var port: Int { listener.localAddress?.port ?? shared.configuration.port }

    /// Associations that stand.
    public var associationCount: Int { shared.count }

    /// Binds a handler to C-FIND for one SOP class, or for all that have none of their own; replaces an earlier one, for
    /// requests that come from now on.
    public func bindFind(for sopClass: String? = nil, _ handler: @escaping FindHandler) {
        shared.handlers.bind(sopClass, handler)
    }

    /// As ``bindFind(for:_:)``, with arguments handed to the handler on every call.
    public func bindFind<each Argument: Sendable>(
        for sopClass: String? = nil,
        with argument: repeat each Argument,
        handler: @escaping @Sendable (FindEvent, FindResponder, repeat each Argument) async throws -> Void
    ) {
        let arguments = (repeat each argument)
        bindFind(for: sopClass) { event, responder in
            try await handler(event, responder, repeat each arguments)
        }
    }

    /// Binds a handler that yields its responses as an async sequence. The first final status ends it.
    public func bindFind<Responses: AsyncSequence & Sendable>(
        for sopClass: String? = nil,
        yielding responses: @escaping @Sendable (FindEvent) async throws -> Responses
    ) where Responses.Element == FindResponse {
        bindFind(for: sopClass) { event, responder in
            for try await response in try await responses(event) {
                try await responder.send(response)
                if responder.isFinished { break }
            }
        }
    }

    /// Takes the handler away: back to the default, C311.
    public func unbindFind(for sopClass: String? = nil) {
        shared.handlers.bind(sopClass, nil)
    }

    /// Stops listening and closes every association.
    public func stop() async {
        try? await listener.close().get()
        for channel in shared.channels { try? await channel.close().get() }
    }
}
