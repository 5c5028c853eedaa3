import DICOMNetwork
import Glibc
import Logging
import Terminal
import WorklistServer

/// A running `worklist serve`: the server, its log, its counters, and what signals do to them.
final class ServeProgram {
    private let load: () throws(CommandFailure) -> ServeSettings
    private var settings: ServeSettings
    private var sink: LogSink
    private let log: ActivityLog
    private let counters: ServerCounters
    private let items = ItemCount()
    private let server: DICOMServer
    private let gate: QueryGate
    private let signals: ServeSignals
    private var metrics: MetricsEndpoint?
    private var source: ServeSource
    /// Standard error was a terminal when it began.
    private let hadTerminal = StandardError.isTerminal

    private var logger: Logger { log.logger }

    /// Starts to listen, and says so on standard output.
    static func start(_ load: @escaping () throws(CommandFailure) -> ServeSettings) async throws -> ServeProgram {
        let program = try await ServeProgram(load)
        try await program.startMetrics()
        program.sayReady()
        return program
    }

    private init(_ load: @escaping () throws(CommandFailure) -> ServeSettings) async throws {
        self.load = load
        settings = try load()
        sink = try LogSink(path: settings.log.file)
        log = ActivityLog(LineLog.logger(settings.log, sink: sink))
        let source = try await ServeSource.open(settings.source)
        for problem in source.problems {
            StandardError.write("worklist: left out \(TerminalText(problem).string)\n")
        }
        let items = items
        if settings.metricsPort != nil { await items.follow(source.source) }
        counters = ServerCounters { items.value }
        var configuration = ServerConfiguration(
            host: settings.host,
            port: settings.port,
            policy: ServerConfiguration.policy(sopClasses: []),
            logger: log.logger
        )
        settings.apply(to: &configuration, security: try settings.tls?.security())
        configuration.activity = { [log, counters] activity in
            counters.record(activity)
            log.record(activity)
        }
        let descriptors = DescriptorLimit.raise()
        if settings.maximumAssociations > descriptors - DescriptorLimit.reserve {
            log.logger.notice(
                "fewer associations than configured are possible",
                metadata: [
                    "configured": .stringConvertible(settings.maximumAssociations),
                    "possible": .stringConvertible(max(1, descriptors - DescriptorLimit.reserve)),
                    "why": "the system allows \(descriptors) open files: ulimit -n",
                ]
            )
        }
        do {
            server = try await DICOMServer.start(configuration)
        } catch {
            throw CommandFailure(.network, error.description)
        }
        gate = QueryGate(server, limits: settings.limits)
        source.bind(settings.personality, to: gate)
        // Before the ready line: whoever reads it may stop us at once.
        signals = ServeSignals()
        self.source = source
    }

    private func startMetrics() async throws {
        guard let port = settings.metricsPort else { return }
        do {
            metrics = try await MetricsEndpoint.start(port: port) { [counters] in counters.text }
        } catch {
            throw CommandFailure(
                .network,
                "cannot listen on 127.0.0.1 port \(port) for --metrics: \(error). Choose another port."
            )
        }
    }

    private func sayReady() {
        var ready = "worklist server ready: \(settings.titleWords) on \(settings.host) port \(server.port), "
        ready += (settings.tls?.words ?? "") + source.words
        if let metrics { ready += ", metrics on http://127.0.0.1:\(metrics.port)/metrics" }
        if !settings.personality.isPlain { ready += ", \(settings.personality.words)" }
        StandardOutput.shared.writeLine(TerminalText(ready).string)
        logger.info(
            "server ready",
            metadata: [
                "host": "\(settings.host)", "port": .stringConvertible(server.port), "serving": "\(source.words)",
            ]
        )
    }

    /// Until it is told to stop.
    func run() async {
        var stopping: Task<Void, Never>?
        for await signal in signals.stream {
            // Without its terminal HUP is no wish to reload.
            if signal == SIGHUP, !(hadTerminal && !StandardError.isTerminal) {
                if stopping == nil { await reload() }
                continue
            }
            guard stopping == nil else {
                logger.notice("server stops at once")
                break
            }
            logger.info(
                "server stops",
                metadata: ["associations": .stringConvertible(server.associationCount)]
            )
            // A third one ends the program as any other.
            let (server, grace, signals) = (server, settings.grace, signals)
            stopping = Task {
                await server.stop(grace: grace)
                signals.stop()
            }
        }
        await server.stop()
        await stopping?.value
        await metrics?.stop()
        logger.info("server stopped")
    }

    // MARK: HUP

    /// Takes the configuration as it is now; keeps all of the old one if anything of the new cannot be used.
    private func reload() async {
        do {
            let fresh = try load()
            let security = try fresh.tls?.security()
            let source = try await reopened(fresh.source)
            let sink = fresh.log.file == settings.log.file ? self.sink : try LogSink(path: fresh.log.file)
            try sink.reopen()
            self.sink = sink
            log.logger = LineLog.logger(fresh.log, sink: sink)
            for problem in source.problems { logger.warning("file left out", metadata: ["file": "\(problem)"]) }
            sayWhatStays(fresh)
            server.update { fresh.apply(to: &$0, security: security) }
            gate.limits = fresh.limits
            source.bind(fresh.personality, to: gate)
            if metrics != nil { await items.follow(source.source) }
            settings = fresh
            self.source = source
            logger.notice("configuration read anew", metadata: ["serving": "\(source.words)"])
        } catch {
            logger.error(
                "configuration not taken, the old one stays",
                metadata: ["why": "\(error.message)"]
            )
        }
    }

    /// A store that stays is open, and up to date; all else is read anew.
    private func reopened(_ fresh: ServeSettings.Source) async throws(CommandFailure) -> ServeSource {
        if case .store = fresh, fresh == settings.source { return source }
        return try await ServeSource.open(fresh)
    }

    private func sayWhatStays(_ fresh: ServeSettings) {
        var kept: [String] = []
        if fresh.host != settings.host || fresh.port != settings.port { kept.append("host and port") }
        if fresh.metricsPort != settings.metricsPort { kept.append("metrics port") }
        guard !kept.isEmpty else { return }
        logger.warning("needs a new start", metadata: ["what": "\(kept.joined(separator: ", "))"])
    }
}
