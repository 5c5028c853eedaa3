import DICOMData
import DICOMNetwork
import DICOMProtocol
import Synchronization

/// A synthetic worklist item.
func item(_ number: Int) throws -> DataSet {
    var item = DataSet()
    item.declare(.utf8)
    try item.set(.patientName, "TEST^N\(number)")
    try item.set(.patientID, String(number))
    try item.set(.accessionNumber, "A\(number)")
    return item
}

/// The keys of a query for everything.
func keys() throws -> DataSet {
    var keys = DataSet()
    try keys.set(.patientName, "")
    try keys.set(.patientID, "")
    return keys
}

/// What two tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value { mutex.withLock { $0 } }
    func change(_ body: @Sendable (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}

struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// Polls until something is so; a test that waits longer than any machine needs has failed.
func eventually(_ what: String, _ condition: () async -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    throw NeverHappened(description: "never happened: \(what)")
}

/// Runs `body` against a server with a handler, and stops the server.
func withServer<Result>(
    policy: AcceptorPolicy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind]),
    services: FindServices = .standard,
    handler: FindHandler? = nil,
    _ body: (DICOMServer) async throws -> Result
) async throws -> Result {
    var configuration = ServerConfiguration(port: 0, policy: policy)
    configuration.services = services
    let server = try await DICOMServer.start(configuration)
    if let handler { server.bindFind(handler) }
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}

/// Sends so many matches.
func matches(_ count: Int) -> FindHandler {
    { _, responder in
        for number in 0..<count { guard try await responder.send(.pending, try item(number)) else { return } }
    }
}

/// Sends many matches, and does not end before it is cancelled.
let matchesUntilCancelled: FindHandler = { event, responder in
    for number in 0..<2_000 { guard try await responder.send(.pending, try item(number)) else { return } }
    while !event.isCancelled { try await Task.sleep(for: .milliseconds(2)) }
}

/// How to reach a server of the test.
func client(
    of server: DICOMServer,
    _ classes: [String] = [SOPClass.modalityWorklistFind, SOPClass.verification]
) -> AssociationConfiguration {
    AssociationConfiguration(
        host: "127.0.0.1",
        port: server.port,
        calledAETitle: "SERVER",
        callingAETitle: "CLIENT",
        sopClasses: classes
    )
}

extension Find {
    /// All matches' patient IDs, and the outcome.
    func everything() async -> (ids: [String], outcome: FindOutcome) {
        var ids: [String] = []
        for await match in self { ids.append(match.dataSet.string(.patientID) ?? "?") }
        return (ids, await result.outcome)
    }
}
