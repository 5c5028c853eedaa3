import Foundation
import Testing

extension Commands {
    /// Files of saved queries: what writes them, what runs them, and what leaves them alone.
    @Suite("Saved queries")
    struct SavedQueryTests {
        /// A home with a server of the configuration, and files of queries.
        private static func home(
            _ peer: Peer,
            more: String = "",
            queries: [String: String] = [:]
        ) throws -> TemporaryFolder {
            let home = try TemporaryFolder()
            let server = """
                \(more)
                [[server]]
                name = "RIS"
                host = "127.0.0.1"
                port = \(peer.port)
                called_ae = "RISMWL"
                calling_ae = "CT01"
                modality = "CT"

                """
            try home.write(server, to: ".config/worklist/config.toml")
            for (name, text) in queries { try home.write(text, to: folder + name) }
            return home
        }

        private static let folder = ".config/worklist/queries/"

        private static func run(
            _ arguments: [String],
            _ home: TemporaryFolder,
            input: String? = nil
        ) async throws -> Child.Result {
            try await Program.run(arguments, environment: ["HOME": home.path], input: input)
        }

        private static func browse(_ script: String, _ home: TemporaryFolder) async throws -> Child.Result {
            try await run(["browse", "--wait-timeout", "20", "--script", "-"], home, input: script)
        }

        private static func mode(_ path: String) throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        }

        private static let stat = """
            # of the night shift
            name = "STAT today"
            number = 4

            [keys]
            RequestedProcedurePriority = "STAT"
            "SPS.ScheduledProcedureStepStartDate" = "today"
            "SPS.Modality" = { source = "configuration" }

            """

        // MARK: Saving

        @Test("S writes a file of mode 0600 without station or server, which a number, --saved and --query run")
        func save() async throws {
            let peer = try Peer.server(matches: [Wire.match(0)])
            let home = try Self.home(peer)
            let saved = try await Self.browse(
                """
                :wait outcome
                1
                :wait outcome
                ]
                :wait outcome
                S
                "Early"
                tab
                "7"
                enter
                :wait text "saved 'Early': 7 runs it"
                t
                :wait outcome
                7
                :wait outcome
                :assert tomorrow(
                q
                """,
                home
            )
            #expect(saved.code == 0, "\(saved.everything)")
            let text = try home.read(Self.folder + "Early.toml")
            #expect(text.hasPrefix("# Written by worklist"))
            #expect(text.contains("= \"tomorrow\""))
            #expect(!text.contains("CT01") && !text.contains("\"CT\"") && !text.contains("RISMWL"))
            #expect(try Self.mode(home / (Self.folder + "Early.toml")) == 0o600)
            #expect(try Self.mode(home / ".config/worklist/queries") == 0o700)

            let found = try await Self.run(["find", "--saved", "Early", "--format", "none"], home)
            #expect(found.code == 0, "\(found.everything)")
            #expect(peer.queries.last?["00400100.00080060"] == "CT")
            #expect(peer.queries.last?["00400100.00400001"] == "CT01")
            let other = try await Self.run(
                ["find", "--query", home / (Self.folder + "Early.toml"), "--as", "CT02", "--format", "none"],
                home
            )
            #expect(other.code == 0, "\(other.everything)")
            #expect(peer.queries.last?["00400100.00400001"] == "CT02", "the station of whoever runs it")
        }

        @Test("values of a patient go into a file only when the user says so; left out they are asked for")
        func personal() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.home(peer)
            let saved = try await Self.browse(
                """
                :wait outcome
                p
                "SMITH*"
                enter
                :wait outcome
                S
                "Smiths"
                enter
                :assert "This query tells who a patient is"
                enter
                :wait text "saved 'Smiths'"
                S
                "Kept"
                enter
                j enter
                :wait text "saved 'Kept'"
                q
                """,
                home
            )
            #expect(saved.code == 0, "\(saved.everything)")
            #expect(try !home.read(Self.folder + "Smiths.toml").contains("SMITH"))
            #expect(try home.read(Self.folder + "Smiths.toml").contains("\"PatientName\" = { source = \"user\" }"))
            #expect(try home.read(Self.folder + "Kept.toml").contains("\"PatientName\" = \"SMITH*\""))

            let before = peer.queries.count
            let refused = try await Self.run(["find", "--saved", "Smiths"], home)
            #expect(refused.code == 2)
            #expect(refused.errors.contains("asks for PatientName when it runs: add -k 'PatientName=VALUE'"))
            #expect(peer.queries.count == before, "an empty key would have asked for everyone")
            let asked = try await Self.run(
                ["find", "--saved", "Smiths", "-k", "PatientName=SMITH^A", "--format", "none"],
                home
            )
            #expect(asked.code == 1, "\(asked.everything)")
            #expect(peer.queries.last?["00100010"] == "SMITH^A")
        }

        @Test("every kind of key is written so that it is read back: nested items, private keys, levels, sources")
        func roundTrip() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.home(
                peer,
                queries: [
                    "deep.toml": """
                    name = "Deep"
                    return_keys = "listed"
                    columns = ["time", "patient"]
                    sort = ["-time"]
                    [keys]
                    "SPS[0].ScheduledProtocolCodeSequence[0].CodeValue" = "A\\"B"
                    "SPS[0].ScheduledProtocolCodeSequence[1].CodeValue" = "C"
                    "/Modality" = "MR"
                    "(0009,1001):LO" = "X"
                    PatientID = { source = "scanned" }
                    PatientName = { value = "MÜLLER*", source = "user" }
                    ReferencedStudySequence = ""
                    """
                ]
            )
            // A number is given, which writes the file anew after a question.
            let result = try await Self.browse(
                """
                :wait outcome
                b
                :wait text "Deep"
                9
                :assert "edited by hand"
                j enter
                :wait text "9 runs it"
                q
                """,
                home
            )
            #expect(result.code == 0, "\(result.everything)")
            let text = try home.read(Self.folder + "deep.toml")
            for line in [
                "number = 9", "return_keys = \"listed\"", "columns = [\"time\", \"patient\"]", "sort = [\"-time\"]",
                "\"SPS.ScheduledProtocolCodeSequence[0].CodeValue\" = \"A\\\"B\"",
                "\"SPS.ScheduledProtocolCodeSequence[1].CodeValue\" = \"C\"", "\"/Modality\" = \"MR\"",
                "\"(0009,1001):LO\" = \"X\"", "\"PatientID\" = { source = \"scanned\" }",
                "\"PatientName\" = { value = \"MÜLLER*\", source = \"user\" }", "\"ReferencedStudySequence\" = \"\"",
            ] {
                #expect(text.contains(line), "\(line) is missing in \(text)")
            }
            // Written once, it is the program's own: the next number needs no question.
            let again = try await Self.browse(
                ":wait outcome\nb\n:wait text \"Deep\"\n8\n:wait text \"8 runs it\"\nq\n",
                home
            )
            #expect(again.code == 0, "\(again.everything)")
        }

        // MARK: What is left alone

        @Test("a file edited by hand is written only after a question; leaving it leaves every byte")
        func handEdited() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.home(peer, queries: ["stat.toml": Self.stat])
            let result = try await Self.browse(
                """
                :wait outcome
                b
                :wait text "STAT today"
                9
                :assert "stat.toml was edited by hand"
                enter
                :refute "was edited by hand"
                q
                S
                "STAT today"
                enter
                :assert "stat.toml was edited by hand"
                esc esc
                q
                """,
                home
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(try home.read(Self.folder + "stat.toml") == Self.stat)
        }

        @Test("broken files are told with file and line, the others work, and nothing is done to the broken ones")
        func broken() async throws {
            let peer = try Peer.server(matches: [])
            let broken = "name = \"Old\"\n[keys]\nPatientNam = \"A\"\n"
            let home = try Self.home(
                peer,
                queries: ["stat.toml": Self.stat, "old.toml": broken, "binary.toml": "\u{0}"]
            )
            #expect(mkfifo(home / (Self.folder + "pipe.toml"), 0o600) == 0)
            try FileManager.default.createDirectory(
                atPath: home / (Self.folder + "folder.toml"),
                withIntermediateDirectories: false
            )
            let result = try await Self.browse(
                """
                :wait outcome
                b
                :wait text "old.toml"
                :assert "line 3: key 'PatientNam'"
                :assert "pipe.toml"
                :assert "folder.toml"
                :assert "no plain file"
                G
                d R e enter 9
                :assert "mend it"
                esc
                4
                :wait outcome
                :assert "priority=STAT"
                q
                """,
                home
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(try home.read(Self.folder + "old.toml") == broken)
            let find = try await Self.run(["find", "--saved", "old"], home)
            #expect(find.code == 2)
            #expect(find.errors.contains("old.toml:3: "), "\(find.errors)")
        }

        @Test("a file that changed since it was read is not deleted, renamed or written")
        func changedMeanwhile() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.home(peer, queries: ["stat.toml": Self.stat])
            let terminal = try await Tmux(home: home)
            try await terminal.command("clear; \"$W\" browse; echo code-$?-")
            try await terminal.until("complete")
            try await terminal.press("b")
            try await terminal.until("STAT today", "4-9")
            let changed = Self.stat + "# one more\n"
            try home.write(changed, to: Self.folder + "stat.toml")
            try await terminal.press("d")
            try await terminal.until("Delete 'STAT today'?")
            try await terminal.press("j", "Enter")
            try await terminal.until("has changed on disk since it was read")
            #expect(try home.read(Self.folder + "stat.toml") == changed)
            // Read anew it can be deleted.
            try await terminal.press("d", "j", "Enter")
            try await terminal.until("deleted 'STAT today'")
            #expect(!FileManager.default.fileExists(atPath: home / (Self.folder + "stat.toml")))
            try await terminal.press("q")
            try await terminal.until("complete")
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }

        @Test("a number is taken from another file only after a question; then exactly one has it")
        func numberTaken() async throws {
            let peer = try Peer.server(matches: [Wire.match(0)])
            let home = try Self.home(peer)
            let saved = try await Self.browse(
                """
                :wait outcome
                S
                "Early"
                tab
                "7"
                enter
                :wait text "saved 'Early'"
                S
                "Late"
                tab
                "7"
                enter
                :assert 7 runs 'Early' now
                enter
                :assert Save the query
                enter
                j enter
                :wait text "'Early' has no number now"
                q
                """,
                home
            )
            #expect(saved.code == 0, "\(saved.everything)")
            let early = try home.read(Self.folder + "Early.toml")
            let late = try home.read(Self.folder + "Late.toml")
            #expect(!early.contains("number ="), "\(early)")
            #expect(late.contains("number = 7"), "\(late)")
        }

        @Test(
            "a saved query shows the columns and the order of its file; a name that means no column is told with its line"
        )
        func view() async throws {
            let peer = try Peer.server(matches: [Wire.match(0)])
            let home = try Self.home(
                peer,
                queries: [
                    "room.toml": """
                    name = "Room"
                    number = 8
                    columns = ["time", "id", "nonsense"]
                    sort = ["-id"]
                    [keys]
                    "SPS.Modality" = ""

                    """
                ]
            )
            let screen = home / "screen.txt"
            let result = try await Self.browse(
                """
                :wait outcome
                8
                :wait outcome
                :assert there is no column 'nonsense'
                :screen \(screen)
                !
                :assert room.toml:3
                esc
                q
                """,
                home
            )
            #expect(result.code == 0, "\(result.everything)")
            let header = try home.read("screen.txt").split(separator: "\n").first { $0.contains(" St ") } ?? ""
            #expect(header.contains("ID") && !header.contains("Procedure"), "\(header)")
        }

        @Test("a renamed query moves to a file of its new name")
        func rename() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.home(peer)
            let result = try await Self.browse(
                """
                :wait outcome
                S
                "One"
                enter
                :wait text "saved 'One'"
                b
                :wait text "58 attributes asked for"
                R ctrl-u
                "Two / three"
                enter
                :wait text "saved 'Two / three'"
                q q
                """,
                home
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: home / Self.folder) == ["Two - three.toml"])
            #expect(try home.read(Self.folder + "Two - three.toml").contains("name = \"Two / three\""))
        }

        // MARK: Starting

        @Test("start in the configuration, --saved and --query decide what is asked first")
        func start() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.home(peer, more: "start = \"STAT today\"", queries: ["stat.toml": Self.stat])
            let first = try await Self.browse(":wait outcome\n:assert priority=STAT\n:assert modality=CT\nq\n", home)
            #expect(first.code == 0, "\(first.everything)")
            let file = try home.write("[keys]\nPatientID = \"7\"\n", to: "id.toml")
            for arguments in [["--query", file], ["--saved", "STAT today"]] {
                let result = try await Self.run(
                    ["browse", "--script", "-"] + arguments,
                    home,
                    input: ":wait outcome\n:assert \(arguments[0] == "--query" ? "id=7" : "priority=STAT")\nq\n"
                )
                #expect(result.code == 0, "\(result.everything)")
            }
            let none = try await Self.run(["browse", "--saved", "None", "--script", "-"], home, input: "q\n")
            #expect(none.code == 2)
            #expect(none.errors.contains("known are STAT today"), "\(none.errors)")
        }

        // MARK: Query files

        @Test(
            "what is wrong in a saved query, with file and line",
            arguments: [
                ("number = 3\n[keys]\n", 1, "4 to 9"), ("name = \"all\"\n[keys]\n", 1, "means a scope"),
                ("return_keys = \"some\"\n[keys]\n", 1, "usual"), ("level = \"STUDY\"\n[keys]\n", 1, "no levels"),
                ("model = \"study\"\nlevel = \"ROOM\"\n[keys]\n", 2, "PATIENT, STUDY, SERIES or IMAGE"),
                ("[keys]\nPatientID = { source = \"configuration\" }\n", 2, "the settings know only"),
                ("[keys]\nPatientID = { source = \"nobody\" }\n", 2, "is not one of fixed"),
                ("[keys]\nPatientID = { source = \"fixed\" }\n", 2, "needs a value"),
                ("columns = \"time\"\n[keys]\n", 1, "list of texts"),
            ]
        )
        func mistakes(_ text: String, _ line: Int, _ words: String) async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write(text, to: "q.toml")
            let result = try await Program.run(["explain", path])
            #expect(result.code == 2)
            #expect(result.errors.contains("\(path):\(line): "), "\(result.errors)")
            #expect(result.errors.contains(words), "\(result.errors)")
        }

        @Test("several items of a sequence are sent as they are written")
        func items() async throws {
            let peer = try Peer.server(matches: [])
            let folder = try TemporaryFolder()
            let path = try folder.write(
                "[keys]\n\"ReferencedStudySequence[0].ReferencedSOPInstanceUID\" = \"1.2\"\n"
                    + "\"ReferencedStudySequence[1].ReferencedSOPInstanceUID\" = \"1.3\"\n",
                to: "items.toml"
            )
            let line = try await Program.run(["explain", path, "--format", "json"])
            #expect(line.code == 0, "\(line.everything)")
            #expect(line.output.contains("(0008,1110)[1].(0008,1155)=1.3"))
            let find = try await Program.run(["find", "--to", peer.address, "--query", path, "--format", "none"])
            #expect(find.code == 1, "\(find.everything)")
        }

        // MARK: Explaining

        private struct Explained: Decodable {
            struct Key: Decodable {
                var key: String
                var value: String
                var sent: String?
                var source: String
                var matching: String?
                var clause: String?
                var key_type: String?
            }

            var name: String
            var keys: [Key]
            var bytes: Int?
            var problem: String?
            var findscu: String
            var find: String
        }

        private static let clock = ["--clock", "2026-11-24T14:32:00"]

        @Test(
            "explain names key, value, what is sent, source, rule and clause; the settings of a server fill in theirs"
        )
        func explain() async throws {
            let peer = try Peer.server(matches: [])
            let home = try Self.home(peer, queries: ["stat.toml": Self.stat])
            let result = try await Self.run(["explain", "STAT today", "--format", "json"] + Self.clock, home)
            #expect(result.code == 0, "\(result.everything)")
            let explained = try JSONDecoder().decode(Explained.self, from: Data(result.output.utf8))
            #expect(explained.name == "STAT today")
            let date = try #require(explained.keys.first { $0.key == "SPS.ScheduledProcedureStepStartDate" })
            #expect(date.value == "today")
            #expect(date.sent == "20261124")
            #expect(date.source == "generated")
            #expect(date.matching == "single value")
            #expect(date.clause == "PS3.4 C.2.2.2.1")
            #expect(date.key_type == "R")
            let modality = try #require(explained.keys.first { $0.key == "SPS.Modality" })
            #expect(modality.sent == "CT")
            #expect(modality.source == "configuration")
            #expect(explained.bytes ?? 0 > 400)
            #expect(explained.findscu.hasSuffix("127.0.0.1 \(peer.port)"))
            #expect(explained.find == "worklist find --server RIS --saved 'STAT today'")
        }

        @Test("without a server what comes from its settings is said to be open")
        func explainOpen() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write(Self.stat, to: "stat.toml")
            let result = try await Program.run(["explain", path, "--matching"] + Self.clock)
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output.contains("SPS.Modality gets its value from the settings of the server"))
            #expect(result.output.contains("R required"))
            #expect(result.output.contains("--query"))
            #expect(result.output.split(separator: "\n").filter { $0.hasPrefix("SPS.") }.count == 2)
        }

        @Test("as Markdown it is a table, whatever stands in the values")
        func explainMarkdown() async throws {
            let folder = try TemporaryFolder()
            let path = try folder.write("name = \"a | b\"\n[keys]\nPatientName = \"A|B*\u{202E}\"\n", to: "q.toml")
            let result = try await Program.run(["explain", path, "--matching", "--format", "markdown"] + Self.clock)
            #expect(result.output.contains("# a \\| b"), "\(result.everything)")
            #expect(result.output.contains("A\\|B\\*"))
            #expect(result.output.contains("```sh\nfindscu -W"))
            #expect(hostileScalars(in: result.everything) == [])
        }
    }
}
