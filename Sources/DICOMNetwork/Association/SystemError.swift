import Glibc
import NIOCore

/// The operating system's errors in words.
enum SystemError {
    static func words(_ error: any Error) -> String {
        if let error = error as? IOError { return words(errno: error.errnoCode) }
        if let error = error as? ChannelError {
            switch error {
            case .connectTimeout: return "connection timed out"
            case .ioOnClosedChannel, .alreadyClosed, .inputClosed, .outputClosed, .eof: return "closed by the peer"
            default: return "\(error)"
            }
        }
        return "\(error)"
    }

    static func words(errno code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        let words = String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}
