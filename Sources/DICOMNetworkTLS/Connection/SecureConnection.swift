import DICOMNetwork
import DICOMProtocol
import NIOCore
import NIOSSL
import NIOTLS

/// The handlers that secure a connection, from the socket up: one that looks at the bytes on the wire, the library that
/// does TLS, and one that tells the association what came of it.
enum SecureConnection {
    static func install(on channel: any Channel, _ handler: NIOSSLHandler, facts: ConnectionFacts) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(RecordWatch(facts: facts))
        try pipeline.addHandler(handler)
        try pipeline.addHandler(SecurityReporter(handler: handler, facts: facts))
    }
}

/// Below the library: sees a peer that does not speak TLS, and sees to it that an alert we send arrives.
final class RecordWatch: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The peer's first bytes are no TLS.
    struct PlainPeer: Sendable {}

    private let facts: ConnectionFacts
    private var serverReader = HandshakeReader(isFromServer: true)
    /// What comes from a client, on a server.
    private var clientReader = HandshakeReader(isFromServer: false)
    /// The connection failed: only our last bytes leave, and what still comes is dropped.
    private var isParting = false
    private var partingPromise: EventLoopPromise<Void>?
    private var partingAlarm: Scheduled<Void>?
    private var isInputClosed = false

    /// A peer reads an alert at once, or not at all.
    private static let partingTime = TimeAmount.seconds(1)
    /// Enough to show what speaks there.
    private static let firstBytesKept = 16

    init(facts: ConnectionFacts) {
        self.facts = facts
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isParting { return }
        let buffer = unwrapInboundIn(data)
        let wasPlain = facts.peerSpeaksPlain
        if facts.firstBytes.count < Self.firstBytesKept {
            facts.firstBytes += buffer.readableBytesView.prefix(Self.firstBytesKept - facts.firstBytes.count)
        }
        if facts.template.isClient {
            readServer(buffer)
            facts.plainAlert = serverReader.alert
        } else if !clientReader.isDone, !facts.isSecured {
            clientReader.receive(buffer.readableBytesView)
            facts.plainAlert = clientReader.alert
        }
        context.fireChannelRead(data)
        // The library may wait for the rest of a record that is none.
        if facts.peerSpeaksPlain, !wasPlain { context.fireUserInboundEventTriggered(PlainPeer()) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if !facts.template.isClient { readServer(unwrapOutboundIn(data)) }
        context.write(data, promise: promise)
    }

    /// The server's side of the handshake, on either side.
    private func readServer(_ buffer: ByteBuffer) {
        guard !serverReader.isDone, !facts.isSecured else { return }
        serverReader.receive(buffer.readableBytesView)
        facts.cipherSuite = serverReader.cipherSuite
        facts.peerAskedForCertificate = facts.template.isClient && serverReader.hasCertificateRequest
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            isInputClosed = true
            if isParting {
                part(context)
                return
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        partingAlarm?.cancel()
        partingPromise?.succeed()
        partingPromise = nil
        context.fireChannelInactive()
    }

    /// Closing a socket with unread bytes resets the connection, and the peer loses the alert that tells it why: after a
    /// failure only our half is closed at first. Peers that have sent a request right behind their handshake need that.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isParting {
            if let promise {
                if let partingPromise {
                    partingPromise.futureResult.cascade(to: promise)
                } else {
                    partingPromise = promise
                }
            }
            return
        }
        guard mode == .all, facts.hasFailed, !isInputClosed, context.channel.isActive else {
            context.close(mode: mode, promise: promise)
            return
        }
        isParting = true
        partingPromise = promise
        context.close(mode: .output, promise: nil)
        context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
        context.read()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        partingAlarm = context.eventLoop.scheduleTask(in: Self.partingTime) {
            let (watch, context) = bound.value
            watch.part(context)
        }
    }

    private func part(_ context: ChannelHandlerContext) {
        partingAlarm?.cancel()
        let promise = partingPromise
        partingPromise = nil
        context.close(promise: promise)
    }
}

/// Above the library: turns its events and errors into ``TransportSecurityEvent``.
final class SecurityReporter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let handler: NIOSSLHandler
    private let facts: ConnectionFacts

    init(handler: NIOSSLHandler, facts: ConnectionFacts) {
        self.handler = handler
        self.facts = facts
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        facts.hasReceivedData = true
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as TLSUserEvent:
            if case .handshakeCompleted = event { completed(context) }
        case is RecordWatch.PlainPeer: fail(context, FailureExplainer(facts, peer: nil).plainPeer())
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if facts.hasFailed { return }
        let explainer = FailureExplainer(facts, peer: peerCertificate)
        if facts.isSecured {
            switch explainer.afterHandshake(error, version: handler.tlsVersion) {
            case .ignore: break
            case .forward: context.fireErrorCaught(error)
            case .fail(let failure): fail(context, failure)
            }
        } else {
            fail(context, explainer.duringHandshake(error))
        }
    }

    private var peerCertificate: CertificateDetails? {
        (try? handler.peerCertificate?.toDERBytes()).flatMap(CertificateDetails.init(der:))
    }

    private func completed(_ context: ChannelHandlerContext) {
        guard !facts.isSecured, !facts.hasFailed else { return }
        let certificate = peerCertificate
        let explainer = FailureExplainer(facts, peer: certificate)
        let isUnreadable = certificate == nil && facts.template.isVerifying && handler.peerCertificate != nil
        if let failure = isUnreadable
            ? explainer.unreadableCertificate() : explainer.otherName() ?? explainer.weakCertificate()
        {
            fail(context, failure)
            return
        }
        facts.isSecured = true
        let transport = SecureTransport(
            version: handler.tlsVersion.map(Self.words) ?? "TLS",
            cipherSuite: facts.cipherSuite.map(CipherSuite.name),
            profile: facts.template.profile.name,
            peerCertificate: certificate?.peer
        )
        context.fireUserInboundEventTriggered(TransportSecurityEvent.established(transport))
    }

    private func fail(_ context: ChannelHandlerContext, _ failure: SecureTransportFailure) {
        guard !facts.hasFailed else { return }
        facts.hasFailed = true
        context.fireUserInboundEventTriggered(TransportSecurityEvent.failed(failure))
    }

    private static func words(_ version: TLSVersion) -> String {
        switch version {
        case .tlsv1: "TLS 1.0"
        case .tlsv11: "TLS 1.1"
        case .tlsv12: "TLS 1.2"
        case .tlsv13: "TLS 1.3"
        }
    }
}
