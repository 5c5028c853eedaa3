import ArgumentParser
import DICOMProtocol
import Logging
import Terminal
import WorklistBrowser
import WorklistServer

/// `worklist serve`: a worklist server in the foreground.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a worklist: a folder of .wl files, a store, or a synthetic schedule.",
        discussion: """
            The folder is laid out as for wlmscpfs: a sub-folder for each called AE title, named after it, with the .wl \
            files in it. Changed, new and removed files are noticed. A store is filled by 'worklist store import'. Without \
            either a synthetic schedule for today is served.

            With --tls-cert it speaks TLS; with --tls-ca it wants certificates from its clients. Clients that do not get \
            through, and peers that are rejected, are told in the log.

            It prints one line when it is ready. TERM or Ctrl-C stops it in peace: queries under way are answered, \
            associations released; a second one stops it at once. HUP reads configuration, certificates and folder anew \
            and opens the log file again; a broken configuration changes nothing. Flags win over the file.

            The log has a line for each association and query at level info, and one for each rejection at level notice. \
            It names keys, never their values.

            --like and --quirk play other servers, for tests and training: \
            \(Quirk.Name.allCases.map { "\($0.rawValue) (\($0.words))" }.joined(separator: ", ")).

            \(Examples.text(Examples.serve))
            """
    )

    @Option(
        help: ArgumentHelp("A TOML file with any of what follows, and access rules.", valueName: "file"),
        completion: .file()
    )
    var config: String?

    @Flag(name: .customLong("sample-config"), help: "Print such a file, with everything in it, and stop.")
    var printsSample = false

    @Option(help: ArgumentHelp("Port to listen on; 0 lets the system choose. 11112 unless given.", valueName: "port"))
    var port: Int?

    @Option(help: ArgumentHelp("Address to listen on; 127.0.0.1 unless given.", valueName: "address"))
    var host: String?

    @Option(
        help: ArgumentHelp("Answer only to this AE title; may be repeated. Any, unless given.", valueName: "AE")
    )
    var ae: [String] = []

    @Option(
        help: ArgumentHelp("Offer only this model: worklist, patient or study; may be repeated.", valueName: "name"),
        completion: .list(ServeSettings.servedModels)
    )
    var model: [String] = []

    @Option(help: ArgumentHelp("A folder of .wl files.", valueName: "dir"), completion: .directory)
    var folder: String?

    @Option(
        help: ArgumentHelp("A store, as 'worklist store import' makes one.", valueName: "file"),
        completion: .file()
    )
    var store: String?

    @Option(help: ArgumentHelp("Items of the synthetic schedule; 300 unless given.", valueName: "n"))
    var items: Int?

    @Option(help: ArgumentHelp("Seed of the synthetic schedule; 1 unless given.", valueName: "n"))
    var seed: UInt64?

    @Option(
        name: .customLong("max-associations"),
        help: ArgumentHelp("Associations at once; 4096 unless given.", valueName: "n")
    )
    var maximumAssociations: Int?

    @Option(
        name: .customLong("max-rows"),
        help: ArgumentHelp("Matches of one query; one with more is answered with A700.", valueName: "n")
    )
    var maximumRows: Int?

    @Option(
        name: .customLong("max-seconds"),
        help: ArgumentHelp("Seconds a query may take; then it is answered with A700.", valueName: "s")
    )
    var maximumSeconds: Double?

    @Option(help: ArgumentHelp("Seconds for what is under way when it is stopped; 10 unless given.", valueName: "s"))
    var grace: Double?

    @Option(
        name: .customLong("log-level"),
        help: ArgumentHelp("debug, info, notice, warning or error; notice unless given.", valueName: "level"),
        completion: .list(Logger.Level.allCases.map(\.rawValue))
    )
    var logLevel: String?

    @Option(
        name: .customLong("log-format"),
        help: ArgumentHelp("text, or json for a JSON object on each line.", valueName: "format"),
        completion: .list(["text", "json"])
    )
    var logFormat: String?

    @Option(
        name: .customLong("log-file"),
        help: ArgumentHelp("Append the log to this file (mode 0600) instead of standard error.", valueName: "file"),
        completion: .file()
    )
    var logFile: String?

    @Option(
        help: ArgumentHelp("Counters for Prometheus on http://127.0.0.1:PORT/metrics.", valueName: "port")
    )
    var metrics: Int?

    @Option(
        help: ArgumentHelp("Play another server: wlmscpfs or orthanc.", valueName: "name"),
        completion: .list(Personality.Model.allCases.map(\.rawValue))
    )
    var like: String?

    @Option(
        help: ArgumentHelp("Have a quirk, such as ff01 or slow=20; may be repeated.", valueName: "name"),
        completion: .list(Quirk.Name.allCases.map(\.rawValue))
    )
    var quirk: [String] = []

    @OptionGroup
    var tls: TLSServerOptions

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port takes 0 to 65535.") }
        if let metrics, !(0...65_535).contains(metrics) { throw ValidationError("--metrics takes 0 to 65535.") }
        if let items, !(1...100_000).contains(items) { throw ValidationError("--items takes 1 to 100000.") }
        if let maximumAssociations, maximumAssociations < 1 {
            throw ValidationError("--max-associations takes 1 or more.")
        }
        if let maximumRows, maximumRows < 1 { throw ValidationError("--max-rows takes 1 or more.") }
        if let maximumSeconds, !(0.001...86_400).contains(maximumSeconds) {
            throw ValidationError("--max-seconds takes 0.001 to 86400.")
        }
        if let grace, !(0...3_600).contains(grace) { throw ValidationError("--grace takes 0 to 3600.") }
        if folder != nil, store != nil { throw ValidationError("Use either --folder or --store, not both.") }
        if folder != nil || store != nil, items != nil || seed != nil {
            throw ValidationError("--items and --seed are for the synthetic schedule: leave them out.")
        }
        if let logLevel, Logger.Level(rawValue: logLevel) == nil {
            throw ValidationError("--log-level takes one of \(ServeFile.levels).")
        }
        if let logFormat, !["text", "json"].contains(logFormat) {
            throw ValidationError("--log-format takes text or json.")
        }
        for name in model where !ServeSettings.servedModels.contains(name) {
            throw ValidationError("--model takes \(ServeSettings.servedModels.joined(separator: ", ")), not '\(name)'.")
        }
        if let like, Personality.Model(rawValue: like) == nil {
            let names = Personality.Model.allCases.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("--like takes \(names), not '\(like)'.")
        }
        for text in quirk {
            do { _ = try Quirk(text) } catch { throw ValidationError("--quirk: \(error).") }
        }
    }

    func run() async throws {
        if printsSample {
            StandardOutput.shared.writeLine(SampleConfiguration.text)
            return
        }
        let program = try await ServeProgram.start { () throws(CommandFailure) in try settings() }
        await program.run()
    }

    /// The file and the flags over it; read again on HUP.
    func settings() throws(CommandFailure) -> ServeSettings {
        var settings = ServeSettings()
        if let config {
            let problems = ServeFile.read(config, into: &settings)
            guard problems.isEmpty else {
                throw CommandFailure.usage(problems.map(\.description).joined(separator: "; "))
            }
        }
        if let host { settings.host = host }
        if let port { settings.port = port }
        if !ae.isEmpty {
            settings.titles = []
            for title in ae {
                do throws(AETitleError) {
                    settings.titles.append(try AETitle(title))
                } catch {
                    throw CommandFailure.usage("--ae '\(title)' is no AE title: \(error)")
                }
            }
        }
        if !model.isEmpty { settings.models = model }
        if let store {
            settings.source = .store(store)
        } else if let folder {
            settings.source = .folder(folder)
        } else if items != nil || seed != nil {
            settings.source = .schedule(items: items ?? 300, seed: seed ?? 1)
        }
        if let maximumAssociations { settings.maximumAssociations = maximumAssociations }
        if let maximumRows { settings.limits.rows = maximumRows }
        if let maximumSeconds { settings.limits.seconds = maximumSeconds }
        if let grace { settings.grace = grace }
        if let level = logLevel.flatMap(Logger.Level.init(rawValue:)) { settings.log.level = level }
        if let logFormat { settings.log.isJSON = logFormat == "json" }
        if let logFile { settings.log.file = logFile }
        if let metrics { settings.metricsPort = metrics }
        if let model = like.flatMap(Personality.Model.init(rawValue:)) { settings.personality.model = model }
        settings.personality.quirks += quirk.compactMap { try? Quirk($0) }
        if let tls = tls.settings { settings.tls = tls }
        return settings
    }
}
