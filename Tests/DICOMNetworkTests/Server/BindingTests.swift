import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Handlers bound and unbound while a server runs, on the server and on one association.
@Suite struct BindingTests {
    private func answer(_ number: Int) -> FindHandler {
        { _, responder in try await responder.send(.pending, item(number)) }
    }

    private func numbers(_ association: Association, _ sopClass: String = SOPClass.modalityWorklistFind) async throws
        -> (numbers: [Int?], outcome: FindOutcome)
    {
        let find = try await association.find(keys(), sopClass: sopClass)
        var numbers: [Int?] = []
        for await match in find { numbers.append(number(match.dataSet)) }
        return (numbers, await find.result.outcome)
    }

    @Test("The nearest handler answers: the association's own, then the SOP class's, then the general one, then C311")
    func nearest() async throws {
        try await withServer { server in
            let classes = [SOPClass.modalityWorklistFind, SOPClass.studyRootFind]
            let association = try await Association.connect(configuration(port: server.port, classes: classes))
            try await eventually("it stands") { server.associations.count == 1 }
            let peer = try #require(server.associations.first)

            server.bindFind(answer(1))
            server.bindFind(for: SOPClass.studyRootFind, answer(2))
            #expect(try await numbers(association).numbers == [1])
            #expect(try await numbers(association, SOPClass.studyRootFind).numbers == [2])

            peer.bindFind(for: SOPClass.studyRootFind, answer(3))
            #expect(try await numbers(association, SOPClass.studyRootFind).numbers == [3])
            #expect(try await numbers(association).numbers == [1])
            peer.bindFind(answer(4))
            #expect(try await numbers(association).numbers == [4])

            // Another association has none of that.
            let other = try await Association.connect(configuration(port: server.port, classes: classes))
            #expect(try await numbers(other).numbers == [1])
            #expect(try await numbers(other, SOPClass.studyRootFind).numbers == [2])
            await other.release()

            peer.unbindFind()
            peer.unbindFind(for: SOPClass.studyRootFind)
            #expect(try await numbers(association).numbers == [1])
            #expect(try await numbers(association, SOPClass.studyRootFind).numbers == [2])
            server.unbindFind(for: SOPClass.studyRootFind)
            #expect(try await numbers(association, SOPClass.studyRootFind).numbers == [1])
            server.bindFind(answer(5))
            #expect(try await numbers(association).numbers == [5])
            server.unbindFind()
            let unbound = try await numbers(association)
            #expect(unbound.numbers == [])
            guard case .failed(let failure) = unbound.outcome else {
                Issue.record("\(unbound.outcome)")
                return
            }
            #expect(failure.status == .handlerFailed)
            await association.release()
        }
    }

    @Test("A handler may bind for what comes next on its own association")
    func fromWithin() async throws {
        try await withServer { server in
            let next = answer(8)
            server.bindFind { event, responder in
                event.association.bindFind(next)
                try await responder.send(.pending, item(7))
            }
            let association = try await Association.connect(configuration(port: server.port))
            #expect(try await numbers(association).numbers == [7])
            #expect(try await numbers(association).numbers == [8])
            await association.release()
        }
    }

    @Test("Arguments come along, in the writing and in the yielding form")
    func arguments() async throws {
        try await withServer { server in
            let association = try await Association.connect(configuration(port: server.port))
            server.bindFind(with: 20, "x") { _, responder, first, second in
                try await responder.send(.pending, item(first + second.count))
            }
            #expect(try await numbers(association).numbers == [21])
            server.bindFind(with: 30, 3) { _, first, count in
                AsyncStream { continuation in
                    for number in 0..<count { continuation.yield(.match(item(first + number))) }
                    continuation.finish()
                }
            }
            #expect(try await numbers(association).numbers == [30, 31, 32])
            await association.release()
        }
    }

    @Test("A bound echo handler answers C-ECHO; one that throws answers 0110; unbound it is Success again")
    func echo() async throws {
        struct Broken: Error {}
        try await withServer { server in
            let association = try await Association.connect(configuration(port: server.port))
            let seen = Shared<UInt16>(0)
            server.bindEcho { event in
                seen.value = event.messageID
                return StatusReply(.outOfResources)
            }
            guard case .answered(let status, _) = try await association.echo() else {
                Issue.record("not answered")
                return
            }
            #expect(status == .outOfResources)
            #expect(seen.value == 1)
            server.bindEcho { _ in throw Broken() }
            guard case .answered(let failed, _) = try await association.echo() else {
                Issue.record("not answered")
                return
            }
            #expect(failed == .processingFailure)
            server.unbindEcho()
            #expect(try await association.echo().isSuccess)
            await association.release()
        }
    }

    @Test("A handler knows at once that its peer has gone")
    func peerGone() async throws {
        let wasThere = Shared<Bool?>(nil)
        let isThere = Shared<Bool?>(nil)
        try await withServer { server in
            server.bindFind { event, _ in
                wasThere.value = event.association.isEstablished
                while !Task.isCancelled { await Task.yield() }
                isThere.value = event.association.isEstablished
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            try await eventually("the handler runs") { wasThere.value != nil }
            association.abort()
            _ = await find.result
            try await eventually("the handler ended") { isThere.value != nil }
        }
        #expect(wasThere.value == true)
        #expect(isThere.value == false)
    }
}
