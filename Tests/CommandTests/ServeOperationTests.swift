import Foundation
import Testing

extension Commands {
    /// `worklist serve` as a service: its file, its log, its counters, its signals.
    @Suite("serve as a service")
    struct ServeOperationTests {
        private static func start(_ arguments: [String]) async throws -> (Child, Int) {
            let child = try Program.start(["serve"] + arguments)
            try await child.until("be ready") { $0.output.contains("\n") }
            let words = child.output.split(separator: " ")
            let index = try #require(words.firstIndex(of: "port"))
            let digits = words[words.index(after: index)].prefix { $0.isNumber }
            return (child, try #require(Int(digits)))
        }

        private static func find(
            _ port: Int,
            called: String = "RIS",
            calling: String = "CT01",
            _ arguments: [String] = []
        ) async throws -> Child.Result {
            try await Program.run(
                ["find", "--to", "\(called)@127.0.0.1:\(port)", "--as", calling, "--format", "jsonl"] + arguments
            )
        }

        @Test("the file says what to serve and whom to let in; the right reason is told to those who are kept out")
        func file() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write(
                """
                port = 0
                ae = ["RIS", "RIS2"]
                items = 20
                models = "worklist"
                [limits]
                rows = 15
                [[allow]]
                calling = ["CT01", "CT02"]
                address = ["127.0.0.0/8"]
                called = "RIS"
                [[allow]]
                calling = "FAR"
                address = "192.0.2.0/24"
                """,
                to: "serve.toml"
            )
            let (server, port) = try await Self.start(["--config", path])
            #expect(server.output.contains("RIS, RIS2"), "\(server.output)")
            let few = try await Self.find(port, ["-k", "SPS.Modality=CT"])
            #expect(few.code < 2, "\(few.everything)")
            let many = try await Self.find(port)
            #expect(many.code == 5, "\(many.everything)")
            #expect(many.lines.count == 15)
            #expect(many.errors.contains("A700") && many.errors.contains("more than 15 matches"), "\(many.errors)")
            for (called, calling, reason) in [
                ("RIS2", "CT01", "called AE title"), ("OTHER", "CT01", "called AE title"),
                ("RIS", "MR01", "calling AE title"), ("RIS", "FAR", "calling AE title"),
            ] {
                let refused = try await Self.find(port, called: called, calling: calling)
                #expect(refused.code == 4, "\(called) \(calling): \(refused.everything)")
                #expect(refused.errors.contains(reason), "\(refused.errors)")
            }
            #expect(try await Self.find(port, ["--model", "study", "-k", "PatientID="]).code == 4)
            server.signal(SIGTERM)
            #expect(try await server.result().code == 0)
        }

        @Test("flags win over the file")
        func flags() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write("port = 1\nae = \"FILE\"\nitems = 20\n", to: "serve.toml")
            let (server, port) = try await Self.start(["--config", path, "--port", "0", "--ae", "RIS", "--items", "3"])
            #expect(try await Self.find(port).lines.count == 3)
            server.kill()
        }

        @Test("every mistake of the file is told at once with its line and what is expected, and nothing is served")
        func mistakes() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write(
                """
                port = 70000
                colour = "red"
                ae = "A-TITLE-THAT-IS-TOO-LONG"
                quirks = ["fast"]
                [limits]
                rows = 0
                idle = "long"
                [[allow]]
                address = "10.0.0.0/99"
                [log]
                level = "loud"
                [tls]
                key = "k.pem"
                """,
                to: "serve.toml"
            )
            let result = try await Program.run(["serve", "--config", path])
            #expect(result.code == 2)
            #expect(result.output == "")
            for (line, words) in [
                (1, "port"), (2, "colour"), (3, "A-TITLE"), (4, "fast"), (6, "rows"), (7, "idle"), (9, "10.0.0.0/99"),
                (11, "loud"), (12, "certificate"),
            ] {
                let place = "serve.toml:\(line): "
                let problem = result.errors.components(separatedBy: "; ").first { $0.contains(place) }
                #expect(problem?.contains(words) == true, "\(line): \(result.errors)")
            }
            let missing = try await Program.run(["serve", "--config", folder / "none.toml"])
            #expect(missing.code == 2)
            #expect(missing.errors.contains("none.toml"))
        }

        @Test("the log has a line for each association, query and rejection, in JSON if asked, and no patient data")
        func log() async throws {
            let folder = try TemporaryFolder()
            let log = folder / "server.log"
            let (server, port) = try await Self.start([
                "--port", "0", "--ae", "RIS", "--items", "50", "--log-level", "info", "--log-format", "json",
                "--log-file", log,
            ])
            let all = try await Self.find(port)
            #expect(all.lines.count == 50)
            _ = try await Self.find(
                port,
                ["-k", "PatientName=SMITH*", "-k", "PatientID=SECRET1", "-k", "SPS.Modality=CT"]
            )
            _ = try await Self.find(port, called: "WRONG")
            server.signal(SIGTERM)
            #expect(try await server.result().code == 0)
            let text = try folder.read("server.log")
            let lines = try text.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            func lines(_ event: String) -> [[String: Any]] { lines.filter { $0["event"] as? String == event } }
            let queries = lines("query")
            #expect(queries.count == 2)
            #expect(queries.first?["matches"] as? Int == 50)
            #expect(queries.first?["status"] as? String == "0000")
            #expect(queries.first?["model"] as? String == "worklist")
            #expect(queries.first?["ms"] is Double)
            #expect(
                queries.last?["keys"] as? String
                    == "PatientName:wildcard PatientID:single ScheduledProcedureStepSequence.Modality:single"
            )
            #expect(lines("association").count == 2)
            #expect(lines("association").first?["calling"] as? String == "CT01")
            let rejected = lines("association rejected")
            #expect(rejected.count == 1)
            #expect(rejected.first?["told"] as? String == "1/1/7")
            for secret in ["SMITH", "SECRET1", "O'CONNOR"] { #expect(!text.contains(secret)) }
            for line in all.lines {
                let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                for (_, value) in row {
                    guard let value = value as? String, value.count > 5 else { continue }
                    #expect(!text.contains(value))
                }
            }
            let mode = try FileManager.default.attributesOfItem(atPath: log)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }

        @Test("text from outside cannot break a line of the log")
        func hostileTitles() async throws {
            let (server, port) = try await Self.start(["--port", "0", "--ae", "RIS", "--items", "1"])
            _ = try await Self.find(port, called: "A\" B=C")
            try await server.until("say it") { $0.errors.contains("association rejected") }
            #expect(server.errors.split(separator: "\n").count == 1)
            #expect(server.errors.contains(#"called="A\" B=C""#), "\(server.errors)")
            server.kill()
        }

        @Test("HUP takes a new configuration, keeps the old one if the new is broken, and says which")
        func reload() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write("port = 0\nae = \"RIS\"\nitems = 3\n", to: "serve.toml")
            let (server, port) = try await Self.start(["--config", path])
            #expect(try await Self.find(port).lines.count == 3)

            try folder.write("port = 0\nae = \"RIS\"\nitems = none\n", to: "serve.toml")
            server.signal(SIGHUP)
            try await server.until("keep the old one") { $0.errors.contains("the old one stays") }
            #expect(server.errors.contains("serve.toml:3"), "\(server.errors)")
            #expect(try await Self.find(port).lines.count == 3)

            try folder.write("port = 0\nae = \"PACS\"\nitems = 5\n", to: "serve.toml")
            server.signal(SIGHUP)
            try await server.until("take the new one") { $0.errors.contains("configuration read anew") }
            #expect(try await Self.find(port).code == 4)
            #expect(try await Self.find(port, called: "PACS").lines.count == 5)
            server.signal(SIGTERM)
            #expect(try await server.result().code == 0)
        }

        @Test("TERM lets a query under way end, and a second one does not wait for it")
        func peace() async throws {
            for isImpatient in [false, true] {
                let (server, port) = try await Self.start([
                    "--port", "0", "--items", "12", "--quirk", "slow=150", "--grace", "30",
                ])
                let client = try Program.start(["find", "--to", "RIS@127.0.0.1:\(port)", "--format", "jsonl"])
                try await client.until("get a row") { $0.output.contains("\n") }
                server.signal(SIGTERM)
                if isImpatient { server.signal(SIGTERM) }
                let rows = try await client.result()
                #expect(rows.code == (isImpatient ? 6 : 0), "\(rows.everything)")
                if !isImpatient { #expect(rows.lines.count == 12) }
                #expect(try await server.result().code == 0)
            }
        }

        @Test("--metrics counts on the loopback")
        func metrics() async throws {
            let (server, port) = try await Self.start(["--port", "0", "--ae", "RIS", "--items", "7", "--metrics", "0"])
            let address = try #require(server.output.firstMatch(of: #/http://127\.0\.0\.1:(\d+)/metrics/#))
            _ = try await Self.find(port)
            _ = try await Self.find(port, called: "WRONG")
            let url = try #require(URL(string: "http://127.0.0.1:\(address.1)/metrics"))
            try await until("all are counted") {
                let text = String(decoding: try await URLSession.shared.data(from: url).0, as: UTF8.self)
                return [
                    "worklist_associations 0", "worklist_associations_total 1",
                    "worklist_rejections_total{reason=\"1/1/7\"} 1", "worklist_matches_total 7", "worklist_items 7",
                    "worklist_queries_total{model=\"worklist\",status=\"0000\"} 1", "worklist_query_seconds_count 1",
                ].allSatisfy { text.contains($0 + "\n") }
            }
            let other = try #require(URL(string: "http://127.0.0.1:\(address.1)/other"))
            let (_, response) = try await URLSession.shared.data(from: other)
            #expect((response as? HTTPURLResponse)?.statusCode == 404)
            server.kill()
        }

        @Test("--max-seconds ends a slow query with A700, and too many queries are answered so as well")
        func limits() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write("port = 0\nitems = 50\n[limits]\nqueries_per_second = 0.01\n", to: "serve.toml")
            let (server, port) = try await Self.start([
                "--config", path, "--max-seconds", "0.3", "--quirk", "slow=50",
            ])
            let slow = try await Self.find(port)
            #expect(slow.code == 5)
            #expect(slow.errors.contains("not done after 0.3 s"), "\(slow.errors)")
            let soon = try await Self.find(port)
            #expect(soon.code == 5)
            #expect(soon.errors.contains("ask less often"), "\(soon.errors)")
            server.kill()
        }

        @Test("the sample file is right, also with all of its examples taken in")
        func sample() async throws {
            let sample = try await Program.run(["serve", "--sample-config"])
            #expect(sample.code == 0)
            let folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: folder / "worklists", withIntermediateDirectories: true)
            let path = try folder.write(sample.output, to: "serve.toml")
            let (server, _) = try await Self.start(["--config", path, "--host", "127.0.0.1", "--port", "0"])
            #expect(server.output.contains("RISMWL"))
            server.kill()

            // Two of them exclude each other, and there is no certificate: that is all that may be wrong.
            let examples = sample.output.replacing(#/(?m)^# (?=[a-z_]+ = |\[)/#, with: "")
            try folder.write(examples, to: "serve.toml")
            let all = try await Program.run(["serve", "--config", path, "--host", "127.0.0.1", "--port", "0"])
            #expect(all.code == 2)
            #expect(all.errors.contains("use either folder or store"), "\(all.errors)")
            #expect(!all.errors.contains("; "), "\(all.errors)")
        }

        @Test("the ready line tells what is played")
        func personality() async throws {
            let (server, _) = try await Self.start([
                "--port", "0", "--like", "orthanc", "--quirk", "ff01", "--quirk", "slow=1",
            ])
            #expect(server.output.contains("like orthanc, quirks ff01, slow=1"), "\(server.output)")
            server.kill()
            for wrong in [["--like", "nobody"], ["--quirk", "nothing"], ["--quirk", "ff01=2"]] {
                #expect(try await Program.run(["serve"] + wrong).code == 2)
            }
        }
    }
}
