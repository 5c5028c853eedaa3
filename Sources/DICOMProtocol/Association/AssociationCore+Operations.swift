import DICOMData

/// The operations of a client: C-FIND, C-CANCEL, C-ECHO (PS3.7 9.1.2, 9.1.5, 9.3.2.3).
extension AssociationCore {
    /// Why a request could not be made; nothing was sent.
    public enum RequestError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The association has ended, or is being released.
        case notEstablished
        /// No context of the SOP class was accepted in which we are its SCU.
        case noContext(sopClass: String)
        /// The peer takes PDUs that are too short for any message.
        case peerMaximumLengthTooSmall(UInt32)
        /// The identifier has no form in the transfer syntax of the context.
        case identifierNotEncodable(DataSetEncodingError)
        /// A query without a single key has no meaning: C-FIND always carries an identifier (PS3.7 9.1.2.1).
        case emptyIdentifier
        /// Neither 0, 1 nor 2 (PS3.7 9.1.2.1.4).
        case invalidPriority(UInt16)

        public var description: String {
            switch self {
            case .notEstablished: "the association has ended: open another one"
            case .noContext(let sopClass): "the peer has not accepted a presentation context for \(sopClass)"
            case .peerMaximumLengthTooSmall(let length):
                "the peer takes PDUs of at most \(length) bytes, which no message fits into"
            case .identifierNotEncodable(let error): "the identifier cannot be encoded: \(error)"
            case .invalidPriority(let priority): "priority \(priority) is none of 0 (medium), 1 (high) and 2 (low)"
            case .emptyIdentifier: "the query has no keys: name at least one attribute to return"
            }
        }
    }

    /// Sends a C-FIND-RQ, or puts it in line behind those under way. Returns its message ID.
    ///
    /// Matches come as ``Event/matches(messageID:_:)``, the end as ``Event/findEnded(messageID:_:_:)``. `service` knows the
    /// rules of the SOP class; without it every status but Pending is final.
    public mutating func find(
        _ identifier: DataSet,
        sopClass: String,
        options: FindOptions,
        service: FindService? = nil,
        now: Nanoseconds
    ) throws(RequestError) -> UInt16 {
        let (context, writer, transferSyntax) = try accepted(sopClass)
        guard !identifier.isEmpty else { throw .emptyIdentifier }
        guard options.priority <= 2 else { throw .invalidPriority(options.priority) }
        let dataSet: [UInt8]
        do {
            dataSet = try identifier.encoded(transferSyntax)
        } catch {
            throw .identifierNotEncodable(error)
        }
        let messageID = nextMessageID()
        let command = CommandSet(
            field: CommandField.findRequest,
            affectedSOPClass: sopClass,
            messageID: messageID,
            priority: options.priority,
            dataSetType: CommandSet.hasDataSet
        )
        var bytes: [UInt8] = []
        writer.append(command: command.encoded(), dataSet: dataSet, to: &bytes)
        let request = QueuedRequest(
            messageID: messageID,
            contextID: context,
            bytes: bytes,
            find: (options, transferSyntax, service ?? FindService.of(sopClass: sopClass))
        )
        queued.append(request)
        startNext(now: now)
        return messageID
    }

    /// Sends a C-ECHO-RQ, or puts it in line. Returns its message ID.
    public mutating func echo(now: Nanoseconds) throws(RequestError) -> UInt16 {
        let (context, writer, _) = try accepted(SOPClass.verification)
        let messageID = nextMessageID()
        let command = CommandSet(
            field: CommandField.echoRequest,
            affectedSOPClass: SOPClass.verification,
            messageID: messageID
        )
        var bytes: [UInt8] = []
        writer.append(command: command.encoded(), dataSet: nil, to: &bytes)
        queued.append(QueuedRequest(messageID: messageID, contextID: context, bytes: bytes, find: nil))
        startNext(now: now)
        return messageID
    }

    /// Why a find is cancelled: it decides what becomes of the matches that still come.
    public enum CancelCause: Sendable {
        /// The user asked: later matches are still delivered.
        case user
        /// Nobody reads on: later matches are only counted.
        case abandoned
    }

    /// Sends C-CANCEL for a find, once; one that still waits in line ends without having been sent.
    public mutating func cancel(find messageID: UInt16, _ cause: CancelCause, now: Nanoseconds) {
        let reason: FindOperation.CancelReason = cause == .user ? .user : .abandoned
        if let index = queued.firstIndex(where: { $0.messageID == messageID }) {
            queued.remove(at: index)
            let cancellation = FindOutcome.Cancellation(milliseconds: 0, matchesAfter: 0, finalStatus: .cancel)
            events.append(.findEnded(messageID: messageID, .cancelled(cancellation), FindStatistics()))
            return
        }
        if currentFind?.messageID == messageID {
            cancelCurrent(reason, now: now)
        } else if var find = finds[messageID], find.cancelReason == nil {
            find.cancelled(reason, now: now)
            finds[messageID] = find
            writeCancel(messageID: messageID, contextID: find.contextID)
        }
    }

    mutating func cancelCurrent(_ reason: FindOperation.CancelReason, now: Nanoseconds) {
        guard let find = currentFind else { return }
        currentFind?.wantsCancel = nil
        guard find.cancelReason == nil else { return }
        currentFind?.cancelled(reason, now: now)
        writeCancel(messageID: find.messageID, contextID: find.contextID)
    }

    private mutating func writeCancel(messageID: UInt16, contextID: UInt8) {
        guard machine.state == .established,
            let writer = MessageWriter(
                contextID: contextID,
                peerMaximumLength: negotiated?.peerMaximumLength ?? 0
            )
        else { return }
        let command = CommandSet(field: CommandField.cancelRequest, messageIDBeingRespondedTo: messageID)
        var bytes: [UInt8] = []
        writer.append(command: command.encoded(), dataSet: nil, to: &bytes)
        write(bytes)
        events.append(.cancelSent(messageID: messageID))
    }

    /// Sends what waits in line, as far as the window allows.
    mutating func startNext(now: Nanoseconds) {
        releaseIfIdle(now: now)
        while !queued.isEmpty, mayStart, machine.state == .established {
            let request = queued.removeFirst()
            write(request.bytes)
            guard let (options, transferSyntax, service) = request.find else {
                echoes[request.messageID] = now
                continue
            }
            let find = FindOperation(
                messageID: request.messageID,
                contextID: request.contextID,
                transferSyntax: transferSyntax,
                options: options,
                service: service,
                now: now
            )
            if currentFind == nil { currentFind = find } else { finds[request.messageID] = find }
        }
    }

    /// UPS Push defines no C-FIND: what is asked in its name goes over a context of the classes that do (PS3.4 CC.2.8).
    private func context(for sopClass: String, in negotiated: NegotiatedAssociation) -> AcceptedContext? {
        guard sopClass == SOPClass.unifiedProcedureStepPush else { return negotiated.contextAsSCU(for: sopClass) }
        let lenders = [
            SOPClass.unifiedProcedureStepPull, SOPClass.unifiedProcedureStepWatch, SOPClass.unifiedProcedureStepQuery,
        ]
        return lenders.lazy.compactMap { negotiated.contextAsSCU(for: $0) }.first
    }

    private func accepted(
        _ sopClass: String
    ) throws(RequestError) -> (UInt8, MessageWriter, TransferSyntax) {
        guard machine.state == .established, !wantsRelease, let negotiated else { throw .notEstablished }
        guard let context = context(for: sopClass, in: negotiated),
            let transferSyntax = TransferSyntax(uid: context.transferSyntax)
        else { throw .noContext(sopClass: sopClass) }
        guard let writer = MessageWriter(contextID: context.id, peerMaximumLength: negotiated.peerMaximumLength) else {
            throw .peerMaximumLengthTooSmall(negotiated.peerMaximumLength)
        }
        return (context.id, writer, transferSyntax)
    }
}

/// Answers to the peer's requests.
extension AssociationCore {
    /// Answers a request with a status and no data set; without a message ID it cannot be answered, and is dropped.
    public mutating func answer(_ command: CommandSet, contextID: UInt8, _ status: StatusReply) {
        guard let messageID = command.messageID, machine.state == .established,
            let writer = MessageWriter(
                contextID: contextID,
                peerMaximumLength: negotiated?.peerMaximumLength ?? 0
            )
        else { return }
        let reply = CommandSet(
            field: command.field | 0x8000,
            affectedSOPClass: command.affectedSOPClass,
            messageIDBeingRespondedTo: messageID,
            status: status.status,
            offendingElements: status.offendingElements,
            errorComment: status.errorComment,
            errorID: status.errorID
        )
        var bytes: [UInt8] = []
        writer.append(command: reply.encoded(), dataSet: nil, to: &bytes)
        write(bytes)
    }
}
