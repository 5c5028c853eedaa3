import Foundation
import Testing

extension Commands {
    /// `X` in the browser: files with patients' data.
    @Suite("Export")
    struct ExportFileTests {
        /// Runs the demo, writes into the file, and does what follows.
        private static func run(_ file: String, format: String = "", then more: String = "") async throws
            -> Child.Result
        {
            try await Program.run(
                ["demo", "--items", "40", "--clock", "2026-11-24T14:32:00", "--size", "160x50", "--script", "-"],
                input: """
                    :wait outcome
                    X \(format)
                    shift-tab
                    "\(file)"
                    enter
                    \(more)
                    q
                    """
            )
        }

        private static func mode(_ file: String) throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            return try #require(attributes[.posixPermissions] as? Int)
        }

        @Test("the rows shown are in a file that only the user can read; path and count are said")
        func csv() async throws {
            let folder = try TemporaryFolder()
            let file = folder / "out.csv"
            let result = try await Self.run(file, then: ":wait text \"40 rows written to \(file)\"")
            #expect(result.code == 0, "\(result.everything)")
            #expect(try Self.mode(file) == 0o600)
            let lines = try folder.read("out.csv").split(separator: "\n")
            #expect(lines.count == 41)
            #expect(lines[0].hasPrefix("Status,Date,Time,Patient,Born"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.csv"])
        }

        @Test("JSON is JSON, and says which list it holds")
        func json() async throws {
            let folder = try TemporaryFolder()
            let file = folder / "out.json"
            let result = try await Self.run(file, format: "right", then: ":wait text \"40 rows written\"")
            #expect(result.code == 0, "\(result.everything)")
            let object = try JSONSerialization.jsonObject(with: Data(try folder.read("out.json").utf8))
            let document = try #require(object as? [String: Any])
            #expect((document["rows"] as? [Any])?.count == 40)
            let header = try #require(document["export"] as? [String: Any])
            #expect(header["partial"] as? Bool == false)
            #expect((header["query"] as? String)?.contains("20261124") == true)
        }

        @Test("a file that is there stays as it is until the user says that it may go")
        func exists() async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("mine", to: "out.csv")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
            let kept = try await Self.run(
                file,
                then: """
                    :wait text "Replace the file?"
                    enter
                    :wait text "Export"
                    enter
                    :wait text "Replace the file?"
                    esc esc
                    """
            )
            #expect(kept.code == 0, "\(kept.everything)")
            #expect(try folder.read("out.csv") == "mine")
            let replaced = try await Self.run(
                file,
                then: """
                    :wait text "Replace the file?"
                    tab enter
                    :wait text "40 rows written"
                    """
            )
            #expect(replaced.code == 0, "\(replaced.everything)")
            #expect(try folder.read("out.csv").hasPrefix("Status,Date"))
            #expect(try Self.mode(file) == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.csv"])
        }

        @Test("what cannot be written is said with its reason and what to do; no file is left")
        func failures() async throws {
            let folder = try TemporaryFolder()
            try folder.write("mine", to: "target")
            try FileManager.default.createSymbolicLink(atPath: folder / "link", withDestinationPath: folder / "target")
            // One word of each reason: the dialog wraps the line somewhere.
            for (file, word) in [
                (folder / "no/such/out.csv", "folder:"), (folder.path, "folder:"), (folder / "link", "ordinary"),
                ("/dev/full", "ordinary"), (folder / "target/out.csv", "directory;"),
            ] {
                let result = try await Self.run(file, then: ":wait text \"\(word)\"\nesc")
                #expect(result.code == 0, "\(file) \(result.everything)")
            }
            #expect(try folder.read("target") == "mine")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link", "target"])
        }

        @Test("a limited list says so in the dialog, in the file, and afterwards")
        func limited() async throws {
            let folder = try TemporaryFolder()
            let file = folder / "out.jsonl"
            let result = try await Program.run(
                ["demo", "--items", "200", "--limit", "20", "--script", "-"],
                input: """
                    :wait outcome
                    X right right
                    :assert "The list is not whole: LIMITED"
                    shift-tab
                    "\(file)"
                    enter
                    :wait text "Exported"
                    :assert "LIMITED"
                    q
                    """
            )
            #expect(result.code == 0, "\(result.everything)")
            let lines = try folder.read("out.jsonl").split(separator: "\n")
            #expect(lines.count == 21)
            #expect(lines[0].contains("\"partial\":true") && lines[0].contains("LIMITED"))
        }

        @Test("a program that is ended while it writes leaves no file")
        func ended() async throws {
            let folder = try TemporaryFolder()
            let file = folder / "out.json"
            let child = try Program.start(
                ["demo", "--items", "20000", "--limit", "0", "--script", "-"],
                input: """
                    :wait outcome
                    X right
                    shift-tab
                    "\(file)"
                    enter
                    :wait text "Exporting"
                    esc
                    :wait text "cancelled"
                    q
                    """
            )
            let result = try await child.result(within: 120)
            #expect(result.code == 0, "\(result.everything)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    /// `:scan` in a script: keys all at once, as a scanner sends them.
    @Suite("Barcode")
    struct BarcodeCommandTests {
        private static func run(_ script: String, home: TemporaryFolder? = nil) async throws -> Child.Result {
            try await Program.run(
                ["demo", "--items", "300", "--clock", "2026-11-24T14:32:00", "--script", "-"],
                environment: home.map { ["HOME": $0.path] } ?? [:],
                input: ":wait outcome\n" + script + "\nq\n"
            )
        }

        @Test("a scan goes to its item, asks the server for what is not here, and runs no command")
        func scans() async throws {
            let result = try await Self.run(
                """
                :scan 26-004678
                :assert "accession 26-004678 scanned"
                :scan q1rxPM3tBX
                :wait text "nothing has accession q1rxPM3tBX"
                :assert "accession=q1rxPM3tBX"
                :refute PRIVACY
                :scan q1r
                :assert "keys came"
                :scan 26-0046*
                :assert "scan refused"
                t
                :wait outcome
                """
            )
            #expect(result.code == 0, "\(result.everything)")
        }

        @Test("[barcode] of the configuration is followed; what is wrong in it leaves the rest as it is")
        func configured() async throws {
            let home = try TemporaryFolder()
            try home.write(
                """
                [barcode]
                prefix = "~"
                check_digit = "drop"
                suffix = "space"
                fields = ["accession"]
                """,
                to: ".config/worklist/config.toml"
            )
            let result = try await Self.run(":scan ~26-0046789\n:assert \"accession 26-004678 scanned\"", home: home)
            #expect(result.code == 0, "\(result.everything)")
        }
    }
}

extension InTerminal {
    /// A scanner is a keyboard: its keys come through the terminal.
    @Suite("A barcode scanner")
    struct ScannerTests {
        @Test("a burst with Enter is a scan, one without runs nothing, and a key by hand is a key")
        func burst() async throws {
            let terminal = try await Tmux(columns: 100)
            try await terminal.command("clear; \"$W\" demo --items 300; echo code-$?-")
            try await terminal.until("complete", "300 rows")
            // One write: tmux hands all of it over at once.
            try await terminal.burst("26-004678", "Enter")
            try await terminal.until("accession 26-004678 scanned")
            try await terminal.burst("q1rxMP26", "Enter")
            try await terminal.until("accession=q1rxMP26", "nothing has accession q1rxMP26")
            try await terminal.press("qqrqx1")
            try await terminal.until("6 keys came at once")
            try await terminal.changeHands()
            try await terminal.press("t")
            try await terminal.until("date=today")
            #expect(try await terminal.isAlternate())
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }
    }
}
