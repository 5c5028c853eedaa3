import DICOMData
import DICOMNetwork
import DICOMProtocol
import Synchronization

/// Our server of every service: a handler bound to each SOP class, which does as Patient Comments says. The counterpart of
/// `pynetdicom_services.py`.
struct ServiceServer: Sendable {
    let server: DICOMServer
    let requests: Requests

    var port: Int { server.port }

    /// What the handlers were called with.
    final class Requests: Sendable {
        struct Request: Sendable {
            var sopClass: String
            var transferSyntax: String
            var asked: ItemTexts
            var association: PeerAssociation
        }

        private let list = Mutex<[Request]>([])

        func add(_ request: Request) { list.withLock { $0.append(request) } }
        var all: [Request] { list.withLock { $0 } }
    }

    /// Runs `body` beside a server of its own.
    static func with<Result>(
        _ change: (inout AcceptorPolicy) -> Void = { _ in },
        _ body: (ServiceServer) async throws -> Result
    ) async throws -> Result {
        var policy = ServerConfiguration.policy(sopClasses: FindService.standard.map(\.sopClass))
        change(&policy)
        let server = try await DICOMServer.start(ServerConfiguration(port: 0, policy: policy))
        let requests = Requests()
        for query in ServiceQuery.all {
            server.bindFind(for: query.sopClass, with: query, requests, handler: answer)
        }
        do {
            let result = try await body(ServiceServer(server: server, requests: requests))
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    @Sendable
    private static func answer(
        _ event: FindEvent,
        _ responder: FindResponder,
        _ query: ServiceQuery,
        _ requests: Requests
    ) async throws {
        let identifier = try event.identifier
        requests.add(
            Requests.Request(
                sopClass: query.sopClass,
                transferSyntax: event.context.transferSyntax,
                asked: Texts.flat(identifier),
                association: event.association
            )
        )
        func match(_ number: Int) throws -> DataSet {
            var match = identifier
            try match.set(.sopClassUID, query.sopClass)
            try match.set(.accessionNumber, String(number))
            return match
        }
        let text = identifier.string(.patientComments) ?? ""
        switch Behaviour(text: text) {
        case .unsupportedKeys:
            for number in 1...3 { try await responder.send(.pendingWithUnsupportedKeys, match(number)) }
        case .failure: try await responder.finish(reply(query.failure))
        case .lateFailure:
            try await responder.send(.pending, match(1))
            try await responder.finish(reply(query.lateFailure))
        case .limit:
            for number in 1...3 { try await responder.send(.pending, match(number)) }
            try await responder.send(FindResponse(Status(0xB001)))
        case .endless:
            try await responder.send(.pending, match(1))
            // Longer than any peer waits: what ends it is the cancel of its task.
            try await Task.sleep(for: .seconds(600))
        case .nothing: break
        default:
            guard text.hasPrefix("matches of "), let count = Int(text.dropFirst("matches of ".count)) else {
                try await responder.finish(StatusReply(.unableToProcess, errorComment: "what is '\(text)'?"))
                return
            }
            for number in 1...count { try await responder.send(.pending, match(number)) }
        }
    }

    private static func reply(_ failure: FindFailure) -> StatusReply {
        StatusReply(failure.status, errorComment: failure.errorComment, offendingElements: failure.offendingElements)
    }
}
