import DICOMData

/// Records what happens on an association, for observers. It exists only while there are any.
struct AssociationTrace {
    private(set) var kinds: ObservedKinds
    private(set) var happenings: [Happening] = []
    private var received = MessageCollector()
    private var sent = MessageCollector()

    init(kinds: ObservedKinds) {
        self.kinds = kinds
    }

    /// Another observer comes or goes; a message that has begun is still known to those who stay.
    mutating func change(to kinds: ObservedKinds) {
        if !self.kinds.contains(.dimse) {
            received = MessageCollector()
            sent = MessageCollector()
        }
        self.kinds = kinds
    }

    mutating func take() -> [Happening] {
        let taken = happenings
        happenings = []
        return taken
    }

    mutating func add(_ happening: Happening) {
        if kinds.contains(happening.kind) { happenings.append(happening) }
    }

    mutating func dataReceived(_ span: RawSpan) {
        guard kinds.contains(.data) else { return }
        var bytes: [UInt8] = []
        bytes.append(copying: span, from: 0, count: span.byteCount)
        happenings.append(.dataReceived(bytes))
    }

    /// A whole PDU from the peer, before anything comes of it; one that does not decode is no PDU, and not told.
    mutating func received(_ type: PDUType, body: [UInt8], syntax: (UInt8) -> TransferSyntax?) {
        guard !kinds.isDisjoint(with: [.pdu, .acse, .dimse]), let pdu = try? PDU(type: type, body: body[...]) else {
            return
        }
        add(.pduReceived(pdu))
        guard case .pData(let body) = pdu else {
            add(.acseReceived(pdu))
            return
        }
        guard kinds.contains(.dimse) else { return }
        for message in received.messages(in: body, syntax) { add(.dimseReceived(message)) }
    }

    /// Whole PDUs on their way to the peer: messages before the PDUs that carry them, the bytes last. Returns how many
    /// P-DATA-TF were among them.
    mutating func sent(_ bytes: [UInt8], syntax: (UInt8) -> TransferSyntax?) -> Int {
        var count = 0
        var waiting: [Happening] = []
        var rest = bytes[...]
        while let header = PDUHeader(rest), let type = header.kind,
            rest.count >= PDUHeader.byteCount + Int(header.length)
        {
            // A copy: a slice would keep all that is written with it as long as an observer is behind.
            let body = [UInt8](rest.dropFirst(PDUHeader.byteCount).prefix(Int(header.length)))[...]
            rest = rest.dropFirst(PDUHeader.byteCount + Int(header.length))
            if type == .pData { count += 1 }
            guard !kinds.isDisjoint(with: [.pdu, .acse, .dimse]), let pdu = try? PDU(type: type, body: body) else {
                continue
            }
            if case .pData(let body) = pdu {
                if kinds.contains(.dimse) {
                    for message in sent.messages(in: body, syntax) { add(.dimseSent(message)) }
                }
            } else {
                add(.acseSent(pdu))
            }
            waiting.append(.pduSent(pdu))
            if !sent.isInside {
                for happening in waiting { add(happening) }
                waiting = []
            }
        }
        for happening in waiting { add(happening) }
        add(.dataSent(bytes))
        return count
    }
}

/// Puts DIMSE messages together from P-DATA-TF, for a listener: what does not fit is passed over.
struct MessageCollector {
    private var contextID: UInt8 = 0
    private var bytes: [UInt8] = []
    private var command: CommandSet?

    /// A message has begun and is not yet whole.
    var isInside: Bool { command != nil || !bytes.isEmpty }

    mutating func messages(in body: ArraySlice<UInt8>, _ syntax: (UInt8) -> TransferSyntax?) -> [DIMSEMessage] {
        var messages: [DIMSEMessage] = []
        // As many as the association itself takes: nothing is performed that is not told.
        var values = PresentationDataValues(body: body, limit: .max)
        while let value = try? values.next() {
            let isCommand = value.control.contains(.command)
            // Listening may begin in the middle of a message: the next command is the first thing to make sense.
            guard isCommand || command != nil, bytes.count <= Limits.maxDataSetLength else {
                reset()
                continue
            }
            contextID = value.contextID
            bytes.append(contentsOf: value.fragment)
            guard value.control.contains(.last) else { continue }
            let whole = bytes
            bytes = []
            if isCommand {
                guard let decoded = try? CommandSet(decoding: whole) else {
                    reset()
                    continue
                }
                if decoded.carriesDataSet {
                    command = decoded
                } else {
                    messages.append(DIMSEMessage(contextID: contextID, command: decoded))
                }
            } else if let known = command {
                command = nil
                let dataSet = syntax(contextID).map { EncodedDataSet(bytes: whole[...], transferSyntax: $0) }
                messages.append(DIMSEMessage(contextID: contextID, command: known, dataSet: dataSet))
            }
        }
        return messages
    }

    private mutating func reset() {
        bytes = []
        command = nil
    }
}
