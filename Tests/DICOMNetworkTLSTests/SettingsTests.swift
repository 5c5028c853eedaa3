import DICOMProtocol
import Testing

@testable import DICOMNetworkTLS

@Suite("Settings for TLS")
struct SettingsTests {
    static func error(_ body: () throws(TLSSettingsError) -> Void) -> TLSSettingsError? {
        do {
            try body()
            return nil
        } catch {
            return error
        }
    }

    private func trusting(_ material: TLSMaterial) -> TLSSettingsError? {
        Self.error { () throws(TLSSettingsError) in
            _ = try TLSClientSettings(trustRoots: .only([material])).transportSecurity()
        }
    }

    private func being(_ identity: TLSIdentity) -> TLSSettingsError? {
        Self.error { () throws(TLSSettingsError) in _ = try TLSServerSettings(identity: identity).transportSecurity() }
    }

    @Test("files of authorities that cannot be used are named, with what is wrong")
    func trustRoots() throws {
        let missing = trusting(.file("/nonexistent/ca.pem"))
        #expect(missing?.cause == .unreadable(detail: "no such file or directory"))
        #expect(missing?.description.contains("/nonexistent/ca.pem") == true)
        #expect(trusting(.file("/tmp"))?.cause == .unreadable(detail: "is a directory"))
        #expect(trusting(.bytes([], name: "it"))?.cause == .empty)
        #expect(trusting(.bytes(Array("# none yet\n".utf8), name: "it"))?.cause == .notACertificate)
        #expect(trusting(.file(try Certificates.key("ca")))?.cause == .noCertificate)
        let damaged = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        #expect(trusting(.bytes(Array(damaged.utf8), name: "it"))?.cause == .notACertificate)
        #expect(trusting(.file(try Certificates.pem("both-cas"))) == nil)
        let none = Self.error { () throws(TLSSettingsError) in
            _ = try TLSClientSettings(trustRoots: .files([])).transportSecurity()
        }
        #expect(none?.cause == .noTrustRoots)
    }

    @Test("certificates and keys that cannot be used are named, with what is wrong")
    func identity() throws {
        let server = try Certificates.pem("server")
        let key = try Certificates.key("server")
        #expect(being(TLSIdentity(certificateFile: server, keyFile: key)) == nil)
        let mismatch = being(TLSIdentity(certificateFile: server, keyFile: try Certificates.key("client")))
        #expect(mismatch?.cause == .keyDoesNotFit(key: try Certificates.key("client")))
        #expect(mismatch?.file == server)
        #expect(being(TLSIdentity(certificateFile: server))?.cause == .noPrivateKey)
        #expect(being(TLSIdentity(certificateFile: key, keyFile: key))?.cause == .noCertificate)
        #expect(being(TLSIdentity(certificateFile: server, keyFile: "/nonexistent.key"))?.file == "/nonexistent.key")
        let damaged = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
        #expect(
            being(TLSIdentity(certificates: .file(server), key: .bytes(Array(damaged.utf8), name: "it")))?.cause
                == .notAPrivateKey
        )
    }

    @Test("an encrypted key wants its password", arguments: ["encrypted", "traditional"])
    func passwords(_ name: String) throws {
        let certificate = try Certificates.pem(name == "encrypted" ? "server" : "rsa")
        func error(_ password: (@Sendable () throws -> [UInt8])?) throws -> TLSSettingsError.Cause? {
            let key = try Certificates.key(name)
            return being(TLSIdentity(certificateFile: certificate, keyFile: key, password: password))?.cause
        }
        struct NoPassword: Error, CustomStringConvertible { let description = "the drawer is locked" }
        #expect(try error { Array("open sesame".utf8) } == nil)
        #expect(try error(nil) == .passwordNeeded)
        #expect(try error { Array("Open sesame".utf8) } == .wrongPassword)
        #expect(try error { [] } == .wrongPassword)
        #expect(try error { [UInt8](repeating: 0x78, count: 100_000) } == .wrongPassword)
        #expect(try error { throw NoPassword() } == .passwordUnavailable(detail: "the drawer is locked"))
    }

    @Test("a name to expect is a DNS name")
    func expectedName() throws {
        func error(_ name: String) -> TLSSettingsError.Cause? {
            Self.error { () throws(TLSSettingsError) in
                _ = try TLSClientSettings(trustRoots: .files([]), expectedName: name).transportSecurity()
            }?.cause
        }
        #expect(error("192.0.2.7") == .expectedNameIsAddress("192.0.2.7"))
        #expect(error("::1") == .expectedNameIsAddress("::1"))
        for name in ["", ".", "ris_1.test", "bücher.test", "a\u{0}b", String(repeating: "a", count: 256)] {
            #expect(error(name) == .expectedNameIsNoName(name))
        }
        #expect(error("ris.test") == .noTrustRoots)
    }

    @Test("hosts are told apart: names go into SNI, addresses do not")
    func hosts() {
        #expect(HostName("ris.test.").serverName == "ris.test")
        #expect(HostName("192.0.2.7").serverName == nil)
        #expect(HostName("fe80::1%eth0").serverName == nil)
        #expect(HostName("fe80::1%eth0").text == "fe80::1")
        #expect(HostName("ris").serverName == "ris")
        #expect(HostName("ris_1").isName == false)
    }

    @Test("a name of a certificate is a host's letter by letter, or with * for the first label")
    func matching() {
        #expect(HostName("ris.test.").matches("RIS.test"))
        #expect(HostName("ris.test").matches("*.test"))
        for name in ["*", "*.ris.test", "r*.test", "ris.*", "ris.test.", "", "127.0.0.1", "xris.test"] {
            #expect(!HostName("ris.test").matches(name), "\(name)")
        }
        #expect(!HostName("a.b.test").matches("*.test"))
        #expect(!HostName("ris").matches("*"))
        #expect(!HostName("127.0.0.1").matches("127.0.0.1"))
    }

    @Test("every error says what to do")
    func advice() {
        let causes: [TLSSettingsError.Cause] = [
            .unreadable(detail: "x"), .empty, .noCertificate, .notACertificate, .noPrivateKey, .notAPrivateKey,
            .passwordNeeded, .passwordUnavailable(detail: "x"), .wrongPassword, .keyDoesNotFit(key: "k"), .noTrustRoots,
            .noSystemTrustRoots, .expectedNameIsAddress("x"), .expectedNameIsNoName("x"), .unusable(detail: "x"),
        ]
        let texts = causes.map { TLSSettingsError($0, file: "f").description }
        #expect(Set(texts).count == causes.count)
        #expect(texts.allSatisfy { $0.hasSuffix(".") && $0.contains(". ") })
    }
}
