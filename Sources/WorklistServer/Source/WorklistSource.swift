import DICOMData

/// Where a worklist server gets its items from.
///
/// Items come sorted by start date, start time and accession number, and are answered in that order. A caller may keep
/// the array while it streams: it is a value and does not change under it.
public protocol WorklistSource: Sendable {
    /// The items for an AE title as the peer called it, without padding. Nil if the source does not know that title.
    func items(calledAETitle: String) throws(WorklistSourceError) -> [DataSet]?
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

/// What items are sorted by: the first step's start, then the accession number, then the requested procedure and the step.
struct WorklistOrder: Comparable {
    private let fields: [String]

    init(_ item: DataSet) {
        let step = item.items(.scheduledProcedureStepSequence).first
        fields = [
            step?.string(.scheduledProcedureStepStartDate) ?? "",
            step?.string(.scheduledProcedureStepStartTime) ?? "",
            item.string(.accessionNumber) ?? "",
            item.string(.requestedProcedureID) ?? "",
            step?.string(.scheduledProcedureStepID) ?? "",
        ]
    }

    static func < (a: WorklistOrder, b: WorklistOrder) -> Bool {
        a.fields.lexicographicallyPrecedes(b.fields)
    }
}

/// Items held in memory, the same for every called AE title.
public struct FixedWorklist: WorklistSource {
    public let items: [DataSet]

    public init(_ items: [DataSet]) {
        self.items = WorklistOrder.sorted(items) { $0 }
    }

    public func items(calledAETitle: String) -> [DataSet]? { items }
}

extension WorklistOrder {
    /// Sorts by the items in the elements; each is looked into once.
    static func sorted<Element>(_ elements: [Element], by item: (Element) -> DataSet) -> [Element] {
        elements.map { (WorklistOrder(item($0)), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
