import DICOMData
import DICOMProtocol

/// Whom to call, as whom, and for what.
public struct AssociationConfiguration: Sendable {
    public var host: String
    /// 1 to 65535.
    public var port: Int
    /// 1 to 16 characters; checked when the association is opened.
    public var calledAETitle: String
    public var callingAETitle: String
    /// SOP class UIDs to propose, each in one presentation context.
    public var sopClasses: [String]
    /// In order of preference.
    public var transferSyntaxes: [TransferSyntax]
    /// Longest P-DATA-TF variable field we take, in bytes; 0 announces "unlimited" (PS3.8 D.1).
    public var maximumLength: UInt32
    /// Seconds for TCP to connect.
    public var connectTimeout: Double
    public var timeouts: AssociationCore.Timeouts
    /// Undelivered matches, in bytes, beyond which the connection is not read until some are taken.
    public var receiveWindow: Int
    /// Secures the transport (see the module DICOMNetworkTLS); nil speaks plain TCP.
    public var security: TransportSecurity?

    public init(
        host: String,
        port: Int,
        calledAETitle: String,
        callingAETitle: String,
        sopClasses: [String],
        transferSyntaxes: [TransferSyntax] = [.explicitVRLittleEndian, .implicitVRLittleEndian],
        maximumLength: UInt32 = Limits.defaultMaximumLength,
        connectTimeout: Double = 10,
        timeouts: AssociationCore.Timeouts = AssociationCore.Timeouts(),
        receiveWindow: Int = 16 << 20,
        security: TransportSecurity? = nil
    ) {
        self.host = host
        self.port = port
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.sopClasses = sopClasses
        self.transferSyntaxes = transferSyntaxes
        self.maximumLength = maximumLength
        self.connectTimeout = connectTimeout
        self.timeouts = timeouts
        self.receiveWindow = receiveWindow
        self.security = security
    }

    /// The peer as failures name it.
    public var peer: AssociationFailure.Peer {
        AssociationFailure.Peer(
            host: host,
            port: port,
            calledAETitle: calledAETitle,
            callingAETitle: callingAETitle
        )
    }

    /// The A-ASSOCIATE-RQ this means; throws what is wrong with a setting.
    func proposal() throws(AssociationFailure) -> AssociationProposal {
        guard (1...65_535).contains(port) else {
            throw AssociationFailure(.invalidSetting("port \(port) is not between 1 and 65535"), peer: peer)
        }
        guard !host.isEmpty else { throw AssociationFailure(.invalidSetting("no host is given"), peer: peer) }
        guard !sopClasses.isEmpty else {
            throw AssociationFailure(.invalidSetting("no SOP class is named"), peer: peer)
        }
        var proposal: AssociationProposal
        do {
            proposal = AssociationProposal(
                calling: try AETitle(callingAETitle),
                called: try AETitle(calledAETitle)
            )
            for sopClass in sopClasses {
                try proposal.propose(sopClass, transferSyntaxes: transferSyntaxes.map(\.uid))
            }
        } catch {
            throw AssociationFailure(.invalidSetting("\(error)"), peer: peer)
        }
        proposal.maximumLength = maximumLength
        return proposal
    }
}

/// The stages of opening an association, for whoever watches.
public enum AssociationStage: String, Sendable, Hashable {
    case lookingUp = "looking up"
    case connecting = "connecting"
    case securing = "securing the connection"
    case associating = "associating"
    case established = "associated"
}

/// How long each stage took, in milliseconds.
public struct AssociationTimings: Sendable, Hashable {
    public var lookupMilliseconds = 0.0
    public var connectMilliseconds = 0.0
    /// From the open connection until the transport was secure; nil without security.
    public var secureMilliseconds: Double?
    public var associateMilliseconds = 0.0

    public init() {}
}
