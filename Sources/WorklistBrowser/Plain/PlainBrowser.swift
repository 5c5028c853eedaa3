import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// The browser line by line, for screen readers, serial lines and terminals that can do nothing: a line comes in, lines and
/// effects go out. No escape sequence, no drawing, one line for each thing that changes.
///
/// It is the same ``Browser`` underneath, so that queries, lists and outcomes are the same. An action applies to the row
/// that was said last, and to no other.
public struct PlainBrowser: Sendable {
    /// What is to be written and done.
    public struct Output: Sendable {
        public var lines: [TerminalText] = []
        public var effects: [Effect] = []
    }

    public internal(set) var browser: Browser
    /// Somebody types: asks before a query is thrown away. A script means what it says.
    let isInteractive: Bool
    /// Reads `AE@HOST:PORT`, and our own AE title if there is one; says what is wrong with it.
    let parseServer: @Sendable (_ address: String, _ ownTitle: String?) -> Result<ServerProfile, ServerTextError>

    var output = Output()
    /// The row said last, in the words it was said in.
    var said: SaidRow?
    /// Rows by the numbers they were last listed with.
    var listed: [Int: RowReference] = [:]
    /// The query whose start was said, and the rows it had when last looked at.
    var runID: FindID?
    var runRows = 0
    var lastProgress: Moment?
    /// Lines that wait until something else has happened.
    var held: [String] = []
    var wait: Wait?
    /// A filter or a sort that is being worked out; its result is said when it is there.
    var awaited: Awaited?
    var isStartingDemo = false
    var hasAskedToQuit = false
    /// The query whose file the same line again deletes.
    var hasAskedToForget: String?
    var forgetting: String?
    /// A saved query that waits for values.
    var asking: Asking?
    /// Files of queries are being read or changed.
    var filing: Filing?
    /// What was asked last came to this; nil if nothing was.
    public internal(set) var end: PlainEnd?
    /// Lines that no command was made of, or that a command could do nothing with.
    public internal(set) var misunderstood = 0
    /// A file was not written.
    public internal(set) var hasFailed = false
    /// The query that runs was the watch's idea.
    var isWatchRun = false
    private var hasEnded = false
    private var echoID: Int?
    private var lastEcho = 1 << 20

    struct SaidRow: Hashable, Sendable {
        var identity: ItemIdentity
        var words: TerminalText
        /// Who it is.
        var patient: [TerminalText]
        /// Another row, or another patient in it, came under the cursor without being asked for: to be heard once more
        /// before anything is done with it.
        var isUnasked = false
    }

    enum Filing: Hashable, Sendable { case list, change }

    enum Wait: Hashable, Sendable {
        case outcome
        /// The next query of the watch.
        case watched
        case rows(Int)
    }

    enum Awaited: Hashable, Sendable { case filter, sort }

    /// A server that was typed and not understood: what is wrong, in a sentence.
    public struct ServerTextError: Error, Sendable {
        public var message: String
        public init(_ message: String) { self.message = message }
    }

    /// Seconds between two lines that say a query is still running.
    static let progressInterval = 5.0

    public init(
        browser: Browser,
        isInteractive: Bool,
        parseServer:
            @escaping @Sendable (_ address: String, _ ownTitle: String?) -> Result<
                ServerProfile, ServerTextError
            >
    ) {
        self.browser = browser
        self.browser.isPlain = true
        self.isInteractive = isInteractive
        self.parseServer = parseServer
    }

    // MARK: In

    /// The first words, and the first query.
    public mutating func start() -> Output {
        say("worklist, plain mode. help lists the commands.")
        // A form that nobody can see.
        browser.overlays.removeAll()
        sayProblems()
        guard browser.server != nil else {
            if !browser.servers.isEmpty {
                say("No server is chosen: server N uses one of these.")
                sayServers()
                return taken()
            }
            say("No server is configured yet: server AE@HOST:PORT OUR-AE uses one, demo a synthetic schedule.")
            return taken()
        }
        let effects = browser.start()
        // It names a key for what has just been said.
        browser.message = nil
        absorb(effects)
        return taken()
    }

    /// A line that was typed, without its end.
    public mutating func take(line: String) -> Output {
        held.append(line)
        runHeld()
        return taken()
    }

    /// Lines that came all at once where a person types: a paste, or a scanner gone wild. They run nothing.
    public mutating func refuse(pasted count: Int) -> Output {
        say("\(count) lines came at once, as pasted text does: none of them was run. Type commands one by one.")
        return taken()
    }

    public mutating func take(event: Event) -> Output {
        switch event {
        case .clock:
            absorb(browser.update(event))
            sayProgress()
        case .echo(let number, let progress): take(number, progress)
        case .export(let id, let progress): exported(id, progress)
        case .queryFiles(let event): filed(event)
        case .compared:
            absorb(browser.update(event))
            if let words = browser.changeWords { say(words.text) }
        case .serverSelected, .serverNotSaved:
            isStartingDemo = false
            absorb(browser.update(event))
        default: absorb(browser.update(event))
        }
        if let awaited, browser.list?.rows.pendingWork == nil {
            self.awaited = nil
            sayArranged(awaited)
        }
        runHeld()
        return taken()
    }

    /// Ctrl-C: cancels what runs, and ends the program when nothing does.
    public mutating func interrupt() -> Output {
        guard browser.run != nil else {
            absorb(browser.quit(exitCode: TerminalSignal.interrupt.exitStatus))
            return taken()
        }
        cancel()
        return taken()
    }

    /// No more lines will come. A script's last query runs to its end; a person who leaves ends it.
    public mutating func endOfInput() -> Output {
        hasEnded = true
        if isInteractive { absorb(browser.quit(exitCode: 0)) } else { runHeld() }
        return taken()
    }

    /// Seconds until the clock is worth an event.
    public var secondsToNextClock: Double { browser.run == nil ? max(1, browser.secondsToNextClock) : 1 }

    // MARK: Out

    private mutating func taken() -> Output {
        defer { output = Output() }
        return output
    }

    mutating func say(_ line: TerminalText) { output.lines.append(line) }

    /// Says why a line did nothing; a script that has such a line did not do what it was written for.
    mutating func refuse(_ line: TerminalText) {
        misunderstood += 1
        say(line)
    }

    /// Takes over what the browser wants done, and says what has changed by it.
    mutating func absorb(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            // A bell, a clipboard and a screen to draw are escape sequences or nothing here.
            case .bell, .redraw, .suspend, .copy, .mouse, .readThemes: break
            default: output.effects.append(effect)
            }
        }
        saySettled()
    }

    /// Runs lines until one has to wait.
    private mutating func runHeld() {
        while !held.isEmpty, !isHolding {
            wait = nil
            let line = held.removeFirst()
            perform(line)
        }
        if !isHolding { wait = nil }
        let isIdle = browser.run == nil && held.isEmpty && !isHolding
        if hasEnded, !isInteractive, isIdle {
            hasEnded = false
            absorb(browser.quit(exitCode: 0))
        }
    }

    private var isHolding: Bool {
        if awaited != nil || isStartingDemo || echoID != nil || filing != nil || browser.exporting != nil {
            return true
        }
        if wait == .watched { return browser.watch != nil }
        guard browser.run != nil else { return false }
        switch wait {
        case nil, .watched: return false
        case .outcome: return true
        case .rows(let count): return browser.receivedRowCount < count
        }
    }

    // MARK: The test of a server

    mutating func test() {
        guard let server = browser.server else {
            return refuse("no server yet: server AE@HOST:PORT OUR-AE uses one")
        }
        lastEcho += 1
        echoID = lastEcho
        say("testing \(serverWords(server)) with C-ECHO")
        absorb([.startEcho(lastEcho, server)])
    }

    private mutating func take(_ number: Int, _ progress: EchoProgress) {
        guard number == echoID else { return }
        switch progress {
        case .stage(let name, let milliseconds):
            say("\(name): \(Figures.milliseconds(milliseconds))")
            return
        case .worklistOffered:
            say("the server offers the worklist")
            return
        case .worklistRefused(let reason):
            say("the server does not offer the worklist: \(reason)")
            return
        case .succeeded(let milliseconds):
            end = .test(.success)
            say("answered: C-ECHO took \(Figures.milliseconds(milliseconds))")
        case .refused(let status):
            end = .test(status)
            say("the server answered C-ECHO with status \(status.description): \(status.meaning)")
        case .failed(let failure):
            end = .noAssociation(failure)
            say("failed: \(failure.summary)")
            say("What to do: \(failure.advice)")
        }
        echoID = nil
    }
}
