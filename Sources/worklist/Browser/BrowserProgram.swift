import DICOMNetwork
import Terminal
import WorklistBrowser

/// The browser on a screen: events of terminal and network go in, effects are carried out.
struct BrowserProgram: TerminalApplication {
    typealias Event = WorklistBrowser.Event

    private(set) var browser: Browser
    private let runner: EffectRunner
    private let clock: BrowserClock
    private var tickAt: ContinuousClock.Instant
    private(set) var exitCode: Int32 = 0
    private(set) var peakRows = 0

    init(browser: Browser, runner: EffectRunner, clock: BrowserClock) {
        self.browser = browser
        self.runner = runner
        self.clock = clock
        self.tickAt = ContinuousClock.now
    }

    /// The first query; call once, before the loop runs.
    mutating func start() -> LoopRequests { carryOut(browser.start()) }

    /// All keys of one read have one moment.
    mutating func inputsArrived(at instant: ContinuousClock.Instant) {
        _ = browser.update(.clock(clock.now()))
    }

    mutating func handle(input: InputEvent) -> LoopRequests {
        switch input {
        case .tick:
            let before = browser.isRunning
            let requests = update(.clock(clock.now()))
            tickAt = ContinuousClock.now + .milliseconds(Int64(browser.secondsToNextClock * 1000))
            return before || browser.isRunning || clock.isReal ? requests : []
        case .resize(let size): return update(.resized(size))
        case .resumed: return update(.resumed)
        case .key, .mouse, .paste, .invalid, .signal: return update(.input(input))
        }
    }

    mutating func handle(event: Event) -> LoopRequests {
        // Elapsed times are those of the moment an event is acted on.
        if case .find(_, let progress) = event {
            if case .matches = progress {} else { _ = browser.update(.clock(clock.now())) }
        }
        return update(event)
    }

    private mutating func update(_ event: Event) -> LoopRequests {
        let wasRunning = browser.isRunning
        let requests = carryOut(browser.update(event))
        peakRows = max(peakRows, browser.receivedRowCount)
        if browser.isRunning != wasRunning {
            tickAt = ContinuousClock.now + .milliseconds(Int64(browser.secondsToNextClock * 1000))
        }
        return requests.union(.paint)
    }

    var nextDeadline: ContinuousClock.Instant? { clock.isReal || browser.isRunning ? tickAt : nil }

    mutating func render(size: TerminalSize) -> Frame { browser.render(size: size) }

    var title: TerminalText? { browser.windowTitle }

    // MARK: Effects

    private mutating func carryOut(_ effects: [Effect]) -> LoopRequests {
        var requests: LoopRequests = []
        for effect in effects {
            switch effect {
            case .bell: requests.insert(.bell)
            case .redraw: requests.insert(.redraw)
            case .suspend: requests.insert(.suspend)
            case .quit(let code):
                exitCode = code
                requests.insert(.quit)
            default: runner.run(effect)
            }
        }
        return requests
    }
}

/// The time the browser is told: the real one, or one that stands still for scripts.
struct BrowserClock: Sendable {
    private let fixed: Moment?

    init(fixed: Moment? = nil) {
        self.fixed = fixed
    }

    var isReal: Bool { fixed == nil }

    func now() -> Moment { fixed ?? WallClock.now() }
}
