import DICOMData
import DICOMProtocol

/// Whom to call, as whom, and for what.
public struct AssociationConfiguration: Sendable {
    /// A name or an IP address.
    public var host: String
    /// 1 to 65535.
    public var port: Int
    /// 1 to 16 characters; checked when the association is opened.
    public var calledAETitle: String
    /// Ours, as the server has to know it; 1 to 16 characters likewise.
    public var callingAETitle: String
    /// SOP class UIDs to propose, each in one presentation context.
    public var sopClasses: [String]
    /// In order of preference.
    public var transferSyntaxes: [TransferSyntax]
    /// Longest P-DATA-TF variable field we take, in bytes; 0 announces "unlimited" (PS3.8 D.1).
    public var maximumLength: UInt32
    /// Seconds for TCP to connect.
    public var connectTimeout: Double
    /// What else has to come in time.
    public var timeouts: AssociationCore.Timeouts
    /// Undelivered matches, in bytes, beyond which the connection is not read until some are taken.
    public var receiveWindow: Int
    /// The query services known, with those of one's own.
    public var services: FindServices = .standard
    /// Secures the transport (see the module DICOMNetworkTLS); nil speaks plain TCP.
    public var security: TransportSecurity?
    /// Told of everything from the open connection on.
    public var observers: Observers?
    /// Who we are, for servers that ask (PS3.7 D.3.3.7). All but a mere user name is secret, and goes over a secure transport
    /// that authenticates the peer, unless ``sendsSecretsUnencrypted``.
    public var userIdentity: UserIdentity?
    /// Sends secrets over plain TCP, for everybody on the network to read.
    public var sendsSecretsUnencrypted = false
    /// Options of the query services to ask for by extended negotiation;
    /// ``/DICOMProtocol/NegotiatedAssociation/extendedNegotiations`` tells what became of it.
    public var queryOptions: QueryOptions?
    /// Requests to have under way at once, if the peer agrees (PS3.7 D.3.3.3); 0 asks for any number. The others wait.
    public var maximumOperationsInvoked: UInt16 = 1
    /// Roles to ask for by SCP/SCU role selection (PS3.7 D.3.3.4).
    public var roles: [RoleSelection] = []
    /// SOP classes of one's own that take part in a service of the standard (PS3.7 D.3.3.6).
    public var commonExtendedNegotiations: [CommonExtendedNegotiation] = []

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
        proposal.roles = roles
        proposal.commonExtendedNegotiations = commonExtendedNegotiations
        if maximumOperationsInvoked != 1 {
            proposal.asynchronousOperations = AsynchronousOperationsWindow(
                invoked: maximumOperationsInvoked,
                performed: 1
            )
        }
        if let queryOptions {
            for sopClass in sopClasses {
                guard let layout = services.service(for: sopClass)?.serviceClass.queryOptionsLayout else { continue }
                proposal.propose(queryOptions, for: sopClass, as: layout)
            }
        }
        if let userIdentity {
            let isSafe = security?.authenticatesPeer ?? false
            guard userIdentity.kind == .username || isSafe || sendsSecretsUnencrypted else {
                throw AssociationFailure(
                    .invalidSetting(
                        security == nil
                            ? "a secret of the user would cross the network unencrypted: use TLS, or allow it"
                            : "a secret of the user would go to a server that proves nothing: check its certificate"
                    ),
                    peer: peer
                )
            }
            proposal.userIdentity = userIdentity
        }
        do {
            _ = try proposal.request.encode()
        } catch {
            throw AssociationFailure(.invalidSetting("\(error)"), peer: peer)
        }
        return proposal
    }
}

/// The stages of opening an association, for whoever watches.
public enum AssociationStage: String, Sendable, Hashable {
    /// The addresses of the host.
    case lookingUp = "looking up"
    /// TCP.
    case connecting = "connecting"
    /// The handshake of ``AssociationConfiguration/security``; not a stage without it.
    case securing = "securing the connection"
    /// The association request, until its answer.
    case associating = "associating"
    /// At least one presentation context can be used.
    case established = "associated"
}

/// How long each stage took, in milliseconds.
public struct AssociationTimings: Sendable, Hashable {
    /// The addresses of the host.
    public var lookupMilliseconds = 0.0
    /// TCP, with all addresses that were tried.
    public var connectMilliseconds = 0.0
    /// From the open connection until the transport was secure; nil without security.
    public var secureMilliseconds: Double?
    /// From the open, and secure, connection to the answer.
    public var associateMilliseconds = 0.0

    public init() {}
}
