import Foundation
import Testing

extension InTerminal {
    /// What the browser does to the terminal, and leaves behind.
    @Suite("The terminal")
    struct LifeTests {
        @Test("demo shows rows; q leaves the terminal as it was")
        func demo() async throws {
            let terminal = try await Tmux()
            let before = try await terminal.modes()
            try await terminal.command("clear; echo on-the-shell; \"$W\" demo --items 50; echo code-$?-")
            let screen = try await terminal.until("complete", "50 rows", "Patient", "DEMO")
            #expect(screen.contains("2026") || screen.contains("date=today"))
            #expect(!screen.contains("on-the-shell"))
            #expect(try await terminal.isAlternate())
            #expect(try await terminal.title() == "worklist: DEMO\n")
            try await terminal.press("q")
            let after = try await terminal.until("code-0-", "on-the-shell")
            #expect(!after.contains("Patient"))
            #expect(try await terminal.isAlternate() == false)
            #expect(try await terminal.modes() == before)
            // What is typed is seen, and Enter is Enter.
            try await terminal.command("echo still-$((40 + 2))")
            try await terminal.until("still-42")
        }

        @Test("TERM and HUP restore the terminal, and the exit code says which", arguments: [SIGTERM, SIGHUP])
        func signals(_ number: Int32) async throws {
            let terminal = try await Tmux()
            let before = try await terminal.modes()
            try await terminal.command("clear; bash -c 'echo $$ >~/pid; exec \"$W\" demo --items 50'; echo code-$?-")
            try await terminal.until("complete", "50 rows")
            let text = try terminal.home.read("pid").trimmingCharacters(in: .newlines)
            Glibc.kill(try #require(pid_t(text)), number)
            try await terminal.until("code-\(128 + number)-")
            #expect(try await terminal.isAlternate() == false)
            #expect(try await terminal.modes() == before)
        }

        @Test("Ctrl-C while nothing runs asks, and quits when asked twice")
        func interrupt() async throws {
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" demo --items 50; echo code-$?-")
            try await terminal.until("complete", "50 rows")
            try await terminal.press("C-c")
            try await terminal.until("Quit")
            try await terminal.press("C-c")
            try await terminal.until("code-0-")
            #expect(try await terminal.isAlternate() == false)
        }

        @Test("Ctrl-Z gives the shell its terminal back, and fg the browser its screen")
        func suspend() async throws {
            let terminal = try await Tmux()
            let before = try await terminal.modes()
            try await terminal.command("clear; \"$W\" demo --items 50; echo code-$?-")
            try await terminal.until("complete", "50 rows")
            for columns in [100, 120] {
                try await terminal.press("C-z")
                try await terminal.until("Stopped")
                #expect(try await terminal.isAlternate() == false)
                #expect(try await terminal.modes() == before)
                // A size that changed meanwhile is noticed.
                try await terminal.resize(columns, 30)
                try await terminal.command("fg")
                try await terminal.until("complete", "50 rows", "Patient")
                try await until("the new width") {
                    try await terminal.screen().split(separator: "\n").contains { $0.count > columns - 10 }
                }
                try await terminal.press("j", "j", "k")
                try await terminal.until("2 / 50")
                try await terminal.press("g")
                try await terminal.until("1 / 50")
            }
            try await terminal.press("q")
            try await terminal.until("ready>")
            #expect(try await terminal.modes() == before)
        }

        @Test("a storm of resizes ends with a whole screen")
        func resizes() async throws {
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" demo --items 50; echo code-$?-")
            try await terminal.until("complete", "50 rows")
            for (columns, rows) in [(200, 60), (60, 12), (20, 5), (1, 1), (2, 40), (300, 3), (132, 43), (10, 10)] {
                try await terminal.resize(columns, rows)
                try await terminal.press("j")
            }
            try await terminal.until("60x12")
            try await terminal.resize(90, 20)
            let screen = try await terminal.until("complete", "Patient", "detail", "/ 50")
            let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines[0].contains("DEMO"))
            #expect(lines[19].contains("help"))
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }

        @Test("filter, sort, detail and the way back")
        func walk() async throws {
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" demo --items 120; echo code-$?-")
            try await terminal.until("complete", "120 rows")

            try await terminal.press("/")
            try await terminal.until("filter")
            try await terminal.type("smith")
            try await terminal.until("of 120")
            try await terminal.press("Enter")
            let filtered = try await terminal.until("of 120", "SMITH")
            let rows = filtered.split(separator: "\n").filter { $0.contains("CT") || $0.contains("SMITH,") }
            #expect(!rows.isEmpty)

            try await terminal.press("Enter")
            try await terminal.until("0010,", "SMITH", "Esc back")
            try await terminal.press("Escape")
            try await terminal.until("of 120", "Enter detail")
            try await terminal.press("Escape")
            try await terminal.until("complete", "/ 120")

            try await terminal.press("s")
            try await terminal.until("Sort by")
            // By the name, which is under the time.
            try await terminal.press("j", "Enter")
            let sorted = try await terminal.untilGone("Sort by")
            #expect(sorted.contains("Patient^"), "\(sorted)")
            try await terminal.press("?")
            try await terminal.until("show every attribute of the row")
            try await terminal.press("Escape")
            try await terminal.untilGone("show every attribute of the row")
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }

        @Test(
            "other terminals, and no UTF-8",
            arguments: [
                "TERM=linux", "TERM=vt100", "TERM=xterm", "TERM=screen-256color", "LANG=C", "NO_COLOR=1",
            ]
        )
        func kinds(_ setting: String) async throws {
            let terminal = try await Tmux()
            let before = try await terminal.modes()
            try await terminal.command("clear; \(setting) \"$W\" demo --items 50; echo code-$?-")
            let screen = try await terminal.until("complete", "50 rows", "Patient", "DEMO")
            if setting == "LANG=C" {
                #expect(screen.unicodeScalars.allSatisfy { $0.value < 0x7F }, "\(screen)")
            }
            try await terminal.press("Down", "Up", "End")
            try await terminal.until("50 / 50")
            try await terminal.press("q")
            try await terminal.until("code-0-")
            #expect(try await terminal.modes() == before)
        }

        @Test("TERM in the middle of a query aborts it, and restores the terminal")
        func terminatedQuery() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 200)
            }
            let terminal = try await Tmux()
            let before = try await terminal.modes()
            let line = "bash -c 'echo $$ >~/pid; exec \"$W\" browse --to \(peer.address) --limit 0'"
            try await terminal.command("clear; \(line); echo code-$?-")
            try await terminal.until("receiving", "SMITH")
            let text = try terminal.home.read("pid").trimmingCharacters(in: .newlines)
            Glibc.kill(try #require(pid_t(text)), SIGTERM)
            try await terminal.until("code-143-")
            #expect(try await terminal.modes() == before)
            try await peer.until("gone")
            #expect(peer.events.contains("abort"), "\(peer.events)")
        }

        @Test("hostile text moves nothing but itself")
        func hostileText() async throws {
            let evil = "EVIL\u{1B}]2;owned\u{07}\u{1B}[1;1Howned\u{9B}2J\u{202E}\n^X"
            let peer = try Peer.server(matches: (0..<3).map { Wire.match($0, name: evil, description: evil) })
            let terminal = try await Tmux()
            let title = try await terminal.title()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address); echo code-$?-")
            let screen = try await terminal.until("complete", "3 rows", "EVIL")
            #expect(hostileScalars(in: screen) == [])
            #expect(!screen.hasPrefix("owned"))
            try await terminal.press("Enter")
            try await terminal.until("0010,0010", "EVIL")
            let named = try await terminal.title()
            #expect(named.hasPrefix("worklist: ") && !named.contains("owned"))
            try await terminal.press("Escape")
            try await terminal.until("complete", "3 rows")
            try await terminal.press("q")
            try await terminal.until("code-0-")
            #expect(try await terminal.title() == title)
        }

        @Test("a terminal that can do nothing is refused in words")
        func dumbTerminal() async throws {
            let terminal = try await Tmux()
            try await terminal.command("clear; TERM=no-such-terminal \"$W\" demo; echo code-$?-")
            let screen = try await terminal.until("code-2-")
            #expect(screen.contains("no-such-terminal"), "\(screen)")
        }
    }
}
