/// The statuses a service defines for C-FIND: code or range of codes, category and meaning (PS3.7 C, PS3.4).
///
///     ServiceClass.relevantPatient.statuses.meaning(of: Status(0xC100))   // "more than one patient matches"
///
/// A code that is not in the table may still be met: ``Status/category`` and ``Status/meaning`` say what any code means.
public struct StatusTable: Hashable, Sendable {
    /// A code, or a range of codes, and what it means.
    public struct Row: Hashable, Sendable {
        /// One code, or a range of which an implementation takes its own codes (`Cxxx`).
        public var codes: ClosedRange<UInt16>
        public var category: Status.Category
        /// In words, in lower case, without a full stop.
        public var meaning: String

        public init(_ codes: ClosedRange<UInt16>, _ category: Status.Category, _ meaning: String) {
            self.codes = codes
            self.category = category
            self.meaning = meaning
        }

        public init(_ code: UInt16, _ category: Status.Category, _ meaning: String) {
            self.init(code...code, category, meaning)
        }
    }

    /// Ascending by the first code, a range before what lies in it. Of rows that hold a code, the narrowest counts.
    public let rows: [Row]

    /// Where rows begin and end: codes from `start` up to the next segment have the row at `row`, or none.
    private let segments: [Segment]

    private struct Segment: Hashable {
        var start: UInt16
        var row: Int?
    }

    /// A table of rows; of several rows with the same codes the last counts.
    public init(_ rows: [Row]) {
        var latest: [ClosedRange<UInt16>: Row] = [:]
        for row in rows { latest[row.codes] = row }
        let sorted = latest.values.sorted {
            ($0.codes.lowerBound, $1.codes.upperBound) < ($1.codes.lowerBound, $0.codes.upperBound)
        }
        var starts: Set<UInt16> = [0]
        for row in sorted {
            starts.insert(row.codes.lowerBound)
            if row.codes.upperBound < .max { starts.insert(row.codes.upperBound + 1) }
        }
        self.rows = sorted
        self.segments = starts.sorted().map { start in
            let holders = sorted.indices.filter { sorted[$0].codes.contains(start) }
            return Segment(start: start, row: holders.min { sorted[$0].codes.count < sorted[$1].codes.count })
        }
    }

    /// This table with more rows, which count before those it has.
    public func adding(_ rows: [Row]) -> StatusTable { StatusTable(self.rows + rows) }

    /// The row of a status; nil if the service does not define it.
    public func row(of status: Status) -> Row? {
        var (low, high) = (0, segments.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if segments[middle].start <= status.code { low = middle } else { high = middle }
        }
        return segments[low].row.map { rows[$0] }
    }

    /// Whether the service defines a status.
    public func contains(_ status: Status) -> Bool { row(of: status) != nil }

    /// The category the service gives a status; ``Status/Category/unknown`` if it does not define it.
    public func category(of status: Status) -> Status.Category { row(of: status)?.category ?? .unknown }

    /// What a status means in the service, in words; nil if it does not define it.
    public func meaning(of status: Status) -> String? { row(of: status)?.meaning }

    /// How many codes the service defines, those of ranges included.
    public var codeCount: Int { segments.indices.reduce(0) { $0 + (segments[$1].row == nil ? 0 : length(of: $1)) } }

    private func length(of index: Int) -> Int {
        let end = index + 1 < segments.count ? Int(segments[index + 1].start) : Int(UInt16.max) + 1
        return end - Int(segments[index].start)
    }
}

// MARK: - The tables of the standard

extension StatusTable {
    /// What any DIMSE service may answer (PS3.7 C).
    public static let general = StatusTable(parsing: [generalCodes])
    /// Modality Worklist (PS3.4 K.4.1.1.4).
    public static let worklist = query
    /// Query/Retrieve by patient or study root, and the services that take over its C-FIND: Inventory, Hanging Protocol,
    /// Color Palette, Implant Template, Defined Procedure Protocol, Protocol Approval (PS3.4 C.4.1.1.4, U.4.1.1.4, JJ.3.1).
    public static let query = StatusTable(parsing: [generalCodes, findCodes, optionalKeyCodes, unableCodes])
    /// Repository Query: a limit of responses, and going on behind a record key (PS3.4 C.6.4).
    public static let repository = query.adding(rows(of: repositoryCodes))
    /// Relevant Patient Information: no optional keys, and three failures of its own (PS3.4 Q.2.1.1.4).
    public static let relevantPatient = StatusTable(parsing: [generalCodes, findCodes, relevantPatientCodes])
    /// Product Characteristics and Substance Approval (PS3.4 V.4.1.1.4).
    public static let substanceAdministration = query
    /// Unified Procedure Step, with what its other operations answer (PS3.4 CC.2.8.4, CC.2).
    public static let unifiedProcedureStep = StatusTable(
        parsing: [generalCodes, findCodes, optionalKeyCodes, procedureStepCodes]
    )
    /// Every code that means the same in all services, or has one meaning only.
    static let common = repository.adding(rows(of: looseCodes))

    private init(parsing blocks: [StaticString]) {
        self.init(blocks.flatMap { Self.rows(of: $0) })
    }

    /// `A700 | failure | meaning` or `C000-CFFF | failure | meaning`, a row a line.
    private static func rows(of block: StaticString) -> [Row] {
        String(describing: block).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "|", maxSplits: 2).map { field in
                let field = field.drop { $0 == " " }
                return field.last == " " ? field.dropLast() : field
            }
            guard fields.count == 3, let category = Status.Category(rawValue: String(fields[1])) else { return nil }
            let codes = fields[0].split(separator: "-").compactMap { UInt16($0, radix: 16) }
            guard let first = codes.first, let last = codes.last, first <= last else { return nil }
            return Row(first...last, category, String(fields[2]))
        }
    }

    private static let generalCodes: StaticString = """
        0000 | success | success
        0105 | failure | no such attribute
        0106 | failure | invalid attribute value
        0107 | warning | attribute list error
        0110 | failure | processing failure
        0111 | failure | duplicate SOP instance
        0112 | failure | no such SOP instance
        0113 | failure | no such event type
        0114 | failure | no such argument
        0115 | failure | invalid argument value
        0116 | warning | attribute value out of range
        0117 | failure | invalid SOP instance
        0118 | failure | no such SOP class
        0119 | failure | class-instance conflict
        0120 | failure | missing attribute
        0121 | failure | missing attribute value
        0122 | failure | refused: SOP class not supported
        0123 | failure | no such action type
        0124 | failure | refused: not authorised
        0210 | failure | duplicate invocation
        0211 | failure | unrecognized operation
        0212 | failure | mistyped argument
        0213 | failure | resource limitation
        FE00 | cancel | terminated by a cancel request
        """

    private static let findCodes: StaticString = """
        0000 | success | matching is complete
        A700 | failure | refused: out of resources
        A900 | failure | the identifier does not match the SOP class
        FE00 | cancel | matching was terminated by a cancel request
        FF00 | pending | matches are continuing
        """

    private static let optionalKeyCodes: StaticString = """
        FF01 | pending | matches are continuing, one or more optional keys were not supported
        """

    /// Cxxx is for implementations to divide up; C310 to C312 are this one's, and pynetdicom's.
    private static let unableCodes: StaticString = """
        C000-CFFF | failure | unable to process
        C310 | failure | unable to process: the identifier could not be decoded
        C311 | failure | unable to process: the server's handler failed
        C312 | failure | unable to process: the server could not encode a match
        """

    private static let repositoryCodes: StaticString = """
        A710 | failure | the prior record key is not one to go on from
        B001 | warning | matching reached the limit of responses, a further request may return more matches
        """

    private static let relevantPatientCodes: StaticString = """
        C000 | failure | unable to process
        C100 | failure | more than one patient matches
        C200 | failure | the requested template is not supported
        """

    private static let procedureStepCodes: StaticString = """
        0001 | warning | requested optional attributes are not supported
        B300 | warning | the procedure step was created with modifications
        B301 | warning | the deletion lock was not granted
        B304 | warning | the procedure step is already cancelled
        B305 | warning | invalid values were coerced to valid ones
        B306 | warning | the procedure step is already completed
        C000-CFFF | failure | unable to process
        C300 | failure | refused: the procedure step may no longer be updated
        C301 | failure | refused: the correct transaction UID was not provided
        C302 | failure | refused: the procedure step is already in progress
        C303 | failure | refused: a procedure step becomes scheduled by N-CREATE only
        C304 | failure | refused: the requirements for the final state are not met
        C307 | failure | there is no procedure step of this SOP instance UID here
        C308 | failure | refused: the receiving AE title is unknown
        C309 | failure | refused: the procedure step was not created as scheduled
        C310 | failure | refused: the procedure step is not yet in progress
        C311 | failure | refused: the procedure step is already completed
        C312 | failure | refused: the performer cannot be contacted
        C313 | failure | refused: the performer chooses not to cancel
        C314 | failure | refused: the action is not appropriate for this instance
        C315 | failure | refused: event reports are not supported
        """

    private static let looseCodes: StaticString = """
        0001 | warning | requested optional attributes are not supported
        A000-AFFF | failure | refused
        """
}
