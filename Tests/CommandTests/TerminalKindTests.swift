import Foundation
import Testing

extension InTerminal {
    /// Every kind of terminal: the list is to be seen, and nothing is written that the terminal does not know.
    @Suite("Terminal types")
    struct KindTests {
        struct Kind: Sendable, CustomTestStringConvertible {
            var type: String
            var environment: [String: String] = [:]
            var arguments: [String] = []
            /// Colours it may be sent: none, 8, 16 or 256.
            var colors = 256
            var isUTF8 = true
            var testDescription: String { "\(type) \(environment) \(arguments)" }
        }

        static let kinds = [
            Kind(type: "xterm-256color"), Kind(type: "tmux-256color"), Kind(type: "screen-256color"),
            Kind(type: "xterm", colors: 8), Kind(type: "tmux", colors: 8), Kind(type: "screen", colors: 8),
            Kind(type: "linux", colors: 8), Kind(type: "vt100", colors: 0), Kind(type: "vt220", colors: 0),
            Kind(type: "ansi", arguments: ["--ascii"], colors: 8, isUTF8: false),
            Kind(type: "rxvt-unicode", colors: 88),
            Kind(type: "xterm-256color", arguments: ["--color", "16"], colors: 16),
            Kind(type: "xterm-256color", arguments: ["--color", "8"], colors: 8),
            Kind(type: "xterm-256color", arguments: ["--color", "none"], colors: 0),
            Kind(type: "xterm-256color", environment: ["NO_COLOR": "1"], colors: 0),
            Kind(type: "linux", environment: ["NO_COLOR": "1"], colors: 0),
            Kind(type: "xterm-256color", environment: ["LANG": "C"], isUTF8: false),
            Kind(type: "vt100", environment: ["LC_ALL": "POSIX"], colors: 0, isUTF8: false),
            Kind(type: "xterm-256color", arguments: ["--ascii"], isUTF8: false),
            Kind(type: "xterm-256color", environment: ["LINES": "5", "COLUMNS": "10"]),
            Kind(type: "linux", environment: ["LINES": "200", "COLUMNS": "300"], colors: 8),
        ]

        @Test("the list is on the screen, keys work, and q leaves the terminal as it was", arguments: kinds)
        func kind(_ kind: Kind) async throws {
            let terminal = try await PseudoTerminal(
                ["demo", "--items", "50"] + kind.arguments,
                type: kind.type,
                environment: kind.environment
            )
            let screen = try await terminal.until("complete", "50 rows", "Patient", "DEMO", "1 / 50")
            let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines[0].contains("DEMO") && lines[23].contains("help"), "\(screen)")
            if !kind.isUTF8 { #expect(terminal.bytes.allSatisfy { $0 < 0x80 }) }
            terminal.type(kind.type == "vt100" ? "\u{1B}OB" : "\u{1B}[B")
            try await terminal.until("2 / 50")
            terminal.type("G")
            try await terminal.until("50 / 50")
            terminal.type("?")
            try await terminal.until("show every attribute of the row")
            terminal.type("\u{1B}")
            try await until("the list again") {
                !terminal.screen.contains("show every attribute") && terminal.screen.contains("50 / 50")
            }
            terminal.type("q")
            #expect(try await terminal.end() == 0)
            try await terminal.expectRestored()
            let emulator = terminal.emulator
            let colors = emulator.everUsed.compactMap { Int($0) }
            switch kind.colors {
            case 0: #expect(!colors.contains { (30...107).contains($0) }, "\(colors)")
            case 8: #expect(!colors.contains { $0 > 49 || $0 == 38 || $0 == 48 }, "\(colors)")
            default: break
            }
            let isModern = !["linux", "vt100", "vt220", "ansi"].contains(kind.type)
            #expect(emulator.everSet.contains(2004) == isModern)
            #expect(emulator.everSet.contains(2026) == isModern)
        }

        @Test(
            "a terminal that cannot be drawn on is refused in words, before a byte of control",
            arguments: ["no-such-terminal", ""]
        )
        func unknown(type: String) async throws {
            let terminal = try await PseudoTerminal(["demo", "--items", "5"], environment: ["TERM": type])
            #expect(try await terminal.end() == 2)
            try await terminal.settled()
            #expect(terminal.output.contains("TERM"))
            #expect(terminal.output.contains("TERM=xterm-256color"))
            #expect(!terminal.bytes.contains(0x1B))
            #expect(terminal.modes == terminal.before)
        }

        @Test(
            "without UTF-8 a name with other letters is marked, and the detail gives their code points",
            arguments: [["LANG": "C"], ["LC_ALL": "POSIX"], [:]]
        )
        func otherLetters(environment: [String: String]) async throws {
            let peer = try Peer.server(matches: [Wire.match(0, name: "MÜLLER^Jörg"), Wire.match(1, name: "山田^太郎")])
            let terminal = try await PseudoTerminal(
                ["browse", "--to", peer.address] + (environment.isEmpty ? ["--ascii"] : []),
                environment: environment
            )
            let list = try await terminal.until("complete", "2 rows", "M?LLER, J?rg!", "(2 characters not shown)")
            // One sign per column, so that what follows stays in its place.
            #expect(list.contains("????, ????!"), "\(list)")
            terminal.type("\r")
            try await terminal.until("! M?LLER, J?rg (2 characters not shown)", "Esc back")
            // Down to the name.
            for _ in 0..<40 where !terminal.screen.contains("<U+00DC>") {
                let before = terminal.screen
                terminal.type("j")
                try await until("the next line") { terminal.screen != before }
                try await terminal.settled()
            }
            try await terminal.until("<U+00DC>", "<U+00F6>")
            #expect(terminal.bytes.allSatisfy { $0 < 0x80 })
            terminal.signal(SIGTERM)
            #expect(try await terminal.end() == 143)
            try await terminal.expectRestored()
        }

        @Test("a line that does not know its size uses LINES and COLUMNS, else 80 by 24", arguments: [true, false])
        func noSize(isSet: Bool) async throws {
            let terminal = try await PseudoTerminal(
                ["demo", "--items", "50"],
                type: "vt100",
                columns: 0,
                rows: 0,
                environment: isSet ? ["LINES": "30", "COLUMNS": "100"] : [:],
                seenAs: (100, 40)
            )
            let screen = try await terminal.until("complete", "50 rows", "help")
            let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines[isSet ? 29 : 23].contains("help"), "\(screen)")
            #expect(lines[0].contains("DEMO"))
            terminal.type("q")
            #expect(try await terminal.end() == 0)
        }
    }
}
