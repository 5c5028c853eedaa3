import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// A request with something odd about it, and what its sender receives.
struct RequestRow: Sendable, CustomTestStringConvertible {
    /// What the handler does with requests.
    enum Handling: Sendable {
        /// One match with the message ID as its number.
        case answering
        /// The same, after a look at the identifier.
        case decoding
    }

    let name: String
    let handling: Handling
    /// What the peer announces; nil leaves the item out.
    let maximumLength: UInt32?
    let timeouts: AssociationCore.Timeouts
    let bytes: [UInt8]
    let expected: [Wire]
    /// The requests that the handler is called for.
    let served: [UInt16]

    init(
        _ name: String,
        handling: Handling = .answering,
        announcing maximumLength: UInt32? = 0,
        timeouts: AssociationCore.Timeouts = .init(),
        sends bytes: [UInt8],
        gets expected: [Wire],
        serving served: [UInt16] = []
    ) {
        self.name = name
        self.handling = handling
        self.maximumLength = maximumLength
        self.timeouts = timeouts
        self.bytes = bytes
        self.expected = expected
        self.served = served
    }

    var testDescription: String { name }

    static let classes = [SOPClass.modalityWorklistFind, SOPClass.verification, SOPClass.studyRootFind]

    /// A query as any other is answered.
    private static func ask(_ id: UInt16, over socket: RawSocket) throws {
        try socket.send(RawSocket.findRequest(id))
        let answer = try socket.receiveAnswer()
        let expected = [Wire.match(Int(id)), .status(0)].map { $0.to(id, SOPClass.modalityWorklistFind) }
        #expect(answer == expected)
    }

    /// Sends it, reads the answer, and asks as any other: on this association if it still stands, on another in any case.
    func check() async throws {
        let row = self
        let calls = Shared<[UInt16]>([])
        try await withServer(
            policy: ServerConfiguration.policy(sopClasses: Self.classes),
            timeouts: timeouts
        ) { server in
            server.bindFind { event, responder in
                calls.change { $0.append(event.messageID) }
                if row.handling == .decoding { _ = try event.identifier }
                try await responder.send(.pending, item(Int(event.messageID)))
            }
            let port = server.port
            let (answer, rest) = try await blocking { () -> ([Wire], [Wire]) in
                let socket = try RawSocket(connectingTo: port)
                #expect(try socket.associate(Self.classes, maximumLength: row.maximumLength).type == 2)
                try socket.send(row.bytes)
                var answer: [Wire] = []
                while answer.count < row.expected.count, answer.last?.endsAssociation != true {
                    answer.append(try socket.receiveWire())
                }
                var rest: [Wire] = []
                if answer.last?.endsAssociation == true {
                    socket.shutdownWriting()
                    let end = try socket.receiveWire()
                    if end != .closed { rest.append(end) }
                } else {
                    try Self.ask(99, over: socket)
                    rest += try socket.expectNothingMore()
                }
                let other = try RawSocket(connectingTo: port)
                #expect(try other.associate(Self.classes, maximumLength: 0).type == 2)
                try Self.ask(1, over: other)
                rest += try other.expectNothingMore()
                return (answer, rest)
            }
            #expect(fitting(answer, row.expected) == row.expected, "\(row.name)")
            #expect(rest == [], "\(row.name): more came than was expected")
        }
        let after: [UInt16] = expected.last?.endsAssociation == true ? [1] : [99, 1]
        #expect(calls.value == served + after, "\(row.name)")
    }
}
