/// What a service allows in the responses of a C-FIND, beside the statuses it defines (``StatusTable``).
public struct FindRules: Hashable, Sendable {
    /// Pending statuses an SCP may send.
    public struct PendingStatuses: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// FF00.
        public static let matches = PendingStatuses(rawValue: 1 << 0)
        /// FF01: a match, and some optional key was not supported.
        public static let matchesWithUnsupportedKeys = PendingStatuses(rawValue: 1 << 1)
    }

    /// Pending statuses an SCP may send.
    public var pending: PendingStatuses
    /// Warnings an SCP may follow by more: B001 of Repository Query.
    ///
    /// B001 ends the matches (PS3.4 C.6.4.4) and is the last response by the standard, but there are SCPs that send
    /// Success behind it and SCUs that wait for it. So it is not ``isFinal(_:)``, and yet ``endsMatches(_:)``: an SCU has its
    /// outcome with it, and need not wonder at a Success for the same request.
    public var continuingWarnings: Set<UInt16>
    /// Most matches one request may have; nil for no bound.
    public var maximumMatches: Int?
    /// What an SCP answers that has more.
    public var tooManyMatches: Status?

    public init(
        pending: PendingStatuses = [.matches, .matchesWithUnsupportedKeys],
        continuingWarnings: Set<UInt16> = [],
        maximumMatches: Int? = nil,
        tooManyMatches: Status? = nil
    ) {
        self.pending = pending
        self.continuingWarnings = continuingWarnings
        self.maximumMatches = maximumMatches
        self.tooManyMatches = tooManyMatches
    }

    /// FF00 and FF01, then a final status (PS3.4 C.4.1.3, K.4.1.3).
    public static let standard = FindRules()
    /// Repository Query (PS3.4 C.6.4).
    public static let repository = FindRules(continuingWarnings: [0xB001])
    /// Relevant Patient Information: at most one patient, FF00 only (PS3.4 Q.2.1).
    public static let relevantPatient = FindRules(
        pending: .matches,
        maximumMatches: 1,
        tooManyMatches: .moreThanOneMatch
    )

    /// Whether a status is one of the service's Pending ones. To read responses of others take ``Status/isPending``, which
    /// is true for FF01 from a service that should not send it.
    public func isPending(_ status: Status) -> Bool {
        switch status {
        case .pending: pending.contains(.matches)
        case .pendingWithUnsupportedKeys: pending.contains(.matchesWithUnsupportedKeys)
        default: false
        }
    }

    /// The status to send for one that was asked for: FF01 becomes FF00 where there is no FF01.
    public func sent(_ status: Status) -> Status {
        status == .pendingWithUnsupportedKeys && !isPending(status) && isPending(.pending) ? .pending : status
    }

    /// Whether more responses may follow one with this status.
    public func continues(after status: Status) -> Bool {
        status.isPending || continuingWarnings.contains(status.code)
    }

    /// Whether this status is the last of its request. Any that is not Pending, known or not, and no continuing warning.
    public func isFinal(_ status: Status) -> Bool { !continues(after: status) }

    /// Whether no match follows this status; true for a continuing warning too.
    public func endsMatches(_ status: Status) -> Bool { !status.isPending }

    /// Whether the match with this number, counted from 1, may still be sent.
    public func allows(match number: Int) -> Bool { maximumMatches.map { number <= $0 } ?? true }
}

extension ServiceClass {
    /// What its SOP classes may answer. Repository Query, of Query/Retrieve, has a table of its own: ``FindService/statuses``.
    public var statuses: StatusTable {
        switch self {
        case .basicWorklist: .worklist
        case .relevantPatient: .relevantPatient
        case .substanceAdministration: .substanceAdministration
        case .unifiedProcedureStep: .unifiedProcedureStep
        case .queryRetrieve, .inventory, .hangingProtocol, .colorPalette, .implantTemplate, .definedProcedureProtocol,
            .protocolApproval:
            .query
        }
    }

    /// How its SOP classes answer. Repository Query has rules of its own: ``FindService/rules``.
    public var rules: FindRules { self == .relevantPatient ? .relevantPatient : .standard }
}
