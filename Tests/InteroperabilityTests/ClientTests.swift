import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
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

        @Test(
            "1,000 items arrive whole, and every text reads as it was written, and as findscu and pydicom read it",
            arguments: RealServer.allCases
        )
        func universalQuery(_ server: RealServer) async throws {
            let peers = try Peers.running
            let answer = try await OurClient.find(TestQuery(), port: peers.port(server))
            #expect(answer.outcome == .complete)
            #expect(answer.matches == Peers.itemCount)
            #expect(answer.statistics.strayResponses == 0)
            #expect(answer.statistics.emptyResponses == 0)

            let written = peers.items(asked: TestQuery()).mapValues { item in
                item.filter { name, _ in !server.alters(name, of: item) }
            }
            let received = answer.items.reduce(into: Items()) { items, answer in
                let item = peers.items[answer.key] ?? [:]
                items[answer.key] = answer.value.filter { name, _ in !server.alters(name, of: item) }
            }
            #expect(Texts.differences(Texts.values(received), Texts.values(written)) == [])
            #expect(Texts.differences(answer.items, try await peers.findscuAnswer(of: server)) == [])
        }

        @Test("A query with keys gets the items that findscu gets", arguments: RealServer.allCases, KeyedQuery.all)
        func keyedQuery(_ server: RealServer, _ keyed: KeyedQuery) async throws {
            let peers = try Peers.running
            let ours = try await OurClient.find(keyed.query, port: peers.port(server))
            let theirs = try await Findscu.accessions(keyed.query, port: peers.port(server))
            #expect(ours.outcome == .complete)
            #expect(Set(ours.items.keys) == theirs)
            let right = keyed.accessions(among: peers.items)
            #expect((1..<Peers.itemCount).contains(right.count))
            if server.comparesText || keyed.isASCII {
                #expect(Set(ours.items.keys) == right)
            } else {
                #expect(right.isSuperset(of: ours.items.keys))
            }
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
            #expect(accessions == keyed.accessions(among: peers.items))
            await association.release()
        }
    }
}
