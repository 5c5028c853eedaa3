import Foundation
import Testing

extension Commands.Hazards {
    @Suite("Another query's answer")
    struct QueryTests {
        typealias Hazards = Commands.Hazards

        @Test("matches of an earlier query in a later one")
        func earlier() async throws {
            let peer = try Peer.server { connection, query in
                if connection.queryCount == 1 {
                    try connection.stream(query, count: 100_000, perSecond: 300, cancel: .ignore) {
                        Hazards.item("EARLIER^\($0)", id: "E\($0)")
                    }
                } else {
                    // A response to another message, as a confused server sends it.
                    let stray = Hazards.item("EARLIER^Stray", id: "STRAY")
                    try connection.send(
                        Wire.response(query, status: 0xFF00, identifier: stray, messageID: query.messageID &+ 7)
                    )
                    try connection.stream(query, count: 40, perSecond: 40) {
                        Hazards.item("LATER^\($0)", id: "L\($0)")
                    }
                }
            }
            try await Hazards.browse(
                peer.address,
                """
                :wait rows>=50
                :assert EARLIER
                ]
                :wait rows>=1
                :refute EARLIER
                :wait rows>=20
                :refute EARLIER
                :wait outcome
                :assert "40 rows"
                :assert "tomorrow(20261125)"
                :assert LATER
                :refute EARLIER
                /
                "EARLIER"
                :assert "0 of 40 shown"
                esc
                q
                """
            )
            #expect(peer.events.contains("cancel"), "the earlier query was ended")
        }

        @Test("key widened: what is sent is what the screen says, key by key")
        func widened() async throws {
            let peer = try Peer.server(matches: [
                Hazards.item("SMITH^Anna", id: "4711"), Hazards.item("SMITHERS^Anna", id: "47110"),
            ])
            let folder = try TemporaryFolder()
            try await Hazards.browse(
                peer.address,
                """
                :wait outcome
                =
                :assert 4711
                r
                :wait outcome
                :screen \(folder / "screen")
                ]
                :wait outcome
                :assert "id=4711"
                q
                """,
                ["--size", "120x30"]
            )
            #expect(peer.queries.count == 3)
            let queries = peer.queries
            #expect(queries.first?["00400100.00400002"] == "20261124")
            #expect(queries[1]["00100020"] == "4711", "exactly the value, no wildcard")
            #expect(queries[1]["00400100.00400002"] == "20261124", "the day stays")
            #expect(queries[2]["00100020"] == "4711", "another day, the same patient")
            #expect(queries[2]["00400100.00400002"] == "20261125")
            let screen = try folder.read("screen")
            #expect(screen.contains("date=today(20261124)") && screen.contains("id=4711"), "\(screen)")
            // Nothing else was asked to match.
            for (key, value) in queries[1] where key != "00100020" && key != "00400100.00400002" {
                #expect(value.isEmpty || key == "00080005", "\(key)=\(value)")
            }
        }

        @Test(
            "key widened: the patient form, saved queries and scans send what the screen says, and nothing else matches"
        )
        func everyWay() async throws {
            let peer = try Peer.server(matches: [Hazards.item("SMITH^Anna", id: "4711")])
            let home = try TemporaryFolder()
            try home.write(
                "name = \"One\"\nnumber = 7\nreturn_keys = \"listed\"\n[keys]\nPatientID = \"4711\"\nPatientName = \"\"\n"
                    + "\"SPS.ScheduledProcedureStepStartDate\" = \"today\"\n\"SPS.Modality\" = { source = \"configuration\" }\n",
                to: ".config/worklist/queries/one.toml"
            )
            try home.write(
                "name = \"Asks\"\nnumber = 8\n[keys]\nAccessionNumber = { source = \"user\" }\n",
                to: ".config/worklist/queries/asks.toml"
            )
            try home.write(
                "[[server]]\nname = \"RIS\"\nhost = \"127.0.0.1\"\nport = \(peer.port)\ncalled_ae = \"RIS\"\n"
                    + "calling_ae = \"CT01\"\nmodality = \"CT\"\n",
                to: ".config/worklist/config.toml"
            )
            try await Hazards.browse(
                nil,
                """
                :wait outcome
                p
                "SMITH^ANNA"
                enter
                :wait outcome
                :screen \(home / "form")
                7
                :wait outcome
                :screen \(home / "saved")
                8
                "A4711"
                enter
                :wait outcome
                :screen \(home / "asks")
                :scan 26-000042
                :wait outcome
                :screen \(home / "scan")
                q
                """,
                ["--size", "140x30"],
                environment: ["HOME": home.path]
            )
            let queries = peer.queries
            #expect(queries.count == 5, "\(queries)")
            let modality = "00400100.00080060"
            let date = "00400100.00400002"
            let station = "00400100.00400001"
            /// What the identifier on the wire matches by, decoded by the peer.
            func matching(_ index: Int) -> [String: String] {
                guard queries.indices.contains(index) else { return [:] }
                return queries[index].filter { $0.key != "00080005" && !$0.value.isEmpty }
            }
            let form = matching(1)
            #expect(form["00100010"] == "SMITH^ANNA", "no wildcard is added: \(form)")
            #expect(matching(2) == ["00100020": "4711", modality: "CT", date: "20261124"])
            #expect(matching(3) == ["00080050": "A4711"])
            #expect(matching(4)["00080050"] == "26-000042")
            // Whatever matches on the wire stands on the screen, with the very value.
            for (index, name) in ["form", "saved", "asks", "scan"].enumerated() {
                let screen = try home.read(name)
                for (key, value) in matching(index + 1) {
                    #expect(screen.contains(value), "\(name): \(key)=\(value) is not on the screen:\n\(screen)")
                }
                let wanted = matching(index + 1)
                for (word, key) in [
                    ("modality=", modality), ("station=", station), ("date=", date), ("id=", "00100020"),
                ] {
                    #expect(screen.contains(word) == (wanted[key] != nil), "\(name): \(word) \(wanted)\n\(screen)")
                }
            }
        }

        @Test("key widened: a value that cannot be sent is refused, never emptied")
        func refused() async throws {
            let peer = try Peer.server(matches: [Hazards.item("SMITH^Anna", id: "4711")])
            let wrong = [
                "PatientBirthDate=1970-13-77",
                "ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate=sometime",
            ]
            for key in wrong {
                let result = try await Program.run(["find", "--to", peer.address, "-k", key])
                #expect(result.code == 2, "\(key): \(result.everything)")
            }
            #expect(peer.queries.isEmpty, "\(peer.queries)")
        }

        @Test("key widened: wlmscpfs gets the name as typed, and answers that alone")
        func wlmscpfs() async throws {
            let server = try await WorklistFolderServer([
                Hazards.item("SMITH^Anna", id: "1"), Hazards.item("SMITH^Annabel", id: "2"),
                Hazards.item("SMITHERS^Anna", id: "3"),
            ])
            for (name, rows) in [("SMITH^Anna", ["1"]), ("SMITH", []), ("SMITH^Anna*", ["1", "2"])] {
                let result = try await Program.run([
                    "find", "--to", server.address, "-k", "PatientName=\(name)", "-k", "PatientID", "--format", "csv",
                ])
                let found = result.lines.dropFirst().compactMap { line in
                    line.split(separator: ",").first { $0.count == 1 && Int($0) != nil }.map(String.init)
                }
                #expect(Set(found) == Set(rows), "\(name): \(result.everything)")
            }
        }

        @Test("rows of two servers mixed")
        func servers() async throws {
            let first = try Peer.server { connection, query in
                try connection.stream(query, count: 100_000, perSecond: 200, cancel: .ignore) {
                    Hazards.item("ALPHA^\($0)", id: "A\($0)")
                }
            }
            let second = try Peer.server { connection, query in
                try connection.stream(query, count: 30, perSecond: 60) { Hazards.item("BETA^\($0)", id: "B\($0)") }
            }
            let folder = try TemporaryFolder()
            try folder.write(
                """
                [[server]]
                name = "FIRST"
                host = "127.0.0.1"
                port = \(first.port)
                called_ae = "ONE"

                [[server]]
                name = "SECOND"
                host = "127.0.0.1"
                port = \(second.port)
                called_ae = "TWO"
                """,
                to: "config.toml"
            )
            try await Hazards.browse(
                nil,
                """
                :wait rows>=20
                :assert FIRST
                :assert ALPHA
                v
                j enter
                :wait rows>=1
                :assert SECOND
                :refute ALPHA
                :wait outcome
                :assert "30 rows"
                :assert BETA
                :refute ALPHA
                r
                :wait text "no change"
                :refute ALPHA
                q
                """,
                environment: ["WORKLIST_CONFIG_DIR": folder.path]
            )
            #expect(first.queries.count == 1)
        }
    }
}

/// DCMTK's worklist server over a folder of its own.
final class WorklistFolderServer: Sendable {
    let address: String
    private let folder: TemporaryFolder
    private let child: Child

    init(_ items: [[UInt8]]) async throws {
        let folder = try TemporaryFolder()
        for (index, item) in items.enumerated() { try folder.write(Wire.file(item), to: "RIS/\(index).wl") }
        try folder.write("", to: "RIS/lockfile")
        self.folder = folder
        let tool = try Program.tool("wlmscpfs")
        // A port nobody has: held for a moment by a socket of ours.
        let port = try await Peer.withClosedPort { $0 }
        address = "RIS@127.0.0.1:\(port)"
        child = try Child(
            tool,
            ["--disable-file-reject", "--data-files-path", folder.path, String(port)],
            environment: Program.environment(home: Program.noHome)
        )
        try await until("wlmscpfs answers", details: { [child] in child.errors }) { [address] in
            let result = try await Program.run(["echo", "--to", address])
            return result.code == 0
        }
    }
}
