import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// A server that stops in peace, changes its rules, and tells what it does.
@Suite struct ServerPeaceTests {
    @Test("Stopping in peace answers what is under way, then releases; an idle association is released at once")
    func peace() async throws {
        try await withServer { server in
            let (gate, isRunning) = (Gate(), Shared(false))
            server.bindFind { _, responder in
                try await responder.send(.pending, item(1))
                isRunning.value = true
                await gate.wait()
                try await responder.send(.pending, item(2))
            }
            let busy = try await Association.connect(configuration(port: server.port))
            let idle = try await Association.connect(configuration(port: server.port))
            let find = try await busy.findAll()
            try await eventually("the query runs") { isRunning.value }
            async let stopped: Void = server.stop(grace: 20)
            #expect(await idle.end == .releasedByPeer)
            #expect(await busy.isEstablished)
            await #expect(throws: AssociationFailure.self) {
                try await Association.connect(configuration(port: server.port))
            }
            gate.open()
            let result = await find.result
            #expect(result.outcome == .complete)
            #expect(result.statistics.matches == 2)
            #expect(await busy.end == .releasedByPeer)
            await stopped
            #expect(server.associationCount == 0)
        }
    }

    @Test("What is not done within the grace is aborted, and its handler cancelled")
    func noPeace() async throws {
        try await withServer { server in
            let (isRunning, wasCancelled) = (Shared(false), Shared(false))
            server.bindFind { _, _ in
                isRunning.value = true
                try? await Task.sleep(for: .seconds(600))
                wasCancelled.value = Task.isCancelled
            }
            let association = try await Association.connect(configuration(port: server.port))
            let find = try await association.findAll()
            try await eventually("the query runs") { isRunning.value }
            await server.stop(grace: 0.05)
            guard case .aborted = await find.result.outcome else {
                Issue.record("\(await find.result.outcome)")
                return
            }
            try await eventually("the handler is cancelled") { wasCancelled.value }
        }
    }

    @Test("A new policy holds for who comes next; who is there stays, and counts for the rule that governs it now")
    func update() async throws {
        try await withServer { server in
            let first = try await Association.connect(configuration(port: server.port))
            let title = try AETitle("CLIENT")
            server.update { configuration in
                configuration.policy.peers = [PeerRule(callingAETitle: title, maximumAssociations: 1)]
            }
            #expect(try await first.echo().isSuccess)
            let failure = await #expect(throws: AssociationFailure.self) {
                try await Association.connect(configuration(port: server.port))
            }
            #expect(failure?.isRefusal == true)
            await first.release()
            try await eventually("the place is free") { server.associationCount == 0 }
            let second = try await Association.connect(configuration(port: server.port))
            await second.release()
        }
    }

    @Test("One address is held to its number of associations, others to theirs")
    func perAddress() async throws {
        try await withServer { server in
            server.update { $0.maximumAssociationsPerAddress = 2 }
            let first = try await Association.connect(configuration(port: server.port))
            let second = try await Association.connect(configuration(port: server.port))
            let failure = await #expect(throws: AssociationFailure.self) {
                try await Association.connect(configuration(port: server.port))
            }
            guard case .rejected(let reject) = failure?.cause else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(reject == .localLimitExceeded)
            await first.release()
            try await eventually("the place is free") { server.associationCount == 1 }
            let third = try await Association.connect(configuration(port: server.port))
            await second.release()
            await third.release()
        }
    }

    @Test("What happens is told once each: accepted, answered, refused, ended")
    func activity() async throws {
        let told = Shared<[String]>([])
        try await withServer { server in
            server.update { configuration in
                configuration.activity = { activity in
                    let words =
                        switch activity {
                        case .accepted(let association): "accepted \(association.callingAETitle)"
                        case .answered(let event, let answer):
                            "\(event.service.name) \(answer.status.map { "\($0)" } ?? "gone") \(answer.matches)"
                        case .refused(let refusal): "refused \(refusal.rejection.map { "\($0.reason)" } ?? "")"
                        case .refusedRequest(_, _, let status): "refused request \(status)"
                        case .ended(let ending): "ended \(ending.association == nil ? "nothing" : "\(ending.end)")"
                        }
                    told.change { $0.append(words) }
                }
            }
            server.bindFind { _, responder in
                try await responder.send(.pending, item(1))
                try await responder.send(.pending, item(2))
            }
            let association = try await Association.connect(configuration(port: server.port))
            _ = await (try await association.findAll()).result
            await association.release()
            try await eventually("the end is told") { told.value.count == 3 }
            server.update {
                $0.policy.calledAETitles = [AETitleField(received: "OTHER".utf8).title].reduce(into: []) { set, title in
                    if let title { set.insert(title) }
                }
            }
            _ = try? await Association.connect(configuration(port: server.port))
            try await eventually("the refusal is told") { told.value.count == 5 }
        }
        #expect(
            told.value == ["accepted CLIENT", "worklist 0000 2", "ended releasedByPeer", "refused 7", "ended nothing"]
        )
    }

    @Test("With one match more than the limit the query fails with the reply given, and exactly the limit is complete")
    func rowLimit() async throws {
        try await withServer { server in
            server.bindFind { event, responder in
                responder.limit(matches: 3, reply: StatusReply(.outOfResources, errorComment: "too many"))
                let count = event.messageID == 1 ? 3 : 10
                for number in 0..<count { guard try await responder.send(.pending, item(number)) else { return } }
            }
            let association = try await Association.connect(configuration(port: server.port))
            let exact = await (try await association.findAll()).result
            #expect(exact.outcome == .complete)
            #expect(exact.statistics.matches == 3)
            let more = await (try await association.findAll()).result
            guard case .failed(let failure) = more.outcome else {
                Issue.record("\(more.outcome)")
                return
            }
            #expect(failure.status == .outOfResources)
            #expect(failure.errorComment == "too many")
            #expect(more.statistics.matches == 3)
            await association.release()
        }
    }

    @Test("Matches that are handed over together are held to the limit as well")
    func rowLimitOfBatches() async throws {
        try await withServer { server in
            server.bindFind { _, responder in
                responder.limit(matches: 3, reply: StatusReply(.outOfResources))
                var batch = EncodedDataSets()
                for number in 0..<10 { batch.append(try item(number).encoded(responder.identifierSyntax)) }
                #expect(try await responder.send(batch) == false)
                #expect(responder.matchCount == 3)
            }
            let association = try await Association.connect(configuration(port: server.port))
            let result = await (try await association.findAll()).result
            guard case .failed(let failure) = result.outcome else {
                Issue.record("\(result.outcome)")
                return
            }
            #expect(failure.status == .outOfResources)
            #expect(result.statistics.matches == 3)
            await association.release()
        }
    }

    @Test("300 associations at once are all answered")
    func crowd() async throws {
        try await withServer { server in
            server.bindFind { _, responder in try await responder.send(.pending, item(1)) }
            let associations = try await withThrowingTaskGroup(of: Association.self) { group in
                for _ in 0..<300 {
                    group.addTask { try await Association.connect(configuration(port: server.port)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(server.associationCount == 300)
            let matches = try await withThrowingTaskGroup(of: Int.self) { group in
                for association in associations {
                    group.addTask { await (try await association.findAll()).result.statistics.matches }
                }
                return try await group.reduce(0, +)
            }
            #expect(matches == 300)
            await withTaskGroup { group in
                for association in associations { group.addTask { _ = await association.release() } }
            }
            try await eventually("all are gone") { server.associationCount == 0 }
        }
    }
}
