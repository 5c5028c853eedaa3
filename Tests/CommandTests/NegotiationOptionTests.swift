import Foundation
import Testing

extension Commands {
    /// Who the user is, options of the query, transfer syntaxes, and the trace.
    @Suite("negotiation")
    struct NegotiationOptionTests {
        private static func serve(_ arguments: [String] = []) async throws -> (Child, String) {
            let child = try Program.start(["serve", "--port", "0", "--items", "7"] + arguments)
            try await child.until("be ready") { $0.output.contains("\n") }
            let words = child.output.split(separator: " ")
            let index = try #require(words.firstIndex(of: "port"))
            let port = try #require(Int(words[words.index(after: index)].prefix { $0.isNumber }))
            return (child, "RIS@127.0.0.1:\(port)")
        }

        @Test("echo --repeat shows a time for each, on one association")
        func repeated() async throws {
            let peer = try Peer.server(matches: [])
            let result = try await Program.run(["echo", "--to", peer.address, "--repeat", "3"])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.lines.count { $0.hasPrefix("  C-ECHO ") } == 3)
            #expect(peer.events.count { $0 == "echo" } == 3)
            #expect(peer.events.count { $0.hasPrefix("associate") } == 1)
        }

        @Test("--trace tells on standard error what happens, and no patient data")
        func trace() async throws {
            let (server, address) = try await Self.serve()
            let result = try await Program.run([
                "find", "--to", address, "--trace", "--format", "jsonl", "-k", "PatientName=*", "--user",
                "radiographer",
            ])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.lines.count == 7)
            let trace = result.errors.split(separator: "\n").map { line in
                line.split(separator: " ", omittingEmptySubsequences: true).dropFirst(2).joined(separator: " ")
            }
            let expected = [
                "connection opened", "association requested", "sent A-ASSOCIATE-RQ", "received A-ASSOCIATE-AC",
                "association accepted, 1 of 1 contexts", "association established",
            ]
            #expect(Array(trace.prefix(6)) == expected)
            #expect(trace.contains { $0.hasPrefix("sent C-FIND-RQ 1, ") })
            #expect(trace.count { $0.hasPrefix("received C-FIND-RSP 1, FF00, ") } == 7)
            #expect(trace.contains("received C-FIND-RSP 1, 0000"))
            #expect(Array(trace.suffix(2)) == ["association released", "connection closed"])
            #expect(!result.errors.contains("^") && !result.errors.contains("radiographer"))
            server.kill()
        }

        @Test("--transfer-syntax sets what is proposed, in that order", arguments: ["deflated", "big-endian,implicit"])
        func transferSyntax(_ list: String) async throws {
            let (server, address) = try await Self.serve()
            let plain = try await Program.run(["find", "--to", address, "--format", "jsonl"])
            let result = try await Program.run([
                "find", "--to", address, "--format", "jsonl", "--transfer-syntax", list,
            ])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.lines.count == 7)
            #expect(result.output == plain.output)
            server.kill()
        }

        @Test("a secret does not leave without TLS, and the words say how it may")
        func secrets() async throws {
            let folder = try TemporaryFolder()
            let password = try folder.write("open sesame\n", to: "password")
            let peer = try Peer.server(matches: [])
            let refused = try await Program.run([
                "echo", "--to", peer.address, "--user", "radiographer", "--password-file", password,
            ])
            #expect(refused.code == 2, "\(refused.everything)")
            #expect(refused.errors.contains("unencrypted") && refused.errors.contains("--tls"))
            #expect(!refused.everything.contains("sesame"))
            #expect(peer.events.isEmpty)
            let unchecked = try await Program.run([
                "echo", "--to", peer.address, "--identity-file", "jwt:" + password, "--tls-accept-any-certificate",
            ])
            #expect(unchecked.code == 2, "\(unchecked.everything)")
            #expect(unchecked.errors.contains("--tls-accept-any-certificate"))
            let forced = try await Program.run([
                "echo", "--to", peer.address, "--user", "radiographer", "--password-file", password,
                "--identity-unencrypted",
            ])
            #expect(forced.code == 0, "\(forced.everything)")
        }

        @Test(
            "what is not understood is a mistake in usage, exit code 2, and nothing is sent",
            arguments: [
                ["--query-options", "fuzzy,wrong"], ["--transfer-syntax", "jpeg"], ["--transfer-syntax", ""],
                ["--identity-file", "basic:/etc/hostname"], ["--password-file", "/etc/hostname"],
                ["--user", "a", "--identity-file", "jwt:/etc/hostname"],
                ["--user", "a", "--password-file", "/none/such"],
                ["--repeat", "0"],
            ]
        )
        func usage(_ arguments: [String]) async throws {
            let peer = try Peer.server(matches: [])
            let result = try await Program.run(["echo", "--to", peer.address] + arguments)
            #expect(result.code == 2, "\(result.everything)")
            #expect(!result.errors.isEmpty)
            #expect(peer.events.isEmpty)
        }

        @Test("every query service of the standard can be asked by its name, with keys of its own")
        func models() async throws {
            for (model, sopClass) in [
                ("ups-pull", "1.2.840.10008.5.1.4.34.6.3"), ("relevant-patient", "1.2.840.10008.5.1.4.37.1"),
                ("hanging-protocol", "1.2.840.10008.5.1.4.38.2"), ("patient-study", "1.2.840.10008.5.1.4.1.2.3.1"),
            ] {
                let peer = try Peer.server(matches: [])
                let named = try await Program.run(["find", "--to", peer.address, "--model", model])
                #expect(named.code == 1, "\(model): \(named.everything)")
                let byUID = try await Program.run([
                    "find", "--to", peer.address, "--model", sopClass, "-k", "PatientID",
                ])
                #expect(byUID.code == 1, "\(model): \(byUID.everything)")
            }
        }
    }
}
