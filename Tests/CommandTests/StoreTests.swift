import Foundation
import Testing

extension Commands {
    @Suite("store")
    struct StoreTests {
        private static func csv(_ accessions: some Sequence<String>) -> String {
            "AccessionNumber,PatientName,PatientID,Modality,ScheduledProcedureStepStartDate\n"
                + accessions.map { "\($0),ASHBY^Ada,P\($0),CT,20260921\n" }.joined()
        }

        @Test("imports, lists, takes out and expires, with exit codes that tell")
        func life() async throws {
            let folder = try TemporaryFolder()
            let store = folder / "day.db"
            let orders = try folder.write(Self.csv(["A1", "A2", "A3"]) + "A4,short\n", to: "orders.csv")
            let first = try await Program.run(["store", "import", store, orders])
            #expect(first.code == 6)
            #expect(first.output == "3 added, 0 replaced, 1 left out\n")
            #expect(first.errors.contains("orders.csv line 5"))
            let list = try await Program.run(["store", "list", store, "-k", "PatientID=PA2"])
            #expect(list.lines.count == 1)
            #expect(list.output.contains("ASHBY^Ada"))
            #expect(try await Program.run(["store", "remove", store]).code == 2, "nothing goes without a key")
            #expect(
                try await Program.run(["store", "remove", store, "-k", "AccessionNumber=A1"]).output == "1 removed\n"
            )
            #expect(try await Program.run(["store", "list", "--count", store]).output == "2\n")
            #expect(try await Program.run(["store", "expire", store, "--before", "20260922"]).output == "2 removed\n")
            #expect(try await Program.run(["store", "list", store]).code == 1)
            #expect(try await Program.run(["store", "list", folder / "misspelt.db"]).code == 2)
        }

        @Test("What was acknowledged is there after SIGKILL during writes and queries, and nothing by halves")
        func killed() async throws {
            let folder = try TemporaryFolder()
            let store = folder / "day.db"
            var expected: Set<String> = []
            var isInDoubt: [Set<String>] = []
            for round in 0..<6 {
                let server = try Program.start(["serve", "--port", "0", "--store", store])
                try await server.until("be ready") { $0.output.contains("\n") }
                let words = server.output.split(separator: " ")
                let port = try #require(words.firstIndex(of: "port").map { words[$0 + 1].prefix { $0.isNumber } })
                let query = try Program.start(["find", "--to", "ANY@127.0.0.1:\(port)", "--format", "none"])
                let acknowledged = Set((0..<200).map { "K\(round)-\($0)" })
                let done = try await Program.run([
                    "store", "import", store, try folder.write(Self.csv(acknowledged.sorted()), to: "\(round)a.csv"),
                ])
                #expect(done.output.hasPrefix("200 added"), "\(done.everything)")
                expected.formUnion(acknowledged)
                let doubtful = Set((0..<4_000).map { "D\(round)-\($0)" })
                isInDoubt.append(doubtful)
                let writer = try Program.start([
                    "store", "import", store, try folder.write(Self.csv(doubtful.sorted()), to: "\(round)b.csv"),
                ])
                // In each round a little later in the life of the writer.
                try await Task.sleep(for: .milliseconds(40 + round * 90))
                writer.signal(SIGKILL)
                server.signal(SIGKILL)
                query.signal(SIGKILL)
                _ = try await writer.result()
                _ = try await server.result()
            }
            let list = try await Program.run(["store", "list", store, "--json"])
            #expect(list.code == 0, "\(list.errors)")
            let found = Set(
                list.lines.compactMap { line in
                    line.range(of: #""00080050":\{"vr":"SH","Value":\["[^"]*"#, options: .regularExpression)
                        .map { String(line[$0].split(separator: "\"").last ?? "") }
                }
            )
            #expect(expected.subtracting(found).isEmpty)
            for doubtful in isInDoubt {
                let there = doubtful.intersection(found).count
                #expect(there == 0 || there == doubtful.count, "half of a transaction: \(there)")
            }
            #expect(found.subtracting(isInDoubt.reduce(expected) { $0.union($1) }).isEmpty)
        }
    }
}
