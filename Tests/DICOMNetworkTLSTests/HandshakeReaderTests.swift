import Testing

@testable import DICOMNetworkTLS

@Suite("The plain part of a handshake")
struct HandshakeReaderTests {
    static func hello(_ cipher: UInt16, is13: Bool) -> [UInt8] {
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 0xAB, count: 32) + [4, 1, 2, 3, 4]
        body += [UInt8(cipher >> 8), UInt8(cipher & 0xFF), 0]
        let extensions: [UInt8] = [0, 23, 0, 0] + (is13 ? [0, 43, 0, 2, 3, 4] : [])
        body += [0, UInt8(extensions.count)] + extensions
        return [2, 0, 0, UInt8(body.count)] + body
    }

    static func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [type, 3, 3, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }

    @Test(
        "tells the cipher of TLS 1.2, and that a certificate is asked for; in pieces of any size",
        arguments: [1, 3, 7, 1_000]
    )
    func tls12(_ piece: Int) {
        let wire =
            Self.record(22, Self.hello(0xC030, is13: false) + [11, 0, 0, 3, 0, 0])
            + Self.record(22, [0, 13, 0, 0, 1, 9])
            + Self.record(22, [14, 0, 0, 0]) + [0xFF]
        var reader = HandshakeReader(isFromServer: true)
        for start in stride(from: 0, to: wire.count, by: piece) {
            reader.receive(wire[start..<min(start + piece, wire.count)])
        }
        #expect(reader.cipherSuite == 0xC030)
        #expect(reader.hasCertificateRequest)
        #expect(reader.isDone)
    }

    @Test("tells the cipher of TLS 1.3, the last one if the first hello is asked for again")
    func tls13() {
        var reader = HandshakeReader(isFromServer: true)
        reader.receive(Self.record(22, Self.hello(0x1301, is13: true)) + Self.record(20, [1]))
        #expect(!reader.isDone)
        reader.receive(Self.record(22, Self.hello(0x1302, is13: true)) + Self.record(23, [1, 2, 3]))
        #expect(reader.isDone)
        #expect(reader.cipherSuite.map(CipherSuite.name) == "TLS_AES_256_GCM_SHA384")
        #expect(!reader.hasCertificateRequest)
    }

    @Test("ends with the first encrypted record of TLS 1.2, and with what is no handshake")
    func ends() {
        var reader = HandshakeReader(isFromServer: true)
        reader.receive(
            Self.record(22, Self.hello(0x9C, is13: false)) + Self.record(20, [1]) + Self.record(22, [13, 0, 0, 0])
        )
        #expect(reader.isDone)
        #expect(!reader.hasCertificateRequest)
        var other = HandshakeReader(isFromServer: true)
        other.receive(Array("HTTP/1.1 400 Bad Request".utf8))
        #expect(other.isDone)
        #expect(other.cipherSuite == nil)
        var endless = HandshakeReader(isFromServer: true)
        for _ in 0..<100 { endless.receive(Self.record(22, [UInt8](repeating: 0xFF, count: 16_000))) }
        #expect(endless.isDone)
    }

    @Test("tells an alert that is not encrypted, of either side")
    func alerts() {
        var server = HandshakeReader(isFromServer: true)
        server.receive(Self.record(22, Self.hello(0x1301, is13: true)) + Self.record(21, [2, 40]))
        #expect(server.alert == 40)
        var client = HandshakeReader(isFromServer: false)
        client.receive(Self.record(22, [1, 0, 0, 1, 9]) + Self.record(20, [1]) + Self.record(21, [2, 48]))
        #expect(client.alert == 48)
        #expect(client.isDone)
        var encrypted = HandshakeReader(isFromServer: false)
        encrypted.receive(Self.record(22, [1, 0, 0, 1, 9]) + Self.record(23, [2, 48]) + Self.record(21, [2, 48]))
        #expect(encrypted.alert == nil)
    }

    @Test("damaged anywhere, it is read or not, and nothing breaks")
    func damaged() {
        let wire = Self.record(22, Self.hello(0x1302, is13: true))
        for index in wire.indices {
            for value in [0, 1, 0x20, 0x7F, 0x80, 0xFF] as [UInt8] {
                var bytes = wire
                bytes[index] = value
                var reader = HandshakeReader(isFromServer: true)
                reader.receive(bytes)
                reader.receive(bytes.prefix(index))
            }
        }
        #expect(CipherSuite.name(0x0A) == "0x000A")
    }
}
