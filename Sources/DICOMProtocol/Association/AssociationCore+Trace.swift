import DICOMData

/// What observers are told; nothing of it happens while there are none.
extension AssociationCore {
    /// Begins, changes or ends the recording. What went before is not told.
    public mutating func observe(_ kinds: ObservedKinds) {
        if kinds.isEmpty {
            trace = nil
        } else if trace == nil {
            trace = AssociationTrace(kinds: kinds)
        } else if trace?.kinds != kinds {
            trace?.change(to: kinds)
        }
    }

    public var isObserved: Bool { trace != nil }

    /// What happened since it was last taken, in order.
    public mutating func takeHappenings() -> [Happening] { trace?.take() ?? [] }

    /// Something the owner of the connection knows of.
    public mutating func observe(_ happening: Happening) { trace?.add(happening) }

    /// Bytes just received, before ``receive(_:now:)`` takes them.
    public mutating func observeReceived(_ span: RawSpan) { trace?.dataReceived(span) }

    /// Whole PDUs that leave, also those the owner writes past this type.
    public mutating func observeSent(_ bytes: [UInt8]) {
        let negotiated = negotiated
        let count = trace?.sent(bytes) { Self.syntax($0, negotiated) } ?? 0
        for _ in 0..<count { _ = advance(.pDataRequest) }
    }

    /// A whole PDU from the peer; P-DATA-TF takes the fast path past the state machine, and so its transition is told here.
    mutating func observe(_ type: PDUType, _ span: RawSpan, from start: Int, length: Int) {
        var body: [UInt8] = []
        body.append(copying: span, from: start, count: length)
        let negotiated = negotiated
        trace?.received(type, body: body) { Self.syntax($0, negotiated) }
        if type == .pData, machine.state == .established || machine.state == .awaitingReleaseReply {
            _ = advance(.pDataReceived)
        }
    }

    private static func syntax(_ contextID: UInt8, _ negotiated: NegotiatedAssociation?) -> TransferSyntax? {
        negotiated?.context(id: contextID).flatMap { TransferSyntax(uid: $0.transferSyntax) }
    }

    mutating func observeEstablished(_ negotiated: NegotiatedAssociation) {
        trace?.add(.accepted(negotiated))
        trace?.add(.established)
    }
}

extension AssociationEnd {
    var happening: Happening {
        switch self {
        case .released, .releasedByPeer: .released
        case .rejected(let reject): .rejected(reject)
        default: .aborted(self)
        }
    }
}
