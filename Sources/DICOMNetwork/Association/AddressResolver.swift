import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Name lookup as a step of its own, so that its time and its failure can be told from those of connecting.
enum AddressResolver {
    enum Failure: Error {
        case notFound(String)
        case timedOut
        case cancelled
    }

    /// All addresses of a host, in the order the system prefers, within so many seconds.
    ///
    /// The system's lookup cannot be stopped; who waits for it can. It ends by itself, on a thread that may block.
    static func addresses(host: String, port: Int, within seconds: Double) async throws(Failure) -> [SocketAddress] {
        // An address needs no lookup, and does not queue behind names whose servers are silent.
        if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
        let answer = Answer()
        let alarm = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(
            in: .nanoseconds(Int64(seconds.boundedSeconds * 1_000_000_000))
        ) { answer.give(.failure(.timedOut)) }
        NIOThreadPool.singleton.submit { _ in answer.give(lookUp(host: host, port: port)) }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { answer.wait($0) }
        } onCancel: {
            answer.give(.failure(.cancelled))
        }
        alarm.cancel()
        return try result.get()
    }

    /// The first answer counts: the lookup's, the alarm's, or the cancellation's.
    private final class Answer: Sendable {
        private struct State {
            var result: Result<[SocketAddress], Failure>?
            var waiter: CheckedContinuation<Result<[SocketAddress], Failure>, Never>?
        }

        private let state = NIOLockedValueBox(State())

        func give(_ result: Result<[SocketAddress], Failure>) {
            let waiter = state.withLockedValue { state in
                if state.result == nil { state.result = result }
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: result)
        }

        func wait(_ waiter: CheckedContinuation<Result<[SocketAddress], Failure>, Never>) {
            let result = state.withLockedValue { state in
                if state.result == nil { state.waiter = waiter }
                return state.result
            }
            if let result { waiter.resume(returning: result) }
        }
    }

    private static func lookUp(host: String, port: Int) -> Result<[SocketAddress], Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let words = code == EAI_SYSTEM ? SystemError.words(errno: errno) : String(cString: gai_strerror(code))
            return .failure(.notFound(words.prefix(1).lowercased() + words.dropFirst()))
        }
        defer { freeaddrinfo(list) }
        var result: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            next = info.ai_next
            guard let address = info.ai_addr else { continue }
            switch info.ai_family {
            case AF_INET:
                address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    result.append(SocketAddress($0.pointee, host: host))
                }
            case AF_INET6:
                address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    result.append(SocketAddress($0.pointee, host: host))
                }
            default: break
            }
        }
        return result.isEmpty ? .failure(.notFound("no IPv4 or IPv6 address")) : .success(result)
    }
}
