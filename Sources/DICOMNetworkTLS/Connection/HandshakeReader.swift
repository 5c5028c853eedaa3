/// Reads along in the unencrypted part of a handshake (RFC 5246 7.4, RFC 8446 4): the library that does the handshake does
/// not tell which cipher was agreed.
struct HandshakeReader {
    private(set) var cipherSuite: UInt16?
    /// A CertificateRequest was seen; TLS 1.3 encrypts it.
    private(set) var hasCertificateRequest = false
    /// An alert that was not encrypted.
    private(set) var alert: UInt8?
    /// All that can be read has been read.
    private(set) var isDone = false

    /// Whose bytes these are.
    private let isFromServer: Bool
    private var records: [UInt8] = []
    private var messages: [UInt8] = []
    private var isLaterThan12 = false

    /// A certificate chain fits well; what is longer is not read on.
    private static let limit = 256 * 1_024

    init(isFromServer: Bool) {
        self.isFromServer = isFromServer
    }

    private enum ContentType {
        static let changeCipherSpec: UInt8 = 20
        static let alert: UInt8 = 21
        static let handshake: UInt8 = 22
    }

    private enum MessageType {
        static let serverHello: UInt8 = 2
        static let certificateRequest: UInt8 = 13
        static let serverHelloDone: UInt8 = 14
    }

    mutating func receive(_ bytes: some Collection<UInt8>) {
        guard !isDone else { return }
        guard records.count + messages.count + bytes.count <= Self.limit else {
            finish()
            return
        }
        records.append(contentsOf: bytes)
        var start = 0
        while !isDone, start < records.count {
            guard (ContentType.changeCipherSpec...ContentType.handshake).contains(records[start]) else {
                finish()
                break
            }
            guard records.count - start >= 5 else { break }
            let length = Int(records[start + 3]) << 8 | Int(records[start + 4])
            guard records.count - start - 5 >= length else { break }
            let content = records[(start + 5)..<(start + 5 + length)]
            switch records[start] {
            case ContentType.handshake where isFromServer:
                messages.append(contentsOf: content)
                readMessages()
            case ContentType.handshake: break
            // An encrypted one is longer.
            case ContentType.alert where content.count == 2:
                alert = content.last
                finish()
            // In TLS 1.3 it means nothing (RFC 8446 D.4); before, all that follows is encrypted.
            case ContentType.changeCipherSpec where isLaterThan12 || !isFromServer: break
            default: finish()
            }
            start += 5 + length
        }
        if !isDone { records.removeFirst(start) }
    }

    private mutating func finish() {
        isDone = true
        records = []
        messages = []
    }

    private mutating func readMessages() {
        var start = 0
        while messages.count - start >= 4 {
            let length = messages[(start + 1)...(start + 3)].reduce(0) { $0 << 8 | Int($1) }
            guard messages.count - start - 4 >= length else { break }
            let body = messages[(start + 4)..<(start + 4 + length)]
            switch messages[start] {
            case MessageType.serverHello: readServerHello(body)
            case MessageType.certificateRequest: hasCertificateRequest = true
            case MessageType.serverHelloDone:
                finish()
                return
            default: break
            }
            start += 4 + length
        }
        messages.removeFirst(start)
    }

    private mutating func readServerHello(_ body: ArraySlice<UInt8>) {
        // Version, random, session.
        var rest = body.dropFirst(2 + 32)
        guard let session = rest.popFirst(), rest.count >= Int(session) + 3 else { return }
        rest = rest.dropFirst(Int(session))
        cipherSuite = rest.prefix(2).reduce(0) { $0 << 8 | UInt16($1) }
        // Compression, length of the extensions.
        rest = rest.dropFirst(3 + 2)
        while rest.count >= 4 {
            let type = rest.prefix(2).reduce(0) { $0 << 8 | UInt16($1) }
            let length = rest.dropFirst(2).prefix(2).reduce(0) { $0 << 8 | Int($1) }
            // supported_versions: only TLS 1.3 has it here.
            if type == 43 { isLaterThan12 = true }
            rest = rest.dropFirst(4 + length)
        }
    }
}

/// Cipher suites by number.
enum CipherSuite {
    /// The IANA name; hexadecimal digits for what no profile has.
    static func name(_ number: UInt16) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return names[number] ?? "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static let names: [UInt16: String] = [
        0x1301: "TLS_AES_128_GCM_SHA256", 0x1302: "TLS_AES_256_GCM_SHA384", 0x1303: "TLS_CHACHA20_POLY1305_SHA256",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
        0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA", 0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
    ]
}
