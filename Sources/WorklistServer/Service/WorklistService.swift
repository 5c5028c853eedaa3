import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol

/// The C-FIND handler of a worklist server: matches a source's candidates and streams them (PS3.4 K.4.1.3, C.4.1.3).
///
/// Matching runs in the task of the request, never on an event loop: a cancel and other associations are not kept waiting.
public struct WorklistService: Sendable {
    /// Called after a match was sent, with how many have been; the next one waits for it.
    public typealias AfterMatch = @Sendable (_ event: FindEvent, _ sent: Int) async -> Void

    /// The SOP classes it answers.
    public static let sopClasses = [
        SOPClass.modalityWorklistFind, QueryModel.patientRoot.sopClassUID, QueryModel.studyRoot.sopClassUID,
    ]

    private let source: any WorklistSource
    private let afterMatch: AfterMatch?

    public init(source: any WorklistSource, afterMatch: AfterMatch? = nil) {
        self.source = source
        self.afterMatch = afterMatch
    }

    /// Answers queries of a server from now on: Modality Worklist, Patient Root and Study Root.
    public func bind(to server: any HandlerBinding) {
        for sopClass in Self.sopClasses {
            server.bindFind(for: sopClass) { event, responder in try await answer(event, responder) }
        }
    }

    /// Answers one request.
    public func answer(_ event: FindEvent, _ responder: FindResponder) async throws {
        // Lets an identifier that does not decode through: the server answers it with C310.
        let identifier = try event.identifier
        let question: Question
        let cursor: (any WorklistCursor)?
        do throws(StatusReply.Refusal) {
            question = try Question(identifier, of: event)
        } catch {
            try await responder.finish(error.reply)
            return
        }
        do {
            cursor = try await source.cursor(for: question.request)
        } catch {
            // The place is a path of this machine: for the log, not for the peer.
            try await responder.finish(StatusReply(.outOfResources, errorComment: "the worklist cannot be read"))
            return
        }
        guard let cursor else {
            try await responder.finish(
                StatusReply(.outOfResources, errorComment: "no worklist for the called AE title")
            )
            return
        }
        defer { cursor.close() }
        try await stream(cursor, question, event, responder)
    }

    private func stream(
        _ cursor: any WorklistCursor,
        _ question: Question,
        _ event: FindEvent,
        _ responder: FindResponder
    ) async throws {
        let query = question.request.query
        let status: Status = query.unsupportedKeys.isEmpty ? .pending : .pendingWithUnsupportedKeys
        var matcher = CandidateMatcher(question, syntax: responder.identifierSyntax)
        var matches = EncodedDataSets()
        var sent = 0
        var found = 0
        while true {
            let batch: EncodedDataSets?
            do {
                batch = try cursor.next(after: found)
            } catch {
                // What was sent so far stands, and is not the whole: no Success.
                try await responder.finish(StatusReply(.outOfResources, errorComment: "the worklist cannot be read"))
                return
            }
            guard let batch else { return }
            found = 0
            for index in batch.indices {
                // Asked while matching, not only between matches: a query that matches little must stop as quickly.
                if event.isCancelled {
                    try await responder.finish(StatusReply(.cancel))
                    return
                }
                guard try matcher.append(batch, index, to: &matches) else { continue }
                found += 1
                // The first leaves at once; the others gather, but never wait for a candidate that may not come.
                if sent == 0 || afterMatch != nil || matches.bytes.count >= Self.flushSize {
                    sent += matches.count
                    guard try await responder.send(matches, status: status) else { return }
                    matches.removeAll(keepingCapacity: true)
                    await afterMatch?(event, sent)
                }
            }
            if !matches.isEmpty {
                sent += matches.count
                guard try await responder.send(matches, status: status) else { return }
                matches.removeAll(keepingCapacity: true)
            } else {
                // Much is looked at and little found: others have their turn.
                await Task.yield()
                // Too late: a limit has ended it. Or a cancel that no candidate was there to see.
                if responder.isFinished { return }
                if event.isCancelled {
                    try await responder.finish(StatusReply(.cancel))
                    return
                }
            }
        }
    }

    /// Bytes of matches that are handed on together.
    private static let flushSize = 16 << 10
}
