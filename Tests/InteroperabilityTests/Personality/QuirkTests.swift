import DICOMData
import DICOMProtocol
import Testing
import WorklistServer

extension Interoperability {
    /// What our client, findscu and pynetdicom make of each quirk.
    @Suite("Quirks")
    struct QuirkTests {
        /// The first ten items.
        private static func query() throws -> DataSet {
            try PlayedPeerTests.identifier("AccessionNumber", "ACC00000*")
        }

        private static func seen(
            _ quirks: Quirk...,
            options: FindOptions = FindOptions(),
            asking identifier: DataSet? = nil
        ) async throws -> SeenAnswer {
            let identifier = try identifier ?? query()
            return try await withPersonality(Personality(quirks: quirks), folder: Peers.running.folder.path) { port in
                try await SeenAnswer.asking(identifier, port: port, options: options)
            }
        }

        /// The statuses pynetdicom sees.
        private static func pynetdicom(
            _ quirks: Quirk...,
            cancelAfter: Int? = nil
        ) async throws -> [PynetdicomTranscript.Response] {
            try await withPersonality(Personality(quirks: quirks), folder: Peers.running.folder.path) { port in
                let query = TestQuery([(AttributePath(.accessionNumber), "ACC00000*")])
                return try await PynetdicomClient.find(query, port: port, cancelAfter: cancelAfter)
            }
        }

        @Test("However it is packed, the answer is the same", arguments: [Quirk.Name.onePDU, .oneByte])
        func packing(_ name: Quirk.Name) async throws {
            let plain = try await Self.seen()
            #expect(plain.matches.count == 10)
            #expect(try await Self.seen(Quirk(name)) == plain)
            let statuses = try await Self.pynetdicom(Quirk(name)).map(\.status)
            #expect(statuses == Array(repeating: 0xFF00, count: 10) + [0x0000])
        }

        @Test("No character set is declared")
        func noCharacterSet() async throws {
            let name = DICOMData.Tag.specificCharacterSet.compact
            let plain = try await Self.seen()
            #expect(plain.matches.allSatisfy { $0[name] != nil })
            let quirky = try await Self.seen(Quirk(.noCharacterSet))
            #expect(quirky.matches.count == 10)
            #expect(quirky.matches.allSatisfy { $0[name] == nil })
            let responses = try await Self.pynetdicom(Quirk(.noCharacterSet))
            #expect(responses.allSatisfy { $0.texts?[name] == nil })
        }

        @Test("The last is sent first")
        func lastFirst() async throws {
            let plain = try await Self.seen()
            #expect(try await Self.seen(Quirk(.lastFirst)).matches == plain.matches.reversed())
        }

        @Test("Every match is FF01")
        func unsupportedKeys() async throws {
            #expect(try await Self.seen(Quirk(.unsupportedKeys)).unsupported == 10)
            let statuses = try await Self.pynetdicom(Quirk(.unsupportedKeys)).map(\.status)
            #expect(statuses == Array(repeating: 0xFF01, count: 10) + [0x0000])
        }

        @Test("FE00 at a limit is seen as an answer cut short by the server, never as whole")
        func limit() async throws {
            let answer = try await Self.seen(Quirk(.limit, number: 4))
            #expect(answer.matches.count == 4)
            #expect(answer.outcome == "truncated")
            // As many as there are is no cut.
            #expect(try await Self.seen(Quirk(.limit, number: 10)).outcome == "complete")
            #expect(try await Self.pynetdicom(Quirk(.limit, number: 4)).last?.status == 0xFE00)
        }

        @Test("FE00 with an identifier is the end all the same, and its identifier no row")
        func cancelIdentifier() async throws {
            let answer = try await Self.seen(Quirk(.limit, number: 4), Quirk(.cancelIdentifier))
            #expect(answer.matches.count == 4)
            #expect(answer.outcome == "truncated")
        }

        @Test("A server that ignores C-CANCEL sends all, and the cancel is not said to have been heard")
        func ignoresCancel() async throws {
            let options = FindOptions(cancelAfter: 2)
            let answer = try await Self.seen(Quirk(.ignoresCancel), Quirk(.slow, number: 10), options: options)
            #expect(answer.matches.count == 10)
            #expect(answer.outcome == "cancelled 0000")
            let heard = try await Self.seen(Quirk(.slow, number: 50), options: options)
            #expect(heard.matches.count < 10)
            #expect(heard.outcome == "cancelled FE00")
            let responses = try await Self.pynetdicom(Quirk(.ignoresCancel), Quirk(.slow, number: 20), cancelAfter: 2)
            #expect(responses.last?.status == 0x0000)
        }

        @Test("An abort amid the matches leaves what came, and is told")
        func abort() async throws {
            let answer = try await Self.seen(Quirk(.abort, number: 4), Quirk(.slow, number: 20))
            #expect(answer.outcome == "aborted")
            #expect(answer.matches.count <= 4)
        }

        @Test("Responses to a message nobody sent are no rows of this query")
        func foreignMessageID() async throws {
            let answer = try await Self.seen(
                Quirk(.foreignMessageID),
                options: FindOptions(firstResponseTimeout: 0.5)
            )
            #expect(answer.matches == [])
            #expect(answer.outcome == "timed out")
        }

        @Test("A status in the identifier does not end the query as a success")
        func statusInIdentifier() async throws {
            let answer = try await Self.seen(
                Quirk(.statusInIdentifier),
                options: FindOptions(nextResponseTimeout: 0.5)
            )
            #expect(answer.outcome != "complete")
            #expect(answer.matches.count >= 10)
        }

        @Test("A final response without a status is no success")
        func noStatus() async throws {
            let answer = try await Self.seen(Quirk(.noStatus))
            #expect(answer.matches.count == 10)
            #expect(answer.outcome != "complete")
        }

        @Test(
            "findscu takes both values in one PDU, a byte a PDU, and FF01",
            arguments: [
                Quirk.Name.onePDU, .oneByte, .unsupportedKeys, .lastFirst,
            ]
        )
        func findscu(_ name: Quirk.Name) async throws {
            try await withPersonality(Personality(quirks: [Quirk(name)]), folder: Peers.running.folder.path) { port in
                let query = TestQuery([(AttributePath(.accessionNumber), "ACC00000*")])
                #expect(try await Findscu.accessions(query, port: port).count == 10)
            }
        }
    }
}
