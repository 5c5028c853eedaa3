import DICOMData
import DICOMMatching
import Foundation
import Testing

extension Interoperability {
    /// The commands as a shell runs them, against the servers and clients of others.
    @Suite("Our commands")
    struct CommandTests {
        private static func worklist(_ arguments: [String]) async throws -> Program.Result {
            // No configuration of whoever runs the tests may have a say.
            let home = try TemporaryFolder()
            let environment = [
                "HOME": home.path, "XDG_CONFIG_HOME": home.path, "XDG_STATE_HOME": home.path, "TZ": "UTC",
            ]
            let command = try Tools.worklist(arguments)
            return try await Program.run(command.executable, command.arguments, environment: environment)
        }

        private static func address(_ port: Int, title: String = Peers.title) -> String { "\(title)@127.0.0.1:\(port)" }

        private static func find(_ address: String, _ arguments: [String]) async throws -> (Program.Result, Summary) {
            let result = try await worklist(["find", "--to", address, "--summary", "json"] + arguments)
            let line = result.errors.split(separator: "\n").first { $0.hasPrefix("{") } ?? "{}"
            return (result, try JSONDecoder().decode(Summary.self, from: Data(line.utf8)))
        }

        /// `--summary json`.
        struct Summary: Decodable {
            var outcome: String?
            var status: String?
            var matches: Int?
            var rows: Int?
            var error: String?
        }

        @Test("echo answers with exit code 0", arguments: RealServer.allCases)
        func echo(_ server: RealServer) async throws {
            let result = try await Self.worklist(["echo", "--to", Self.address(Peers.running.port(server))])
            #expect(result.code == 0, "\(result.errors)")
            #expect(result.output.contains("Success"))
        }

        @Test("find prints every item as JSON, with the names as they were written", arguments: RealServer.allCases)
        func findAll(_ server: RealServer) async throws {
            let peers = try Peers.running
            let (result, summary) = try await Self.find(
                Self.address(peers.port(server)),
                ["--limit", "0", "--format", "jsonl"]
            )
            #expect(result.code == 0, "\(result.errors)")
            #expect(summary.outcome == "complete")
            #expect(summary.status == "0000")
            #expect(summary.matches == Peers.itemCount)
            #expect(summary.rows == Peers.itemCount)

            struct Row: Decodable {
                var AccessionNumber: String
                var PatientName: String
            }
            let rows = try result.lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
            #expect(rows.count == Peers.itemCount)
            let name = DICOMData.Tag.patientName.compact
            for row in rows {
                let item = try #require(peers.items[row.AccessionNumber])
                if !server.alters(name, of: item) { #expect(row.PatientName == item[name]) }
            }
        }

        @Test("find with keys prints the items that match", arguments: RealServer.allCases)
        func findSome(_ server: RealServer) async throws {
            let peers = try Peers.running
            let arguments = ["-k", "SPS.Modality=MR", "--format", "csv"]
            let (result, summary) = try await Self.find(Self.address(peers.port(server)), arguments)
            let right = KeyedQuery.modality.accessions(among: peers.items)
            #expect(result.code == 0, "\(result.errors)")
            #expect(summary.rows == right.count)
            #expect(result.lines.count == right.count + 1)
            #expect(right.allSatisfy(result.output.contains))
        }

        @Test("find without a match exits with 1", arguments: RealServer.allCases)
        func findNone(_ server: RealServer) async throws {
            let address = try Self.address(Peers.running.port(server))
            let (result, summary) = try await Self.find(address, ["-k", "PatientID=NOBODY"])
            #expect(result.code == 1, "\(result.errors)")
            #expect(summary.outcome == "complete")
            #expect(summary.matches == 0)
        }

        @Test("find --cancel-after exits with 6 and says that it was cancelled", arguments: RealServer.allCases)
        func cancel(_ server: RealServer) async throws {
            let arguments = ["--limit", "0", "--cancel-after", "1", "--format", "none"]
            let (result, summary) = try await Self.find(try Self.address(Peers.running.port(server)), arguments)
            #expect(result.code == 6, "\(result.errors)")
            #expect(summary.outcome == "cancelled")
            #expect(summary.status == "FE00")
            #expect((1..<Peers.itemCount).contains(summary.rows ?? 0))
        }

        @Test(
            "find --limit takes that many rows, exits with 6 and says that there are more",
            arguments: RealServer.allCases
        )
        func limit(_ server: RealServer) async throws {
            let arguments = ["--limit", "10", "--format", "jsonl"]
            let (result, summary) = try await Self.find(try Self.address(Peers.running.port(server)), arguments)
            #expect(result.code == 6, "\(result.errors)")
            #expect(summary.outcome == "limited")
            #expect(summary.rows == 10)
            #expect(result.lines.count == 10)
        }

        @Test("A called AE title that wlmscpfs does not know exits with 4")
        func unknownTitle() async throws {
            let address = try Self.address(Peers.running.port(.wlmscpfs), title: "NOBODY")
            let (result, summary) = try await Self.find(address, [])
            #expect(result.code == 4, "\(result.errors)")
            #expect(summary.outcome == "rejected")
            #expect(result.errors.contains("NOBODY"))
        }

        @Test("A worklist that wlmscpfs cannot read exits with 5 and says A700")
        func failure() async throws {
            let peers = try Peers.running
            // A folder without the lockfile.
            let folder = peers.folder / "BROKEN"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let address = Self.address(peers.port(.wlmscpfs), title: "BROKEN")
            let (result, summary) = try await Self.find(address, [])
            #expect(result.code == 5, "\(result.errors)")
            #expect(summary.outcome == "failed")
            #expect(summary.status == "A700")
        }

        @Test("A port where nobody listens exits with 3")
        func nobodyListens() async throws {
            let port = try #require(Loopback.freePorts(1).first)
            let (result, summary) = try await Self.find(Self.address(port), [])
            #expect(result.code == 3)
            #expect(summary.outcome == "not-connected")
            let echo = try await Self.worklist(["echo", "--to", Self.address(port)])
            #expect(echo.code == 3)
        }

        @Test(
            "Wrong usage exits with 2",
            arguments: [["find", "--to", "nonsense"], ["find", "-k", "NoSuchAttribute=1"]]
        )
        func usage(_ arguments: [String]) async throws {
            let to = arguments.contains("--to") ? [] : ["--to", Self.address(104)]
            let result = try await Self.worklist(arguments + to)
            #expect(result.code == 2)
            #expect(!result.errors.isEmpty)
        }

        @Test("serve answers findscu, echoscu and pynetdicom from a folder of items")
        func serve() async throws {
            let peers = try Peers.running
            let port = try #require(Loopback.freePorts(1).first)
            let command = try Tools.worklist(["serve", "--port", String(port), "--folder", peers.folder.path])
            let program = try Program(command.executable, command.arguments)
            try await program.until("say that it is ready") { program.output.contains("\n") }
            #expect(program.output.contains(String(port)))

            let echo = try await Program.run(
                try Tools.program("echoscu"),
                ["-aec", Peers.title, "127.0.0.1", String(port)]
            )
            #expect(echo.code == 0)
            let modality = KeyedQuery.modality
            let expected = peers.items(asked: modality.query).filter { modality.matches($0.value) }
            let answer = try await Findscu.find(modality.query, port: port)
            #expect(Texts.differences(Texts.values(answer), Texts.values(expected)) == [])
            let responses = try await PynetdicomClient.find(modality.query, port: port)
            #expect(responses.count == expected.count + 1)
            #expect(responses.last?.status == 0x0000)
            await program.stop()
        }
    }
}
