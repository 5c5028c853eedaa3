import DICOMNetwork
import DICOMNetworkTLS
import DICOMProtocol
import TOMLKit
import WorklistBrowser

/// What is wrong with the TLS of a server, in words.
struct TLSProblem: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }

    /// As the browser shows it.
    func failure(calling profile: ServerProfile) -> AssociationFailure {
        AssociationFailure(
            .invalidSetting(description),
            peer: AssociationFailure.Peer(
                host: profile.host,
                port: profile.port,
                calledAETitle: profile.calledAETitle,
                callingAETitle: profile.callingAETitle
            )
        )
    }

}

/// What several commands say on TLS, and need for it.
enum TLSWords {
    static let profileNames = TLSProfile.allCases.map(\.name)

    static let profileHelp =
        profileNames.joined(separator: ", ")
        + ". The first is the default; the last two are for old devices."

    static func unknownProfile(_ name: String) -> String {
        "'\(name)' is no TLS profile: use one of " + TLSProfile.allCases.map(\.name).joined(separator: ", ")
    }

    static func warning(_ profile: TLSProfile) -> String {
        "worklist: WARNING: TLS profile \(profile.name) is retired, and allows \(profile.minimumVersion), which is not safe.\n"
    }

    /// An own certificate; the password is read when it is needed, without the line feed at its end.
    static func identity(_ certificate: String, key: String?, keyPasswordFile: String?) -> TLSIdentity {
        var identity = TLSIdentity(certificateFile: certificate, keyFile: key)
        if let keyPasswordFile { identity.password = { try password(keyPasswordFile) } }
        return identity
    }

    private static func password(_ path: String) throws -> [UInt8] {
        switch FileWriter.read(path) {
        case .success(var bytes):
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            return bytes
        case .failure(let failure): throw TLSProblem("\(path): \(failure.words)")
        }
    }

    /// What was agreed, in one line.
    static func agreed(_ transport: SecureTransport, _ tls: ServerTLS?) -> String {
        var words = transport.version
        if let suite = transport.cipherSuite { words += ", " + suite }
        words += ", profile " + transport.profile
        guard let certificate = transport.peerCertificate else { return words }
        let subject = certificate.subject.isEmpty ? "without a subject" : certificate.subject
        words += "; certificate \(subject), valid until \(certificate.expiryDate)"
        return tls?.acceptsAnyCertificate == true ? words + " (NOT CHECKED)" : words
    }

    /// What a server says of a client that did not get through for TLS; nil for other ends.
    static func refused(_ end: AssociationEnd) -> String? {
        switch end {
        case .notSecure(let failure): return failure.description
        case .peerSpeaksTLS:
            return "the client calls with TLS, but this server speaks without. --tls-cert switches it on."
        default: return nil
        }
    }
}

extension ServerTLS {
    /// Reads the files; `timeout`: seconds for the handshake.
    func security(timeout: Double?) throws(TLSProblem) -> TransportSecurity {
        var settings = TLSClientSettings(expectedName: expectedName)
        if !authorities.isEmpty { settings.trustRoots = .files(authorities) }
        if let certificate {
            settings.identity = TLSWords.identity(certificate, key: key, keyPasswordFile: keyPasswordFile)
        }
        if let profile {
            guard let known = TLSProfile(named: profile) else { throw TLSProblem(TLSWords.unknownProfile(profile)) }
            settings.profile = known
        }
        settings.dangerouslyAcceptsAnyCertificate = acceptsAnyCertificate
        if let timeout { settings.handshakeTimeout = timeout }
        do {
            return try settings.transportSecurity()
        } catch {
            throw TLSProblem(error.description)
        }
    }
}

/// `tls` of a server in `config.toml`: `true`, or a table.
enum TLSConfigurationTable {
    private static let keys = ["ca", "certificate", "key", "key_password_file", "profile", "name"]

    /// Nil for `false`. Relative paths are relative to `folder`.
    static func read(_ value: any TOMLValueConvertible, folder: String) throws(TLSProblem) -> ServerTLS? {
        if let isOn = value.bool { return isOn ? ServerTLS() : nil }
        guard let table = value.table else {
            throw TLSProblem("tls must be true, false, or a table such as { ca = \"hospital-ca.pem\" }")
        }
        for key in table.keys.sorted() where !keys.contains(key) {
            throw TLSProblem("tls: unknown key '\(key)'; expected one of " + keys.joined(separator: ", "))
        }
        func words(_ key: String) throws(TLSProblem) -> String? {
            guard let value = table[key] else { return nil }
            guard let text = value.string, !text.isEmpty else {
                throw TLSProblem("tls: \(key) must be a text in quotes, and not empty")
            }
            return text
        }
        func path(_ text: String) -> String {
            text.hasPrefix("/") || folder.isEmpty ? text : folder + "/" + text
        }
        var tls = ServerTLS()
        if let authorities = table["ca"]?.array {
            // Not the system's authorities instead: who names none trusts none.
            if authorities.isEmpty { throw TLSProblem("tls: ca must be a path in quotes, or an array of such") }
            for entry in authorities {
                guard let text = entry.string, !text.isEmpty else {
                    throw TLSProblem("tls: ca must be a path in quotes, or an array of such")
                }
                tls.authorities.append(path(text))
            }
        } else if let text = try words("ca") {
            tls.authorities = [path(text)]
        }
        tls.certificate = try words("certificate").map(path)
        tls.key = try words("key").map(path)
        tls.keyPasswordFile = try words("key_password_file").map(path)
        if tls.certificate == nil, tls.key != nil { throw TLSProblem("tls: key needs certificate") }
        if tls.certificate == nil, tls.keyPasswordFile != nil {
            throw TLSProblem("tls: key_password_file needs certificate")
        }
        tls.profile = try words("profile")
        if let profile = tls.profile, TLSProfile(named: profile) == nil {
            throw TLSProblem("tls: " + TLSWords.unknownProfile(profile))
        }
        tls.expectedName = try words("name")
        return tls
    }

    /// As it is written into the file.
    static func text(_ tls: ServerTLS, quoted: (String) -> String) -> String {
        var parts: [String] = []
        if !tls.authorities.isEmpty { parts.append("ca = [\(tls.authorities.map(quoted).joined(separator: ", "))]") }
        func put(_ key: String, _ value: String?) {
            if let value { parts.append("\(key) = \(quoted(value))") }
        }
        put("certificate", tls.certificate)
        put("key", tls.key)
        put("key_password_file", tls.keyPasswordFile)
        put("profile", tls.profile)
        put("name", tls.expectedName)
        return parts.isEmpty ? "true" : "{ \(parts.joined(separator: ", ")) }"
    }
}
