import DICOMData

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

    /// Sorts by the items in the elements; each is looked into once.
    static func sorted<Element>(_ elements: [Element], by item: (Element) -> DataSet) -> [Element] {
        elements.map { (WorklistOrder(item($0)), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
