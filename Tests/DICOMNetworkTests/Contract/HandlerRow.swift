import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// A handler's behaviour, written once and run in every form a handler can have.
enum HandlerStep: Sendable {
    case send(FindResponse)
    /// Throws an error of its own.
    case fail
    /// Throws what a cancelled task throws, although nobody cancelled.
    case failAsCancelled
    /// Decodes the identifier, and lets an error through.
    case decode
    /// Decodes the identifier, and answers A900 if that fails.
    case decodeOrRefuse
    /// Aborts the association.
    case abort

    static func match(_ number: Int, _ status: UInt16 = 0xFF00) -> HandlerStep {
        .send(FindResponse(Status(status), identifier: item(number)))
    }

    /// A status without an identifier.
    static func status(_ status: UInt16) -> HandlerStep { .send(FindResponse(Status(status))) }

    static func reply(
        _ status: UInt16,
        _ number: Int? = nil,
        comment: String? = nil,
        offending: [AttributeTag] = []
    ) -> HandlerStep {
        .send(
            FindResponse(
                StatusReply(Status(status), errorComment: comment, offendingElements: offending),
                identifier: number.map { item($0) }
            )
        )
    }

    /// A match with this identifier.
    static func identifier(_ dataSet: DataSet, _ status: UInt16 = 0xFF00) -> HandlerStep {
        .send(FindResponse(Status(status), identifier: dataSet))
    }
}

/// The two forms in which a handler gives its responses.
enum HandlerForm: String, CaseIterable, Sendable {
    case writer
    case sequence = "async sequence"
}

/// Handler behaviour, and what the peer receives for it.
struct HandlerRow: Sendable, CustomTestStringConvertible {
    let name: String
    /// Nil binds nothing at all.
    let steps: [HandlerStep]?
    /// Throws before there is anything to iterate.
    let failsToBegin: Bool
    let identifier: [UInt8]
    let expected: [Wire]

    init(
        _ name: String,
        _ steps: [HandlerStep]?,
        failsToBegin: Bool = false,
        identifier: [UInt8] = HandlerRow.goodIdentifier,
        gives expected: [Wire]
    ) {
        self.name = name
        self.steps = steps
        self.failsToBegin = failsToBegin
        self.identifier = identifier
        self.expected = expected
    }

    var testDescription: String { name }

    /// Patient ID, empty.
    static let goodIdentifier: [UInt8] = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 0, 0]
    /// Patient ID, said to be longer than what is there.
    static let truncatedIdentifier: [UInt8] = [0x10, 0, 0x20, 0, 0x4C, 0x4F, 99, 0]

    struct Broken: Error {}

    /// One step; the response it yields, if it does.
    private static func run(_ step: HandlerStep, _ event: FindEvent) throws -> FindResponse? {
        switch step {
        case .send(let response): return response
        case .fail: throw Broken()
        case .failAsCancelled: throw CancellationError()
        case .decode:
            _ = try event.identifier
            return nil
        case .decodeOrRefuse:
            do throws(UndecodableIdentifier) {
                _ = try event.identifier
                return nil
            } catch {
                return FindResponse(.identifierDoesNotMatch)
            }
        case .abort:
            event.association.abort()
            return nil
        }
    }

    /// Binds the behaviour in one of its forms.
    func bind(to server: DICOMServer, as form: HandlerForm, for sopClass: String) {
        guard let steps else { return }
        let failsToBegin = failsToBegin
        switch form {
        case .writer:
            server.bindFind(for: sopClass) { event, responder in
                if failsToBegin { throw Broken() }
                for step in steps {
                    if let response = try Self.run(step, event) { try await responder.send(response) }
                }
            }
        case .sequence:
            server.bindFind(
                for: sopClass,
                yielding: { event in
                    if failsToBegin { throw Broken() }
                    let next = Shared(0)
                    return AsyncThrowingStream<FindResponse, any Error>(unfolding: {
                        while true {
                            let index = next.change { index in
                                defer { index += 1 }
                                return index
                            }
                            guard index < steps.count else { return nil }
                            if let response = try Self.run(steps[index], event) { return response }
                        }
                    })
                }
            )
        }
    }

    /// Asks twice on one association, so that nothing of the first answer can hide or stick, and reads what comes.
    func check(
        sopClass: String,
        form: HandlerForm,
        requested: String? = nil,
        endsWithStatus: Bool = true,
        services: FindServices = .standard
    ) async throws {
        let requested = requested ?? sopClass
        let row = self
        let isCounted = !endsWithStatus || expected.last?.endsAssociation == true
        var configuration = ServerConfiguration(
            port: 0,
            policy: ServerConfiguration.policy(sopClasses: [sopClass])
        )
        configuration.services = services
        try await withServer(configuration) { server in
            bind(to: server, as: form, for: sopClass)
            let port = server.port
            let (answers, rest) = try await blocking { () -> ([[Wire]], [Wire]) in
                let socket = try RawSocket(connectingTo: port)
                #expect(try socket.associate([sopClass, SOPClass.verification], maximumLength: 0).type == 2)
                var answers: [[Wire]] = []
                for id in [7, 8] as [UInt16] {
                    try socket.send(RawSocket.findRequest(id, identifier: row.identifier, sopClass: requested))
                    let answer = try socket.receiveAnswer(upTo: isCounted ? row.expected.count : nil)
                    answers.append(answer)
                    if answer.last?.endsAssociation == true {
                        socket.shutdownWriting()
                        let end = try socket.receiveWire()
                        return (answers, end == .closed ? [] : [end])
                    }
                }
                return (answers, try socket.expectNothingMore())
            }
            for (answer, id) in zip(answers, [7, 8] as [UInt16]) {
                let expected = row.expected.map { $0.to(id, requested) }
                #expect(fitting(answer, expected) == expected, "\(row.name)")
            }
            #expect(answers.count == (row.expected.last?.endsAssociation == true ? 1 : 2), "\(row.name)")
            #expect(rest == [], "\(row.name): more came than the last response")
        }
    }
}
