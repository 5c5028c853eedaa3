import Foundation
import Testing

extension Commands.Hazards {
    @Suite("Input that is no command")
    struct InputTests {
        typealias Hazards = Commands.Hazards

        private static let rows = (0..<5).map {
            Hazards.item("PAT\(Hazards.four($0))^X", id: "ID\($0)", time: "1\($0)0000")
        }

        @Test(
            "a scan or a paste running commands: pasted text",
            arguments: [
                #"q\n"#, #"q\rq\rq\r"#, #":app.quit\r:q\r"#, #"x\nr\n3\n]\nW\n"#, #"eagr\nSMI*\n"#, #"\e[201~q"#,
                #"\x"#,
                #"dpvTX/smith\n\n\n"#,
            ]
        )
        func paste(_ text: String) async throws {
            let peer = try Peer.server(matches: Self.rows)
            // A backslash that stands for nothing is two of them.
            let escaped = text == #"\x"# ? #"\\x"# : text
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                :paste "\(escaped)"
                :assert Patient
                :assert "5 rows"
                :assert complete
                :refute "Keys to send"
                :refute "next in"
                :refute "Quit"
                :assert "1 / 5"
                q
                """
            )
            #expect(peer.queries.count == 1, "nothing was asked: \(peer.queries)")
        }

        @Test("a scan or a paste running commands: text pasted into a field stays in it")
        func pasteIntoField() async throws {
            let peer = try Peer.server(matches: Self.rows)
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                /
                :paste "PAT0002\\nq\\n"
                :assert "filter"
                esc
                :assert "1 / 5"
                q
                """
            )
            #expect(peer.queries.count == 1)
        }
    }
}

extension InTerminal {
    @Suite("Input that is no command")
    struct PasteTests {
        @Test("a scan or a paste running commands: a bracketed paste of every key in a real terminal")
        func paste() async throws {
            let peer = try Peer.server(
                matches: (0..<5).map { Commands.Hazards.item("PAT\(Commands.Hazards.four($0))^X", id: "ID\($0)") }
            )
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address); echo code-$?-")
            try await terminal.until("complete", "5 rows")
            let keys = (0x21...0x7E).compactMap { Unicode.Scalar($0).map(String.init) }.joined()
            try await terminal.paste("q\r\(keys)\rq\r\rZZ\n")
            // A key behind the paste: when its answer is there, the paste has been read.
            try await terminal.press("G")
            let screen = try await terminal.until("5 / 5", "complete")
            #expect(!screen.contains("code-"), "\(screen)")
            #expect(screen.contains("PAT0004"), "\(screen)")
            #expect(peer.queries.count == 1, "\(peer.queries)")
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }
    }
}
