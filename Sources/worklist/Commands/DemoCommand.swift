import ArgumentParser
import DICOMData
import DICOMMatching
import DICOMNetwork
import DICOMProtocol
import NIOConcurrencyHelpers
import WorklistBrowser
import WorklistServer

/// `worklist demo`: a server with a synthetic schedule for today in this process, and the browser on it.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Browse a synthetic schedule; nothing leaves this machine.",
        discussion: """
            All names are invented. The server listens on 127.0.0.1 only, and ends with the browser.

            \(Examples.text(Examples.demo))
            """
    )

    @OptionGroup var browser: BrowserOptions

    @Option(help: ArgumentHelp("How many items the schedule has.", valueName: "n"))
    var items = 300

    @Option(help: ArgumentHelp("The schedule is the same for the same seed and day.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("The port it listens on; 0 for any that is free.", valueName: "n"))
    var port = 0

    @Option(
        name: .customLong("hold-first"),
        help: ArgumentHelp(
            "The first query stops after so many matches until it is cancelled.",
            valueName: "n",
            visibility: .hidden
        )
    )
    var holdFirst: Int?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535.") }
        if let holdFirst, holdFirst < 0 { throw ValidationError("--hold-first takes 0 or more.") }
        guard (1...100_000).contains(items) else { throw ValidationError("--items takes 1 to 100000.") }
    }

    func run() async throws {
        let clock = BrowserClock(fixed: browser.clock.flatMap(BrowserOptions.moment))
        let server: DemoServer
        do {
            server = try await DemoServer.start(
                count: items,
                seed: seed,
                at: clock.now().queryMoment,
                port: port,
                holdFirst: holdFirst
            )
        } catch {
            throw CommandFailure(.network, "the demo server did not start: \(error)")
        }
        let configuration = try Configuration.load()
        let effects = EffectRunner.Options(configuration: configuration, terminal: browser.script == nil ? 1 : nil)
        let code = try await browser.run(servers: [server.profile], current: server.profile, effects: effects)
        await server.stop()
        if code != 0 { throw ExitCode(code) }
    }
}

/// The embedded server of the demonstration, on loopback and a port of the system's choice.
struct DemoServer: Sendable {
    let profile: ServerProfile
    private let server: DICOMServer

    /// The steps of the day are as far as they would be at `now`.
    static func start(
        count: Int,
        seed: UInt64 = 1,
        at now: QueryMoment,
        port: Int = 0,
        holdFirst: Int? = nil
    ) async throws -> DemoServer {
        let schedule = DemoSchedule(date: now.date, second: now.second, seed: seed, count: count)
        var policy = ServerConfiguration.policy(sopClasses: [SOPClass.modalityWorklistFind])
        policy.extendedNegotiation = WorklistNegotiation.answer
        let server = try await DICOMServer.start(
            ServerConfiguration(host: "127.0.0.1", port: port, policy: policy)
        )
        let hasHeld = NIOLockedValueBox(holdFirst == nil)
        let service = WorklistService(source: schedule) { event, sent in
            guard sent == holdFirst, !hasHeld.withLockedValue({ $0 }) else { return }
            hasHeld.withLockedValue { $0 = true }
            // Cancelling ends the sleep at once.
            while !event.isCancelled, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
        }
        service.bind(to: server)
        var profile = ServerProfile(name: "DEMO", host: "127.0.0.1", port: server.port, calledAETitle: "DEMO")
        profile.accent = .demo
        // One of the schedule's scanners, so that "this scanner" and "this modality" have something to show.
        profile.modality = "CT"
        profile.stationAETitle = "CT01"
        return DemoServer(profile: profile, server: server)
    }

    func stop() async { await server.stop() }
}
