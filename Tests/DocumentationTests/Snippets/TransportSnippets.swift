import DICOMData
import DICOMNetwork
import DICOMNetworkTLS
import DICOMProtocol
import Foundation
import Testing

/// The listings about TLS, run with certificates made for the test.
@Suite("Listings: the transport")
struct TransportSnippets {
    @Test("A query over TLS, with certificates on both sides")
    func mutual() async throws {
        let files = try await Certificates.make()
        var configuration = ServerConfiguration(
            port: 0,
            policy: ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        )
        let (authority, certificate, key) = (files.authority, files.certificate, files.key)
        // snippet: tls-server
        let serverSettings = TLSServerSettings(
            identity: TLSIdentity(certificateFile: certificate, keyFile: key),
            clientCertificates: .required,
            trustRoots: .files([authority])
        )
        configuration.security = try serverSettings.transportSecurity()
        // end
        let server = try await DICOMServer.start(configuration)
        server.bindFind(matches(2))
        var caller = client(of: server)
        caller.host = "localhost"
        // snippet: tls-client
        let clientSettings = TLSClientSettings(
            trustRoots: .files([authority]),
            identity: TLSIdentity(certificateFile: certificate, keyFile: key)
        )
        caller.security = try clientSettings.transportSecurity()
        let association = try await Association.connect(caller)
        // end
        #expect(association.secureTransport?.version == "TLS 1.3")
        #expect(server.associations.first?.secureTransport?.peerCertificate != nil)
        let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
        #expect(await find.everything().ids == ["0", "1"])
        await association.release()

        let anonymous = TLSClientSettings(trustRoots: .files([authority]))
        caller.security = try anonymous.transportSecurity()
        await #expect {
            _ = try await Association.connect(caller)
        } throws: { error in
            guard case .notSecure(let failure) = (error as? AssociationFailure)?.cause else { return false }
            return failure.kind == .certificateRequired
        }
        await server.stop()
    }
}

/// A certificate for localhost that is its own authority.
private struct Certificates {
    private let folder: TemporaryFolder
    var authority: String { certificate }
    var certificate: String { folder.url.appending(path: "certificate.pem").path }
    var key: String { folder.url.appending(path: "key.pem").path }

    static func make() async throws -> Certificates {
        let files = Certificates(folder: try TemporaryFolder())
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", files.key,
            "-out", files.certificate,
        ]
        let result = try await ExampleProgram(path: try ExampleProgram.tool("openssl"), arguments).result()
        guard result.code == 0 else { throw Repository.Missing(what: "a certificate: \(result.errors)") }
        return files
    }
}
