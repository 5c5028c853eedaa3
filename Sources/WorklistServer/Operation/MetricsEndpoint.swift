import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers `GET /metrics` on the loopback address with ``ServerCounters/text``, and nothing else to anyone.
public final class MetricsEndpoint: Sendable {
    private let listener: any Channel

    /// The port it listens on.
    public let port: Int

    private init(_ listener: any Channel) {
        self.listener = listener
        port = listener.localAddress?.port ?? 0
    }

    /// - Parameter port: of 127.0.0.1; 0 lets the system choose.
    public static func start(port: Int, _ text: @escaping @Sendable () -> String) async throws -> MetricsEndpoint {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(MetricsHandler(text))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return MetricsEndpoint(listener)
    }

    public func stop() async { try? await listener.close().get() }
}

/// One request to a connection: a scraper comes seldom.
private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Who connects and says nothing is sent away.
    private static let patience = TimeAmount.seconds(10)
    private let text: @Sendable () -> String
    private var head: HTTPRequestHead?
    private var alarm: Scheduled<Void>?

    init(_ text: @escaping @Sendable () -> String) {
        self.text = text
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { alarm?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let path = head.uri.prefix { $0 != "?" }
        let (status, body): (HTTPResponseStatus, String) =
            if path != "/metrics" {
                (.notFound, "the only page here is /metrics\n")
            } else if head.method != .GET,
                head.method != .HEAD
            { (.methodNotAllowed, "GET only\n") } else { (.ok, text()) }
        let buffer = context.channel.allocator.buffer(string: body)
        let headers: HTTPHeaders = [
            "Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Content-Length": "\(buffer.readableBytes)",
            "Connection": "close",
        ]
        let response = HTTPResponseHead(version: head.version, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil) }
        let channel = context.channel
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
