import DICOMProtocol
import Testing

@testable import DICOMNetworkTLS

@Suite("What stands in a certificate")
struct CertificateDetailsTests {
    private func der(_ name: String) throws -> [UInt8] {
        let path = try Certificates.pem(name)
        let out = try Certificates.path(name + ".out.der")
        _ = try OpenSSL.openssl(["x509", "-in", path, "-outform", "DER", "-out", out])
        return try Certificates.bytes(name + ".out.der")
    }

    @Test(
        "is what OpenSSL reads",
        arguments: ["server", "elsewhere", "expired", "future", "ca", "client", "self", "weak", "rsa", "leaf"]
    )
    func sameAsOpenSSL(_ name: String) throws {
        let details = try #require(CertificateDetails(der: try der(name)))
        let text = try OpenSSL.openssl([
            "x509", "-in", try Certificates.pem(name), "-noout", "-subject", "-issuer", "-fingerprint", "-sha256",
            "-nameopt", "RFC2253", "-dates", "-dateopt", "iso_8601",
        ]).output
        func line(_ key: String) -> String? {
            text.split(separator: "\n").first { $0.lowercased().hasPrefix(key + "=") }.map {
                String($0.dropFirst(key.count + 1))
            }
        }
        func spaced(_ name: String?) -> String? { name?.split(separator: ",").joined(separator: ", ") }
        #expect(details.peer.subject == spaced(line("subject")))
        #expect(details.peer.issuer == spaced(line("issuer")))
        #expect(details.peer.fingerprint == line("sha256 fingerprint")?.filter { $0 != ":" })
        #expect(PeerCertificate.date(details.peer.notBefore).prefix(16) == line("notbefore")?.prefix(16) ?? "")
        #expect(details.peer.expiryDate.prefix(16) == line("notafter")?.prefix(16) ?? "")
    }

    @Test("are the names it is for, its purposes, and the length of an RSA key")
    func extensions() throws {
        let elsewhere = try #require(CertificateDetails(der: try der("elsewhere")))
        #expect(elsewhere.peer.names == ["elsewhere.test", "*.wards.test", "192.0.2.7"])
        #expect(elsewhere.allows(CertificateDetails.serverAuthentication))
        #expect(!elsewhere.allows(CertificateDetails.clientAuthentication))
        #expect(elsewhere.rsaKeyBits == nil)
        let authority = try #require(CertificateDetails(der: try der("ca")))
        #expect(authority.isSelfIssued)
        #expect(authority.extendedKeyUsages == nil)
        #expect(authority.allows(CertificateDetails.clientAuthentication))
        #expect(elsewhere.issuerName == authority.subjectName)
        #expect(CertificateDetails(der: try der("weak"))?.rsaKeyBits == 1_024)
        #expect(CertificateDetails(der: try der("rsa"))?.rsaKeyBits == 2_048)
    }

    @Test("cut short anywhere, it is none; damaged anywhere, it is read or not, and nothing breaks")
    func damaged() throws {
        let whole = try der("server")
        let cut = (0..<whole.count).filter { CertificateDetails(der: Array(whole.prefix($0))) != nil }
        #expect(cut.isEmpty)
        var read = 0
        for index in whole.indices {
            for value in [0, 0x30, 0x80, 0x84, 0xFF] as [UInt8] {
                var bytes = whole
                bytes[index] = value
                if let details = CertificateDetails(der: bytes), details.peer.subject.count < 300 { read += 1 }
            }
        }
        #expect(read > 0)
    }

    @Test("a value cannot pass for several")
    func escaping() throws {
        // CN is "a, O=b".
        let name: [UInt8] = [0x30, 15, 0x31, 13, 0x30, 11, 6, 3, 0x55, 4, 3, 0x0C, 4] + Array("a,=b".utf8)
        var certificate: [UInt8] = [2, 1, 1, 0x30, 0] + name + [0x30, 30]
        certificate += [0x17, 13] + Array("240101000000Z".utf8) + [0x17, 13] + Array("491231235959Z".utf8)
        certificate += name + [0x30, 0]
        let body = [0x30, UInt8(certificate.count)] + certificate
        let details = try #require(CertificateDetails(der: [0x30, UInt8(body.count)] + body))
        #expect(details.peer.subject == "CN=a\\,\\=b")
        #expect(details.peer.expiryDate == "2049-12-31 23:59 UTC")
    }

    @Test("dates are read and written within the years 1 to 9999")
    func dates() {
        func read(_ tag: UInt8, _ text: String) -> Double? {
            var reader = DERReader(([tag, UInt8(text.utf8.count)] + Array(text.utf8))[...])
            return reader.next().flatMap(DERReader.time)
        }
        #expect(read(0x17, "700101000000Z") == 0)
        #expect(read(0x17, "500101000000Z").map(PeerCertificate.date) == "1950-01-01 00:00 UTC")
        #expect(read(0x18, "20240229235959Z").map(PeerCertificate.date) == "2024-02-29 23:59 UTC")
        #expect(read(0x18, "99991231235959Z").map(PeerCertificate.date) == "9999-12-31 23:59 UTC")
        for text in [
            "20230229000000Z", "20240101240000Z", "2024010100000Z", "20240101000000", "2024010100000aZ", "Z", "",
        ] {
            #expect(read(0x18, text) == nil, "\(text)")
        }
        #expect(PeerCertificate.date(.infinity) == "9999-12-31 23:59 UTC")
        #expect(PeerCertificate.date(-.infinity) == "0001-01-01 00:00 UTC")
        #expect(PeerCertificate.date(.nan) == "1970-01-01 00:00 UTC")
    }

    @Test("SHA-256 gives the digests of FIPS 180-4's examples")
    func digests() {
        #expect(
            SHA256.hexadecimal(of: Array("abc".utf8))
                == "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
        )
        #expect(
            SHA256.hexadecimal(of: [])
                == "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
        )
        #expect(
            SHA256.hexadecimal(of: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
                == "248D6A61D20638B8E5C026930C3E6039A33CE45964FF2167F6ECEDD419DB06C1"
        )
        // Around the ends of a block.
        for count in 54...66 {
            let text = String(repeating: "x", count: count)
            #expect(SHA256.digest(of: Array(text.utf8)).count == 32)
        }
    }
}
