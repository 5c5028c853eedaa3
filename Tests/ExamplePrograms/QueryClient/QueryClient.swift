// Prints today's worklist of one modality: QueryClient RISMWL@192.0.2.7:104 CT [LIMIT]
// Exit codes: 0 matches, 1 none, 2 usage, 3 network, 4 rejected, 5 failed by the server, 6 only a part of the list.

import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Dispatch
import Glibc

@main
struct QueryClient {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count > 1, let server = server(arguments[0]),
            let limit = arguments.count > 2 ? Int(arguments[2]) : 1000
        else {
            say("usage: QueryClient AETITLE@HOST:PORT MODALITY [LIMIT]")
            exit(2)
        }
        do {
            exit(try await ask(server, modality: arguments[1], limit: limit))
        } catch let failure as AssociationFailure {
            say("\(failure)")
            exit(failure.isRefusal ? 4 : 3)
        } catch {
            say("\(error)")
            exit(2)
        }
    }

    /// Reads AETITLE@HOST:PORT.
    static func server(_ text: String) -> AssociationConfiguration? {
        let parts = text.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let colon = parts[1].lastIndex(of: ":"),
            let port = Int(parts[1][colon...].dropFirst())
        else { return nil }
        return AssociationConfiguration(
            host: String(parts[1][..<colon]),
            port: port,
            calledAETitle: String(parts[0]),
            callingAETitle: "QUERYCLIENT",
            sopClasses: [SOPClass.modalityWorklistFind]
        )
    }

    static func ask(_ server: AssociationConfiguration, modality: String, limit: Int) async throws -> Int32 {
        let identifier = try Query.worklist(.thisModality(modality)).identifier(now: now())
        let association = try await Association.connect(server)
        let find = try await association.find(
            identifier,
            sopClass: SOPClass.modalityWorklistFind,
            options: FindOptions(limit: limit)
        )
        // Ctrl-C asks the server to stop. What it has sent by then is still printed; a server that goes on is left.
        signal(SIGINT, SIG_IGN)
        let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        interrupt.setEventHandler { find.cancel() }
        interrupt.resume()

        for await match in find { show(match.dataSet) }
        let result = await find.result
        interrupt.cancel()
        await association.release()
        return report(result)
    }

    /// The moment of the query, by the clock of this machine.
    static func now() -> QueryMoment {
        var (seconds, local) = (time(nil), tm())
        localtime_r(&seconds, &local)
        return QueryMoment(date: .today(unixSeconds: Int64(seconds), utcOffsetSeconds: local.tm_gmtoff))
    }

    /// One line for a match, as soon as it is there.
    static func show(_ item: DataSet) {
        let step = item.items(.scheduledProcedureStepSequence).first
        let time = step?.string(.scheduledProcedureStepStartTime).flatMap { DICOMTime(parsing: $0) }
        let name = item.personName(.patientName)
        let others = [.patientID, .accessionNumber, .requestedProcedureDescription].map { item.string($0) ?? "" }
        print(([time?.formatted ?? "", name?.formatted ?? ""] + others).map(printable).joined(separator: "  "))
        fflush(nil)
    }

    /// How it ended, told truly, and the exit code for it.
    static func report(_ result: FindResult) -> Int32 {
        let count = result.statistics.matches
        switch result.outcome {
        case .complete:
            say("complete: \(count) found")
            return count > 0 ? 0 : 1
        case .failed(let failure):
            say("failed: \(failure.status) \(failure.meaning). \(printable(failure.errorComment ?? ""))")
            return 5
        case .cancelled(let cancel):
            say("cancelled: the server stopped \(Int(cancel.milliseconds)) ms later, with \(cancel.matchesAfter) more")
        case .truncated(.ownLimit(let rows, _)): say("truncated: there are more than \(rows)")
        case .truncated(.byServer): say("truncated: the server stopped at a limit of its own")
        case .aborted(let abort): say("aborted: \(abort.explanation)")
        case .timedOut(let wait, let seconds): say("timed out: \(wait.rawValue) did not come within \(seconds) s")
        case .lost(.connectionClosed(let detail)): say("lost: \(detail)")
        case .lost(.releasedByPeer): say("lost: the server released the association")
        }
        return 6
    }

    /// Text from outside without what could command a terminal.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    /// A line on standard error.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
