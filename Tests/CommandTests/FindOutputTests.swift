import Foundation
import Testing

extension Commands {
    /// `worklist find`: what is printed.
    @Suite("find prints")
    struct FindOutputTests {
        private static let matches = (0..<5).map { Wire.match($0, name: ["SMITH^Anna", "MÜLLER^Jörg"][$0 % 2]) }

        private static func find(_ arguments: [String]) async throws -> Child.Result {
            let peer = try Peer.server(matches: matches)
            let result = try await Program.run(["find", "--to", peer.address] + arguments)
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.errors == "")
            return result
        }

        @Test("a table with names, dates and times for people")
        func table() async throws {
            let result = try await Self.find([])
            #expect(result.lines.count == 6)
            let header = try #require(result.lines.first)
            for title in ["Date", "Time", "Patient", "ID", "Born", "Accession", "Mod", "Station", "Procedure"] {
                #expect(header.contains(title))
            }
            let row = try #require(result.lines.dropFirst(2).first)
            for cell in [
                "2026-11-24", "11:10", "MÜLLER, Jörg", "PID000001", "1970-01-01", "ACC000001", "MR", "ROOM1",
            ] {
                #expect(row.contains(cell), "\(cell) in \(row)")
            }
            // Columns stand under each other.
            let column = try #require(header.range(of: "Patient")).lowerBound.utf16Offset(in: header)
            #expect(String(row).utf16.dropFirst(column).starts(with: "MÜLLER".utf16))
        }

        @Test("a table of the attributes that were asked for only")
        func tableColumns() async throws {
            let result = try await Self.find(["--model", Wire.worklist, "-k", "PatientName", "-k", "SPS.Modality"])
            let words = result.lines.map { $0.split(separator: " ").map(String.init) }
            #expect(words.first == ["Patient", "Mod"])
            #expect(words.last == ["SMITH,", "Anna", "MR"])
        }

        @Test("CSV with a header of paths and quoted commas")
        func csv() async throws {
            let peer = try Peer.server(matches: [Wire.match(0, description: "HEAD, \"WITH\" CONTRAST")])
            let keys = ["-k", "PatientID", "-k", "SPS.ScheduledProcedureStepDescription", "-k", "AccessionNumber"]
            let result = try await Program.run(
                ["find", "--to", peer.address, "--format", "csv", "--model", Wire.worklist] + keys
            )
            #expect(
                result.output == """
                    AccessionNumber,PatientID,ScheduledProcedureStepSequence.ScheduledProcedureStepDescription
                    ACC000000,PID000000,"HEAD, ""WITH"" CONTRAST"

                    """
            )
        }

        @Test("--csv-guard puts an apostrophe before what a spreadsheet would run, and only then; only CSV has it")
        func csvGuard() async throws {
            let peer = try Peer.server(matches: [Wire.match(0, description: "=1+1")])
            let arguments = [
                "find", "--to", peer.address, "--format", "csv", "--model", Wire.worklist,
                "-k", "SPS.ScheduledProcedureStepDescription",
            ]
            let plain = try await Program.run(arguments)
            #expect(plain.output.hasSuffix("\n=1+1\n"), "\(plain.everything)")
            let guarded = try await Program.run(arguments + ["--csv-guard"])
            #expect(guarded.output.hasSuffix("\n'=1+1\n"), "\(guarded.everything)")
            let wrong = try await Program.run(["find", "--to", peer.address, "--format", "json", "--csv-guard"])
            #expect(wrong.code == 2)
            #expect(wrong.everything.contains("--csv-guard needs --format csv"))
        }

        @Test("JSON: an array of objects by keyword, sequences as arrays")
        func json() async throws {
            let result = try await Self.find(["--format", "json"])
            let rows = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
            )
            #expect(rows.map { $0["AccessionNumber"] as? String } == (0..<5).map { "ACC00000\($0)" })
            #expect(rows[1]["PatientName"] as? String == "MÜLLER^Jörg")
            let steps = try #require(rows[1]["ScheduledProcedureStepSequence"] as? [[String: Any]])
            #expect(steps.map { $0["Modality"] as? String } == ["MR"])
        }

        @Test("JSON of no match is an empty array, and the exit code is 1", arguments: ["json", "dicom-json"])
        func emptyJSON(_ format: String) async throws {
            let peer = try Peer.server(matches: [])
            let result = try await Program.run(["find", "--to", peer.address, "--format", format])
            #expect(result.code == 1)
            let rows = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [Any]
            #expect(rows?.isEmpty == true)
        }

        @Test("JSON lines: an object a line")
        func jsonLines() async throws {
            let result = try await Self.find(["--format", "jsonl"])
            let rows = try result.lines.map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
            #expect(rows.map { $0["PatientID"] as? String } == (0..<5).map { "PID00000\($0)" })
        }

        @Test("the DICOM JSON model")
        func dicomJSON() async throws {
            let result = try await Self.find(["--format", "dicom-json"])
            struct Value: Decodable {
                var vr: String
                var Value: [Name]?
            }
            struct Name: Decodable, Equatable { var Alphabetic: String }
            struct Row: Decodable {
                var name: Value
                enum CodingKeys: String, CodingKey { case name = "00100010" }
            }
            let rows = try JSONDecoder().decode([Row].self, from: Data(result.output.utf8))
            #expect(rows.count == 5)
            #expect(rows.allSatisfy { $0.name.vr == "PN" })
            #expect(rows.compactMap(\.name.Value?.first?.Alphabetic).prefix(2) == ["SMITH^Anna", "MÜLLER^Jörg"])
        }

        @Test("a dump with tags, VRs, values and keywords, sequences indented")
        func dump() async throws {
            let result = try await Self.find(["--format", "dump"])
            #expect(result.lines.filter { $0.hasPrefix("# match ") }.count == 5)
            #expect(result.lines.contains("(0010,0010) PN [MÜLLER^Jörg]  # PatientName"))
            #expect(result.lines.contains { $0.hasPrefix("    (0008,0060) CS [MR]") })
        }

        @Test("nothing with --format none, and the count in the summary")
        func none() async throws {
            let peer = try Peer.server(matches: Self.matches)
            let result = try await Program.run(
                ["find", "--to", peer.address, "--format", "none", "--summary", "json"]
            )
            #expect(result.output == "")
            #expect(result.code == 0)
            #expect(try Summary(result).matches == 5)
        }

        @Test("an unknown format is wrong usage, and the formats there are are named")
        func unknownFormat() async throws {
            let result = try await Program.run(["find", "--to", "RIS@127.0.0.1:1", "--format", "xml"])
            #expect(result.code == 2)
            #expect(result.errors.contains("'xml'"))
            #expect(result.errors.contains("jsonl"))
        }

        @Test(
            "rows as they arrive, before the query ends",
            arguments: ["table", "csv", "json", "jsonl", "dicom-json", "dump"]
        )
        func streaming(_ format: String) async throws {
            let gate = Gate()
            let peer = try Peer.server { connection, query in
                for number in 0..<2 {
                    try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(number)))
                }
                try gate.wait()
                try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(2)))
                try connection.send(Wire.response(query, status: 0x0000))
            }
            let child = try Program.start(["find", "--to", peer.address, "--format", format])
            try await child.until("print the first rows") { $0.output.contains("PID000001") }
            #expect(!child.output.contains("PID000002"))
            gate.open()
            let result = try await child.result()
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output.contains("PID000002"))
        }

        @Test("a summary with every figure")
        func summary() async throws {
            let peer = try Peer.server(matches: Self.matches)
            let result = try await Program.run(
                ["find", "--to", peer.address, "--format", "none", "--summary", "json"]
            )
            let summary = try Summary(result)
            #expect(summary.outcome == "complete")
            #expect(summary.status == "0000")
            #expect(summary.matches == 5)
            #expect(summary.rows == 5)
            #expect(summary.damaged_rows == nil, "the rows were not looked into")
            for time in [summary.connect_ms, summary.associate_ms, summary.first_match_ms, summary.total_ms] {
                #expect(try #require(time) > 0)
            }
            #expect(try #require(summary.matches_per_second) > 0)
            #expect(summary.cancel_to_final_ms == nil)
            #expect(summary.matches_after_cancel == 0)
            // Nothing but the summary, so that a script can read it.
            #expect(result.errors.split(separator: "\n").count == 1)
        }

        @Test("a summary in words")
        func summaryText() async throws {
            let peer = try Peer.server(matches: Self.matches)
            let result = try await Program.run(
                ["find", "--to", peer.address, "--format", "none", "--summary", "text"]
            )
            #expect(result.errors.hasPrefix("outcome complete, status 0000, matches 5"))
        }
    }
}
