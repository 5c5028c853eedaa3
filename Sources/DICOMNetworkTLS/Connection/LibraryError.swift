import NIOSSL

/// An error of the library, as far as it can be told apart.
///
/// It gives its reasons as text only: `Error: 268436496 error:10000410:SSL
/// routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE at …`.
enum LibraryError: Equatable {
    /// The peer sent this alert (RFC 8446 6).
    case alert(UInt8)
    /// What the library did not like, such as `CERTIFICATE_VERIFY_FAILED`.
    case reasons([String])
    /// The connection ended in the middle of the handshake.
    case endOfFile
    /// The certificate is not for the host.
    case wrongHost
    /// We closed before the handshake was through.
    case closedByUs
    /// The connection ended without TLS's own ending, or its ending did not come.
    case uncleanEnd
    /// Nothing of TLS: the system's error.
    case foreign

    init(_ error: any Error) {
        switch error {
        case NIOSSLError.handshakeFailed(let error): self = Self.read(error)
        case let error as BoringSSLError: self = Self.read(error)
        case NIOSSLError.uncleanShutdown, is NIOSSLCloseTimedOutError: self = .uncleanEnd
        case NIOSSLError.shutdownFailed, NIOSSLError.readInInvalidTLSState: self = .closedByUs
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            self = .wrongHost
        case is NIOSSLError, is NIOSSLExtraError: self = .reasons(["\(error)"])
        default: self = .foreign
        }
    }

    private static func read(_ error: BoringSSLError) -> LibraryError {
        switch error {
        case .sslError(let stack), .unknownError(let stack):
            if stack.contains(.eofDuringHandshake) || stack.contains(.eofDuringAdditionalCertficiateChainValidation) {
                return .endOfFile
            }
            let entries = stack.map { Entry("\($0)") }
            if let alert = entries.compactMap(\.alert).first { return .alert(alert) }
            return .reasons(entries.map(\.reason))
        case .zeroReturn: return .endOfFile
        default: return .reasons(["\(error)"])
        }
    }

    /// One line of the library's list of errors.
    private struct Entry {
        var reason: String
        var alert: UInt8?

        init(_ text: String) {
            reason = text
            let fields = text.split(separator: ":", omittingEmptySubsequences: false)
            // "Error", code, routines, file, reason with place.
            guard let start = fields.firstIndex(where: { $0.hasSuffix(" error") }), fields.count > start + 4 else {
                return
            }
            reason = String(fields[start + 4].prefix { $0 != " " })
            // BoringSSL numbers an alert from the peer as 1000 and the alert's own number.
            guard let code = UInt32(fields[start + 1], radix: 16), code >> 24 == 16, code & 0xFFF >= 1_000 else {
                return
            }
            alert = UInt8(exactly: (code & 0xFFF) - 1_000)
        }
    }
}
