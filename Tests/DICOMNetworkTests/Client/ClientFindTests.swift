import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// Our client against our server, over the loopback.
@Suite struct ClientFindTests {
    /// A handler that answers with items 0 to `count`.
    private func counting(_ count: Int, sent: Shared<Int> = Shared(0), padding: Int = 0) -> FindHandler {
        { _, responder in
            let one = try item(0, padding: padding).encoded(responder.identifierSyntax)
            for number in 0..<count {
                if padding > 0 {
                    try await responder.send(encoded: one)
                } else {
                    try await responder.send(.pending, item(number))
                }
                sent.change { $0 += 1 }
            }
        }
    }

    @Test("10,000 matches, one by one and in batches, in their order")
    func matches() async throws {
        try await withServer { server in
            server.bindFind(counting(10_000))
            let association = try await Association.connect(configuration(port: server.port))
            var numbers: [Int] = []
            let find = try await association.findAll()
            for await match in find { numbers.append(number(match.dataSet) ?? -1) }
            #expect(numbers == Array(0..<10_000))
            let result = await find.result
            #expect(result.outcome == .complete)
            #expect(result.statistics.matches == 10_000)

            var count = 0
            var batches = 0
            let second = try await association.findAll()
            for await batch in second.batches {
                count += batch.count
                batches += 1
            }
            #expect(count == 10_000)
            #expect(batches < 5_000)
            #expect(await second.result.outcome == .complete)
            #expect(await association.release() == .released)
        }
    }

    @Test("Cancel in the middle is honoured, and the matches on their way are delivered")
    func cancel() async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                var number = 0
                while !event.isCancelled {
                    try await responder.send(.pending, item(number))
                    number += 1
                }
            }
            let association = try await Association.connect(configuration(port: server.port))
            let cancelSent = Shared(0)
            let find = try await association.find(
                keys(),
                sopClass: SOPClass.modalityWorklistFind,
                onCancelSent: { cancelSent.change { $0 += 1 } }
            )
            var count = 0
            for await match in find {
                #expect(number(match.dataSet) == count)
                count += 1
                if count == 10 { find.cancel() }
            }
            let result = await find.result
            let cancellation = try #require(result.outcome.cancellation)
            #expect(cancellation.finalStatus == .cancel)
            #expect(result.statistics.matches == count)
            #expect(cancelSent.value == 1)
            #expect(await association.isEstablished)
            #expect(await association.release() == .released)
        }
    }

    @Test("Leaving the loop cancels; the next query on the association gets its own rows only")
    func leavingTheLoop() async throws {
        try await withServer { server in
            let cancelled = Shared(false)
            server.bindFind { event, responder in
                if event.messageID == 1 {
                    var number = 0
                    while !event.isCancelled {
                        try await responder.send(.pending, item(number))
                        number += 1
                    }
                    cancelled.value = true
                } else {
                    for number in 100..<103 { try await responder.send(.pending, item(number)) }
                }
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            for await match in find where number(match.dataSet) == 5 { break }
            #expect(await find.result.outcome.cancellation?.finalStatus == .cancel)
            try await eventually("the handler sees the cancel") { cancelled.value }
            var numbers: [Int?] = []
            let second = try await association.findAll()
            for await match in second { numbers.append(number(match.dataSet)) }
            #expect(numbers == [100, 101, 102])
            #expect(await second.result.outcome == .complete)
            await association.release()
        }
    }

    @Test("A query asked right behind an abandoned one waits for its end")
    func behindAbandoned() async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                repeat {
                    try await responder.send(.pending, item(Int(event.messageID)))
                } while event.messageID == 1 && !event.isCancelled
            }
            let association = try await Association.connect(configuration(port: server.port))
            var first: Find? = try await association.findAll()
            for await _ in try #require(first) { break }
            first = nil
            var numbers: [Int?] = []
            for await match in try await association.findAll() { numbers.append(number(match.dataSet)) }
            #expect(numbers == [2])
            await association.release()
        }
    }

    @Test("Cancelling the task cancels the query, and the loop ends")
    func taskCancellation() async throws {
        try await withServer { server in
            let isCancelled = Shared(false)
            server.bindFind { event, responder in
                try await responder.send(.pending, item(0))
                // Silence: only the cancellation of its task ends this.
                try? await Task.sleep(for: .seconds(60))
                isCancelled.value = event.isCancelled
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            let seen = Shared(0)
            let task = Task {
                for await _ in find { seen.change { $0 += 1 } }
                return await find.result
            }
            try await eventually("the first match") { seen.value == 1 }
            task.cancel()
            #expect(await task.value.outcome.cancellation?.finalStatus == .cancel)
            #expect(isCancelled.value)
            await association.release()
        }
    }

    @Test("A limit of N: N matches are whole, N and one more are truncated", arguments: [100, 101])
    func limit(available: Int) async throws {
        try await withServer { server in
            server.bindFind(counting(available))
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll(FindOptions(limit: 100))
            var count = 0
            for await batch in find.batches { count += batch.count }
            #expect(count == 100)
            let outcome = await find.result.outcome
            if available == 100 {
                #expect(outcome == .complete)
            } else if case .truncated(.ownLimit(rows: 100, _)) = outcome {
            } else {
                Issue.record("\(outcome)")
            }
            await association.release()
        }
    }

    @Test("Abort ends the query and the association at once; the matches received stay")
    func abort() async throws {
        try await withServer { server in
            let ended = Shared(false)
            server.bindFind { event, responder in
                try await responder.send(.pending, item(0))
                try? await Task.sleep(for: .seconds(60))
                ended.value = !event.isCancelled && Task.isCancelled
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            var count = 0
            for await _ in find {
                count += 1
                find.abort()
            }
            #expect(count == 1)
            #expect(await find.result.outcome == .aborted(AssociationAbort(.user)))
            #expect(await association.end == .aborted(AssociationAbort(.user)))
            #expect(await association.isEstablished == false)
            try await eventually("the handler's task is cancelled") { ended.value }
            await #expect(throws: AssociationCore.RequestError.notEstablished) { try await association.findAll() }
            await #expect(throws: AssociationCore.RequestError.notEstablished) { try await association.echo() }
        }
    }

    @Test("A slow reader holds the server up instead of filling memory, and loses nothing")
    func backPressure() async throws {
        let total = 60_000
        try await withServer { server in
            let sent = Shared(0)
            server.bindFind(counting(total, sent: sent, padding: 1_000))
            let association = try await Association.connect(configuration(port: server.port, receiveWindow: 64 << 10))
            // Being held up is our doing: however long it takes, it is no timeout of the server's.
            let find = try await association.findAll(FindOptions(nextResponseTimeout: 2))
            var count = 0
            for await batch in find.batches {
                if count == 0 {
                    _ = try await standstill(of: sent)
                    try await Task.sleep(for: .milliseconds(2_300))
                    // 60 MB are there; what is on its way is bounded by the window, the pipe and the sockets' buffers.
                    let held = sent.value
                    #expect(held < total / 2, "\(held)")
                }
                count += batch.count
            }
            #expect(count == total)
            #expect(await find.result.outcome == .complete)
            await association.release()
        }
    }

    @Test("A held-up query can be cancelled without its reader, and ends truly")
    func cancelWhileHeldUp() async throws {
        try await withServer { server in
            let sent = Shared(0)
            server.bindFind { event, responder in
                let one = try item(0, padding: 1_000).encoded(responder.identifierSyntax)
                while !event.isCancelled {
                    try await responder.send(encoded: one)
                    sent.change { $0 += 1 }
                }
            }
            let association = try await Association.connect(configuration(port: server.port, receiveWindow: 64 << 10))
            let find = try await association.findAll()
            var batches = find.batches.makeAsyncIterator()
            var count = await batches.next()?.count ?? 0
            _ = try await standstill(of: sent)
            find.cancel()
            let result = await find.result
            #expect(result.outcome.cancellation?.finalStatus == .cancel)
            while let batch = await batches.next() { count += batch.count }
            #expect(count == result.statistics.matches)
            // The server drops what had not left when the cancel came.
            #expect(count <= sent.value && sent.value - count <= 64)
            await association.release()
        }
    }

    @Test("Releasing while a query is held up cancels it first")
    func releaseWhileHeldUp() async throws {
        try await withServer { server in
            let sent = Shared(0)
            server.bindFind(counting(100_000, sent: sent, padding: 1_000))
            let association = try await Association.connect(configuration(port: server.port, receiveWindow: 64 << 10))
            let find = try await association.findAll()
            var batches = find.batches.makeAsyncIterator()
            _ = await batches.next()
            _ = try await standstill(of: sent)
            #expect(await association.release() == .released)
            #expect(await find.result.outcome.cancellation != nil)
        }
    }

    @Test("Waiting for the result first does not lose the matches")
    func resultFirst() async throws {
        try await withServer { server in
            server.bindFind(counting(500))
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            #expect(await find.result.outcome == .complete)
            var count = 0
            for await _ in find { count += 1 }
            #expect(count == 500)
            await association.release()
        }
    }

    @Test("Waiting for the result alone comes to an end, however much nobody reads")
    func resultAlone() async throws {
        try await withServer { server in
            server.bindFind(counting(20_000, padding: 1_000))
            let association = try await Association.connect(configuration(port: server.port, receiveWindow: 64 << 10))
            let result = await (try await association.findAll()).result
            #expect(result.outcome == .complete)
            #expect(result.statistics.matches == 20_000)
            await association.release()
        }
    }

    @Test("Two tasks may share the matches of one query: each goes to one of them")
    func twoReaders() async throws {
        try await withServer { server in
            let go = Shared(false)
            server.bindFind { _, responder in
                while !go.value { try await Task.sleep(for: .milliseconds(1)) }
                for number in 0..<1_000 { try await responder.send(.pending, item(number)) }
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            let readers = (0..<2).map { _ in
                Task {
                    var count = 0
                    for await _ in find { count += 1 }
                    return count
                }
            }
            go.value = true
            var total = 0
            for reader in readers { total += await reader.value }
            #expect(total == 1_000)
            await association.release()
        }
    }

    @Test("A query keeps its association alive, held or not")
    func lifetime() async throws {
        try await withServer { server in
            let go = Shared(false)
            server.bindFind { _, responder in
                try await responder.send(.pending, item(0))
                while !go.value { try await Task.sleep(for: .milliseconds(1)) }
                try await responder.send(.pending, item(1))
            }
            func ask() async throws -> Find {
                try await Association.connect(configuration(port: server.port)).findAll()
            }
            let find = try await ask()
            var numbers: [Int?] = []
            for await match in find {
                numbers.append(number(match.dataSet))
                // Long after the association's last use in the source.
                if numbers.count == 1 {
                    try await Task.sleep(for: .milliseconds(20))
                    go.value = true
                }
            }
            #expect(numbers == [0, 1])
            #expect(await find.result.outcome == .complete)
        }
    }

    @Test("An association that nobody holds is aborted: a server need not keep it")
    func forgotten() async throws {
        try await withServer { server in
            var association: Association? = try await Association.connect(configuration(port: server.port))
            #expect(await association?.isEstablished == true)
            #expect(server.associationCount == 1)
            association = nil
            try await eventually("the server is rid of it") { server.associationCount == 0 }
        }
    }

    @Test("50 associations at once, each with its own rows")
    func concurrency() async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                let base = Int(event.association.callingAETitle.dropFirst()) ?? 0
                for number in 0..<200 { try await responder.send(.pending, item(base * 1_000 + number)) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<50 {
                    group.addTask {
                        var configuration = configuration(port: server.port)
                        configuration.callingAETitle = "C\(client)"
                        let association = try await Association.connect(configuration)
                        for _ in 0..<2 {
                            let find = try await association.findAll()
                            var numbers: [Int?] = []
                            for await match in find { numbers.append(number(match.dataSet)) }
                            #expect(numbers == (0..<200).map { client * 1_000 + $0 })
                            #expect(await find.result.outcome == .complete)
                        }
                        #expect(await association.release() == .released)
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("all are gone") { server.associationCount == 0 }
        }
    }

    @Test("C-ECHO is answered, also behind a query")
    func echo() async throws {
        try await withServer { server in
            server.bindFind(counting(10))
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            guard case .answered(.success, _) = try await association.echo() else {
                Issue.record("not answered")
                return
            }
            #expect(await find.result.outcome == .complete)
            #expect(association.timings.connectMilliseconds > 0 && association.timings.associateMilliseconds > 0)
            await association.release()
        }
    }
}
