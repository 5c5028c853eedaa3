import DICOMNetwork
import DICOMNetworkTLS
import DICOMProtocol
import Testing

extension Interoperability {
    /// Our client, their servers.
    @Suite("Our client over TLS")
    struct TLSClientTests {
        /// DCMTK's names for the profiles, and ours.
        static let profiles: [(option: String, ours: TLSProfile)] = [
            ("+py", .bcp195RFC8996), ("+py", .bcp195RFC8996Modified), ("+py", .bcp195NonDowngrading),
            ("+px", .bcp195), ("+px", .bcp195RFC8996), ("+pz", .bcp195Extended), ("+pz", .bcp195RFC8996), ("+pa", .aes),
            ("+pa", .bcp195),
        ]

        @Test("storescp of DCMTK answers C-ECHO in every profile of both sides that has a cipher in common")
        func storescpProfiles() async throws {
            let certificates = try await TLSCertificates()
            for option in ["+py", "+px", "+pz", "+pa"] {
                let (program, port) = try await TLSRealServer.storescp(certificates, "rsa", [option])
                for (_, profile) in Self.profiles.filter({ $0.option == option }) {
                    let transport = try await TLSClient.echo(port, certificates.client(profile: profile))
                    #expect(transport.peerCertificate?.subject == "CN=rsa.test")
                    #expect(transport.cipherSuite?.contains("AES") == true, "\(transport)")
                }
                await program.stop()
            }
        }

        @Test("storescp that offers NULL ciphers only, or AES without ECDHE, has nothing in common with us")
        func nothingInCommon() async throws {
            let certificates = try await TLSCertificates()
            for option in ["+pn", "+pa"] {
                let (program, port) = try await TLSRealServer.storescp(certificates, "rsa", [option])
                let failure = try await TLSClient.refusal(port, certificates.client()).insecurity
                #expect(failure?.kind == .noCommonVersionOrCipher, "\(option) \(failure.map { "\($0)" } ?? "none")")
                await program.stop()
            }
        }

        @Test(
            "storescp wants our certificate: none, and one it does not trust, is said; a good one is taken right after"
        )
        func storescpClientCertificates() async throws {
            let certificates = try await TLSCertificates()
            let (program, port) = try await TLSRealServer.storescp(certificates)
            #expect(
                try await TLSClient.refusal(port, certificates.client(nil)).insecurity?.kind == .certificateRequired
            )
            let failure = try await TLSClient.refusal(port, certificates.client("other-client")).insecurity
            #expect(failure?.kind == .ownCertificateRefused, "\(failure.map { "\($0)" } ?? "none")")
            let expired = try await TLSClient.refusal(port, certificates.client("expired-client")).insecurity
            #expect(expired?.kind == .ownCertificateRefused, "\(expired.map { "\($0)" } ?? "none")")
            _ = try await TLSClient.echo(port, certificates.client())
            await program.stop()
        }

        @Test("storescp with a certificate that is not good is refused, and why is said")
        func storescpCertificates() async throws {
            let certificates = try await TLSCertificates()
            let bad: [(String, SecureTransportFailure.Kind)] = [
                ("expired", .certificateExpired), ("future", .certificateNotYetValid), ("elsewhere", .wrongHostName),
                ("self", .untrustedIssuer), ("leaf", .untrustedIssuer),
            ]
            for (name, kind) in bad {
                let (program, port) = try await TLSRealServer.storescp(certificates, name, ["-ic"])
                let failure = try await TLSClient.refusal(port, certificates.client(nil)).insecurity
                #expect(failure?.kind == kind, "\(name): \(failure.map { "\($0)" } ?? "none")")
                await program.stop()
            }
            let (program, port) = try await TLSRealServer.storescp(certificates, "server", ["-ic"])
            var stranger = certificates.client(nil)
            stranger.trustRoots = .files([certificates.pem("other-ca")])
            #expect(try await TLSClient.refusal(port, stranger).insecurity?.kind == .untrustedIssuer)
            _ = try await TLSClient.echo(port, certificates.client(nil))
            await program.stop()
        }

        @Test("servers without TLS are known for it", arguments: RealServer.allCases)
        func plainServers(_ server: RealServer) async throws {
            let certificates = try await TLSCertificates()
            let port = try Peers.running.port(server)
            let failure = try await TLSClient.refusal(port, certificates.client()).insecurity
            // Some answer with an A-ABORT, some just close.
            #expect([.peerSpeaksPlain, .closed].contains(failure?.kind), "\(failure.map { "\($0)" } ?? "none")")
            #expect(failure?.advice.contains("without TLS") == true, "\(failure.map { "\($0)" } ?? "none")")
            // And are none the worse for it.
            _ = try await OurClient.associate(port: port).release()
        }

        @Test("servers with TLS are known for it by a client without")
        func plainClient() async throws {
            let certificates = try await TLSCertificates()
            for (program, port) in [
                try await TLSRealServer.storescp(certificates), try await TLSRealServer.orthanc(certificates),
                try await TLSRealServer.pynetdicom(certificates),
            ] {
                let cause = try await TLSClient.refusal(port, nil)
                switch cause {
                // Some send an alert, some just close: nobody can tell then.
                case .peerSpeaksTLS, .connectionClosed: break
                default: Issue.record("\(cause)")
                }
                _ = try await TLSClient.echo(port, certificates.client())
                await program.stop()
            }
        }

        @Test("Orthanc answers C-FIND over TLS, with our certificate and without")
        func orthanc() async throws {
            let certificates = try await TLSCertificates()
            let accessions = Set(try Peers.running.items.keys)
            let (mutual, port) = try await TLSRealServer.orthanc(certificates)
            #expect(try await TLSClient.find(port, certificates.client()) == accessions)
            for (name, kinds) in [
                (nil, [.certificateRequired]), ("other-client", [.ownCertificateRefused]),
            ] as [(String?, [SecureTransportFailure.Kind])] {
                let failure = try await TLSClient.refusal(port, certificates.client(name)).insecurity
                #expect(failure.map { kinds.contains($0.kind) } == true, "\(failure.map { "\($0)" } ?? "none")")
            }
            #expect(
                try await TLSClient.refusal(port, certificates.client(), host: "127.0.0.2").insecurity?.kind
                    == .wrongHostName
            )
            #expect(try await TLSClient.find(port, certificates.client()).count == accessions.count)
            await mutual.stop()
            let (open, openPort) = try await TLSRealServer.orthanc(certificates, wantsCertificate: false)
            #expect(try await TLSClient.find(openPort, certificates.client(nil)) == accessions)
            await open.stop()
        }

        @Test("Orthanc with a certificate that is not good is refused", arguments: ["expired", "elsewhere", "self"])
        func orthancCertificates(_ name: String) async throws {
            let certificates = try await TLSCertificates()
            let (program, port) = try await TLSRealServer.orthanc(certificates, name)
            let kinds: [String: SecureTransportFailure.Kind] = [
                "expired": .certificateExpired, "elsewhere": .wrongHostName, "self": .untrustedIssuer,
            ]
            #expect(try await TLSClient.refusal(port, certificates.client()).insecurity?.kind == kinds[name])
            await program.stop()
        }

        @Test("pynetdicom answers C-FIND over TLS 1.3 and 1.2", arguments: ["1.3", "1.2"])
        func pynetdicom(_ newest: String) async throws {
            let certificates = try await TLSCertificates()
            let (program, port) = try await TLSRealServer.pynetdicom(
                certificates,
                newest: newest == "1.2" ? newest : nil
            )
            #expect(try await TLSClient.find(port, certificates.client()) == Set(try Peers.running.items.keys))
            #expect(try await TLSClient.echo(port, certificates.client()).version == "TLS " + newest)
            // In TLS 1.3 the server says no only after the handshake; it may close before it has read our request, and
            // then the reset may be quicker than its words.
            for (name, kinds) in [
                (nil, [.certificateRequired, .closed]), ("other-client", [.ownCertificateRefused, .closed]),
            ] as [(String?, [SecureTransportFailure.Kind])] {
                let failure = try await TLSClient.refusal(port, certificates.client(name)).insecurity
                #expect(failure.map { kinds.contains($0.kind) } == true, "\(failure.map { "\($0)" } ?? "none")")
            }
            _ = try await TLSClient.echo(port, certificates.client())
            await program.stop()
        }

        @Test("pynetdicom with a certificate that is not good is refused", arguments: ["expired", "elsewhere", "self"])
        func pynetdicomCertificates(_ name: String) async throws {
            let certificates = try await TLSCertificates()
            let (program, port) = try await TLSRealServer.pynetdicom(certificates, name, wantsCertificate: false)
            let kinds: [String: SecureTransportFailure.Kind] = [
                "expired": .certificateExpired, "elsewhere": .wrongHostName, "self": .untrustedIssuer,
            ]
            #expect(try await TLSClient.refusal(port, certificates.client(nil)).insecurity?.kind == kinds[name])
            await program.stop()
        }
    }
}
