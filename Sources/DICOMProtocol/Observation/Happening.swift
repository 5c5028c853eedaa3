import DICOMData

/// What an observer wants to hear of.
public struct ObservedKinds: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A connection opened or closed.
    public static let connection = ObservedKinds(rawValue: 1 << 0)
    /// An association requested, accepted, rejected, established, released, or ended otherwise.
    public static let association = ObservedKinds(rawValue: 1 << 1)
    /// Association control as the peers exchange it: all PDUs but P-DATA-TF.
    public static let acse = ObservedKinds(rawValue: 1 << 2)
    /// Whole DIMSE messages.
    public static let dimse = ObservedKinds(rawValue: 1 << 3)
    /// Every PDU.
    public static let pdu = ObservedKinds(rawValue: 1 << 4)
    /// Every byte sent and received; with TLS, before it is encrypted and after it is decrypted.
    public static let data = ObservedKinds(rawValue: 1 << 5)
    /// Every transition of the state machine (PS3.8 table 9-10).
    public static let transition = ObservedKinds(rawValue: 1 << 6)
    /// All of them.
    public static let all = ObservedKinds(rawValue: 0x7F)
}

/// A DIMSE message as it went over an association.
public struct DIMSEMessage: Hashable, Sendable {
    public var contextID: UInt8
    public var command: CommandSet
    /// As encoded on the wire; nil if the command announces none.
    public var dataSet: EncodedDataSet?

    public init(contextID: UInt8, command: CommandSet, dataSet: EncodedDataSet? = nil) {
        self.contextID = contextID
        self.command = command
        self.dataSet = dataSet
    }
}

extension DIMSEMessage {
    /// `C-FIND-RSP 1, FF00, 412 bytes`: the command, the message it belongs to, its status, and how long its data set is.
    public var summary: String {
        var words = CommandField.name(command.field)
        if let id = command.messageID ?? command.messageIDBeingRespondedTo { words += " \(id)" }
        if let status = command.status { words += ", \(status)" }
        if let dataSet { words += ", \(dataSet.bytes.count) bytes" }
        return words
    }
}

/// One thing that happened on an association, in the order of the wire.
///
/// It may hold patient data and, in an A-ASSOCIATE-RQ with a user identity, secrets: mind where you write it.
public enum Happening: Sendable {
    /// TCP is open; with TLS the handshake is still to come.
    case connectionOpened
    case connectionClosed
    /// The association request, sent or received.
    case requested(AssociateRequest)
    /// The association is accepted, by the peer or by us.
    case accepted(NegotiatedAssociation)
    /// The association is rejected, by the peer or by us.
    case rejected(AssociateReject)
    /// Data can be transferred.
    case established
    /// By either side.
    case released
    /// Any end that is no release and no rejection.
    case aborted(AssociationEnd)
    case acseSent(PDU)
    case acseReceived(PDU)
    case dimseSent(DIMSEMessage)
    case dimseReceived(DIMSEMessage)
    case pduSent(PDU)
    case pduReceived(PDU)
    case dataSent([UInt8])
    case dataReceived([UInt8])
    /// Of a cell of table 9-10 that is not blank.
    case transition(UpperLayerMachine.Step)

    /// Which kind it is.
    public var kind: ObservedKinds {
        switch self {
        case .connectionOpened, .connectionClosed: .connection
        case .requested, .accepted, .rejected, .established, .released, .aborted: .association
        case .acseSent, .acseReceived: .acse
        case .dimseSent, .dimseReceived: .dimse
        case .pduSent, .pduReceived: .pdu
        case .dataSent, .dataReceived: .data
        case .transition: .transition
        }
    }

    /// In words for a log; holds neither patient data nor secrets.
    public var summary: String {
        switch self {
        case .connectionOpened: "connection opened"
        case .connectionClosed: "connection closed"
        case .requested: "association requested"
        case .accepted(let negotiated):
            "association accepted, \(negotiated.accepted.count) of "
                + "\(negotiated.accepted.count + negotiated.refused.count) contexts"
        case .rejected(let reject): "association rejected: \(reject.explanation)"
        case .established: "association established"
        case .released: "association released"
        case .aborted(let end): "association ended: \(end.explanation)"
        case .acseSent(let pdu): "sent \(pdu.type)"
        case .acseReceived(let pdu): "received \(pdu.type)"
        case .dimseSent(let message): "sent \(message.summary)"
        case .dimseReceived(let message): "received \(message.summary)"
        case .pduSent(let pdu): "sent PDU \(pdu.type)"
        case .pduReceived(let pdu): "received PDU \(pdu.type)"
        case .dataSent(let bytes): "sent \(bytes.count) bytes"
        case .dataReceived(let bytes): "received \(bytes.count) bytes"
        case .transition(let step):
            "\(step.from.label) + \(step.event) -> \(step.action?.label ?? "nothing"), \(step.to.label)"
        }
    }

    /// About how much memory it holds, in bytes.
    public var cost: Int {
        switch self {
        case .dataSent(let bytes), .dataReceived(let bytes): 128 + bytes.count
        case .pduSent(.pData(let body)), .pduReceived(.pData(let body)): 128 + body.count
        case .dimseSent(let message), .dimseReceived(let message):
            512 + message.command.textCost + (message.dataSet?.bytes.count ?? 0)
        case .requested(let request), .acseSent(.associateRequest(let request)),
            .acseReceived(.associateRequest(let request)), .pduSent(.associateRequest(let request)),
            .pduReceived(.associateRequest(let request)):
            512 + request.cost
        case .acseSent(.associateAccept(let accept)), .acseReceived(.associateAccept(let accept)),
            .pduSent(.associateAccept(let accept)), .pduReceived(.associateAccept(let accept)):
            512 + accept.cost
        case .accepted(let negotiated): 512 + negotiated.cost
        default: 512
        }
    }
}

// What the peer decides the size of: up to a megabyte for an association request.

private func cost(of text: String) -> Int { 64 + text.utf8.count }

private func cost(of texts: [String]) -> Int { texts.reduce(64) { $0 + cost(of: $1) } }

extension CommandSet {
    fileprivate var textCost: Int {
        (affectedSOPClass?.utf8.count ?? 0) + (errorComment?.utf8.count ?? 0) + offendingElements.count * 4
    }
}

extension UserInformation {
    fileprivate var cost: Int {
        var sum = 512 + (implementation.classUID?.utf8.count ?? 0) + (implementation.versionName?.utf8.count ?? 0)
        for role in roles { sum += DICOMProtocol.cost(of: role.sopClassUID) }
        for negotiation in extendedNegotiations {
            sum += DICOMProtocol.cost(of: negotiation.sopClassUID) + 64 + negotiation.information.count
        }
        for negotiation in commonExtendedNegotiations {
            sum += DICOMProtocol.cost(
                of: [negotiation.sopClassUID, negotiation.serviceClassUID] + negotiation.relatedGeneralSOPClassUIDs
            )
        }
        if let userIdentity { sum += userIdentity.primary.count + userIdentity.secondary.count }
        return sum + (userIdentityResponse?.count ?? 0)
    }
}

extension AssociateRequest {
    fileprivate var cost: Int {
        presentationContexts.reduce(applicationContextName.utf8.count + userInformation.cost) {
            $0 + DICOMProtocol.cost(of: $1.abstractSyntax) + DICOMProtocol.cost(of: $1.transferSyntaxes)
        }
    }
}

extension AssociateAccept {
    fileprivate var cost: Int {
        presentationContexts.reduce(applicationContextName.utf8.count + userInformation.cost) {
            $0 + DICOMProtocol.cost(of: $1.transferSyntax)
        }
    }
}

extension NegotiatedAssociation {
    fileprivate var cost: Int {
        var sum = userIdentityResponse?.count ?? 0
        sum += (peerImplementation.classUID?.utf8.count ?? 0) + (peerImplementation.versionName?.utf8.count ?? 0)
        for (uid, information) in extendedNegotiations { sum += DICOMProtocol.cost(of: uid) + 64 + information.count }
        for context in accepted { sum += DICOMProtocol.cost(of: [context.abstractSyntax, context.transferSyntax]) }
        for context in refused {
            sum += DICOMProtocol.cost(of: context.abstractSyntax) + DICOMProtocol.cost(of: context.transferSyntaxes)
        }
        return sum
    }
}
