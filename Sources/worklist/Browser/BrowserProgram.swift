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
    /// What the clock asked for before the input that is handled next.
    private var early: LoopRequests = []
    private var tickAt: ContinuousClock.Instant
    private(set) var exitCode: Int32 = 0
    private(set) var peakRows = 0
    /// Keys are looked at for a scanner's bursts; a script's keys all come at once.
    var watchesBursts: Bool {
        didSet {
            // Each scan of a script stands alone, however soon it follows.
            if watchesBursts { browser.forgetKeys() }
        }
    }
    /// What ``Browser/keyTime`` counts from.
    private let epoch = ContinuousClock.now

    init(browser: Browser, runner: EffectRunner, clock: BrowserClock, watchesBursts: Bool) {
        self.watchesBursts = watchesBursts
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
        browser.keyTime = watchesBursts ? Self.microseconds(instant - epoch) : nil
        // A clock event may ask for something too, such as the next query of a watch.
        early.formUnion(carryOut(browser.update(.clock(clock.now()))))
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    /// When keys that are held back have to be decided on.
    private var pauseAt: ContinuousClock.Instant? { browser.pauseDeadline.map { epoch + .microseconds($0) } }

    mutating func handle(input: InputEvent) -> LoopRequests {
        let requests = early.union(handled(input))
        early = []
        return requests
    }

    private mutating func handled(_ input: InputEvent) -> LoopRequests {
        switch input {
        case .tick:
            let isPause = pauseAt.map { $0 <= .now } ?? false
            let paused = isPause ? update(.inputPaused) : []
            if isPause, tickAt > .now { return paused }
            let requests = update(.clock(clock.now()))
            tickAt = ContinuousClock.now + .milliseconds(Int64(browser.secondsToNextClock * 1000))
            return paused.union(requests)
        case .resize(let size): return update(.resized(size))
        case .resumed: return update(.resumed)
        case .key, .mouse, .paste, .invalid, .signal: return update(.input(input))
        }
    }

    mutating func handle(event: Event) -> LoopRequests {
        // Elapsed times are those of the moment an event is acted on.
        guard case .find(let id, let progress) = event else { return update(event) }
        var requests: LoopRequests = []
        if case .matches = progress {} else { requests = carryOut(browser.update(.clock(clock.now()))) }
        if case .finished(let outcome, var statistics) = progress, !clock.isReal, let startedAt {
            // A query takes as long as the clock says that the screen shows.
            statistics.totalMilliseconds = clock.now().seconds(since: startedAt) * 1000
            return requests.union(update(.find(id, .finished(outcome, statistics))))
        }
        return requests.union(update(event))
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

    var nextDeadline: ContinuousClock.Instant? {
        let tick = clock.isReal || browser.isRunning ? tickAt : nil
        return [tick, pauseAt].compactMap(\.self).min()
    }

    mutating func render(size: TerminalSize) -> Frame { browser.render(size: size) }

    var title: TerminalText? { browser.windowTitle }

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
    /// Shared by all copies.
    private let fixed: NIOLockedValueBox<Moment?>

    init(fixed: Moment? = nil) {
        self.fixed = NIOLockedValueBox(fixed)
    }

    var isReal: Bool { fixed.withLockedValue { $0 == nil } }

    func now() -> Moment { fixed.withLockedValue { $0 } ?? WallClock.now() }

    /// Sets a clock that stands still to another time.
    func set(_ moment: Moment) { fixed.withLockedValue { $0 = moment } }
}
