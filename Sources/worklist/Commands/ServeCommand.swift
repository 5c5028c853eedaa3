import ArgumentParser
import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import Terminal
import WorklistBrowser
import WorklistServer

/// `worklist serve`: a worklist server in the foreground.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a worklist: from a folder of .wl files, or a synthetic schedule.",
        discussion: """
            The folder is laid out as for wlmscpfs: a sub-folder for each called AE title, named after it, with the .wl \
            files in it. Changed, new and removed files are noticed. Without --folder a synthetic schedule for today is served.

            With --tls-cert it speaks TLS; with --tls-ca it wants certificates from its clients. Clients that do not get \
            through are told on standard error.

            It prints one line when it is ready, and stops on Ctrl-C or TERM.

            \(Examples.text(Examples.serve))
            """
    )

    @Option(help: ArgumentHelp("Port to listen on; 0 lets the system choose.", valueName: "port"))
    var port = 11_112

    @Option(help: ArgumentHelp("Address to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(
        help: ArgumentHelp("Answer only to this AE title; may be repeated. Any, unless given.", valueName: "AE")
    )
    var ae: [String] = []

    @Option(help: ArgumentHelp("A folder of .wl files.", valueName: "dir"), completion: .directory)
    var folder: String?

    @Option(help: ArgumentHelp("A store, as 'worklist store import' makes one.", valueName: "file"))
    var store: String?

    @Option(help: ArgumentHelp("Items of the synthetic schedule.", valueName: "n"))
    var items = 300

    @Option(help: ArgumentHelp("Seed of the synthetic schedule.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(name: .customLong("max-associations"), help: ArgumentHelp("Associations at once.", valueName: "n"))
    var maximumAssociations = 4_096

    @OptionGroup
    var tls: TLSServerOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535.") }
        guard (1...100_000).contains(items) else { throw ValidationError("--items takes 1 to 100000.") }
        guard maximumAssociations > 0 else { throw ValidationError("--max-associations takes 1 or more.") }
    }

    func run() async throws {
        var policy = ServerConfiguration.policy(sopClasses: WorklistService.sopClasses)
        policy.extendedNegotiation = WorklistNegotiation.answer
        for title in ae {
            do {
                policy.calledAETitles.insert(try AETitle(title))
            } catch {
                throw CommandFailure.usage("--ae '\(title)' is no AE title: \(error)")
            }
        }
        let security = try tls.security()
        let service: WorklistService
        let what: String
        if let file = store {
            do {
                let store = try WorklistStore(path: file)
                service = WorklistService(source: store)
                what = "store \(file), \(try await store.count()) items"
            } catch {
                throw CommandFailure.usage("\(error)")
            }
        } else if let folder {
            let store = WorklistFolder(path: folder)
            // Read now: the first query finds it warm, and what cannot be read is said before anyone asks.
            var count = 0
            do {
                count = try store.count()
            } catch {
                throw CommandFailure.usage(error.description)
            }
            for problem in store.problems() {
                StandardError.write("worklist: left out \(TerminalText(problem.description).string)\n")
            }
            service = WorklistService(source: store)
            what = "folder \(folder), \(count) items"
        } else {
            let date = WallClock.now().queryMoment.date
            service = WorklistService(source: DemoSchedule(date: date, seed: seed, count: items))
            what = "synthetic schedule of \(date.formatted), \(items) items"
        }
        let server: DICOMServer
        do {
            server = try await DICOMServer.start(
                ServerConfiguration(
                    host: host,
                    port: port,
                    policy: policy,
                    maximumAssociations: maximumAssociations,
                    security: security
                )
            )
        } catch {
            throw CommandFailure(.network, error.description)
        }
        service.bind(to: server)
        server.observers.add(.association) { observation in
            guard case .aborted(let end) = observation.happening, let words = TLSWords.refused(end) else { return }
            StandardError.write(
                "worklist: \(TerminalText("\(observation.association.remoteAddress): \(words)").string)\n"
            )
        }
        // Before the ready line: whoever reads it may stop us at once.
        let (signals, signalled) = AsyncStream.makeStream(of: Void.self)
        let interrupts = InterruptWatch { _ in signalled.finish() }
        let title = ae.isEmpty ? "any AE title" : ae.joined(separator: ", ")
        let ready = "worklist server ready: \(title) on \(host) port \(server.port), \(tls.words)\(what)"
        StandardOutput.shared.writeLine(TerminalText(ready).string)
        for await _ in signals {}
        // A second signal ends the program at once.
        interrupts.stop()
        await server.stop()
    }
}
