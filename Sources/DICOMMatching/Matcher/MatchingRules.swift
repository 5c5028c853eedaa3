import DICOMData

/// What matching may do beyond the baseline of PS3.4 C.2.2.2: by model, by extended negotiation, by choice of the server.
public struct MatchingRules: Hashable, Sendable {
    /// The model, for the types of its keys.
    public var model: QueryModel
    /// The level of the query in models that have levels.
    public var level: QueryLevel?
    /// A date range and a time range of one event are one period for every such pair of attributes (PS3.4 C.2.2.2.5.1, negotiated).
    /// In the worklist model the pair of the Scheduled Procedure Step always is (PS3.4 table K.6-1).
    public var combinesDateTime = false
    /// Fuzzy semantic matching of person names (PS3.4 C.5.1.1.1, negotiated).
    public var fuzzyNames = false
    /// A key of two quotation marks finds records without a value (PS3.4 C.2.2.2.7, negotiated).
    public var emptyValueMatching = false
    /// All values of a multi-valued key have to be in the record (PS3.4 C.2.2.2.8, negotiated); else one of them suffices.
    public var multipleValueMatching = false
    /// Person names are compared letter by letter, case and accents included.
    public var caseSensitiveNames = false
    /// `*` and `?` work in keys for which the model has single value matching only, too; literal if false.
    public var wildcardsInSingleValueKeys = true
    /// Dates and times are compared as moments where the identifier has a Timezone Offset From UTC, and the record's zone is known
    /// (timezone query adjustment of PS3.4 C.5.1.1, negotiated).
    public var adjustsTimezone = false
    /// Microseconds between UTC and the time zone of records that do not say theirs; nil if that is not known.
    public var timezone: Int?
    /// Responses are written in the character set of the identifier if they can be, else in ISO_IR 192; false keeps that of the
    /// record (PS3.4 C.4.1.1.3.2 allows both).
    public var convertsCharacterSet = true
    /// The attributes that can be matched and returned, at any depth; nil for every attribute.
    public var supportedKeys: Set<Tag>?
    /// Attributes that cannot be matched and are not returned, though they are among the above.
    public var unsupportedKeys: Set<Tag> = []

    public init(model: QueryModel, level: QueryLevel? = nil) {
        self.model = model
        self.level = level
    }

    /// The Modality Worklist model.
    public static let worklist = MatchingRules(model: .worklist)

    func attribute(at path: AttributePath) -> ModelAttribute? {
        switch model {
        case .worklist: WorklistModel.attribute(at: path)
        case .patientRoot, .studyRoot:
            QueryRetrieveModel.attribute(at: path, root: model, level: level ?? .study)
        case .sopClass: nil
        }
    }

    /// The time of one event with a date, if the two make a period together.
    func timeTag(for date: Tag) -> Tag? {
        if model == .worklist, date == .scheduledProcedureStepStartDate { return .scheduledProcedureStepStartTime }
        return combinesDateTime ? PairedTimes.time(of: date) : nil
    }
}

/// Why an identifier cannot be matched: to be answered with A900 and the offending element (PS3.4 C.4.1.1.4).
public struct IdentifierError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// A key sequence has more than one item (PS3.4 C.2.2.2.6).
        case severalItems(Int)
        case invalidValue(VR, String)
        case tooLong(Int)
        case tooDeep
    }

    public let path: AttributePath
    public let reason: Reason

    public init(path: AttributePath, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// The tag for Offending Element (0000,0901).
    public var offendingElement: Tag { path.tag }

    public var description: String {
        switch reason {
        case .severalItems(let count): "\(path): a key sequence has one item, not \(count)"
        case .invalidValue(let vr, let value): "\(path): '\(value.prefix(40))' is no \(vr) value and no range"
        case .tooLong(let limit): "\(path): a key is longer than \(limit) characters"
        case .tooDeep: "\(path): sequences are nested too deep"
        }
    }
}
