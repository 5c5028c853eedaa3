import ArgumentParser
import DICOMNetwork
import DICOMProtocol
import Terminal
import WorklistBrowser

/// Options of every command that calls a server.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server to call.", valueName: "AE@HOST:PORT"))
    var to: String?

    @Option(
        help: ArgumentHelp("A server of your configuration, by its name.", valueName: "name"),
        completion: CompletionValues.servers
    )
    var server: String?

    @Option(name: .customLong("as"), help: ArgumentHelp("Our own AE title.", valueName: "AE"))
    var callingAETitle: String?

    @Option(
        help: ArgumentHelp("Read this configuration file instead of the usual one.", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var config: String?

    @Option(help: ArgumentHelp("Seconds to wait for each step.", valueName: "seconds"))
    var timeout: Double?

    @Option(
        name: .customLong("max-pdu"),
        help: ArgumentHelp("Longest PDU we take, in bytes; 0 announces no limit.", valueName: "bytes")
    )
    var maximumLength: UInt32?

    @OptionGroup
    var tls: TLSOptions

    func validate() throws {
        if to != nil, server != nil { throw ValidationError("Use either --to or --server, not both.") }
        if let timeout, !(timeout > 0 && timeout <= 86_400) {
            throw ValidationError("--timeout takes seconds: above 0, at most 86400 (a day).")
        }
        if let to { _ = try Self.parse(to) }
        if let maximumLength, maximumLength != 0, maximumLength < 4_096 {
            throw ValidationError("--max-pdu takes 0 or at least 4096 bytes.")
        }
    }

    /// `AE@HOST:PORT`; the host may be an IPv6 address in brackets; the port is 104 unless given.
    static func parse(_ text: String) throws -> ServerProfile {
        let form = "use AE@HOST:PORT, such as RISMWL@192.0.2.7:104"
        guard let at = text.lastIndex(of: "@") else {
            throw ValidationError("'\(text)' names no AE title: \(form).")
        }
        let called = String(text[..<at])
        var rest = text[text.index(after: at)...]
        var host: Substring
        if rest.first == "[", let close = rest.firstIndex(of: "]") {
            host = rest[rest.index(after: rest.startIndex)..<close]
            rest = rest[rest.index(after: close)...]
        } else {
            host = rest.prefix { $0 != ":" }
            rest = rest.dropFirst(host.count)
        }
        var port = 104
        if rest.first == ":" {
            guard let number = Int(rest.dropFirst()), (1...65_535).contains(number) else {
                throw ValidationError("'\(rest.dropFirst())' is no port (1 to 65535): \(form).")
            }
            port = number
        } else if !rest.isEmpty {
            throw ValidationError("'\(text)' is not understood: \(form).")
        }
        guard !host.isEmpty else { throw ValidationError("'\(text)' names no host: \(form).") }
        do {
            _ = try AETitle(called)
        } catch {
            throw ValidationError("'\(called)' is no AE title: \(error)")
        }
        return ServerProfile(name: text, host: String(host), port: port, calledAETitle: called)
    }

    /// The server these options mean; nil if none is named and none configured.
    func profile() throws -> ServerProfile? {
        var profile: ServerProfile?
        if let to {
            profile = try Self.parse(to)
        } else {
            profile = try Configuration.load(config).server(named: server)
        }
        if let callingAETitle {
            do {
                profile?.callingAETitle = try AETitle(callingAETitle).text
            } catch {
                throw CommandFailure.usage("--as '\(callingAETitle)' is no AE title: \(error)")
            }
        }
        if let found = profile { profile?.tls = tls.applied(to: found.tls) }
        return profile
    }

    /// As ``profile()``; no server is a mistake in usage.
    ///
    /// What else is wrong in the configuration is said on standard error, and changes nothing.
    func requiredProfile() throws -> ServerProfile {
        let problems = to == nil ? try Configuration.load(config).problems : []
        guard let profile = try profile() else {
            let hint = problems.first.map { "; \($0.description)" } ?? ""
            throw CommandFailure.usage(
                "no server is named: use --to AE@HOST:PORT, or configure one in \(Configuration.folder)/config.toml\(hint)"
            )
        }
        for problem in problems {
            StandardError.write("worklist: warning: \(TerminalText(problem.description).string)\n")
        }
        return profile
    }

    func association(with profile: ServerProfile, sopClasses: [String]) throws -> AssociationConfiguration {
        do {
            return try AssociationConfiguration(
                profile,
                sopClasses: sopClasses,
                timeout: timeout,
                maximumLength: maximumLength
            )
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }
}

extension AssociationConfiguration {
    /// Shows the user of the configuration; a password only to a server that is known by its certificate.
    private mutating func show(_ quirks: ServerQuirks) throws(TLSProblem) {
        guard let file = quirks.passwordFile else {
            userIdentity = .username(quirks.userName)
            return
        }
        guard security?.authenticatesPeer == true else {
            throw TLSProblem(
                "the password of '\(quirks.userName)' would cross the network unencrypted: give the server tls, or leave "
                    + "out password_file"
            )
        }
        switch FileWriter.read(file) {
        case .success(let bytes):
            let password = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
            userIdentity = UserIdentity(
                kind: .usernameAndPasscode,
                primary: Array(quirks.userName.utf8),
                secondary: Array(password)
            )
        case .failure(let failure): throw TLSProblem("cannot read the password in \(file): \(failure.words)")
        }
    }

    /// How to call a server of the configuration; throws what is wrong with its TLS.
    init(
        _ profile: ServerProfile,
        sopClasses: [String],
        timeout: Double? = nil,
        maximumLength: UInt32? = nil
    ) throws(TLSProblem) {
        self.init(
            host: profile.host,
            port: profile.port,
            calledAETitle: profile.calledAETitle,
            callingAETitle: profile.callingAETitle,
            sopClasses: sopClasses
        )
        if let maximumLength { self.maximumLength = maximumLength }
        if let timeout {
            connectTimeout = timeout
            timeouts.associate = timeout
            timeouts.echo = timeout
            timeouts.partialPDU = timeout
        }
        let quirks = profile.quirks
        if maximumLength == nil, let longest = quirks.maximumLength { self.maximumLength = longest }
        if timeout == nil, let seconds = quirks.timeout {
            connectTimeout = seconds
            timeouts.associate = seconds
            timeouts.echo = seconds
            timeouts.partialPDU = seconds
        }
        if !quirks.transferSyntaxes.isEmpty { transferSyntaxes = quirks.transferSyntaxes }
        queryOptions = quirks.queryOptions
        security = try profile.tls?.security(timeout: timeout ?? quirks.timeout)
        if !quirks.userName.isEmpty { try show(quirks) }
    }
}
