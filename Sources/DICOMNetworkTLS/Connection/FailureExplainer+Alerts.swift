import DICOMProtocol

extension FailureExplainer {
    /// A failure that the peer found, and told by an alert (RFC 8446 6).
    func alert(_ alert: UInt8) -> SecureTransportFailure {
        let refused = refusedOwn(alert)
        switch alert {
        case 116: return certificateWanted()
        // Peers without a better word for a missing certificate use these as well (OpenSSL: TLS 1.2, 40).
        case 40 where facts.peerAskedForCertificate && !facts.template.hasIdentity: return certificateWanted()
        case 42...46, 48, 49, 51:
            if isClient, !facts.template.hasIdentity, alert == 42 || alert == 46 { return certificateWanted() }
            return refused
        case 40, 70, 71: return nothingInCommon()
        case 112:
            return failure(
                .wrongHostName,
                "the server knows no host '\(facts.host?.text ?? "")' (unrecognized_name)",
                "Call it by a name it knows, or say which (--tls-name)."
            )
        case 0, 90:
            return failure(.closed, "the \(peerName) gave up the TLS handshake", "Try again; its log may say why.")
        default:
            return failure(
                .other,
                "the \(peerName) ended the TLS handshake with the alert \(Self.alertName(alert))",
                "Look into the \(peerName)'s log for this time."
            )
        }
    }

    private func certificateWanted() -> SecureTransportFailure {
        failure(
            .certificateRequired,
            "the \(peerName) wants a certificate from us"
                + (facts.template.hasIdentity ? ", and takes none we have" : ", and none is configured"),
            "Name our certificate and its key (--tls-cert, --tls-key)."
        )
    }

    private func refusedOwn(_ alert: UInt8) -> SecureTransportFailure {
        if isClient, !facts.template.hasIdentity {
            return failure(
                .other,
                "the server ended the TLS handshake with the alert \(Self.alertName(alert)), though we showed no certificate",
                "It may want one from us (--tls-cert, --tls-key); its log may say more."
            )
        }
        let why =
            switch alert {
            case 44: "it has been revoked"
            case 45: "it has expired, or the \(peerName)'s clock is wrong"
            case 48: "the \(peerName) does not know the authority that issued it"
            case 49: "the \(peerName) denies access"
            default: "alert \(Self.alertName(alert))"
            }
        let advice =
            switch alert {
            case 44, 45: "Get a new certificate."
            case 48: "Let the \(peerName) trust our authority, and send the certificates in between in our file."
            default:
                "The \(peerName) may not trust its issuer, or not like its name or purpose: the \(peerName)'s log says more."
            }
        return failure(.ownCertificateRefused, "the \(peerName) does not take our certificate: \(why)", advice)
    }

    /// By its name in RFC 8446 6.
    private static func alertName(_ alert: UInt8) -> String {
        let name: StaticString? =
            switch alert {
            case 10: "unexpected_message"
            case 20: "bad_record_mac"
            case 22: "record_overflow"
            case 42: "bad_certificate"
            case 43: "unsupported_certificate"
            case 44: "certificate_revoked"
            case 45: "certificate_expired"
            case 46: "certificate_unknown"
            case 47: "illegal_parameter"
            case 48: "unknown_ca"
            case 49: "access_denied"
            case 50: "decode_error"
            case 51: "decrypt_error"
            case 80: "internal_error"
            case 86: "inappropriate_fallback"
            case 109: "missing_extension"
            case 110: "unsupported_extension"
            case 120: "no_application_protocol"
            default: nil
            }
        return name.map { "\($0)" } ?? "number \(alert)"
    }
}
