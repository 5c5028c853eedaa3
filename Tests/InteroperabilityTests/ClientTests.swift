import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Foundation
import Testing

extension Interoperability {
    /// Our client, their servers.
    @Suite("Our client")
    struct ClientTests {
        @Test("C-ECHO is answered with Success", arguments: RealServer.allCases)
        func echo(_ server: RealServer) async throws {
            let port = try Peers.running.port(server)
            let association = try await OurClient.associate(port: port, SOPClass.verification)
            let outcome = try await association.echo()
            guard case .answered(.success, _) = outcome else {
                Issue.record("C-ECHO ended with \(outcome)")
                return
            }
            #expect(await association.release() == .released)
        }

        @Test("1,000 items arrive whole, and every text reads as it was written", arguments: RealServer.allCases)
        func universalQuery(_ server: RealServer) async throws {
            let peers = try Peers.running
            let answer = try await OurClient.find(TestQuery(), port: peers.port(server))
            #expect(answer.outcome == .complete)
            #expect(answer.matches == Peers.itemCount)
            #expect(answer.statistics.strayResponses == 0)
            #expect(answer.statistics.emptyResponses == 0)

            let asked = TestQuery().query.askedNames
            let expected = peers.items.mapValues { $0.filter { server.isMeaningful($0.key, $0.value) && asked($0.key) } }
            let meant = answer.items.mapValues { $0.filter { server.isMeaningful($0.key, $0.value) } }
        }

        @Test("The same answers read attribute by attribute as findscu and pydicom read them", arguments: RealServer.allCases)
        func sameAsFindscu(_ server: RealServer) async throws {
            let port = try Peers.running.port(server)
            let ours = try await OurClient.find(TestQuery(), port: port)
            let theirs = try await Findscu.find(TestQuery(), port: port)
            #expect(ours.items.count == Peers.itemCount)
            #expect(Texts.differences(ours.items, theirs) == [])
        }

        @Test("A query with keys gets the items that findscu gets", arguments: RealServer.allCases, KeyedQuery.all)
        func keyedQuery(_ server: RealServer, _ keyed: KeyedQuery) async throws {
            let peers = try Peers.running
            let ours = try await OurClient.find(keyed.query, port: peers.port(server))
            let theirs = try await Findscu.find(keyed.query, port: peers.port(server))
            #expect(ours.outcome == .complete)
            #expect(Set(ours.items.keys) == Set(theirs.keys))
            if server.understands(keyed) {
                #expect(Set(ours.items.keys) == Set(peers.items.filter { keyed.matches($0.value) }.keys))
            }
            #expect((1..<Peers.itemCount).contains(peers.items.count { keyed.matches($0.value) }))
        }

        @Test("C-CANCEL ends a query early, with FE00", arguments: RealServer.allCases)
        func cancel(_ server: RealServer) async throws {
            let port = try Peers.running.port(server)
            let answer = try await OurClient.find(TestQuery(), port: port, options: FindOptions(cancelAfter: 1))
            guard case .cancelled(let cancellation) = answer.outcome else {
                Issue.record("the query ended as \(answer.outcome)")
                return
            }
            #expect(cancellation.finalStatus == .cancel)
            #expect(answer.matches < Peers.itemCount)
            #expect(answer.matches == 1 + cancellation.matchesAfter)
        }

        @Test("After a cancel the same association answers the next query in full", arguments: RealServer.allCases)
        func queryAfterCancel(_ server: RealServer) async throws {
            let peers = try Peers.running
            let association = try await OurClient.associate(port: peers.port(server))
            let identifier = try TestQuery().query.identifier(now: TestQuery.now)
            let sopClass = SOPClass.modalityWorklistFind
            let first = try await association.find(identifier, sopClass: sopClass, options: FindOptions(cancelAfter: 1))
            for await _ in first {}
            let keyed = KeyedQuery.patientID
            let second = try await association.find(
                try keyed.query.query.identifier(now: TestQuery.now),
                sopClass: sopClass
            )
            var accessions: Set<String> = []
            for await match in second { accessions.insert(match.dataSet.string(.accessionNumber) ?? "") }
            #expect(await second.result.outcome == .complete)
            #expect(accessions == Set(peers.items.filter { keyed.matches($0.value) }.keys))
            await association.release()
        }
    }
}

/// A query with keys, and what matches it by the standard, said once more in terms of texts.
struct KeyedQuery: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var query: TestQuery
    var matches: @Sendable (ItemTexts) -> Bool

    private static let step = DICOMData.Tag.scheduledProcedureStepSequence.compact + "[0]."

    private init(
        _ name: String,
        _ keys: [(AttributePath, String)],
        matches: @escaping @Sendable (ItemTexts) -> Bool
    ) {
        testDescription = name
        query = TestQuery(keys)
        self.matches = matches
    }

    static let patientID = KeyedQuery("patient ID", [(AttributePath([], .patientID), "PAT000123")]) { texts in
        texts[DICOMData.Tag.patientID.compact] == "PAT000123"
    }

    /// Single value, wildcards, range, and several keys at once; at the top and within the step.
    static let all: [KeyedQuery] = [
        patientID,
        KeyedQuery("name, wildcard", [(AttributePath([], .patientName), "H*^?d?")]) { texts in
            let name = texts[DICOMData.Tag.patientName.compact] ?? ""
            return name.hasPrefix("H") && ["Ada", "Ida"].contains { name.hasSuffix("^" + $0) }
        },
        KeyedQuery("name in ideographs", [(AttributePath([], .patientName), "*山田*")]) { texts in
            texts[DICOMData.Tag.patientName.compact]?.contains("山田") ?? false
        },
        KeyedQuery("modality", [(.step(.modality), "MR")]) { texts in
            texts[step + DICOMData.Tag.modality.compact] == "MR"
        },
        KeyedQuery("station", [(.step(.scheduledStationAETitle), Peers.title)]) { texts in
            texts[step + DICOMData.Tag.scheduledStationAETitle.compact] == Peers.title
        },
        KeyedQuery("date range", [(.step(.scheduledProcedureStepStartDate), "20270305-20270307")]) { texts in
            ("20270305"..."20270307").contains(texts[step + DICOMData.Tag.scheduledProcedureStepStartDate.compact] ?? "")
        },
        KeyedQuery(
            "modality, station and open date range",
            [
                (.step(.modality), "CT"), (.step(.scheduledStationAETitle), "STATION3"),
                (.step(.scheduledProcedureStepStartDate), "20270310-"),
            ]
        ) { texts in
            texts[step + DICOMData.Tag.modality.compact] == "CT"
                && texts[step + DICOMData.Tag.scheduledStationAETitle.compact] == "STATION3"
                && texts[step + DICOMData.Tag.scheduledProcedureStepStartDate.compact] ?? "" >= "20270310"
        },
    ]
}

extension RealServer {
    func understands(_ keyed: KeyedQuery) -> Bool { true }
    func expectedAnswer(_ item: ItemTexts) -> ItemTexts { item.filter { isMeaningful($0.key, $0.value) } }
    func isMeaningful(_ name: String, _ value: String) -> Bool { !value.isEmpty && value != "0 items" }
}

extension Query {
    var askedNames: (String) -> Bool {
        let names = Set(keys.map { $0.path.steps.map { $0.tag.compact + "." }.joined() + $0.path.tag.compact })
        let sequences = Set(keys.flatMap { key in (0..<key.path.steps.count).map { key.path.steps.prefix($0 + 1).map { $0.tag.compact }.joined(separator: ".") } })
        let always: Set<String> = ["00080005"]
        let all = names.union(sequences).union(always)
        return { all.contains($0.replacing(#/\[\d+\]/#, with: "")) }
    }
}
