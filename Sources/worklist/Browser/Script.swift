import Dispatch
import Glibc
import Terminal
import WorklistBrowser

/// `--script`: keys and `:commands`, one line each, run on the real program without a terminal.
///
///     # a comment
///     /                      a key, or several parted by spaces: j j enter, ctrl-c, f5
///     "SMI*"                 typed text
///     :scan 26-004711        the same characters and Enter as a barcode scanner sends them: all at once
///     :paste "two\nlines"    a bracketed paste; \n \r \t \e \\ stand for what they do in C
///     :clock +75             a clock that stands still (--clock) goes on by so many seconds, or to a time
///     :wait rows>=100        also visible>=N, outcome, running, text "WORDS", gone "WORDS"
///     :resize 100x30
///     :click WORDS           where the screen shows them first, or :click 12,3 (column,row from 0); :wheel up, :wheel down
///     :screen out.txt        the screen as text; - for standard output
///     :svg out.svg WORDS     the screen as a picture; the words say what it shows
///     :assert WORDS          the screen shows them; :refute the opposite
///     :hold j COND           a key held down, 50 times a second, until what `:wait` would wait for
///     :stats WORDS           the figures of `--stats json` since the last such line, on standard error
struct Script: Sendable {
    private enum Step: Sendable {
        case keys([Key])
        case text(String)
        case scan(String)
        case paste(String)
        case clock(Clock)
        case wait(Condition)
        case resize(TerminalSize)
        case click(Place)
        case wheel(up: Bool)
        case screen(String)
        case picture(String, title: String)
        case assert(String, isExpected: Bool)
        case hold([Key], Condition)
        case stats(String)
    }

    private enum Place: Sendable {
        case words(String)
        case cell(column: Int, row: Int)
    }

    private enum Clock: Sendable {
        case onward(seconds: Double)
        case to(Moment)
    }

    private enum Condition: Sendable {
        case rows(Int)
        case visible(Int)
        case outcome
        case running
        case text(String)
        case gone(String)
    }

    private let steps: [(line: Int, step: Step)]
    private let path: String
    /// Seconds a `:wait` lasts at most.
    private let patience: Double

    /// Reads a script; the failure says file, line and what is expected.
    init(path: String, patience: Double) throws(CommandFailure) {
        self.path = path
        self.patience = patience
        let bytes: [UInt8]
        switch FileWriter.read(path == "-" ? "/dev/stdin" : path) {
        case .success(let read): bytes = read
        case .failure(let failure): throw .usage("cannot read the script \(path): \(failure.words)")
        }
        var steps: [(Int, Step)] = []
        for (index, raw) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            var line = Substring(decoding: raw, as: UTF8.self)
            while line.last == "\r" || line.last == " " { line.removeLast() }
            line = line.drop { $0 == " " || $0 == "\t" }
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let step = Self.step(line) else {
                throw .usage(
                    "\(path):\(index + 1): '\(line)' is not understood: keys such as 'j' or 'ctrl-c', \"text\", or "
                        + ":wait, :scan, :paste, :resize, :click, :wheel, :clock, :screen, :svg, :assert, :refute, :hold, :stats"
                )
            }
            steps.append((index + 1, step))
        }
        self.steps = steps
    }

    private static func step(_ line: Substring) -> Step? {
        if line.count >= 2, line.first == "\"", line.last == "\"" { return .text(String(line.dropFirst().dropLast())) }
        if line.first == ":", line.count > 1 {
            let parts = line.dropFirst().split(separator: " ", maxSplits: 1)
            let argument = parts.count > 1 ? parts[1] : ""
            switch parts.first {
            case "scan": return argument.isEmpty ? nil : .scan(unquoted(argument))
            case "paste": return argument.isEmpty ? nil : unescaped(unquoted(argument)).map(Step.paste)
            case "clock": return clock(argument).map(Step.clock)
            case "wait": return condition(argument).map(Step.wait)
            case "resize": return TerminalSize(parsing: argument).map(Step.resize)
            case "click": return argument.isEmpty ? nil : .click(place(argument))
            case "wheel": return argument == "up" ? .wheel(up: true) : argument == "down" ? .wheel(up: false) : nil
            case "screen": return argument.isEmpty ? nil : .screen(String(argument))
            case "svg":
                let words = argument.split(separator: " ", maxSplits: 1)
                guard let file = words.first else { return nil }
                return .picture(String(file), title: words.count > 1 ? unquoted(words[1]) : "worklist")
            case "assert": return argument.isEmpty ? nil : .assert(unquoted(argument), isExpected: true)
            case "hold":
                let words = argument.split(separator: " ", maxSplits: 1)
                guard words.count == 2, let key = Key(parsing: words[0]) else { return nil }
                return condition(words[1]).map { .hold([key], $0) }
            case "stats": return argument.isEmpty ? nil : .stats(unquoted(argument))
            case "refute": return argument.isEmpty ? nil : .assert(unquoted(argument), isExpected: false)
            default: return nil
            }
        }
        let keys = line.split(separator: " ").map { Key(parsing: $0) }
        let known = keys.compactMap { $0 }
        return known.count == keys.count ? .keys(known) : nil
    }

    private static func unquoted(_ text: Substring) -> String {
        text.count >= 2 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : String(text)
    }

    private static func place(_ text: Substring) -> Place {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        if numbers.count == 2, let column = numbers[0], let row = numbers[1] { return .cell(column: column, row: row) }
        return .words(unquoted(text))
    }

    /// Nil for a backslash that stands for nothing.
    private static func unescaped(_ text: String) -> String? {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                result.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": result.append("\n")
            case "r": result.append("\r")
            case "t": result.append("\t")
            case "e": result.append("\u{1B}")
            case "\\": result.append("\\")
            default: return nil
            }
        }
        return result
    }

    /// `+75`, or a time as `--clock` takes it.
    private static func clock(_ text: Substring) -> Clock? {
        if text.first == "+" {
            guard let seconds = Double(text.dropFirst()), seconds >= 0, seconds <= 1e8 else { return nil }
            return .onward(seconds: seconds)
        }
        return BrowserOptions.moment(String(text)).map(Clock.to)
    }

    private static func condition(_ text: Substring) -> Condition? {
        if text == "outcome" { return .outcome }
        if text == "running" { return .running }
        if text.hasPrefix("rows>=") { return Int(text.dropFirst(6)).map(Condition.rows) }
        if text.hasPrefix("visible>=") { return Int(text.dropFirst(9)).map(Condition.visible) }
        if text.hasPrefix("text ") { return .text(unquoted(text.dropFirst(5))) }
        if text.hasPrefix("gone ") { return .gone(unquoted(text.dropFirst(5))) }
        return nil
    }

    // MARK: Running

    func run(_ loop: TerminalLoop<BrowserProgram>, _ screen: HeadlessScreen) throws(ScriptFailure) {
        for (line, step) in steps {
            if loop.isFinished { return }
            switch step {
            case .keys(let keys):
                for key in keys { press(key, loop) }
            case .text(let text):
                for character in text { press(.character(character), loop) }
            case .scan(let text): scan(text, loop)
            case .paste(let text):
                loop.handle.post(input: .paste(text))
                loop.turn(maxWait: .zero)
            case .clock(let step):
                try move(loop.app.clock, step, line)
                loop.handle.post(input: .tick)
                loop.turn(maxWait: .zero)
            case .wait(let condition):
                try wait(condition, line, loop, screen)
            case .resize(let size):
                screen.resize(to: size)
                loop.handle.post(input: .resize(size))
                loop.turn(maxWait: .zero)
            case .click(let place):
                settle(loop)
                try click(place, line, loop, screen)
            case .wheel(let up):
                settle(loop)
                loop.handle.post(input: .mouse(MouseEvent(up ? .wheelUp : .wheelDown, column: 2, row: 5)))
                loop.turn(maxWait: .zero)
            case .screen(let file):
                settle(loop)
                try save(screen.text, file, line)
            case .picture(let file, let title):
                settle(loop)
                let isLight = loop.app.browser.theme.appearance == .light
                let frame = screen.lastFrame ?? Frame(grid: Grid(size: screen.size))
                try save(GridPicture(frame, title: title, isLight: isLight).svg, file, line)
            case .hold(let keys, let condition): try hold(keys, condition, line, loop, screen)
            case .stats(let words):
                settle(loop)
                StandardError.write(RunFigures(loop.takeStatistics(), loop).json(after: words) + "\n")
            case .assert(let words, let isExpected):
                settle(loop)
                if screen.text.contains(words) != isExpected {
                    throw ScriptFailure(
                        path: path,
                        line: line,
                        text: "the screen " + (isExpected ? "does not show" : "shows") + " '\(words)'",
                        screen: screen.text
                    )
                }
            }
        }
    }

    private func press(_ key: Key, _ loop: TerminalLoop<BrowserProgram>) {
        loop.handle.post(input: .key(key))
        loop.turn(maxWait: .zero)
    }

    private func scan(_ text: String, _ loop: TerminalLoop<BrowserProgram>) {
        // Before, and after, keys are hands': the clock of a script knows no gaps.
        loop.app.watchesBursts = true
        for key in text.map(Key.character) + [.enter] { loop.handle.post(input: .key(key)) }
        loop.turn(maxWait: .zero)
        // What is held back is decided on when the scanner has been silent for long enough.
        while loop.app.browser.pauseDeadline != nil, !loop.isFinished { loop.turn(maxWait: .milliseconds(20)) }
        loop.app.watchesBursts = false
        settle(loop)
    }

    private func move(_ clock: BrowserClock, _ step: Clock, _ line: Int) throws(ScriptFailure) {
        guard !clock.isReal else {
            throw ScriptFailure(path: path, line: line, text: ":clock needs --clock TIME", screen: "")
        }
        switch step {
        case .to(let moment): clock.set(moment)
        case .onward(let seconds):
            var moment = clock.now()
            moment.microseconds += Int64(seconds * 1_000_000)
            clock.set(moment)
        }
    }

    /// Keys from another thread, as a terminal's come: they wait where the program makes them wait.
    private func hold(
        _ keys: [Key],
        _ condition: Condition,
        _ line: Int,
        _ loop: TerminalLoop<BrowserProgram>,
        _ screen: HeadlessScreen
    ) throws(ScriptFailure) {
        let handle = loop.handle
        let timer = DispatchSource.makeTimerSource(
            queue: DispatchQueue(label: "worklist.script", qos: .userInteractive)
        )
        timer.schedule(deadline: .now(), repeating: .milliseconds(20))
        timer.setEventHandler { for key in keys { handle.post(input: .key(key)) } }
        timer.resume()
        defer { timer.cancel() }
        try wait(condition, line, loop, screen)
    }

    /// Draws what the last event changed.
    private func settle(_ loop: TerminalLoop<BrowserProgram>) {
        loop.handle.post(input: .invalid)
        loop.turn(maxWait: .zero)
    }

    private func wait(
        _ condition: Condition,
        _ line: Int,
        _ loop: TerminalLoop<BrowserProgram>,
        _ screen: HeadlessScreen
    ) throws(ScriptFailure) {
        let deadline = ContinuousClock.now + .milliseconds(Int64(patience * 1000))
        while !isMet(condition, loop, screen) {
            guard ContinuousClock.now < deadline, !loop.isFinished else {
                throw ScriptFailure(
                    path: path,
                    line: line,
                    text: "what is waited for did not come within \(patience) s",
                    screen: screen.text
                )
            }
            loop.turn(maxWait: .milliseconds(20))
        }
        settle(loop)
    }

    private func isMet(_ condition: Condition, _ loop: TerminalLoop<BrowserProgram>, _ screen: HeadlessScreen) -> Bool {
        let browser = loop.app.browser
        switch condition {
        case .rows(let count): return browser.receivedRowCount >= count
        case .visible(let count): return browser.visibleRowCount >= count
        case .outcome: return !browser.isRunning && browser.outcomeText != nil
        case .running: return browser.isRunning
        case .text(let words): return screen.text.contains(words)
        case .gone(let words): return !screen.text.contains(words)
        }
    }

    /// Presses and releases the left button, on the middle of the words if words are asked for.
    private func click(
        _ place: Place,
        _ line: Int,
        _ loop: TerminalLoop<BrowserProgram>,
        _ screen: HeadlessScreen
    ) throws(ScriptFailure) {
        let point: Point
        switch place {
        case .cell(let column, let row): point = Point(row: row, column: column)
        case .words(let words):
            guard let found = Self.find(words, in: screen) else {
                throw ScriptFailure(
                    path: path,
                    line: line,
                    text: "the screen does not show '\(words)' to click on",
                    screen: screen.text
                )
            }
            point = found
        }
        for kind in [MouseEvent.Kind.press, .release] {
            loop.handle.post(input: .mouse(MouseEvent(kind, .left, column: point.column, row: point.row)))
        }
        loop.turn(maxWait: .zero)
    }

    private static func find(_ words: String, in screen: HeadlessScreen) -> Point? {
        for (row, text) in screen.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let range = text.firstRange(of: words) else { continue }
            let before = text[..<range.lowerBound].unicodeScalars.reduce(0) { $0 + DisplayWidth.width(of: $1) }
            let width = words.unicodeScalars.reduce(0) { $0 + DisplayWidth.width(of: $1) }
            return Point(row: row, column: before + width / 2)
        }
        return nil
    }

    private func save(_ text: String, _ file: String, _ line: Int) throws(ScriptFailure) {
        if file == "-" {
            StandardOutput.shared.write(text)
            StandardOutput.shared.flush()
            return
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ScriptFailure(
                path: path,
                line: line,
                text: "cannot write \(file): \(SystemFailure(errno).words)",
                screen: ""
            )
        }
        defer { close(descriptor) }
        guard FileWriter.writeAll(Array(text.utf8)[...], to: descriptor) else {
            throw ScriptFailure(
                path: path,
                line: line,
                text: "cannot write \(file): \(SystemFailure(errno).words)",
                screen: ""
            )
        }
    }
}

/// A script step that did not hold, with the screen as it was.
struct ScriptFailure: Error {
    var path: String
    var line: Int
    var text: String
    var screen: String

    var description: String { "\(path):\(line): \(text)" }
}
