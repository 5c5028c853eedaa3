/// One thing a server does its own way; for tests and training.
public struct Quirk: Hashable, Sendable {
    /// What there is, by the name on the command line.
    public enum Name: String, CaseIterable, Sendable {
        /// Answers declare no character set.
        case noCharacterSet = "no-character-set"
        /// The item found last is sent first.
        case lastFirst = "last-first"
        /// Every match has status FF01.
        case unsupportedKeys = "ff01"
        /// After so many matches FE00, though nobody cancelled.
        case limit
        /// FE00 carries an identifier.
        case cancelIdentifier = "fe00-identifier"
        /// C-CANCEL has no effect.
        case ignoresCancel = "ignore-cancel"
        /// Command and data set of a match in one PDU.
        case onePDU = "one-pdu"
        /// PDUs with a single byte of data.
        case oneByte = "one-byte"
        /// So many milliseconds before each match.
        case slow
        /// A-ABORT after so many matches.
        case abort
        /// Responses are to a message nobody sent.
        case foreignMessageID = "foreign-message-id"
        /// The final response says Pending, its identifier holds the true status.
        case statusInIdentifier = "status-in-identifier"
        /// The final response has no status.
        case noStatus = "no-status"
    }

    public var name: Name
    /// Matches, or milliseconds, for those that count.
    public var number: Int

    public init(_ name: Name, number: Int? = nil) {
        self.name = name
        self.number = number ?? name.usualNumber ?? 0
    }

    /// Why a text is no quirk.
    public struct UnknownQuirk: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Reads `ff01` or `slow=20`.
    public init(_ text: String) throws(UnknownQuirk) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let name = Name(rawValue: String(first)) else {
            let names = Name.allCases.map { $0.usualNumber == nil ? $0.rawValue : "\($0.rawValue)=N" }
            throw UnknownQuirk(description: "'\(text)' is no quirk: use one of \(names.joined(separator: ", "))")
        }
        guard parts.count > 1 else {
            self.init(name)
            return
        }
        guard name.usualNumber != nil else {
            throw UnknownQuirk(description: "quirk '\(name.rawValue)' takes no number")
        }
        guard let number = Int(parts[1]), (0...1_000_000).contains(number) else {
            throw UnknownQuirk(description: "quirk '\(name.rawValue)' takes a number from 0 to 1000000")
        }
        self.init(name, number: number)
    }
}

extension Quirk.Name {
    /// For those that count: what they count to unless told.
    public var usualNumber: Int? {
        switch self {
        case .limit: 100
        case .slow: 50
        case .abort: 10
        default: nil
        }
    }

    /// What it does, in a line for `--help`.
    public var words: String {
        switch self {
        case .noCharacterSet: "answers declare no character set"
        case .lastFirst: "what is found last is sent first"
        case .unsupportedKeys: "every match has status FF01"
        case .limit: "FE00 after N matches"
        case .cancelIdentifier: "FE00 carries an identifier"
        case .ignoresCancel: "C-CANCEL has no effect"
        case .onePDU: "command and data set in one PDU"
        case .oneByte: "PDUs with a single byte of data"
        case .slow: "N ms before each match"
        case .abort: "A-ABORT after N matches"
        case .foreignMessageID: "responses to a message nobody sent"
        case .statusInIdentifier: "final status in the identifier"
        case .noStatus: "final response without a status"
        }
    }
}
