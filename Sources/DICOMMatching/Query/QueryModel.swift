/// An information model that C-FIND can ask (PS3.4 annex C, annex K).
public enum QueryModel: Hashable, Sendable {
    case worklist
    case patientRoot
    case studyRoot
    /// Any other SOP class of the Query/Retrieve kind.
    case sopClass(String)

    /// UID of the FIND SOP class (PS3.4 C.6, K.5).
    public var sopClassUID: String {
        switch self {
        case .worklist: "1.2.840.10008.5.1.4.31"
        case .patientRoot: "1.2.840.10008.5.1.4.1.2.1.1"
        case .studyRoot: "1.2.840.10008.5.1.4.1.2.2.1"
        case .sopClass(let uid): uid
        }
    }

    public init(sopClassUID: String) {
        switch sopClassUID {
        case QueryModel.worklist.sopClassUID: self = .worklist
        case QueryModel.patientRoot.sopClassUID: self = .patientRoot
        case QueryModel.studyRoot.sopClassUID: self = .studyRoot
        default: self = .sopClass(sopClassUID)
        }
    }

    /// Whether identifiers of the model carry Query/Retrieve Level (PS3.4 C.4.1.1.3.1).
    public var hasLevels: Bool {
        switch self {
        case .patientRoot, .studyRoot: true
        case .worklist: false
        // Patient/Study Only and Repository Query.
        case .sopClass(let uid): ["1.2.840.10008.5.1.4.1.2.3.1", "1.2.840.10008.5.1.4.1.1.201.6"].contains(uid)
        }
    }
}

/// Query/Retrieve Level (0008,0052).
public enum QueryLevel: String, Hashable, Sendable, CaseIterable {
    case patient = "PATIENT"
    case study = "STUDY"
    case series = "SERIES"
    case image = "IMAGE"
}

/// Where the value of a key came from; PS3.2 asks a conformance statement for the same.
public enum ValueSource: String, Hashable, Sendable, CaseIterable {
    /// Written in a saved query.
    case fixed
    /// Computed when the query runs, such as a relative date.
    case generated
    /// Taken from the configuration of this station.
    case configuration
    /// Typed by the user.
    case user
    /// Read by a barcode scanner.
    case scanned
    /// No value: the attribute is asked for, not matched.
    case empty
}
