import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// What a server answers a query with, and what becomes of it on our side.
struct ClientRow: Sendable, CustomTestStringConvertible {
    /// A row of the result: the number of the item, and the status it came with.
    struct Row: Hashable, Sendable, CustomStringConvertible {
        var number: Int?
        var status: UInt16 = 0xFF00

        var description: String { "\(number.map(String.init) ?? "?") \(Hex.four(status))" }
    }

    let name: String
    let sopClass: String
    let options: FindOptions
    let timeouts: AssociationCore.Timeouts
    /// The server's part, behind the request with this message ID.
    let script: @Sendable (RawSocket, UInt16) throws -> Void
    let rows: [Row]
    /// As ``FindOutcome/short`` says it.
    let outcome: String
    let strays: Int
    let emptyResponses: Int
    /// The association is as good as before: an echo and a release are answered.
    let isUsable: Bool

    init(
        _ name: String,
        sopClass: String = SOPClass.modalityWorklistFind,
        options: FindOptions = FindOptions(),
        timeouts: AssociationCore.Timeouts = .init(),
        gives rows: [Row] = [],
        _ outcome: String,
        strays: Int = 0,
        emptyResponses: Int = 0,
        isUsable: Bool = true,
        _ script: @escaping @Sendable (RawSocket, UInt16) throws -> Void
    ) {
        self.name = name
        self.sopClass = sopClass
        self.options = options
        self.timeouts = timeouts
        self.script = script
        self.rows = rows
        self.outcome = outcome
        self.strays = strays
        self.emptyResponses = emptyResponses
        self.isUsable = isUsable
    }

    var testDescription: String { name }

    func check() async throws {
        let row = self
        try await ScriptedPeer.run { socket in
            try socket.acceptAssociation(accepting: [row.sopClass, SOPClass.verification])
            let request = try socket.receiveMessage()
            let id = try #require(request.command.messageID)
            #expect(request.command.field == CommandField.findRequest && request.dataSet?.isEmpty == false)
            try row.script(socket, id)
            guard row.isUsable else { return }
            let echo = try socket.receiveMessage().command
            #expect(echo.field == CommandField.echoRequest && echo.messageID != id)
            try socket.send(RawSocket.echoResponse(echo.messageID ?? 0))
            #expect(try socket.receiveWire() == .releaseRequest)
            try socket.send(RawSocket.releaseResponse)
            #expect(try socket.receiveWire() == .closed)
        } against: { port in
            let association = try await Association.connect(
                configuration(port: port, classes: [row.sopClass, SOPClass.verification], timeouts: row.timeouts)
            )
            let find = try await association.find(keys(), sopClass: row.sopClass, options: row.options)
            var rows: [Row] = []
            for await match in find { rows.append(Row(number: number(match.dataSet), status: match.status.code)) }
            let result = await find.result
            #expect(rows == row.rows, "\(row.name)")
            #expect(result.outcome.short == row.outcome, "\(row.name)")
            #expect(result.statistics.strayResponses == row.strays, "\(row.name)")
            #expect(result.statistics.emptyResponses == row.emptyResponses, "\(row.name)")
            #expect(result.statistics.matches == row.rows.count, "\(row.name)")
            if row.isUsable {
                guard case .answered(.success, _) = try await association.echo() else {
                    Issue.record("\(row.name): no echo")
                    return
                }
                #expect(await association.release() == .released, "\(row.name)")
            } else {
                _ = await association.end
                await #expect(throws: AssociationCore.RequestError.notEstablished) {
                    try await association.find(keys(), sopClass: row.sopClass)
                }
            }
        }
    }
}

extension FindOutcome {
    /// The outcome in a word or two, without times.
    var short: String {
        switch self {
        case .complete: return "complete"
        case .cancelled(let cancellation): return "cancelled, \(cancellation.finalStatus)"
        case .truncated(.byServer): return "truncated by the server"
        case .truncated(.ownLimit(let rows, let cancellation)):
            return "truncated at our limit of \(rows), \(cancellation.finalStatus)"
        case .failed(let failure):
            let tags = failure.offendingElements.map { " \($0)" }.joined()
            return "failed \(failure.status)" + (failure.errorComment.map { " '\($0)'" } ?? "") + tags
        case .aborted(let abort):
            switch abort.cause {
            case .peer(let source, let reason): return "aborted by the peer \(source)/\(reason)"
            case .user: return "aborted by us"
            case .cancelIgnored: return "aborted by us: the cancel was ignored"
            case .protocolViolation: return "aborted by us: the protocol was broken"
            }
        case .timedOut(let wait, _): return "timed out: \(wait.rawValue)"
        case .lost(.releasedByPeer): return "lost: released by the peer"
        case .lost(.connectionClosed): return "lost: the connection ended"
        }
    }
}

extension RawSocket {
    /// A match, as ``item(_:padding:)`` makes it.
    static func match(_ id: UInt16, _ number: Int, _ status: UInt16 = 0xFF00, context: UInt8 = 1) throws -> [UInt8] {
        response(id, status, try item(number).encoded(syntax), context: context)
    }

    static func echoResponse(_ id: UInt16, _ status: UInt16 = 0, context: UInt8 = 3) -> [UInt8] {
        let command = CommandSet(
            field: CommandField.echoResponse,
            affectedSOPClass: SOPClass.verification,
            messageIDBeingRespondedTo: id,
            status: Status(status)
        )
        return message(command, context: context)
    }
}
