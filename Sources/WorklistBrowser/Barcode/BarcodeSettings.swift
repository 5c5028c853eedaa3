import Terminal

/// How barcodes of this place look and how the scanner sends them: the `[barcode]` table of `config.toml`.
public struct BarcodeSettings: Hashable, Sendable {
    /// The key behind a scan.
    public enum Suffix: String, CaseIterable, Sendable {
        case enter, tab
        /// One or the other.
        case either
    }

    public enum CheckDigit: String, CaseIterable, Sendable {
        case none
        /// The last character is a check digit that the server's values do not have.
        case drop
    }

    /// What a scan may be, in the order in which it is tried.
    public enum Field: String, CaseIterable, Sendable {
        case accession
        case patientID = "patient_id"
    }

    /// The key a scanner sends first: it opens the field that takes the scan.
    public var prefixKey: Key?
    /// Characters a scanner sends first; they are no part of the value.
    public var prefix = ""
    public var suffix = Suffix.either
    /// An AIM symbology identifier, such as `]C1`, is no part of the value.
    public var stripsAIM = true
    public var checkDigit = CheckDigit.none
    public var fields: [Field] = [.accession, .patientID]
    /// Keys that come faster than hands can press them are a scan, also without a field for it.
    public var burst = true
    /// The fewest characters of a burst that is a scan.
    public var minimumLength = 6

    /// No accession number or patient ID is longer (LO).
    static let maximumLength = 64

    public init() {}
}

extension BarcodeSettings.Field {
    /// What it is called on screen.
    var word: TerminalText {
        switch self {
        case .accession: "accession"
        case .patientID: "patient ID"
        }
    }

    /// The longest value of its VR: SH and LO.
    var limit: Int {
        switch self {
        case .accession: 16
        case .patientID: 64
        }
    }
}
