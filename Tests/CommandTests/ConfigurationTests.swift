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
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\nassume_character_set = \"LATIN1\"\n", 4, "ISO_IR 192"),
                ("[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\nrow_limit = -1\n", 4, "0 (no limit)"),
                ("# mine\nservers = 1\n", 2, "'servers'"),
                ("theme = \"x\"\n[[server\n", 2, "TOML"),
                ("[server]\nhost = \"h\"\n", 1, "[[server]]"),
                (
                    "[[server]]\nhost = \"h\"\ncalled_ae = \"A\"\n\n[[server]]\nhost = \"i\"\n", 5,
                    "called_ae is missing"
                ),
            ]
        )
        func errors(_ text: String, _ line: Int, _ words: String) async throws {
            let home = try Self.configured(text)
            let path = home / ".config/worklist/config.toml"
            for command in ["find", "echo", "browse"] {
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
            #expect(isFolder.errors.contains("is a directory"))
            let endless = try await Program.run(["find", "--config", "/dev/zero"])
            #expect(endless.code == 2)
            #expect(endless.errors.contains("file too large"), "\(endless.errors)")
            let binary = try folder.write([0xFF, 0xFE, 0x00], to: "binary.toml")
            #expect(try await Program.run(["find", "--config", binary]).errors.contains("UTF-8"))
        }
    }
}
