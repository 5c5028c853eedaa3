/// Why received bytes are not a valid PDU, and where.
public struct PDUError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: Sendable, Hashable {
        /// The PDU type is none of PS3.8 9.3.1.
        case unrecognizedPDU(type: UInt8)
        /// The PDU ends before what it announced, or an item reaches beyond the one that contains it.
        case truncated
        /// A known item stands where it may not, or stands twice.
        case unexpectedParameter(itemType: UInt8)
        /// A field holds a value that PS3.8 or PS3.7 does not allow.
        case invalidValue
        /// A length or a number is beyond the bounds in `Limits`.
        case limitExceeded(length: UInt64, limit: UInt64)
    }

    /// What is wrong.
    public let code: Code
    /// Offset of the fault in bytes from the first byte of the PDU, header included.
    public let position: Int
    /// What should have stood there.
    public let expected: String

    @inline(never)
    public init(_ code: Code, at position: Int, expected: String) {
        self.code = code
        self.position = position
        self.expected = expected
    }

    /// The reason an A-ABORT carries in answer to this PDU (PS3.8 9.3.8).
    public var abortReason: Abort.Reason {
        switch code {
        case .unrecognizedPDU: .unrecognizedPDU
        case .unexpectedParameter: .unexpectedParameter
        case .truncated, .invalidValue, .limitExceeded: .invalidParameterValue
        }
    }

    public var description: String {
        let what =
            switch code {
            case .unrecognizedPDU(let type): "unknown PDU type \(hex(type))H"
            case .truncated: "PDU or item too short for its contents"
            case .unexpectedParameter(let type): "item \(hex(type))H is not expected here"
            case .invalidValue: "invalid value"
            case .limitExceeded(let length, let limit): "\(length) exceeds the limit of \(limit)"
            }
        return "\(what) at byte \(position): expected \(expected)"
    }
}

/// Why a PDU cannot be encoded: a value of ours that has no place on the wire.
public enum PDUEncodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Not a title of 1 to 16 characters of the default repertoire (PS3.5 6.2, PS3.8 9.3.2).
    case invalidAETitle(String, field: String)
    /// Not 1 to 64 digits and dots (PS3.5 9.1).
    case invalidUID(String, field: String)
    /// Presentation context identifiers are odd (PS3.8 9.3.2.2).
    case evenContextID(UInt8)
    case duplicateContextID(UInt8)
    case tooManyContexts(Int)
    case noContexts
    /// A context proposes at least one transfer syntax (PS3.8 9.3.2.2).
    case noTransferSyntax(contextID: UInt8)
    /// The length field of an item has 16 bits.
    case itemTooLong(field: String, length: Int, limit: Int)
    /// Not 1 to 16 characters of ISO 646 (PS3.7 D.3.3.2.3).
    case invalidVersionName(String)
    case invalidUserIdentity(String)

    public var description: String {
        switch self {
        case .invalidAETitle(let title, let field):
            "\(field) \"\(title)\" is not an AE title: use 1 to 16 ASCII characters without backslash, not only spaces"
        case .invalidUID(let uid, let field):
            "\(field) \"\(uid)\" is not a UID: use 1 to 64 digits and dots"
        case .evenContextID(let id): "presentation context ID \(id) is even: use odd numbers from 1 to 255"
        case .duplicateContextID(let id): "presentation context ID \(id) is used twice: give each context its own"
        case .tooManyContexts(let count):
            "\(count) presentation contexts do not fit in one association: propose at most \(Limits.maxPresentationContexts)"
        case .noContexts: "no presentation context to propose: name at least one SOP class"
        case .noTransferSyntax(let id): "presentation context \(id) has no transfer syntax: name at least one"
        case .itemTooLong(let field, let length, let limit):
            "\(field) takes \(length) bytes, at most \(limit) can be sent: shorten it"
        case .invalidVersionName(let name):
            "implementation version name \"\(name)\" is not 1 to 16 ASCII characters"
        case .invalidUserIdentity(let why): "user identity cannot be sent: \(why)"
        }
    }
}

/// Two hexadecimal digits, as the standard writes item types.
func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return byte < 16 ? "0" + digits : digits
}
