import DICOMData
import DICOMMatching

/// An item as it is stored.
struct StoreEntry {
    /// What an index finds an item by.
    struct Row {
        var moment: Int
        var terms: [StoreKey: String] = [:]
        /// Orders items of one moment, and is a key itself.
        var accession = ""
        /// Microsecond of the day.
        var time: Int?
    }

    /// How many rows, and whether they are of several moments.
    enum Several: Int {
        case no, valuesOnly, moments
    }

    let data: [UInt8]
    let identity: String
    let rows: [Row]
    let several: Several
    /// The moment of the last step.
    let last: Int

    init(_ item: DataSet, position: Int) throws(WorklistStoreError) {
        do {
            data = try item.encoded(.explicitVRLittleEndian)
        } catch {
            throw .unencodable(position: position, reason: error.description)
        }
        guard let identity = Self.identity(of: item) else { throw .unidentifiable(position: position) }
        self.identity = identity
        let ofItem: [(StoreKey, [String])] = [
            (.accession, IndexTerms.texts(of: .accessionNumber, in: item)),
            (.name, IndexTerms.texts(of: .patientName, in: item)),
            (.patient, IndexTerms.texts(of: .patientID, in: item)),
            (.study, IndexTerms.texts(of: .studyInstanceUID, in: item)),
            (.procedure, IndexTerms.texts(of: .requestedProcedureID, in: item)),
        ]
        var steps = item.items(.scheduledProcedureStepSequence)
        if steps.isEmpty { steps = [DataSet()] }
        rows = steps.flatMap { Self.rows(of: $0, ofItem) }
        let moments = Set(rows.map(\.moment))
        several = rows.count == 1 ? .no : moments.count == 1 ? .valuesOnly : .moments
        last = moments.max() ?? 0
    }

    private static func rows(of step: DataSet, _ ofItem: [(StoreKey, [String])]) -> [Row] {
        let keys =
            ofItem + [
                (.station, IndexTerms.texts(of: .scheduledStationAETitle, in: step)),
                (.modality, IndexTerms.texts(of: .modality, in: step)),
                (.physician, IndexTerms.texts(of: .scheduledPerformingPhysicianName, in: step)),
                (.step, IndexTerms.texts(of: .scheduledProcedureStepID, in: step)),
            ]
        let dates = IndexTerms.numbers(of: .scheduledProcedureStepStartDate, in: step)
        let times = IndexTerms.numbers(of: .scheduledProcedureStepStartTime, in: step)
        let count = max(1, times.count, keys.map(\.1.count).max() ?? 1)
        return (dates.isEmpty ? [0] : dates).flatMap { day in
            (0..<count).map { index in
                var row = Row(moment: moment(day: day, microsecond: times.first ?? 0))
                for (key, terms) in keys where index < terms.count { row.terms[key] = terms[index] }
                row.accession = row.terms[.accession] ?? keys.first?.1.first ?? ""
                row.time = index < times.count ? times[index] : nil
                return row
            }
        }
    }

    /// A number that orders as the second of the day does; the days are those of ``IndexTerms``, 0 without a date.
    static func moment(day: Int, microsecond: Int) -> Int { day * 100_000 + microsecond / 1_000_000 }

    /// No item without a date has this moment or a later one.
    static let firstDated = moment(day: 1, microsecond: 0)

    /// What tells an item from all others: of the study, the order, the procedure and the first step; else of the patient.
    static func identity(of item: DataSet) -> String? {
        let step = item.items(.scheduledProcedureStepSequence).first
        func first(_ tag: Tag, _ dataSet: DataSet?) -> String { dataSet?.strings(tag)?.first ?? "" }
        let order = [
            first(.studyInstanceUID, item), first(.accessionNumber, item), first(.requestedProcedureID, item),
            first(.scheduledProcedureStepID, step),
        ]
        if order.contains(where: { !$0.isEmpty }) { return order.joined(separator: "\u{1F}") }
        let patient = [
            first(.patientID, item), first(.scheduledProcedureStepStartDate, step),
            first(.scheduledProcedureStepStartTime, step), first(.modality, step),
        ]
        return patient[0].isEmpty ? nil : patient.joined(separator: "\u{1F}")
    }
}
