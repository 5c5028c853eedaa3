import Foundation
import Testing

extension Commands {
    @Suite("Themes and pictures")
    struct ThemeTests {
        private static func demo(
            _ script: String,
            _ arguments: [String] = [],
            environment: [String: String] = [:]
        ) async throws -> Child.Result {
            try await Program.run(
                ["demo", "--items", "20", "--wait-timeout", "20", "--script", "-"] + arguments,
                environment: environment,
                input: script
            )
        }

        @Test("the list of themes names each one, and what is broken about one")
        func list() async throws {
            let folder = try TemporaryFolder()
            try folder.write("inherits = \"dark\"\n", to: "config/themes/mine.toml")
            try folder.write("\n[scopes]\n\"ui.okay\" = { fg = \"red\" }\n", to: "config/themes/bad.toml")
            let result = try await Program.run(["themes"], environment: ["WORKLIST_CONFIG_DIR": folder / "config"])
            #expect(result.code == 0, "\(result.everything)")
            for name in ["default", "high-contrast", "deuteranopia", "print", "prod", "mine"] {
                #expect(result.output.contains("\n\(name) "), "\(name)")
            }
            #expect(result.output.contains("bad.toml:3: "))
            #expect(hostileScalars(in: result.output) == [])
        }

        @Test(
            "a theme is checked: 0 if all is well, 1 with file and line if a text is hard to read, 2 if it is no theme"
        )
        func check() async throws {
            let folder = try TemporaryFolder()
            let good = try folder.write("inherits = \"dark\"\n[palette]\naccent = \"#FFD080\"\n", to: "good.toml")
            let faint = try folder.write("inherits = \"dark\"\n[palette]\naccent = \"#303030\"\n", to: "faint.toml")
            let broken = try folder.write("inherits = \"dark\"\n\n[pallete]\n", to: "broken.toml")
            let fine = try await Program.run(["themes", "--check", good])
            #expect(fine.code == 0, "\(fine.everything)")
            let hard = try await Program.run(["themes", "--check", faint])
            #expect(hard.code == 1)
            #expect(hard.output.contains("faint.toml:3: ui.key on ui.text: contrast 1."))
            let bad = try await Program.run(["themes", "--check", broken])
            #expect(bad.code == 2)
            #expect(bad.errors.contains("broken.toml:3: unknown key \"pallete\""))
            let enhanced = try await Program.run(["themes", "--check", good, "--contrast", "7"])
            #expect(enhanced.code == 1)
        }

        @Test("a preview that does not go to a terminal has no escape sequences")
        func preview() async throws {
            let result = try await Program.run(["themes", "--preview", "deuteranopia", "--color", "truecolor"])
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output.contains("SMITH, Anna"))
            #expect(hostileScalars(in: result.output) == [])
            let unknown = try await Program.run(["themes", "--preview", "nordic"])
            #expect(unknown.code == 2)
            #expect(unknown.errors.contains("expected one of ascii, dark"))
        }

        @Test("an unknown theme on the command line is a usage error; a broken one is not")
        func start() async throws {
            let folder = try TemporaryFolder()
            try folder.write("[scopes]\n\"ui.okay\" = { fg = \"red\" }\n", to: "themes/bad.toml")
            let unknown = try await Self.demo("q\n", ["--theme", "nordic"])
            #expect(unknown.code == 2)
            #expect(unknown.errors.contains("there is no theme 'nordic'"))
            let broken = try await Self.demo(
                ":wait rows>=20\nq\n",
                ["--theme", "bad", "--themes-dir", folder / "themes"]
            )
            #expect(broken.code == 0, "\(broken.everything)")
            let missing = try await Self.demo("q\n", ["--themes-dir", folder / "nowhere"])
            #expect(missing.code == 2)
            #expect(missing.errors.contains("--themes-dir"))
        }

        @Test("a broken theme of the configuration is said on screen, and the program works")
        func configured() async throws {
            let folder = try TemporaryFolder()
            try folder.write("theme = \"bad\"\n", to: "config/config.toml")
            try folder.write("[scopes]\n\"ui.okay\" = { fg = \"red\" }\n", to: "config/themes/bad.toml")
            let result = try await Self.demo(
                ":wait rows>=20\n:assert 1 entry of your files cannot be used\n!\n:assert bad.toml:2\nesc\nq\n",
                environment: ["WORKLIST_CONFIG_DIR": folder / "config"]
            )
            #expect(result.code == 0, "\(result.everything)")
        }

        @Test(
            "the theme chosen on screen is remembered, privately, until the configuration names another; config.toml stays"
        )
        func remembered() async throws {
            let folder = try TemporaryFolder()
            let configuration = "# mine\ntheme = \"dark\"\n"
            let file = try folder.write(configuration, to: "config/config.toml")
            let environment = [
                "WORKLIST_CONFIG_DIR": folder / "config", "XDG_STATE_HOME": folder / "state",
            ]
            let picked = try await Self.demo(
                """
                :wait outcome
                T
                :wait text "high-contrast"
                j
                enter
                :assert theme light
                q
                """,
                environment: environment
            )
            #expect(picked.code == 0, "\(picked.everything)")
            let state = try folder.read("state/worklist/state.toml")
            #expect(state.contains("theme = 'light'") || state.contains("theme = \"light\""), "\(state)")
            let attributes = try FileManager.default.attributesOfItem(atPath: folder / "state/worklist/state.toml")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try folder.read("config/config.toml") == configuration)

            let inUse = ":wait outcome\nT\n:wait text \"high-contrast\"\n:assert \"▸ %\"\nq\nq\n"
            let again = try await Self.demo(inUse.replacing("%", with: "light"), environment: environment)
            #expect(again.code == 0, "\(again.everything)")
            try "theme = \"print\"\n".write(toFile: file, atomically: true, encoding: .utf8)
            let changed = try await Self.demo(inUse.replacing("%", with: "print"), environment: environment)
            #expect(changed.code == 0, "\(changed.everything)")
        }

        @Test("a state file that is no TOML is left alone, and said")
        func brokenState() async throws {
            let folder = try TemporaryFolder()
            try folder.write("theme = = 1\n", to: "state/worklist/state.toml")
            let result = try await Self.demo(
                ":wait outcome\nT\n:wait text \"high-contrast\"\nj\nenter\n:wait text \"for now only\"\nq\n",
                environment: ["XDG_STATE_HOME": folder / "state"]
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(try folder.read("state/worklist/state.toml") == "theme = = 1\n")
        }

        @Test("NO_COLOR chooses mono over a theme of colours, and --theme chooses over that")
        func noColor() async throws {
            let folder = try TemporaryFolder()
            try folder.write("theme = \"dark\"\n", to: "config/config.toml")
            let environment = ["WORKLIST_CONFIG_DIR": folder / "config", "NO_COLOR": "1"]
            let inUse = ":wait outcome\nT\n:wait text \"high-contrast\"\n:assert \"▸ %\"\nq\nq\n"
            let mono = try await Self.demo(inUse.replacing("%", with: "mono"), environment: environment)
            #expect(mono.code == 0, "\(mono.everything)")
            let asked = try await Self.demo(
                inUse.replacing("%", with: "light"),
                ["--theme", "light"],
                environment: environment
            )
            #expect(asked.code == 0, "\(asked.everything)")
        }

        @Test("the pictures of the README show what the program draws; make screenshots draws them anew")
        func pictures() async throws {
            let tests = URL(filePath: #filePath).deletingLastPathComponent()
            let committed = tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: ".images")
            let folder = try TemporaryFolder()
            let program = try Program.path()
            // The port is part of the picture, and another run may have it for a moment.
            try await until("the port of the pictures", within: 60) {
                let child = try Child(
                    try Program.tool("bash"),
                    [tests.appending(path: "Pictures/draw.sh").path, program, folder.path],
                    environment: Program.environment(home: Program.noHome)
                )
                let result = try await child.result(within: 60)
                if result.code != 0, !result.errors.contains("demo server did not start") {
                    Issue.record("\(result.everything)")
                    return true
                }
                return result.code == 0
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: committed.path)
                .filter { $0.hasSuffix(".svg") }.sorted()
            let drawn = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(names == drawn && !names.isEmpty)
            for name in names {
                let wanted = try String(contentsOf: committed.appending(path: name), encoding: .utf8)
                #expect(try folder.read(name) == wanted, "\(name) is out of date: make screenshots")
            }
        }
    }
}
