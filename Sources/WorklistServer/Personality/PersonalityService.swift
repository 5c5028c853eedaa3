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
        for sopClass in personality.sopClasses {
            server.bindFind(for: sopClass) { event, responder in try await answer(event, responder) }
        }
    }

    /// Answers one request.
    public func answer(_ event: FindEvent, _ responder: FindResponder) async throws {
        let identifier = try event.identifier
        var answer: Answer
        do throws(StatusReply.Refusal) {
            answer = try await find(identifier, event)
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

    /// What there is to answer, in the order in which the server that is played would.
    private func find(_ identifier: DataSet, _ event: FindEvent) async throws(StatusReply.Refusal) -> Answer {
        switch personality.model {
        case nil:
            let question = try Question(identifier, of: event)
            let query = question.request.query
            return Answer(
                matches: try await records(question.request).filter(query.matches).map(query.response),
                status: query.unsupportedKeys.isEmpty ? .pending : .pendingWithUnsupportedKeys
            )
        case .wlmscpfs:
            let query = try PlayedWlmscpfs(identifier)
            let records = try await everything(event, isShelved: true)
            return Answer(
                matches: records.reversed().filter(query.matches).map(query.response),
                status: query.status
            )
        case .orthanc:
            let query = try PlayedOrthanc(identifier)
            let records = try await everything(event, isShelved: false)
            return Answer(matches: records.filter(query.matches).map(query.response), status: .pending)
        }
    }

    /// All items, as the played server comes upon them; `isShelved`: in a folder for the called title.
    private func everything(_ event: FindEvent, isShelved: Bool) async throws(StatusReply.Refusal) -> [DataSet] {
        if let folder = source as? WorklistFolder {
            let title = isShelved ? event.association.calledAETitle : nil
            if let items = PlayedFolder(path: folder.path).items(of: title) { return items }
            throw StatusReply.Refusal(StatusReply(.outOfResources))
        }
        return try await records(try Question(DataSet(), of: event).request)
    }

    private func records(_ request: WorklistRequest) async throws(StatusReply.Refusal) -> [DataSet] {
        do throws(WorklistSourceError) {
            guard let cursor = try await source.cursor(for: request) else {
                throw WorklistSourceError(place: "", reason: "no worklist for the called AE title")
            }
            defer { cursor.close() }
            var records: [DataSet] = []
            while let batch = try cursor.next(after: 0) {
                for index in batch.indices {
                    records.append(DataSet(lenient: batch[index], transferSyntax: .explicitVRLittleEndian))
                }
            }
            return records
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
