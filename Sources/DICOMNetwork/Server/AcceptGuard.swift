import DICOMProtocol
import Glibc
import Logging
import NIOCore

/// On the listening channel: where no more connections can be taken (descriptors, memory), accepting stands still for a
/// moment. Otherwise the event loop would try in vain as fast as it can, and nobody be told.
final class AcceptGuard: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(100)
    private let logger: Logger
    private var isWaiting = false

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            context.fireErrorCaught(error)
            return
        }
        guard !isWaiting else { return }
        isWaiting = true
        logger.error("no more connections can be taken", metadata: ["why": "\(SystemError.words(error))"])
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenFailure { _ in }
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { [weak self] in
            self?.isWaiting = false
            channel.setOption(.autoRead, value: true).whenFailure { _ in }
        }
    }
}
