import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol

/// The C-FIND handler of a server that plays another one.
///
/// As the servers it plays it finds everything first and answers then: it is for tests and training, not for a million items.
public struct PersonalityService: Sendable {
    private let source: any WorklistSource
    private let personality: Personality

    public init(source: any WorklistSource, personality: Personality) {
        self.source = source
        self.personality = personality
    }

    /// Answers queries of a server from now on: Modality Worklist, and what else the server it plays has.
    public func bind(to server: any HandlerBinding) {
        for sopClass in WorklistService.sopClasses {
            server.bindFind(for: sopClass) { event, responder in try await answer(event, responder) }
        }
    }

    /// Answers one request.
    public func answer(_ event: FindEvent, _ responder: FindResponder) async throws {
        let identifier = try event.identifier
        var answer: Answer
        do throws(StatusReply.Refusal) {
            let question = try Question(identifier, of: event)
            let records = try await records(question.request)
            answer = try personality.model.answer(identifier, question.request.query, among: records)
        } catch {
            try await responder.finish(error.reply)
            return
        }
        if personality.has(.lastFirst) { answer.matches.reverse() }
        if personality.has(.unsupportedKeys) { answer.status = .pendingWithUnsupportedKeys }
        if personality.has(.noCharacterSet) {
            for index in answer.matches.indices { answer.matches[index].remove(.specificCharacterSet) }
        }
        try await send(answer, event, responder)
    }

    /// The items the called title has; all of them, for a model that has its own idea of what fits.
    private func records(_ request: WorklistRequest) async throws(StatusReply.Refusal) -> [DataSet] {
        do {
            let everything: CompiledQuery
            do {
                everything =
                    personality.model == nil
                    ? request.query : try CompiledQuery(identifier: DataSet(), rules: request.query.rules)
            } catch {
                return []
            }
            let wanted = WorklistRequest(
                query: everything,
                model: request.model,
                level: request.level,
                calledAETitle: request.calledAETitle
            )
            guard let cursor = try await source.cursor(for: wanted) else {
                throw StatusReply.Refusal(
                    StatusReply(.outOfResources, errorComment: "no worklist for the called AE title")
                )
            }
            defer { cursor.close() }
            var records: [DataSet] = []
            while let batch = try cursor.next() {
                for index in batch.indices {
                    records.append(DataSet(lenient: batch[index], transferSyntax: .explicitVRLittleEndian))
                }
            }
            return records
        } catch let refusal as StatusReply.Refusal {
            throw refusal
        } catch {
            throw StatusReply.Refusal(StatusReply(.outOfResources, errorComment: "the worklist cannot be read"))
        }
    }

    private func send(_ answer: Answer, _ event: FindEvent, _ responder: FindResponder) async throws {
        let (limit, abort, slow) = (
            personality.number(.limit), personality.number(.abort), personality.number(.slow)
        )
        var sent = 0
        for match in answer.matches {
            if let limit, sent >= limit {
                try await responder.finish(StatusReply(.cancel))
                return
            }
            if let abort, sent >= abort {
                event.association.abort()
                return
            }
            if let slow { try await Task.sleep(for: .milliseconds(slow)) }
            guard try await responder.send(answer.status, match) else { return }
            sent += 1
        }
        if let abort, sent >= abort {
            event.association.abort()
        }
    }

    /// What is found, as it is to be sent.
    struct Answer {
        var matches: [DataSet]
        var status: Status
    }
}

extension Personality.Model? {
    /// The matches among the records, as this model finds them and says them.
    func answer(
        _ identifier: DataSet,
        _ query: CompiledQuery,
        among records: [DataSet]
    ) throws(StatusReply.Refusal) -> PersonalityService.Answer {
        PersonalityService.Answer(
            matches: records.filter(query.matches).map(query.response),
            status: query.unsupportedKeys.isEmpty ? .pending : .pendingWithUnsupportedKeys
        )
    }
}
