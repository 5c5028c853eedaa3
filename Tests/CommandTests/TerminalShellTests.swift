import Foundation
import Testing

extension InTerminal {
    /// What a shell in a real terminal finds when the program has ended, was stopped, or is back.
    @Suite("The shell after it")
    struct ShellTests {
        /// A shell that has started the program as its own child; returns the program's number.
        private static func start(_ arguments: String, in terminal: Tmux) async throws -> pid_t {
            try await terminal.command("clear; bash -c 'echo $$ >~/pid; exec \"$W\" \(arguments)'; echo code-$?-")
            // What stands behind a command that was stopped is not run: those tests wait for the prompt.
            try await terminal.until("complete", "50 rows")
            let text = try terminal.home.read("pid").trimmingCharacters(in: .newlines)
            return try #require(pid_t(text))
        }

        @Test(
            "after every signal: the same settings, a visible cursor, an empty prompt, and the status a shell expects",
            arguments: [
                SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGTRAP, SIGSYS, SIGKILL,
            ]
        )
        func signals(_ number: Int32) async throws {
            let terminal = try await Tmux()
            let settings = try await terminal.output("stty -g")
            let before = try await terminal.state()
            let id = try await Self.start("demo --items 50", in: terminal)
            #expect(try await terminal.isAlternate())
            Glibc.kill(id, number)
            // Nobody can put the terminal right after KILL; that one shows that the others did.
            if number == SIGKILL {
                try await terminal.until("code-137-")
                #expect(try await terminal.isAlternate())
                return
            }
            let screen = try await terminal.until("code-\(128 + number)-")
            try await terminal.until("ready>")
            #expect(try await terminal.state() == before)
            #expect(!screen.contains("Patient") && !screen.contains("SMITH"), "\(screen)")
            let lines = try await terminal.screen().split(separator: "\n")
            #expect(lines.last == "ready>", "\(lines)")
            #expect(lines.contains("code-\(128 + number)-"), "\(lines)")
            #expect(try await terminal.output("stty -g") == settings)
            try await terminal.command("echo still-$((40 + 2))")
            try await terminal.until("still-42")
        }

        @Test("stopped by TSTP from outside: the shell has its terminal, fg brings the list back in the new size")
        func stopped() async throws {
            let terminal = try await Tmux()
            let settings = try await terminal.output("stty -g")
            let before = try await terminal.state()
            let id = try await Self.start("demo --items 50", in: terminal)
            for columns in [100, 70] {
                Glibc.kill(id, SIGTSTP)
                try await terminal.until("Stopped", "ready>")
                #expect(try await terminal.state() == before)
                #expect(try await terminal.output("stty -g") == settings)
                try await terminal.resize(columns, 30)
                try await terminal.command("fg")
                try await terminal.until("complete", "50 rows", "Patient")
                try await until("the new width") {
                    try await terminal.screen().split(separator: "\n").contains { $0.count > columns - 8 }
                }
                #expect(try await terminal.title() == "worklist: DEMO\n")
            }
            try await terminal.press("j")
            try await terminal.until("2 / 50")
            try await terminal.press("q")
            try await terminal.until("ready>")
            #expect(try await terminal.state() == before)
            #expect(try await terminal.output("stty -g") == settings)
        }

        @Test("stopped in the background and ended there: TERM still restores nothing it does not have")
        func endedWhileStopped() async throws {
            let terminal = try await Tmux()
            let settings = try await terminal.output("stty -g")
            let before = try await terminal.state()
            let id = try await Self.start("demo --items 50", in: terminal)
            Glibc.kill(id, SIGTSTP)
            try await terminal.until("Stopped", "ready>")
            try await terminal.command("clear; kill -TERM %1; fg; echo end-$?-")
            try await terminal.until("end-143-")
            #expect(try await terminal.state() == before)
            #expect(try await terminal.output("stty -g") == settings)
        }

        @Test("STOP and CONT from outside: the whole screen is drawn again")
        func continued() async throws {
            let terminal = try await Tmux()
            let id = try await Self.start("demo --items 50", in: terminal)
            Glibc.kill(id, SIGSTOP)
            try await terminal.until("Stopped", "ready>")
            // The terminal was left as it was; the shell writes all over it.
            try await terminal.command("echo written-over-it")
            try await terminal.until("written-over-it")
            try await terminal.command("fg")
            try await terminal.until("complete", "50 rows", "DEMO")
            try await terminal.untilGone("written-over-it")
            try await terminal.press("q")
            try await terminal.until("ready>")
        }

        @Test("stopped while a query runs: it goes on where it was, and ends complete")
        func stoppedQuery() async throws {
            let gate = Gate()
            let peer = try Peer.server { connection, query in
                for number in 0..<400 {
                    if number == 100 { try gate.wait() }
                    try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(number)))
                }
                try connection.send(Wire.response(query, status: 0))
            }
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address) --limit 0; echo code-$?-")
            try await terminal.until("receiving", "100 rows", "SMITH")
            try await terminal.press("C-z")
            try await terminal.until("Stopped", "ready>")
            gate.open()
            try await terminal.command("fg")
            try await terminal.until("complete", "400 rows")
            try await terminal.press("q")
            try await terminal.until("ready>")
        }

        @Test("a server killed while it sends: the rows stay, the outcome says what was lost, and q quits")
        func killedServer() async throws {
            let terminal = try await Tmux()
            let before = try await terminal.state()
            // 20,000 items take seconds; it is killed at the first that are seen.
            let server = try Program.start(["serve", "--port", "0", "--items", "20000"])
            try await server.until("the port") { $0.output.contains(" port ") }
            let words = server.output.split(whereSeparator: { " ,".contains($0) })
            let index = try #require(words.firstIndex(of: "port"))
            let port = try #require(Int(words[index + 1]))
            try await terminal.command("clear; \"$W\" browse --to ANY@127.0.0.1:\(port) --limit 0; echo code-$?-")
            try await terminal.until("receiving", "▸", "26-0")
            server.signal(SIGSTOP)
            server.signal(SIGKILL)
            let screen = try await terminal.until("PARTIAL", "LOST")
            #expect(screen.contains("Patient") && screen.contains("26-0"), "the rows stay\n\(screen)")
            #expect(!screen.contains("complete"))
            try await terminal.press("G")
            try await terminal.press("q")
            try await terminal.until("code-0-")
            #expect(try await terminal.state() == before)
        }
    }
}
