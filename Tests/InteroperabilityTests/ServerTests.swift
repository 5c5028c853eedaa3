import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Testing
import WorklistServer

extension Interoperability {
    /// Their clients, our server.
    @Suite("Our server")
    struct ServerTests {
        @Test("echoscu of DCMTK gets Success")
        func echoscu() async throws {
            let arguments = ["-v", "-aec", Peers.title, "127.0.0.1", String(try Peers.running.server.port)]
            let result = try await Program.run(try Tools.program("echoscu"), arguments)
            #expect(result.code == 0)
            #expect((result.output + result.errors).contains("Received Echo Response (Success)"))
        }

        @Test("C-ECHO of pynetdicom gets Success")
        func pynetdicomEcho() async throws {
            let responses = try await PynetdicomClient.echo(port: Peers.running.server.port)
            #expect(responses.map(\.status) == [0x0000])
        }

        @Test("findscu gets 1,000 items from us, every text as it was written, and the same as wlmscpfs answers")
        func findscu() async throws {
            let peers = try Peers.running
            let ours = try await Findscu.find(TestQuery(), port: peers.server.port)
            let wlmscpfs = try await peers.findscuAnswer(of: .wlmscpfs)
            #expect(ours.count == Peers.itemCount)
            #expect(Texts.differences(Texts.values(ours), Texts.values(wlmscpfs)) == [])
            #expect(Texts.differences(Texts.values(ours), Texts.values(peers.items(asked: TestQuery()))) == [])
        }

        @Test("pynetdicom gets 1,000 items from us, every text as it was written, then Success")
        func pynetdicomFind() async throws {
            let peers = try Peers.running
            var responses = try await PynetdicomClient.find(TestQuery(), port: peers.server.port)
            let final = responses.popLast()
            #expect(final?.status == 0x0000)
            #expect(final?.texts == nil)
            #expect(responses.count == Peers.itemCount)
            #expect(responses.allSatisfy { $0.status == 0xFF00 })
            let matches = responses.compactMap { $0.texts }
            let items = Dictionary(matches.map { ($0[Texts.accession] ?? "", $0) }) { first, _ in first }
            #expect(Texts.differences(Texts.values(items), Texts.values(peers.items(asked: TestQuery()))) == [])
        }

        @Test("findscu with keys gets the items that match, as from wlmscpfs", arguments: KeyedQuery.all)
        func keyedFindscu(_ keyed: KeyedQuery) async throws {
            let peers = try Peers.running
            let ours = try await Findscu.accessions(keyed.query, port: peers.server.port)
            #expect(ours == keyed.accessions(among: peers.items))
            // wlmscpfs compares names byte by byte: it has no say where the query is in another character set.
            if keyed.isASCII {
                #expect(try await Findscu.accessions(keyed.query, port: peers.port(.wlmscpfs)) == ours)
            }
        }

        @Test("pynetdicom with keys gets the items that match", arguments: KeyedQuery.all.filter(\.isASCII))
        func keyedPynetdicom(_ keyed: KeyedQuery) async throws {
            let peers = try Peers.running
            let responses = try await PynetdicomClient.find(keyed.query, port: peers.server.port)
            let accessions = responses.compactMap { $0.texts?[Texts.accession] }
            #expect(accessions.count == Set(accessions).count)
            #expect(Set(accessions) == keyed.accessions(among: peers.items))
            #expect(responses.last?.status == 0x0000)
        }

        @Test(
            "findscu gets the same answer in every transfer syntax it can propose first",
            arguments: ["-xe", "-xb", "-xi", "-xd"]
        )
        func transferSyntaxes(_ option: String) async throws {
            let peers = try Peers.running
            let modality = KeyedQuery.modality
            let answer = try await Findscu.find(modality.query, port: peers.server.port, options: [option])
            let expected = peers.items(asked: modality.query).filter { modality.matches($0.value) }
            #expect(Texts.differences(Texts.values(answer), Texts.values(expected)) == [])
        }

        @Test("findscu --cancel gets FE00 from us")
        func findscuCancel() async throws {
            try await withLongWorklist { server, _ in
                let peer = ["127.0.0.1", String(server.port)]
                let options = ["-v", "-sr", "-W", "-aec", Peers.title, "--cancel", "3", "-k", "PatientName"]
                let result = try await Program.run(try Tools.program("findscu"), options + peer)
                #expect(result.code == 0)
                let log = result.output + result.errors
                #expect(log.contains("Received Final Find Response (Cancel"), "\(log.suffix(600))")
            }
        }

        @Test("C-CANCEL of pynetdicom gets FE00 from us")
        func pynetdicomCancel() async throws {
            try await withLongWorklist { server, _ in
                let query = TestQuery()
                let responses = try await PynetdicomClient.find(query, port: server.port, cancelAfter: 3)
                #expect(responses.last?.status == 0xFE00)
                #expect(responses.dropLast().allSatisfy { $0.status == 0xFF00 })
                #expect(responses.count >= 4)
            }
        }

        @Test("When findscu dies in the middle of its query, the handler is cancelled and the association is gone")
        func dyingPeer() async throws {
            try await withLongWorklist { server, wasCancelled in
                let peer = ["127.0.0.1", String(server.port)]
                let options = ["-v", "-sr", "-W", "-aec", Peers.title, "-k", "PatientName"]
                let program = try Program(try Tools.program("findscu"), options + peer)
                let last = "Find Response \(LongWorklist.count) "
                try await program.until("take what there is") { (program.output + program.errors).contains(last) }
                #expect(server.associationCount == 1)
                #expect(!wasCancelled.isSet)
                await program.stop()
                let clock = ContinuousClock()
                let deadline = clock.now + .seconds(10)
                while clock.now < deadline, !wasCancelled.isSet || server.associationCount > 0 {
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(wasCancelled.isSet)
                #expect(server.associationCount == 0)
            }
        }

        /// A server that sends some matches, then waits to be cancelled; the flag tells that its handler was.
        private func withLongWorklist(_ body: (DICOMServer, AsyncFlag) async throws -> Void) async throws {
            let policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
            let server = try await DICOMServer.start(ServerConfiguration(port: 0, policy: policy))
            let wasCancelled = AsyncFlag()
            server.bindFind(for: SOPClass.modalityWorklistFind) { _, responder in
                try await LongWorklist.answer(responder)
                if Task.isCancelled { wasCancelled.set() }
            }
            do {
                try await body(server, wasCancelled)
            } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }
    }
}

/// Answers with some matches, then is silent until its task is cancelled: whether it ends in time depends on that alone.
enum LongWorklist {
    static let count = 50

    static func answer(_ responder: FindResponder) async throws {
        for number in 1...count {
            var item = DataSet()
            try item.set(.accessionNumber, String(number))
            try item.set(.patientName, "Denham^Clara")
            try await responder.send(.pending, item)
        }
        // Longer than any peer waits.
        try? await Task.sleep(for: .seconds(600))
    }
}
