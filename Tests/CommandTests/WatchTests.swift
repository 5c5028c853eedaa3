import Foundation
import Testing

extension Commands {
    /// A watched list on the running program: a clock that the script moves, a server whose answers differ.
    @Suite("Watching")
    struct WatchTests {
        typealias Hazards = Commands.Hazards

        /// Each time another answer; the last stays.
        private static func peer(_ answers: [[[UInt8]]]) throws -> Peer {
            try Peer.server { connection, query in
                let rows = answers[min(connection.queryCount, answers.count) - 1]
                try connection.stream(query, count: rows.count) { rows[$0] }
            }
        }

        private static let first = [
            Hazards.item("ADAMS^Ada", id: "1", time: "080000"), Hazards.item("BAKER^Bo", id: "2", time: "090000"),
            Hazards.item("CLARK^Cy", id: "3", time: "100000"),
        ]
        private static let second = [
            Hazards.item("ADAMS^Ada", id: "1", time: "080000", status: "ARRIVED"),
            Hazards.item("CLARK^Cy", id: "3", time: "100000"), Hazards.item("DAVIS^Di", id: "4", time: "110000"),
            Hazards.item("EVANS^Ed", id: "5", time: "120000"),
        ]

        @Test(
            "--watch asks again after its seconds, tells what is new, changed and gone, and d shows it with the old values"
        )
        func changes() async throws {
            let peer = try Self.peer([Self.first, Self.second])
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                :assert "next in 0:30"
                :clock +29
                :assert "next in 0:01"
                :clock +1
                :wait text "2 new, 1 changed, 1 gone since 14:32:00"
                :assert "at 14:32:00: status SCHEDULED"
                :assert "gone since 14:32:00, not on the list any more"
                :assert "4 rows"
                :assert "1 / 4"
                d
                :assert "Changes from 14:32:00 to 14:32:30"
                :assert "ARRIVED  was SCHEDULED"
                :assert "BAKER, Bo"
                :refute "CLARK"
                G enter
                :assert "NOT ON THE LIST ANY MORE"
                esc esc
                :clock +30
                :wait text "no change since 14:32:30"
                :refute "BAKER"
                W
                :assert "the watch is off"
                :clock +600
                :refute "next in"
                q
                """,
                ["--watch", "30", "--size", "100x30"]
            )
            #expect(peer.queries.count == 3)
        }

        @Test("at midnight the next query asks for the new day")
        func midnight() async throws {
            let peer = try Self.peer([Self.first, [Hazards.item("NEWDAY^Ned", id: "9")]])
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                :clock 2026-11-24T23:59:55
                :wait text "no longer on the list"
                :clock 2026-11-25T00:01:10
                :wait text "another day"
                :assert "today(20261125)"
                :refute gone
                q
                """,
                ["--watch", "60", "--size", "100x30"]
            )
            #expect(peer.queries.map { $0["00400100.00400002"] } == ["20261124", "20261124", "20261125"])
        }

        @Test("the interval and the bell come from the configuration; what is wrong there is said with its line")
        func configuration() async throws {
            let peer = try Self.peer([Self.first])
            let folder = try TemporaryFolder()
            try folder.write("watch_interval = 300\nwatch_bell = true\n", to: "config.toml")
            try await Hazards.browse(
                peer.address,
                ":wait outcome\nW\n:assert \"every 5 min\"\n:assert \"next in 5:00\"\nq\n",
                ["--size", "100x30"],
                environment: ["WORKLIST_CONFIG_DIR": folder.path]
            )
            for (text, words) in [
                ("theme = \"mono\"\nwatch_interval = 5\n", ":2: watch_interval"),
                ("watch_bell = 1\n", ":1: watch_bell"),
            ] {
                try folder.write(text, to: "config.toml")
                let result = try await Program.run(
                    ["info"],
                    environment: ["WORKLIST_CONFIG_DIR": folder.path]
                )
                #expect(result.everything.contains(words), "\(result.everything)")
            }
        }

        @Test("--watch outside 15 to 3600 is wrong usage", arguments: ["0", "14", "3601", "x"])
        func usage(_ seconds: String) async throws {
            let result = try await Program.run(["demo", "--watch", seconds, "--script", "-"], input: "q\n")
            #expect(result.code == 2)
            #expect(result.errors.contains("watch"), "\(result.errors)")
        }

        @Test("with a real clock and without a key the next query comes by itself")
        func realClock() async throws {
            let peer = try Self.peer([Self.first, Self.second])
            try await Hazards.browse(
                peer.address,
                ":wait outcome\n:wait text \"2 new, 1 changed, 1 gone\"\nq\n",
                ["--watch", "15", "--size", "100x30"],
                hasFixedClock: false
            )
            #expect(peer.queries.count == 2)
        }

        @Test(":clock without --clock, and a paste with an unknown escape, are mistakes of the script")
        func script() async throws {
            let clock = try await Program.run(["demo", "--script", "-"], input: ":clock +5\n")
            #expect(clock.code == 1 && clock.errors.contains(":clock needs --clock TIME"), "\(clock.everything)")
            let paste = try await Program.run(["demo", "--script", "-"], input: ":paste a\\qb\n")
            #expect(paste.code == 2 && paste.errors.contains("is not understood"), "\(paste.everything)")
        }
    }
}
