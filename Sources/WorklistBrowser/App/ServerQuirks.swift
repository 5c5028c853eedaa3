import DICOMData
import DICOMMatching
import DICOMProtocol

/// What a server needs otherwise than others do: how identifiers are written, what is negotiated, how long is waited.
public struct ServerQuirks: Hashable, Sendable {
    /// Keys that match anything: without a value, or `*`.
    public var universalMatching = UniversalMatchingForm.zeroLength
    /// A sequence asked for as a whole: without items, or with an empty one.
    public var wholeSequences = WholeSequenceForm.zeroLength
    /// Transfer syntaxes to offer, the preferred first; the usual ones if empty.
    public var transferSyntaxes: [TransferSyntax] = []
    /// Options of the query to negotiate; nil for no extended negotiation.
    public var queryOptions: QueryOptions?
    /// The user name to show to the server; none if empty.
    public var userName = ""
    /// A file whose first line is the user's password.
    public var passwordFile: String?
    /// Seconds to wait for each step; the usual ones if nil.
    public var timeout: Double?
    /// The longest PDU we take, in bytes, 0 for no limit; the usual one if nil.
    public var maximumLength: UInt32?

    public init() {}

    /// The names of transfer syntaxes in configuration and on the command line.
    public static let transferSyntaxNames: [(name: String, syntax: TransferSyntax)] = [
        ("explicit", .explicitVRLittleEndian), ("implicit", .implicitVRLittleEndian),
        ("big-endian", .explicitVRBigEndian), ("deflated", .deflatedExplicitVRLittleEndian),
    ]

    /// The names of query options in configuration and on the command line.
    public static let queryOptionNames: [(name: String, option: QueryOptions)] = [
        ("fuzzy", .fuzzyNames), ("timezone", .timezone), ("relational", .relational),
        ("datetime", .combinedDateTime), ("empty", .emptyValue), ("multiple", .multipleValue),
    ]
}
