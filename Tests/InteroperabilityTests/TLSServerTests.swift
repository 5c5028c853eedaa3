import DICOMNetwork
import DICOMNetworkTLS
import DICOMProtocol
import Foundation
import Testing

extension Interoperability {
    /// Their clients, our server.
    @Suite("Our server over TLS")
    struct TLSServerTests {
        private static func echoscu(_ port: Int, _ options: [String]) async throws -> Program.Result {
            try await Program.run(
                try Tools.program("echoscu"),
                ["-v", "-to", "10", "-aec", Peers.title] + options + ["127.0.0.1", String(port)]
            )
        }

        private static func pynetdicom(_ arguments: [String]) async throws -> Program.Result {
            try await Program.run(try Tools.python(), [try Tools.script("tls_pynetdicom.py")] + arguments)
        }

        private static func identity(_ certificates: TLSCertificates, _ name: String, ca: String = "ca") -> [String] {
            ["+tls", certificates.key(name), certificates.pem(name), "+cf", certificates.pem(ca)]
        }

        @Test("echoscu of DCMTK gets Success in each of its profiles that has a cipher in common with ours")
        func echoscuProfiles() async throws {
            let certificates = try await TLSCertificates()
            let pairs: [(TLSProfile, [String])] = [
                (.bcp195RFC8996, ["+py", "+px", "+pz"]), (.bcp195RFC8996Modified, ["+py", "+pz"]),
                (.bcp195NonDowngrading, ["+py", "+px"]), (.bcp195Extended, ["+pz"]), (.bcp195, ["+px", "+pa"]),
                (.aes, ["+pa"]),
            ]
            for (profile, options) in pairs {
                var settings = certificates.server("rsa")
                settings.profile = profile
                try await TLSServer.with(settings) { server in
                    for option in options {
                        let arguments = ["+tla", "+cf", certificates.pem("ca"), option]
                        let result = try await Self.echoscu(server.port, arguments)
                        #expect(result.code == 0, "\(profile) \(option): \(result.output)\(result.errors)")
                    }
                    #expect(server.failures == [])
                }
            }
        }

        @Test("echoscu with NULL ciphers only is refused")
        func nullCiphers() async throws {
            let certificates = try await TLSCertificates()
            try await TLSServer.with(certificates.server("rsa")) { server in
                let result = try await Self.echoscu(server.port, ["+tla", "+cf", certificates.pem("ca"), "+pn"])
                #expect(result.code != 0)
                #expect(try await server.failure().kind == .noCommonVersionOrCipher)
            }
        }

        @Test("findscu gets 1,000 items over TLS, with a certificate of its own")
        func findscu() async throws {
            let certificates = try await TLSCertificates()
            var settings = certificates.server()
            settings.clientCertificates = .required
            settings.trustRoots = .files([certificates.pem("ca")])
            try await TLSServer.with(settings) { server in
                let items = try await Findscu.find(
                    TestQuery(),
                    port: server.port,
                    options: Self.identity(certificates, "client").map { "'\($0)'" }
                )
                #expect(items.count == Peers.itemCount)
                #expect(server.failures == [])
            }
        }

        @Test(
            "echoscu with no certificate, or one that is not good, is refused and told apart; a good one is served after it"
        )
        func clientCertificates() async throws {
            let certificates = try await TLSCertificates()
            var settings = certificates.server()
            settings.clientCertificates = .required
            settings.trustRoots = .files([certificates.pem("ca")])
            let clients: [([String], String)] = [
                (["+tla", "+cf", certificates.pem("ca")], "showed no certificate"),
                (
                    Self.identity(certificates, "other-client"),
                    "issued by 'CN=Other CA', which is not among the trusted"
                ),
                (Self.identity(certificates, "expired-client"), "expired on 2021-01-02"),
                (Self.identity(certificates, "server-only"), "not meant for TLS clients"),
            ]
            for (arguments, words) in clients {
                try await TLSServer.with(settings) { server in
                    let result = try await Self.echoscu(server.port, arguments)
                    #expect(result.code != 0)
                    let failure = try await server.failure()
                    #expect(failure.summary.contains(words), "\(failure)")
                    let good = try await Self.echoscu(server.port, Self.identity(certificates, "client"))
                    #expect(good.code == 0, "\(good.output)\(good.errors)")
                }
            }
        }

        @Test(
            "clients that do not take our certificate are said to: DCMTK for its issuer, pynetdicom for name and date too"
        )
        func refused() async throws {
            let certificates = try await TLSCertificates()
            try await TLSServer.with(certificates.server()) { server in
                let result = try await Self.echoscu(server.port, ["+tla", "+cf", certificates.pem("other-ca")])
                #expect(result.code != 0)
                let failure = try await server.failure()
                #expect(failure.kind == .ownCertificateRefused, "\(failure)")
                #expect(failure.summary.contains("does not know the authority"), "\(failure)")
                let good = try await Self.echoscu(server.port, ["+tla", "+cf", certificates.pem("ca")])
                #expect(good.code == 0, "\(good.output)\(good.errors)")
            }
            for name in ["expired", "elsewhere", "self"] {
                try await TLSServer.with(certificates.server(name)) { server in
                    let arguments = ["echo", String(server.port), Peers.title, certificates.pem("ca"), "127.0.0.1"]
                    let result = try await Self.pynetdicom(arguments)
                    #expect(result.code != 0)
                    let failure = try await server.failure()
                    #expect(failure.kind == .ownCertificateRefused, "\(name): \(failure)")
                }
            }
        }

        @Test("pynetdicom gets all items over TLS 1.3, with a certificate and without")
        func pynetdicomFind() async throws {
            let certificates = try await TLSCertificates()
            let common = [Peers.title, certificates.pem("ca"), "localhost"]
            try await TLSServer.with(certificates.server()) { server in
                let result = try await Self.pynetdicom(["find", String(server.port)] + common)
                #expect(result.lines.count == Peers.itemCount + 1, "\(result.errors)")
                #expect(result.lines.last == "0x0")
            }
            var settings = certificates.server()
            settings.clientCertificates = .required
            settings.trustRoots = .files([certificates.pem("ca")])
            try await TLSServer.with(settings) { server in
                let bare = try await Self.pynetdicom(["echo", String(server.port)] + common)
                #expect(bare.code != 0)
                #expect(try await server.failure().summary.contains("showed no certificate"))
                let identity = [certificates.pem("client"), certificates.key("client")]
                let good = try await Self.pynetdicom(["echo", String(server.port)] + common + identity)
                #expect(good.lines == ["0x0"], "\(good.errors)")
            }
        }

        @Test("plain clients are refused and told apart; TLS clients at our plain server too")
        func mixedUp() async throws {
            let certificates = try await TLSCertificates()
            try await TLSServer.with(certificates.server()) { server in
                let plain = try await Self.echoscu(server.port, [])
                #expect(plain.code != 0)
                let failure = try await server.failure()
                #expect(failure.kind == .peerSpeaksPlain, "\(failure)")
                #expect(failure.summary.contains("unencrypted DICOM"), "\(failure)")
                let good = try await Self.echoscu(server.port, ["+tla", "+cf", certificates.pem("ca")])
                #expect(good.code == 0, "\(good.output)\(good.errors)")
            }
            let port = try Peers.running.server.port
            let result = try await Self.echoscu(port, ["+tla", "+cf", certificates.pem("ca")])
            #expect(result.code != 0)
            let good = try await Self.echoscu(port, [])
            #expect(good.code == 0, "\(good.output)\(good.errors)")
        }
    }
}
