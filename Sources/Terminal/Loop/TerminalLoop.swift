import CNcurses
import Glibc

/// What a program asks of the loop after it has handled something.
public struct LoopRequests: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The screen has changed.
    public static let paint = LoopRequests(rawValue: 1)
    public static let bell = LoopRequests(rawValue: 2)
    /// Stop the program, as Ctrl-Z does.
    public static let suspend = LoopRequests(rawValue: 4)
    /// Write the whole screen again: Ctrl-L.
    public static let redraw = LoopRequests(rawValue: 8)
    public static let quit = LoopRequests(rawValue: 16)
    /// Mouse reports from now on, see ``Screen/setMouse(_:)``.
    public static let mouseOn = LoopRequests(rawValue: 32)
    /// No more of them; wins over ``mouseOn``.
    public static let mouseOff = LoopRequests(rawValue: 64)
}

/// A program on a screen: events in, frames out. All calls come from the loop's thread.
public protocol TerminalApplication {
    /// What other threads tell the program.
    associatedtype Event: Sendable

    /// When the inputs that follow came: called before the first ``handle(input:)`` of each instant.
    ///
    /// All that one `read` of the terminal gave has one and the same instant, so a barcode scanner's burst, which a
    /// terminal hands over in one piece or a few, is seen as what it is. Keys that came while the program was busy are
    /// read together too: they seem closer to each other than they were typed, never further apart by more than a turn.
    mutating func inputsArrived(at instant: ContinuousClock.Instant)
    /// A key, the mouse, a paste, a resize, a signal, or the deadline.
    mutating func handle(input: InputEvent) -> LoopRequests
    mutating func handle(event: Event) -> LoopRequests
    /// When ``InputEvent/tick`` is wanted: a clock, a spinner. Nil: sleep until something happens.
    var nextDeadline: ContinuousClock.Instant? { get }
    mutating func render(size: TerminalSize) -> Frame
    /// What the window is to be called; looked at with every frame. Nil: as it is.
    var title: TerminalText? { get }
}

extension TerminalApplication {
    public var title: TerminalText? { nil }
    public mutating func inputsArrived(at instant: ContinuousClock.Instant) {}
}

/// One thread that owns the screen. It sleeps in `poll` until a key, a signal, a posted event or the deadline comes.
///
/// Each turn: inputs first, then events for at most ``eventBudget``, then at most one frame. A frame an input asked for is
/// drawn at once; frames that only events asked for come at most every ``frameInterval``.
///
/// The clock is asked once for all keys of a `read`, not once a key: see ``TerminalApplication/inputsArrived(at:)``.
public final class TerminalLoop<App: TerminalApplication> {
    public var app: App
    public let screen: any Screen
    /// For other threads.
    public let handle = LoopHandle<App.Event>()
    public private(set) var statistics = LoopStatistics()
    public private(set) var isFinished = false

    /// The longest time spent on events before inputs are looked at again.
    public static var eventBudget: Duration { .milliseconds(4) }
    /// Between frames while events stream: 30 a second.
    public static var frameInterval: Duration { .microseconds(33_333) }
    /// Bytes of input read per turn.
    private static var readLimit: Int { 65_536 }

    private typealias Instant = ContinuousClock.Instant

    private var decoder = KeyDecoder()
    private var decoderDeadline: Instant?
    private var inputClosed = false
    private var backlog: ArraySlice<App.Event> = []
    private var needsPaint = true
    private var paintNow = true
    private var lastPaint: Instant?
    private var retryAt: Instant?
    private var unpainted: [Instant] = []
    private var requests: LoopRequests = []
    private var lastArrival: Instant?
    private var shownTitle: TerminalText?

    public init(app: App, screen: any Screen) {
        self.app = app
        self.screen = screen
    }

    /// Runs until the program asks to quit. The screen stays open: closing it is the caller's.
    public func run() {
        while turn() {}
    }

    /// What has been done so far; counting begins anew.
    public func takeStatistics() -> LoopStatistics {
        defer { statistics = LoopStatistics() }
        return statistics
    }

    /// One turn: waits for something to do, at most `maxWait` (nil: as long as it takes), and does it. False when the
    /// program has asked to quit.
    @discardableResult
    public func turn(maxWait: Duration? = nil) -> Bool {
        guard !isFinished else { return false }
        wait(maxWait)
        let start = Instant.now
        defer { statistics.longestTurn = max(statistics.longestTurn, Instant.now - start) }
        statistics.wakeUps += 1
        // The signals first: a resize must be known before the keys that follow it are acted on.
        readSignals()
        readKeys()
        let posted = handle.take()
        for (input, at) in posted.inputs { deliver(input, at: at) }
        backlog = backlog.isEmpty ? posted.events[...] : backlog + posted.events
        drainEvents()
        if let deadline = app.nextDeadline, deadline <= .now { deliver(.tick, at: nil) }
        serveRequests()
        if !isFinished { paintIfDue() }
        return !isFinished
    }

    // MARK: Waiting

    private func wait(_ maxWait: Duration?) {
        let now = Instant.now
        var until: Instant?
        func atMost(_ instant: Instant?) {
            guard let instant else { return }
            until = until.map { min($0, instant) } ?? instant
        }
        atMost(maxWait.map { now + $0 })
        atMost(decoderDeadline)
        atMost(app.nextDeadline)
        if needsPaint { atMost(paintDue(now)) }
        if !backlog.isEmpty { atMost(now) }
        // Without an eventfd there is nothing to wake us.
        if handle.descriptor < 0 { atMost(now + .milliseconds(20)) }

        var milliseconds: Int32 = -1
        if let until {
            // Rounded up, so that the loop does not wake just before its time and spin.
            let left = until - now
            let (seconds, attoseconds) = left.components
            let wanted = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
            milliseconds = left <= .zero ? 0 : Int32(clamping: wanted)
        }
        var entries = [pollfd(fd: handle.descriptor, events: Int16(POLLIN), revents: 0)]
        if let descriptor = screen.inputDescriptor, !inputClosed {
            entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
        if let descriptor = screen.signalDescriptor {
            entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
        // EINTR: a signal, whose byte is in the pipe by now.
        _ = poll(&entries, nfds_t(entries.count), milliseconds)
    }

    // MARK: Input

    private func readSignals() {
        guard let descriptor = screen.signalDescriptor else { return }
        var bytes = [UInt8](repeating: 0, count: 64)
        var resized = false
        while true {
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            for byte in bytes.prefix(count) {
                switch Int32(byte) {
                case SIGWINCH: resized = true
                case SIGTSTP: requests.insert(.suspend)
                case SIGCONT:
                    screen.resume()
                    needsPaint = true
                    paintNow = true
                    resized = true
                case SIGINT: end(by: .interrupt)
                case SIGTERM: end(by: .terminate)
                case SIGQUIT: end(by: .quit)
                case SIGHUP: end(by: .hangup)
                default: break
                }
            }
        }
        if resized, screen.updateSize() { deliver(.resize(screen.size), at: .now) }
    }

    private func end(by signal: TerminalSignal) {
        TerminalRestore.endingNoticed()
        deliver(.signal(signal), at: .now)
    }

    private func readKeys() {
        guard let descriptor = screen.inputDescriptor, !inputClosed else { return }
        let now = Instant.now
        var total = 0
        var bytes = [UInt8](repeating: 0, count: 4096)
        while total < Self.readLimit {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 0) > 0, entry.revents != 0 else { break }
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { break }
            guard count > 0 else {
                // The terminal is gone.
                inputClosed = true
                decoderDeadline = nil
                end(by: .hangup)
                return
            }
            total += count
            for event in decoder.decode(bytes.prefix(count)) { deliver(event, at: now) }
        }
        if total > 0 {
            decoderDeadline = decoder.pendingMilliseconds.map { now + .milliseconds($0) }
        } else if let deadline = decoderDeadline, deadline <= now {
            for event in decoder.flush() { deliver(event, at: now) }
            decoderDeadline = decoder.pendingMilliseconds.map { now + .milliseconds($0) }
        }
    }

    private func deliver(_ input: InputEvent, at: Instant?) {
        statistics.inputs += 1
        if let at, at != lastArrival {
            lastArrival = at
            app.inputsArrived(at: at)
        }
        let wanted = app.handle(input: input)
        accept(wanted)
        if wanted.contains(.paint) || wanted.contains(.redraw) {
            if let at {
                paintNow = true
                unpainted.append(at)
            }
        }
        if case .resize = input {
            needsPaint = true
            paintNow = true
        }
    }

    private func drainEvents() {
        guard !backlog.isEmpty else { return }
        let end = Instant.now + Self.eventBudget
        var count = 0
        // One event may be thousands of rows.
        while let event = backlog.popFirst() {
            accept(app.handle(event: event))
            count += 1
            if Instant.now >= end { break }
        }
        statistics.events += count
        if backlog.isEmpty { backlog = [] }
    }

    private func accept(_ wanted: LoopRequests) {
        requests.formUnion(wanted)
        if wanted.contains(.paint) || wanted.contains(.redraw) { needsPaint = true }
    }

    private func serveRequests() {
        let wanted = requests
        requests = []
        if wanted.contains(.bell) { screen.bell() }
        if wanted.contains(.mouseOff) {
            screen.setMouse(false)
        } else if wanted.contains(.mouseOn) {
            screen.setMouse(true)
        }
        if wanted.contains(.redraw) {
            screen.invalidate()
            paintNow = true
        }
        if wanted.contains(.quit) {
            isFinished = true
            handle.finish()
            return
        }
        if wanted.contains(.suspend) {
            let start = Instant.now
            screen.suspend()
            decoder = KeyDecoder()
            decoderDeadline = nil
            unpainted.removeAll()
            needsPaint = true
            paintNow = true
            _ = screen.updateSize()
            // The size may have changed while the shell had the terminal.
            deliver(.resize(screen.size), at: nil)
            deliver(.resumed(stoppedFor: Instant.now - start), at: nil)
        }
    }

    // MARK: Frames

    /// When the next frame may be drawn.
    private func paintDue(_ now: Instant) -> Instant {
        if let retryAt { return retryAt }
        guard !paintNow, let lastPaint else { return now }
        return lastPaint + Self.frameInterval
    }

    private func paintIfDue() {
        guard needsPaint else { return }
        let start = Instant.now
        guard paintDue(start) <= start else { return }
        guard screen.isReady else {
            statistics.framesDeferred += 1
            retryAt = start + Self.frameInterval
            return
        }
        retryAt = nil
        let frame = app.render(size: screen.size)
        if let title = app.title, title != shownTitle {
            shownTitle = title
            screen.setTitle(title)
        }
        screen.draw(frame.grid, cursor: frame.cursor)
        let end = Instant.now
        statistics.frames += 1
        for at in unpainted { statistics.inputToFrame.record(end - at) }
        unpainted.removeAll(keepingCapacity: true)
        needsPaint = false
        paintNow = false
        lastPaint = end
    }
}
