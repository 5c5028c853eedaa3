import Foundation
import Testing

extension Commands {
    /// `--plain`: lines in, lines out.
    @Suite("Plain mode")
    struct PlainTests {
        private static func run(
            _ lines: String,
            _ arguments: [String] = ["demo", "--plain", "--items", "40"],
            environment: [String: String] = [:]
        ) async throws -> Child.Result {
            try await Program.run(arguments, environment: environment, input: lines)
        }

        @Test("a script in a pipe: rows, one row's attributes, and the end at the end of the input")
        func script() async throws {
            let result = try await Self.run("wait\nrow 2\nshow\n")
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.errors == "")
            #expect(result.lines.first == "worklist, plain mode. help lists the commands.")
            #expect(result.lines.filter { $0.hasPrefix("complete: 40 rows in ") }.count == 1)
            #expect(result.output.contains("\nrow 2 of 40: "))
            #expect(result.output.contains("Patient's Name (0010,0010): "))
            #expect(!result.output.contains("> \n"), "no prompt where nobody types")
        }

        @Test(
            "not one control character, not one character for drawing",
            arguments: ["xterm-256color", "dumb", "linux"]
        )
        func bytes(_ term: String) async throws {
            let lines = "wait\nlist all\nshow\nfilter smi\nprivacy\nhelp\nrow.copy\nquit\n"
            let result = try await Self.run(lines, environment: ["TERM": term])
            #expect(hostileScalars(in: result.output) == [])
            let drawn = result.output.unicodeScalars.filter { (0x2500...0x28FF).contains($0.value) }
            #expect(drawn.isEmpty)
        }

        @Test("without UTF-8 every other character is named, never replaced by one that looks like it")
        func ascii() async throws {
            let peer = try Peer.server(matches: [Wire.match(0, name: "MÜLLER^Jörg")])
            let result = try await Self.run(
                "wait\n",
                ["browse", "--plain", "--to", peer.address],
                environment: ["LANG": "C"]
            )
            #expect(result.output.contains("M<U+00DC>LLER, J<U+00F6>rg"), "\(result.output)")
            #expect(result.output.utf8.allSatisfy { $0 < 0x7F })
        }

        @Test("the exit code of a script is that of its last query, as find's is")
        func exitCodes() async throws {
            let some = try Peer.server(matches: (0..<4).map { Wire.match($0) })
            let none = try Peer.server(matches: [])
            func code(_ lines: String, _ arguments: String...) async throws -> Int32? {
                try await Self.run(lines, ["browse", "--plain"] + arguments).code
            }
            #expect(try await code("wait\n", "--to", some.address) == 0)
            #expect(try await code("wait\nquit\n", "--to", none.address) == 1)
            #expect(try await code("wait\nnext\nfrobnicate\n", "--to", some.address) == 2, "a line that did nothing")
            #expect(try await code("wait\n", "--to", "A@127.0.0.1:1") == 3)
            #expect(try await code("wait\n", "--to", some.address, "--limit", "2") == 6)
            #expect(try await code("wait\nserver \(none.address)\nwait\n", "--to", some.address) == 1)
            let failing = try Peer.server { connection, query in
                try connection.send(Wire.response(query, status: 0xA700))
            }
            #expect(try await code("wait\n", "--to", failing.address) == 5)
        }

        @Test("a script marks rows, writes them, saves a query and runs it again")
        func tasks() async throws {
            let peer = try Peer.server(matches: (0..<4).map { Wire.match($0) })
            let home = try TemporaryFolder()
            let file = home / "list.csv"
            let lines = """
                wait
                mark
                next
                export \(file) marked
                save Mine as 7
                queries
                key PatientID=A1
                7
                wait
                watch 15
                watch off
                """
            let result = try await Self.run(
                lines + "\n",
                ["browse", "--plain", "--to", peer.address],
                environment: ["HOME": home.path]
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(try home.read("list.csv").split(separator: "\n").count == 2, "a head and the marked row")
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(result.output.contains("\n7. Mine: "), "\(result.output)")
            #expect(peer.queries.last?["00100020"] == "", "the query as saved, not as edited since")
            let again = try await Self.run(
                "wait\nexport \(file)\n",
                ["browse", "--plain", "--to", peer.address],
                environment: ["HOME": home.path]
            )
            #expect(again.code == 2, "\(again.everything)")
            #expect(again.output.contains("is there already; overwrite FILE replaces it"))
        }

        @Test("TERM=dumb chooses it")
        func dumb() async throws {
            let result = try await Self.run("wait\nquit\n", ["demo", "--items", "5"], environment: ["TERM": "dumb"])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output.contains("complete: 5 rows"))
        }

        @Test("--plain with --script is wrong usage")
        func usage() async throws {
            let result = try await Self.run("q\n", ["demo", "--plain", "--script", "-"])
            #expect(result.code == 2)
            #expect(result.errors.contains("--script"))
        }

        @Test(
            "'still receiving' while rows come, Ctrl-C sends C-CANCEL and the list stays; Ctrl-C again quits with 130"
        )
        func interrupt() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 50)
            }
            // The lines never end: the pipe of `sleep` stays open.
            let line =
                "mkfifo \"$1\"; sleep 60 >\"$1\" 2>/dev/null & exec '\(try Program.path())' browse --plain --to \(peer.address) <\"$1\""
            let folder = try TemporaryFolder()
            let child = try Child(
                try Program.tool("bash"),
                ["-c", line, "bash", folder / "pipe"],
                environment: Program.environment(home: Program.noHome)
            )
            try await child.until("say that it receives") { $0.output.contains("still receiving, ") }
            child.signal(SIGINT)
            try await child.until("say how it ended") { $0.output.contains("CANCELLED BY US: ") }
            #expect(peer.events.contains("cancel"))
            try await child.until("say a row") { $0.output.contains("(PARTIAL list): SMITH, Anna") }
            child.signal(SIGINT)
            let result = try await child.result()
            #expect(result.code == 130, "\(result.everything)")
            #expect(!peer.events.contains("abort"))
        }

        @Test("TERM in the middle of a query aborts it, with the status a shell expects")
        func terminated() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 50)
            }
            let child = try Program.start(["browse", "--plain", "--to", peer.address], input: "wait 3\nnext\nwait\n")
            try await child.until("say a row") { $0.output.contains("row 1 of ") }
            child.signal(SIGTERM)
            #expect(try await child.result().code == 143)
            try await peer.until("abort")
        }

        @Test("whoever listened has gone: the query is aborted, and the program ends")
        func closedPipe() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 50)
            }
            let line = "sleep 60 | '\(try Program.path())' browse --plain --to \(peer.address) | head -n 2"
            let child = try Child(
                try Program.tool("bash"),
                ["-c", line],
                environment: Program.environment(home: Program.noHome)
            )
            try await peer.until("abort")
            child.kill()
        }

        @Test("a configuration's servers by name, and a failure with what to do")
        func servers() async throws {
            let home = try TemporaryFolder()
            try home.write(
                "[[server]]\nname = \"GONE\"\nhost = \"127.0.0.1\"\nport = 1\ncalled_ae = \"RIS\"\naccent = \"prod\"\n",
                to: ".config/worklist/config.toml"
            )
            let result = try await Self.run("wait\nservers\n", ["browse", "--plain"], environment: ["HOME": home.path])
            #expect(result.code == 3, "\(result.everything)")
            #expect(result.output.contains("asking GONE (PROD), WORKLIST > RIS@127.0.0.1:1: "))
            #expect(result.lines.filter { $0.hasPrefix("FAILED: ") }.count == 1)
            #expect(result.output.contains("What to do: "))
            #expect(result.output.contains("1. GONE (PROD), WORKLIST > RIS@127.0.0.1:1, in use"))
        }
    }
}

extension InTerminal {
    /// Plain mode where a person types.
    @Suite("Plain mode")
    struct PlainTerminalTests {
        @Test(
            "on a dumb terminal: prompt, commands, no alternate screen; a paste runs nothing; quit leaves all as it was"
        )
        func dumb() async throws {
            let terminal = try await Tmux(columns: 100, rows: 30)
            let before = try await terminal.modes()
            try await terminal.command("clear; TERM=dumb \"$W\" demo --items 40; echo code-$?-")
            try await terminal.until("complete: 40 rows", "row 1 of 40: ")
            #expect(try await terminal.isAlternate() == false)
            try await terminal.command("next")
            try await terminal.until("row 2 of 40: ")
            try await terminal.type("next\nquit\n")
            try await terminal.until("2 lines came at once")
            try await terminal.command("next")
            try await terminal.until("row 3 of 40: ")
            try await terminal.command("quit")
            try await terminal.until("code-0-")
            #expect(try await terminal.modes() == before)
        }
    }
}
