import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Foundation
import Testing

extension Interoperability {
    /// What matches what, asked over the network.
    @Suite("Matching", .serialized, .timeLimit(.minutes(2)), .matchingPeers)
    struct MatchingTests {
        @Test(
            "Our server answers every line of the matching table as the standard says",
            arguments: MatchingClient.allCases
        )
        func table(_ client: MatchingClient) async throws {
            let peers = try MatchingPeers.running
            let replies = try await client.ask(peers.catalogue.questions, port: peers.ours.port)
            try #require(replies.count == peers.catalogue.questions.count)
            for line in peers.catalogue.lines {
                let reply = replies[line.question]
                #expect(reply.contains(line.identity) == line.row.matches, "\(line.row.line): \(reply)")
                if case .failed = reply, line.row.matches { Issue.record("\(line.row.line): \(reply)") }
            }
        }

        @Test(
            "Our server answers the 22 query combinations of IHE with exactly what they ask for",
            arguments: MatchingClient.allCases
        )
        func combinations(_ client: MatchingClient) async throws {
            let peers = try MatchingPeers.running
            let combinations = peers.catalogue.combinations
            #expect(combinations.count == 22)
            let questions = combinations.map { peers.catalogue.questions[$0.question] }
            let replies = try await client.ask(questions, port: peers.ours.port)
            for ((_, expected), (question, reply)) in zip(combinations, zip(questions, replies)) {
                #expect(reply == .found(expected, isFlagged: false), "\(question.name)")
            }
        }

        @Test("What was negotiated is what is done: fuzzy names and time zones, and the same queries without")
        func negotiated() async throws {
            let peers = try MatchingPeers.running
            var fuzzy = try MatchingTable.identifier([("PatientName", "anna smyth")])
            var zoned = try MatchingTable.identifier([("ScheduledProcedureStepStartDate", "20310203")])
            zoned.set(DataElement(tag: .timezoneOffsetFromUTC, vr: .SH, bytes: "+0000".utf8))
            fuzzy.remove(.specificCharacterSet)
            for options in [QueryOptions.fuzzyNames, [.fuzzyNames, .timezone], []] {
                var configuration = OurClient.configuration(
                    port: peers.ours.port,
                    sopClasses: [SOPClass.modalityWorklistFind]
                )
                configuration.queryOptions = options
                let association = try await Association.connect(configuration)
                let agreed = association.negotiated.extendedNegotiations[SOPClass.modalityWorklistFind] ?? []
                #expect(QueryOptions(agreed, .worklist) == options)
                var count = 0
                let names = try await association.find(fuzzy, sopClass: SOPClass.modalityWorklistFind)
                for await match in names {
                    #expect(match.dataSet.string(.patientName)?.uppercased().hasPrefix("SMITH") ?? false)
                    count += 1
                }
                #expect((count > 0) == options.contains(.fuzzyNames))
                // Items that tell no zone are found by the day they say.
                var days = 0
                for await _ in try await association.find(zoned, sopClass: SOPClass.modalityWorklistFind) { days += 1 }
                #expect(days == 4)
                await association.release()
            }
        }

        @Test("Where wlmscpfs and Orthanc answer otherwise is what the documentation lists, no more and no less")
        func differences() async throws {
            let peers = try MatchingPeers.running
            let catalogue = peers.catalogue
            let wlmscpfs = try await MatchingClient.ours.ask(catalogue.questions, port: peers.wlmscpfs)
            let orthanc = try await MatchingClient.ours.ask(catalogue.questions, port: peers.orthanc)
            let table = MatchingDifferences(catalogue, wlmscpfs: wlmscpfs, orthanc: orthanc).document
            let path = Tools.packageFolder.appending(
                path: "Sources/WorklistServer/WorklistServer.docc/MatchingDifferences.md"
            )
            if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
                try table.write(to: path, atomically: true, encoding: .utf8)
            }
            let listed = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map(String.init)
            let found = table.split(separator: "\n").map(String.init)
            #expect(found.difference(from: listed).isEmpty, "\(found.difference(from: listed))")
        }
    }
}
