import DICOMData

/// One association, either side, without any I/O: bytes and wishes in, bytes and events out.
///
/// The owner of the connection feeds what arrives to ``receive(_:now:)``, writes ``takeOutput()``, closes when
/// ``wantsClose`` says so, calls ``timePassed(now:)`` at ``deadline``, and hands ``takeEvents()`` on.
///
/// What this type owns: the upper layer state machine, the assembly of messages, the operations a client has under way.
/// What it does not: connections, clocks, tasks, the acceptor's policy, and the handlers of a server.
public struct AssociationCore {
    var machine: UpperLayerMachine
    let timeouts: Timeouts
    /// Requestor: what was proposed.
    let proposal: AssociationProposal?
    public internal(set) var negotiated: NegotiatedAssociation? {
        didSet {
            for context in negotiated?.accepted ?? [] { isAccepted[Int(context.id)] = true }
        }
    }
    private var output: [UInt8] = []
    /// Nil while nobody observes.
    var trace: AssociationTrace?
    var events: [Event] = []
    /// The connection is to be closed once the output has left.
    public internal(set) var wantsClose = false
    var end: AssociationEnd?
    /// What to say when the machine reports that the provider aborted.
    var pendingEnd: AssociationEnd?

    /// Longest P-DATA-TF variable field to take.
    private var maximumReceivedLength: Int
    /// Longest data set to put together.
    private let maximumDataSetLength: Int
    /// By context ID; the fast path asks for each fragment.
    private var isAccepted = [Bool](repeating: false, count: 256)
    private var assembler = MessageAssembler()
    private var awaitedDataSet = DataSetUse.discard

    var finds: [UInt16: FindOperation] = [:]
    /// The find responses are expected for; kept out of the dictionary so that matches do not go through it.
    var currentFind: FindOperation?
    var echoes: [UInt16: Nanoseconds] = [:]
    var queued: [QueuedRequest] = []
    private var lastMessageID: UInt16 = 0

    var artimDeadline: Nanoseconds?
    var replyDeadline: Nanoseconds?
    var partialSince: Nanoseconds?
    /// Reading is paused by the owner, and so the peer is not late.
    var isPaused = false
    /// The peer sent what is no PDU: where the next one begins is anybody's guess, and nothing is read any more.
    var isOutOfStep = false
    /// When reading last began again: what the peer owes counts from here.
    var readingSince: Nanoseconds = 0
    /// When the peer was last heard of, or an operation ended.
    var lastActivity: Nanoseconds = 0
    /// The peer's operations that we have not yet answered, as the owner tells.
    var performing = 0
    /// A release waits for the end of the operations under way.
    var wantsRelease = false

    /// What the data set after the command just read is for.
    private enum DataSetUse {
        case match(Status)
        case request(CommandSet)
        case discard
    }

    /// The side that opens the association.
    public init(requestor proposal: AssociationProposal, timeouts: Timeouts = Timeouts()) {
        self.machine = UpperLayerMachine(role: .requestor)
        self.proposal = proposal
        self.timeouts = timeouts
        self.maximumDataSetLength = Limits.maxDataSetLength
        self.maximumReceivedLength = Limits.maxReceivedPDataLength(announced: proposal.maximumLength)
    }

    /// The side that is called.
    public init(acceptorAnnouncing maximumLength: UInt32, timeouts: Timeouts = Timeouts()) {
        self.machine = UpperLayerMachine(role: .acceptor)
        self.proposal = nil
        self.timeouts = timeouts
        self.maximumDataSetLength = Limits.maxRequestDataSetLength
        self.maximumReceivedLength = Limits.maxReceivedPDataLength(announced: maximumLength)
    }

    // MARK: What the owner takes out

    /// Bytes to write to the peer, in order.
    public mutating func takeOutput() -> [UInt8] {
        let taken = output
        output = []
        return taken
    }

    /// Whether there is anything to write.
    public var hasOutput: Bool { !output.isEmpty }

    /// What happened since it was last taken, in order.
    public mutating func takeEvents() -> [Event] {
        let taken = events
        events = []
        return taken
    }

    /// Whether data can be transferred (Sta6).
    public var isEstablished: Bool { machine.state == .established }
    /// Whether ``Event/ended(_:)`` was among the events.
    public var hasEnded: Bool { end != nil }
    /// Operations of ours under way or waiting.
    public var hasOperations: Bool { currentFind != nil || !finds.isEmpty || !echoes.isEmpty || !queued.isEmpty }

    // MARK: Connection

    /// The connection is open: the requestor sends A-ASSOCIATE-RQ, the acceptor waits for it.
    public mutating func connected(now: Nanoseconds) {
        switch machine.role {
        case .requestor:
            _ = advance(.associateRequest)
            perform(advance(.transportConnected), now: now)
            replyDeadline = now &+ FindOperation.nanoseconds(timeouts.associate)
        case .acceptor:
            perform(advance(.transportOpened), now: now)
        }
    }

    /// The peer closed the connection, or it broke; `detail` says how.
    public mutating func disconnected(_ detail: String, now: Nanoseconds) {
        if pendingEnd == nil { pendingEnd = .connectionLost(detail) }
        perform(advance(.transportClosed), now: now)
        finish(pendingEnd ?? .connectionLost(detail), now: now)
        wantsClose = true
    }

    /// The transport could not be secured, or no longer was: nothing was or will be sent.
    public mutating func notSecure(_ failure: SecureTransportFailure, now: Nanoseconds) {
        pendingEnd = .notSecure(failure)
        perform(advance(.transportClosed), now: now)
        finish(.notSecure(failure), now: now)
        wantsClose = true
    }

    // MARK: Acceptor's decision

    public mutating func accept(_ reply: AssociateAccept, negotiated: NegotiatedAssociation, now: Nanoseconds) {
        guard let bytes = try? reply.encode() else {
            reject(.noReason, now: now)
            return
        }
        let step = advance(.acceptResponse)
        guard step.isApplicable else { return }
        self.negotiated = negotiated
        emit(bytes)
        perform(step, now: now)
        observeEstablished(negotiated)
    }

    public mutating func reject(_ reject: AssociateReject, now: Nanoseconds) {
        let step = advance(.rejectResponse)
        guard step.isApplicable else { return }
        emit(reject.encode())
        perform(step, now: now)
        finish(.rejected(reject), now: now)
    }

    // MARK: Release and abort

    /// Asks the peer to release, once nothing is under way: queries are cancelled first, and nothing new can be asked.
    ///
    /// A release before the final response leaves many a server hanging.
    public mutating func release(now: Nanoseconds) {
        guard machine.state == .established else { return }
        wantsRelease = true
        let asked = queued.filter { $0.find != nil }.map(\.messageID) + finds.keys.sorted()
        for messageID in asked + [currentFind?.messageID].compactMap({ $0 }) {
            cancel(find: messageID, .user, now: now)
        }
        releaseIfIdle(now: now)
    }

    /// Carries out a release that was waiting, when it need not wait any longer.
    mutating func releaseIfIdle(now: Nanoseconds) {
        guard wantsRelease, !hasOperations else { return }
        let step = advance(.releaseRequest)
        guard step.isApplicable else { return }
        perform(step, now: now)
        replyDeadline = now &+ FindOperation.nanoseconds(timeouts.release)
    }

    /// Sends A-ABORT; what was under way ends with the cause. `closing` does not leave the close of the connection to the
    /// peer, for which an acceptor otherwise waits as long as ARTIM runs.
    public mutating func abort(_ cause: AssociationAbort.Cause, closing: Bool = false, now: Nanoseconds) {
        if closing { wantsClose = true }
        if case .protocolViolation = cause {
            violation(cause, reason: .invalidParameterValue, now: now)
            return
        }
        pendingEnd = .aborted(AssociationAbort(cause))
        perform(advance(.abortRequest), now: now)
        finish(.aborted(AssociationAbort(cause)), now: now)
    }

    // MARK: Bytes

    /// Takes received bytes; returns how many were used. The rest belongs to a PDU that is not yet whole: offer it again
    /// with what follows.
    public mutating func receive(_ span: RawSpan, now: Nanoseconds) -> Int {
        var offset = 0
        lastActivity = now
        if isOutOfStep { return span.byteCount }
        while end == nil || machine.state == .awaitingClose {
            guard let header = PDUHeader(span, at: offset) else { break }
            let type: PDUType
            do throws(PDUError) {
                type = try header.validated(maxPDataLength: maximumReceivedLength)
            } catch {
                malformed(error, header, now: now)
                offset = span.byteCount
                break
            }
            let length = Int(header.length)
            let start = offset + PDUHeader.byteCount
            guard span.byteCount - start >= length else { break }
            offset = start + length
            if trace != nil { observe(type, span, from: start, length: length) }
            if type == .pData, machine.state == .established || machine.state == .awaitingReleaseReply {
                do throws(MessageAssembler.Violation) {
                    try data(span, from: start, end: offset, now: now)
                } catch {
                    violation(.protocolViolation(error.text), reason: error.abortReason, now: now)
                }
            } else {
                control(type, span, from: start, length: length, now: now)
            }
        }
        if offset == span.byteCount {
            partialSince = nil
        } else if offset > 0 || partialSince == nil {
            // Another PDU than the one that was waited for: in a fast stream hardly a read ends with a PDU.
            partialSince = now
        }
        flushMatches()
        return offset
    }

    mutating func flushMatches() {
        if let messageID = currentFind?.messageID, let batch = currentFind?.takeBatch() {
            events.append(.matches(messageID: messageID, batch))
        }
    }

    /// The PDV items of one P-DATA-TF (PS3.8 9.3.5.1): the fast path.
    private mutating func data(
        _ span: RawSpan,
        from start: Int,
        end: Int,
        now: Nanoseconds
    ) throws(MessageAssembler.Violation) {
        var offset = start
        guard offset < end else {
            throw MessageAssembler.Violation(
                text: "a P-DATA-TF without presentation data values",
                abortReason: .invalidParameterValue
            )
        }
        while offset < end {
            guard end - offset >= PDataTF.valueHeaderLength else {
                throw MessageAssembler.Violation(
                    text: "a presentation data value shorter than its header",
                    abortReason: .invalidParameterValue
                )
            }
            let length = UInt32(
                bigEndian: span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
            )
            let contextID = span.unsafeLoad(fromByteOffset: offset + 4, as: UInt8.self)
            let control = span.unsafeLoad(fromByteOffset: offset + 5, as: UInt8.self)
            guard length >= 2, UInt64(length) <= UInt64(end - offset - 4) else {
                throw MessageAssembler.Violation(
                    text: "a presentation data value of \(length) bytes where \(end - offset - 4) are left",
                    abortReason: .invalidParameterValue
                )
            }
            let count = Int(length) - 2
            let value = offset + PDataTF.valueHeaderLength
            offset = value + count
            try fragment(span, at: value, count: count, contextID: contextID, control: control, now: now)
        }
    }

    @inline(__always)
    private mutating func fragment(
        _ span: RawSpan,
        at value: Int,
        count: Int,
        contextID: UInt8,
        control: UInt8,
        now: Nanoseconds
    ) throws(MessageAssembler.Violation) {
        let isCommand = control & 1 != 0
        let isLast = control & 2 != 0
        guard isAccepted[Int(contextID)] else {
            throw MessageAssembler.Violation(
                text: "data on presentation context \(contextID), which was not accepted",
                abortReason: .invalidParameterValue
            )
        }
        try assembler.admit(contextID: contextID, isCommand: isCommand)
        let isWhole = isLast && assembler.partial.isEmpty
        if isCommand {
            if isWhole {
                try command(span, from: value, end: value + count, contextID: contextID, now: now)
                return
            }
            guard
                try assembler.append(
                    span,
                    from: value,
                    count: count,
                    isLast: isLast,
                    limit: Limits.maxCommandSetLength
                )
            else { return }
            let bytes = assembler.takePartial()
            try command(bytes.span.bytes, from: 0, end: bytes.count, contextID: contextID, now: now)
            return
        }
        if isWhole {
            dataSet(span, at: value, count: count, contextID: contextID, now: now)
            return
        }
        guard
            try assembler.append(span, from: value, count: count, isLast: isLast, limit: maximumDataSetLength)
        else { return }
        let bytes = assembler.takePartial()
        dataSet(bytes.span.bytes, at: 0, count: bytes.count, contextID: contextID, now: now)
    }

    /// A command set is whole.
    @inline(__always)
    private mutating func command(
        _ span: RawSpan,
        from start: Int,
        end: Int,
        contextID: UInt8,
        now: Nanoseconds
    ) throws(MessageAssembler.Violation) {
        let scan: CommandScan
        do throws(CommandSetError) {
            scan = try CommandScan(span, from: start, end: end)
        } catch {
            throw MessageAssembler.Violation(text: error.description, abortReason: .invalidParameterValue)
        }
        let hasDataSet = scan.dataSetType != CommandSet.noDataSet
        if hasDataSet { assembler.expectDataSet() }
        awaitedDataSet = .discard
        guard CommandField.isResponse(scan.field) else {
            request(scan.commandSet(in: span), contextID: contextID, hasDataSet: hasDataSet)
            return
        }
        if scan.field == CommandField.findResponse, let messageID = scan.respondedTo,
            select(find: messageID, contextID: contextID)
        {
            guard let code = scan.status else {
                throw MessageAssembler.Violation(
                    text: "a C-FIND response without a status",
                    abortReason: .invalidParameterValue
                )
            }
            let status = Status(code)
            if status.isPending {
                if hasDataSet {
                    awaitedDataSet = .match(status)
                } else {
                    currentFind?.emptyResponse(now: now)
                }
            } else if currentFind?.isEnded(by: status, now: now) ?? true {
                // An identifier after a final status is read and dropped: the command says whether one follows.
                finalResponse(scan.commandSet(in: span), status: status, now: now)
            }
            return
        }
        if scan.field == CommandField.echoResponse, let messageID = scan.respondedTo, let sent = echoes[messageID] {
            guard let code = scan.status else {
                throw MessageAssembler.Violation(
                    text: "a C-ECHO response without a status",
                    abortReason: .invalidParameterValue
                )
            }
            echoes[messageID] = nil
            let milliseconds = FindOperation.milliseconds(from: sent, to: now)
            events.append(
                .echoEnded(messageID: messageID, .answered(Status(code), milliseconds: milliseconds))
            )
            startNext(now: now)
            return
        }
        // Never another request's answer: a late response of an earlier query must not look like one of this (wrong rows).
        currentFind?.strayResponse()
        events.append(.strayResponse(scan.commandSet(in: span)))
    }

    /// Makes the find of a message ID the current one; false if there is none on that context.
    @inline(__always)
    private mutating func select(find messageID: UInt16, contextID: UInt8) -> Bool {
        if let current = currentFind, current.messageID == messageID { return current.contextID == contextID }
        guard let other = finds[messageID], other.contextID == contextID else { return false }
        flushMatches()
        if let current = currentFind { finds[current.messageID] = current }
        finds[messageID] = nil
        currentFind = other
        return true
    }

    /// A data set is whole.
    @inline(__always)
    private mutating func dataSet(
        _ span: RawSpan,
        at offset: Int,
        count: Int,
        contextID: UInt8,
        now: Nanoseconds
    ) {
        assembler.finishDataSet()
        switch awaitedDataSet {
        case .match(let status):
            currentFind?.match(status, span, at: offset, length: count, now: now)
            if let reason = currentFind?.wantsCancel { cancelCurrent(reason, now: now) }
        case .request(let command):
            var bytes: [UInt8] = []
            bytes.append(copying: span, from: offset, count: count)
            events.append(.request(contextID: contextID, command, dataSet: bytes))
        case .discard: break
        }
        awaitedDataSet = .discard
    }

    private mutating func request(_ command: CommandSet, contextID: UInt8, hasDataSet: Bool) {
        if command.field == CommandField.cancelRequest {
            if let messageID = command.messageIDBeingRespondedTo {
                events.append(.cancelRequested(contextID: contextID, messageID: messageID))
            }
            return
        }
        if hasDataSet {
            awaitedDataSet = .request(command)
        } else {
            events.append(.request(contextID: contextID, command, dataSet: nil))
        }
    }

    private mutating func finalResponse(_ command: CommandSet, status: Status, now: Nanoseconds) {
        guard var find = currentFind else { return }
        flushMatches()
        let (outcome, statistics) = find.finished(command, status: status, now: now)
        currentFind = nil
        events.append(.findEnded(messageID: find.messageID, outcome, statistics))
        startNext(now: now)
    }

    // MARK: Output, for the operations

    mutating func write(_ bytes: [UInt8]) {
        emit(bytes)
    }

    mutating func emit(_ bytes: [UInt8]) {
        if trace != nil { observeSent(bytes) }
        output.append(contentsOf: bytes)
    }

    mutating func advance(_ event: UpperLayerMachine.Event) -> UpperLayerMachine.Step {
        let step = machine.handle(event)
        if trace != nil, step.isApplicable { trace?.add(.transition(step)) }
        return step
    }

    /// An ID that no operation of ours has: counted up, so that a late response never meets a new request's ID.
    mutating func nextMessageID() -> UInt16 {
        repeat {
            lastMessageID = lastMessageID == .max ? 1 : lastMessageID + 1
        } while finds[lastMessageID] != nil || echoes[lastMessageID] != nil
            || currentFind?.messageID == lastMessageID || queued.contains { $0.messageID == lastMessageID }
        return lastMessageID
    }

    /// Requests that may be under way at once (PS3.7 D.3.3.3): 1 unless more was negotiated, 0 means any number.
    var mayStart: Bool {
        let window = Int(negotiated?.maximumOperationsInvoked ?? 1)
        let active = finds.count + echoes.count + (currentFind == nil ? 0 : 1)
        return window == 0 || active < window
    }
}
