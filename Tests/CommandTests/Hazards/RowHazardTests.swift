import Foundation
import Testing

extension Commands.Hazards {
    @Suite("The wrong row")
    struct RowTests {
        typealias Hazards = Commands.Hazards

        @Test("row moves under the cursor")
        func rowMoves() async throws {
            let peer = try Peer.server { connection, query in
                // The second time ten more have come, all of them before the others.
                let isFirst = connection.queryCount == 1
                try connection.stream(query, count: isFirst ? 160 : 170, perSecond: isFirst ? 150 : nil) {
                    Hazards.climbing($0)
                }
            }
            let folder = try TemporaryFolder()
            try await Hazards.browse(
                peer.address,
                """
                :wait rows>=30
                G k k k k k k
                :screen \(folder / "0")
                :wait rows>=90
                :screen \(folder / "1")
                :wait outcome
                :screen \(folder / "2")
                r
                :wait text "10 new"
                :screen \(folder / "3")
                q
                """
            )
            let screens = try (0...3).map { try folder.read("\($0)") }
            let first = try #require(Hazards.cursorLine(screens[0]))
            let patient = try #require(Hazards.patient(first.text))
            for screen in screens {
                let line = try #require(Hazards.cursorLine(screen))
                #expect(Hazards.patient(line.text) == patient, "\(screen)")
                #expect(line.number == first.number, "the row keeps its line: \(screen)")
                #expect(Hazards.identified(screen) == patient, "\(screen)")
            }
        }

        @Test("action on a row other than the painted one")
        func otherRow() async throws {
            let peer = try Peer.server { connection, query in
                try connection.stream(query, count: 1_400, perSecond: 400) { Hazards.climbing($0) }
            }
            let folder = try TemporaryFolder()
            var script = ":wait rows>=20\nG k k k\n"
            for number in 0..<12 {
                script += ":wait rows>=\(20 + number * 20)\n:screen \(folder / "list-\(number)")\nenter\n"
                script += ":screen \(folder / "detail-\(number)")\nesc\n\(number.isMultiple(of: 2) ? "k" : "j j")\n"
            }
            try await Hazards.browse(peer.address, script + "x\n:wait outcome\nq\n", hasFixedClock: false)
            var opened = 0
            for number in 0..<12 {
                let list = try folder.read("list-\(number)")
                let detail = try folder.read("detail-\(number)")
                let painted = try #require(Hazards.identified(list), "\(list)")
                if detail.contains("look, then press the key again") { continue }
                #expect(Hazards.identified(detail) == painted, "\(list)\n\(detail)")
                #expect(detail.contains("Patient's Name"), "\(detail)")
                opened += 1
            }
            #expect(opened >= 6)
        }

        @Test("action on a row other than the painted one: the patient under the cursor vanishes")
        func vanished() async throws {
            let peer = try Peer.server { connection, query in
                let rows = connection.queryCount == 1 ? [0, 1, 2] : [0, 2]
                try connection.stream(query, count: rows.count) {
                    Hazards.item("PAT\(Hazards.four(rows[$0]))^X", id: "ID\(rows[$0])", time: "1\(rows[$0])0000")
                }
            }
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                j
                :assert "PAT0001, X   born"
                r
                :wait text "no longer on the list"
                :assert "PAT0002, X   born"
                :clock +0.3
                enter
                :assert "look, then press the key again"
                :refute "row 2 of 2"
                enter
                :assert "row 2 of 2"
                :assert "PAT0002"
                :refute "PAT0001"
                q q
                """
            )
        }

        @Test("identifiers cut", arguments: ["60x12", "80x24", "160x50"])
        func cut(_ size: String) async throws {
            let name = "VAN-DER-" + String(repeating: "LONGNAMED", count: 5) + "^WILHELMINA"
            let id = "ID" + String(repeating: "0123456789", count: 6) + "99"
            let accession = "ACC4567890123456"
            let peer = try Peer.server(matches: [Hazards.item(name, id: id, accession: accession)])
            let folder = try TemporaryFolder()
            try await Hazards.browse(
                peer.address,
                ":wait outcome\n:screen \(folder / "list")\nenter\n:screen \(folder / "detail")\nq q\n",
                ["--size", size]
            )
            for file in ["list", "detail"] {
                let screen = try folder.read(file)
                // Broken over lines it may be, but whole.
                let text = String(screen.filter { !$0.isWhitespace })
                let shown = name.replacing("^", with: ",")
                for identifier in [shown, "1970-01-01", id] {
                    #expect(text.contains(identifier), "\(identifier) is cut in the \(file) of \(size):\n\(screen)")
                }
                if file == "list" { #expect(text.contains(accession), "\(screen)") }
            }
        }

        @Test("two similar patients unnoticed")
        func similar() async throws {
            let peer = try Peer.server(matches: [
                Hazards.item("SMITH^Anna", id: "100", born: "19581102", time: "080000"),
                Hazards.item("JONES^Peter", id: "300", born: "19441010", time: "090000"),
                Hazards.item("SMITH^Anna M", id: "200", born: "19851102", time: "100000"),
            ])
            let folder = try TemporaryFolder()
            try await Hazards.browse(
                peer.address,
                ":wait outcome\n:screen \(folder / "list")\nenter\n:screen \(folder / "detail")\nq q\n"
            )
            let list = try folder.read("list")
            let rows = list.split(separator: "\n").filter { $0.contains("CT Head") }
            #expect(rows.filter { $0.contains("*SMITH, Anna") }.count == 2, "\(list)")
            #expect(!rows.contains { $0.contains("*JONES") }, "\(list)")
            let detail = try folder.read("detail")
            #expect(detail.contains("also on this list: SMITH, Anna M"), "\(detail)")
            #expect(detail.contains("born 1985-11-02") && detail.contains("ID 200"), "\(detail)")
        }
    }
}
