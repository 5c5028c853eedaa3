import ArgumentParser
import DICOMData
import DICOMNetwork
import DICOMProtocol
import Terminal
import WorklistBrowser

/// What to negotiate beside the service: who the user is, options of the query, transfer syntaxes.
struct NegotiationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Show this user name to the server.", valueName: "name"))
    var user: String?

    @Option(
        name: .customLong("password-file"),
        help: ArgumentHelp("The user's password: the first line of this file.", valueName: "file"),
        completion: .file()
    )
    var passwordFile: String?

    @Option(
        name: .customLong("identity-file"),
        help: ArgumentHelp("Show a ticket, assertion or token instead: kerberos, saml or jwt.", valueName: "kind:file"),
        completion: CompletionValues.identities
    )
    var identityFile: String?

    @Flag(
        name: .customLong("identity-unencrypted"),
        help: "Send password, ticket or token without TLS too, for everybody on the network to read."
    )
    var isIdentityUnencrypted = false

    @Option(
        name: .customLong("query-options"),
        help: ArgumentHelp(
            "Ask for fuzzy, timezone, relational, datetime, empty, multiple; with commas.",
            valueName: "list"
        ),
        completion: CompletionValues.queryOptions
    )
    var queryOptions: String?

    @Option(
        name: .customLong("transfer-syntax"),
        help: ArgumentHelp(
            "explicit, implicit, big-endian, deflated in order of preference; with commas.",
            valueName: "list"
        ),
        completion: CompletionValues.transferSyntaxes
    )
    var transferSyntax: String?

    @Flag(help: "Tell on standard error what happens on the association; no patient data, no secrets.")
    var trace = false

    static let queryOptionNames = ["fuzzy", "timezone", "relational", "datetime", "empty", "multiple"]
    static let transferSyntaxNames = ["explicit", "implicit", "big-endian", "deflated"]

    func validate() throws {
        if passwordFile != nil, user == nil { throw ValidationError("--password-file needs --user.") }
        if identityFile != nil, user != nil { throw ValidationError("Use either --user or --identity-file, not both.") }
        _ = try options()
        _ = try syntaxes()
        if let identityFile { _ = try Self.kind(of: identityFile) }
    }

    /// Sets what was asked for; reads the files that are named.
    func apply(to configuration: inout AssociationConfiguration) throws {
        if let options = try options() { configuration.queryOptions = options }
        if let syntaxes = try syntaxes() { configuration.transferSyntaxes = syntaxes }
        configuration.sendsSecretsUnencrypted = isIdentityUnencrypted
        if let identity = try identity() { configuration.userIdentity = identity }
        let hasSecret = configuration.userIdentity.map { $0.kind != .username } ?? false
        if hasSecret, configuration.security?.authenticatesPeer != true, !isIdentityUnencrypted {
            throw CommandFailure.usage(
                configuration.security == nil
                    ? "the user's secret would cross the network unencrypted: use --tls, or --identity-unencrypted if you must"
                    : "the user's secret would go to a server that proves nothing: leave out --tls-accept-any-certificate"
            )
        }
    }

    /// Starts to tell what happens; finish it before the command ends.
    func tracing(_ configuration: inout AssociationConfiguration) -> ObserverToken? {
        guard trace else { return nil }
        let observers = Observers()
        configuration.observers = observers
        let start = Double(WallClock.now().microseconds) / 1e6
        return observers.add([.connection, .association, .acse, .dimse]) { observation in
            let milliseconds = Milliseconds.precise((observation.timestamp - start) * 1_000).leftPadded(to: 9)
            let missed = observation.missed > 0 ? "  (\(observation.missed) before this were missed)" : ""
            StandardError.write(
                TerminalText("\(milliseconds) ms  \(observation.happening.summary)\(missed)").string + "\n"
            )
        }
    }

    private func identity() throws -> UserIdentity? {
        if let user {
            guard let passwordFile else { return .username(user) }
            let password = try Self.contents(passwordFile).prefix { $0 != 0x0A && $0 != 0x0D }
            return UserIdentity(kind: .usernameAndPasscode, primary: Array(user.utf8), secondary: Array(password))
        }
        guard let identityFile else { return nil }
        let (kind, path) = try Self.kind(of: identityFile)
        var bytes = try Self.contents(path)
        // A ticket is bytes; assertions and tokens are text, and editors end it with a line break.
        if kind != .kerberos { while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() } }
        return UserIdentity(kind: kind, primary: bytes)
    }

    private static func kind(of text: String) throws -> (UserIdentity.Kind, String) {
        let kinds: [Substring: UserIdentity.Kind] = ["kerberos": .kerberos, "saml": .saml, "jwt": .jsonWebToken]
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = kinds[parts[0]] else {
            throw ValidationError("--identity-file takes kerberos:FILE, saml:FILE or jwt:FILE.")
        }
        return (kind, String(parts[1]))
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        switch FileWriter.read(path) {
        case .success(let bytes): return bytes
        case .failure(let failure): throw CommandFailure.usage("cannot read \(path): \(failure.words)")
        }
    }

    private func options() throws -> QueryOptions? {
        guard let queryOptions else { return nil }
        return try queryOptions.split(separator: ",").reduce(into: QueryOptions()) { options, name in
            guard let known = ServerQuirks.queryOptionNames.first(where: { $0.name == name }) else {
                let names = ServerQuirks.queryOptionNames.map(\.name).joined(separator: ", ")
                throw ValidationError("'\(name)' is no query option: use \(names).")
            }
            options.insert(known.option)
        }
    }

    private func syntaxes() throws -> [TransferSyntax]? {
        guard let transferSyntax else { return nil }
        let syntaxes = try transferSyntax.split(separator: ",").map { name in
            guard let known = ServerQuirks.transferSyntaxNames.first(where: { $0.name == name }) else {
                let names = ServerQuirks.transferSyntaxNames.map(\.name).joined(separator: ", ")
                throw ValidationError("'\(name)' is no transfer syntax: use \(names).")
            }
            return known.syntax
        }
        guard !syntaxes.isEmpty else { throw ValidationError("--transfer-syntax names none.") }
        return syntaxes
    }
}
