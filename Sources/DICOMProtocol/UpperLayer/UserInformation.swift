/// The user information item of an A-ASSOCIATE-RQ or -AC (PS3.8 9.3.2.3, PS3.7 annex D.3.3).
public struct UserInformation: Sendable, Hashable {
    /// Longest P-DATA-TF variable field its sender accepts, in bytes; 0 is unlimited, nil was not said (PS3.8 D.1).
    public var maximumLength: UInt32?
    /// Who made the sender's software (PS3.7 D.3.3.2).
    public var implementation: Implementation
    /// Asynchronous operations window (PS3.7 D.3.3.3).
    public var asynchronousOperations: AsynchronousOperationsWindow?
    /// SCP/SCU role selection, one per SOP class (PS3.7 D.3.3.4).
    public var roles: [RoleSelection]
    /// SOP class extended negotiation, one per SOP class (PS3.7 D.3.3.5).
    public var extendedNegotiations: [ExtendedNegotiation]
    /// SOP class common extended negotiation, in requests only (PS3.7 D.3.3.6).
    public var commonExtendedNegotiations: [CommonExtendedNegotiation]
    /// User identity, in requests only (PS3.7 D.3.3.7.1).
    public var userIdentity: UserIdentity?
    /// The server's answer to a user identity, in accepts only; empty for user names (PS3.7 D.3.3.7.2). As secret as the
    /// identity: a ticket, an assertion or a token.
    public var userIdentityResponse: [UInt8]? {
        get { response?.bytes }
        set { response = newValue.map(Veiled.init) }
    }
    private var response: Veiled?

    public init(
        maximumLength: UInt32? = Limits.defaultMaximumLength,
        implementation: Implementation = .worklist,
        asynchronousOperations: AsynchronousOperationsWindow? = nil,
        roles: [RoleSelection] = [],
        extendedNegotiations: [ExtendedNegotiation] = [],
        commonExtendedNegotiations: [CommonExtendedNegotiation] = [],
        userIdentity: UserIdentity? = nil,
        userIdentityResponse: [UInt8]? = nil
    ) {
        self.maximumLength = maximumLength
        self.implementation = implementation
        self.asynchronousOperations = asynchronousOperations
        self.roles = roles
        self.extendedNegotiations = extendedNegotiations
        self.commonExtendedNegotiations = commonExtendedNegotiations
        self.userIdentity = userIdentity
        self.response = userIdentityResponse.map(Veiled.init)
    }
}

/// Bytes that no description shows.
struct Veiled: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var bytes: [UInt8]

    var description: String { "\(bytes.count) bytes not shown" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: ["length": bytes.count]) }
}

/// The software behind an application entity (PS3.7 D.3.3.2).
public struct Implementation: Sendable, Hashable, CustomStringConvertible {
    /// Implementation class UID; nil when the peer did not say.
    public var classUID: String?
    /// Implementation version name, 1 to 16 characters; nil when the peer did not say.
    public var versionName: String?

    public init(classUID: String?, versionName: String? = nil) {
        self.classUID = classUID
        self.versionName = versionName
    }

    /// This software. The UID is a UUID under 2.25 (PS3.5 B.2); it names the implementation, not the installation.
    public static let worklist = Implementation(
        classUID: "2.25.111113065196380199065538116753487576612",
        versionName: "WORKLIST_1"
    )

    public var description: String {
        switch (versionName, classUID) {
        case (let name?, let uid?): "\(name) (\(uid))"
        case (let name?, nil): name
        case (nil, let uid?): uid
        case (nil, nil): "unknown"
        }
    }
}

/// How many operations may be outstanding at once, seen from the association requestor; 0 is unlimited (PS3.7 D.3.3.3).
public struct AsynchronousOperationsWindow: Sendable, Hashable {
    /// Operations the requestor may have outstanding.
    public var invoked: UInt16
    /// Operations the acceptor may have outstanding at the requestor.
    public var performed: UInt16

    public init(invoked: UInt16, performed: UInt16) {
        self.invoked = invoked
        self.performed = performed
    }

    /// One each way: what holds without negotiation.
    public static let synchronous = AsynchronousOperationsWindow(invoked: 1, performed: 1)

    /// The smaller of both windows, direction by direction, with 0 as the largest.
    public func limited(to other: Self) -> Self {
        func least(_ a: UInt16, _ b: UInt16) -> UInt16 { a == 0 ? b : b == 0 ? a : min(a, b) }
        return Self(invoked: least(invoked, other.invoked), performed: least(performed, other.performed))
    }
}

/// Which roles the association requestor proposes, or the acceptor grants, for a SOP class (PS3.7 D.3.3.4).
public struct RoleSelection: Sendable, Hashable {
    public var sopClassUID: String
    /// Roles of the association requestor, in the request and in the answer alike.
    public var requestor: RequestorRoles

    public init(sopClassUID: String, requestor: RequestorRoles) {
        self.sopClassUID = sopClassUID
        self.requestor = requestor
    }
}

/// Roles of the association requestor; the acceptor has the counterparts.
public struct RequestorRoles: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The requestor invokes operations, the acceptor performs them.
    public static let scu = RequestorRoles(rawValue: 1)
    /// The requestor performs operations that the acceptor invokes.
    public static let scp = RequestorRoles(rawValue: 2)
    /// What holds without negotiation: the requestor is SCU only.
    public static let standard: RequestorRoles = .scu
}

/// Bytes a service class defines for one SOP class; the acceptor answers with the same layout (PS3.7 D.3.3.5).
public struct ExtendedNegotiation: Sendable, Hashable {
    public var sopClassUID: String
    /// Service class application information.
    public var information: [UInt8]

    public init(sopClassUID: String, information: [UInt8]) {
        self.sopClassUID = sopClassUID
        self.information = information
    }
}

/// Service class and related general SOP classes of a SOP class the acceptor may not know (PS3.7 D.3.3.6).
public struct CommonExtendedNegotiation: Sendable, Hashable {
    public var sopClassUID: String
    public var serviceClassUID: String
    public var relatedGeneralSOPClassUIDs: [String]

    public init(sopClassUID: String, serviceClassUID: String, relatedGeneralSOPClassUIDs: [String] = []) {
        self.sopClassUID = sopClassUID
        self.serviceClassUID = serviceClassUID
        self.relatedGeneralSOPClassUIDs = relatedGeneralSOPClassUIDs
    }
}

/// Who asks for the association (PS3.7 D.3.3.7.1). Its descriptions never show the secret fields.
public struct UserIdentity: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The user identity type; numbers beyond 5 can be received and are for the acceptor to refuse.
    public struct Kind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let username = Kind(rawValue: 1)
        public static let usernameAndPasscode = Kind(rawValue: 2)
        public static let kerberos = Kind(rawValue: 3)
        public static let saml = Kind(rawValue: 4)
        public static let jsonWebToken = Kind(rawValue: 5)

        public var description: String {
            switch rawValue {
            case 1: "user name"
            case 2: "user name and passcode"
            case 3: "Kerberos service ticket"
            case 4: "SAML assertion"
            case 5: "JSON web token"
            default: "unknown type \(rawValue)"
            }
        }

        var isKnown: Bool { (1...5).contains(rawValue) }
    }

    public var kind: Kind
    /// Asks the acceptor to confirm in its answer that it has checked the identity.
    public var positiveResponseRequested: Bool
    /// User name in UTF-8, ticket, assertion or token.
    public var primary: [UInt8]
    /// The passcode in UTF-8 with `usernameAndPasscode`, else empty.
    public var secondary: [UInt8]

    public init(kind: Kind, positiveResponseRequested: Bool = false, primary: [UInt8], secondary: [UInt8] = []) {
        self.kind = kind
        self.positiveResponseRequested = positiveResponseRequested
        self.primary = primary
        self.secondary = secondary
    }

    public static func username(_ name: String, positiveResponseRequested: Bool = false) -> UserIdentity {
        UserIdentity(
            kind: .username,
            positiveResponseRequested: positiveResponseRequested,
            primary: Array(name.utf8)
        )
    }

    public static func username(
        _ name: String,
        passcode: String,
        positiveResponseRequested: Bool = false
    ) -> UserIdentity {
        UserIdentity(
            kind: .usernameAndPasscode,
            positiveResponseRequested: positiveResponseRequested,
            primary: Array(name.utf8),
            secondary: Array(passcode.utf8)
        )
    }

    /// The user name of types 1 and 2; nil for the others. Not safe for a terminal.
    public var username: String? {
        kind == .username || kind == .usernameAndPasscode ? String(decoding: primary, as: UTF8.self) : nil
    }

    public var description: String { "\(kind), \(primary.count) + \(secondary.count) bytes not shown" }
    public var debugDescription: String { description }
    public var customMirror: Mirror {
        Mirror(self, children: ["kind": kind, "length": primary.count + secondary.count])
    }
}
