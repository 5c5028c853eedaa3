import Glibc
import NIOConcurrencyHelpers
import Terminal
import WorklistBrowser

/// One run of the browser, on the terminal or on a screen without one.
struct BrowserSession: Sendable {
    /// What the user's files say beyond servers.
    var settings: BrowserSettings
    var servers: [ServerProfile]
    var current: ServerProfile?
    var effects: EffectRunner.Options
    var theme: String?
    var color: ColorChoice
    var asciiOnly: Bool
    /// The window may be called by the server's name.
    var setsTitle = true
    var script: Script?
    var size: TerminalSize
    var clock: BrowserClock
    var wantsStatistics: Bool
    /// Seconds between the queries of a watch that begins with the first; nil for none.
    var watch: Int?

    /// Runs to the end and returns the exit code.
    func run() async -> Int32 {
        let result = NIOLockedValueBox<Result<Int32, CommandFailure>>(.success(0))
        await UIThread.run { [self] in
            let ended: Result<Int32, CommandFailure>
            do throws(CommandFailure) {
                ended = .success(try runOnThisThread())
            } catch {
                ended = .failure(error)
            }
            result.withLockedValue { $0 = ended }
        }
        switch result.withLockedValue({ $0 }) {
        case .success(let code): return code
        case .failure(let failure):
            failure.write()
            return failure.code.rawValue
        }
    }

    private func runOnThisThread() throws(CommandFailure) -> Int32 {
        let start = ContinuousClock.now
        let isUTF8 = TerminalLocale.prepare()
        let screen: any Screen
        if script != nil {
            screen = HeadlessScreen(size: size, depth: scriptDepth)
        } else {
            guard isatty(0) == 1, isatty(1) == 1 else {
                throw .usage(
                    "the browser needs a terminal on standard input and output; use 'worklist find' in pipes, --plain or --script"
                )
            }
            var options = NcursesScreen.Options(isUTF8: isUTF8)
            options.color = color
            options.asciiOnly = asciiOnly
            options.title = setsTitle
            options.countBytes = wantsStatistics
            do {
                screen = try NcursesScreen(options)
            } catch {
                throw .usage(error.description)
            }
        }
        defer { screen.close() }
        let look = try StartTheme(
            effects.themes,
            asked: theme,
            configuration: effects.configuration,
            state: effects.state,
            on: StartTheme.Terminal(depth: screen.depth, isASCII: asciiOnly || !screen.isUTF8)
        )
        var settings = settings
        settings.overlays = look.overlays
        settings.problems += look.problems
        do throws(SettingsProblem) {
            settings.views = try RememberedViews.read(effects.state)
        } catch {
            if !settings.problems.contains(error) { settings.problems.append(error) }
        }
        let relay = EventRelay()
        let runner = EffectRunner(options: effects) { relay.post($0) }
        settings.barcode = effects.configuration.barcode
        settings.workingFolder = FileExport.workingFolder
        settings.isInsideTmux = Configuration.environment("TMUX") != nil
        if let interval = watch ?? effects.configuration.watchInterval { settings.watchInterval = interval }
        settings.watchesFromStart = watch != nil
        settings.watchRings = effects.configuration.watchRings
        let browser = Browser(
            theme: look.theme,
            servers: servers,
            current: current,
            configPath: effects.configuration.path,
            settings: settings,
            now: clock.now()
        )
        let program = BrowserProgram(browser: browser, runner: runner, clock: clock, watchesBursts: script == nil)
        let loop = TerminalLoop(app: program, screen: screen)
        relay.connect(loop.handle)
        var firstPaint: Duration?
        loop.handle.post(input: .resize(screen.size))
        loop.turn(maxWait: .zero)
        firstPaint = ContinuousClock.now - start
        loop.start()

        var failure: ScriptFailure?
        if let script, let headless = screen as? HeadlessScreen {
            do throws(ScriptFailure) {
                try script.run(loop, headless)
            } catch {
                failure = error
            }
        } else {
            loop.run()
        }
        screen.close()
        runner.settle()
        if wantsStatistics {
            StandardError.write(RunFigures(loop.statistics, loop, firstPaint: firstPaint).json() + "\n")
        }
        if let failure {
            throw CommandFailure(.noMatches, failure.description, screen: failure.screen)
        }
        return loop.app.exitCode
    }

    /// Colours of a screen without a terminal: 256 unless asked for otherwise.
    private var scriptDepth: ColorDepth {
        let noColor = Configuration.environment("NO_COLOR")
        return color.depth(available: color == .auto ? .indexed256 : .trueColor, noColor: noColor)
    }
}

extension TerminalLoop where App == BrowserProgram {
    /// Starts the first query.
    func start() {
        let requests = app.start()
        // The query line must not wait for the first event to show.
        if requests.contains(.paint) || app.browser.isRunning { handle.post(input: .tick) }
    }
}

/// Posts events to a loop that is made after whoever posts them; what comes before is kept.
final class EventRelay: Sendable {
    private struct State {
        var handle: LoopHandle<WorklistBrowser.Event>?
        var early: [WorklistBrowser.Event] = []
    }

    private let state = NIOLockedValueBox(State())

    func connect(_ handle: LoopHandle<WorklistBrowser.Event>) {
        let early = state.withLockedValue { state in
            state.handle = handle
            defer { state.early = [] }
            return state.early
        }
        handle.post(contentsOf: early)
    }

    func post(_ event: WorklistBrowser.Event) {
        let handle = state.withLockedValue { state in
            if state.handle == nil { state.early.append(event) }
            return state.handle
        }
        handle?.post(event)
    }
}
