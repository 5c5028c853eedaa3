/// A presentation context as proposed: what to talk about, and how it may be encoded (PS3.8 9.3.2.2).
public struct PresentationContext: Sendable, Hashable {
    /// Odd, 1 to 255, unique in the association.
    public var id: UInt8
    /// Abstract syntax: a SOP class UID. Empty when a peer sent none.
    public var abstractSyntax: String
    /// Transfer syntax UIDs, in the requestor's order.
    public var transferSyntaxes: [String]

    public init(id: UInt8, abstractSyntax: String, transferSyntaxes: [String]) {
        self.id = id
        self.abstractSyntax = abstractSyntax
        self.transferSyntaxes = transferSyntaxes
    }
}

/// The acceptor's answer to one proposed context (PS3.8 9.3.3.2).
public struct PresentationContextResult: Sendable, Hashable {
    public var id: UInt8
    public var result: ContextResult
    /// The transfer syntax to use. Not significant unless the result is acceptance.
    public var transferSyntax: String

    public init(id: UInt8, result: ContextResult, transferSyntax: String) {
        self.id = id
        self.result = result
        self.transferSyntax = transferSyntax
    }
}

/// Result/reason of a presentation context (PS3.8 table 9-18).
public struct ContextResult: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let acceptance = ContextResult(rawValue: 0)
    public static let userRejection = ContextResult(rawValue: 1)
    /// No reason, by the service-provider.
    public static let noReason = ContextResult(rawValue: 2)
    public static let abstractSyntaxNotSupported = ContextResult(rawValue: 3)
    public static let transferSyntaxesNotSupported = ContextResult(rawValue: 4)

    public var description: String {
        switch self {
        case .acceptance: "accepted"
        case .userRejection: "refused by the application"
        case .noReason: "refused without a reason"
        case .abstractSyntaxNotSupported: "abstract syntax not supported"
        case .transferSyntaxesNotSupported: "transfer syntaxes not supported"
        default: "refused with unknown result \(rawValue)"
        }
    }
}

/// A context both sides can use.
public struct AcceptedContext: Sendable, Hashable {
    public let id: UInt8
    public let abstractSyntax: String
    public let transferSyntax: String
    /// Roles of the association requestor in this context; `.standard` without role selection (PS3.7 D.3.3.4).
    public let requestorRoles: RequestorRoles
    /// The SOP class whose service the acceptor gives: the abstract syntax, or a related general SOP class of it that the
    /// acceptor supports in its place (PS3.7 D.3.3.6). The requestor is not told.
    public let servedAs: String

    /// - Parameter servedAs: nil for the abstract syntax.
    public init(
        id: UInt8,
        abstractSyntax: String,
        transferSyntax: String,
        requestorRoles: RequestorRoles = .standard,
        servedAs: String? = nil
    ) {
        self.id = id
        self.abstractSyntax = abstractSyntax
        self.transferSyntax = transferSyntax
        self.requestorRoles = requestorRoles
        self.servedAs = servedAs ?? abstractSyntax
    }
}

/// A proposed context that cannot be used, and why.
public struct RefusedContext: Sendable, Hashable {
    /// Why it cannot be used.
    public enum Reason: Sendable, Hashable {
        /// The acceptor said no (a result other than 0).
        case refused(ContextResult)
        /// The acceptor did not answer for this context.
        case noAnswer
        /// The acceptor chose a transfer syntax that was not proposed, or none.
        case transferSyntaxNotProposed(String)
        /// Role selection left the requestor neither SCU nor SCP.
        case noRole
    }

    public let id: UInt8
    public let abstractSyntax: String
    public let transferSyntaxes: [String]
    public let reason: Reason

    public init(_ context: PresentationContext, because reason: Reason) {
        id = context.id
        abstractSyntax = context.abstractSyntax
        transferSyntaxes = context.transferSyntaxes
        self.reason = reason
    }

    /// What happened, in words, from the requestor's point of view.
    public var explanation: String {
        switch reason {
        case .refused(.abstractSyntaxNotSupported): "the server does not offer this service"
        case .refused(.transferSyntaxesNotSupported): "the server cannot use any of the transfer syntaxes we proposed"
        case .refused(.userRejection): "the server's application refused this service"
        case .refused(.noReason): "the server refused this service without a reason"
        case .refused(let result): "the server refused this service (result \(result.rawValue))"
        case .noAnswer: "the server gave no answer for this service"
        case .transferSyntaxNotProposed(""): "the server accepted this service without naming a transfer syntax"
        case .transferSyntaxNotProposed(let uid): "the server chose a transfer syntax we did not propose (\(uid))"
        case .noRole: "the server left us no role for this service"
        }
    }

    /// What to do about it.
    public var advice: String {
        switch reason {
        case .refused(.abstractSyntaxNotSupported):
            "Check that this is the right server and AE title; "
                + "many servers offer worklists only under an AE title or port of their own."
        case .refused(.transferSyntaxesNotSupported):
            "Propose Implicit VR Little Endian, which every DICOM system supports."
        case .refused(.userRejection), .refused(.noReason):
            "Ask the administrator of the server whether our AE title may use this service."
        case .refused, .noAnswer, .transferSyntaxNotProposed:
            "The server's answer breaks the standard; report it to its maker."
        case .noRole:
            "Ask the administrator of the server to allow the proposed role for our AE title."
        }
    }
}
