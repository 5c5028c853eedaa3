import Foundation
import Testing

extension InTerminal {
    /// The main job: build a query, see the rows arrive, cancel, and be told the truth.
    @Suite("A query")
    struct QueryTests {
        @Test("type a name in the query builder, run it, see rows arrive, cancel, read that we cancelled it")
        func buildRunCancel() async throws {
            // The first query of the browser ends at once; the one with the name is slow.
            let peer = try Peer.server { connection, query in
                let keys = Wire.flatten(query.identifier)
                let isNamed = keys["00100010"]?.isEmpty == false
                try connection.stream(query, count: isNamed ? 1_000_000 : 3, perSecond: isNamed ? 200 : nil) {
                    Wire.match($0, name: "MULLER^Given\($0)")
                }
            }
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address) --limit 0; echo code-$?-")
            try await terminal.until("complete", "3 rows")

            try await terminal.press("e")
            try await terminal.until("Keys to send", "Scheduled Procedure Step Seq")
            // To the line of the name: the end of the list is far below it.
            try await terminal.press("g")
            try await Self.goTo("Patient's Name", terminal)
            try await terminal.press("Enter")
            try await terminal.type("MUL*")
            try await terminal.press("Enter")
            let builder = try await terminal.until("MUL*", "wild")
            #expect(builder.contains("1 matching") || builder.contains("matching"))
            try await terminal.press("r")

            try await terminal.until("receiving", "x cancel", "MULLER")
            try await until("a hundred rows") {
                Self.number(before: " rows", in: try await terminal.screen()) ?? 0 >= 100
            }
            #expect(peer.queries.last?["00100010"] == "MUL*")
            try await terminal.press("x")
            let screen = try await terminal.until("CANCELLED", "PARTIAL", "server took")
            #expect(screen.contains(" ms"), "\(screen)")
            let rows = try #require(Self.number(before: " rows", in: screen))
            #expect(rows >= 100)
            #expect(screen.contains("MULLER"), "the rows stay")
            #expect(peer.events.contains("cancel"))
            #expect(!peer.events.contains("abort"))
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }

        /// Moves down until the cursor's line has the words.
        private static func goTo(_ words: String, _ terminal: Tmux) async throws {
            for _ in 0..<60 {
                let screen = try await terminal.screen()
                if screen.split(separator: "\n").contains(where: { $0.hasPrefix("▸") && $0.contains(words) }) { return }
                let line = screen.split(separator: "\n").first { $0.hasPrefix("▸") }
                try await terminal.press("j")
                try await until("the cursor to move") {
                    try await terminal.screen().split(separator: "\n").first { $0.hasPrefix("▸") } != line
                }
            }
            throw TimedOut(description: "no line '\(words)'\n\(try await terminal.screen())")
        }

        /// The number that stands before a word.
        private static func number(before word: String, in screen: String) -> Int? {
            for line in screen.split(separator: "\n") {
                guard let range = line.range(of: word) else { continue }
                let digits = line[..<range.lowerBound].reversed().prefix { $0.isNumber || $0 == "," }
                if let number = Int(String(digits.reversed().filter { $0 != "," })) { return number }
            }
            return nil
        }

        @Test("a server that ignores the cancel is aborted after the budget, and the screen says so")
        func ignored() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 200, cancel: .ignore)
            }
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address) --limit 0; echo code-$?-")
            try await terminal.until("receiving", "SMITH")
            try await terminal.press("x")
            try await terminal.until("cancelling")
            let screen = try await terminal.until("ABORTED", "by us", "C-CANCEL", within: 20)
            #expect(screen.contains("SMITH"), "the rows stay")
            #expect(screen.contains("PARTIAL"))
            try await peer.until("abort")
            #expect(peer.events.contains("cancel"))
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }

        @Test("x again aborts at once")
        func abort() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 200, cancel: .ignore)
            }
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address) --limit 0; echo code-$?-")
            try await terminal.until("receiving", "SMITH")
            try await terminal.press("x")
            try await peer.until("cancel")
            try await terminal.press("x")
            let screen = try await terminal.until("ABORTED", "as you asked")
            #expect(screen.contains("SMITH"), "the rows stay")
            try await peer.until("abort")
        }

        @Test("quitting in the middle of a query asks, and aborts it properly")
        func quit() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 200)
            }
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address) --limit 0; echo code-$?-")
            try await terminal.until("receiving", "SMITH")
            try await terminal.press("q")
            try await terminal.until("Quit")
            try await terminal.press("Enter")
            try await terminal.until("code-0-")
            try await peer.until("gone")
            #expect(peer.events.contains("abort"), "\(peer.events)")
        }

        @Test("an abort by the server keeps the rows, and says who aborted")
        func aborted() async throws {
            let peer = try Peer.server { connection, query in
                for number in 0..<5 {
                    try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(number)))
                }
                try connection.send(Wire.abort(source: 0, reason: 0))
                throw Connection.Failure.closed
            }
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\" browse --to \(peer.address); echo code-$?-")
            let screen = try await terminal.until("ABORTED", "by the server", "5 rows")
            #expect(screen.contains("SMITH"))
            #expect(screen.contains("PARTIAL"))
        }

        // MARK: First start

        @Test("the first start: fill in the form, Test, Save; the configuration is private, and rows come")
        func firstStart() async throws {
            let peer = try Peer.server(matches: (0..<12).map { Wire.match($0) })
            let terminal = try await Tmux()
            try await terminal.command("clear; \"$W\"; echo code-$?-")
            try await terminal.until("Connect to a worklist", "Nothing has been sent on the network", "Save")
            #expect(peer.events == [])

            try await terminal.type("127.0.0.1")
            try await terminal.press("Tab", "C-u")
            try await terminal.type(String(peer.port))
            try await terminal.press("Tab")
            try await terminal.type("RISMWL")
            try await terminal.press("Tab", "C-u")
            try await terminal.type("CT01")
            try await terminal.until("127.0.0.1", String(peer.port), "RISMWL", "CT01")
            // Over station and modality to the first button.
            try await terminal.press("Tab", "Tab", "Tab", "Enter")
            try await terminal.until("The server answers", "C-ECHO took")
            #expect(peer.events.contains("echo"))
            #expect(peer.queries.isEmpty, "Test asks nothing")
            #expect(!FileManager.default.fileExists(atPath: terminal.home / ".config/worklist/config.toml"))

            try await terminal.press("Tab", "Enter")
            try await terminal.until("complete", "12 rows", "SMITH")
            #expect(peer.events.contains("associate CT01 > RISMWL"))
            let path = terminal.home / ".config/worklist/config.toml"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            try await terminal.press("q")
            try await terminal.until("code-0-")

            // The next start needs no form.
            try await terminal.command("clear; \"$W\"; echo code-$?-")
            try await terminal.until("complete", "12 rows", "SMITH")
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }

        @Test("the first start with a wrong port: Test says what is wrong and what to do, and nothing is saved")
        func failedTest() async throws {
            try await Peer.withClosedPort { port in
                let terminal = try await Tmux()
                try await terminal.command("clear; \"$W\"; echo code-$?-")
                try await terminal.until("Connect to a worklist")
                try await terminal.type("127.0.0.1")
                try await terminal.press("Tab", "C-u")
                try await terminal.type(String(port))
                try await terminal.press("Tab")
                try await terminal.type("RISMWL")
                try await terminal.press("Tab", "Tab", "Tab", "Tab", "Enter")
                try await terminal.until("refused", "Check host and port")
                try await terminal.press("Right", "Right", "Right", "Right", "Enter")
                try await terminal.until("code-0-")
                #expect(!FileManager.default.fileExists(atPath: terminal.home / ".config/worklist/config.toml"))
            }
        }
    }
}
