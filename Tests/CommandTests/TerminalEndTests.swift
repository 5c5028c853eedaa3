import Foundation
import Testing

extension InTerminal {
    /// However the program ends, the terminal is as it was. Seen byte by byte.
    @Suite("The end")
    struct EndTests {
        /// A program that shows its list.
        private static func demo(
            type: String = "xterm-256color",
            _ arguments: [String] = []
        ) async throws -> PseudoTerminal {
            let terminal = try await PseudoTerminal(["demo", "--items", "50"] + arguments, type: type)
            try await terminal.until("complete", "50 rows")
            #expect(terminal.modes != terminal.before)
            return terminal
        }

        /// Signals that ask for the end: the exit code says which.
        @Test(
            "INT, TERM, HUP and QUIT restore the terminal and set the exit code",
            arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT],
            ["xterm-256color", "linux", "vt100", "tmux-256color", "screen"]
        )
        func asked(_ number: Int32, type: String) async throws {
            let terminal = try await Self.demo(type: type)
            terminal.signal(number)
            #expect(try await terminal.end() == 128 + number)
            try await terminal.expectRestored()
        }

        /// Signals of a broken program: it ends by that signal, as a shell and a supervisor expect.
        @Test(
            "SEGV, ILL, ABRT, BUS, FPE, TRAP and SYS restore the terminal, and end the program all the same",
            arguments: [SIGSEGV, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGTRAP, SIGSYS],
            ["xterm-256color", "linux", "vt100"]
        )
        func broken(_ number: Int32, type: String) async throws {
            let terminal = try await Self.demo(type: type)
            terminal.signal(number)
            #expect(try await terminal.end() == -number)
            try await terminal.expectRestored()
        }

        @Test(
            "a signal in the middle of a storm of resizes",
            arguments: [SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGABRT]
        )
        func storm(_ number: Int32) async throws {
            let terminal = try await Self.demo()
            let sizes = [(200, 60), (60, 12), (20, 5), (1, 1), (2, 40), (300, 3), (132, 43), (10, 10), (80, 24)]
            for round in 0..<6 {
                for (columns, rows) in sizes {
                    terminal.resize(columns, rows)
                    terminal.signal(SIGWINCH)
                    if round == 5, columns == 132 { terminal.signal(number) }
                }
                terminal.type("jkG")
            }
            let code = try await terminal.end()
            #expect(code == (number == SIGSEGV || number == SIGABRT ? -number : 128 + number))
            try await terminal.settled()
            #expect(terminal.modes == terminal.before)
            let emulator = terminal.emulator
            #expect(emulator.modes == [7, 25])
            #expect(emulator.attributes.isEmpty && !emulator.isInSequence)
            #expect(emulator.strange.isEmpty)
        }

        @Test("a signal while rows stream in", arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGSEGV])
        func streaming(_ number: Int32) async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 500)
            }
            let terminal = try await PseudoTerminal(["browse", "--to", peer.address, "--limit", "0"])
            try await terminal.until("receiving", "SMITH")
            terminal.signal(number)
            let code = try await terminal.end()
            #expect(code == (number == SIGSEGV ? -number : 128 + number))
            try await terminal.expectRestored()
            try await peer.until("gone")
            if number != SIGSEGV { #expect(peer.events.contains("abort"), "\(peer.events)") }
        }

        // MARK: Terminals that misbehave

        @Test(
            "a terminal that reads no more: the query goes on, and TERM ends the program within a second",
            arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT]
        )
        func stalled(_ number: Int32) async throws {
            let (peer, terminal) = try await Self.stall()
            let start = ContinuousClock.now
            terminal.signal(number)
            #expect(try await terminal.end() == 128 + number)
            // One second, and one more for a machine that has much to do.
            #expect(ContinuousClock.now - start < .seconds(2))
            #expect(terminal.modes == terminal.before)
            #expect(peer.events.contains("release"))
            // What comes out when the terminal reads again ends with the way back.
            terminal.setReading(true)
            try await terminal.settled()
            let emulator = terminal.emulator
            #expect(emulator.modes == [7, 25])
            #expect(emulator.title == "shell")
        }

        @Test("a program that breaks while the terminal reads no more ends, and sets the modes back")
        func brokenStalled() async throws {
            let (_, terminal) = try await Self.stall()
            terminal.signal(SIGSEGV)
            #expect([-SIGSEGV, 128 + SIGSEGV].contains(try await terminal.end(within: 5)))
            #expect(terminal.modes == terminal.before)
        }

        @Test("a terminal that reads again shows everything that came meanwhile")
        func readsAgain() async throws {
            let (_, terminal) = try await Self.stall()
            terminal.setReading(true)
            try await terminal.until("complete", "3000 rows")
            terminal.type("G")
            try await terminal.until("3000 / 3000")
            terminal.type("q")
            #expect(try await terminal.end() == 0)
            try await terminal.expectRestored()
        }

        /// A browser whose terminal stops reading at the first rows, when the query has run to its end regardless.
        private static func stall() async throws -> (Peer, PseudoTerminal) {
            let gate = Gate()
            let peer = try Peer.server { connection, query in
                for number in 0..<3000 {
                    if number == 20 { try gate.wait() }
                    try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(number)))
                }
                try connection.send(Wire.response(query, status: 0))
            }
            let terminal = try await PseudoTerminal(
                ["browse", "--to", peer.address, "--limit", "0"],
                columns: 250,
                rows: 60
            )
            try await terminal.until("receiving", "SMITH")
            terminal.setReading(false)
            gate.open()
            // Frames enough to fill what the system holds for the terminal.
            var isUp = false
            try await CommandTests.until("a full terminal") {
                terminal.type(isUp ? "g" : "G")
                isUp.toggle()
                return terminal.isFull
            }
            try await peer.until("release")
            return (peer, terminal)
        }

        @Test("the terminal is gone: the program ends, and aborts what runs", arguments: [true, false])
        func gone(isRunning: Bool) async throws {
            let peer = try Peer.server { connection, query in
                if isRunning {
                    try connection.stream(query, count: 1_000_000, perSecond: 200)
                } else {
                    try connection.stream(query, count: 10, perSecond: nil)
                }
            }
            let terminal = try await PseudoTerminal(["browse", "--to", peer.address, "--limit", "0"])
            try await terminal.until(isRunning ? "receiving" : "complete", "SMITH")
            terminal.unplug()
            #expect(try await terminal.end() == 129)
            if isRunning {
                try await peer.until("gone")
                #expect(peer.events.contains("abort"), "\(peer.events)")
            }
        }
    }
}
