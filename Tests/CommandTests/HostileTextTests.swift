import Foundation
import Testing

extension Commands {
    /// What a peer or a file sends is text, and never moves the cursor, the clipboard or the reader's eye.
    @Suite("Text from outside is harmless")
    struct HostileTextTests {
        /// A title change, a C1 control, an override, a zero width, a line separator, and line breaks.
        private static let hostile =
            "EVIL\u{1B}]0;owned\u{07}\u{9B}31m\u{202E}live\u{200B}\u{2066}\u{2028}\r\nFAKE^ROW"

        private static let matches = [
            Wire.match(0, name: hostile, description: hostile),
            Wire.match(1, nameBytes: Array("EVIL\u{1B}[2J".utf8), characterSet: "ISO_IR 100"),
            Wire.match(
                2,
                nameBytes: Array("EVIL".utf8) + [0x9B, 0x33, 0x31, 0x6D, 0x1B, 0x24, 0x42],
                characterSet: nil
            ),
            Wire.match(3, characterSet: "ISO_IR 999\u{1B}[7m"),
        ]

        @Test(
            "in every format",
            arguments: ["table", "csv", "json", "jsonl", "dicom-json", "dump", "none"]
        )
        func values(_ format: String) async throws {
            let peer = try Peer.server(matches: Self.matches)
            let result = try await Program.run(["find", "--to", peer.address, "--format", format])
            #expect(result.code == 0, "\(result.everything)")
            #expect(hostileScalars(in: result.output) == [])
            #expect(hostileScalars(in: result.errors) == [])
            switch format {
            case "table":
                let rows = result.lines.filter { !$0.hasPrefix("+") }
                #expect(rows.count == 5, "a row is one line, but for values that are wrapped: \(result.output)")
            case "csv": #expect(result.lines.count == 5)
            case "jsonl": #expect(result.lines.count == 4)
            case "dump": #expect(!result.lines.contains { $0.hasPrefix("FAKE") })
            default: break
            }
            if format != "none" { #expect(result.output.contains("EVIL")) }
        }

        @Test("JSON keeps the value, written with escapes", arguments: ["jsonl", "dicom-json"])
        func json(_ format: String) async throws {
            let peer = try Peer.server(matches: [Wire.match(0, description: "A\u{202E}B\u{1B}C\u{200B}D\u{E0001}E")])
            let result = try await Program.run(["find", "--to", peer.address, "--format", format])
            #expect(result.output.contains(#""A\u202EB\u001BC\u200BD\uDB40\uDC01E""#), "\(result.output)")
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(result.output.utf8)) }
        }

        @Test("in an error comment", arguments: ["text", "json", ""])
        func comment(_ summary: String) async throws {
            let peer = try Peer.server { connection, query in
                try connection.send(Wire.response(query, status: 0xC001, comment: Self.hostile))
            }
            let arguments = ["find", "--to", peer.address] + (summary.isEmpty ? [] : ["--summary", summary])
            let result = try await Program.run(arguments)
            #expect(result.code == 5)
            #expect(hostileScalars(in: result.output + result.errors) == [])
            #expect(!result.errors.split(separator: "\n").contains { $0.hasPrefix("FAKE") })
        }

        @Test("in the name of the server's software")
        func implementation() async throws {
            let peer = try Peer.server(matches: [], version: "EVIL\u{1B}[2J\u{7F}")
            let result = try await Program.run(["echo", "--to", peer.address])
            #expect(result.code == 0, "\(result.everything)")
            #expect(hostileScalars(in: result.output + result.errors) == [])
            #expect(result.output.contains("EVIL"))
        }

        @Test("in arguments, paths, query and configuration files")
        func arguments() async throws {
            let folder = try TemporaryFolder()
            let query = try folder.write("[keys]\n\"Evil\u{1B}[2J\u{202E}\" = \"x\"\n", to: "q\u{1B}[31m.toml")
            let configuration = try folder.write("\"evil\u{1B}]0;x\u{07}\" = 1\n", to: "c.toml")
            for arguments in [
                ["find", "--to", "EVIL\u{1B}[2J@h:1"], ["find", "--to", "RIS@h\u{1B}[2J\u{202E}:1", "--timeout", "1"],
                ["find", "--evil\u{1B}[2J"], ["find", "--to", "RIS@h:1", "-k", "Evil\u{1B}[2J=1"],
                ["find", "--to", "RIS@h:1", "--query", query], ["find", "--config", configuration],
                ["find", "--to", "RIS@h:1", "--format", "x\u{1B}[2J"], ["serve", "--folder", "/none\u{1B}[2J"],
                ["find", "--to", "RIS@h:1", "-k", "PatientBirthDate=\u{1B}[2J"],
            ] {
                let result = try await Program.run(arguments)
                #expect(result.code == 2 || result.code == 3, "\(arguments) \(result.everything)")
                #expect(hostileScalars(in: result.output + result.errors) == [], "\(arguments)")
            }
        }
    }
}
