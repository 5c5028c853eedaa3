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
    /// Associations at once from one address; one more is rejected (2/3/2). Nil for no limit but that of the server.
    /// ``/DICOMProtocol/PeerRule`` has limits by AE title.
    public var maximumAssociationsPerAddress: Int?
    /// What has to come in time; see ``defaultTimeouts``.
    public var timeouts: AssociationCore.Timeouts
    /// Gets no patient data.
    public var logger: Logger
    /// The query services known, with those of one's own; a C-FIND of any other SOP class is answered with 0122.
    public var services: FindServices = .standard
    /// Secures the transport (see the module DICOMNetworkTLS); nil speaks plain TCP.
    public var security: TransportSecurity?
    /// How responses look on the wire.
    public var responseForm = ResponseForm.standard
    /// Told what the server does, on an event loop.
    public var activity: (@Sendable (ServerActivity) -> Void)?

    /// As a client's, and a peer that has asked nothing for ten minutes is aborted.
    public static let defaultTimeouts = AssociationCore.Timeouts(idle: 600)

    public init(
        host: String = "127.0.0.1",
        port: Int,
        policy: AcceptorPolicy,
        maximumAssociations: Int = 4_096,
        timeouts: AssociationCore.Timeouts = ServerConfiguration.defaultTimeouts,
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

extension NIOBSDSocket.Option {
    /// TCP_NOTSENT_LOWAT: bytes not yet sent beyond which the socket takes no more.
    fileprivate static let tcpNotSentLowWater = NIOBSDSocket.Option(rawValue: 25)
}

/// A DICOM server: C-FIND by the handlers bound to it, C-ECHO by itself.
///
///     let server = try await DICOMServer.start(
///         ServerConfiguration(port: 11112, policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind]))
///     )
///     server.bindFind(for: SOPClass.modalityWorklistFind) { event, responder in
///         for item in items where matches(item, try event.identifier) { try await responder.send(.pending, item) }
///     }
public final class DICOMServer: HandlerBinding {
    /// What all associations of a server share.
    final class Shared: Sendable {
        /// What holds for the next connection.
        private struct Rules {
            var configuration: ServerConfiguration
            var negotiator: Negotiator
        }
        private let rules: NIOLockedValueBox<Rules>

        var configuration: ServerConfiguration { rules.withLockedValue { $0.configuration } }
        var negotiator: Negotiator { rules.withLockedValue { $0.negotiator } }

        /// Where there is room for one more association.
        enum Place: Equatable {
            case taken
            case none
            case noneForAddress(limit: Int)
        }

        let handlers = FindHandlers()
        let observers: Observers

        struct Connection: Sendable {
            let channel: any Channel
            let session: NIOLoopBound<AcceptorSession>
        }

        private struct State {
            var lastID = 0
            /// The associations that stand, with the peers' addresses.
            var established: [Int: String] = [:]
            var perAddress: [String: Int] = [:]
            /// The rule that governs an association, by its ID.
            var rules: [Int: PeerRule.ID] = [:]
            var associations: [Int: PeerAssociation] = [:]
            var connections: [Int: Connection] = [:]
            /// Nobody is let in any more.
            var isStopping = false

            mutating func leave(_ id: Int) {
                rules[id] = nil
                guard let address = established.removeValue(forKey: id) else { return }
                let count = perAddress[address, default: 1] - 1
                perAddress[address] = count > 0 ? count : nil
            }
        }
        private let state = NIOLockedValueBox(State())

        init(_ configuration: ServerConfiguration) {
            rules = NIOLockedValueBox(
                Rules(configuration: configuration, negotiator: Negotiator(configuration.policy))
            )
            self.observers = Observers(logger: configuration.logger)
        }

        func stopping() { state.withLockedValue { $0.isStopping = true } }

        func nextID() -> Int {
            state.withLockedValue { state in
                state.lastID += 1
                return state.lastID
            }
        }

        /// Other rules from now on. Associations that stand stay, and count for the rule that would let them in now.
        func update(_ configuration: ServerConfiguration) {
            let negotiator = Negotiator(configuration.policy)
            rules.withLockedValue { $0 = Rules(configuration: configuration, negotiator: negotiator) }
            state.withLockedValue { state in
                for (id, association) in state.associations {
                    state.rules[id] = negotiator.governingRule(
                        for: association.request,
                        from: state.established[id].flatMap { $0.isEmpty ? nil : $0 }
                    )
                }
            }
        }

        /// A connection counts until its channel is closed, which may be long after its association: a stopping server closes
        /// all of them.
        func opened(_ id: Int, _ connection: Connection) {
            let isLate = state.withLockedValue { state in
                state.connections[id] = connection
                return state.isStopping
            }
            if isLate { connection.channel.close(promise: nil) }
            connection.channel.closeFuture.whenComplete { _ in
                _ = self.state.withLockedValue { $0.connections.removeValue(forKey: id) }
            }
        }

        /// Takes one of the places for associations, if there is one left. Connections that have not asked for an
        /// association take none: silent ones cannot lock others out.
        func takePlace(_ id: Int, address: String?) -> Place {
            let (maximum, perAddress) = rules.withLockedValue {
                ($0.configuration.maximumAssociations, $0.configuration.maximumAssociationsPerAddress)
            }
            let address = address ?? ""
            return state.withLockedValue { state in
                guard state.established.count < maximum else { return .none }
                let count = state.perAddress[address, default: 0]
                if let perAddress, count >= perAddress { return .noneForAddress(limit: perAddress) }
                state.established[id] = address
                state.perAddress[address] = count + 1
                return .taken
            }
        }

        /// Gives the place back: there is no association after all.
        func leavePlace(_ id: Int) { state.withLockedValue { $0.leave(id) } }

        /// How many associations a rule governs beside this one, which counts from now on.
        func countIn(_ id: Int, rule: PeerRule.ID) -> Int {
            state.withLockedValue { state in
                let count = state.rules.values.count { $0 == rule }
                state.rules[id] = rule
                return count
            }
        }

        func closed(_ id: Int) {
            state.withLockedValue { state in
                state.leave(id)
                state.associations[id] = nil
            }
        }

        func established(_ association: PeerAssociation) {
            state.withLockedValue { $0.associations[association.id] = association }
        }

        var associations: [PeerAssociation] {
            state.withLockedValue { $0.associations.values.sorted { $0.id < $1.id } }
        }

        var count: Int { state.withLockedValue { $0.established.count } }
        var connections: [Connection] { state.withLockedValue { Array($0.connections.values) } }
    }

    private let shared: Shared
    private let listener: any Channel

    /// The address could not be listened on.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        public let host: String
        public let port: Int
        /// The system's word.
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
        let logger = configuration.logger
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGuard(logger: logger))
                }
            }
            .serverChannelOption(.backlog, value: 4_096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // What the system holds back is sent whatever the peer says meanwhile: a cancel is to be honoured within 64 KB.
            .childChannelOption(.tcpOption(.tcpNotSentLowWater), value: 16 << 10)
            // A peer whose machine is gone would otherwise hold its place for ever.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let configuration = shared.configuration
                    let id = shared.nextID()
                    let observers = Observers(logger: configuration.logger)
                    let session = AcceptorSession(
                        id: id,
                        channel: channel,
                        shared: shared,
                        configuration: configuration,
                        observers: observers
                    )
                    let core = AssociationCore(
                        acceptorAnnouncing: configuration.policy.maximumLength,
                        timeouts: configuration.timeouts
                    )
                    let handler = AssociationHandler(
                        core: core,
                        owner: session,
                        retaining: session,
                        security: configuration.security,
                        subject: Observation.Subject(id: id, role: .acceptor, remoteAddress: ""),
                        own: observers,
                        observers: [shared.observers]
                    )
                    session.handler = handler
                    shared.opened(
                        id,
                        Shared.Connection(
                            channel: channel,
                            session: NIOLoopBound(session, eventLoop: channel.eventLoop)
                        )
                    )
                    do {
                        try configuration.security?.install(channel, nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    } catch {
                        // Otherwise the pipeline ends the cycle between the two.
                        session.handler = nil
                        throw error
                    }
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

    /// Associations that stand, in the order they came.
    public var associations: [PeerAssociation] { shared.associations }

    /// Observers of every association, those that stand already among them.
    public var observers: Observers { shared.observers }

    public func bind(find handler: FindHandler?, for sopClass: String?) { shared.handlers.bind(sopClass, handler) }

    public func bind(echo handler: EchoHandler?) { shared.handlers.bind(echo: handler) }

    /// Changes the rules for connections from now on: policy, limits, timeouts, security, form. Address and port stay, and so
    /// do the associations that stand.
    public func update(_ change: (inout ServerConfiguration) -> Void) {
        var configuration = shared.configuration
        change(&configuration)
        shared.update(configuration)
    }

    /// Stops in peace: no new association and no new query, but what is under way is answered, and each association released
    /// then. What takes longer than `grace` seconds is aborted.
    public func stop(grace: Double) async {
        shared.stopping()
        try? await listener.close().get()
        let connections = shared.connections
        for connection in connections {
            connection.channel.eventLoop.execute { connection.session.value.drain() }
        }
        let deadline = Task {
            try await Task.sleep(for: .seconds(grace.boundedSeconds))
            await self.stop()
        }
        for connection in connections { try? await connection.channel.closeFuture.get() }
        deadline.cancel()
    }

    /// Stops listening and aborts every association; their handlers' tasks are cancelled.
    public func stop() async {
        try? await listener.close().get()
        let connections = shared.connections
        for connection in connections {
            connection.channel.eventLoop.execute { connection.session.value.stop() }
        }
        for connection in connections { try? await connection.channel.closeFuture.get() }
    }
}
