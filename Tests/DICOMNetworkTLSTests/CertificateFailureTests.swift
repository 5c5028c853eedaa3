import DICOMNetwork
import DICOMProtocol
import Testing

@testable import DICOMNetworkTLS

/// What is wrong with a server, and how a client says so.
struct BadServer: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var certificate: String
    var key: String?
    var trust = "ca"
    var host = "127.0.0.1"
    var kind: SecureTransportFailure.Kind
    var words: [String]

    static let all = [
        BadServer(
            testDescription: "expired",
            certificate: "expired",
            kind: .certificateExpired,
            words: ["expired on 2021-01-02 03:04 UTC", "set the clock"]
        ),
        BadServer(
            testDescription: "not yet valid",
            certificate: "future",
            kind: .certificateNotYetValid,
            words: ["not valid before 2098-01-01 00:00 UTC"]
        ),
        BadServer(
            testDescription: "of an unknown authority",
            certificate: "server",
            trust: "other-ca",
            kind: .untrustedIssuer,
            words: [
                "issued by 'O=Test Hospital, CN=Test Hospital CA'", "not among the trusted", "other-ca.pem", "--tls-ca",
            ]
        ),
        BadServer(
            testDescription: "of an impostor with the authority's name",
            certificate: "server",
            trust: "impostor-ca",
            kind: .untrustedIssuer,
            words: ["names the trusted authority", "not signed by it"]
        ),
        BadServer(
            testDescription: "self-signed",
            certificate: "self",
            kind: .untrustedIssuer,
            words: ["self-signed", "fingerprint"]
        ),
        BadServer(
            testDescription: "without the authority in between",
            certificate: "leaf",
            kind: .untrustedIssuer,
            words: ["'CN=Department CA'", "certificates in between"]
        ),
        BadServer(
            testDescription: "of an authority that has expired",
            certificate: "of-old-ca",
            trust: "old-ca",
            kind: .certificateExpired,
            words: ["'CN=Old CA', which expired on 2021-01-02"]
        ),
        BadServer(
            testDescription: "for another host, called by address",
            certificate: "elsewhere",
            kind: .wrongHostName,
            words: ["is for 'elsewhere.test', '*.wards.test', '192.0.2.7', not for '127.0.0.1'", "--tls-name"]
        ),
        BadServer(
            testDescription: "for another host, called by name",
            certificate: "elsewhere",
            host: "localhost",
            kind: .wrongHostName,
            words: ["not for 'localhost'"]
        ),
        BadServer(
            testDescription: "for no host",
            certificate: "nameless",
            kind: .wrongHostName,
            words: ["names no host", "CN=A name without a host"]
        ),
        BadServer(
            testDescription: "not meant for servers",
            certificate: "not-a-server",
            kind: .otherCertificateProblem,
            words: ["not meant for TLS servers", "extended key usage"]
        ),
    ]
}

@Suite("A certificate that is not good")
struct CertificateFailureTests {
    @Test(
        "of a server is refused in words, and a good one is taken right after",
        arguments: BadServer.all,
        Version.allCases
    )
    func badServer(_ bad: BadServer, _ version: Version) async throws {
        let settings = try TLSServerSettings.named(bad.certificate, key: bad.key)
        try await withServer(try settings.transportSecurity()) { server in
            var client = try TLSClientSettings.trusting(bad.trust)
            client.isLimitedToTLS12 = version == .tls12
            let failure = try await refusal(server.port, client, host: bad.host)
            #expect(failure.kind == bad.kind, "\(failure)")
            for words in bad.words { #expect(failure.description.contains(words), "\(failure)") }
            #expect(failure.peerCertificate?.fingerprint.count == 64)
            // Only because it is told to.
            client.dangerouslyAcceptsAnyCertificate = true
            let transport = try await echo(server.port, client, host: bad.host)
            #expect(transport?.peerCertificate == failure.peerCertificate)
        }
    }

    @Test("a chain over an authority in between is followed")
    func chain() async throws {
        let identity = TLSIdentity(
            certificateFile: try Certificates.pem("chain"),
            keyFile: try Certificates.key("leaf")
        )
        try await withServer(try TLSServerSettings(identity: identity).transportSecurity()) { server in
            let transport = try await echo(server.port, try .standard())
            #expect(transport?.peerCertificate?.issuer == "CN=Department CA")
        }
    }

    @Test("a host is called by name or address, and another name can be expected")
    func names() async throws {
        try await withServer(try TLSServerSettings.named("server").transportSecurity()) { server in
            try await echo(server.port, try .standard(), host: "localhost")
            try await echo(server.port, try .standard(), host: "127.0.0.1")
            var client = try TLSClientSettings.standard()
            client.expectedName = "elsewhere.test"
            #expect(try await refusal(server.port, client).kind == .wrongHostName)
            client.expectedName = "LOCALHOST."
            try await echo(server.port, client)
        }
        try await withServer(try TLSServerSettings.named("elsewhere").transportSecurity()) { server in
            var client = try TLSClientSettings.standard()
            client.expectedName = "elsewhere.test"
            try await echo(server.port, client)
            client.expectedName = "three.wards.test"
            try await echo(server.port, client)
            client.expectedName = "a.three.wards.test"
            #expect(try await refusal(server.port, client).kind == .wrongHostName)
        }
    }

    @Test(
        "every name of a certificate counts, also behind a hundred others; an address is no name, a part of a label no wildcard"
    )
    func manyNames() async throws {
        for (certificate, name) in [("crowded", "ris.test"), ("partial", "local.wards.test")] {
            try await withServer(try TLSServerSettings.named(certificate).transportSecurity()) { server in
                var client = try TLSClientSettings.standard()
                client.expectedName = name
                #expect(try await refusal(server.port, client).kind == .wrongHostName)
            }
        }
        try await withServer(try TLSServerSettings.named("crowded-right").transportSecurity()) { server in
            let transport = try await echo(server.port, try .standard(), host: "localhost")
            #expect(transport?.peerCertificate?.names.count == 100)
        }
    }

    @Test("a certificate that we cannot read is refused, whatever the library says")
    func unreadable() async throws {
        try await withServer(try TLSServerSettings.named("ancient").transportSecurity()) { server in
            let failure = try await refusal(server.port, try .standard())
            #expect(failure.kind == .otherCertificateProblem, "\(failure)")
        }
    }

    @Test("the profiles of RFC 9325 want a longer RSA key, and a better signature; others and no verification do not")
    func weak() async throws {
        for (name, words) in [("weak", "has 1024 bits"), ("sha1", "is signed over SHA-1 or MD5")] {
            try await withServer(try TLSServerSettings.named(name).transportSecurity()) { server in
                for profile in [TLSProfile.bcp195RFC8996, .bcp195RFC8996Modified] {
                    var client = try TLSClientSettings.standard()
                    client.profile = profile
                    let failure = try await refusal(server.port, client)
                    #expect(failure.kind == .otherCertificateProblem)
                    #expect(failure.summary.contains(words), "\(failure)")
                    client.dangerouslyAcceptsAnyCertificate = true
                    try await echo(server.port, client)
                }
                var client = try TLSClientSettings.standard()
                client.profile = .bcp195NonDowngrading
                try await echo(server.port, client)
            }
        }
        try await withServer(try TLSServerSettings.named("rsa").transportSecurity()) { server in
            try await echo(server.port, try .standard())
        }
    }

    @Test("texts of a certificate are told apart from each other, whatever stands in them")
    func hostileTexts() async throws {
        try await withServer(try TLSServerSettings.named("hostile").transportSecurity()) { server in
            let failure = try await refusal(server.port, try .standard())
            #expect(failure.kind == .wrongHostName)
            // As it stands there: whoever shows it to a person makes it harmless.
            #expect(failure.peerCertificate?.subject == "CN=\u{1B}[31mRED\u{1B}[0m\u{202E}evil")
        }
    }

    // MARK: Clients' certificates

    struct BadClient: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var certificate: String?
        var kind: SecureTransportFailure.Kind
        var words: String
        /// What the server says of it.
        var serverWords: String

        static let all = [
            BadClient(
                testDescription: "none",
                certificate: nil,
                kind: .certificateRequired,
                words: "wants a certificate from us, and none is configured",
                serverWords: "the client showed no certificate, and one is required here"
            ),
            BadClient(
                testDescription: "of an unknown authority",
                certificate: "other-client",
                kind: .ownCertificateRefused,
                words: "does not know the authority that issued it",
                serverWords: "the client's certificate was issued by 'CN=Other CA', which is not among the trusted"
            ),
            BadClient(
                testDescription: "expired",
                certificate: "expired-client",
                kind: .ownCertificateRefused,
                words: "it has expired",
                serverWords: "the client's certificate expired on 2021-01-02 03:04 UTC"
            ),
            BadClient(
                testDescription: "for servers only",
                certificate: "server-only",
                kind: .ownCertificateRefused,
                words: "does not take our certificate",
                serverWords: "the client's certificate is not meant for TLS clients"
            ),
        ]
    }

    @Test(
        "of a client is refused in words on both sides, and a good one is taken right after",
        arguments: BadClient.all,
        Version.allCases
    )
    func badClient(_ bad: BadClient, _ version: Version) async throws {
        let journal = Journal()
        try await withServer(try TLSServerSettings.mutual().transportSecurity(), journal: journal) { server in
            var client = try TLSClientSettings.standard(version)
            client.identity = try bad.certificate.map { try .named($0) }
            let failure = try await refusal(server.port, client)
            #expect(failure.kind == bad.kind, "\(failure)")
            #expect(failure.description.contains(bad.words), "\(failure)")
            try await eventually("the end at the server") { !journal.ends.isEmpty }
            #expect(journal.ends.first?.contains(bad.serverWords) == true, "\(journal.ends)")
            client.identity = try .named("client")
            try await echo(server.port, client)
        }
    }

    @Test("a server that only asks takes a client without, but none with a bad one", arguments: Version.allCases)
    func requested(_ version: Version) async throws {
        try await withServer(try TLSServerSettings.mutual(.requested).transportSecurity()) { server in
            var client = try TLSClientSettings.standard(version)
            try await echo(server.port, client)
            client.identity = try .named("client")
            try await echo(server.port, client)
            client.identity = try .named("other-client")
            #expect(try await refusal(server.port, client).kind == .ownCertificateRefused)
        }
    }
}
