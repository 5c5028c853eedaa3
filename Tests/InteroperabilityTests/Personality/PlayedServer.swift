import DICOMData
import DICOMNetwork
import DICOMProtocol
import WorklistServer

/// Everything a C-FIND client sees of an answer: what came, in its order, and how it ended.
struct SeenAnswer: Hashable, Sendable {
    var matches: [ItemTexts] = []
    var unsupported = 0
    var outcome = ""
    var offending: [DICOMData.Tag] = []

    static func asking(
        _ identifier: DataSet,
        port: Int,
        options: FindOptions = FindOptions()
    ) async throws -> SeenAnswer {
        let association = try await OurClient.associate(port: port)
        var answer = SeenAnswer()
        let find = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind, options: options)
        for await match in find { answer.matches.append(Texts.flat(match.dataSet)) }
        let result = await find.result
        answer.unsupported = result.statistics.matchesWithUnsupportedKeys
        switch result.outcome {
        case .failed(let failure):
            answer.outcome = "failed \(failure.status)"
            answer.offending = failure.offendingElements
        case .complete: answer.outcome = "complete"
        case .truncated(.byServer): answer.outcome = "truncated"
        case .cancelled(let cancellation): answer.outcome = "cancelled \(cancellation.finalStatus)"
        case .aborted: answer.outcome = "aborted"
        case .timedOut: answer.outcome = "timed out"
        default: answer.outcome = "\(result.outcome)"
        }
        _ = await association.release()
        return answer
    }
}

/// Runs `body` against a server of ours with a personality, over the peers' items.
func withPersonality<T>(
    _ personality: Personality,
    folder: String,
    _ body: (Int) async throws -> T
) async throws -> T {
    var configuration = ServerConfiguration(
        port: 0,
        policy: ServerConfiguration.policy(sopClasses: personality.sopClasses)
    )
    personality.apply(to: &configuration)
    let server = try await DICOMServer.start(configuration)
    PersonalityService(source: WorklistFolder(path: folder), personality: personality).bind(to: server)
    do {
        let result = try await body(server.port)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}
