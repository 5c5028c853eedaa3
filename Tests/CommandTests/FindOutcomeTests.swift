import Foundation
import Testing

extension Commands {
    /// `worklist find`: how it ends, in words and as an exit code.
    @Suite("find ends")
    struct FindOutcomeTests {
        private static func find(_ peer: Peer, _ arguments: [String] = []) async throws -> (Child.Result, Summary) {
            let result = try await Program.run(
                ["find", "--to", peer.address, "--format", "jsonl", "--summary", "json"] + arguments
            )
            return (result, try Summary(result))
        }

        /// The same without a summary: the sentence on standard error.
        private static func sentence(_ peer: Peer, _ arguments: [String] = []) async throws -> String {
            try await Program.run(["find", "--to", peer.address, "--format", "none"] + arguments).errors
        }

        @Test("0 with matches")
        func matches() async throws {
            let (result, summary) = try await Self.find(try Peer.server(matches: [Wire.match(0)]))
            #expect(result.code == 0)
            #expect(summary.outcome == "complete")
        }

        @Test("1 without a match")
        func noMatches() async throws {
            let (result, summary) = try await Self.find(try Peer.server(matches: []))
            #expect(result.code == 1)
            #expect(summary.outcome == "complete")
            #expect(summary.matches == 0)
            #expect(summary.first_match_ms == nil)
        }

        @Test("6 when our limit is reached, with exactly that many rows")
        func limited() async throws {
            let peer = try Peer.server(matches: (0..<50).map { Wire.match($0) })
            let (result, summary) = try await Self.find(peer, ["--limit", "7"])
            #expect(result.code == 6)
            #expect(summary.outcome == "limited")
            #expect(summary.rows == 7)
            #expect(result.lines.count == 7)
            let words = try await Self.sentence(peer, ["--limit", "1"])
            #expect(words.contains("limited to 1 row: more exist"), "\(words)")
            #expect(words.contains("--limit 0"))
        }

        @Test("0 when there are exactly as many matches as the limit allows")
        func atTheLimit() async throws {
            let (result, summary) = try await Self.find(
                try Peer.server(matches: (0..<7).map { Wire.match($0) }),
                ["--limit", "7"]
            )
            #expect(result.code == 0)
            #expect(summary.outcome == "complete")
            #expect(summary.rows == 7)
        }

        @Test("6 after --cancel-after, and says how the server took it")
        func cancelAfter() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 200)
            }
            let (result, summary) = try await Self.find(peer, ["--cancel-after", "5", "--limit", "0"])
            #expect(result.code == 6)
            #expect(summary.outcome == "cancelled")
            #expect(summary.status == "FE00")
            #expect(summary.rows >= 5)
            #expect(summary.rows == 5 + summary.matches_after_cancel)
            #expect(result.lines.count == summary.rows)
            #expect(try #require(summary.cancel_to_final_ms) >= 0)
            #expect(peer.events.contains("cancel"))
            try await peer.until("release")
            let words = try await Self.sentence(peer, ["--cancel-after", "1", "--limit", "0"])
            #expect(words.contains("cancelled by us with "), "\(words)")
            #expect(words.contains("the server ended the query"))
        }

        @Test("6 when the server answers our C-CANCEL with Success, and does not claim that the list is whole")
        func cancelledWithSuccess() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 200, cancel: .succeed)
            }
            let (result, summary) = try await Self.find(peer, ["--cancel-after", "3"])
            #expect(result.code == 6)
            #expect(summary.outcome == "cancelled")
            #expect(summary.status == "0000")
            let words = try await Self.sentence(peer, ["--cancel-after", "3"])
            #expect(words.contains("may or may not be whole"))
        }

        @Test("6 when the server ends the query with FE00 on its own")
        func truncatedByServer() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 3, final: 0xFE00)
            }
            let (result, summary) = try await Self.find(peer)
            #expect(result.code == 6)
            #expect(summary.outcome == "truncated")
            #expect(summary.rows == 3)
            #expect(try await Self.sentence(peer).contains("truncated by the server after 3 rows"))
        }

        @Test(
            "5 with the status, its meaning and the server's comment",
            arguments: [
                (UInt16(0xA700), "A700", "out of resources"),
                (0xA900, "A900", "identifier does not match"),
                (0xC001, "C001", "unable to process"),
                (0x0122, "0122", "SOP class not supported"),
                (0x1234, "1234", "not assign"),
            ]
        )
        func failed(_ status: UInt16, _ code: String, _ meaning: String) async throws {
            let peer = try Peer.server { connection, query in
                try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(0)))
                try connection.send(Wire.response(query, status: status, comment: "out of coffee"))
            }
            let (result, summary) = try await Self.find(peer)
            #expect(result.code == 5)
            #expect(summary.outcome == "failed")
            #expect(summary.status == code)
            #expect(result.lines.count == 1, "the row that had come stays")
            let words = try await Self.sentence(peer)
            for expected in [code, meaning, "out of coffee", "1 row had come"] {
                #expect(words.contains(expected), "\(words)")
            }
        }

        // MARK: Ctrl-C

        @Test("Ctrl-C sends C-CANCEL, takes what still comes, and ends with 6")
        func interrupt() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 100)
            }
            let child = try Program.start(
                ["find", "--to", peer.address, "--format", "jsonl", "--summary", "json", "--limit", "0"]
            )
            try await child.until("print rows") { $0.output.contains("PID000002") }
            child.signal(SIGINT)
            let result = try await child.result()
            #expect(result.code == 6, "\(result.everything)")
            let summary = try Summary(result)
            #expect(summary.outcome == "cancelled")
            #expect(result.lines.count == summary.rows)
            #expect(peer.events.contains("cancel"))
            #expect(!peer.events.contains("abort"))
        }

        @Test("Ctrl-C again aborts")
        func interruptAgain() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 100, cancel: .ignore)
            }
            let child = try Program.start(["find", "--to", peer.address, "--format", "jsonl", "--limit", "0"])
            try await child.until("print rows") { $0.output.contains("PID000002") }
            child.signal(SIGINT)
            try await peer.until("cancel")
            child.signal(SIGINT)
            let result = try await child.result()
            #expect(result.code == 6, "\(result.everything)")
            #expect(result.errors.contains("we aborted the association on the user's request"))
            try await peer.until("abort")
        }

        @Test("A server that ignores C-CANCEL is aborted after the budget")
        func cancelIgnored() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 100, cancel: .ignore)
            }
            let words = try await Self.sentence(peer, ["--cancel-after", "3", "--limit", "0"])
            #expect(words.contains("did not end the query within 5 s after our C-CANCEL"), "\(words)")
            #expect(words.contains("so we aborted"))
            try await peer.until("abort")
        }

        @Test("6 when the rows cannot be written, whatever the server says", arguments: ["table", "jsonl"])
        func fullDisk(_ format: String) async throws {
            let peer = try Peer.server(matches: [Wire.match(0)])
            let line = "exec '\(try Program.path())' find --to \(peer.address) --format \(format) >/dev/full"
            let child = try Child(
                try Program.tool("bash"),
                ["-c", line],
                environment: Program.environment(home: Program.noHome)
            )
            let result = try await child.result()
            #expect(result.code == 6, "\(result.everything)")
            #expect(result.errors.contains("no space left"), "\(result.errors)")
        }

        @Test("A reader that goes away cancels the query")
        func closedPipe() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_000_000, perSecond: 200)
            }
            let line = "'\(try Program.path())' find --to \(peer.address) --format jsonl --limit 0 | head -n 1"
            let child = try Child(
                try Program.tool("bash"),
                ["-c", line + "; exit ${PIPESTATUS[0]}"],
                environment: Program.environment(home: Program.noHome)
            )
            let result = try await child.result()
            #expect(result.code == 6, "\(result.everything)")
            #expect(result.lines.count == 1)
            #expect(peer.events.contains("cancel"))
        }
    }
}
