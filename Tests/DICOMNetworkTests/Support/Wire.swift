import DICOMData
import DICOMNetwork
import DICOMProtocol
import Glibc
import NIOConcurrencyHelpers

/// `Tag` where Swift Testing has one of its own.
typealias AttributeTag = Tag

/// What a peer sees, in the order it comes off the wire; what a row of a table expects is written in the same words.
enum Wire: Hashable, Sendable, CustomStringConvertible {
    case message(Message)
    case abort(source: UInt8, reason: UInt8)
    case releaseRequest
    case releaseReply
    case closed

    struct Message: Hashable, Sendable {
        var field = CommandField.findResponse
        var sopClass: String?
        /// Of the request that is answered.
        var messageID: UInt16?
        var status: UInt16?
        /// What follows the command.
        var dataSet = DataSetSeen.none
        var comment = Comment.none
        var offending: [Tag] = []
    }

    enum DataSetSeen: Hashable, Sendable {
        case none
        /// The number of a synthetic item; nil if it has none.
        case item(Int?)
    }

    enum Comment: Hashable, Sendable {
        case none
        case text(String)
        /// Expected only: any words.
        case some
        /// Expected only: with words or without.
        case maybe
    }

    /// A match, as ``item(_:padding:)`` makes it.
    static func match(
        _ number: Int,
        _ status: UInt16 = 0xFF00,
        comment: Comment = .none,
        offending: [Tag] = []
    ) -> Wire {
        .message(Message(status: status, dataSet: .item(number), comment: comment, offending: offending))
    }

    /// A response without an identifier.
    static func status(_ status: UInt16, comment: Comment = .none, offending: [Tag] = []) -> Wire {
        .message(Message(status: status, comment: comment, offending: offending))
    }

    /// An answer to something else than C-FIND.
    static func answer(_ field: UInt16, _ status: UInt16) -> Wire {
        .message(Message(field: field, status: status, comment: .maybe))
    }

    /// A response of the server's own: with the words it finds.
    static func refusal(_ status: UInt16) -> Wire { .status(status, comment: .maybe) }

    /// As sent to a request: a row does not repeat what all its responses have in common.
    func to(_ messageID: UInt16, _ sopClass: String?) -> Wire {
        guard case .message(var message) = self else { return self }
        message.messageID = message.messageID ?? messageID
        message.sopClass = message.sopClass ?? sopClass
        return .message(message)
    }

    /// What was seen, with the words left out that a row does not fix.
    func seen(as expected: Wire?) -> Wire {
        guard case .message(var message) = self, case .message(let wanted)? = expected else { return self }
        switch (wanted.comment, message.comment) {
        case (.some, .text), (.maybe, _): message.comment = wanted.comment
        default: break
        }
        return .message(message)
    }

    /// No response follows it, unless the service has a rule of its own.
    var isLast: Bool {
        switch self {
        case .message(let message): message.status != 0xFF00 && message.status != 0xFF01
        case .abort, .releaseRequest, .releaseReply, .closed: true
        }
    }

    var endsAssociation: Bool { if case .message = self { false } else { true } }

    var description: String {
        switch self {
        case .abort(let source, let reason): return "A-ABORT \(source)/\(reason)"
        case .releaseRequest: return "A-RELEASE-RQ"
        case .releaseReply: return "A-RELEASE-RP"
        case .closed: return "end"
        case .message(let message):
            var text = message.status.map(Hex.four) ?? "no status"
            if message.field != CommandField.findResponse { text = "\(CommandField.name(message.field)) \(text)" }
            if let id = message.messageID { text += " to \(id)" }
            if let sopClass = message.sopClass { text += " of \(sopClass)" }
            if case .item(let number) = message.dataSet { text += " with item \(number.map(String.init) ?? "?")" }
            switch message.comment {
            case .none: break
            case .text(let comment): text += " '\(comment)'"
            case .some: text += " '…'"
            case .maybe: text += " ('…')"
            }
            for tag in message.offending { text += " \(tag)" }
            return text
        }
    }
}

/// Compares what was seen with what a row expects.
func fitting(_ seen: [Wire], _ expected: [Wire]) -> [Wire] {
    seen.enumerated().map { index, wire in wire.seen(as: index < expected.count ? expected[index] : nil) }
}

extension RawSocket {
    /// Asks for an association with contexts 1, 3, 5, … for the SOP classes; without a maximum length, the item is left out.
    @discardableResult
    func associate(_ classes: [String], maximumLength: UInt32?) throws -> (type: UInt8, body: [UInt8]) {
        var proposal = AssociationProposal(calling: try AETitle("RAW"), called: try AETitle("SERVER"))
        for sopClass in classes { try proposal.propose(sopClass, transferSyntaxes: [Self.syntax.uid]) }
        var request = proposal.request
        request.userInformation.maximumLength = maximumLength
        try send(try request.encode())
        return try receivePDU()
    }

    /// The next thing that comes: a whole message, or a PDU that is not data.
    func receiveWire() throws -> Wire {
        var command: [UInt8] = []
        var dataSet: [UInt8] = []
        var decoded: CommandSet?
        while true {
            let pdu: (type: UInt8, body: [UInt8])
            do {
                pdu = try receivePDU()
            } catch Failure.closed {
                return .closed
            }
            switch pdu.type {
            case 4:
                var values = PresentationDataValues(body: pdu.body[...])
                while let value = try values.next() {
                    let isLast = value.control.contains(.last)
                    if value.control.contains(.command) {
                        command += value.fragment
                        guard isLast else { continue }
                        let whole = try CommandSet(decoding: command)
                        if !whole.carriesDataSet { return .message(Self.message(whole, nil)) }
                        decoded = whole
                    } else {
                        dataSet += value.fragment
                        if isLast, let decoded { return .message(Self.message(decoded, dataSet)) }
                    }
                }
            case 5: return .releaseRequest
            case 6: return .releaseReply
            case 7 where pdu.body.count == 4: return .abort(source: pdu.body[2], reason: pdu.body[3])
            default: throw Failure.unexpected("PDU of type \(pdu.type)")
            }
        }
    }

    private static func message(_ command: CommandSet, _ dataSet: [UInt8]?) -> Wire.Message {
        Wire.Message(
            field: command.field,
            sopClass: command.affectedSOPClass,
            messageID: command.messageIDBeingRespondedTo,
            status: command.status?.code,
            dataSet: dataSet.map { .item(number(DataSet(lenient: $0[...], transferSyntax: syntax))) } ?? .none,
            comment: command.errorComment.map { .text($0) } ?? .none,
            offending: command.offendingElements
        )
    }

    /// Reads to the last response of a request, or as many as a service with other rules has.
    func receiveAnswer(upTo count: Int? = nil) throws -> [Wire] {
        var seen: [Wire] = []
        while true {
            let wire = try receiveWire()
            seen.append(wire)
            if wire.endsAssociation || seen.count == count || count == nil && wire.isLast { return seen }
        }
    }

    /// Proves that nothing more is on its way, and ends the association in order: behind two echoes whatever was written
    /// before them has come.
    func expectNothingMore(echoContext: UInt8 = 3) throws -> [Wire] {
        var seen: [Wire] = []
        for id in [0xEC01, 0xEC02] as [UInt16] {
            try send(Self.echoRequest(id, context: echoContext))
            while true {
                let wire = try receiveWire()
                if case .message(let message) = wire, message.field == CommandField.echoResponse,
                    message.messageID == id, message.status == 0
                {
                    break
                }
                seen.append(wire)
                if wire.endsAssociation { return seen }
            }
        }
        try send(Self.releaseRequest)
        let last = try receiveWire()
        if last != .releaseReply { seen.append(last) }
        shutdownWriting()
        let end = try receiveWire()
        if end != .closed { seen.append(end) }
        return seen
    }

    // MARK: Messages that no writer makes

    /// A command set of just these elements (0000,xxxx), group length first.
    static func command(_ elements: [(element: UInt16, value: [UInt8])]) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var body: [UInt8] = []
        for (element, value) in elements {
            body += [0, 0] + little(Int(element), 2)
            body += little(value.count, 4) + value
        }
        return [0, 0, 0, 0] + little(4, 4) + little(body.count, 4) + body
    }

    /// A 16-bit number as a command element has it.
    static func two(_ number: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    }

    /// A UID as a command element has it.
    static func uid(_ text: String) -> [UInt8] { Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [0]) }

    /// A message around command bytes that need not be a command set.
    static func message(raw command: [UInt8], _ dataSet: [UInt8]? = nil, context: UInt8 = 1) -> [UInt8] {
        var bytes: [UInt8] = []
        MessageWriter(contextID: context, peerMaximumLength: 0)?.append(command: command, dataSet: dataSet, to: &bytes)
        return bytes
    }

    /// Any PDU.
    static func pdu(_ type: UInt8, _ body: [UInt8], claiming length: UInt32? = nil) -> [UInt8] {
        let length = length ?? UInt32(truncatingIfNeeded: body.count)
        return [type, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + body
    }

    /// A presentation data value; control 1 is a command, 2 the last fragment.
    static func value(_ control: UInt8, _ fragment: some Collection<UInt8>, context: UInt8 = 1) -> [UInt8] {
        let length = fragment.count + 2
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + [context, control] + fragment
    }
}

/// Runs `body` against a server of ours with settings of its own.
func withServer<T>(_ configuration: ServerConfiguration, _ body: (DICOMServer) async throws -> T) async throws -> T {
    let server = try await DICOMServer.start(configuration)
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}

/// Polls from a blocking script.
func waitUntil(_ what: String, _ condition: () -> Bool) throws {
    for _ in 0..<20_000 {
        if condition() { return }
        usleep(1_000)
    }
    throw RawSocket.Failure.unexpected("never happened: \(what)")
}

/// Hands a socket from one thread to the next; never used by two at once.
final class HeldSocket: @unchecked Sendable {
    let socket: RawSocket
    init(_ socket: RawSocket) { self.socket = socket }
}
