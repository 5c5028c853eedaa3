import Glibc
import NIOCore
import NIOPosix

/// Name lookup as a step of its own, so that its time and its failure can be told from those of connecting.
enum AddressResolver {
    struct Failure: Error {
        var detail: String
    }

    /// All addresses of a host, in the order the system prefers. Runs on a thread that may block.
    static func addresses(host: String, port: Int) async throws -> [SocketAddress] {
        try await NIOThreadPool.singleton.runIfActive { try lookUp(host: host, port: port) }
    }

    private static func lookUp(host: String, port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let words = code == EAI_SYSTEM ? SystemError.words(errno: errno) : String(cString: gai_strerror(code))
            throw Failure(detail: words.prefix(1).lowercased() + words.dropFirst())
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
        guard !result.isEmpty else { throw Failure(detail: "no IPv4 or IPv6 address") }
        return result
    }
}
