import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Cancels, and peers that leave.
@Suite struct ServerCancelTests {
    /// A handler that sends until it is stopped, and tells how it saw that.
    private struct Seen: Sendable {
        var running = 0
        var isCancelled = false
        var staysCancelled = false
        var isTaskCancelled = false
        var ended = 0
    }

    private func endless(_ seen: Shared<Seen>) -> FindHandler {
        { event, responder in
            seen.change { $0.running += 1 }
            defer {
                seen.change {
                    $0.isCancelled = event.isCancelled
                    $0.staysCancelled = event.isCancelled
                    $0.isTaskCancelled = Task.isCancelled
                    $0.ended += 1
                }
            }
            var number = 0
            while !event.isCancelled {
                try await responder.send(.pending, item(number))
                number += 1
            }
        }
    }

    @Test("C-CANCEL: seen at once at full speed, stays seen, and FE00 is sent for the handler")
    func cancel() async throws {
        let seen = Shared(Seen())
        try await withServer { server in
            server.bindFind(endless(seen))
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(9))
                for _ in 0..<5 { #expect(try socket.receiveMessage().command.status == .pending) }
                try socket.send(RawSocket.cancelRequest(9))
                #expect(try socket.receiveResponses(to: 9).final.status == .cancel)
            }
            try await eventually("the handler ends") { seen.value.ended == 1 }
            #expect(seen.value.isCancelled && seen.value.staysCancelled && seen.value.isTaskCancelled)
        }
    }

    @Test("C-CANCEL in the same segment as the request is honoured")
    func cancelWithRequest() async throws {
        try await withServer { server in
            server.bindFind(endless(Shared(Seen())))
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                for id in 1...50 as ClosedRange<UInt16> {
                    try socket.send(RawSocket.findRequest(id) + RawSocket.cancelRequest(id))
                    #expect(try socket.receiveResponses(to: id).final.status == .cancel)
                }
            }
        }
    }

    @Test(
        "A handler may answer a cancel itself: FE00, or Success if it was done anyway",
        arguments: [0xFE00, 0x0000] as [UInt16]
    )
    func ownAnswer(code: UInt16) async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                while !event.isCancelled { try await responder.send(.pending, item(0)) }
                try await responder.finish(StatusReply(Status(code)))
            }
            let port = server.port
            let final = try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                try socket.send(RawSocket.cancelRequest(1))
                return try socket.receiveResponses(to: 1).final
            }
            #expect(final.status == Status(code))
        }
    }

    @Test("A handler that is torn out of its sleep by the cancel ends with FE00 as well")
    func cancellationError() async throws {
        try await withServer { server in
            server.bindFind { _, _ in try await Task.sleep(for: .seconds(60)) }
            let port = server.port
            let final = try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1) + RawSocket.cancelRequest(1))
                return try socket.receiveResponses(to: 1).final
            }
            #expect(final.status == .cancel)
        }
    }

    @Test("A cancel for what is over, was never asked, or is on another context has no effect")
    func strayCancels() async throws {
        try await withServer { server in
            let go = Shared(false)
            server.bindFind { event, responder in
                while !go.value { try await Task.sleep(for: .milliseconds(1)) }
                #expect(!event.isCancelled && !Task.isCancelled)
                try await responder.send(.pending, item(0))
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                for id in 1...40 as ClosedRange<UInt16> { try socket.send(RawSocket.cancelRequest(id)) }
                try socket.send(RawSocket.findRequest(5))
                try socket.send(RawSocket.cancelRequest(6) + RawSocket.cancelRequest(5, context: 3))
                // The echo's answer proves that the cancels were read.
                try socket.send(RawSocket.echoRequest(6))
                #expect(try socket.receiveMessage().command.status == .success)
                go.value = true
                let (matches, final) = try socket.receiveResponses(to: 5)
                #expect(matches.count == 1 && final.status == .success)
            }
        }
    }

    @Test("A second request waits for the first; a cancel reaches the one it names", arguments: [1, 2])
    func queue(cancelled: Int) async throws {
        let order = Shared<[UInt16]>([])
        let go = Shared(false)
        try await withServer { server in
            server.bindFind { event, responder in
                order.change { $0.append(event.messageID) }
                while !go.value, !event.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
                if !event.isCancelled { try await responder.send(.pending, item(Int(event.messageID))) }
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1) + RawSocket.findRequest(2))
                try socket.send(RawSocket.cancelRequest(UInt16(cancelled)) + RawSocket.echoRequest(3))
                // Anything before the echo's answer can only be the end of the first request.
                var command = try socket.receiveMessage().command
                if cancelled == 1, command.field == CommandField.findResponse {
                    #expect(command.messageIDBeingRespondedTo == 1 && command.status == .cancel)
                    command = try socket.receiveMessage().command
                    #expect(command.field == CommandField.echoResponse)
                    go.value = true
                } else {
                    #expect(command.field == CommandField.echoResponse)
                    if cancelled == 1 {
                        #expect(try socket.receiveResponses(to: 1).final.status == .cancel)
                    }
                    go.value = true
                }
                if cancelled == 2 {
                    let (matches, final) = try socket.receiveResponses(to: 1)
                    #expect(matches.count == 1 && final.status == .success)
                }
                let (matches, final) = try socket.receiveResponses(to: 2)
                #expect(matches.count == (cancelled == 2 ? 0 : 1))
                #expect(final.status == (cancelled == 2 ? .cancel : .success))
            }
            #expect(order.value == [1, 2])
        }
    }

    @Test("A handler that never looks at the cancel is stopped by it all the same")
    func deafHandler() async throws {
        try await withServer { server in
            let calls = Shared(0)
            server.bindFind { _, responder in
                for number in 0..<1_000_000 {
                    calls.change { $0 += 1 }
                    guard try await responder.send(.pending, item(number)) else { break }
                }
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                _ = try socket.receiveMessage()
                try socket.send(RawSocket.cancelRequest(1))
                #expect(try socket.receiveResponses(to: 1).final.status == .cancel)
            }
            #expect(calls.value < 1_000_000)
        }
    }

    // MARK: Peers that leave

    @Test(
        "The peer aborts, closes or breaks: the handler's task is cancelled at once",
        arguments: ["abort", "close", "reset"]
    )
    func vanishing(how: String) async throws {
        let seen = Shared(Seen())
        try await withServer { server in
            server.bindFind { event, responder in
                seen.change { $0.running += 1 }
                // Blocked between two matches: only its task can tell it.
                do {
                    try await responder.send(.pending, item(0))
                    try await Task.sleep(for: .seconds(60))
                } catch {}
                // There is nobody to send to, and the writer is told.
                do {
                    while true { try await responder.send(.pending, item(1)) }
                } catch { #expect(error is CancellationError) }
                seen.change {
                    $0.isTaskCancelled = Task.isCancelled
                    $0.isCancelled = event.isCancelled
                    $0.ended += 1
                }
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                _ = try socket.receiveMessage()
                switch how {
                case "abort": try socket.send([7, 0, 0, 0, 0, 4, 0, 0, 0, 0])
                case "close": socket.close()
                default: socket.reset()
                }
                if how == "abort" { #expect(try socket.receiveToEnd() == []) }
            }
            try await eventually("the handler ends") { seen.value.ended == 1 }
            #expect(seen.value.isTaskCancelled)
            #expect(!seen.value.isCancelled)
            try await eventually("the association is gone") { server.associationCount == 0 }
        }
    }

    @Test("A peer that vanishes while the writer waits for it frees the writer")
    func vanishingUnderPressure() async throws {
        let sent = Shared(0)
        let ended = Shared(false)
        try await withServer { server in
            server.bindFind { _, responder in
                defer { ended.value = true }
                let one = try item(0, padding: 1_000).encoded(responder.identifierSyntax)
                while true {
                    try await responder.send(encoded: one)
                    sent.change { $0 += 1 }
                }
            }
            let port = server.port
            let socket = try await blocking {
                let socket = try RawSocket(connectingTo: port, receiveBuffer: 32 << 10)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                return Held(socket)
            }
            _ = try await standstill(of: sent)
            socket.socket.reset()
            try await eventually("the handler ends") { ended.value }
        }
    }

    @Test("The peer releases in the middle: it gets A-RELEASE-RP and no Success")
    func release() async throws {
        let seen = Shared(Seen())
        try await withServer { server in
            server.bindFind(endless(seen))
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                _ = try socket.receiveMessage()
                try socket.send(RawSocket.releaseRequest)
                while true {
                    let (type, body) = try socket.receivePDU()
                    if type == 6 { break }
                    #expect(type == 4)
                    // A command that is there must be Pending.
                    if body[5] & 1 == 1 { #expect(try CommandSet(decoding: body[6...]).status == .pending) }
                }
                socket.shutdownWriting()
                #expect(try socket.receiveToEnd() == [])
            }
            try await eventually("the handler ends") { seen.value.ended == 1 }
            #expect(seen.value.isTaskCancelled)
        }
    }

    @Test("A handler aborts: A-ABORT from the service user, and nothing behind it")
    func abortFromHandler() async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                try await responder.send(.pending, item(0))
                event.association.abort()
                while (try? await responder.send(.pending, item(1))) != nil {}
            }
            let port = server.port
            try await blocking {
                let socket = try RawSocket(connectingTo: port)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                while true {
                    let (type, body) = try socket.receivePDU()
                    if type == 7 {
                        #expect(Array(body[2...]) == [0, 0])
                        break
                    }
                    #expect(type == 4)
                }
                socket.shutdownWriting()
                #expect(try socket.receiveToEnd() == [])
            }
            try await eventually("the association is gone") { server.associationCount == 0 }
        }
    }

    @Test("50,000 matches to a slow peer: the handler waits, and nothing is lost")
    func backPressure() async throws {
        let total = 50_000
        let sent = Shared(0)
        try await withServer { server in
            server.bindFind { _, responder in
                let one = try item(0, padding: 600).encoded(responder.identifierSyntax)
                for _ in 0..<total {
                    try await responder.send(encoded: one)
                    sent.change { $0 += 1 }
                }
            }
            let port = server.port
            let socket = try await blocking {
                let socket = try RawSocket(connectingTo: port, receiveBuffer: 32 << 10)
                try socket.associate()
                try socket.send(RawSocket.findRequest(1))
                return Held(socket)
            }
            let held = try await standstill(of: sent)
            // 32 MB in all; the pipe holds a quarter of a megabyte, the sockets a few.
            #expect(held < total / 2, "\(held)")
            let count = try await blocking {
                var bytes = 0
                var tail: [UInt8] = []
                let final = RawSocket.response(1, 0)
                // Counted by size: every response has the same.
                let one = try item(0, padding: 600).encoded(RawSocket.syntax)
                let size = RawSocket.response(1, 0xFF00, one).count
                while bytes < total * size + final.count {
                    let piece = try socket.socket.receive(min(1 << 16, total * size + final.count - bytes))
                    bytes += piece.count
                    tail = Array((tail + piece).suffix(final.count))
                }
                #expect(tail == final)
                return (bytes - final.count) / size
            }
            #expect(count == total)
        }
    }

    /// Hands a socket from one thread to the next; never used by two at once.
    private final class Held: @unchecked Sendable {
        let socket: RawSocket
        init(_ socket: RawSocket) { self.socket = socket }
    }
}
