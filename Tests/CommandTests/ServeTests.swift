import Foundation
import Testing

extension Commands {
    @Suite("serve")
    struct ServeTests {
        /// A server that is ready, and its port.
        private static func start(_ arguments: [String]) async throws -> (Child, Int) {
            let child = try Program.start(["serve", "--port", "0"] + arguments)
            try await child.until("be ready") { $0.output.contains("\n") }
            let words = child.output.split(separator: " ")
            let index = try #require(words.firstIndex(of: "port"))
            let digits = words[words.index(after: index)].prefix { $0.isNumber }
            return (child, try #require(Int(digits)))
        }

        private static func find(_ port: Int, title: String = "ANY", _ arguments: [String] = []) async throws
            -> Child.Result
        {
            try await Program.run(["find", "--to", "\(title)@127.0.0.1:\(port)", "--format", "jsonl"] + arguments)
        }

        @Test(
            "prints one line when it is ready, answers, and ends with 0 on TERM and on Ctrl-C",
            arguments: [
                SIGTERM, SIGINT,
            ]
        )
        func life(_ signal: Int32) async throws {
            let (child, port) = try await Self.start(["--items", "25"])
            #expect(child.output.split(separator: "\n").count == 1)
            for word in ["worklist server ready", "any AE title", "127.0.0.1", "\(port)", "25 items"] {
                #expect(child.output.contains(word), "\(child.output)")
            }
            #expect(try await Program.run(["echo", "--to", "ANY@127.0.0.1:\(port)"]).code == 0)
            let all = try await Self.find(port)
            #expect(all.code == 0)
            #expect(all.lines.count == 25)
            let none = try await Self.find(port, ["-k", "PatientID=NOBODY"])
            #expect(none.code == 1)
            child.signal(signal)
            let result = try await child.result()
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output.split(separator: "\n").count == 1)
            #expect(result.errors == "")
        }

        @Test("stops at once on a signal that comes with the ready line")
        func early() async throws {
            let child = try Program.start(["serve", "--port", "0", "--items", "1"])
            try await child.until("be ready") { !$0.output.isEmpty }
            child.signal(SIGTERM)
            #expect(try await child.result().code == 0)
        }

        @Test("stops although a client keeps its connection open")
        func openConnection() async throws {
            let (child, port) = try await Self.start(["--items", "1"])
            let client = try Child(
                try Program.tool("bash"),
                ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port) && echo connected && exec sleep 60"],
                environment: Program.environment(home: "/")
            )
            try await client.until("connect") { !$0.output.isEmpty }
            child.signal(SIGTERM)
            #expect(try await child.result(within: 10).code == 0)
        }

        @Test("--max-associations refuses those beyond, who are told to try again")
        func tooMany() async throws {
            let (server, port) = try await Self.start(["--items", "1", "--max-associations", "1"])
            let client = try Connection(associatingWith: port)
            let refused = try await Self.find(port)
            #expect(refused.code == 4, "\(refused.everything)")
            #expect(refused.errors.contains("limit"), "\(refused.errors)")
            client.close()
            // The server may not have seen the end of the other yet.
            try await until("room for another") { try await Self.find(port).code == 0 }
            server.kill()
        }

        @Test("the same seed gives the same schedule, another one another")
        func seed() async throws {
            var answers: [String] = []
            for seed in ["7", "7", "8"] {
                let (child, port) = try await Self.start(["--items", "10", "--seed", seed])
                answers.append(try await Self.find(port).output)
                child.kill()
            }
            #expect(answers[0] == answers[1])
            #expect(answers[0] != answers[2])
        }

        @Test("a port in use is exit code 3, in words")
        func portInUse() async throws {
            let peer = try Peer { _ in }
            let result = try await Program.run(["serve", "--port", String(peer.port)])
            #expect(result.code == 3)
            #expect(result.output == "")
            #expect(result.errors.contains("\(peer.port)"))
            #expect(result.errors.contains("in use"), "\(result.errors)")
        }

        @Test("an address that is not ours is exit code 3, in words")
        func wrongAddress() async throws {
            // Of the documentation's network (RFC 5737): nobody's.
            let result = try await Program.run(["serve", "--host", "192.0.2.1", "--port", "0"])
            #expect(result.code == 3)
            #expect(result.errors.contains("192.0.2.1"), "\(result.errors)")
        }

        @Test(
            "wrong usage is exit code 2",
            arguments: [
                (["--port", "70000"], "port"), (["--ae", "A-TITLE-THAT-IS-TOO-LONG"], "A-TITLE-THAT-IS-TOO-LONG"),
                (["--items", "0"], "items"), (["--folder", "/no/such/folder"], "/no/such/folder"),
            ]
        )
        func usage(_ arguments: [String], _ words: String) async throws {
            let result = try await Program.run(["serve"] + arguments)
            #expect(result.code == 2, "\(result.everything)")
            #expect(result.errors.contains(words))
        }

        @Test("--ae answers to no other title")
        func restricted() async throws {
            let (child, port) = try await Self.start(["--ae", "RIS", "--ae", "RIS2", "--items", "3"])
            #expect(child.output.contains("RIS, RIS2"))
            #expect(try await Self.find(port, title: "RIS").lines.count == 3)
            #expect(try await Self.find(port, title: "RIS2").lines.count == 3)
            let other = try await Self.find(port, title: "PACS")
            #expect(other.code == 4)
            #expect(other.errors.contains("called AE title"), "\(other.errors)")
        }

        @Test("--folder serves the sub-folder of the called title, leaves out what it cannot read, and says so")
        func folder() async throws {
            let folder = try TemporaryFolder()
            for number in 0..<4 { try folder.write(Wire.file(Wire.match(number)), to: "RIS/\(number).wl") }
            try folder.write(Wire.file(Wire.match(9)), to: "OTHER/9.wl")
            try folder.write("this is no DICOM file", to: "RIS/broken.wl")
            try folder.write("", to: "RIS/empty.wl")
            let (child, port) = try await Self.start(["--folder", folder.path])
            #expect(child.output.contains("5 items"), "\(child.output)")
            for name in ["broken.wl", "empty.wl"] {
                #expect(child.errors.split(separator: "\n").contains { $0.contains("left out") && $0.contains(name) })
            }
            let all = try await Self.find(port, title: "RIS")
            #expect(all.code == 0, "\(all.everything)")
            #expect(all.lines.count == 4)
            #expect(!all.output.contains("PID000009"))
            #expect(try await Self.find(port, title: "OTHER").lines.count == 1)
            let one = try await Self.find(port, title: "RIS", ["-k", "Modality=MR"])
            #expect(one.lines.count == 1)
            #expect(one.output.contains("PID000001"))

            // Watched for changes.
            try folder.write(Wire.file(Wire.match(5)), to: "RIS/5.wl")
            try await until("the new item", within: 20) {
                try await Self.find(port, title: "RIS", ["-k", "PatientID=PID000005"]).lines.count == 1
            }
        }
    }
}
