import DICOMData
import Testing

@testable import DICOMProtocol

/// What a peer puts on the wire.
enum Wire {
    static let worklist: UInt8 = 1
    static let verification: UInt8 = 3

    /// One presentation data value. Control: 1 command, 2 last.
    static func value(_ context: UInt8, _ control: UInt8, _ fragment: [UInt8]) -> [UInt8] {
        be32(fragment.count + 2) + [context, control] + fragment
    }

    /// One on the worklist's context.
    static func value(_ control: UInt8, _ fragment: [UInt8]) -> [UInt8] { value(worklist, control, fragment) }

    static func pdu(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type, 0] + be32(body.count) + body }

    /// A P-DATA-TF of some presentation data values.
    static func data(_ values: [UInt8]...) -> [UInt8] { pdu(4, values.flatMap { $0 }) }

    static func be32(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }

    /// The command of a C-FIND-RSP.
    static func response(_ id: UInt16?, _ status: UInt16?, identifier: Bool = false, comment: String? = nil) -> [UInt8]
    {
        CommandSet(
            field: CommandField.findResponse,
            affectedSOPClass: SOPClass.modalityWorklistFind,
            messageIDBeingRespondedTo: id,
            dataSetType: identifier ? CommandSet.hasDataSet : CommandSet.noDataSet,
            status: status.map { Status($0) },
            errorComment: comment
        ).encoded()
    }

    /// A Pending response with its identifier, as two PDUs.
    static func match(_ id: UInt16, _ identifier: [UInt8], status: UInt16 = 0xFF00, context: UInt8 = worklist)
        -> [UInt8]
    {
        data(value(context, 3, response(id, status, identifier: true))) + data(value(context, 2, identifier))
    }

    static func final(_ id: UInt16, _ status: UInt16, context: UInt8 = worklist, comment: String? = nil) -> [UInt8] {
        data(value(context, 3, response(id, status, comment: comment)))
    }

    static func echoResponse(_ id: UInt16, _ status: UInt16? = 0, context: UInt8 = verification) -> [UInt8] {
        let command = CommandSet(
            field: CommandField.echoResponse,
            affectedSOPClass: SOPClass.verification,
            messageIDBeingRespondedTo: id,
            status: status.map { Status($0) }
        )
        return data(value(context, 3, command.encoded()))
    }

    static let releaseRequest = pdu(5, [0, 0, 0, 0])
    static let releaseResponse = pdu(6, [0, 0, 0, 0])
    static func abort(_ source: UInt8, _ reason: UInt8) -> [UInt8] { pdu(7, [0, 0, source, reason]) }
    static func reject(_ result: UInt8, _ source: UInt8, _ reason: UInt8) -> [UInt8] {
        pdu(3, [0, result, source, reason])
    }

    /// An identifier that tells one match from another.
    static func item(_ number: Int) -> [UInt8] {
        [0x10, 0, 0x20, 0, 0x4C, 0x4F, 4, 0] + Array(String(number + 1_000).utf8)
    }
}

/// A core fed by hand: what it was given, what it sent, what it told.
struct Harness {
    static let second: Nanoseconds = 1_000_000_000

    var core: AssociationCore
    var now: Nanoseconds = 100 * second
    /// Received bytes that the core has not used yet.
    var rest: [UInt8] = []
    var sent: [UInt8] = []
    var events: [AssociationCore.Event] = []

    init(_ core: AssociationCore) {
        self.core = core
    }

    static func proposal(window: UInt16? = nil) throws -> AssociationProposal {
        var proposal = AssociationProposal(calling: try AETitle("CALLER"), called: try AETitle("WORKLIST"))
        let syntaxes = [TransferSyntax.explicitVRLittleEndian.uid]
        try proposal.propose(SOPClass.modalityWorklistFind, transferSyntaxes: syntaxes)
        try proposal.propose(SOPClass.verification, transferSyntaxes: syntaxes)
        proposal.asynchronousOperations = window.map { AsynchronousOperationsWindow(invoked: $0, performed: 1) }
        return proposal
    }

    static func policy(window: UInt16? = nil) -> AcceptorPolicy {
        let syntaxes = [TransferSyntax.explicitVRLittleEndian.uid]
        var policy = AcceptorPolicy(supported: [
            SupportedContext(SOPClass.modalityWorklistFind, transferSyntaxes: syntaxes),
            SupportedContext(SOPClass.verification, transferSyntaxes: syntaxes),
        ])
        policy.asynchronousOperations = window.map { AsynchronousOperationsWindow(invoked: $0, performed: 1) }
        return policy
    }

    /// A requestor whose association stands, with contexts 1 (worklist) and 3 (verification); nothing sent yet.
    static func requestor(
        window: UInt16? = nil,
        peerMaximumLength: UInt32 = 16_384,
        timeouts: AssociationCore.Timeouts = .init()
    ) throws -> Harness {
        let proposal = try proposal(window: window)
        var policy = policy(window: window)
        policy.maximumLength = peerMaximumLength
        guard case .accept(let accept, _) = Negotiator(policy).decide(proposal.request) else {
            throw AssociateReject.noReason
        }
        var harness = Harness(AssociationCore(requestor: proposal, timeouts: timeouts))
        harness.core.connected(now: harness.now)
        harness.feed(try accept.encode())
        try #require(harness.core.isEstablished)
        harness.sent = []
        harness.events = []
        return harness
    }

    /// An acceptor whose association stands.
    static func acceptor(timeouts: AssociationCore.Timeouts = .init()) throws -> Harness {
        var harness = Harness(AssociationCore(acceptorAnnouncing: 16_384, timeouts: timeouts))
        harness.core.connected(now: harness.now)
        harness.feed(try proposal().request.encode())
        guard case .associationRequested(let request)? = harness.events.first,
            case .accept(let accept, let negotiated) = Negotiator(policy()).decide(request)
        else { throw AssociateReject.noReason }
        harness.core.accept(accept, negotiated: negotiated, now: harness.now)
        harness.collect()
        try #require(harness.core.isEstablished)
        harness.sent = []
        harness.events = []
        return harness
    }

    mutating func feed(_ bytes: [UInt8]) {
        rest += bytes
        let received = rest
        let used = core.receive(received.span.bytes, now: now)
        rest.removeFirst(used)
        collect()
    }

    mutating func collect() {
        sent += core.takeOutput()
        events += core.takeEvents()
    }

    /// Lets time pass, ringing at every deadline on the way.
    mutating func wait(_ seconds: Double) {
        let end = now + Nanoseconds(seconds * 1e9)
        while let deadline = core.deadline, deadline <= end, !core.hasEnded || deadline > now {
            now = max(now, deadline)
            core.timePassed(now: now)
            collect()
            if core.deadline == deadline { break }
        }
        now = end
    }

    mutating func find(_ options: FindOptions = FindOptions()) throws -> UInt16 {
        var identifier = DataSet()
        try identifier.set(.patientID, "")
        let id = try core.find(identifier, sopClass: SOPClass.modalityWorklistFind, options: options, now: now)
        collect()
        return id
    }

    mutating func cancel(_ id: UInt16, _ cause: AssociationCore.CancelCause = .user) {
        core.cancel(find: id, cause, now: now)
        collect()
    }

    mutating func release() {
        core.release(now: now)
        collect()
    }

    // MARK: What was told

    func rows(_ id: UInt16) -> [[UInt8]] {
        events.flatMap { event -> [[UInt8]] in
            guard case .matches(id, let batch) = event else { return [] }
            return (0..<batch.count).map { Array(batch.identifier($0).bytes) }
        }
    }

    func statuses(_ id: UInt16) -> [Status] {
        events.flatMap { event -> [Status] in
            if case .matches(id, let batch) = event { batch.entries.map(\.status) } else { [] }
        }
    }

    func results(_ id: UInt16) -> [(outcome: FindOutcome, statistics: FindStatistics)] {
        events.compactMap { event in
            if case .findEnded(id, let outcome, let statistics) = event { (outcome, statistics) } else { nil }
        }
    }

    func outcome(_ id: UInt16) -> FindOutcome? {
        let results = results(id)
        return results.count == 1 ? results[0].outcome : nil
    }

    var ends: [AssociationEnd] {
        events.compactMap { if case .ended(let end) = $0 { end } else { nil } }
    }

    var echoes: [EchoOutcome] {
        events.compactMap { if case .echoEnded(_, let outcome) = $0 { outcome } else { nil } }
    }

    var strays: Int { events.count { if case .strayResponse = $0 { true } else { false } } }

    // MARK: What was sent

    /// The PDUs sent: their types.
    var sentTypes: [UInt8] { sentPDUs.map(\.type) }

    var sentPDUs: [(type: UInt8, body: [UInt8])] {
        var result: [(UInt8, [UInt8])] = []
        var rest = sent[...]
        while let header = PDUHeader(rest) {
            result.append((header.type, Array(rest.dropFirst(6).prefix(Int(header.length)))))
            rest = rest.dropFirst(6 + Int(header.length))
        }
        return result
    }

    /// The commands sent.
    var sentCommands: [CommandSet] {
        sentPDUs.compactMap { pdu in
            guard pdu.type == 4, pdu.body.count > 6, pdu.body[5] & 1 == 1 else { return nil }
            return try? CommandSet(decoding: pdu.body[6...])
        }
    }

    /// The A-ABORT sent last, as source and reason.
    var sentAbort: [UInt8]? { sentPDUs.last { $0.type == 7 }.map { Array($0.body[2...]) } }
}
