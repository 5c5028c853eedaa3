import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

/// The listings about clients, run.
@Suite("Listings: a client")
struct ClientSnippets {
    @Test("A query in four steps")
    func ask() async throws {
        try await withServer(handler: matches(3)) { server in
            let configuration = client(of: server)
            var names: [String] = []
            // snippet: ask
            var identifier = DataSet()
            try identifier.set(.patientName, "")  // asked for, not matched
            try identifier.set(.patientID, "")

            let association = try await Association.connect(configuration)
            let find = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind)
            for await match in find {
                names.append(match.dataSet.string(.patientName) ?? "")
            }
            let outcome = await find.result.outcome  // complete, cancelled, truncated, failed, ...
            await association.release()
            // end
            #expect(names == ["TEST^N0", "TEST^N1", "TEST^N2"])
            #expect(outcome == .complete)
        }
    }

    @Test("Keys: text in its character set, a sequence, what is matched and what is only asked for")
    func identifier() throws {
        // snippet: identifier
        var step = DataSet(inheriting: .utf8)
        try step.set(.modality, "CT")
        try step.set(.scheduledProcedureStepStartDate, "20261124-20261126")

        var identifier = DataSet()
        identifier.declare(.utf8)  // before text that is not ASCII
        try identifier.set(.patientName, "MÜLLER*")
        try identifier.set(.patientID, "")
        identifier.setItems(.scheduledProcedureStepSequence, [step])
        // end
        #expect(identifier.string(.patientName) == "MÜLLER*")
        #expect(identifier.state(of: .patientID) == .empty)
        #expect(throws: DataSetError.self) {
            var plain = DataSet()
            try plain.set(.patientName, "MÜLLER*")
        }
    }

    @Test("Batches: bytes as they came, decoded where someone looks")
    func batches() async throws {
        try await withServer(handler: matches(500)) { server in
            let association = try await Association.connect(client(of: server))
            let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
            // snippet: batches
            var patients: Set<[UInt8]> = []
            for await batch in find.batches {
                for index in 0..<batch.count {
                    // Looks the value up in the bytes; no data set is built.
                    if let patient = batch.identifier(index).value([], .patientID) { patients.insert(Array(patient)) }
                }
            }
            // end
            #expect(patients.count == 500)
            #expect(await find.result.outcome == .complete)
            await association.release()
        }
    }

    @Test("Cancel: the rest on its way is delivered, and the outcome says what the server did")
    func cancel() async throws {
        try await withServer(handler: matchesUntilCancelled) { server in
            let association = try await Association.connect(client(of: server))
            let find = try await association.find(try keys(), sopClass: SOPClass.modalityWorklistFind)
            var words = ""
            func report(_ line: String) { words = line }
            // snippet: cancel
            var count = 0
            for await _ in find {
                count += 1
                if count == 10 { find.cancel() }
            }
            if case .cancelled(let cancel) = await find.result.outcome {
                report("ended by \(cancel.finalStatus), \(cancel.matchesAfter) matches came after the C-CANCEL")
            }
            // end
            #expect(words.hasPrefix("ended by FE00"))
            #expect(count >= 10)
            await association.release()
        }
    }

    @Test("Limit: more matches than wanted are a truncated list")
    func limit() async throws {
        try await withServer(handler: matchesUntilCancelled) { server in
            let association = try await Association.connect(client(of: server))
            let identifier = try keys()
            // snippet: limit
            let find = try await association.find(
                identifier,
                sopClass: SOPClass.modalityWorklistFind,
                options: FindOptions(limit: 500, firstResponseTimeout: 20)
            )
            // end
            let (ids, outcome) = await find.everything()
            #expect(ids.count == 500)
            guard case .truncated(.ownLimit(rows: 500, _)) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            await association.release()
        }
    }

    @Test("Leaving the loop cancels; the association is good for the next query")
    func leave() async throws {
        try await withServer(handler: matchesUntilCancelled) { server in
            let association = try await Association.connect(client(of: server))
            let identifier = try keys()
            // snippet: leave
            let any = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind)
            for await match in any where match.dataSet.string(.patientID) == "7" { break }

            let next = try await association.find(
                identifier,
                sopClass: SOPClass.modalityWorklistFind,
                options: FindOptions(limit: 3)
            )
            // end
            #expect(await next.everything().ids == ["0", "1", "2"])
            guard case .cancelled = await any.result.outcome else {
                Issue.record("not cancelled")
                return
            }
            await association.release()
        }
    }

    @Test("Several queries at once, over one association")
    func several() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.asynchronousOperations = AsynchronousOperationsWindow(invoked: 8, performed: 1)
        let arrived = Shared(0)
        // Every query waits until all three are there: one after the other they would never end.
        try await withServer(policy: policy) { _, responder in
            arrived.change { $0 += 1 }
            try await eventually("three queries at once") { arrived.value == 3 }
            try await responder.send(.pending, try item(1))
        } _: { server in
            var configuration = client(of: server)
            let identifier = try keys()
            // snippet: several
            configuration.maximumOperationsInvoked = 3
            let association = try await Association.connect(configuration)
            let count = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        let find = try await association.find(identifier, sopClass: SOPClass.modalityWorklistFind)
                        var count = 0
                        for await _ in find { count += 1 }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            // end
            #expect(count == 3)
            #expect(association.negotiated.maximumOperationsInvoked == 3)
            await association.release()
        }
    }

    @Test("C-ECHO, and what each stage of the opening took")
    func echo() async throws {
        try await withServer { server in
            let configuration = client(of: server)
            let lines = Shared<[String]>([])
            @Sendable func report(_ line: String) { lines.change { $0.append(line) } }
            // snippet: echo
            let association = try await Association.connect(configuration) { stage in
                report(stage.rawValue)  // looking up, connecting, associating, associated
            }
            report("connected in \(association.timings.connectMilliseconds) ms")
            if case .answered(let status, let milliseconds) = try await association.echo() {
                report("\(status) after \(milliseconds) ms")
            }
            // end
            #expect(lines.value.prefix(4) == ["looking up", "connecting", "associating", "associated"])
            #expect(lines.value.last?.hasPrefix("0000 after ") == true)
            await association.release()
        }
    }

    @Test("Why there is no association: the cause for a program, words for a person")
    func failure() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.calledAETitles = [try AETitle("OTHER")]
        try await withServer(policy: policy) { server in
            let configuration = client(of: server)
            var words: [String] = []
            func report(_ lines: String...) { words = lines }
            // snippet: failure
            do throws(AssociationFailure) {
                let association = try await Association.connect(configuration)
                await association.release()
            } catch {
                switch error.cause {
                case .rejected(.calledAETitleNotRecognized): report("another AE title?", error.advice)
                case .cannotConnect(let detail), .nameNotFound(let detail): report("the network:", detail)
                default: report(error.summary, error.advice)
                }
            }
            // end
            #expect(words.first == "another AE title?")
            #expect(words.count == 2)
        }
    }
}
