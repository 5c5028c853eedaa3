import DICOMData
import DICOMNetwork
import DICOMProtocol
import Testing

extension Interoperability {
    /// pynetdicom's client, our server: every SOP class that uses C-FIND.
    @Suite("Our server answers every service")
    struct ServiceServerTests {
        /// Asks each of the services over one association, and says that the handlers read what pydicom had written.
        private func ask(
            _ queries: [ServiceQuery],
            cancelAfter: Int? = nil,
            _ behaviour: (ServiceQuery) -> Behaviour
        ) async throws -> [(query: ServiceQuery, answer: PynetdicomTranscript.Answer)] {
            try await ServiceServer.with { server in
                var steps: [PynetdicomPlan.Step] = []
                for (number, query) in queries.enumerated() {
                    let keys = try query.keys(behaviour(query))
                    steps.append(.find(query.sopClass, keys, messageID: 100 + number, cancelAfter: cancelAfter))
                }
                let plan = PynetdicomPlan(port: server.port, sopClasses: queries.map(\.sopClass), steps: steps)
                let transcript = try #require(try await PynetdicomClient.run(plan).first)
                #expect(transcript.answers.count == queries.count)
                let requests = server.requests.all
                #expect(requests.map(\.sopClass) == queries.map(\.sopClass))
                #expect(requests.map(\.asked) == transcript.answers.map { $0.asked ?? [:] })
                return Array(zip(queries, transcript.answers)).map { (query: $0, answer: $1) }
            }
        }

        @Test("Matches arrive with every key as it was asked, then Success without an identifier")
        func matches() async throws {
            for (query, answer) in try await ask(ServiceQuery.all, \.someMatches) {
                let title = query.service.title
                let count = query.matchCount
                #expect(answer.statuses == Array(repeating: 0xFF00, count: count) + [0x0000], "\(title)")
                let expected = query.matches(1...count, of: answer.asked ?? [:])
                #expect(answer.responses.dropLast().map(\.texts) == expected, "\(title)")
                #expect(answer.responses.last?.texts == nil, "\(title)")
            }
        }

        @Test("FF01 arrives with its identifiers")
        func unsupportedKeys() async throws {
            let queries = ServiceQuery.all.filter(\.knowsUnsupportedKeys)
            for (query, answer) in try await ask(queries, { _ in .unsupportedKeys }) {
                let title = query.service.title
                #expect(answer.statuses == [0xFF01, 0xFF01, 0xFF01, 0x0000], "\(title)")
                let expected = query.matches(1...3, of: answer.asked ?? [:])
                #expect(answer.responses.dropLast().map(\.texts) == expected, "\(title)")
            }
        }

        @Test("A failure arrives with its comment and its offending elements")
        func failure() async throws {
            for (query, answer) in try await ask(ServiceQuery.all, { _ in .failure }) {
                #expect(answer.statuses == [0xA900], "\(query.service.title)")
                #expect(answer.responses.last?.comment == "Patient ID is no key here", "\(query.service.title)")
                #expect(answer.responses.last?.offending == ["00100020", "00080050"], "\(query.service.title)")
            }
        }

        @Test("A failure after a match leaves the match, without the comment of the failure")
        func lateFailure() async throws {
            let queries = ServiceQuery.all.filter(\.allowsSeveralMatches)
            for (query, answer) in try await ask(queries, { _ in .lateFailure }) {
                let title = query.service.title
                #expect(answer.statuses == [0xFF00, 0xC001], "\(title)")
                #expect(answer.responses.first?.texts == query.match(1, of: answer.asked ?? [:]), "\(title)")
                #expect(answer.responses.map(\.comment) == [nil, "the index broke"], "\(title)")
                #expect(answer.responses.map(\.offending) == [[], ["00080018"]], "\(title)")
            }
        }

        @Test("No match is Success at once")
        func nothing() async throws {
            for (query, answer) in try await ask(ServiceQuery.all, { _ in .nothing }) {
                #expect(answer.statuses == [0x0000], "\(query.service.title)")
            }
        }

        @Test("C-CANCEL is answered with FE00, right behind the request or after a match")
        func cancel() async throws {
            for matches in [0, 1] {
                // The only match of Relevant Patient Information is held back until it is known that there is no other.
                let queries = ServiceQuery.all.filter { $0.allowsSeveralMatches || matches == 0 }
                for (query, answer) in try await ask(queries, cancelAfter: matches, { _ in .endless }) {
                    let title = query.service.title
                    #expect(answer.statuses.last == 0xFE00, "\(title)")
                    #expect(answer.statuses.dropLast().allSatisfy { $0 == 0xFF00 }, "\(title)")
                    #expect((matches...1).contains(answer.statuses.count - 1), "\(title)")
                }
            }
        }

        @Test("B001 of a Repository Query is followed by the final response")
        func resultLimit() async throws {
            let queries = ServiceQuery.all.filter(\.knowsResultLimit)
            for (_, answer) in try await ask(queries, { _ in .limit }) {
                #expect(answer.statuses == [0xFF00, 0xFF00, 0xFF00, 0xB001, 0x0000])
            }
        }

        @Test("More than one match of Relevant Patient Information is answered with C100, and with none of them")
        func tooManyMatches() async throws {
            let queries = ServiceQuery.all.filter { !$0.allowsSeveralMatches }
            #expect(queries.count == 3)
            for (query, answer) in try await ask(queries, { _ in .matches(3) }) {
                #expect(answer.statuses == [0xC100], "\(query.service.title)")
            }
        }

        @Test("Eight associations at once each get their own answers")
        func severalAssociations() async throws {
            let queries = ServiceQuery.all.filter(\.allowsSeveralMatches)
            try await ServiceServer.with { server in
                let steps = try queries.map { PynetdicomPlan.Step.find($0.sopClass, try $0.keys(.matches(5))) }
                let plan = PynetdicomPlan(
                    port: server.port,
                    sopClasses: queries.map(\.sopClass),
                    associations: 8,
                    steps: steps + [.echo]
                )
                let transcripts = try await PynetdicomClient.run(plan)
                #expect(transcripts.count == 8)
                for transcript in transcripts {
                    for (query, answer) in zip(queries, transcript.answers) {
                        let expected = query.matches(1...5, of: answer.asked ?? [:])
                        #expect(answer.responses.dropLast().map(\.texts) == expected)
                        #expect(answer.statuses.last == 0x0000)
                    }
                    #expect(transcript.answers.last?.statuses == [0x0000])
                }
                #expect(server.requests.all.count == 8 * queries.count)
            }
        }

        @Test("C-ECHO sent while a query is under way is answered, and the query keeps its matches")
        func echoWithinFind() async throws {
            let query = ServiceQuery.worklist
            try await ServiceServer.with { server in
                let step = PynetdicomPlan.Step.find(query.sopClass, try query.keys(.matches(200)), withEcho: true)
                let plan = PynetdicomPlan(port: server.port, sopClasses: [query.sopClass], steps: [step])
                let responses = try #require(try await PynetdicomClient.run(plan).first?.answers.first?.responses)
                let ofFind = responses.filter { $0.answers == 7 }
                #expect(ofFind.map(\.status) == Array(repeating: 0xFF00, count: 200) + [0x0000])
                #expect(responses.filter { $0.answers == 8 }.map(\.status) == [0x0000])
                #expect(responses.count == 202)
            }
        }
    }
}
