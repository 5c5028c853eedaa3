import DICOMNetwork
import DICOMProtocol
import Testing

@testable import DICOMNetworkTLS

@Suite("A handshake that fails")
struct HandshakeFailureTests {
    @Test("with a plain DICOM server: the client says so, and the server too")
    func plainServer() async throws {
        let journal = Journal()
        try await withServer(nil, journal: journal) { server in
            let failure = try await refusal(server.port, try .standard())
            #expect(failure.kind == .peerSpeaksPlain, "\(failure)")
            #expect(failure.description.contains("unencrypted DICOM instead of TLS"), "\(failure)")
            try await eventually("the end at the server") { !journal.ends.isEmpty }
            #expect(journal.ends == ["the peer speaks TLS"])
            let association = try await Association.connect(configuration(server.port, nil))
            await association.release()
        }
    }

    @Test("with a plain DICOM client: both say so")
    func plainClient() async throws {
        let journal = Journal()
        try await withServer(try TLSServerSettings.named("server").transportSecurity(), journal: journal) { server in
            let failure = await #expect(throws: AssociationFailure.self) {
                try await Association.connect(configuration(server.port, nil))
            }
            #expect(failure?.cause == .peerSpeaksTLS, "\(failure.map { "\($0)" } ?? "none")")
            try await eventually("the end at the server") { !journal.ends.isEmpty }
            #expect(journal.ends.first?.contains("the client sent unencrypted DICOM, but this port wants TLS") == true)
            try await echo(server.port, try .standard())
        }
    }

    @Test(
        "with something that is no TLS: known by its first bytes, even by one",
        arguments: [
            ("SSH-2.0-OpenSSH_9.2\r\n", "something that is not TLS"), ("H", "something that is not TLS"),
            ("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "something that is not TLS"),
            ("\u{7}\0\0\0\0\u{4}\0\0\u{2}\u{2}", "unencrypted DICOM"), ("\u{3}", "unencrypted DICOM"),
        ]
    )
    func notTLS(_ answer: String, _ words: String) async throws {
        let peer = try RawPeer { connection in
            _ = connection.receive()
            connection.send(Array(answer.utf8))
            _ = connection.receiveToEnd()
        }
        let failure = try await refusal(peer.port, try .standard())
        #expect(failure.kind == .peerSpeaksPlain, "\(failure)")
        #expect(failure.description.contains(words), "\(failure)")
    }

    @Test("with a server that closes at once, or breaks the connection", arguments: [true, false])
    func closed(_ resets: Bool) async throws {
        let peer = try RawPeer { connection in
            _ = connection.receive()
            if resets { connection.resetOnClose() }
        }
        let failure = try await refusal(peer.port, try .standard())
        #expect(failure.kind == .closed, "\(failure)")
        #expect(failure.description.contains("in the middle of the TLS handshake"), "\(failure)")
        #expect(failure.description.contains("without TLS"), "\(failure)")
    }

    @Test("with a server that breaks off within its first record")
    func truncated() async throws {
        let peer = try RawPeer { connection in
            _ = connection.receive()
            connection.send([22, 3, 3, 0, 90, 2, 0, 0, 86])
        }
        #expect(try await refusal(peer.port, try .standard()).kind == .closed)
    }

    @Test("with a server that sends a damaged ServerHello")
    func damaged() async throws {
        let peer = try RawPeer { connection in
            _ = connection.receive()
            connection.send([22, 3, 3, 0, 6, 2, 0, 0, 2, 3, 3])
            _ = connection.receiveToEnd()
        }
        let failure = try await refusal(peer.port, try .standard())
        #expect(failure.kind == .other, "\(failure)")
        #expect(failure.summary.contains("TLS handshake failed"), "\(failure)")
    }

    @Test("with a silent server: within its time, and no longer")
    func silent() async throws {
        let peer = try RawPeer { connection in _ = connection.receiveToEnd() }
        var settings = try TLSClientSettings.standard()
        settings.handshakeTimeout = 0.2
        let start = ContinuousClock.now
        let failure = try await refusal(peer.port, settings)
        #expect(failure.kind == .handshakeTimedOut, "\(failure)")
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("silent clients hold up nobody")
    func silentClients() async throws {
        let journal = Journal()
        var settings = try TLSServerSettings.named("server")
        settings.handshakeTimeout = 60
        try await withServer(try settings.transportSecurity(), journal: journal) { server in
            let silent = try (0..<20).map { _ in try RawConnection(connectingTo: server.port) }
            // One has begun.
            silent[0].send([22, 3, 1, 0, 200, 1])
            try await echo(server.port, try .standard())
            try await eventually("the end of the one that spoke") { !journal.ends.isEmpty }
            #expect(journal.ends == ["the peer released the association"])
            withExtendedLifetime(silent) {}
        }
    }

    @Test("silent clients are closed in their time")
    func silentClientsEnd() async throws {
        let journal = Journal()
        var settings = try TLSServerSettings.named("server")
        settings.handshakeTimeout = 0.2
        try await withServer(try settings.transportSecurity(), journal: journal) { server in
            let silent = try (0..<20).map { _ in try RawConnection(connectingTo: server.port) }
            silent[0].send([22, 3, 1, 0, 200, 1])
            try await eventually("all are closed") { journal.ends.count == 20 }
            #expect(
                journal.ends.allSatisfy { $0.contains("did not finish the TLS handshake within 0.2 s") },
                "\(journal.ends)"
            )
            let ends = try await blocking { silent.map { $0.receiveToEnd().count } }
            #expect(ends.count == 20)
        }
    }

    @Test("for want of a common version")
    func versions() async throws {
        var old = try TLSServerSettings.named("rsa")
        old.profile = .aes
        let journal = Journal()
        try await withServer(try old.transportSecurity(), journal: journal) { server in
            let failure = try await refusal(server.port, try .standard())
            #expect(failure.kind == .noCommonVersionOrCipher, "\(failure)")
            #expect(failure.summary.contains("bcp195-8996 (TLS 1.2 or later)"), "\(failure)")
            try await eventually("the end at the server") { !journal.ends.isEmpty }
            #expect(journal.ends.first?.contains("no TLS version or cipher in common") == true, "\(journal.ends)")
            var client = try TLSClientSettings.standard()
            client.profile = .bcp195
            try await echo(server.port, client)
        }
    }

    @Test("for want of a version: RFC 8996 forbids TLS 1.1, and OpenSSL's client is refused with it")
    func oldClient() async throws {
        try await withServer(try TLSServerSettings.named("rsa").transportSecurity()) { server in
            let port = server.port
            let result = try await blocking {
                try OpenSSL.openssl([
                    "s_client", "-connect", "127.0.0.1:\(port)", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0",
                ])
            }
            #expect(result.output.contains("protocol version"), "\(result.output)")
        }
        var settings = try TLSServerSettings.named("rsa")
        settings.profile = .bcp195
        try await withServer(try settings.transportSecurity()) { server in
            let port = server.port
            let result = try await blocking {
                try OpenSSL.openssl([
                    "s_client", "-connect", "127.0.0.1:\(port)", "-tls1", "-cipher", "DEFAULT:@SECLEVEL=0",
                ])
            }
            #expect(result.output.contains("Protocol  : TLSv1\n"), "\(result.output)")
        }
    }

    @Test("a resumed session is as good as a new one", arguments: Version.allCases)
    func resumed(_ version: Version) async throws {
        try await withServer(try TLSServerSettings.mutual().transportSecurity()) { server in
            let port = server.port
            let session = try Certificates.path("session-\(version).pem")
            let common = [
                "s_client", "-connect", "127.0.0.1:\(port)", version == .tls12 ? "-tls1_2" : "-tls1_3", "-CAfile",
                try Certificates.pem("ca"), "-cert", try Certificates.pem("client"), "-key",
                try Certificates.key("client"),
                "-ign_eof",
            ]
            // An abort before any association: the server closes.
            let input: [UInt8] = [7, 0, 0, 0, 0, 4, 0, 0, 0, 0]
            let first = try await blocking { try OpenSSL.openssl(common + ["-sess_out", session], input: input) }
            #expect(first.output.contains("Verify return code: 0"), "\(first.output)")
            let second = try await blocking { try OpenSSL.openssl(common + ["-sess_in", session], input: input) }
            #expect(second.output.contains("Reused, TLSv1"), "\(second.output)")
            try await eventually("the server is free") { server.associationCount == 0 }
        }
    }

    @Test("stopping before it is through says that it was stopped")
    func stopped() async throws {
        let peer = try RawPeer { connection in _ = connection.receiveToEnd() }
        let security = try TLSClientSettings.standard().transportSecurity()
        let port = peer.port
        let task = Task {
            try await Association.connect(configuration(port, security)) { stage in
                if stage == .securing { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        let failure = await #expect(throws: AssociationFailure.self) { try await task.value }
        #expect(failure?.cause == .cancelled)
    }
}
