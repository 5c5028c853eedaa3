import DICOMData

/// What an information model says of one attribute.
public struct ModelAttribute: Hashable, Sendable {
    /// Key type in a query (PS3.4 C.2.2.1).
    public enum KeyType: String, Hashable, Sendable {
        case unique = "U"
        case required = "R"
        case optional = "O"
        /// Returned, never matched.
        case none = "-"
    }

    /// How servers of the model have to match it.
    public enum Form: String, Hashable, Sendable {
        /// Single value matching only.
        case one
        /// Single value or wild card matching.
        case wild
        /// Single value or range matching.
        case range = "rng"
        /// A UID or a list of UIDs.
        case uids = "uid"
        /// Sequence matching.
        case item
        /// Up to the server.
        case optional = "opt"
        /// Universal matching only.
        case universal = "all"
        /// Takes no part in matching.
        case none
    }

    public let path: AttributePath
    public let vr: VR
    public let keyType: KeyType
    /// `1`, `1C`, `2`, `2C` or `3` in the worklist model; empty where the model gives none.
    public let returnType: String
    public let form: Form
    /// `Patient Demographic`, `Requested Procedure`: the part of the model it stands in.
    public let entity: String

    /// A value must not be zero-length in a response: left out when unknown (PS3.4 table K.6-1, type 1C).
    public var isConditional: Bool { returnType == "1C" }
}

/// A parsed table, found by path.
struct ModelIndex: Sendable {
    let rows: [ModelAttribute]
    private let numbers: [[Tag]: Int]

    init(_ rows: [ModelAttribute]) {
        self.rows = rows
        numbers = Dictionary(rows.enumerated().map { ($1.path.tags, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func attribute(at tags: [Tag]) -> ModelAttribute? { numbers[tags].map { rows[$0] } }
}
