import DICOMProtocol
import Glibc
import NIOCore
import NIOSSL

/// Says why a connection could not be secured: what failed, whose fault it is, what to do.
///
/// It never decides whether a certificate is good; the library has said no already.
struct FailureExplainer {
    let facts: ConnectionFacts
    let peer: CertificateDetails?
    private let now: Double

    init(_ facts: ConnectionFacts, peer: CertificateDetails?, now: Double = Self.currentTime()) {
        self.facts = facts
        self.peer = peer
        self.now = now
    }

    /// Seconds since 1970.
    static func currentTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec)
    }

    var isClient: Bool { facts.template.isClient }
    var peerName: String { facts.peerName }

    func failure(
        _ kind: SecureTransportFailure.Kind,
        _ summary: String,
        _ advice: String
    ) -> SecureTransportFailure {
        SecureTransportFailure(kind, summary: summary, advice: advice, peerCertificate: peer?.peer)
    }

    // MARK: During the handshake

    func duringHandshake(_ error: any Error) -> SecureTransportFailure {
        if facts.peerSpeaksPlain { return plainPeer() }
        switch LibraryError(error) {
        case .alert(let alert): return self.alert(alert)
        case .reasons(let reasons): return facts.plainAlert.map { self.alert($0) } ?? local(reasons)
        case .wrongHost: return wrongHost()
        case .endOfFile, .uncleanEnd:
            return failure(
                .closed,
                "the \(peerName) closed the connection in the middle of the TLS handshake",
                isClient
                    ? "It may not speak TLS on this port: check the port, or try without TLS. Its log may say more."
                    : "Its log may say why."
            )
        case .closedByUs:
            return failure(.closed, "we closed the connection before the TLS handshake was through", "Try again.")
        case .foreign:
            return failure(
                .closed,
                "the connection broke in the middle of the TLS handshake: \(Self.words(error))",
                isClient
                    ? "The server may not speak TLS on this port: check the port, or try without TLS."
                    : "Its log may say why."
            )
        }
    }

    private static func words(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        let text = strerror(error.errnoCode).map { String(cString: $0) } ?? "error \(error.errnoCode)"
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// What speaks at the other end, by its first bytes.
    func plainPeer() -> SecureTransportFailure {
        let bytes = facts.firstBytes
        let isDICOM = bytes.count < 2 ? (1...7).contains(bytes.first ?? 0) : (1...7).contains(bytes[0]) && bytes[1] == 0
        let what = isDICOM ? "unencrypted DICOM" : "something that is not TLS"
        if isClient {
            return failure(
                .peerSpeaksPlain,
                "the server answered with \(what) instead of TLS",
                isDICOM
                    ? "Use the server's TLS port, or call this one without TLS."
                    : "Check the port: it belongs to another service."
            )
        }
        return failure(
            .peerSpeaksPlain,
            "the client sent \(what), but this port wants TLS",
            isDICOM ? "Switch TLS on in the client." : "Check what calls this port."
        )
    }

    /// A failure that the library found on this side.
    private func local(_ reasons: [String]) -> SecureTransportFailure {
        for reason in reasons {
            switch reason {
            case "CERTIFICATE_VERIFY_FAILED": return untrusted()
            case "PEER_DID_NOT_RETURN_A_CERTIFICATE":
                return failure(
                    .otherCertificateProblem,
                    "the \(peerName) showed no certificate, and one is required here",
                    "Give the client a certificate, or let this server ask for none."
                )
            case "NO_SHARED_CIPHER", "UNSUPPORTED_PROTOCOL", "NO_SHARED_GROUP", "NO_COMMON_SIGNATURE_ALGORITHMS",
                "NO_SUPPORTED_VERSIONS_ENABLED", "WRONG_CIPHER_RETURNED", "UNKNOWN_CIPHER_RETURNED",
                "WRONG_VERSION_NUMBER", "WRONG_SSL_VERSION", "UNKNOWN_PROTOCOL", "WRONG_CURVE",
                "HANDSHAKE_FAILURE_ON_CLIENT_HELLO":
                return nothingInCommon()
            case "KEY_USAGE_BIT_INCORRECT", "WRONG_CERTIFICATE_TYPE", "CANNOT_PARSE_LEAF_CERT", "DECODE_ERROR",
                "UNKNOWN_CERTIFICATE_TYPE", "ECC_CERT_NOT_FOR_SIGNING":
                if peer != nil || reason != "DECODE_ERROR" {
                    return failure(
                        .otherCertificateProblem,
                        "the \(peerName)'s certificate cannot be used for TLS (\(Self.readable(reason)))",
                        "Ask for a certificate whose key usage allows digital signatures."
                    )
                }
            default: continue
            }
        }
        let why = reasons.isEmpty ? "no reason is known" : reasons.map(Self.readable).joined(separator: ", ")
        return failure(.other, "the TLS handshake failed: \(why)", "Look into the \(peerName)'s log for this time.")
    }

    /// `BAD_DECRYPT` as `bad decrypt`.
    private static func readable(_ reason: String) -> String {
        reason.map { $0 == "_" ? " " : String($0) }.joined().lowercased()
    }

    func nothingInCommon() -> SecureTransportFailure {
        let profile = facts.template.profile
        return failure(
            .noCommonVersionOrCipher,
            "the \(peerName) and profile \(profile.name) (\(profile.minimumVersion) or later) have no TLS version or "
                + "cipher in common",
            "An old device may need an older profile, such as \(TLSProfile.bcp195.name); DHE ciphers are not supported."
        )
    }

    // MARK: The peer's certificate

    /// Everything about the certificate that speaks against it, as the library's verdict gives no reason.
    private func untrusted() -> SecureTransportFailure {
        guard let peer else {
            return failure(
                .otherCertificateProblem,
                "the \(peerName)'s certificate was not accepted, and cannot be read",
                "Look at it with: openssl s_client -connect HOST:PORT -showcerts"
            )
        }
        var problems: [(kind: SecureTransportFailure.Kind, words: String, advice: String)] = []
        let renew = "Ask for a renewed one; if the date is wrong here (\(PeerCertificate.date(now))), set the clock."
        if peer.peer.notAfter < now {
            problems.append((.certificateExpired, "expired on \(peer.peer.expiryDate)", renew))
        } else if peer.peer.notBefore > now {
            let date = PeerCertificate.date(peer.peer.notBefore)
            problems.append((.certificateNotYetValid, "is not valid before \(date)", renew))
        }
        problems += issuerProblem(peer)
        let purpose =
            isClient ? CertificateDetails.serverAuthentication : CertificateDetails.clientAuthentication
        if !peer.allows(purpose) {
            problems.append(
                (
                    .otherCertificateProblem, "is not meant for TLS \(peerName)s",
                    "Ask for one whose extended key usage allows TLS \(peerName) authentication."
                )
            )
        }
        guard let first = problems.first else {
            return failure(
                .otherCertificateProblem,
                "the \(peerName)'s certificate was not accepted: no valid chain leads from \(identification(peer)) to a "
                    + "trusted authority (\(facts.template.trust.words))",
                "A certificate between the two may be missing, expired or not allowed to sign: check what the "
                    + "\(peerName) sends with: openssl s_client -showcerts"
            )
        }
        return failure(
            first.kind,
            "the \(peerName)'s certificate " + problems.map(\.words).joined(separator: "; it "),
            first.advice + " It is \(identification(peer)), SHA-256 \(peer.peer.fingerprint)."
        )
    }

    private func identification(_ certificate: CertificateDetails) -> String {
        certificate.peer.subject.isEmpty ? "a certificate without a subject" : "'\(certificate.peer.subject)'"
    }

    private func issuerProblem(
        _ peer: CertificateDetails
    ) -> [(kind: SecureTransportFailure.Kind, words: String, advice: String)] {
        let trust = facts.template.trust
        let authorities = trust.authorities
        let issuer = "'\(peer.peer.issuer)'"
        if authorities.contains(where: { $0.peer.fingerprint == peer.peer.fingerprint }) {
            if peer.isSelfIssued { return [] }
            return [
                (
                    .untrustedIssuer, "is itself among the trusted ones, but its issuer \(issuer) is not",
                    "Trust the certificate of the issuer."
                )
            ]
        }
        if let authority = authorities.first(where: { $0.subjectName == peer.issuerName }) {
            // By name the issuer is there: the rest is the authority's, or the signature's.
            if authority.peer.notAfter < now {
                return [
                    (
                        .certificateExpired,
                        "is signed by the trusted authority \(issuer), which expired on \(authority.peer.expiryDate)",
                        "Get the authority's new certificate, and trust that."
                    )
                ]
            }
            if !peer.isSelfIssued, peer.peer.notAfter < now || peer.peer.notBefore > now { return [] }
            let purpose = isClient ? CertificateDetails.serverAuthentication : CertificateDetails.clientAuthentication
            if !peer.isSelfIssued, !peer.allows(purpose) { return [] }
            return [
                (
                    .untrustedIssuer, "names the trusted authority \(issuer) as its issuer, but was not signed by it",
                    "The authority may have a new key: get its present certificate. Otherwise somebody pretends."
                )
            ]
        }
        if peer.isSelfIssued {
            return [
                (
                    .untrustedIssuer,
                    "is self-signed, and not among the trusted ones (\(trust.words))",
                    "If this is the right \(peerName), trust its certificate (--tls-ca) after comparing the fingerprint."
                )
            ]
        }
        // With the system's authorities the names are not known here; dates then say enough.
        if authorities.isEmpty, peer.peer.notAfter < now || peer.peer.notBefore > now { return [] }
        return [
            (
                .untrustedIssuer,
                "was issued by \(issuer), which is not among the trusted authorities (\(trust.words))",
                "Trust that authority's certificate (--tls-ca); if a trusted one stands above it, let the \(peerName) "
                    + "send the certificates in between."
            )
        ]
    }

    /// The library also takes a certificate for the address that was connected to when a name was asked for, and one whose
    /// wildcard is a part of a label. Whoever answers for the name could be anyone with a certificate for an address of his
    /// own: where a certificate names hosts, the name has to be among them. One that names none is the library's to judge.
    func otherName() -> SecureTransportFailure? {
        guard facts.template.isVerifying, let host = facts.host, !host.isAddress, let names = peer?.allNames,
            !names.isEmpty, !names.contains(where: host.matches)
        else { return nil }
        return wrongHost()
    }

    /// What we cannot read we cannot judge by name or by strength.
    func unreadableCertificate() -> SecureTransportFailure {
        failure(
            .otherCertificateProblem,
            "the \(peerName)'s certificate cannot be read",
            "It has a form or a date that no certificate should have: ask for another one."
        )
    }

    private func wrongHost() -> SecureTransportFailure {
        let names = peer?.allNames ?? []
        let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 8 ? ", …" : "")
        let isFor = names.isEmpty ? "names no host (subject '\(peer?.peer.subject ?? "")')" : "is for \(shown)"
        return failure(
            .wrongHostName,
            "the server's certificate \(isFor), not for '\(facts.host?.text ?? "")'",
            "Call the server by a name of its certificate, or say which name to expect (--tls-name), if you know that "
                + "this is the right server."
        )
    }

    /// A profile may ask more of a certificate than the library does.
    func weakCertificate() -> SecureTransportFailure? {
        let profile = facts.template.profile
        guard let peer, facts.template.isVerifying, profile.wantsStrongCertificates else { return nil }
        let advice = "Ask for a better one, or use profile \(TLSProfile.bcp195NonDowngrading.name) until it has come."
        if let bits = peer.rsaKeyBits, bits < TLSProfile.minimumRSAKeyBits {
            return failure(
                .otherCertificateProblem,
                "the RSA key of the \(peerName)'s certificate has \(bits) bits; profile \(profile.name) wants "
                    + "\(TLSProfile.minimumRSAKeyBits) at least",
                advice
            )
        }
        // Nobody relies on the signature under what is trusted by itself.
        if peer.hasWeakSignature, !peer.isSelfIssued {
            return failure(
                .otherCertificateProblem,
                "the \(peerName)'s certificate is signed over SHA-1 or MD5; profile \(profile.name) wants SHA-256 at least",
                advice
            )
        }
        return nil
    }

    // MARK: After the handshake

    enum Consequence {
        /// The association notices by itself.
        case ignore
        case forward
        case fail(SecureTransportFailure)
    }

    /// In TLS 1.3 a server looks at our certificate when the handshake is over for us.
    func afterHandshake(_ error: any Error, version: TLSVersion?) -> Consequence {
        let isUndecided = isClient && version == .tlsv13 && !facts.hasReceivedData
        switch LibraryError(error) {
        case .alert(let alert): return .fail(self.alert(alert))
        case .reasons(let reasons):
            let why = reasons.isEmpty ? "no reason is known" : reasons.map(Self.readable).joined(separator: ", ")
            return .fail(
                failure(
                    .other,
                    "the secure connection failed: \(why)",
                    "Something between here and the \(peerName) may change the bytes: try again."
                )
            )
        case .uncleanEnd where isUndecided, .foreign where isUndecided:
            let own =
                facts.template.hasIdentity ? "It may not take our certificate" : "It may want a certificate from us"
            return .fail(
                failure(
                    .closed,
                    "the server closed the connection right after the TLS handshake",
                    "\(own), or only talk to addresses it knows: its log says more."
                )
            )
        case .foreign: return .forward
        case .uncleanEnd, .endOfFile, .closedByUs, .wrongHost: return .ignore
        }
    }
}
