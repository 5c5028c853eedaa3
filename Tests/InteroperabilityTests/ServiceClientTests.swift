import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

extension Interoperability {
    /// Our client, pynetdicom's server: every SOP class that uses C-FIND.
    @Suite("Our client asks every service")
    struct ServiceClientTests {
        @Test("Matches hold every key as it was asked", arguments: ServiceQuery.all)
        func matches(_ query: ServiceQuery) async throws {
            let answer = try await query.ask(query.someMatches, port: Peers.running.services.port)
            #expect(answer.outcome == .complete)
            #expect(answer.matches == query.matches(1...query.matchCount, of: try query.keys(query.someMatches)))
            #expect(answer.statuses == Array(repeating: .pending, count: query.matchCount))
            #expect(answer.statistics.matches == query.matchCount)
            #expect(answer.statistics.strayResponses == 0)
        }

        @Test("FF01 marks matches with unsupported keys", arguments: ServiceQuery.all.filter(\.knowsUnsupportedKeys))
        func unsupportedKeys(_ query: ServiceQuery) async throws {
            let answer = try await query.ask(.unsupportedKeys, port: Peers.running.services.port)
            #expect(answer.outcome == .complete)
            #expect(answer.matches == query.matches(1...3, of: try query.keys(.unsupportedKeys)))
            #expect(answer.statuses == Array(repeating: .pendingWithUnsupportedKeys, count: 3))
            #expect(answer.statistics.matchesWithUnsupportedKeys == 3)
        }

        @Test("A failure arrives with its comment and its offending elements", arguments: ServiceQuery.all)
        func failure(_ query: ServiceQuery) async throws {
            let answer = try await query.ask(.failure, port: Peers.running.services.port)
            #expect(answer.outcome == .failed(query.failure))
            #expect(answer.matches.isEmpty)
        }

        @Test(
            "A failure after a match leaves the match",
            arguments: ServiceQuery.all.filter(\.allowsSeveralMatches)
        )
        func lateFailure(_ query: ServiceQuery) async throws {
            let answer = try await query.ask(.lateFailure, port: Peers.running.services.port)
            #expect(answer.outcome == .failed(query.lateFailure))
            #expect(answer.matches == query.matches(1...1, of: try query.keys(.lateFailure)))
        }

        @Test("No match is a complete answer", arguments: ServiceQuery.all)
        func nothing(_ query: ServiceQuery) async throws {
            let answer = try await query.ask(.nothing, port: Peers.running.services.port)
            #expect(answer.outcome == .complete)
            #expect(answer.matches.isEmpty)
        }

        @Test("C-CANCEL is answered with FE00", arguments: ServiceQuery.all)
        func cancel(_ query: ServiceQuery) async throws {
            let services = try Peers.running.services
            let association = try await OurClient.associate(port: services.port, query.sopClass)
            let asked = services.requests("endless", query.sopClass)
            let find = try await association.find(query.identifier(.endless), sopClass: query.sopClass)
            // pynetdicom forgets a C-CANCEL that comes before the handler has begun.
            try await services.program.until("begin to answer") {
                services.requests("endless", query.sopClass) > asked
            }
            find.cancel()
            let answer = try await ServiceAnswer(reading: find)
            guard case .cancelled(let cancellation) = answer.outcome else {
                Issue.record("the query ended as \(answer.outcome)")
                return
            }
            #expect(cancellation.finalStatus == .cancel)
            #expect(answer.matches.count == (query.allowsSeveralMatches ? 1 : 0))
            #expect(await association.release() == .released)
        }

        @Test(
            "B001 says that there is more, and the next query over the association is answered",
            arguments: ServiceQuery.all.filter(\.knowsResultLimit)
        )
        func resultLimit(_ query: ServiceQuery) async throws {
            let association = try await OurClient.associate(port: Peers.running.services.port, query.sopClass)
            let answer = try await query.ask(.limit, over: association)
            #expect(answer.outcome == .truncated(.byServer))
            #expect(answer.matches == query.matches(1...3, of: try query.keys(.limit)))
            #expect(answer.statistics.strayResponses == 0)
            let next = try await query.ask(query.someMatches, over: association)
            #expect(next.outcome == .complete)
            #expect(next.matches.count == query.matchCount)
            #expect(next.statistics.strayResponses == 0)
            #expect(await association.release() == .released)
        }

        @Test("One association serves them all, one after the other")
        func oneAssociation() async throws {
            let configuration = OurClient.configuration(
                port: try Peers.running.services.port,
                sopClasses: ServiceQuery.all.map(\.sopClass) + [SOPClass.verification]
            )
            let association = try await Association.connect(configuration)
            #expect(association.negotiated.accepted.count == ServiceQuery.all.count + 1)
            for query in ServiceQuery.all {
                let answer = try await query.ask(query.someMatches, over: association)
                #expect(answer.outcome == .complete, "\(query.service.title)")
                #expect(answer.matches == query.matches(1...query.matchCount, of: try query.keys(query.someMatches)))
            }
            #expect(await association.release() == .released)
        }

        @Test("Queries started together over one association get their own matches each")
        func together() async throws {
            let queries = ServiceQuery.all.filter(\.allowsSeveralMatches).prefix(6)
            let configuration = OurClient.configuration(
                port: try Peers.running.services.port,
                sopClasses: queries.map(\.sopClass)
            )
            let association = try await Association.connect(configuration)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for query in queries {
                    group.addTask {
                        let answer = try await query.ask(.matches(20), over: association)
                        #expect(answer.outcome == .complete)
                        #expect(answer.matches == query.matches(1...20, of: try query.keys(.matches(20))))
                    }
                }
                try await group.waitForAll()
            }
            #expect(await association.release() == .released)
        }

        @Test("Several associations at once each get their own answers")
        func severalAssociations() async throws {
            let port = try Peers.running.services.port
            try await withThrowingTaskGroup(of: Void.self) { group in
                for query in ServiceQuery.all.filter(\.allowsSeveralMatches).prefix(8) {
                    group.addTask {
                        let answer = try await query.ask(.matches(20), port: port)
                        #expect(answer.outcome == .complete)
                        #expect(answer.matches == query.matches(1...20, of: try query.keys(.matches(20))))
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test("C-ECHO asked while a query streams waits for its turn, and both are answered")
        func echoWithinFind() async throws {
            let query = ServiceQuery.worklist
            let sopClasses = [query.sopClass, SOPClass.verification]
            let port = try Peers.running.services.port
            let association = try await Association.connect(OurClient.configuration(port: port, sopClasses: sopClasses))
            let find = try await association.find(query.identifier(.matches(200)), sopClass: query.sopClass)
            async let echo = association.echo()
            let answer = try await ServiceAnswer(reading: find)
            #expect(answer.outcome == .complete)
            #expect(answer.matches == query.matches(1...200, of: try query.keys(.matches(200))))
            guard case .answered(.success, _) = try await echo else {
                Issue.record("C-ECHO ended as \(try await echo)")
                return
            }
            #expect(await association.release() == .released)
        }
    }
}
