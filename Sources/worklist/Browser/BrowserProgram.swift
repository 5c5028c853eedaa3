import DICOMNetwork
import DICOMProtocol
import NIOConcurrencyHelpers
import Terminal
import WorklistBrowser

/// The browser on a screen: events of terminal and network go in, effects are carried out.
struct BrowserProgram: TerminalApplication {
    typealias Event = WorklistBrowser.Event

    private(set) var browser: Browser
    private let runner: EffectRunner
    let clock: BrowserClock
    /// When the query that was started last was started.
    private var startedAt: Moment?
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
    mutating func start() -> LoopRequests {
        carryOut(browser.start()).union(browser.takesMouse ? .mouseOn : [])
    }

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
        guard case .find(let id, let progress) = event else { return update(event) }
        if case .matches = progress {} else { _ = browser.update(.clock(clock.now())) }
        if case .finished(let outcome, var statistics) = progress, !clock.isReal, let startedAt {
            // A query takes as long as the clock says that the screen shows.
            statistics.totalMilliseconds = clock.now().seconds(since: startedAt) * 1000
            return update(.find(id, .finished(outcome, statistics)))
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

    // MARK: Effects

    private mutating func carryOut(_ effects: [Effect]) -> LoopRequests {
        var requests: LoopRequests = []
        for effect in effects {
            switch effect {
            case .bell: requests.insert(.bell)
            case .mouse(let isOn): requests.insert(isOn ? .mouseOn : .mouseOff)
            case .redraw: requests.insert(.redraw)
            case .suspend: requests.insert(.suspend)
            case .quit(let code):
                exitCode = code
                requests.insert(.quit)
            case .startFind:
                startedAt = clock.now()
                runner.run(effect)
            default: runner.run(effect)
            }
        }
        return requests
    }
}

/// The time the browser is told: the real one, or one that stands still for scripts until they move it.
struct BrowserClock: Sendable {
    private let fixed: Moment?
    private let moved = NIOLockedValueBox<Int64>(0)

    init(fixed: Moment? = nil) {
        self.fixed = fixed
    }

    /// Moves a clock that stands still.
    func advance(seconds: Double) {
        guard let microseconds = Int64(exactly: (seconds * 1_000_000).rounded()) else { return }
        moved.withLockedValue { $0 &+= microseconds }
    }

    var isReal: Bool { fixed == nil }

    func now() -> Moment {
        guard var moment = fixed else { return WallClock.now() }
        moment.microseconds &+= moved.withLockedValue { $0 }
        return moment
    }
}
