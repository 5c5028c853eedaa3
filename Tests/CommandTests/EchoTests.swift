import Foundation
import Testing

extension Commands {
    @Suite("echo")
    struct EchoTests {
        @Test("shows a time for each stage, and the server's software")
        func stages() async throws {
            let peer = try Peer.server(matches: [])
            let result = try await Program.run(["echo", "--to", peer.address, "--as", "CT01"])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.errors == "")
            #expect(result.lines.first == "C-ECHO to \(peer.address) as CT01")
            let times = result.lines.dropFirst().dropLast()
            #expect(
                times.map { $0.split(separator: " ").dropLast(2).joined(separator: " ") }
                    == ["look up", "connect", "associate", "C-ECHO"]
            )
            for line in times {
                let words = line.split(separator: " ")
                #expect(words.last == "ms")
                let time = try #require(words.dropLast().last.flatMap { Double($0) })
                #expect(time >= 0)
            }
            #expect(result.lines.last?.hasPrefix("Success") == true)
            #expect(result.lines.last?.contains("TESTPEER") == true)
            #expect(peer.events.prefix(3) == ["associate CT01 > RIS", "echo", "release"])
        }

        @Test("a failure status is exit code 5, in words")
        func failure() async throws {
            let peer = try Peer { connection in
                try connection.accept()
                let query = try connection.receiveRequest()
                try connection.send(Wire.echoResponse(query, status: 0x0122))
                try connection.drain()
            }
            let result = try await Program.run(["echo", "--to", peer.address])
            #expect(result.code == 5)
            #expect(result.errors.contains("0122: refused: SOP class not supported"), "\(result.errors)")
            #expect(result.output.contains("C-ECHO"), "the stages that went well are shown")
        }

        @Test("a server that does not answer C-ECHO is exit code 3, after --timeout")
        func silent() async throws {
            let peer = try Peer { connection in
                try connection.accept()
                try connection.drain()
            }
            let result = try await Program.run(["echo", "--to", peer.address, "--timeout", "1"])
            #expect(result.code == 3)
            #expect(result.errors.contains("did not answer C-ECHO within 1"), "\(result.errors)")
            #expect(result.errors.contains("--timeout"))
            #expect(result.output.contains("associate"), "the stages that went well are shown")
        }

        @Test("a server that aborts or goes away is exit code 3", arguments: [true, false])
        func ended(_ aborts: Bool) async throws {
            let peer = try Peer { connection in
                try connection.accept()
                _ = try connection.receiveRequest()
                if aborts { try connection.send(Wire.abort(source: 2, reason: 1)) }
            }
            let result = try await Program.run(["echo", "--to", peer.address])
            #expect(result.code == 3)
            #expect(result.errors.contains(aborts ? "aborted the association" : "lost"), "\(result.errors)")
            #expect(result.errors.contains("before C-ECHO was answered"))
        }
    }
}
