import DICOMData
import DICOMNetwork
import DICOMProtocol
import Glibc
import Testing

/// How much is held for a peer, and how much still comes after its C-CANCEL.
@Suite("Pressure: bounded memory, prompt cancels", .serialized) struct PressureTests {
    /// Handlers under test count what they have handed over.
    private struct Progress: Sendable {
        var sent = 0
        var sentAfterCancel = 0
        var isEnded = false
    }

    /// A handler that sends as fast as it can, until it is refused.
    private func flood(_ progress: Shared<Progress>, padding: Int) -> FindHandler {
        { event, responder in
            defer { progress.change { $0.isEnded = true } }
            let one = try item(0, padding: padding).encoded(responder.identifierSyntax)
            while true {
                let isCancelled = event.isCancelled
                guard try await responder.send(encoded: one) else { break }
                progress.change { progress in
                    progress.sent += 1
                    if isCancelled { progress.sentAfterCancel += 1 }
                }
            }
        }
    }

    private func size(padding: Int) throws -> Int {
        RawSocket.response(1, 0xFF00, try item(0, padding: padding).encoded(RawSocket.syntax)).count
    }

    private func standstill(of progress: Shared<Progress>) throws -> Int {
        var last = -1
        var unchanged = 0
        try waitUntil("the handler is held up") {
            let sent = progress.value.sent
            unchanged = sent == last && sent > 0 ? unchanged + 1 : 0
            last = sent
            // Longer than any acknowledgement takes, so that the kernel's figures are final.
            return unchanged >= 200
        }
        return last
    }

    /// What our own side of a connection may hold for a peer that reads nothing: beside it are only the sockets' buffers.
    private static let heldBytes = 32 << 10

    @Test("A peer that reads nothing: the handler is held up, and we hold no more than 32 KB")
    func heldUp() async throws {
        let progress = Shared(Progress())
        let padding = 600
        let size = try size(padding: padding)
        try await withServer { server in
            server.bindFind(flood(progress, padding: padding))
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port, receiveBuffer: 32 << 10)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                // The one that waits has handed its match over as well.
                let handedOver = (try standstill(of: progress) + 1) * size
                let queues = try LoopbackQueues.bytes(from: port, to: socket.localPort)
                let held = handedOver - queues.unsent - queues.unread
                #expect((0...(Self.heldBytes + size)).contains(held), "\(held) of \(handedOver)")
            }
        }
    }

    @Test("A cancel from a peer that reads nothing reaches the handler: not one match is sent after it")
    func cancelHeldUp() async throws {
        let progress = Shared(Progress())
        let padding = 600
        try await withServer { server in
            server.bindFind(flood(progress, padding: padding))
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port, receiveBuffer: 32 << 10)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                _ = try standstill(of: progress)
                try socket.send(RawSocket.cancelRequest(1))
                // The server reads although it cannot write: this is answered as well.
                try socket.send(RawSocket.echoRequest(2))
                var matches = 0
                var final: Status?
                var echo: Status?
                while final == nil || echo == nil {
                    let command = try socket.receiveMessage().command
                    if command.field == CommandField.echoResponse {
                        echo = command.status
                    } else if command.status == .pending {
                        #expect(final == nil)
                        matches += 1
                    } else {
                        final = command.status
                    }
                }
                #expect(final == .cancel && echo == .success)
                // What had not left when the cancel came does not leave any more.
                #expect(matches <= progress.value.sent)
            }
        }
        #expect(progress.value.sentAfterCancel == 0)
    }

    @Test("A cancel at full speed: at most 64 KB are handed over after it has arrived, and FE00 follows")
    func cancelAtFullSpeed() async throws {
        let padding = 100
        let size = try size(padding: padding)
        for _ in 0..<10 {
            let progress = Shared(Progress())
            try await withServer { server in
                server.bindFind(flood(progress, padding: padding))
                let port = server.port
                try await blocking {
                    let socket = try RawSocket(connectingTo: port, receiveBuffer: 64 << 10)
                    try socket.associate()
                    try socket.send(RawSocket.findRequest(1))
                    _ = try socket.receive(100_000)
                    try socket.send(RawSocket.cancelRequest(1))
                    // What sockets hold on a loaded machine is not ours to bound.
                    _ = try socket.receive(until: RawSocket.response(1, 0xFE00), limit: 32 << 20)
                    try waitUntil("the handler ends") { progress.value.isEnded }
                }
            }
            #expect(progress.value.sentAfterCancel * size <= 64 << 10, "\(progress.value)")
        }
    }

    @Test("200,000 matches for a peer that is slow: the process needs no more memory than for a few")
    func flatMemory() async throws {
        await #expect(processExitsWith: .success) {
            let total = 200_000
            let server = try await DICOMServer.start(
                ServerConfiguration(
                    port: 0,
                    policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
                )
            )
            server.bindFind { event, responder in
                let one = try item(0, padding: 600).encoded(responder.identifierSyntax)
                let count = event.messageID == 1 ? 2_000 : total
                for _ in 0..<count { try await responder.send(encoded: one) }
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port, receiveBuffer: 32 << 10)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                _ = try socket.receive(until: RawSocket.response(1, 0))
                let before = try LoopbackQueues.peakMemory()
                try socket.send(RawSocket.findRequest(2))
                // Long enough for a server without back-pressure to have made them all.
                usleep(500_000)
                _ = try socket.receive(until: RawSocket.response(2, 0))
                let after = try LoopbackQueues.peakMemory()
                // 140 MB went through.
                guard after - before < 16 << 20 else {
                    throw RawSocket.Failure.unexpected("\(after - before) bytes more")
                }
            }
            await server.stop()
        }
    }
}
