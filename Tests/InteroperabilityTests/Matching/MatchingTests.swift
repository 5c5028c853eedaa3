import DICOMData
import DICOMMatching
import DICOMNetwork
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
