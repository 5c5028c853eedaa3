import DICOMData

/// Which Specific Character Set (0008,0005) a query declares.
public struct CharacterSetPolicy: Hashable, Sendable {
    /// What to declare when the keys are plain ASCII, and no character set is needed.
    public enum Declaration: Hashable, Sendable {
        /// Nothing.
        case whenNeeded
        /// The first preferred set, else ISO_IR 192: some servers name theirs only when asked with one.
        case always
    }

    /// Tried in this order for text that is not ASCII; ISO_IR 192 comes last by itself.
    public var preferred: [SpecificCharacterSet]
    public var declaration: Declaration

    public init(preferred: [SpecificCharacterSet] = [], declaration: Declaration = .whenNeeded) {
        self.preferred = preferred
        self.declaration = declaration
    }

    /// None for ASCII, else ISO_IR 192.
    public static let least = CharacterSetPolicy()

    func characterSet(for texts: [String]) -> SpecificCharacterSet {
        let least = SpecificCharacterSet.least(for: texts, preferring: preferred)
        guard least.terms.isEmpty, declaration == .always else { return least }
        return preferred.first { !$0.terms.isEmpty } ?? .utf8
    }
}

/// How a sequence that is asked for as a whole is written; PS3.4 C.2.2.2.6 allows both, servers differ.
public enum WholeSequenceForm: Hashable, Sendable {
    case zeroLength
    case emptyItem
}

/// How a key is written that is to be returned and matches anything; PS3.4 C.2.2.2.3 and C.2.2.2.4 allow both, some servers
/// take only one of them for it.
public enum UniversalMatchingForm: Hashable, Sendable {
    case zeroLength
    /// `*` in keys whose VR knows wildcards; the others stay without a value.
    case asterisk
}

/// What a server wants of the identifiers sent to it, beyond what the query asks.
public struct IdentifierForm: Hashable, Sendable {
    public var characterSet: CharacterSetPolicy
    public var wholeSequences: WholeSequenceForm
    public var universalMatching: UniversalMatchingForm

    public init(
        characterSet: CharacterSetPolicy = .least,
        wholeSequences: WholeSequenceForm = .zeroLength,
        universalMatching: UniversalMatchingForm = .zeroLength
    ) {
        self.characterSet = characterSet
        self.wholeSequences = wholeSequences
        self.universalMatching = universalMatching
    }
}

/// Why a query cannot be sent. Nothing is sent in its place: a key is never dropped, emptied or widened.
public struct QueryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key; nil if the fault is the query's.
    public let path: AttributePath?
    public let reason: String
    public let advice: String

    public init(path: AttributePath?, reason: String, advice: String) {
        self.path = path
        self.reason = reason
        self.advice = advice
    }

    public var description: String {
        let subject = path.map { "\($0) " + "\($0.tag): " } ?? ""
        return subject + reason + "; " + advice
    }
}
