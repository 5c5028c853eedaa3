import DICOMData
import DICOMMatching

/// Where a worklist server gets its items from.
///
/// A source does not match: it hands out candidates, among which every match is, and the service compares each with the
/// query. It may use what it knows of the query to leave out items that cannot match.
public protocol WorklistSource: Sendable {
    /// Begins to read what may match a query. Nil if the source does not know the called AE title.
    func cursor(for request: WorklistRequest) async throws(WorklistSourceError) -> (any WorklistCursor)?

    /// How many items there are, for every called AE title together.
    func count() async throws(WorklistSourceError) -> Int
}

/// What a source is asked for.
public struct WorklistRequest: Sendable {
    /// The identifier, compiled.
    public let query: CompiledQuery
    /// Modality Worklist, Patient Root or Study Root.
    public let model: QueryModel
    /// The level, in models that have levels.
    public let level: QueryLevel?
    /// The AE title as the peer called it, without padding: text from outside.
    public let calledAETitle: String

    public init(
        query: CompiledQuery,
        model: QueryModel = .worklist,
        level: QueryLevel? = nil,
        calledAETitle: String = ""
    ) {
        self.query = query
        self.model = model
        self.level = level
        self.calledAETitle = calledAETitle
    }
}

/// Candidates in the order of their answers: by start date, start time and accession number.
///
/// All of them are of one moment: what is added, changed or cancelled while a cursor is open does not show in it. Asked by
/// one task at a time, off the event loop, and only as fast as the peer takes the matches.
public protocol WorklistCursor: AnyObject, Sendable {
    /// Some more candidates, in Explicit VR Little Endian; nil when there are none left. Takes about a millisecond at most,
    /// so that a cancel is seen in time: a cursor that finds nothing meanwhile returns an empty batch.
    ///
    /// - Parameter matches: How many of the last batch matched: what matches rarely is better looked up in another way.
    func next(after matches: Int) throws(WorklistSourceError) -> EncodedDataSets?

    /// Gives back what the cursor holds; there is nothing to be had from it any more.
    func close()
}

/// Why there are no items to be had, in words for a log: answered with A700 (PS3.4 C.4.1.1.4).
public struct WorklistSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    public let place: String
    public let reason: String

    public init(place: String, reason: String) {
        self.place = place
        self.reason = reason
    }

    public var description: String { "\(place): \(reason)" }
}
