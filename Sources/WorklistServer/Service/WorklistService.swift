import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol

/// The C-FIND handler of a worklist server: matches a source's items and streams them (PS3.4 K.4.1.3).
public struct WorklistService: Sendable {
    /// Called after a match was sent, with how many have been; the next one waits for it.
    public typealias AfterMatch = @Sendable (_ event: FindEvent, _ sent: Int) async -> Void

    private let source: any WorklistSource
    private let afterMatch: AfterMatch?

    public init(source: any WorklistSource, afterMatch: AfterMatch? = nil) {
        self.source = source
        self.afterMatch = afterMatch
    }

    /// Answers Modality Worklist queries of a server from now on.
    public func bind(to server: any HandlerBinding) {
        server.bindFind(for: SOPClass.modalityWorklistFind) { event, responder in
            try await answer(event, responder)
        }
    }

    private func answer(_ event: FindEvent, _ responder: FindResponder) async throws {
        // Lets an identifier that does not decode through: the server answers it with C310.
        let identifier = try event.identifier
        let query: CompiledQuery
        do {
            query = try CompiledQuery(identifier: identifier, rules: .worklist)
        } catch {
            try await responder.finish(
                StatusReply(
                    .identifierDoesNotMatch,
                    errorComment: error.description,
                    offendingElements: [error.offendingElement]
                )
            )
            return
        }
        let items: [DataSet]
        do {
            guard let found = try source.items(calledAETitle: event.association.calledAETitle) else {
                try await responder.finish(
                    StatusReply(.outOfResources, errorComment: "no worklist for the called AE title")
                )
                return
            }
            items = found
        } catch {
            // The place is a path of this machine: for the log, not for the peer.
            try await responder.finish(StatusReply(.outOfResources, errorComment: "the worklist cannot be read"))
            return
        }
        let status: Status = query.unsupportedKeys.isEmpty ? .pending : .pendingWithUnsupportedKeys
        var sent = 0
        for item in items {
            // Asked while matching, not only between matches: a query that matches little must stop as quickly.
            if event.isCancelled {
                try await responder.finish(StatusReply(.cancel))
                return
            }
            guard query.matches(item) else { continue }
            guard try await responder.send(status, query.response(for: item)) else { return }
            sent += 1
            await afterMatch?(event, sent)
        }
    }
}
