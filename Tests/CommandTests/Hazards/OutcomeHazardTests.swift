import Foundation
import Testing

extension Commands.Hazards {
    @Suite("An untrue outcome")
    struct OutcomeTests {
        typealias Hazards = Commands.Hazards

        private static func rows(_ count: Int) -> [[UInt8]] {
            (0..<count).map { Hazards.item("PAT\(Hazards.four($0))^X", id: "ID\($0)", time: "1\($0)0000") }
        }

        @Test("stale list taken for fresh")
        func stale() async throws {
            let rows = Self.rows(5)
            let peer = try Peer.server { connection, query in
                guard connection.queryCount == 1 else {
                    try connection.send(Wire.response(query, status: 0xA700, comment: "busy"))
                    return
                }
                try connection.stream(query, count: rows.count) { rows[$0] }
            }
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                :assert "as of 14:32:00 (0 s)"
                :refute OLD
                :clock +840
                :refute OLD
                :clock +60
                :assert "OLD: as of 14:32:00 (15 min)"
                r
                :wait text "FAILED"
                esc
                :assert "refresh FAILED"
                :assert " 14:47:00 "
                :assert "the 5 rows shown are from 14:32:00"
                :assert "OLD: as of 14:32:00 (15 min)"
                :refute complete
                q
                """,
                ["--size", "100x30"]
            )
        }

        @Test("stale list taken for fresh: a watch whose queries fail")
        func staleWatch() async throws {
            let rows = Self.rows(5)
            let peer = try Peer.server { connection, query in
                guard connection.queryCount == 1 else {
                    try connection.send(Wire.response(query, status: 0xA700, comment: "busy"))
                    return
                }
                try connection.stream(query, count: rows.count) { rows[$0] }
            }
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                :assert "next in 1:00"
                :clock +60
                :wait text "refresh FAILED"
                :assert "failed, again in 2:00"
                :refute OLD
                :clock +70
                :assert "OLD"
                :assert "14:32:00"
                :clock +50
                :wait text "failed 2 times, again in 4:00"
                :assert "the 5 rows shown are from 14:32:00"
                :assert PAT0004
                q
                """,
                ["--watch", "60", "--size", "100x30"]
            )
            #expect(peer.queries.count == 3)
        }

        @Test("truncated list taken for whole: the server stops early", arguments: [0xFE00, 0xA700] as [UInt16])
        func truncated(_ status: UInt16) async throws {
            let rows = Self.rows(9)
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: rows.count, final: status) { rows[$0] }
            }
            let words = status == 0xFE00 ? "TRUNCATED BY SERVER" : "FAILED"
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                esc
                :assert \(words)
                :refute complete
                /
                "PAT0003"
                enter
                :assert \(words)
                :refute complete
                esc esc s j enter
                :assert \(words)
                :refute complete
                q
                """
            )
        }

        @Test("truncated list taken for whole: the connection is lost, or our own limit is reached")
        func lostOrLimited() async throws {
            let rows = Self.rows(9)
            let lost = try Peer.server { connection, query in
                for row in rows { try connection.send(Wire.response(query, status: 0xFF00, identifier: row)) }
                throw Connection.Failure.closed
            }
            try await Hazards.browse(
                lost.address,
                ":wait outcome\nesc\n:assert LOST\n:assert PARTIAL\n:assert \"9 rows\"\n:refute complete\nq\n"
            )
            let many = try Peer.server(matches: rows)
            try await Hazards.browse(
                many.address,
                ":wait outcome\n:assert LIMITED\n:assert \"more exist\"\n:refute complete\nq\n",
                ["--limit", "4"]
            )
        }

        @Test("FE00 without our cancel shown as our cancel")
        func foreignCancel() async throws {
            let rows = Self.rows(6)
            let peer = try Peer.server { connection, query in
                if connection.queryCount == 1 {
                    try connection.stream(query, count: rows.count, final: 0xFE00) { rows[$0] }
                } else {
                    try connection.stream(query, count: 100_000, perSecond: 50) { Hazards.climbing($0 % 1_400) }
                }
            }
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                :assert "TRUNCATED BY SERVER"
                :assert "we had not cancelled"
                :refute CANCELLED
                ]
                :wait rows>=5
                x
                :wait outcome
                :assert "CANCELLED BY US"
                :refute TRUNCATED
                q
                """,
                ["--size", "120x30"]
            )
            #expect(peer.events.filter { $0 == "cancel" }.count == 1)
        }

        @Test("guessed text shown as certain")
        func guessed() async throws {
            // Иванов^Петр in windows-1251, and nothing that says so.
            let name: [UInt8] = [0xC8, 0xE2, 0xE0, 0xED, 0xEE, 0xE2, 0x5E, 0xCF, 0xE5, 0xF2, 0xF0]
            let peer = try Peer.server(matches: [
                Wire.match(0, nameBytes: name, characterSet: nil), Wire.match(1, name: "SMITH^Anna"),
            ])
            let folder = try TemporaryFolder()
            for options in [[], ["--ascii"]] {
                try await Hazards.browse(
                    peer.address,
                    ":wait outcome\n:screen \(folder / "list")\nenter\n:screen \(folder / "detail")\nq j\n:assert \"SMITH, Anna \"\n:refute \"SMITH, Anna (?)\"\nq\n",
                    options
                )
                let list = try folder.read("list")
                let bar = try #require(list.split(separator: "\n").first { $0.contains("born") })
                #expect(bar.contains("(?)"), "\(list)")
                let detail = try folder.read("detail")
                #expect(detail.contains("read as") || detail.contains("unreadable"), "\(detail)")
            }
        }

        @Test("local filter taken for the server's answer")
        func localFilter() async throws {
            let peer = try Peer.server(matches: Self.rows(7))
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                /
                "PAT0003"
                enter
                :assert "1 of 7 shown (local filter)"
                :assert "7 rows"
                /
                ctrl-u
                "NOBODY"
                enter
                :assert "0 of 7 shown (local filter)"
                :assert "the server was not asked"
                :refute "The server has no item that matches"
                q
                """
            )
            #expect(peer.queries.count == 1)
        }

        @Test("failed refresh emptying the screen", arguments: ["refused", "failed", "lost", "silent", "empty cancel"])
        func failedRefresh(_ kind: String) async throws {
            let rows = Self.rows(5)
            let visits = Counter()
            let peer = try Peer { connection in
                let visit = visits.next()
                if visit > 1, kind == "refused" {
                    _ = try connection.receiveAssociationRequest()
                    try connection.send(Wire.reject(result: 1, source: 1, reason: 7))
                    return try connection.drain()
                }
                try connection.accept()
                let query = try connection.receiveRequest()
                guard visit > 1 else {
                    try connection.stream(query, count: rows.count) { rows[$0] }
                    return try connection.drain()
                }
                switch kind {
                case "failed": try connection.send(Wire.response(query, status: 0xC001, comment: "no"))
                case "lost":
                    try connection.send(Wire.response(query, status: 0xFF00, identifier: rows[0]))
                    throw Connection.Failure.closed
                case "empty cancel": try connection.send(Wire.response(query, status: 0xFE00))
                default: break
                }
                try connection.drain()
            }
            let ending =
                kind == "silent"
                ? "TIMED OUT" : kind == "lost" ? "LOST" : kind == "empty cancel" ? "TRUNCATED" : "FAILED"
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                :clock +75
                r
                :wait text "\(ending)"
                esc
                :wait outcome
                :assert "refresh \(ending)"
                :assert "the 5 rows shown are from 14:32:00"
                :assert PAT0000
                :assert PAT0004
                :refute complete
                q
                """,
                ["--size", "120x30", "--timeout", "2"]
            )
        }
    }
}

extension InTerminal {
    @Suite("An untrue outcome")
    struct OutcomeTests {
        @Test("failed refresh emptying the screen: our own server dies")
        func serverDies() async throws {
            let server = try Program.start(["serve", "--port", "0", "--items", "12"])
            try await server.until("be ready") { $0.output.contains("\n") }
            let words = server.output.split(separator: " ")
            let index = try #require(words.firstIndex(of: "port"))
            let port = words[words.index(after: index)].prefix { $0.isNumber }
            let terminal = try await Tmux(columns: 100, rows: 30)
            try await terminal.command("clear; \"$W\" browse --to RIS@127.0.0.1:\(port); echo code-$?-")
            let before = try await terminal.until("complete", "12 rows")
            let row = try #require(Commands.Hazards.cursorLine(before)?.text)
            server.kill()
            try await until("the server's end") { server.hasExited }
            try await terminal.press("r")
            try await terminal.until("FAILED")
            try await terminal.press("Escape")
            let after = try await terminal.until("refresh FAILED", "the 12 rows shown are from", "Enter detail")
            #expect(Commands.Hazards.cursorLine(after)?.text == row, "\(after)")
            #expect(!after.contains("complete"), "\(after)")
            try await terminal.press("q")
            try await terminal.until("code-0-")
        }
    }
}

/// Counts, from 1.
final class Counter: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var value = 0

    func next() -> Int {
        lock.withLock {
            value += 1
            return value
        }
    }
}
