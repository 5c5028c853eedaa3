import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// The listings about observers, run.
@Suite("Listings: observers")
struct ObservationSnippets {
    @Test("A log of a server, a line for each thing")
    func log() async throws {
        let lines = Shared<[String]>([])
        try await withServer(handler: matches(1)) { server in
            // snippet: observe-server
            let log = server.observers.add([.association, .dimse]) { observation in
                let peer = observation.association.remoteAddress
                lines.change { $0.append("\(observation.timestamp) \(peer) \(observation.happening.summary)") }
            }
            // end
            let association = try await Association.connect(client(of: server))
            let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
            _ = await find.everything()
            await association.release()
            try await eventually("the release was told") { lines.value.contains { $0.hasSuffix("released") } }
            // snippet: observe-finish
            await log.finish()  // told all that has happened so far, then nothing more
            // end
            #expect(log.missed == 0 && log.failures == 0)
        }
        #expect(lines.value.contains { $0.contains("received C-FIND-RQ 1, ") })
    }

    @Test("The bytes of a client's association, from the first one on")
    func bytes() async throws {
        try await withServer(handler: matches(2)) { server in
            var configuration = client(of: server)
            let counts = Shared((sent: 0, received: 0))
            // snippet: observe-client
            let observers = Observers()
            let wire = observers.add(.data) { observation in
                switch observation.happening {
                case .dataSent(let bytes): counts.change { $0.sent += bytes.count }
                case .dataReceived(let bytes): counts.change { $0.received += bytes.count }
                default: break
                }
            }
            configuration.observers = observers
            let association = try await Association.connect(configuration)
            // end
            await association.release()
            await wire.finish()
            #expect(counts.value.sent > 200 && counts.value.received > 200)
        }
    }

    /// What observers of both sides are told of one query for one match: `observed-client`, `observed-server`.
    static func summaries(of side: String) async throws -> [String] {
        let client = Shared<[String]>([])
        let server = Shared<[String]>([])
        let kinds: ObservedKinds = [.connection, .association, .acse, .dimse]
        try await withServer(handler: matches(1)) { scp in
            let onServer = scp.observers.add(kinds) { observation in
                server.change { $0.append(observation.happening.summary) }
            }
            let observers = Observers()
            let onClient = observers.add(kinds) { observation in
                client.change { $0.append(observation.happening.summary) }
            }
            var configuration = DocumentationTests.client(of: scp)
            configuration.observers = observers
            let association = try await Association.connect(configuration)
            let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
            _ = await find.everything()
            await association.release()
            try await eventually("both connections are closed") {
                [client, server].allSatisfy { $0.value.last == "connection closed" }
            }
            await onServer.finish()
            await onClient.finish()
        }
        switch side {
        case "observed-client": return client.value
        case "observed-server": return server.value
        default: throw Repository.Missing(what: "text \(side)")
        }
    }
}
