import DICOMNetwork
import DICOMProtocol
import Foundation
import Testing

/// The articles leave out no way in which things can end. A new case does not compile here until it is named, and is then missed
/// in its article.
@Suite("Every case is in its article")
struct CaseTests {
    private static func article(_ name: String) throws -> String {
        let articles = try Article.all().filter { $0.name == name }
        return try #require(articles.first).lines.joined(separator: "\n")
    }

    @Test("Every outcome of a query")
    func outcomes() throws {
        func name(_ outcome: FindOutcome) -> String {
            switch outcome {
            case .complete: "complete"
            case .cancelled: "cancelled(_:)"
            case .truncated: "truncated(_:)"
            case .failed: "failed(_:)"
            case .aborted: "aborted(_:)"
            case .timedOut: "timedOut(_:seconds:)"
            case .lost: "lost(_:)"
            }
        }
        let cancellation = FindOutcome.Cancellation(milliseconds: 0, matchesAfter: 0, finalStatus: .cancel)
        let all: [FindOutcome] = [
            .complete, .cancelled(cancellation), .truncated(.byServer), .failed(FindFailure(status: .unableToProcess)),
            .aborted(AssociationAbort(.user)), .timedOut(.firstResponse, seconds: 1), .lost(.releasedByPeer),
        ]
        let text = try Self.article("AskAServer.md")
        for outcome in all {
            #expect(text.contains("| ``/DICOMProtocol/FindOutcome/\(name(outcome))`` |"), "\(name(outcome))")
        }
    }

    @Test("Every cause of having no association")
    func causes() throws {
        func name(_ cause: AssociationFailure.Cause) -> String {
            switch cause {
            case .invalidSetting: "invalidSetting(_:)"
            case .nameNotFound: "nameNotFound(detail:)"
            case .cannotConnect: "cannotConnect(detail:)"
            case .connectTimedOut: "connectTimedOut(seconds:)"
            case .noAnswer: "noAnswer(seconds:)"
            case .rejected: "rejected(_:)"
            case .aborted: "aborted(_:)"
            case .contextRefused: "contextRefused(sopClass:reason:)"
            case .notDICOM: "notDICOM(_:)"
            case .peerSpeaksTLS: "peerSpeaksTLS"
            case .notSecure: "notSecure(_:)"
            case .connectionClosed: "connectionClosed(detail:)"
            case .cancelled: "cancelled"
            }
        }
        let failure = SecureTransportFailure(.other, summary: "", advice: "")
        let all: [AssociationFailure.Cause] = [
            .invalidSetting(""), .nameNotFound(detail: ""), .cannotConnect(detail: ""), .connectTimedOut(seconds: 1),
            .noAnswer(seconds: 1), .rejected(.noReason), .aborted(AssociationAbort(.user)),
            .contextRefused(sopClass: "", reason: ""), .notDICOM(""), .peerSpeaksTLS, .notSecure(failure),
            .connectionClosed(detail: ""), .cancelled,
        ]
        let text = try Self.article("WhenItFails.md")
        for cause in all {
            #expect(text.contains("| ``/DICOMProtocol/AssociationFailure/Cause/\(name(cause))`` |"), "\(name(cause))")
        }
    }

    @Test("Every reason not to send a query")
    func requestErrors() throws {
        func name(_ error: AssociationCore.RequestError) -> String {
            switch error {
            case .notEstablished: "notEstablished"
            case .noContext: "noContext(sopClass:)"
            case .peerMaximumLengthTooSmall: "peerMaximumLengthTooSmall(_:)"
            case .identifierNotEncodable: "identifierNotEncodable(_:)"
            case .emptyIdentifier: "emptyIdentifier"
            case .invalidPriority: "invalidPriority(_:)"
            }
        }
        let all: [AssociationCore.RequestError] = [
            .notEstablished, .noContext(sopClass: ""), .peerMaximumLengthTooSmall(1), .emptyIdentifier,
            .invalidPriority(3),
        ]
        let text = try Self.article("WhenItFails.md")
        for error in all {
            let link = "| ``/DICOMProtocol/AssociationCore/RequestError/\(name(error))`` |"
            #expect(text.contains(link), "\(name(error))")
        }
    }

    @Test("Every kind that can be observed")
    func kinds() throws {
        func name(_ happening: Happening) -> String {
            switch happening {
            case .connectionOpened, .connectionClosed: "connection"
            case .requested, .accepted, .rejected, .established, .released, .aborted: "association"
            case .acseSent, .acseReceived: "acse"
            case .dimseSent, .dimseReceived: "dimse"
            case .pduSent, .pduReceived: "pdu"
            case .dataSent, .dataReceived: "data"
            case .transition: "transition"
            }
        }
        let text = try Self.article("ObserveAnAssociation.md")
        let all: [ObservedKinds] = [.connection, .association, .acse, .dimse, .pdu, .data, .transition]
        #expect(all.reduce(into: ObservedKinds()) { $0.formUnion($1) } == .all)
        for kind in ["connection", "association", "acse", "dimse", "pdu", "data", "transition"] {
            #expect(text.contains("| ``/DICOMProtocol/ObservedKinds/\(kind)`` |"), "\(kind)")
        }
        #expect(name(.connectionOpened) == "connection")
    }
}
