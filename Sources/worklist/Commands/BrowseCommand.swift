import ArgumentParser
import DICOMData
import DICOMMatching
import Terminal
import WorklistBrowser

/// Options of the browser itself.
struct BrowserOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A theme by name; yours first, then those built in.", valueName: "name"),
        completion: CompletionValues.themes
    )
    var theme: String?

    @OptionGroup
    var look: LookOptions

    @Flag(help: "Lines instead of a screen, for screen readers and serial lines; by itself where TERM is dumb.")
    var plain = false

    @Flag(name: .customLong("no-title"), help: "Leave the title of the terminal's window as it is.")
    var noTitle = false

    @Option(
        help: ArgumentHelp("Run keys and commands from a file, without a terminal.", valueName: "file"),
        completion: .file()
    )
    var script: String?

    @Option(help: ArgumentHelp("Screen size for --script.", valueName: "WxH"))
    var size: String = "80x24"

    @Option(help: ArgumentHelp("A clock that stands still, such as 2026-11-24T14:32:00.", valueName: "time"))
    var clock: String?

    @Option(
        name: .customLong("wait-timeout"),
        help: ArgumentHelp("Longest a :wait in a script lasts.", valueName: "seconds")
    )
    var waitTimeout: Double = 60

    @Option(
        help: ArgumentHelp("Print figures on standard error at the end: json.", valueName: "format"),
        completion: .list(["json"])
    )
    var stats: String?

    @Option(help: ArgumentHelp("Most rows to take; 0 for no limit.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Start with a saved query.", valueName: "name"))
    var saved: String?

    @Option(help: ArgumentHelp("Start with the query of a file (TOML).", valueName: "file"))
    var query: String?

    @Flag(inversion: .prefixedNo, help: "Take clicks and the wheel; without, the terminal selects text by itself.")
    var mouse: Bool?

    @Option(
        help: ArgumentHelp("Read this keymap instead of keymap.toml of your configuration.", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var keymap: String?
    @Option(help: ArgumentHelp("Ask again and again, from 15 to 3600 seconds after each answer.", valueName: "seconds"))
    var watch: Int?

    func validate() throws {
        if saved != nil, query != nil { throw ValidationError("Use either --query or --saved, not both.") }
        if let watch, !BrowserSettings.watchIntervals.contains(watch) {
            throw ValidationError("--watch takes 15 to 3600 seconds.")
        }
        guard TerminalSize(parsing: size) != nil else { throw ValidationError("--size takes columns x rows: 80x24.") }
        if plain, script != nil {
            throw ValidationError("--plain takes commands from standard input: leave out --script.")
        }
        if plain, stats != nil { throw ValidationError("--stats is about a screen: leave out --plain.") }
        if let stats, stats != "json" { throw ValidationError("--stats takes json.") }
        if let limit, limit < 0 { throw ValidationError("--limit takes 0 or more.") }
        if let clock, Self.moment(clock) == nil {
            throw ValidationError("--clock '\(clock)' is not a time such as 2026-11-24T14:32:00.")
        }
        guard waitTimeout > 0, waitTimeout < 86_400 else {
            throw ValidationError("--wait-timeout takes seconds above 0.")
        }
    }

    /// `YYYY-MM-DDTHH:MM[:SS]`, taken as UTC.
    static func moment(_ text: String) -> Moment? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, let date = DICOMDate(parsing: halves[0].filter { $0 != "-" }),
            let time = DICOMTime(parsing: halves[1].filter { $0 != ":" })
        else { return nil }
        let microseconds = Int64(date.daysSince1970) * 86_400_000_000 + time.startMicroseconds
        return Moment(microseconds: microseconds, utcOffset: 0)
    }

    /// Asked for, or all that the terminal can do.
    private var isPlain: Bool { plain || (script == nil && Configuration.environment("TERM") == "dumb") }

    /// Runs the browser, on the screen or line by line, and returns the exit code.
    func run(servers: [ServerProfile], current: ServerProfile?, effects: EffectRunner.Options) async throws -> Int32 {
        guard isPlain else { return await (try session(servers: servers, current: current, effects: effects)).run() }
        var current = current
        if let limit { current?.rowLimit = limit }
        var effects = effects
        effects.terminal = nil
        let opening = try opening()
        if let current { _ = try opening?.filled(for: current) }
        return await PlainSession(
            settings: try settings(effects.configuration, queries: effects.queries, opening: opening),
            servers: servers,
            current: current,
            effects: effects,
            clock: BrowserClock(fixed: clock.flatMap(Self.moment))
        ).run()
    }

    /// What the user's files say, and what is wrong in them.
    /// The saved query to start with, if one is named.
    private func opening() throws -> SavedQuery? {
        let clock = BrowserClock(fixed: clock.flatMap(Self.moment))
        return try SavedQuerySource(file: query, name: saved)?.load(now: clock.now().queryMoment)
    }

    private func settings(
        _ configuration: Configuration,
        queries: QueryFolder,
        opening: SavedQuery?
    ) throws -> BrowserSettings {
        var settings = BrowserSettings()
        settings.problems = configuration.problems
        settings.keymap = try KeymapFile.load(keymap)
        settings.problems += settings.keymap.problems
        let now = BrowserClock(fixed: clock.flatMap(Self.moment)).now().queryMoment
        settings.savedFiles = queries.files(now: now)
        settings.problems += settings.savedFiles.compactMap(\.problem)
        settings.queriesFolder = queries.path
        settings.start = configuration.start
        settings.opening = opening
        settings.isMouseOn = mouse ?? configuration.isMouseOn
        return settings
    }

    private func session(
        servers: [ServerProfile],
        current: ServerProfile?,
        effects: EffectRunner.Options
    ) throws -> BrowserSession {
        var current = current
        if let limit { current?.rowLimit = limit }
        let clock = BrowserClock(fixed: clock.flatMap(Self.moment))
        let opening = try opening()
        // What the settings of the server do not have is said here, before there is a screen.
        if let current { _ = try opening?.filled(for: current) }
        var effects = effects
        effects.themes = try ThemeLibrary.standard(themesDirectory: look.themesDirectory)
        return BrowserSession(
            settings: try settings(effects.configuration, queries: effects.queries, opening: opening),
            servers: servers,
            current: current,
            effects: effects,
            theme: theme,
            color: look.colorChoice,
            asciiOnly: look.ascii,
            setsTitle: !noTitle,
            script: try script.map { path throws(CommandFailure) in try Script(path: path, patience: waitTimeout) },
            size: TerminalSize(parsing: size) ?? TerminalSize(columns: 80, rows: 24),
            clock: clock,
            wantsStatistics: stats != nil,
            watch: watch
        )
    }
}

/// `worklist browse`, and `worklist` alone.
struct BrowseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "browse",
        abstract: "Browse a worklist in the terminal.",
        discussion: """
            Press ? in the browser for its keys, F1 while you type text. With --plain, or where TERM is dumb, it speaks in \
            lines: help lists the commands.

            \(Examples.text(Examples.browse))
            """
    )

    @OptionGroup var options: ServerOptions
    @OptionGroup var browser: BrowserOptions

    /// Who named no server is not turned away for one that cannot be used: the list of servers opens.
    private func startServer(_ configuration: Configuration) throws -> ServerProfile? {
        do {
            return try options.profile()
        } catch let failure as CommandFailure {
            guard options.to == nil, options.server == nil, !configuration.problems.isEmpty else { throw failure }
            return nil
        }
    }

    func run() async throws {
        let configuration = try Configuration.load(options.config)
        let current = try startServer(configuration)
        var servers = configuration.servers
        if let current, !servers.contains(where: { $0.name == current.name }) { servers.append(current) }
        var effects = EffectRunner.Options(
            configuration: configuration,
            timeout: options.timeout,
            maximumLength: options.maximumLength,
            terminal: browser.script == nil ? 1 : nil
        )
        // The demonstration has the hour that the screen shows.
        effects.clock = BrowserClock(fixed: browser.clock.flatMap(BrowserOptions.moment))
        let code = try await browser.run(servers: servers, current: current, effects: effects)
        if code != 0 { throw ExitCode(code) }
    }
}
