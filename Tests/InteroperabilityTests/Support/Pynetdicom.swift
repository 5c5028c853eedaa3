import DICOMData
import DICOMMatching
import DICOMProtocol
import Foundation

/// What pynetdicom's client is to do: the input of `pynetdicom_scu.py`.
struct PynetdicomPlan: Encodable, Sendable {
    var port: Int
    var called = Peers.title
    /// Beside Verification.
    var sopClasses: [String]
    var transferSyntaxes = [TransferSyntax.implicitVRLittleEndian.uid, TransferSyntax.explicitVRLittleEndian.uid]
    var negotiation: Negotiation?
    /// So many at the same time, each with all the steps.
    var associations = 1
    var steps: [Step]

    /// What a requestor proposes beyond contexts.
    struct Negotiation: Codable, Hashable, Sendable {
        var identity: Identity?
        /// Application information in hexadecimal, by SOP class.
        var extended: [String: String] = [:]
        /// SCU role and SCP role of the requestor, by SOP class.
        var roles: [String: [Bool]] = [:]
        /// Operations invoked and performed.
        var asynchronous: [Int]?
    }

    struct Identity: Codable, Hashable, Sendable {
        var type: Int
        var response: Bool
        var primary: String
        var secondary = ""
    }

    struct Step: Encodable, Sendable {
        enum Action: String, Encodable { case echo, find, echoWithinFind }
        var `do`: Action
        var sopClass: String?
        var keys: ItemTexts?
        var messageID: Int?
        var cancelAfter: Int?

        static let echo = Step(do: .echo)

        static func find(
            _ sopClass: String,
            _ keys: ItemTexts,
            messageID: Int = 7,
            cancelAfter: Int? = nil,
            withEcho: Bool = false
        ) -> Step {
            Step(
                do: withEcho ? .echoWithinFind : .find,
                sopClass: sopClass,
                keys: keys,
                messageID: messageID,
                cancelAfter: cancelAfter
            )
        }
    }
}

/// What became of one association of pynetdicom's client.
struct PynetdicomTranscript: Decodable, Sendable {
    struct Context: Decodable, Hashable, Sendable {
        var transferSyntax: String
        var scu: Bool
        var scp: Bool
    }

    struct Negotiated: Decodable, Sendable {
        var contexts: [String: Context]
        /// The server's answer to a user identity.
        var identity: String?
        var extended: [String: String]
        var roles: [String: [Bool]]
        var asynchronous: [Int]
    }

    struct Response: Decodable, Sendable {
        var status: UInt16?
        /// The message ID it answers, where that was asked for.
        var answers: Int?
        var comment: String?
        var offending: [String]
        var texts: ItemTexts?
    }

    struct Answer: Decodable, Sendable {
        /// The identifier of the request as pydicom encodes it.
        var asked: ItemTexts?
        var responses: [Response]

        var statuses: [UInt16?] { responses.map(\.status) }
    }

    var negotiated: Negotiated?
    /// Result, source and reason, if it was refused.
    var rejected: [Int]?
    /// One for each step.
    var answers: [Answer]
}

/// pynetdicom's client.
enum PynetdicomClient {
    typealias Response = PynetdicomTranscript.Response

    static func run(_ plan: PynetdicomPlan) async throws -> [PynetdicomTranscript] {
        let folder = try TemporaryFolder()
        try JSONEncoder().encode(plan).write(to: URL(filePath: folder / "plan.json"))
        let output = try await Program.python("pynetdicom_scu.py", [folder / "plan.json"])
        return try output.split(separator: "\n").map {
            try JSONDecoder().decode(PynetdicomTranscript.self, from: Data($0.utf8))
        }
    }

    static func find(_ query: TestQuery, port: Int, cancelAfter: Int? = nil) async throws -> [Response] {
        let sopClass = SOPClass.modalityWorklistFind
        let step = PynetdicomPlan.Step.find(sopClass, query.texts, cancelAfter: cancelAfter)
        return try await responses(PynetdicomPlan(port: port, sopClasses: [sopClass], steps: [step]))
    }

    static func echo(port: Int) async throws -> [Response] {
        try await responses(PynetdicomPlan(port: port, sopClasses: [SOPClass.modalityWorklistFind], steps: [.echo]))
    }

    private static func responses(_ plan: PynetdicomPlan) async throws -> [Response] {
        try await run(plan).flatMap { $0.answers.flatMap(\.responses) }
    }
}
