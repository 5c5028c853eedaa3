import DICOMProtocol
import NIOCore

/// What an ``AssociationHandler`` tells whoever owns the association; always on its event loop.
protocol AssociationOwner: AnyObject {
    /// Events in the order they happened.
    func handle(_ events: [AssociationCore.Event])
}

/// The thin shell: bytes from the channel into ``AssociationCore``, its output back, its deadlines on the event loop.
///
/// The walk over the received buffer happens inside this one handler: a pipeline event for each PDU would cost more than
/// reading it does.
final class AssociationHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var core: AssociationCore
    private unowned let owner: any AssociationOwner
    /// Keeps an owner alive that nobody else holds, until the channel is gone.
    private var retained: (any AssociationOwner)?
    private var context: ChannelHandlerContext?
    /// Bytes of a PDU that is not yet whole.
    private var leftover: ByteBuffer?
    private var alarm: (at: Nanoseconds, task: Scheduled<Void>)?
    private var isClosing = false
    /// Bytes of the core's own on their way: answers to a peer that asks and does not read would fill memory.
    private var unsent = 0
    /// Beyond these the peer is not read, until it has taken half of them.
    private static let unsentLimit = 1 << 20
    private var isFlooded = false
    private var isReadingWanted = true
    private var isDispatching = false
    /// When the connection was open; nil before.
    private(set) var openedAt: Nanoseconds?
    /// When the transport was secure; nil before, and without security.
    private(set) var securedAt: Nanoseconds?
    private(set) var secureTransport: SecureTransport?
    /// Seconds for the transport to become secure; nil starts the association at once.
    private let handshakeTimeout: Double?
    private var handshakeAlarm: Scheduled<Void>?
    private var subject: Observation.Subject
    /// Those of this association alone; they end with it.
    private let own: Observers
    private let observers: [Observers]
    private var hasToldOpening = false
    /// The channel is gone, and nothing can happen any more.
    private var isGone = false

    init(
        core: AssociationCore,
        owner: any AssociationOwner,
        retaining retained: (any AssociationOwner)? = nil,
        security: TransportSecurity? = nil,
        subject: Observation.Subject,
        own: Observers,
        observers: [Observers]
    ) {
        self.core = core
        self.subject = subject
        self.own = own
        self.observers = [own] + observers
        self.owner = owner
        self.retained = retained
        self.handshakeTimeout = security?.handshakeTimeout
    }

    static func now() -> Nanoseconds { NIODeadline.now().uptimeNanoseconds }

    // MARK: From the owner, on the event loop

    /// Runs a change on the core and carries out what came of it. Nothing happens once the channel is gone.
    @discardableResult
    func perform<Result>(_ body: (inout AssociationCore, Nanoseconds) -> Result) -> Result {
        observe()
        let result = body(&core, Self.now())
        settle()
        return result
    }

    // MARK: Observers

    /// Asks what observers want to hear; one atomic load for each that can have any.
    private func observe() {
        guard !isGone else { return }
        var kinds: ObservedKinds = []
        for observers in observers { kinds.formUnion(observers.kinds) }
        if !kinds.isEmpty || core.isObserved { core.observe(kinds) }
    }

    private func tell() {
        guard core.isObserved else { return }
        let happenings = core.takeHappenings()
        guard !happenings.isEmpty else { return }
        let timestamp = WallClock.now()
        for happening in happenings {
            let observation = Observation(
                association: subject,
                timestamp: timestamp,
                happening: happening,
                missed: 0
            )
            for observers in observers { observers.tell(observation) }
        }
    }

    private func tellOpening(_ context: ChannelHandlerContext) {
        if let address = context.channel.remoteAddress { subject.remoteAddress = address.words }
        hasToldOpening = true
        observe()
        core.observe(.connectionOpened)
        tell()
    }

    private func tellClosing() {
        guard hasToldOpening else { return }
        hasToldOpening = false
        observe()
        core.observe(.connectionClosed)
        tell()
    }

    var hasOperations: Bool { core.hasOperations }
    var negotiated: NegotiatedAssociation? { core.negotiated }
    var isEstablished: Bool { core.isEstablished }

    /// Writes PDUs made elsewhere (responses of a server); dropped when the association does not stand.
    func write(_ buffer: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context, core.isEstablished, !isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        observe()
        if core.isObserved {
            core.observeSent(Array(buffer.readableBytesView))
            tell()
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    }

    /// Something left that was written past the core.
    func sent() {
        core.sent(now: Self.now())
    }

    func setReading(_ isReading: Bool) {
        guard context != nil, !isClosing else { return }
        core.reading(isReading, now: Self.now())
        schedule()
        isReadingWanted = isReading
        updateReading()
    }

    private func updateReading() {
        guard let context, !isClosing else { return }
        let isReading = isReadingWanted && !isFlooded
        context.channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
        if isReading { context.read() }
    }

    /// Writes what the core has to say.
    private func send(_ output: [UInt8], _ context: ChannelHandlerContext) {
        let count = output.count
        unsent += count
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.taken(count) }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: output)), promise: promise)
        if unsent > Self.unsentLimit, !isFlooded {
            isFlooded = true
            updateReading()
        }
    }

    private func taken(_ count: Int) {
        unsent -= count
        guard isFlooded, unsent <= Self.unsentLimit / 2 else { return }
        isFlooded = false
        updateReading()
    }

    // MARK: From the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { opened() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // A connection that never came about is never inactive either.
        disconnected("closed by the peer")
        self.context = nil
        handshakeAlarm?.cancel()
        alarm?.task.cancel()
        alarm = nil
        tellClosing()
        isGone = true
        core.observe([])
        own.end()
        retained = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        opened()
    }

    private func opened() {
        let now = Self.now()
        openedAt = now
        guard let context else { return }
        acknowledgeQuickly(context)
        tellOpening(context)
        guard let handshakeTimeout else {
            core.connected(now: now)
            settle()
            return
        }
        guard securedAt == nil, handshakeAlarm == nil else { return }
        handshakeAlarm = context.eventLoop.assumeIsolated().scheduleTask(
            in: .nanoseconds(Int64(handshakeTimeout.boundedSeconds * 1e9))
        ) { [weak self] in
            guard let self else { return }
            let isServer = self.subject.role == .acceptor
            self.notSecure(
                SecureTransportFailure(
                    .handshakeTimedOut,
                    summary: isServer
                        ? "the client connected and did not finish the TLS handshake within \(handshakeTimeout) s"
                        : "the TLS handshake was not finished within \(handshakeTimeout) s",
                    advice: isServer
                        ? "Check that it speaks TLS to this port; a monitor that only connects is harmless."
                        : "The peer may not speak TLS on this port, or not answer at all: check the port."
                )
            )
        }
    }

    /// The word of the security layer.
    private func security(_ event: TransportSecurityEvent) {
        switch event {
        case .established(let transport):
            guard securedAt == nil, !isClosing else { return }
            handshakeAlarm?.cancel()
            securedAt = Self.now()
            secureTransport = transport
            observe()
            core.connected(now: Self.now())
            settle()
        case .failed(let failure): notSecure(failure)
        }
    }

    private func notSecure(_ failure: SecureTransportFailure) {
        handshakeAlarm?.cancel()
        guard !isClosing else { return }
        observe()
        core.notSecure(failure, now: Self.now())
        settle()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if buffer.readableBytes < Self.quickAcknowledgementLimit { acknowledgeQuickly(context) }
        // After an abort the rest is read only so that closing does not destroy what we sent.
        guard !isClosing else { return }
        observe()
        if core.isObserved { core.observeReceived(buffer.readableBytesSpan) }
        if var whole = leftover {
            leftover = nil
            whole.writeBuffer(&buffer)
            buffer = whole
        }
        let used = core.receive(buffer.readableBytesSpan, now: Self.now())
        buffer.moveReaderIndex(forwardBy: used)
        if buffer.readableBytes > 0 {
            buffer.discardReadBytes()
            leftover = buffer
        }
        settle()
    }

    /// Larger reads come in a stream, whose acknowledgements need no help.
    private static let quickAcknowledgementLimit = 4_096

    /// Peers that write a message in pieces with Nagle's algorithm on (DCMTK does) wait for our acknowledgement between
    /// them, and Linux delays it by 40 ms. TCP_QUICKACK does not stay set, hence again with each small read.
    private func acknowledgeQuickly(_ context: ChannelHandlerContext) {
        #if os(Linux)
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: 12))
        context.channel.setOption(option, value: 1).whenFailure { _ in }
        #endif
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TransportSecurityEvent {
            security(event)
            return
        }
        if let event = event as? ChannelEvent, event == .inputClosed {
            if isClosing { context.close(promise: nil) } else { disconnected("closed by the peer") }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        disconnected("closed by the peer")
        alarm?.task.cancel()
        alarm = nil
        tellClosing()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        disconnected(SystemError.words(error))
        context.close(promise: nil)
    }

    private func disconnected(_ detail: String) {
        guard !isClosing else { return }
        observe()
        core.disconnected(detail, now: Self.now())
        settle()
    }

    // MARK: Carrying out

    private func settle() {
        guard let context else {
            dispatch()
            return
        }
        let output = core.takeOutput()
        if !output.isEmpty {
            if core.wantsClose {
                close(context, after: context.channel.allocator.buffer(bytes: output))
            } else {
                send(output, context)
            }
        } else if core.wantsClose, !isClosing {
            isClosing = true
            context.close(promise: nil)
        }
        dispatch()
        schedule()
    }

    /// Closes once the last bytes have left. Closing with unread input would reset the connection, and the peer would
    /// never see our A-ABORT: so only the sending half is closed, and the peer has a moment to close the other.
    private func close(_ context: ChannelHandlerContext, after buffer: ByteBuffer) {
        isClosing = true
        let channel = context.channel
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in
            channel.close(mode: .output).whenFailure { _ in channel.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
        channel.setOption(.autoRead, value: true).whenFailure { _ in }
        context.read()
        context.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }

    private func dispatch() {
        // The owner may call perform(_:) while it handles events; those come in their turn, not in between.
        guard !isDispatching else { return }
        isDispatching = true
        while true {
            // Observers first: who is woken by an event may end its observation, and is to have heard of what led to it.
            tell()
            let events = core.takeEvents()
            if events.isEmpty { break }
            owner.handle(events)
        }
        isDispatching = false
        tell()
        if core.hasOutput, let context {
            let output = core.takeOutput()
            if core.wantsClose, !isClosing {
                close(context, after: context.channel.allocator.buffer(bytes: output))
            } else if !isClosing {
                send(output, context)
            }
        }
    }

    /// One alarm at a time; it may ring early and is then set anew, so that a match does not move it.
    private func schedule() {
        guard let context, let deadline = core.deadline else { return }
        if let alarm, alarm.at <= deadline { return }
        alarm?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(
            deadline: NIODeadline.uptimeNanoseconds(deadline)
        ) { [weak self] in
            guard let self else { return }
            self.alarm = nil
            self.observe()
            self.core.timePassed(now: Self.now())
            self.settle()
        }
        alarm = (deadline, task)
    }
}
