import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol

/// A request that can be answered: the model, the level and the compiled identifier.
struct Question: Sendable {
    let request: WorklistRequest

    /// Throws what to answer instead.
    init(_ identifier: DataSet, of event: FindEvent) throws(StatusReply.Refusal) {
        let model = QueryModel(sopClassUID: event.sopClass)
        var level: QueryLevel?
        if model.hasLevels {
            let text = identifier.string(.queryRetrieveLevel) ?? ""
            guard let known = QueryLevel(rawValue: text), model != .studyRoot || known != .patient else {
                throw StatusReply.Refusal(
                    StatusReply(
                        .identifierDoesNotMatch,
                        errorComment: "no level of this model",
                        offendingElements: [.queryRetrieveLevel]
                    )
                )
            }
            // What is scheduled has no series and no images yet.
            guard known == .patient || known == .study else {
                throw StatusReply.Refusal(
                    StatusReply(
                        .unableToProcess,
                        errorComment: "answers at PATIENT and STUDY level only",
                        offendingElements: [.queryRetrieveLevel]
                    )
                )
            }
            level = known
        }
        do {
            request = WorklistRequest(
                query: try CompiledQuery(
                    identifier: identifier,
                    rules: WorklistNegotiation.rules(
                        model: model,
                        level: level,
                        agreed: event.association.negotiated.extendedNegotiations[event.sopClass]
                    )
                ),
                model: model,
                level: level,
                calledAETitle: event.association.calledAETitle
            )
        } catch {
            throw StatusReply.Refusal(
                StatusReply(
                    .identifierDoesNotMatch,
                    errorComment: error.description,
                    offendingElements: [error.offendingElement]
                )
            )
        }
    }
}

extension StatusReply {
    /// An answer thrown instead of a result.
    struct Refusal: Error {
        let reply: StatusReply

        init(_ reply: StatusReply) { self.reply = reply }
    }
}
