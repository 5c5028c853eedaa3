import Foundation
import Testing

extension Commands {
    /// `worklist find --format table` and `--output`.
    @Suite("find lays out")
    struct FindTableTests {
        private static let long = (
            name: "VAN DER BERG-HOOGSTRATEN^Wilhelmina Johanna Petronella", id: "HOSPITAL-NORTH-00000000391022-X"
        )

        private static func find(
            _ matches: [[UInt8]],
            columns: Int?,
            _ arguments: [String] = []
        ) async throws -> Child.Result {
            let peer = try Peer.server(matches: matches)
            let environment = columns.map { ["COLUMNS": String($0)] } ?? [:]
            return try await Program.run(["find", "--to", peer.address] + arguments, environment: environment)
        }

        @Test("a table no wider than the terminal", arguments: [75, 80, 100, 132, 200])
        func width(_ columns: Int) async throws {
            let matches = (0..<30).map { Wire.match($0, description: "A procedure with quite a long description") }
            let result = try await Self.find(matches, columns: columns)
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.lines.filter { $0.hasPrefix("2026-11-24") }.count == 30)
            for line in result.lines { #expect(line.count <= columns, "\(line)") }
            #expect(result.lines.allSatisfy { !$0.hasSuffix(" ") })
        }

        @Test("100 columns where nobody says how many there are")
        func usualWidth() async throws {
            let result = try await Self.find(
                [Wire.match(0, description: String(repeating: "x", count: 64))],
                columns: nil
            )
            #expect(result.lines.last?.count == 100, "\(result.output)")
        }

        @Test(
            "identifiers whole at any width: wrapped, never cut; the procedure gives way",
            arguments: [60, 80, 100, 160]
        )
        func identifiers(_ columns: Int) async throws {
            // The first row is short: the columns are made for it, and the second has to be wrapped.
            let peer = try Peer.server { connection, query in
                try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(0)))
                try connection.send(
                    Wire.response(
                        query,
                        status: 0xFF00,
                        identifier: Wire.match(1, name: Self.long.name, id: Self.long.id, description: "CT Head")
                    )
                )
                try connection.send(Wire.response(query, status: 0x0000))
            }
            let result = try await Program.run(
                ["find", "--to", peer.address],
                environment: ["COLUMNS": String(columns)]
            )
            let text = result.output.filter { !$0.isWhitespace }
            #expect(!Self.identifierColumns(result.output).contains("~"), "\(result.output)")
            // Each column, read down, holds the whole value.
            let lines = result.lines
            let header = try #require(lines.first)
            let second = lines.dropFirst(2).drop { !$0.hasPrefix("2026-11-24") }
            let id = try Self.column("ID", header, second)
            #expect(id.joined() == Self.long.id, "\(result.output)")
            let name = try Self.column("Patient", header, second)
            #expect(
                name.joined(separator: " ").filter { $0 != " " }
                    == "VAN DER BERG-HOOGSTRATEN, Wilhelmina Johanna Petronella".filter { $0 != " " },
                "\(result.output)"
            )
            #expect(text.contains("1970-01-01") && text.contains("ACC000001"))
        }

        /// The cells of a column below its title, without blanks.
        private static func column(
            _ title: String,
            _ header: Substring,
            _ lines: ArraySlice<Substring>
        ) throws -> [String] {
            let start = header.distance(
                from: header.startIndex,
                to: try #require(header.range(of: title)).lowerBound
            )
            let after = header.dropFirst(start + title.count).drop { $0 == " " }
            let end = after.isEmpty ? Int.max : header.count - after.count - 1
            return lines.map { line in
                String(
                    (line.hasPrefix("+") ? " " + line.dropFirst() : String(line)).dropFirst(start).prefix(end - start)
                ).trimmingCharacters(in: .whitespaces)
            }.filter { !$0.isEmpty }
        }

        private static func identifierColumns(_ output: String) -> String {
            output.split(separator: "\n").map { line in
                // The procedure is last, and may be cut.
                line.hasSuffix("~") ? String(line.dropLast()) : String(line)
            }.joined()
        }

        @Test("what goes on with a row is marked as that, and a row without a date is not taken for it")
        func continuation() async throws {
            let fake = "SMITH^Anna 2026-11-24 08:00 OTHER, Patient X0001 1970-01-01"
            let noDate = Wire.element(0x0010_0010, "PN", "JONES^Carol") + Wire.element(0x0010_0020, "LO", "P2")
            let result = try await Self.find([Wire.match(0, name: fake), noDate], columns: 80)
            let rows = result.lines.dropFirst().filter { !$0.hasPrefix("+") }
            #expect(rows.count == 2, "\(result.output)")
            #expect(result.lines.count > 3)
            #expect(rows.last?.contains("JONES, Carol") == true)
            #expect(rows.allSatisfy { !$0.hasPrefix(" ") })
            // Where the name is the first column of all.
            let peer = try Peer.server(matches: [Wire.match(0, name: fake), Wire.match(1, name: "+ JONES^Carol")])
            let names = try await Program.run(
                ["find", "--to", peer.address, "--model", Wire.worklist, "-k", "PatientName", "-k", "PatientID"],
                environment: ["COLUMNS": "30"]
            )
            #expect(names.lines.dropFirst().filter { !$0.hasPrefix("+") }.count == 2, "\(names.output)")
        }

        @Test("the header also when there is no match")
        func empty() async throws {
            let result = try await Self.find([], columns: 100)
            #expect(result.code == 1)
            #expect(result.lines.count == 1)
            #expect(result.output.contains("Patient"))
        }

        // MARK: --output

        @Test("--output writes the rows to a file for its owner only, and nothing to standard output")
        func output() async throws {
            let folder = try TemporaryFolder()
            let result = try await Self.find(
                [Wire.match(0)],
                columns: nil,
                ["--output", folder / "rows", "--format", "csv"]
            )
            #expect(result.code == 0, "\(result.everything)")
            #expect(result.output == "")
            #expect(try folder.read("rows").contains("PID000000"))
            let attributes = try FileManager.default.attributesOfItem(atPath: folder / "rows")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["rows"])
        }

        @Test("a file that is there is not overwritten, and the server is not asked; --force overwrites it")
        func overwriting() async throws {
            let folder = try TemporaryFolder()
            try folder.write("mine\n", to: "rows")
            let peer = try Peer.server(matches: [Wire.match(0)])
            let line = ["find", "--to", peer.address, "--format", "csv", "-o", folder / "rows"]
            let refused = try await Program.run(line)
            #expect(refused.code == 2)
            #expect(refused.errors.contains("--force"), "\(refused.errors)")
            #expect(try folder.read("rows") == "mine\n")
            #expect(peer.events == [])
            let forced = try await Program.run(line + ["--force"])
            #expect(forced.code == 0, "\(forced.everything)")
            #expect(try folder.read("rows").contains("PID000000"))
        }

        @Test("a query that fails before any row leaves the file of before")
        func failedQuery() async throws {
            let folder = try TemporaryFolder()
            try folder.write("before\n", to: "rows")
            let peer = try Peer.server { connection, query in
                try connection.send(Wire.response(query, status: 0xA700))
            }
            let result = try await Program.run(
                ["find", "--to", peer.address, "--output", folder / "rows", "--force"]
            )
            #expect(result.code == 5)
            #expect(result.errors.contains("was not written"), "\(result.errors)")
            #expect(try folder.read("rows") == "before\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["rows"])
        }

        @Test("a reader that goes away cancels the query, though no further row comes")
        func silentPipe() async throws {
            let peer = try Peer.server { connection, query in
                try connection.send(Wire.response(query, status: 0xFF00, identifier: Wire.match(0)))
                // Nothing more, until the client has had enough.
                let (type, body) = try connection.receivePDU()
                connection.note(
                    type == 4 && Wire.number(0x0100, in: Array(body.dropFirst(6))) == 0x0FFF ? "cancel" : "?"
                )
                try connection.send(Wire.response(query, status: 0xFE00))
            }
            let line = "'\(try Program.path())' find --to \(peer.address) --format jsonl | head -n 1"
            let child = try Child(
                try Program.tool("bash"),
                ["-c", line + "; exit ${PIPESTATUS[0]}"],
                environment: Program.environment(home: Program.noHome)
            )
            let result = try await child.result(within: 20)
            #expect(result.code == 6, "\(result.everything)")
            #expect(peer.events.contains("cancel"), "\(peer.events)")
        }
    }
}
