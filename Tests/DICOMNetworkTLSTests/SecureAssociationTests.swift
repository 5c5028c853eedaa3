import DICOMData
import DICOMNetwork
import DICOMProtocol
import NIOConcurrencyHelpers
import Testing

@testable import DICOMNetworkTLS

@Suite("An association over TLS")
struct SecureAssociationTests {
    @Test("C-ECHO works, and both sides know what was agreed", arguments: Version.allCases)
    func echoes(_ version: Version) async throws {
        let security = try TLSServerSettings.mutual().transportSecurity()
        try await withServer(security) { server in
            let seen = NIOLockedValueBox<SecureTransport?>(nil)
            server.bindFind { (event: FindEvent, _: FindResponder) in
                seen.withLockedValue { $0 = event.association.secureTransport }
            }
            var settings = try TLSClientSettings.standard(version)
            settings.identity = try .named("client")
            let association = try await Association.connect(
                configuration(server.port, try settings.transportSecurity())
            )
            let transport = try #require(association.secureTransport)
            #expect(transport.version == version.rawValue)
            #expect(transport.profile == "bcp195-8996")
            let suite = try #require(transport.cipherSuite)
            #expect(suite.hasPrefix(version == .tls12 ? "TLS_ECDHE_ECDSA_WITH_" : "TLS_AES_"), "\(suite)")
            let certificate = try #require(transport.peerCertificate)
            #expect(certificate.subject == "O=Test Hospital, CN=ris.test")
            #expect(certificate.names == ["localhost", "127.0.0.1"])
            #expect(association.timings.secureMilliseconds ?? 0 > 0)
            for await _ in try await association.find(keys(), sopClass: SOPClass.modalityWorklistFind) {}
            let theirs = try #require(seen.withLockedValue { $0 })
            #expect(theirs.version == version.rawValue)
            #expect(theirs.cipherSuite == suite)
            #expect(theirs.peerCertificate?.subject == "CN=CT scanner 1")
            await association.release()
        }
    }

    @Test("a C-FIND brings 2,000 matches, whole and in order", arguments: Version.allCases)
    func finds(_ version: Version) async throws {
        let security = try TLSServerSettings.named("server").transportSecurity()
        try await withServer(security, matches: 2_000) { server in
            let client = try TLSClientSettings.standard(version).transportSecurity()
            let association = try await Association.connect(configuration(server.port, client))
            let find = try await association.find(keys(), sopClass: SOPClass.modalityWorklistFind)
            var numbers: [Int] = []
            for await match in find { numbers.append(number(match.dataSet) ?? -1) }
            #expect(numbers == Array(0..<2_000))
            let result = await find.result
            #expect(result.outcome == .complete)
            await association.release()
        }
    }

    @Test("a C-CANCEL ends a long C-FIND early", arguments: Version.allCases)
    func cancels(_ version: Version) async throws {
        let security = try TLSServerSettings.named("server").transportSecurity()
        let sent = NIOLockedValueBox(0)
        try await withServer(security, matches: 1_000_000, sent: sent) { server in
            let client = try TLSClientSettings.standard(version).transportSecurity()
            let association = try await Association.connect(configuration(server.port, client))
            let find = try await association.find(
                keys(),
                sopClass: SOPClass.modalityWorklistFind,
                options: FindOptions(cancelAfter: 50)
            )
            for await _ in find {}
            guard case .cancelled(let cancellation) = await find.result.outcome else {
                throw Unexpected(description: "not cancelled")
            }
            #expect(cancellation.finalStatus == .cancel)
            await association.release()
        }
        #expect(sent.withLockedValue { $0 } < 1_000_000)
    }

    @Test("a client that does not take its matches holds the server up, and gets all of them afterwards")
    func backPressure() async throws {
        let security = try TLSServerSettings.named("server").transportSecurity()
        let sent = NIOLockedValueBox(0)
        let count = 1_500
        try await withServer(security, matches: count, padding: 8_000, sent: sent) { server in
            let client = try TLSClientSettings.standard().transportSecurity()
            let association = try await Association.connect(
                configuration(server.port, client, receiveWindow: 65_536)
            )
            let find = try await association.find(keys(), sopClass: SOPClass.modalityWorklistFind)
            var last = -1
            var unchanged = 0
            try await eventually("a standstill") {
                let now = sent.withLockedValue { $0 }
                unchanged = now == last && now > 0 ? unchanged + 1 : 0
                last = now
                return unchanged >= 50
            }
            #expect(last < count)
            var received = 0
            for await _ in find { received += 1 }
            #expect(received == count)
            await association.release()
        }
    }

    @Test("twenty associations at once do not disturb each other")
    func many() async throws {
        let security = try TLSServerSettings.named("server").transportSecurity()
        try await withServer(security, matches: 100) { server in
            let client = try TLSClientSettings.standard().transportSecurity()
            let port = server.port
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let association = try await Association.connect(configuration(port, client))
                        var count = 0
                        for await _ in try await association.find(keys(), sopClass: SOPClass.modalityWorklistFind) {
                            count += 1
                        }
                        await association.release()
                        return count
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(counts == Array(repeating: 100, count: 20))
        }
    }

    @Test("a rejection arrives before the connection closes", arguments: Version.allCases)
    func rejected(_ version: Version) async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.calledAETitles = [try AETitle("SOMEONE")]
        try await withServer(try TLSServerSettings.named("server").transportSecurity(), policy: policy) { server in
            let client = try TLSClientSettings.standard(version).transportSecurity()
            let failure = await #expect(throws: AssociationFailure.self) {
                try await Association.connect(configuration(server.port, client))
            }
            guard case .rejected = failure?.cause else {
                throw Unexpected(description: "\(failure.map { "\($0)" } ?? "no failure")")
            }
        }
    }

    @Test("an abort arrives, and the server notices a client that is gone")
    func aborted() async throws {
        let journal = Journal()
        try await withServer(try TLSServerSettings.named("server").transportSecurity(), journal: journal) { server in
            let client = try TLSClientSettings.standard().transportSecurity()
            let association = try await Association.connect(configuration(server.port, client))
            association.abort()
            try await eventually("the end at the server") { !journal.ends.isEmpty }
            #expect(journal.ends.first?.contains("abort") == true, "\(journal.ends)")
            try await eventually("no association") { server.associationCount == 0 }
        }
    }

    @Test("a release ends cleanly on both sides", arguments: Version.allCases)
    func released(_ version: Version) async throws {
        let journal = Journal()
        try await withServer(try TLSServerSettings.named("server").transportSecurity(), journal: journal) { server in
            try await echo(server.port, try .standard(version))
            try await eventually("the end at the server") { !journal.ends.isEmpty }
            #expect(journal.ends == ["the peer released the association"])
        }
    }

    @Test(
        "a peer that aborts gets the end of TLS with the end of the connection, and does not hang",
        arguments: Version.allCases
    )
    func closedByServer(_ version: Version) async throws {
        try await withServer(try TLSServerSettings.named("server").transportSecurity()) { server in
            let port = server.port
            let authority = try Certificates.pem("ca")
            // -ign_eof: s_client waits for the other side to close.
            let result = try await blocking {
                try OpenSSL.openssl(
                    [
                        "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", authority, "-ign_eof", "-msg", "-quiet",
                        version == .tls12 ? "-tls1_2" : "-tls1_3",
                    ],
                    input: [7, 0, 0, 0, 0, 4, 0, 0, 0, 0]
                )
            }
            #expect(result.output.contains("warning close_notify"), "\(result.output)")
            #expect(!result.output.contains("unexpected eof"), "\(result.output)")
            try await echo(port, try .standard())
        }
    }

    @Test("what we send last arrives, and then the end of TLS", arguments: Version.allCases)
    func closedByClient(_ version: Version) async throws {
        let peer = try OpenSSLServer(["-www", "-msg", version == .tls12 ? "-tls1_2" : "-tls1_3"])
        // It speaks HTTP inside, and answers what it does not understand not at all: we give up.
        var configuration = configuration(try await peer.port(), try TLSClientSettings.standard().transportSecurity())
        configuration.timeouts.associate = 0.3
        let failure = await #expect(throws: AssociationFailure.self) { try await Association.connect(configuration) }
        guard case .noAnswer = failure?.cause else {
            throw Unexpected(description: "\(failure.map { "\($0)" } ?? "no failure")")
        }
        let output = try await peer.output { $0.contains("<<< TLS") && $0.contains("warning close_notify") }
        // A-ABORT: 10 bytes, their type and their end in the record.
        #expect(output.contains("17 03 03"), "\(output)")
        #expect(!output.contains("unexpected eof"), "\(output)")
    }

    @Test("a user's passcode goes over TLS, and not at all without")
    func userIdentity() async throws {
        let seen = NIOLockedValueBox<UserIdentity?>(nil)
        let identity = UserIdentity.username("anna", passcode: "open sesame")
        try await withServer(try TLSServerSettings.named("server").transportSecurity()) { server in
            server.bindFind { (event: FindEvent, _: FindResponder) in
                seen.withLockedValue { $0 = event.association.userIdentity }
            }
            var secure = configuration(server.port, try TLSClientSettings.standard().transportSecurity())
            secure.userIdentity = identity
            let association = try await Association.connect(secure)
            for await _ in try await association.find(keys(), sopClass: SOPClass.modalityWorklistFind) {}
            await association.release()
            #expect(seen.withLockedValue { $0 } == identity)
            var plain = configuration(server.port, nil)
            plain.userIdentity = identity
            let failure = await #expect(throws: AssociationFailure.self) { try await Association.connect(plain) }
            guard case .invalidSetting = failure?.cause else {
                throw Unexpected(description: "\(failure.map { "\($0)" } ?? "no failure")")
            }
        }
    }

    @Test("the private key may be encrypted, in either form, or stand beside its certificate; all may be DER")
    func keyForms() async throws {
        let password: @Sendable () throws -> [UInt8] = { Array("open sesame".utf8) }
        let identities = [
            TLSIdentity(
                certificateFile: try Certificates.pem("server"),
                keyFile: try Certificates.key("encrypted"),
                password: password
            ),
            TLSIdentity(
                certificateFile: try Certificates.pem("rsa"),
                keyFile: try Certificates.key("traditional"),
                password: password
            ),
            TLSIdentity(certificateFile: try Certificates.pem("both")),
            TLSIdentity(
                certificateFile: try Certificates.path("server.der"),
                keyFile: try Certificates.path("server-key.der")
            ),
            TLSIdentity(
                certificates: .bytes(try Certificates.bytes("server.pem"), name: "memory"),
                key: .bytes(try Certificates.bytes("server.key"), name: "memory")
            ),
        ]
        for identity in identities {
            try await withServer(try TLSServerSettings(identity: identity).transportSecurity()) { server in
                let settings = TLSClientSettings(trustRoots: .files([try Certificates.path("ca.der")]))
                try await echo(server.port, settings)
            }
        }
    }

    @Test("every profile secures an association with itself", arguments: TLSProfile.allCases)
    func profiles(_ profile: TLSProfile) async throws {
        var settings = try TLSServerSettings.named("rsa")
        settings.profile = profile
        try await withServer(try settings.transportSecurity()) { server in
            var client = try TLSClientSettings.trusting("ca")
            client.profile = profile
            let transport = try #require(try await echo(server.port, client))
            #expect(transport.profile == profile.name)
            if profile == .aes {
                #expect(transport.version == "TLS 1.2")
                #expect(transport.cipherSuite == "TLS_RSA_WITH_AES_128_CBC_SHA")
            } else {
                #expect(transport.version == "TLS 1.3")
            }
            #expect(TLSProfile(named: profile.name) == profile)
        }
        #expect(TLSProfile(named: "BCP195") == nil)
    }
}
