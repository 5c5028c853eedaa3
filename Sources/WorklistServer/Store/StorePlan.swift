import DICOMData
import DICOMMatching

/// How the candidates of a query are found.
struct StorePlan: Hashable {
    /// What is demanded of a key, in its index.
    struct Condition: Hashable {
        enum Demand: Hashable {
            case texts([String])
            case prefix(String)
            case numbers(lower: Int, upper: Int)
        }

        let key: StoreKey
        let demand: Demand

        /// One value: its index delivers the order.
        var isSingle: Bool {
            switch demand {
            case .texts(let texts): texts.count == 1
            case .numbers(let lower, let upper): lower == upper
            case .prefix: false
            }
        }
    }

    /// The moments a candidate may have.
    var moments: ClosedRange<Int>
    /// Conditions in the order of their worth.
    var conditions: [Condition]

    init(_ query: CompiledQuery) {
        var lower = 0
        var upper = Int.max
        var conditions: [Condition] = []
        for selection in query.selections {
            if Self.isDay(selection.path), case .range(let first, let last) = selection.condition {
                lower = max(lower, first.map { StoreEntry.moment(day: $0, microsecond: 0) } ?? 0)
                upper = min(upper, last.map { StoreEntry.moment(day: $0 + 1, microsecond: 0) - 1 } ?? Int.max)
                continue
            }
            guard let key = Self.key(of: selection.path) else { continue }
            switch selection.condition {
            case .values(let values) where key != .time: conditions.append(Condition(key: key, demand: .texts(values)))
            case .prefix(let prefix) where key != .time:
                conditions.append(Condition(key: key, demand: .prefix(prefix)))
            case .range(let first, let last) where key == .time:
                let demand = Condition.Demand.numbers(lower: first ?? 0, upper: last ?? Int.max)
                conditions.append(Condition(key: key, demand: demand))
            default: continue
            }
        }
        moments = lower...max(lower, upper)
        isContradictory = lower > upper
        let order = StoreKey.allCases
        self.conditions = conditions.sorted { a, b in
            (order.firstIndex(of: a.key) ?? 0) < (order.firstIndex(of: b.key) ?? 0)
        }
    }

    /// A range that ends before it begins: nothing matches.
    let isContradictory: Bool

    private static func isDay(_ path: AttributePath) -> Bool {
        switch path.tag {
        case .scheduledProcedureStepStartDate: isStep(path)
        // Answered from the first step's start at STUDY level.
        case .studyDate: path.steps.isEmpty
        default: false
        }
    }

    private static func isStep(_ path: AttributePath) -> Bool {
        path.steps.count == 1 && path.steps.first?.tag == .scheduledProcedureStepSequence
    }

    private static func key(of path: AttributePath) -> StoreKey? {
        if isStep(path) {
            switch path.tag {
            case .scheduledStationAETitle: return .station
            case .modality: return .modality
            case .scheduledPerformingPhysicianName: return .physician
            case .scheduledProcedureStepID: return .step
            case .scheduledProcedureStepStartTime: return .time
            default: return nil
            }
        }
        guard path.steps.isEmpty else { return nil }
        switch path.tag {
        case .patientName: return .name
        case .patientID: return .patient
        case .studyInstanceUID: return .study
        case .accessionNumber: return .accession
        case .requestedProcedureID: return .procedure
        default: return nil
        }
    }
}
