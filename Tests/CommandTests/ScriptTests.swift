import Foundation
import Testing

extension Commands {
    /// `--script`: the real browser, without a terminal.
    @Suite("browse --script")
    struct ScriptTests {
        private static func run(
            _ script: String,
            _ arguments: [String] = ["demo", "--items", "40"],
            environment: [String: String] = [:]
        ) async throws -> Child.Result {
            try await Program.run(
                [arguments[0], "--wait-timeout", "20", "--script", "-"] + arguments.dropFirst(),
                environment: environment,
                input: script
            )
        }

        @Test("keys, text, :wait, :assert, :refute, :screen and :resize do what they say")
        func grammar() async throws {
            let folder = try TemporaryFolder()
            let file = folder / "screen.txt"
            let result = try await Self.run(
                """
                # a comment, and an empty line

                :wait rows>=40
                :wait outcome
                :wait text complete
                :wait text "40 rows"
                :assert complete
                :assert "40 rows"
                /
                "smith"
                enter
                :wait visible>=1
                :refute no such text
                :resize 100x30
                :screen \(file)
                esc g G j k
                q
                """
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output == "")
            #expect(result.errors == "")
            let screen = try folder.read("screen.txt")
            #expect(screen.split(separator: "\n", omittingEmptySubsequences: false).count == 31)
            #expect(screen.contains("SMITH"))
        }

        @Test("a script may come from a file, and the screen go to standard output, without escape sequences")
        func file() async throws {
            let folder = try TemporaryFolder()
            let script = try folder.write(":wait outcome\r\n:screen -\r\nq\r\n", to: "script")
            let result = try await Program.run(["demo", "--script", script, "--size", "120x40"])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output.split(separator: "\n", omittingEmptySubsequences: false).count == 41)
            #expect(hostileScalars(in: result.output) == [])
        }

        @Test(
            "an assertion that fails ends with 1, the line and the screen",
            arguments: [
                (":assert no such text", "does not show 'no such text'"), (":refute Patient", "shows 'Patient'"),
            ]
        )
        func failedAssertion(_ step: String, _ words: String) async throws {
            let result = try await Self.run(":wait outcome\n\(step)\n:screen -\n")
            #expect(result.code == 1, "\(result.everything)")
            #expect(result.output == "", "the script ends there")
            #expect(result.errors.hasPrefix("worklist: -:2: the screen "))
            #expect(result.errors.contains(words))
            let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count >= 25, "the screen, a line a row: \(result.errors)")
        }

        @Test("a wait that lasts too long ends with 1, the line and the screen")
        func failedWait() async throws {
            let result = try await Program.run(
                ["demo", "--items", "5", "--script", "-", "--wait-timeout", "0.3"],
                input: ":wait rows>=6\n"
            )
            #expect(result.code == 1)
            #expect(result.errors.contains("-:1: "))
            #expect(result.errors.contains("within 0.3 s"), "\(result.errors)")
            #expect(result.errors.contains("Patient"))
        }

        @Test(
            "a step that is not understood ends with 2 and its line, before anything runs",
            arguments: [
                ":wait", ":wait rows>=x", ":resize 80", ":bogus", "ctrl-nothing", "jj", ":assert", ":screen",
            ]
        )
        func syntax(_ step: String) async throws {
            let result = try await Self.run(":screen -\n\(step)\n")
            #expect(result.code == 2, "\(result.everything)")
            #expect(result.output == "")
            #expect(result.errors.contains("-:2: '\(step)' is not understood"), "\(result.errors)")
        }

        @Test("a script that is not there")
        func missing() async throws {
            let result = try await Program.run(["demo", "--script", "/no/such/script"])
            #expect(result.code == 2)
            #expect(result.errors.contains("cannot read the script /no/such/script: no such file"))
        }

        @Test("--clock stands still: the same screen each time, and that day's schedule")
        func clock() async throws {
            var screens: [String] = []
            for _ in 0..<2 {
                let result = try await Self.run(
                    ":wait outcome\n:screen -\n",
                    ["demo", "--items", "30", "--clock", "2026-11-24T14:32:00"]
                )
                #expect(result.code == 0, "\(result.everything)")
                screens.append(result.output)
            }
            // The time the query took, and the port, are those of the run.
            func steady(_ screen: String) -> [Substring] {
                screen.split(separator: "\n").filter { !$0.contains("127.0.0.1") && !$0.contains(" rows in ") }
            }
            #expect(steady(screens[0]) == steady(screens[1]))
            #expect(screens[0].contains("20261124"), "\(screens[0])")
            #expect(screens[0].contains("30 rows"))
        }

        @Test("--stats json has every figure")
        func statistics() async throws {
            let result = try await Self.run(
                ":wait outcome\nj j k\nq\n",
                ["demo", "--items", "40", "--stats", "json"]
            )
            #expect(result.code == 0, "\(result.everything)")
            struct Figures: Decodable {
                var rows: Int
                var peak_rows: Int
                var frames: Int
                var inputs: Int
                var key_to_frame_p50_ms: Double
                var key_to_frame_p99_ms: Double
                var first_paint_ms: Double
                var bytes_written: Int
            }
            let figures = try JSONDecoder().decode(Figures.self, from: Data(result.errors.utf8))
            #expect(figures.rows == 40)
            #expect(figures.peak_rows == 40)
            #expect(figures.frames >= 4)
            #expect(figures.inputs >= 4)
            #expect(figures.key_to_frame_p50_ms <= figures.key_to_frame_p99_ms)
            #expect(figures.first_paint_ms > 0)
        }

        @Test(
            "wrong usage ends with 2",
            arguments: [
                (["--size", "80"], "--size"), (["--clock", "noon"], "--clock"), (["--stats", "xml"], "--stats"),
                (["--color", "pink"], "--color"), (["--wait-timeout", "0"], "--wait-timeout"),
                (["--wait-timeout", "1e300"], "--wait-timeout"), (["--theme", "no-such-theme"], "no-such-theme"),
                (["--limit", "-1"], "--limit"), (["--items", "0"], "--items"),
            ]
        )
        func usage(_ arguments: [String], _ words: String) async throws {
            let result = try await Self.run("q\n", ["demo"] + arguments)
            #expect(result.code == 2, "\(result.everything)")
            #expect(result.errors.contains(words), "\(result.errors)")
        }

        @Test(
            "without a terminal and without a script: exit code 2, and what to use instead",
            arguments: [
                ["browse", "--to", "RIS@127.0.0.1:1"], ["demo"], ["browse"], [], ["--to", "RIS@127.0.0.1:1"],
            ]
        )
        func noTerminal(_ arguments: [String]) async throws {
            let result = try await Program.run(arguments)
            #expect(result.code == 2, "\(result.everything)")
            #expect(result.output == "")
            #expect(result.errors.contains("needs a terminal"))
            #expect(result.errors.contains("worklist find"))
        }

        @Test("a server's failure is on the screen, in words")
        func failure() async throws {
            let peer = try Peer { connection in
                _ = try connection.receiveAssociationRequest()
                try connection.send(Wire.reject(result: 1, source: 1, reason: 7))
                try connection.drain()
            }
            let result = try await Self.run(":wait outcome\n:screen -\nesc q\n", ["browse", "--to", peer.address])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output.contains("Cannot query"), "\(result.output)")
            #expect(result.output.contains("called AE"), "\(result.output)")
            #expect(result.output.contains("result 1, source 1, reason 7"))
        }

        @Test("--limit stops the query, and the screen says LIMITED")
        func limit() async throws {
            let peer = try Peer.server(matches: (0..<30).map { Wire.match($0) })
            let result = try await Self.run(
                ":wait outcome\n:assert LIMITED\n:assert limit of 10\nq\n",
                ["browse", "--to", peer.address, "--limit", "10"]
            )
            #expect(result.code == 0, "\(result.everything)")
        }

        @Test("hostile text never reaches the screen")
        func hostileText() async throws {
            let peer = try Peer.server(matches: [
                Wire.match(0, name: "EVIL\u{1B}[2J\u{202E}\u{9B}\u{200B}^X", description: "A\u{1B}]0;x\u{07}\u{2028}B")
            ])
            let result = try await Self.run(
                ":wait outcome\n:assert EVIL\n:screen -\nenter\n:screen -\nq q\n",
                ["browse", "--to", peer.address, "--size", "160x50"]
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(hostileScalars(in: result.output) == [])
        }

        @Test(
            "the first start without a network: the demonstration from the connect form, with a clock that stands still"
        )
        func demoFromForm() async throws {
            let result = try await Self.run(
                """
                :assert Connect to a worklist
                :assert No servers are configured yet
                esc left
                enter
                :wait rows>=1
                :assert DEMO
                q
                """,
                ["browse", "--clock", "2026-11-24T14:32:00"]
            )
            #expect(result.code == 0, "\(result.everything)")
        }
    }
}
