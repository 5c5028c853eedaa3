// Answers Modality Worklist queries from a list in memory: QueryServer [PORT]
// Ctrl-C or SIGTERM stops it. It listens on this machine only, and lets anybody in.

import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Dispatch
import Glibc

@main
struct QueryServer {
    static func main() async throws {
        let port = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) : 11112
        guard let port else { return say("usage: QueryServer [PORT]") }
        let items = [
            try item(1, "NOWAK^Łucja", "CT", at: "0720", "CT Abdomen"),
            try item(2, "SMITH^John", "CT", at: "0745", "CT Chest"),
            try item(3, "YAMADA^Hanako=山田^花子", "MR", at: "0815", "MR Knee left"),
            try item(4, "SMITH^Joan", "US", at: "1030", "US Liver"),
        ]
        let policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        let server = try await DICOMServer.start(ServerConfiguration(port: port, policy: policy))
        server.bindFind(for: SOPClass.modalityWorklistFind, with: items, handler: answer)

        // One line for each association, when it is over.
        let log = server.observers.add(.association) { observation in
            switch observation.happening {
            case .released, .rejected, .aborted:
                say("\(observation.association.remoteAddress): \(observation.happening.summary)")
            default: break
            }
        }
        say("listening on port \(server.port)")
        await untilStopped()
        await server.stop()
        await log.finish()
        say("stopped")
    }

    /// Compares the items one by one and sends each match as it is found; a peer that reads slowly slows this loop.
    ///
    /// What is left out here is done by the server: Success at the end, FE00 after a C-CANCEL, C310 for an identifier
    /// that cannot be decoded.
    static func answer(_ event: FindEvent, _ responder: FindResponder, items: [DataSet]) async throws {
        let identifier = try event.identifier
        let query: CompiledQuery
        do {
            query = try CompiledQuery(identifier: identifier, rules: .worklist)
        } catch {
            let (comment, element) = (error.description, error.offendingElement)
            let reply = StatusReply(.identifierDoesNotMatch, errorComment: comment, offendingElements: [element])
            try await responder.finish(reply)
            return
        }
        // FF01 says that some key could not be compared.
        let status: Status = query.unsupportedKeys.isEmpty ? .pending : .pendingWithUnsupportedKeys
        for item in items {
            if event.isCancelled { return }
            if query.matches(item) { try await responder.send(status, query.response(for: item)) }
        }
    }

    /// An examination today.
    static func item(
        _ number: Int,
        _ name: String,
        _ modality: String,
        at hour: String,
        _ procedure: String
    ) throws -> DataSet {
        var (seconds, local) = (time(nil), tm())
        localtime_r(&seconds, &local)
        let today = DICOMDate.today(unixSeconds: Int64(seconds), utcOffsetSeconds: local.tm_gmtoff)

        var step = DataSet(inheriting: .utf8)
        try step.set(.modality, modality)
        try step.set(.scheduledStationAETitle, modality + "01")
        try step.set(.scheduledProcedureStepStartDate, today.description)
        try step.set(.scheduledProcedureStepStartTime, hour)
        try step.set(.scheduledProcedureStepID, "STEP\(number)")
        var item = DataSet()
        item.declare(.utf8)
        try item.set(.patientName, name)
        try item.set(.patientID, "PAT\(number)")
        try item.set(.accessionNumber, "ACC\(number)")
        try item.set(.requestedProcedureID, "PROC\(number)")
        try item.set(.requestedProcedureDescription, procedure)
        try item.set(.studyInstanceUID, "2.25.2026\(number)")
        item.setItems(.scheduledProcedureStepSequence, [step])
        return item
    }

    /// Waits for SIGINT or SIGTERM.
    static func untilStopped() async {
        let (signals, arrival) = AsyncStream.makeStream(of: Int32.self)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { arrival.yield(number) }
            source.resume()
            return source
        }
        for await _ in signals { break }
        for source in sources { source.cancel() }
    }

    /// Prints a line at once, to a file or a pipe too.
    static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}
