extension ServiceClass {
    /// How this service lays out its query options; nil if it negotiates none that we know.
    public var queryOptionsLayout: QueryOptions.Layout? {
        switch self {
        case .basicWorklist, .unifiedProcedureStep: .worklist
        case .queryRetrieve: .queryRetrieve
        default: nil
        }
    }
}
