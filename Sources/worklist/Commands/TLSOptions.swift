import ArgumentParser
import DICOMNetwork
import DICOMNetworkTLS
import DICOMProtocol
import WorklistBrowser

/// TLS of every command that calls a server. Any of these switches it on.
struct TLSOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Encrypt the connection with TLS; a server of your configuration may say so too."
    )
    var tls: Bool?

    @Option(
        name: .customLong("tls-ca"),
        help: ArgumentHelp(
            "Trust the authorities in this file instead of the system's; may be repeated.",
            valueName: "file"
        ),
        completion: .file()
    )
    var authorities: [String] = []

    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp("Our certificate, for servers that want one.", valueName: "file"),
        completion: .file()
    )
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("The key of our certificate, if it is not in the same file.", valueName: "file"),
        completion: .file()
    )
    var key: String?

    @Option(
        name: .customLong("tls-key-password-file"),
        help: ArgumentHelp("A file with the password of the key, and nothing else.", valueName: "file"),
        completion: .file()
    )
    var keyPasswordFile: String?

    @Option(
        name: .customLong("tls-profile"),
        help: ArgumentHelp(TLSWords.profileHelp, valueName: "name"),
        completion: CompletionValues.profiles
    )
    var profile: String?

    @Option(
        name: .customLong("tls-name"),
        help: ArgumentHelp("Expect this name in the server's certificate instead of the host.", valueName: "name")
    )
    var expectedName: String?

    @Flag(
        name: .customLong("tls-accept-any-certificate"),
        help: "DANGEROUS, for tests only: take whatever certificate the server shows."
    )
    var acceptsAnyCertificate = false

    private var hasDetails: Bool {
        !authorities.isEmpty || certificate != nil || key != nil || keyPasswordFile != nil || profile != nil
            || expectedName != nil || acceptsAnyCertificate
    }

    func validate() throws {
        if tls == false, hasDetails { throw ValidationError("--no-tls leaves no room for other options of TLS.") }
        if key != nil, certificate == nil { throw ValidationError("--tls-key needs --tls-cert.") }
        if authorities.contains("") { throw ValidationError("--tls-ca names no file.") }
        if let profile, TLSProfile(named: profile) == nil { throw ValidationError(TLSWords.unknownProfile(profile)) }
        if acceptsAnyCertificate, !authorities.isEmpty || expectedName != nil {
            throw ValidationError("--tls-accept-any-certificate makes --tls-ca and --tls-name pointless: leave it out.")
        }
    }

    /// What is configured for a server, with these options laid over it. Says on standard error what is dangerous.
    func applied(to configured: ServerTLS?) -> ServerTLS? {
        if tls == false { return nil }
        guard tls == true || hasDetails || configured != nil else { return nil }
        var merged = configured ?? ServerTLS()
        if !authorities.isEmpty { merged.authorities = authorities }
        if let certificate {
            merged.certificate = certificate
            merged.key = key
            merged.keyPasswordFile = nil
        }
        if let keyPasswordFile { merged.keyPasswordFile = keyPasswordFile }
        if let profile { merged.profile = profile }
        if let expectedName { merged.expectedName = expectedName }
        if acceptsAnyCertificate {
            merged.acceptsAnyCertificate = true
            StandardError.write(
                "worklist: WARNING: the server's certificate is not checked: anyone in between can read and change "
                    + "everything.\n"
            )
        }
        if let name = merged.profile, let weak = TLSProfile(named: name), weak.isWeak {
            StandardError.write(TLSWords.warning(weak))
        }
        return merged
    }
}

/// TLS of `worklist serve`.
struct TLSServerOptions: ParsableArguments {
    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp(
            "Speak TLS with this certificate, followed by those up to its authority.",
            valueName: "file"
        ),
        completion: .file()
    )
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("The key of the certificate, if it is not in the same file.", valueName: "file"),
        completion: .file()
    )
    var key: String?

    @Option(
        name: .customLong("tls-key-password-file"),
        help: ArgumentHelp("A file with the password of the key, and nothing else.", valueName: "file"),
        completion: .file()
    )
    var keyPasswordFile: String?

    @Option(
        name: .customLong("tls-ca"),
        help: ArgumentHelp(
            "Clients need a certificate of an authority in this file; may be repeated.",
            valueName: "file"
        ),
        completion: .file()
    )
    var authorities: [String] = []

    @Option(
        name: .customLong("tls-client-certificates"),
        help: ArgumentHelp("required, requested or none; required with --tls-ca.", valueName: "rule")
    )
    var clientCertificates: String?

    @Option(
        name: .customLong("tls-profile"),
        help: ArgumentHelp(TLSWords.profileHelp, valueName: "name"),
        completion: CompletionValues.profiles
    )
    var profile: String?

    func validate() throws {
        guard let settings else {
            guard key == nil, keyPasswordFile == nil, authorities.isEmpty, clientCertificates == nil, profile == nil
            else {
                throw ValidationError("TLS needs a certificate: --tls-cert.")
            }
            return
        }
        if let problem = settings.problem(certificates: "--tls-client-certificates", authority: "--tls-ca") {
            throw ValidationError(problem)
        }
    }

    /// Nil without TLS.
    var settings: ServeTLS? {
        certificate.map {
            ServeTLS(
                certificate: $0,
                key: key,
                keyPasswordFile: keyPasswordFile,
                authorities: authorities,
                clientCertificates: clientCertificates,
                profile: profile
            )
        }
    }
}
