import Foundation
import Testing

extension Commands {
    /// `config.toml`: where it is, and what is wrong with it.
    @Suite("The configuration")
    struct ConfigurationTests {
        private static func configured(_ text: String) throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            try folder.write(text, to: ".config/worklist/config.toml")
            return folder
        }

        private static func run(_ arguments: [String], home: TemporaryFolder) async throws -> Child.Result {
            try await Program.run(arguments, environment: ["HOME": home.path])
        }

        private static func server(_ port: Int, _ more: String = "") -> String {
            "[[server]]\nname = \"RIS\"\nhost = \"127.0.0.1\"\nport = \(port)\ncalled_ae = \"RISMWL\"\n" + more
        }

        @Test("names the server that is called, as whom, and how many rows are taken")
        func server() async throws {
            let peer = try Peer.server(matches: (0..<9).map { Wire.match($0) })
            let home = try Self.configured(Self.server(peer.port, "calling_ae = \"CT01\"\nrow_limit = 4\n"))
            let result = try await Self.run(["find", "--format", "jsonl"], home: home)
            #expect(result.code == 6, "\(result.everything)")
            #expect(result.lines.count == 4)
            #expect(peer.events.first == "associate CT01 > RISMWL")
            let all = try await Self.run(["find", "--server", "RIS", "--limit", "0", "--format", "jsonl"], home: home)
            #expect(all.lines.count == 9)
        }

        @Test("default_server decides among several")
        func defaultServer() async throws {
            let peer = try Peer.server(matches: [])
            let other = "[[server]]\nname = \"A\"\nhost = \"no-such-host.invalid\"\ncalled_ae = \"A\"\n"
            let home = try Self.configured("default_server = \"RIS\"\n" + other + Self.server(peer.port))
            #expect(try await Self.run(["echo"], home: home).code == 0)
        }

        @Test("has two servers of one name: the later counts, as an edited one is written below")
        func laterServer() async throws {
            let peer = try Peer.server(matches: [])
            let old = "[[server]]\nname = \"RIS\"\nhost = \"no-such-host.invalid\"\ncalled_ae = \"OLD\"\n"
            let home = try Self.configured(old + Self.server(peer.port))
            #expect(try await Self.run(["echo", "--server", "RIS"], home: home).code == 0)
            #expect(try await Self.run(["echo"], home: home).code == 0)
        }

        @Test("is looked for in XDG_CONFIG_HOME, and where --config says")
        func places() async throws {
            let peer = try Peer.server(matches: [])
            let folder = try TemporaryFolder()
            let path = try folder.write(Self.server(peer.port), to: "worklist/config.toml")
            let result = try await Program.run(["echo"], environment: ["XDG_CONFIG_HOME": folder.path])
            #expect(result.code == 0, "\(result.everything)")
            #expect(try await Program.run(["echo", "--config", path]).code == 0)
        }

        @Test("has no server: says so, and where to put one", arguments: ["find", "echo"])
        func noServer(_ command: String) async throws {
            let result = try await Program.run([command])
            #expect(result.code == 2)
            #expect(result.errors.contains("no server is named"))
            #expect(result.errors.contains("--to AE@HOST:PORT"))
            #expect(result.errors.contains(".config/worklist/config.toml"))
        }

        @Test("does not have the server that is asked for: names those it has")
        func unknownServer() async throws {
            let home = try Self.configured(Self.server(104))
            let result = try await Self.run(["find", "--server", "PACS"], home: home)
            #expect(result.code == 2)
            #expect(result.errors.contains("'PACS'"))
            #expect(result.errors.contains("known are RIS"))
        }

        @Test(
            "has an error: file, line, and what is expected",
            arguments: [
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\nport = 99999\n", 4, "between 1 and 65535"),
                ("[[server]]\nhost = \"h\"\n", 1, "called_ae is missing"),
                ("[[server]]\ncalled_ae = \"A\"\n", 1, "host is missing"),
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\nprot = 104\n", 4, "'prot'"),
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\nport = \"104\"\n", 4, "number"),
                ("[[server]]\nhost = 7\ncalled_ae = \"A\"\n", 2, "text in quotes"),
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\naccent = \"red\"\n", 4, "prod"),
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\nassume_character_set = \"LATIN1\"\n", 4, "ISO_IR 100"),
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\nrow_limit = -1\n", 4, "0 (no limit)"),
                ("# mine\nservers = 1\n", 2, "'servers'"),
                ("theme = \"x\"\n[[server\n", 2, "TOML"),
                ("[server]\nhost = \"h\"\n", 1, "[[server]]"),
                (
                    "[[server]]\nhost = \"h\"\n\n[[server]]\nhost = \"i\"\ncalled_ae = \"A\"\n", 1,
                    "called_ae is missing"
                ),
            ]
        )
        func errors(_ text: String, _ line: Int, _ words: String) async throws {
            let home = try Self.configured(text)
            let path = home / ".config/worklist/config.toml"
            for command in ["find", "echo"] {
                let result = try await Self.run([command], home: home)
                #expect(result.code == 2)
                #expect(result.errors.contains("\(path):\(line): "), "\(result.errors)")
                #expect(result.errors.contains(words), "\(result.errors)")
                #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
            }
        }

        @Test("cannot be read")
        func unreadable() async throws {
            let folder = try TemporaryFolder()
            let missing = try await Program.run(["find", "--config", folder / "none.toml"])
            #expect(missing.code == 2)
            #expect(missing.errors.contains("cannot read the configuration \(folder / "none.toml")"))
            // A folder in its place: unreadable for root too.
            let isFolder = try await Program.run(["find", "--config", folder.path])
            #expect(isFolder.code == 2)
            #expect(isFolder.errors.contains("is a directory; a text file is expected"))
            let endless = try await Program.run(["find", "--config", "/dev/zero"])
            #expect(endless.code == 2)
            #expect(endless.errors.contains("is a device"), "\(endless.errors)")
            let large = try folder.write(String(repeating: "# much\n", count: 200_000), to: "large.toml")
            #expect(try await Program.run(["find", "--config", large]).errors.contains("larger than 1 MB"))
            let loop = folder / "loop.toml"
            try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
            #expect(try await Program.run(["find", "--config", loop]).errors.contains("symbolic links"))
            #expect(mkfifo(folder / "fifo", 0o600) == 0)
            let fifo = try await Program.run(["find", "--config", folder / "fifo"], within: 10)
            #expect(fifo.errors.contains("is a pipe"), "\(fifo.errors)")
            let binary = try folder.write([0xFF, 0xFE, 0x00], to: "binary.toml")
            #expect(try await Program.run(["find", "--config", binary]).errors.contains("UTF-8"))
        }

        private static let halfBroken = """
            theme = 7
            mouze = true
            default_server = "RIS"

            [[server]]
            name = "OLD"
            host = "127.0.0.1"
            port = 99999
            called_ae = "OLD"

            [[server]]
            name = "CUT
            host = "127.0.0.1"
            called_ae = "CUT"
            tls = true

            """

        @Test("is broken in places: all else counts, and each place is said")
        func partly() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.configured(Self.halfBroken + Self.server(peer.port))
            let path = home / ".config/worklist/config.toml"
            let before = try home.read(".config/worklist/config.toml")
            let echo = try await Self.run(["echo"], home: home)
            #expect(echo.code == 0, "\(echo.everything)")
            for (line, words) in [(1, "theme must be"), (2, "'mouze'"), (8, "99999"), (12, "quotes")] {
                #expect(echo.errors.contains("warning: \(path):\(line): "), "\(echo.errors)")
                #expect(echo.errors.contains(words), "\(echo.errors)")
            }
            for (name, line) in [("OLD", 8), ("CUT", 12)] {
                let result = try await Self.run(["echo", "--server", name], home: home)
                #expect(result.code == 2)
                #expect(
                    result.errors.contains("server '\(name)' cannot be used: \(path):\(line): "),
                    "\(result.errors)"
                )
                #expect(result.output.isEmpty)
            }
            let script = try home.write(":wait outcome\n!\n:assert config.toml:8\n:assert 99999\n", to: "script")
            let browse = try await Self.run(["browse", "--script", script, "--size", "100x40"], home: home)
            #expect(browse.code == 0, "\(browse.everything)")
            let info = try await Self.run(["info"], home: home)
            #expect(info.code == 2)
            #expect(info.output.contains("4 problems"), "\(info.output)")
            #expect(info.output.contains("\(path)  (file)"))
            #expect(info.output.contains("RIS"))
            #expect(try home.read(".config/worklist/config.toml") == before)
        }

        @Test("has the server to start with broken: no other is asked in its place")
        func brokenDefault() async throws {
            let peer = try Peer.server(matches: [])
            let broken = "[[server]]\nname = \"A\"\nhost = \"127.0.0.1\"\ncalled_ae = 7\n"
            for head in ["", "default_server = \"A\"\n"] {
                let home = try Self.configured(head + broken + Self.server(peer.port))
                let find = try await Self.run(["find"], home: home)
                #expect(find.code == 2)
                #expect(find.errors.contains("called_ae must be a text in quotes"), "\(find.errors)")
                let script = try home.write(
                    ":assert Servers\n:assert RISMWL\n:assert cannot be used\nenter\n:wait outcome\n:assert RIS\n",
                    to: "script"
                )
                let browse = try await Self.run(["browse", "--script", script], home: home)
                #expect(browse.code == 0, "\(browse.everything)")
            }
            #expect(peer.events.filter { $0.hasPrefix("associate") }.count == 2)
        }

        @Test("has a later server of a name broken: the earlier one does not come back with its old settings")
        func laterBroken() async throws {
            let peer = try Peer.server(matches: [])
            let later = "\n[[server]]\nname = \"RIS\"\nhost = \"127.0.0.1\"\ncalled_ae = \"A\"\ntls = 3\n"
            let home = try Self.configured(Self.server(peer.port) + later)
            for arguments in [["echo"], ["echo", "--server", "RIS"]] {
                let result = try await Self.run(arguments, home: home)
                #expect(result.code == 2, "\(result.everything)")
                #expect(result.errors.contains("tls"), "\(result.errors)")
            }
            #expect(peer.events.isEmpty)
        }

        @Test(
            "holds hostile text: nothing of it reaches the terminal raw, nothing crashes",
            arguments: [
                "name = \"\\u001b[2J\\u202egnp\"", "theme = \"\\ud800\"", "\u{1B}]0;x\u{07} = 1", "x = \"\u{202E}\"",
                "[[server]]\nname = \"\\u0000\"", "[[[[", "= =", "server = 3", "[server.server]\nserver = []",
                "[[server]]\n[server.server]\nx = \"", "\"\"\"", "a.b.c = {", "mouse = \"\u{FEFF}\"",
            ]
        )
        func hostile(_ text: String) async throws {
            let home = try Self.configured(text + "\n")
            for arguments in [["info"], ["find"], ["keys", "--check"]] {
                let result = try await Self.run(arguments, home: home)
                #expect([0, 2].contains(result.code), "\(arguments): \(result.code)")
                for scalar in (result.output + result.errors).unicodeScalars where scalar != "\n" {
                    #expect(scalar.properties.generalCategory != .control)
                    #expect(scalar.properties.generalCategory != .format)
                }
            }
        }
    }

    /// `keymap.toml` on the running program.
    @Suite("The keymap file")
    struct KeymapFileTests {
        private static func configured(_ text: String) throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            try folder.write(text, to: ".config/worklist/keymap.toml")
            return folder
        }

        private static func run(_ arguments: [String], home: TemporaryFolder) async throws -> Child.Result {
            try await Program.run(arguments, environment: ["HOME": home.path])
        }

        @Test("changes keys; bottom line, help and 'worklist keys' follow")
        func changes() async throws {
            let home = try Self.configured(
                "inherits = \"vim\"\n\n[list]\n\"o\" = 'row.open' # mine\n\"enter\" = \"\"\n\"ctrl-x s\" = \"view.sort\"\n"
            )
            let check = try await Self.run(["keys", "--check"], home: home)
            #expect(check.code == 0, "\(check.everything)")
            let keys = try await Self.run(["keys", "--context", "list"], home: home)
            #expect(keys.output.split(separator: "\n").contains { $0.contains("row.open") && $0.contains(" o ") })
            #expect(keys.output.contains("ctrl-x s"))
            #expect(keys.output.contains("g g"))
            let markdown = try await Self.run(["keys", "--format", "markdown"], home: home)
            #expect(markdown.output.contains("| `o` | `row.open` |"), "\(markdown.output)")
            let script = try home.write(
                """
                :wait outcome
                :assert o detail
                ctrl-x
                :assert ^X and then:
                s
                :assert Sort by
                esc
                ?
                "show every attribute"
                :assert o
                esc
                j j g g o
                :assert Patient ID
                """,
                to: "script"
            )
            let demo = try await Self.run(["demo", "--items", "20", "--script", script], home: home)
            #expect(demo.code == 0, "\(demo.everything)")
        }

        @Test("has mistakes: each is said with its line, on standard error and on the screen; the rest works")
        func mistakes() async throws {
            let text = """
                inherits = "emacs"
                "x" = "query.run"
                [list]
                "r" = "query.runn"
                "o" = "row.open"
                "o" = "view.sort"
                "q" = ["app.quit"]
                w = view.fit
                "u" = "\\ud800"
                [nowhere
                "k" = "move.down"
                [form]
                "a" = "accept"
                """
            let home = try Self.configured(text)
            let path = home / ".config/worklist/keymap.toml"
            let check = try await Self.run(["keys", "--check"], home: home)
            #expect(check.code == 2)
            for line in [1, 2, 4, 6, 7, 8, 9, 10, 13] {
                #expect(check.errors.contains("\(path):\(line): "), "\(line): \(check.errors)")
            }
            #expect(check.errors.split(separator: "\n").count == 9, "\(check.errors)")
            let script = try home.write(
                ":wait outcome\n:assert 9 entries of your files\n!\n:assert keymap.toml:1\nesc\no\n:assert Patient ID\n",
                to: "script"
            )
            let demo = try await Self.run(["demo", "--items", "20", "--script", script], home: home)
            #expect(demo.code == 0, "\(demo.everything)")
            #expect(try home.read(".config/worklist/keymap.toml") == text)
        }

        @Test(
            "cannot be read: the built-in keys count, and it is said",
            arguments: ["binary", "folder", "fifo", "loop"]
        )
        func unreadable(_ kind: String) async throws {
            let home = try TemporaryFolder()
            let path = home / ".config/worklist/keymap.toml"
            switch kind {
            case "binary": try home.write([0x5B, 0x0A, 0xFF, 0xFE], to: ".config/worklist/keymap.toml")
            case "folder": try home.write("", to: ".config/worklist/keymap.toml/file")
            case "fifo":
                try home.write("", to: ".config/worklist/other")
                #expect(mkfifo(path, 0o600) == 0)
            default:
                try home.write("", to: ".config/worklist/other")
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
            }
            let script = try home.write(
                ":wait outcome\n:assert 1 entry of your files\nenter\n:assert Patient ID\n",
                to: "script"
            )
            let demo = try await Self.run(["demo", "--items", "20", "--script", script], home: home)
            #expect(demo.code == 0, "\(demo.everything)")
            let check = try await Self.run(["keys", "--check"], home: home)
            #expect(check.code == 2)
            #expect(check.errors.contains(path), "\(check.errors)")
        }

        @Test("the mouse works on the running program, and not with --no-mouse or mouse = false")
        func mouse() async throws {
            let home = try TemporaryFolder()
            let script = try home.write(
                ":wait outcome\n:click \"s sort\"\n:assert Sort by\n:click \"Esc close\"\n:refute Sort by\n:wheel down\n",
                to: "on"
            )
            let on = try await Self.run(["demo", "--items", "40", "--script", script], home: home)
            #expect(on.code == 0, "\(on.everything)")
            let off = try home.write(":wait outcome\n:click \"s sort\"\n:refute Sort by\n", to: "off")
            let without = try await Self.run(["demo", "--items", "40", "--no-mouse", "--script", off], home: home)
            #expect(without.code == 0, "\(without.everything)")
            try home.write("mouse = false\n", to: ".config/worklist/config.toml")
            let configured = try await Self.run(["demo", "--items", "40", "--script", off], home: home)
            #expect(configured.code == 0, "\(configured.everything)")
        }
    }
}
