import DICOMData
import DICOMMatching
import DICOMProtocol

/// What a worklist server agrees to by extended negotiation, and what matching rules follow from it.
///
/// It agrees to what it does, to nothing else: relational queries and the conversion of enhanced multi-frame images are
/// declined, and so is whatever a later edition of the standard may add.
public enum WorklistNegotiation {
    /// The options a server of worklist items performs.
    public static func options(_ layout: QueryOptions.Layout) -> QueryOptions {
        switch layout {
        case .worklist: [.fuzzyNames, .timezone]
        case .queryRetrieve: [.combinedDateTime, .fuzzyNames, .timezone, .emptyValue, .multipleValue]
        }
    }

    /// The answer to a proposal, for `AcceptorPolicy.extendedNegotiation`; nil where there is nothing to negotiate.
    @Sendable
    public static func answer(sopClassUID: String, proposed: [UInt8]) -> [UInt8]? {
        guard let layout = layout(sopClassUID) else { return nil }
        return QueryOptions.answer(to: proposed, supporting: options(layout), layout)
    }

    /// The rules for a query of a model on an association, from the answer its acceptor gave; nil if none was given.
    public static func rules(model: QueryModel, level: QueryLevel?, agreed: [UInt8]?) -> MatchingRules {
        var rules = MatchingRules(model: model, level: level)
        if model.hasLevels {
            // Nothing is known of what has not been acquired yet.
            rules.unsupportedKeys = [
                .numberOfPatientRelatedStudies, .numberOfPatientRelatedSeries, .numberOfPatientRelatedInstances,
                .numberOfStudyRelatedSeries, .numberOfStudyRelatedInstances, .numberOfSeriesRelatedInstances,
                .modalitiesInStudy, .sopClassesInStudy,
            ]
        }
        guard let agreed, let layout = layout(model.sopClassUID) else { return rules }
        let options = QueryOptions(agreed, layout).intersection(options(layout))
        rules.combinesDateTime = options.contains(.combinedDateTime)
        rules.fuzzyNames = options.contains(.fuzzyNames)
        rules.adjustsTimezone = options.contains(.timezone)
        rules.emptyValueMatching = options.contains(.emptyValue)
        rules.multipleValueMatching = options.contains(.multipleValue)
        return rules
    }

    private static func layout(_ sopClassUID: String) -> QueryOptions.Layout? {
        switch QueryModel(sopClassUID: sopClassUID) {
        case .worklist: .worklist
        case .patientRoot, .studyRoot: .queryRetrieve
        case .sopClass: nil
        }
    }
}
