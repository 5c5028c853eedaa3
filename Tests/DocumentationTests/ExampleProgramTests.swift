import DICOMData
import DICOMNetwork
import DICOMProtocol
import Foundation
import Testing

/// The two example programs, run: against each other, against DCMTK, and against servers that behave badly.
@Suite("The example programs", .timeLimit(.minutes(2)))
struct ExampleProgramTests {
    private static func client(_ port: Int, _ modality: String = "CT", limit: Int? = nil) throws -> ExampleProgram {
        try ExampleProgram("QueryClient", ["RIS@127.0.0.1:\(port)", modality] + (limit.map { ["\($0)"] } ?? []))
    }

    /// Runs `body` against the example server.
    private static func withExampleServer(
        stoppedBy signal: Int32 = SIGTERM,
        _ body: (_ port: Int) async throws -> Void
    ) async throws -> ExampleProgram.Result {
        let server = try ExampleProgram("QueryServer", ["0"])
        try await body(try await server.port())
        server.signal(signal)
        return try await server.result()
    }

    @Test("Client and server together: the list of a modality, none of another, a limit", arguments: [SIGINT, SIGTERM])
    func together(signal: Int32) async throws {
        let server = try await Self.withExampleServer(stoppedBy: signal) { port in
            let list = try await Self.client(port).result()
            #expect(
                list.lines == [
                    "07:20  NOWAK, Łucja  PAT1  ACC1  CT Abdomen", "07:45  SMITH, John  PAT2  ACC2  CT Chest",
                ]
            )
            #expect(list.errors == "complete: 2 found\n")
            #expect(list.code == 0)

            let none = try await Self.client(port, "XA").result()
            #expect((none.output, none.errors, none.code) == ("", "complete: 0 found\n", 1))

            let limited = try await Self.client(port, limit: 1).result()
            #expect(limited.lines.count == 1)
            #expect(limited.errors == "truncated: there are more than 1\n")
            #expect(limited.code == 6)
        }
        #expect(server.code == 0)
        #expect(server.lines.count == 5, "one line for each association: \(server.output)")
        #expect(server.lines.dropFirst().prefix(3).allSatisfy { $0.hasSuffix(": association released") })
        #expect(server.lines.last == "stopped")
    }

    @Test("DCMTK's findscu and echoscu are served, and a key that makes no sense is answered with A900")
    func dcmtk() async throws {
        _ = try await Self.withExampleServer { port in
            let echo = try await ExampleProgram(
                path: try ExampleProgram.tool("echoscu"),
                ["-aec", "RIS", "127.0.0.1", "\(port)"]
            ).result()
            #expect(echo.code == 0)
            func find(_ key: String) async throws -> ExampleProgram.Result {
                let arguments = ["-v", "-W", "-aec", "RIS", "-k", key, "-k", "0010,0020", "127.0.0.1", "\(port)"]
                return try await ExampleProgram(path: try ExampleProgram.tool("findscu"), arguments).result()
            }
            let names = try await find("0010,0010=smith*")
            let identifiers = names.everything.split(separator: "\n").filter { $0.contains("(0010,0020) LO [PAT") }
            #expect(identifiers.count == 2, "\(names.everything)")
            #expect(names.everything.contains("Final Find Response (Success)"), "\(names.everything)")
            let date = try await find("0040,0100[0].0040,0002=soon")
            #expect(date.everything.contains("DataSetDoesNotMatchSOPClass"), "\(date.everything)")
        }
    }

    @Test("The client reads the worklist of DCMTK's wlmscpfs")
    func wlmscpfs() async throws {
        let folder = try TemporaryFolder()
        let items = folder.url.appending(path: "RIS")
        try FileManager.default.createDirectory(at: items, withIntermediateDirectories: true)
        try Data().write(to: items.appending(path: "lockfile"))
        try Data(try Self.worklistFile()).write(to: items.appending(path: "one.wl"))
        // Below the range of outgoing connections, so that none of them has it.
        for port in (20_000..<32_000).shuffled().prefix(5) {
            let server = try ExampleProgram(
                path: try ExampleProgram.tool("wlmscpfs"),
                ["-dfp", folder.url.path, "-csk", "-dhl", "\(port)"]
            )
            for _ in 0..<200 {
                let result = try await Self.client(port).result()
                if result.code == 3, server.errors.isEmpty {
                    try await Task.sleep(for: .milliseconds(20))
                    continue
                }
                if result.code == 3 { break }
                #expect(result.lines == ["09:30  DOE, Jane  P7  A7  CT Head"], "\(result)")
                #expect(result.errors == "complete: 1 found\n")
                #expect(result.code == 0)
                return
            }
        }
        Issue.record("wlmscpfs never answered")
    }

    @Test("Ctrl-C: what has come stays, and the outcome is cancelled")
    func interrupt() async throws {
        try await withServer { event, responder in
            try await responder.send(.pending, try item(1))
            while !event.isCancelled { try await Task.sleep(for: .milliseconds(5)) }
        } _: { server in
            let client = try Self.client(server.port)
            try await client.until("printed a match") { client.output.contains("TEST, N1") }
            client.signal(SIGINT)
            let result = try await client.result()
            #expect(result.errors.hasPrefix("cancelled: the server stopped "), "\(result.errors)")
            #expect(result.lines.count == 1)
            #expect(result.code == 6)
        }
    }

    @Test("A failure of the server is told with its status and comment, without what could command a terminal")
    func failure() async throws {
        try await withServer { _, responder in
            try await responder.finish(StatusReply(.outOfResources, errorComment: "the database is down"))
        } _: { server in
            let result = try await Self.client(server.port).result()
            #expect(result.errors == "failed: A700 refused: out of resources. the database is down\n")
            #expect(result.code == 5)
        }
        try await withServer { _, responder in
            var item = try item(1)
            item.set(DataElement(tag: .patientName, vr: .PN, bytes: "EVIL^\u{1B}[2J".utf8))
            try await responder.send(.pending, item)
        } _: { server in
            let result = try await Self.client(server.port).result()
            #expect(!result.output.contains("\u{1B}"))
            #expect(result.lines.count == 1)
        }
    }

    @Test("An abort in the middle is told, and keeps what has come")
    func abort() async throws {
        try await withServer { event, responder in
            try await responder.send(.pending, try item(1))
            event.association.abort()
            while event.association.isEstablished { try await Task.sleep(for: .milliseconds(2)) }
        } _: { server in
            let result = try await Self.client(server.port).result()
            #expect(result.errors.hasPrefix("aborted: "), "\(result.errors)")
            #expect(result.code == 6)
        }
    }

    @Test("A rejection, a closed port and a wrong command line have exit codes of their own")
    func refusals() async throws {
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.calledAETitles = [try AETitle("OTHER")]
        var port = 0
        try await withServer(policy: policy) { server in
            port = server.port
            let result = try await Self.client(server.port).result()
            #expect(result.errors.contains("called AE title not recognized"), "\(result.errors)")
            #expect(result.code == 4)
        }
        let closed = try await Self.client(port).result()
        #expect(closed.errors.contains("cannot connect"), "\(closed.errors)")
        #expect(closed.code == 3)
        let usage = try await ExampleProgram("QueryClient", ["RIS"]).result()
        #expect(usage.errors.hasPrefix("usage: "))
        #expect(usage.code == 2)
    }

    /// A DICOM file with one item for today.
    private static func worklistFile() throws -> [UInt8] {
        var step = DataSet()
        try step.set(.modality, "CT")
        try step.set(.scheduledStationAETitle, "CT01")
        try step.set(.scheduledProcedureStepStartDate, Noon.today.description)
        try step.set(.scheduledProcedureStepStartTime, "0930")
        try step.set(.scheduledProcedureStepDescription, "CT Head")
        try step.set(.scheduledProcedureStepID, "S7")
        var item = DataSet()
        item.setItems(.scheduledProcedureStepSequence, [step])
        try item.set(.patientName, "DOE^Jane")
        try item.set(.patientID, "P7")
        try item.set(.patientBirthDate, "19700101")
        try item.set(.patientSex, "F")
        try item.set(.accessionNumber, "A7")
        try item.set(.requestedProcedureID, "R7")
        try item.set(.requestedProcedureDescription, "CT Head")
        try item.set(.studyInstanceUID, "2.25.7")
        return try DICOMFile(dataSet: item, transferSyntax: .explicitVRLittleEndian).encoded()
    }
}

extension ExampleProgram.Result {
    var everything: String { output + errors }
}
