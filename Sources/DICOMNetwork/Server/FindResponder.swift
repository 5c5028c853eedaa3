import DICOMData
import DICOMProtocol
import NIOConcurrencyHelpers
import NIOCore

/// Writes the responses to one C-FIND request, with back-pressure.
///
/// After a final status whatever follows is ignored: any but FF00, FF01 and, for Repository Query, B001. A response that
/// cannot be sent as it stands is answered for the handler: C312 for a match without an identifier, or with one that cannot
/// be encoded.
///
/// Relevant Patient Information knows one match only (PS3.4 Q.2.1): it is held until the handler ends, and with a second one
/// none is sent, but C100.
public final class FindResponder: Sendable {
    private struct State {
        var isFinished = false
        /// A warning has said that no more matches follow; a final status may.
        var hasEndedMatches = false
        /// The matches of a service that bounds their number, until it is known that there are no more.
        var held: [(identifier: [UInt8], reply: StatusReply)] = []
        /// The command sets of FF00 and FF01 are the same for every match.
        var pendingCommands: [UInt16: [UInt8]] = [:]
        var matches = 0
        var firstMatch: NIODeadline?
        var final: StatusReply?
        var limit: (matches: Int, reply: StatusReply)?
    }

    private let state = NIOLockedValueBox(State())
    private let request: CommandSet
    private let messageID: UInt16
    private let rules: FindRules
    private let transferSyntax: TransferSyntax
    private let writer: MessageWriter
    private let pipe: ResponsePipe
    private let cancellation: CancellationFlag
    private let form: ResponseForm
    /// What FE00 carries where the form wants it to.
    private let cancelIdentifier: [UInt8]?
    let start = NIODeadline.now()

    init(
        request: CommandSet,
        messageID: UInt16,
        rules: FindRules,
        transferSyntax: TransferSyntax,
        writer: MessageWriter,
        pipe: ResponsePipe,
        cancellation: CancellationFlag,
        form: ResponseForm = .standard,
        cancelIdentifier: [UInt8]? = nil
    ) {
        self.form = form
        self.cancelIdentifier = cancelIdentifier
        self.request = request
        self.messageID = messageID
        self.rules = rules
        self.transferSyntax = transferSyntax
        self.writer = writer
        self.pipe = pipe
        self.cancellation = cancellation
    }

    /// The syntax in which identifiers go out.
    public var identifierSyntax: TransferSyntax { transferSyntax }

    /// A final status was sent.
    public var isFinished: Bool { state.withLockedValue { $0.isFinished } }

    /// Matches that were sent so far.
    public var matchCount: Int { state.withLockedValue { $0.matches } }

    /// Ends the query where one more match would be sent than so many: with a status that says so, instead of that match.
    ///
    /// Not with Success, which would call the answer whole, and not with FE00, which says that a C-CANCEL ended it (PS3.4
    /// C.4.1.1.4, K.4.1.1.4): A700 (out of resources) is what the standard has for it.
    public func limit(matches: Int, reply: StatusReply) {
        state.withLockedValue { $0.limit = (matches, reply) }
    }

    /// How the query was answered; for the end of its life.
    var answer: ServerActivity.FindAnswer {
        func seconds(_ moment: NIODeadline) -> Double { Double((moment - start).nanoseconds) / 1e9 }
        return state.withLockedValue { state in
            ServerActivity.FindAnswer(
                status: state.final?.status,
                comment: state.final?.errorComment,
                matches: state.matches,
                seconds: seconds(.now()),
                firstMatchSeconds: state.firstMatch.map(seconds)
            )
        }
    }

    /// Counts matches in, as many of them as may still be sent.
    private func countIn(_ count: Int = 1) -> Int {
        state.withLockedValue { state in
            guard !state.isFinished, !state.hasEndedMatches else { return 0 }
            let count = state.limit.map { max(0, min(count, $0.matches - state.matches)) } ?? count
            if count > 0, state.firstMatch == nil { state.firstMatch = .now() }
            state.matches += count
            return count
        }
    }

    /// Ends the query if its matches are at the limit, and one more would follow; true if it did.
    private func hasOverflown() async throws -> Bool {
        let reply = state.withLockedValue { state in
            state.limit.flatMap { state.matches >= $0.matches ? $0.reply : nil }
        }
        guard let reply else { return false }
        try await finish(reply)
        return true
    }

    /// Sends one response; waits while the peer takes no more. False if it was not sent, because the operation is over, or
    /// because it is a match and the peer has cancelled: a handler that never looks at the cancel still stops there.
    /// Matches that have not left when the cancel comes do not leave any more.
    ///
    /// Throws `CancellationError` when the association is gone.
    @discardableResult
    public func send(_ response: FindResponse) async throws -> Bool {
        guard !isFinished else { return false }
        let reply = response.reply
        guard reply.status.isPending else { return try await end(reply) }
        guard !cancellation.isSet else { return false }
        // An identifier without a single element is no match either: a peer would wait for a data set that never comes.
        guard let identifier = response.identifier, !identifier.isEmpty else {
            return try await finish(
                StatusReply(.identifierNotEncodable, errorComment: "a match without an identifier")
            )
        }
        let bytes: [UInt8]
        do {
            bytes = try identifier.encoded(transferSyntax)
        } catch {
            return try await finish(
                StatusReply(.identifierNotEncodable, errorComment: "a match could not be encoded")
            )
        }
        return try await send(encoded: bytes, reply: reply)
    }

    /// Sends a match with the given status.
    @discardableResult
    public func send(_ status: Status = .pending, _ identifier: DataSet) async throws -> Bool {
        try await send(FindResponse(status, identifier: identifier))
    }

    /// Sends a match that is already encoded in ``identifierSyntax``.
    @discardableResult
    public func send(encoded identifier: [UInt8], status: Status = .pending) async throws -> Bool {
        guard !isFinished else { return false }
        guard status.isPending else { return try await end(StatusReply(status)) }
        guard !cancellation.isSet else { return false }
        guard !identifier.isEmpty else {
            return try await finish(
                StatusReply(.identifierNotEncodable, errorComment: "a match without an identifier")
            )
        }
        return try await send(encoded: identifier, reply: StatusReply(status))
    }

    /// Sends matches that are already encoded in ``identifierSyntax``, all with the same status: as if one by one, at a fraction
    /// of the cost.
    @discardableResult
    public func send(_ identifiers: EncodedDataSets, status: Status = .pending) async throws -> Bool {
        guard status.isPending, rules.maximumMatches == nil, !identifiers.indices.contains(where: identifiers.isBlank)
        else {
            for index in identifiers.indices {
                guard try await send(encoded: Array(identifiers[index]), status: status) else { return false }
            }
            return !isFinished
        }
        guard !isFinished, !cancellation.isSet else { return false }
        let command = command(pending: StatusReply(rules.sent(status)))
        guard !identifiers.isEmpty else { return true }
        var sent = 0
        let isWritten = try await pipe.write { bytes in
            sent = countIn(identifiers.count)
            for index in identifiers.indices.prefix(sent) {
                writer.append(command: command, dataSet: identifiers[index], to: &bytes)
            }
            return sent > 0
        }
        if sent < identifiers.count, try await hasOverflown() { return false }
        return isWritten
    }

    /// A status that is not Pending: final, unless the service goes on after it.
    private func end(_ reply: StatusReply) async throws -> Bool {
        guard rules.continues(after: reply.status) else { return try await finish(reply) }
        let command = command(reply, hasDataSet: false)
        return try await pipe.write { bytes in
            let isFirst = state.withLockedValue { state in
                defer { state.hasEndedMatches = true }
                return !state.hasEndedMatches && !state.isFinished
            }
            guard isFirst else { return false }
            writer.append(command: command, dataSet: nil, to: &bytes)
            return true
        }
    }

    private func send(encoded identifier: [UInt8], reply: StatusReply) async throws -> Bool {
        var reply = reply
        reply.status = rules.sent(reply.status)
        if rules.maximumMatches != nil {
            let isTooMuch = state.withLockedValue { state in
                state.held.append((identifier, reply))
                return !rules.allows(match: state.held.count)
            }
            guard isTooMuch else { return true }
            return try await finish(
                StatusReply(rules.tooManyMatches ?? .unableToProcess, errorComment: "more than one match")
            )
        }
        if try await hasOverflown() { return false }
        let command = command(pending: reply)
        return try await pipe.write { bytes in
            // Seen from within the pipe: a handler that writes from several tasks gets nothing out after its final status.
            guard countIn() == 1 else { return false }
            writer.append(command: command, dataSet: identifier, to: &bytes)
            return true
        }
    }

    /// Sends a final status. False if there was one already.
    @discardableResult
    public func finish(_ reply: StatusReply) async throws -> Bool {
        let (isFirst, held) = state.withLockedValue { state -> (Bool, [(identifier: [UInt8], reply: StatusReply)]) in
            defer {
                state.isFinished = true
                state.held = []
            }
            guard !state.isFinished else { return (false, []) }
            state.final = reply
            guard reply.status == .success else { return (true, []) }
            state.matches += state.held.count
            return (true, state.held)
        }
        guard isFirst else { return false }
        let matches = held.map { ($0.identifier, self.command($0.reply, hasDataSet: true)) }
        let (command, dataSet) = final(reply)
        // It waits as any other: who asks without reading what is answered fills a line of bounded length, and no memory.
        return try await pipe.write(isFinal: true) { bytes in
            for (identifier, pending) in matches { writer.append(command: pending, dataSet: identifier, to: &bytes) }
            writer.append(command: command, dataSet: dataSet, to: &bytes)
            return true
        }
    }

    /// The final response in the form of this server.
    private func final(_ reply: StatusReply) -> (command: [UInt8], dataSet: [UInt8]?) {
        switch form.statusPlace {
        case .command:
            let dataSet = reply.status == .cancel && form.cancelCarriesIdentifier ? cancelIdentifier : nil
            return (command(reply, hasDataSet: dataSet != nil), dataSet)
        case .identifier:
            var identifier = DataSet()
            let code = reply.status.code
            let value = [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8)]
            identifier.set(DataElement(tag: Tag(0x0000, 0x0900), vr: .US, bytes: value))
            return (command(StatusReply(.pending), hasDataSet: true), try? identifier.encoded(transferSyntax))
        case .nowhere:
            return (command(nil, hasDataSet: false), nil)
        }
    }

    private func command(pending reply: StatusReply) -> [UInt8] {
        guard reply.errorComment == nil, reply.offendingElements.isEmpty, reply.errorID == nil else {
            return command(reply, hasDataSet: true)
        }
        return state.withLockedValue { state in
            if let kept = state.pendingCommands[reply.status.code] { return kept }
            let fresh = command(reply, hasDataSet: true)
            state.pendingCommands[reply.status.code] = fresh
            return fresh
        }
    }

    /// A new command set for each response: nothing of an earlier one can stick to it.
    private func command(_ reply: StatusReply?, hasDataSet: Bool) -> [UInt8] {
        CommandSet(
            field: CommandField.findResponse,
            affectedSOPClass: request.affectedSOPClass,
            messageIDBeingRespondedTo: messageID &+ form.messageIDOffset,
            dataSetType: hasDataSet ? CommandSet.hasDataSet : CommandSet.noDataSet,
            status: reply?.status,
            offendingElements: reply?.offendingElements ?? [],
            errorComment: reply?.errorComment,
            errorID: reply?.errorID
        ).encoded()
    }
}

/// The border between handlers and the event loop: responses gather here, and leave in large writes.
///
/// What is written while the event loop is busy goes out together; an idle loop sends at once. A writer waits while more
/// than ``highWater`` bytes are on their way, so that memory stays flat however many matches there are.
final class ResponsePipe: Sendable {
    /// Bytes gathered or being written, beyond which writers wait.
    static let highWater = 32 << 10
    /// Writes after which a handler lets others have its thread: there are only as many as cores.
    private static let turn = 256

    private struct State {
        var gathered: [UInt8] = []
        var inFlight = 0
        var isFlushScheduled = false
        /// A final response is among what is gathered.
        var holdsFinal = false
        var isClosed = false
        var writes = 0
        var waiters: [CheckedContinuation<Void, any Error>] = []
    }

    private let state = NIOLockedValueBox(State())
    private let eventLoop: any EventLoop
    private let handler: NIOLoopBound<AssociationHandler>

    init(eventLoop: any EventLoop, handler: NIOLoopBound<AssociationHandler>) {
        self.eventLoop = eventLoop
        self.handler = handler
    }

    /// Lets `body` append PDUs, unless it returns false. Throws `CancellationError` if the association has ended.
    func write(isFinal: Bool = false, _ body: (inout [UInt8]) -> Bool) async throws -> Bool {
        let (isWritten, mustSchedule, mustWait, mustYield) = try state.withLockedValue { state in
            guard !state.isClosed else { throw CancellationError() }
            guard body(&state.gathered) else { return (false, false, false, false) }
            if isFinal { state.holdsFinal = true }
            let mustSchedule = !state.isFlushScheduled
            state.isFlushScheduled = true
            state.writes &+= 1
            let mustWait = state.gathered.count + state.inFlight > Self.highWater
            return (true, mustSchedule, mustWait, !mustWait && state.writes.isMultiple(of: Self.turn))
        }
        if mustSchedule { eventLoop.execute { self.flush() } }
        if mustWait { try await drained() }
        if mustYield { await Task.yield() }
        return isWritten
    }

    private func drained() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let outcome = state.withLockedValue { state -> Result<Void, any Error>? in
                if state.isClosed { return .failure(CancellationError()) }
                if state.gathered.count + state.inFlight <= Self.highWater { return .success(()) }
                state.waiters.append(continuation)
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// On the event loop.
    private func flush() {
        let bytes = state.withLockedValue { state in
            let taken = state.gathered
            state.gathered = []
            state.gathered.reserveCapacity(min(taken.count, Self.highWater))
            state.inFlight += taken.count
            state.isFlushScheduled = false
            state.holdsFinal = false
            return taken
        }
        guard !bytes.isEmpty else { return }
        let promise = eventLoop.makePromise(of: Void.self)
        let count = bytes.count
        promise.futureResult.whenComplete { _ in self.written(count) }
        handler.value.write(ByteBuffer(bytes: bytes), promise: promise)
    }

    private func written(_ count: Int) {
        let waiters = state.withLockedValue { state in
            state.inFlight -= count
            guard state.gathered.count + state.inFlight <= Self.highWater / 2 else {
                return [CheckedContinuation<Void, any Error>]()
            }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
        // What a slow peer still takes in is no idleness.
        handler.value.sent()
    }

    /// A handler aborts: what it wrote before still leaves, nothing behind it does.
    func seal() {
        let waiters = state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(throwing: CancellationError()) }
    }

    /// The only request under way was cancelled: matches that have not left yet are of no use any more.
    func discardMatches() {
        let waiters = state.withLockedValue { state in
            guard !state.holdsFinal else { return [CheckedContinuation<Void, any Error>]() }
            state.gathered.removeAll(keepingCapacity: true)
            guard state.inFlight <= Self.highWater / 2 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The association has ended: writers stop.
    func close() {
        let waiters = state.withLockedValue { state in
            state.isClosed = true
            state.gathered = []
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(throwing: CancellationError()) }
    }
}

extension EncodedDataSets {
    /// No match: a peer would wait for a data set that never comes.
    fileprivate func isBlank(_ index: Int) -> Bool { range(index).isEmpty }
}
