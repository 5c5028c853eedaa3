import DICOMNetwork
import DICOMNetworkTLS

/// TLS of the server, from flags or its file; the files it names are read when it starts, and again on HUP.
struct ServeTLS: Hashable {
    var certificate: String
    var key: String?
    var keyPasswordFile: String?
    var authorities: [String] = []
    /// As it is written: required, requested or none.
    var clientCertificates: String?
    var profile: String?

    var rule: TLSServerSettings.ClientCertificates? {
        guard let clientCertificates else {
            return authorities.isEmpty ? TLSServerSettings.ClientCertificates.none : .required
        }
        return TLSServerSettings.ClientCertificates(rawValue: clientCertificates)
    }

    /// What is wrong with it; `certificates`, `authority`: what these two are called where it comes from.
    func problem(certificates: String, authority: String) -> String? {
        if let profile, TLSProfile(named: profile) == nil { return TLSWords.unknownProfile(profile) }
        guard let rule else { return "\(certificates) takes required, requested or none." }
        if rule != .none, authorities.isEmpty { return "\(certificates) \(rule.rawValue) needs \(authority)." }
        if rule == .none, !authorities.isEmpty {
            return "\(authority) is for clients' certificates: leave out \(certificates) none."
        }
        return nil
    }

    /// For the line that says the server is ready.
    var words: String {
        switch rule {
        case .required: "TLS with client certificates, "
        case .requested: "TLS, client certificates welcome, "
        case .some(.none), nil: "TLS, "
        }
    }

    func security() throws(CommandFailure) -> TransportSecurity {
        var settings = TLSServerSettings(
            identity: TLSWords.identity(certificate, key: key, keyPasswordFile: keyPasswordFile),
            clientCertificates: rule ?? .required,
            trustRoots: .files(authorities)
        )
        if let profile = profile.flatMap(TLSProfile.init(named:)) {
            settings.profile = profile
            if profile.isWeak { StandardError.write(TLSWords.warning(profile)) }
        }
        do {
            return try settings.transportSecurity()
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}
