import CNcurses
import Glibc
import Synchronization
import Testing

@testable import Terminal

/// A pseudo-terminal: the screen draws on one side, the test reads the other.
private final class PseudoTerminal {
    struct Failure: Error {}
    let main: Int32
    let terminal: Int32
    let path: String
    private let reader: Reader
    private var marks = 0

    private final class Job: Sendable {
        let reader: Reader
        let descriptor: Int32
        init(reader: Reader, descriptor: Int32) {
            self.reader = reader
            self.descriptor = descriptor
        }
    }

    /// Reads until the terminal side is closed everywhere.
    private final class Reader: Sendable {
        private struct State {
            var bytes: [UInt8] = []
        }
        private let state = Mutex(State())

        func run(_ descriptor: Int32) {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                if count <= 0 { break }
                let new = chunk.prefix(count)
                state.withLock { $0.bytes += new }
            }
            close(descriptor)
        }

        func take(upTo mark: String) -> String {
            while true {
                let text = state.withLock { state -> String? in
                    let text = String(decoding: state.bytes, as: UTF8.self)
                    guard text.hasSuffix(mark) else { return nil }
                    state.bytes = []
                    return String(text.dropLast(mark.count))
                }
                if let text { return text }
                sched_yield()
            }
        }
    }

    init(columns: UInt16 = 40, rows: UInt16 = 6, isRead: Bool = true) throws {
        var name = [CChar](repeating: 0, count: 128)
        main = cnc_pseudo_terminal(&name, name.count)
        guard main >= 0 else { throw Failure() }
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        terminal = PseudoTerminal.open(path)
        guard terminal >= 0 else { throw Failure() }
        reader = Reader()
        if isRead { startReading() }
        resize(columns: columns, rows: rows)
    }

    private func startReading() {
        var thread = pthread_t()
        // The thread owns its copy of the descriptor and its reference to the reader.
        let job = Unmanaged.passRetained(Job(reader: reader, descriptor: cnc_duplicate(main)))
        pthread_create(
            &thread,
            nil,
            { @Sendable argument in
                guard let argument else { return nil }
                let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
                job.reader.run(job.descriptor)
                return nil
            },
            job.toOpaque()
        )
        pthread_detach(thread)
    }

    deinit {
        close(main)
        close(terminal)
    }

    static func open(_ path: String) -> Int32 {
        guard let file = fopen(path, "r+") else { return -1 }
        defer { fclose(file) }
        return cnc_duplicate(fileno(file))
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        withUnsafeMutablePointer(to: &size) { _ = cnc_set_window_size(terminal, $0) }
    }

    /// The terminal's modes as bytes, to compare.
    func modes() -> [UInt8] {
        var modes = termios()
        tcgetattr(terminal, &modes)
        return withUnsafeBytes(of: &modes) { Array($0) }
    }

    /// What has been written to the terminal since the last call. A thread reads all the time, as a terminal does, so that
    /// no writer ever blocks; a mark written last tells when it has seen everything.
    func output() -> String {
        let mark = "<end \(marks)>"
        marks += 1
        _ = write(terminal, mark, mark.utf8.count)
        return reader.take(upTo: mark)
    }

    func options(_ type: String = "xterm-256color") -> NcursesScreen.Options {
        Self.options(type, descriptor: terminal)
    }

    static func options(_ type: String, descriptor: Int32) -> NcursesScreen.Options {
        var options = NcursesScreen.Options(isUTF8: true)
        options.terminalType = type
        options.input = descriptor
        options.output = descriptor
        options.color = .always
        options.allowCoreDumps = true
        return options
    }
}

/// ncurses has one state per process, so these run one after the other.
@Suite("The ncurses screen", .serialized)
struct NcursesScreenTests {
    init() { TerminalLocale.prepare() }

    private func failure(_ options: NcursesScreen.Options) -> TerminalError? {
        do throws(TerminalError) {
            try NcursesScreen(options).close()
            return nil
        } catch {
            return error
        }
    }

    /// A row as ncurses has it.
    private func row(_ row: Int32, columns: Int) -> String {
        var text = [wchar_t](repeating: 0, count: columns * 6 + 1)
        _ = mvwinnwstr(cnc_stdscr(), row, 0, &text, Int32(text.count - 1))
        var view = String.UnicodeScalarView()
        for value in text.prefix(while: { $0 != 0 }) {
            if let scalar = Unicode.Scalar(UInt32(bitPattern: value)) { view.append(scalar) }
        }
        return String(view)
    }

    @Test("what is no terminal, or an unknown one, is an error in words")
    func refusals() throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes()
        #expect(failure(terminal.options("no-such-terminal")) == .unknownTerminal("no-such-terminal"))
        #expect(failure(terminal.options("dumb")) == .cannotPlaceCursor("dumb"))
        #expect(failure(terminal.options("")) == .noTerminalType)
        var options = terminal.options()
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        options.output = ends[1]
        #expect(failure(options) == .notATerminal(stream: "Standard output"))
        options.input = ends[0]
        #expect(failure(options) == .notATerminal(stream: "Standard input"))
        for end in ends { close(end) }
        #expect(terminal.modes() == before)
        #expect(terminal.output() == "")
        #expect(TerminalError.unknownTerminal("\u{1B}[2J").description.contains("\u{1B}") == false)
    }

    @Test(
        "a screen opens, draws and leaves the terminal as it was",
        arguments: ["xterm-256color", "xterm", "linux", "vt100", "tmux-256color", "screen"]
    )
    func opens(type: String) throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes()
        let screen = try NcursesScreen(terminal.options(type))
        #expect(failure(terminal.options(type)) == .alreadyOpen)
        #expect(screen.size == TerminalSize(columns: 40, rows: 6))
        #expect(terminal.modes() != before)
        let depths: [String: ColorDepth] = [
            "xterm-256color": .indexed256, "tmux-256color": .indexed256, "xterm": .ansi8, "linux": .ansi8,
            "screen": .ansi8, "vt100": .mono,
        ]
        #expect(screen.depth == depths[type])
        var grid = Grid(size: screen.size)
        grid.write("山田 e\u{301} ok", row: 0, column: 0, style: Style(foreground: .rgb(255, 0, 0), modifiers: .bold))
        screen.draw(grid, cursor: nil)
        #expect(row(0, columns: 40).hasPrefix("山田 e\u{301} ok "))
        screen.bell()
        screen.close()
        screen.close()
        #expect(terminal.modes() == before)
        let output = terminal.output()
        #expect(output.contains("山田"))
        let plain = type == "linux" || type == "vt100"
        #expect(output.contains("\u{1B}[?2026h") == !plain)
        #expect(output.contains("\u{1B}[?2004h") == !plain)
        #expect(output.contains("\u{1B}[?2004l") == !plain)
        if type.hasPrefix("xterm") { #expect(output.contains("\u{1B}[?1049h") && output.contains("\u{1B}[?1049l")) }
    }

    @Test(
        "mouse reports are switched on and off, come back after a stop, and end with the screen",
        arguments: [
            ("xterm-256color", true), ("xterm", true), ("tmux-256color", true), ("screen", true), ("linux", false),
            ("vt100", false),
        ]
    )
    func mouse(type: String, has: Bool) throws {
        let on = "\u{1B}[?1000h\u{1B}[?1002h\u{1B}[?1006h"
        let off = "\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?1000l"
        let terminal = try PseudoTerminal()
        let screen = try NcursesScreen(terminal.options(type))
        screen.draw(Grid(size: screen.size), cursor: nil)
        #expect(!terminal.output().contains("\u{1B}[?1000h"))
        screen.setMouse(true)
        screen.setMouse(true)
        #expect(terminal.output() == (has ? on : ""))
        screen.resume()
        let resumed = terminal.output()
        #expect(resumed.contains(off) == has)
        #expect(resumed.hasSuffix(on) == has)
        screen.setMouse(false)
        #expect(terminal.output() == (has ? off : ""))
        screen.setMouse(true)
        _ = terminal.output()
        screen.close()
        #expect(terminal.output().contains(off) == has)
        screen.setMouse(false)
        #expect(terminal.output() == "")
    }

    @Test(
        "the window's title is set where the old one can be kept, never with a control, and goes with the screen",
        arguments: [
            ("xterm-256color", true), ("xterm", true), ("tmux-256color", true), ("screen", false), ("linux", false),
            ("vt100", false),
        ]
    )
    func title(type: String, has: Bool) throws {
        let terminal = try PseudoTerminal()
        let screen = try NcursesScreen(terminal.options(type))
        #expect(terminal.output().contains("\u{1B}[22;2t") == has)
        screen.setTitle("\("RIS\u{1B}]2;x\u{07}\u{9C}Ü\u{202E}")")
        let written = terminal.output()
        // Ü ends with the byte 0x9C in UTF-8, which some terminals take for the end of the title.
        #expect(written == (has ? "\u{1B}]2;RIS␛]2;x␇\u{FFFD}?\u{07}" : ""))
        screen.setTitle("\("RIS\u{1B}]2;x\u{07}\u{9C}Ü\u{202E}")")
        #expect(terminal.output() == "")
        screen.close()
        #expect(terminal.output().contains("\u{1B}[23;2t") == has)

        var quiet = terminal.options(type)
        quiet.title = false
        let second = try NcursesScreen(quiet)
        second.setTitle("RIS")
        second.close()
        let output = terminal.output()
        #expect(!output.contains("\u{1B}]2;") && !output.contains("\u{1B}[22;2t"))
    }

    @Test("only rows that changed are sent, and an equal frame sends nothing")
    func differences() throws {
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        var options = terminal.options()
        options.countBytes = true
        let screen = try NcursesScreen(options)
        defer { screen.close() }
        var grid = Grid(size: screen.size)
        for row in 0..<24 { grid.write("row \(row) \("text")", row: row, column: 0) }
        screen.draw(grid, cursor: nil)
        let first = terminal.output()
        #expect(first.contains("row 23"))
        screen.draw(grid, cursor: nil)
        #expect(terminal.output() == "")
        let counted = screen.bytesWritten
        grid.write("!", row: 5, column: 20)
        screen.draw(grid, cursor: nil)
        let second = terminal.output()
        #expect(second.contains("!") && second.utf8.count < 60)
        if counted > 0 { #expect(screen.bytesWritten - counted == second.utf8.count) }
        screen.draw(grid, cursor: Point(row: 2, column: 3))
        #expect(terminal.output().contains("\u{1B}[3;4H"))
        screen.invalidate()
        screen.draw(grid, cursor: Point(row: 2, column: 3))
        #expect(terminal.output().contains("row 23"))
    }

    @Test("overwriting half of a wide character does not shift the row")
    func wide() throws {
        let terminal = try PseudoTerminal()
        let screen = try NcursesScreen(terminal.options())
        defer { screen.close() }
        var grid = Grid(size: screen.size)
        grid.write("山田太|", row: 0, column: 0)
        screen.draw(grid, cursor: nil)
        grid.write("Y", row: 0, column: 2)
        screen.draw(grid, cursor: nil)
        #expect(row(0, columns: 40).hasPrefix("山Y 太|"))
    }

    @Test("right-to-left runs end with a mark, and that is the only invisible character")
    func rightToLeft() throws {
        let terminal = try PseudoTerminal()
        let screen = try NcursesScreen(terminal.options())
        defer { screen.close() }
        var grid = Grid(size: screen.size)
        grid.write("محمد", row: 0, column: 0)
        grid.write("\("a\u{202E}b\u{1B}[2J\u{9B}")", row: 1, column: 0)
        screen.draw(grid, cursor: nil)
        let output = terminal.output()
        #expect(output.unicodeScalars.contains("\u{200E}"))
        #expect(!output.unicodeScalars.contains("\u{202E}"))
        #expect(!output.unicodeScalars.contains("\u{9B}"))
        #expect(output.contains("ab␛[2J\u{FFFD}"))
        grid = Grid(size: screen.size)
        grid.rightToLeft = .raw
        grid.write("علي", row: 2, column: 0)
        screen.draw(grid, cursor: nil)
        #expect(!terminal.output().unicodeScalars.contains("\u{200E}"))
    }

    @Test("a terminal without UTF-8 gets ASCII only, column for column")
    func ascii() throws {
        let terminal = try PseudoTerminal()
        var options = terminal.options()
        options.isUTF8 = false
        let screen = try NcursesScreen(options)
        defer { screen.close() }
        var grid = Grid(size: screen.size)
        grid.write("山é|e\u{301}─", row: 0, column: 0)
        screen.draw(grid, cursor: nil)
        let output = terminal.output()
        #expect(output.contains("???|?-"))
        #expect(output.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("more than 255 pairs, and more pairs than a terminal has")
    func pairs() throws {
        let terminal = try PseudoTerminal(columns: 80, rows: 24)
        let screen = try NcursesScreen(terminal.options())
        var grid = Grid(size: screen.size)
        for index in 0..<400 {
            let style = Style(
                foreground: .indexed(UInt8(index % 200 + 20)),
                background: .indexed(index < 200 ? 16 : 17)
            )
            grid.write("x", row: index / 80, column: index % 80, style: style)
        }
        screen.draw(grid, cursor: nil)
        var cell = cchar_t()
        _ = mvwin_wch(cnc_stdscr(), 4, 79, &cell)
        var front: Int32 = 0
        var back: Int32 = 0
        #expect(cell.ext_color > 255)
        _ = extended_pair_content(cell.ext_color, &front, &back)
        #expect(front == 219 && back == 17)
        screen.close()

        let small = try NcursesScreen(terminal.options("xterm"))
        defer { small.close() }
        for front in UInt8(0)..<8 {
            for back in UInt8(0)..<8 {
                grid.write(
                    "x",
                    row: Int(front),
                    column: Int(back),
                    style: Style(foreground: .ansi(front), background: .ansi(back))
                )
            }
        }
        for _ in 0..<3 {
            small.draw(grid, cursor: nil)
            _ = mvwin_wch(cnc_stdscr(), 3, 2, &cell)
            _ = extended_pair_content(cell.ext_color, &front, &back)
            #expect(front == 3)
            grid.write("y", row: 20, column: 0, style: Style(foreground: .ansi(3)))
        }
    }

    @Test("the size follows the terminal, whatever LINES and COLUMNS say")
    func resize() throws {
        let terminal = try PseudoTerminal()
        let screen = try NcursesScreen(terminal.options())
        defer { screen.close() }
        #expect(!screen.updateSize())
        for (columns, rows) in [(100, 30), (1, 1), (20, 5), (300, 80)] as [(UInt16, UInt16)] {
            terminal.resize(columns: columns, rows: rows)
            #expect(screen.updateSize())
            #expect(screen.size == TerminalSize(columns: Int(columns), rows: Int(rows)))
            var grid = Grid(size: screen.size)
            grid.drawBox(grid.bounds, title: "山田", style: .plain, theme: .standard)
            screen.draw(grid, cursor: Point(row: 500, column: 500))
            // A frame of another size is clipped or padded.
            screen.draw(Grid(columns: 7, rows: 3), cursor: nil)
            screen.draw(Grid(columns: 400, rows: 100), cursor: nil)
            _ = terminal.output()
        }
    }

    @Test("signals reach the loop as events")
    func signals() throws {
        struct App: TerminalApplication {
            var seen: [InputEvent] = []
            mutating func handle(input: InputEvent) -> LoopRequests {
                seen.append(input)
                return .paint
            }
            mutating func handle(event: Int) -> LoopRequests { [] }
            var nextDeadline: ContinuousClock.Instant? { nil }
            mutating func render(size: TerminalSize) -> Frame { Frame(grid: Grid(size: size)) }
        }
        let terminal = try PseudoTerminal()
        let screen = try NcursesScreen(terminal.options())
        defer { screen.close() }
        let loop = TerminalLoop(app: App(), screen: screen)
        loop.turn(maxWait: .zero)
        terminal.resize(columns: 50, rows: 7)
        for number in [SIGWINCH, SIGTERM, SIGHUP, SIGQUIT, SIGINT] { kill(getpid(), number) }
        write(terminal.main, "j", 1)
        while loop.app.seen.count < 6 { loop.turn() }
        // Pending signals are delivered in an order the system chooses.
        #expect(
            Set(loop.app.seen) == [
                .signal(.terminate), .signal(.hangup), .signal(.quit), .signal(.interrupt),
                .resize(TerminalSize(columns: 50, rows: 7)), .key(.character("j")),
            ]
        )
        #expect(screen.size == TerminalSize(columns: 50, rows: 7))
    }

    @Test("padding is taken out of terminfo strings")
    func padding() {
        func strip(_ text: String) -> String { String(decoding: TerminalAbilities.withoutPadding(text), as: UTF8.self) }
        #expect(strip("\u{1B}[m\u{0F}$<2>") == "\u{1B}[m\u{0F}")
        #expect(strip("a$<5/>b$<1*>c$d<e") == "abc$d<e")
        #expect(strip("a$<5") == "a")
    }

    @Test(
        "a program that breaks gives the terminal back",
        arguments: [SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGTRAP, SIGSYS]
    )
    func fatal(number: Int32) async throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes()
        let path = terminal.path
        let result = await #expect(processExitsWith: .signal(number)) {
            [path = path as String, number = number as Int32] in
            TerminalLocale.prepare()
            var options = PseudoTerminal.options("xterm-256color", descriptor: PseudoTerminal.open(path))
            options.allowCoreDumps = false
            let screen = try NcursesScreen(options)
            screen.setMouse(true)
            screen.draw(Grid(size: screen.size), cursor: nil)
            // The thread may have SIGABRT blocked; abort() sees to that.
            if number == SIGABRT { abort() }
            raise(number)
        }
        #expect(result != nil)
        #expect(terminal.modes() == before)
        let output = terminal.output()
        for sequence in [
            "\u{1B}[?1049l", "\u{1B}[?2004l", "\u{1B}[?2026l", "\u{1B}[?1000l", "\u{1B}[?1002l", "\u{1B}[?1006l",
        ] {
            let on = sequence.dropLast() + "h"
            let last = try #require(output.range(of: sequence))
            #expect(output[last].contains(on) == false)
            #expect(output.suffix(110).contains(sequence))
        }
    }

    @Test("a terminal that reads no more does not keep the program from ending on SIGTERM")
    func stalled() async throws {
        let terminal = try PseudoTerminal(isRead: false)
        let before = terminal.modes()
        let path = terminal.path
        _ = await #expect(processExitsWith: .exitCode(143)) { [path = path as String] in
            TerminalLocale.prepare()
            var options = PseudoTerminal.options("xterm-256color", descriptor: PseudoTerminal.open(path))
            options.allowCoreDumps = false
            let screen = try NcursesScreen(options)
            TerminalRestore.patience = 300
            // The signal comes at once, the loop never: every frame is new, until the terminal's buffer is full.
            kill(getpid(), SIGTERM)
            var number = 0
            while true {
                var grid = Grid(size: screen.size)
                for row in 0..<grid.rows {
                    grid.write("\(String(repeating: String(number % 10), count: 40))", row: row, column: 0)
                }
                screen.draw(grid, cursor: nil)
                number += 1
            }
        }
        #expect(terminal.modes() == before)
    }

    @Test("a trap in Swift, a stack overflow and a bare exit give the terminal back", arguments: [0, 1, 2])
    func ends(kind: Int) async throws {
        let terminal = try PseudoTerminal()
        let before = terminal.modes()
        let path = terminal.path
        _ = await #expect(processExitsWith: kind == 2 ? .exitCode(7) : .failure) {
            [path = path as String, kind = kind as Int] in
            TerminalLocale.prepare()
            var options = PseudoTerminal.options("xterm-256color", descriptor: PseudoTerminal.open(path))
            options.allowCoreDumps = false
            let screen = try NcursesScreen(options)
            screen.draw(Grid(size: screen.size), cursor: nil)
            switch kind {
            case 0: print([1, 2, 3][Int(getpid())])
            case 1: print(overflow(1))
            default: exit(7)
            }
        }
        #expect(terminal.modes() == before)
        #expect(terminal.output().suffix(110).contains("\u{1B}[?1049l"))
    }
}

/// Never returns: each call needs the stack of the one before.
private func overflow(_ depth: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { buffer in
        buffer.initialize(repeating: depth)
        return overflow(depth &+ 1) &+ buffer[depth & 63]
    }
}

extension String {
    /// The range of the last occurrence; no Foundation here.
    fileprivate func range(of text: String) -> Range<Index>? {
        let wanted = Array(text.utf8)
        let bytes = Array(utf8)
        guard bytes.count >= wanted.count else { return nil }
        for start in stride(from: bytes.count - wanted.count, through: 0, by: -1)
        where bytes[start..<start + wanted.count].elementsEqual(wanted) {
            let from = utf8.index(startIndex, offsetBy: start)
            return from..<utf8.index(from, offsetBy: wanted.count)
        }
        return nil
    }
}
