import DICOMData
import Testing

@testable import DICOMProtocol

@Suite struct StatusTests {
    @Test(
        "Statuses fall into the categories of PS3.7 C",
        arguments: [
            (0x0000, Status.Category.success), (0xFF00, .pending), (0xFF01, .pending), (0xFE00, .cancel),
            (0xA700, .failure),
            (0xA900, .failure), (0xC000, .failure), (0xCFFF, .failure), (0x0122, .failure), (0x0210, .failure),
            (0xB001, .warning), (0x0107, .warning), (0x0116, .warning), (0x0001, .warning), (0x1234, .unknown),
            (0xFF02, .unknown),
        ]
    )
    func categories(code: Int, category: Status.Category) {
        let status = Status(UInt16(code))
        #expect(status.category == category)
        #expect(status.isPending == (category == .pending))
    }

    @Test("Every code can be told in words, and only two are Pending")
    func everyCode() {
        var pending: [UInt16] = []
        for code in 0...UInt16.max {
            let status = Status(code)
            if status.meaning.isEmpty { Issue.record("no meaning for \(status)") }
            if status.isPending { pending.append(code) }
        }
        #expect(pending == [0xFF00, 0xFF01])
        #expect(Status.outOfResources.description == "A700")
        #expect(Status(0x1234).meaning == "a status the standard does not assign")
        #expect(Status(0xA123).meaning == "refused" && Status(0xC123).meaning == "unable to process")
        #expect(Status.handlerFailed.meaning.contains("handler failed"))
        #expect(Status.invalidPriorRecordKey.meaning.contains("record key"))
        #expect(Status.responseLimitReached.meaning.contains("limit of responses"))
        #expect(Status.outOfResources.meaning == "refused: out of resources")
    }
}

@Suite struct MatchBatchTests {
    @Test("Matches come out as they went in, alone and joined")
    func joining() {
        var first = MatchBatch(transferSyntax: .explicitVRLittleEndian)
        first.append([1, 2, 3], status: .pending)
        first.append([], status: .pendingWithUnsupportedKeys)
        var second = MatchBatch(transferSyntax: .explicitVRLittleEndian)
        second.append([4], status: .pending)
        first.append(second)
        #expect(first.count == 3)
        #expect((0..<3).map { Array(first.identifier($0).bytes) } == [[1, 2, 3], [], [4]])
        #expect(first.entries.map(\.status) == [.pending, .pendingWithUnsupportedKeys, .pending])
        first.truncate(to: 1)
        #expect(first.count == 1)
        first.truncate(to: 5)
        #expect(first.count == 1)
    }
}

@Suite struct FindOutcomeTests {
    @Test("Only a complete list is no partial one")
    func partial() {
        let cancellation = FindOutcome.Cancellation(milliseconds: 1, matchesAfter: 0, finalStatus: .cancel)
        #expect(!FindOutcome.complete.isPartial)
        for outcome in [
            FindOutcome.cancelled(cancellation), .truncated(.byServer), .truncated(.ownLimit(rows: 1, cancellation)),
            .failed(FindFailure(status: .outOfResources)), .aborted(AssociationAbort(.user)),
            .timedOut(.firstResponse, seconds: 1), .lost(.releasedByPeer),
        ] { #expect(outcome.isPartial) }
    }

    @Test(
        "Durations of any kind can be told",
        arguments: [
            (5.0, "5 s"), (0.25, "0.3 s"), (1e300, "1e+300 s"), (.infinity, "inf s"), (-.infinity, "-inf s"),
            (.nan, "nan s"),
        ]
    )
    func durations(seconds: Double, text: String) {
        #expect(AssociationFailure.duration(seconds) == text)
        let abort = AssociationAbort(.cancelIgnored(afterMilliseconds: seconds * 1000, matchesAfter: 2))
        #expect(abort.explanation.contains("2 more matches came"))
    }

    @Test("A timeout of any value is a deadline that can be added to", arguments: [0, -1, 1e300, .infinity, .nan, 2.5])
    func nanoseconds(seconds: Double) {
        let expected: Nanoseconds = seconds == 2.5 ? 2_500_000_000 : seconds > 1 ? 3_200_000_000_000_000_000 : 0
        #expect(FindOperation.nanoseconds(seconds) == expected)
    }
}
