import Glibc
import NIOSSL

/// Where certificates or a key come from.
public enum TLSMaterial: Sendable, Hashable {
    /// PEM (one or more), or DER (one).
    case file(String)
    /// The contents of such a file, and the name by which errors call it.
    case bytes([UInt8], name: String)

    /// As errors name it.
    public var name: String {
        switch self {
        case .file(let path): path
        case .bytes(_, let name): name
        }
    }

    /// Certificates and keys have some thousands of bytes; a bundle of authorities some hundred thousands.
    static let readLimit = 8 << 20

    func read() throws(TLSSettingsError) -> [UInt8] {
        switch self {
        case .bytes(let bytes, _): return bytes
        case .file(let path):
            func failure(_ code: Int32) -> TLSSettingsError {
                TLSSettingsError(.unreadable(detail: Self.words(code)), file: path)
            }
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure(errno) }
            defer { close(descriptor) }
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw failure(errno)
                }
                if count == 0 { return bytes }
                bytes.append(contentsOf: buffer.prefix(count))
                if bytes.count > Self.readLimit { throw failure(EFBIG) }
            }
        }
    }

    private static func words(_ code: Int32) -> String {
        let text = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// All its certificates, in order; at least one.
    func certificates() throws(TLSSettingsError) -> [NIOSSLCertificate] {
        let bytes = try read()
        guard !bytes.isEmpty else { throw TLSSettingsError(.empty, file: name) }
        let isPEM = PEM.isPEM(bytes)
        if isPEM, !PEM.contains("CERTIFICATE-----", in: bytes) { throw TLSSettingsError(.noCertificate, file: name) }
        do {
            let found =
                isPEM
                ? try NIOSSLCertificate.fromPEMBytes(bytes) : [try NIOSSLCertificate(bytes: bytes, format: .der)]
            if !found.isEmpty { return found }
        } catch {
            throw TLSSettingsError(.notACertificate, file: name)
        }
        throw TLSSettingsError(.noCertificate, file: name)
    }

    /// The private key in it.
    func privateKey(
        password: (@Sendable () throws -> [UInt8])?
    ) throws(TLSSettingsError) -> NIOSSLPrivateKey {
        let bytes = try read()
        guard !bytes.isEmpty else { throw TLSSettingsError(.empty, file: name) }
        let isPEM = PEM.isPEM(bytes)
        if isPEM, !PEM.contains("PRIVATE KEY-----", in: bytes) { throw TLSSettingsError(.noPrivateKey, file: name) }
        // "BEGIN ENCRYPTED PRIVATE KEY" of PKCS #8, "Proc-Type: 4,ENCRYPTED" before it.
        let isEncrypted = isPEM && PEM.contains("ENCRYPTED", in: bytes)
        do {
            guard isEncrypted else { return try NIOSSLPrivateKey(bytes: bytes, format: isPEM ? .pem : .der) }
        } catch {
            throw TLSSettingsError(.notAPrivateKey, file: name)
        }
        guard let password else { throw TLSSettingsError(.passwordNeeded, file: name) }
        let secret: [UInt8]
        do {
            secret = try password()
        } catch {
            throw TLSSettingsError(.passwordUnavailable(detail: "\(error)"), file: name)
        }
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem) { set in set(secret) }
        } catch {
            throw TLSSettingsError(.wrongPassword, file: name)
        }
    }
}

/// What has to be known of PEM before it is read (RFC 7468).
enum PEM {
    static func isPEM(_ bytes: [UInt8]) -> Bool { contains("-----BEGIN ", in: bytes) }

    static func contains(_ text: StaticString, in bytes: [UInt8]) -> Bool {
        let wanted = Array("\(text)".utf8)
        guard let first = wanted.first, bytes.count >= wanted.count else { return false }
        for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
            if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
        }
        return false
    }
}
