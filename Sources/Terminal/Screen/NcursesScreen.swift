import CNcurses
import Glibc

/// The terminal, by way of ncurses: the only place of the program that calls it.
///
/// ncurses keeps what is on the terminal and sends differences. It is given whole rows, and only rows that changed. Keys
/// are not read through it: the loop reads the descriptor itself and ``KeyDecoder`` makes keys of the bytes.
///
/// One screen at a time, used by one thread. The terminal is restored by ``close()``, on `exit`, and by fatal signals.
public final class NcursesScreen: Screen {
    public struct Options: Sendable {
        /// `TERM`, unless given.
        public var terminalType: String?
        public var color: ColorChoice = .auto
        /// What ``TerminalLocale/prepare()`` answered.
        public var isUTF8: Bool
        /// Keep to ASCII although the terminal could do more.
        public var asciiOnly = false
        /// Frames appear at once on terminals that know mode 2026.
        public var synchronizedOutput = true
        /// The window's title is set by ``NcursesScreen/setTitle(_:)`` where the terminal can bring the old one back.
        public var title = true
        /// Count bytes, see ``NcursesScreen/bytesWritten``; costs two small reads per frame.
        public var countBytes = false
        /// A core dump would hold patient data, so none is written.
        public var allowCoreDumps = false
        public var input: Int32 = 0
        public var output: Int32 = 1
        /// Only tests draw on what is no terminal.
        var requireTerminal = true
        /// Used where the descriptor has no size.
        var fallbackSize = TerminalSize(columns: 80, rows: 24)

        public init(isUTF8: Bool) { self.isUTF8 = isUTF8 }
    }

    public private(set) var size: TerminalSize
    public let depth: ColorDepth
    public let isUTF8: Bool
    /// The terminal's type, from TERM.
    public let terminalType: String

    private let options: Options
    private let relay: SignalRelay
    private let modes: termios
    private let isTerminal: Bool
    private let screen: OpaquePointer
    private let window: UnsafeMutablePointer<WINDOW>
    private let files: [UnsafeMutablePointer<FILE>]
    private let abilities: TerminalAbilities
    private let synchronizes: Bool
    private let hasTitle: Bool
    private let enter: [UInt8]
    private let leave: [UInt8]
    private let meter: WriteMeter?

    private var pairs: ColorPairs
    private var shown: Grid?
    private var shownCursor: Point?
    private var cursorVisible: Bool?
    private var line: [cchar_t] = []
    private var isOpen = true
    private var isMouseOn = false
    private var title: TerminalText?

    nonisolated(unsafe) private static var isInUse = false

    /// Opens the terminal.
    ///
    /// - Throws: ``TerminalError``; the terminal is then untouched, and the process goes on.
    public init(_ options: Options) throws(TerminalError) {
        guard !Self.isInUse else { throw .alreadyOpen }
        if options.requireTerminal {
            guard isatty(options.input) == 1 else { throw .notATerminal(stream: "Standard input") }
            guard isatty(options.output) == 1 else { throw .notATerminal(stream: "Standard output") }
        }
        let type = options.terminalType ?? cnc_environment("TERM").map { String(cString: $0) } ?? ""
        guard !type.isEmpty else { throw .noTerminalType }
        let abilities = try TerminalAbilities(of: type, output: options.output)

        var modes = termios()
        isTerminal = tcgetattr(options.input, &modes) == 0
        self.modes = modes
        self.options = options
        terminalType = type
        isUTF8 = options.isUTF8 && !options.asciiOnly
        self.abilities = abilities
        synchronizes = options.synchronizedOutput && abilities.isModern
        hasTitle = options.title && abilities.keepsTitles
        enter = abilities.enter + (hasTitle ? TerminalAbilities.keepTitle : [])
        leave = (hasTitle ? TerminalAbilities.bringTitleBack : []) + abilities.leave
        meter = options.countBytes ? WriteMeter() : nil

        if !options.allowCoreDumps { _ = cnc_no_core() }
        // Ours before those of ncurses, which takes INT, TERM, TSTP and WINCH only while they are at their default.
        let relay = try SignalRelay()
        self.relay = relay
        if isTerminal {
            TerminalRestore.arm(
                input: options.input,
                output: options.output,
                modes: modes,
                bytes: (synchronizes ? Self.synchronizeEnd : []) + leave + abilities.restore
            )
        }
        // LINES and COLUMNS in the environment must not freeze the size; ncurses overwrites them.
        let sizeOfEnvironment = Self.sizeOfEnvironment()
        use_tioctl(true)
        guard let output = fdopen(cnc_duplicate(options.output), "w"),
            let input = fdopen(cnc_duplicate(options.input), "r"),
            let screen = newterm(type, output, input), let window = cnc_stdscr()
        else {
            TerminalRestore.disarm()
            relay.close()
            throw .unknownTerminal(type)
        }
        Self.isInUse = true
        self.screen = screen
        self.window = window
        files = [output, input]

        raw()
        noecho()
        nonl()
        // Otherwise a frame stops half way whenever a key is waiting.
        typeahead(-1)
        keypad(window, false)
        scrollok(window, false)
        idlok(window, false)

        var available = ColorDepth.mono
        var direct = false
        var defaults = false
        if has_colors(), start_color() == OK {
            defaults = use_default_colors() == OK
            let colors = cnc_colors()
            direct = colors > 256 && cnc_tigetflag("RGB") > 0
            available = direct ? .trueColor : colors >= 256 ? .indexed256 : colors >= 16 ? .ansi16 : .ansi8
            if colors < 8 { available = .mono }
        }
        let depth = options.color.depth(
            available: available,
            noColor: cnc_environment("NO_COLOR").map { String(cString: $0) }
        )
        self.depth = depth
        pairs = ColorPairs(
            depth: depth,
            isDirect: direct,
            hasDefaults: defaults,
            // ncurses names pairs by short in places; more are never needed.
            limit: min(cnc_color_pairs(), 32_767)
        )
        size = sizeOfEnvironment ?? options.fallbackSize
        _ = curs_set(0)
        if !updateSize() { resizeterm(Int32(size.rows), Int32(size.columns)) }
        send(enter)
    }

    deinit { close() }

    public var inputDescriptor: Int32? { options.input }
    public var signalDescriptor: Int32? { relay.descriptor }

    /// Bytes written by ``draw(_:cursor:)``; 0 unless ``Options/countBytes`` is set and the system keeps count.
    public var bytesWritten: Int { meter?.total ?? 0 }

    public var isReady: Bool {
        var entry = pollfd(fd: options.output, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    // MARK: Drawing

    private static let synchronizeBegin = Array("\u{1B}[?2026h".utf8)
    private static let synchronizeEnd = Array("\u{1B}[?2026l".utf8)

    public func draw(_ grid: Grid, cursor: Point?) {
        guard isOpen else { return }
        var changed = drawRows(grid)
        if pairs.isExhausted {
            // Numbers still used by older rows are about to mean other colours, so all rows are handed over again.
            pairs.reset()
            shown = nil
            changed = drawRows(grid) || changed
        }
        shown = grid
        changed = placeCursor(cursor) || changed
        guard changed else { return }
        wnoutrefresh(window)
        meter?.begin()
        if synchronizes { send(Self.synchronizeBegin) }
        doupdate()
        if synchronizes { send(Self.synchronizeEnd) }
        meter?.end()
    }

    private func drawRows(_ grid: Grid) -> Bool {
        var changed = false
        let comparable = shown?.size == grid.size
        for row in 0..<size.rows {
            let cells = grid.row(row)
            if comparable, let shown, shown.row(row) == cells { continue }
            changed = true
            hand(cells, row: row, mark: grid.rightToLeft == .mark && isUTF8)
        }
        return changed
    }

    /// Hands a whole row to ncurses, blanks included: it never has to mend half of a wide character.
    private func hand(_ cells: ArraySlice<Cell>, row: Int, mark: Bool) {
        line.removeAll(keepingCapacity: true)
        var columns = 0
        var lastPacked: UInt64?
        var look = ColorPairs.Look(attributes: 0, pair: 0)
        withUnsafeTemporaryAllocation(of: wchar_t.self, capacity: 8) { text in
            for cell in cells {
                let width = cell.width
                if width == 0 { continue }
                if columns + width > size.columns { break }
                if cell.stylePacked != lastPacked {
                    look = pairs.look(for: cell.stylePacked)
                    lastPacked = cell.stylePacked
                }
                columns += width
                if !isUTF8, cell.base > 0x7E || !cell.isSimple {
                    // One sign per column, so that what follows stays in its place.
                    let twin = cell.isSimple ? Self.twin(of: cell.base) : 0x3F
                    for _ in 0..<width { append(twin, look, text) }
                    continue
                }
                var count = 0
                if cell.isSimple {
                    text[0] = wchar_t(bitPattern: cell.base)
                    count = 1
                } else {
                    cell.forEachScalar {
                        text[count] = wchar_t(bitPattern: $0)
                        count += 1
                    }
                }
                if mark, cell.endsRightToLeft {
                    count = min(count, TerminalText.markLimit)
                    text[count] = 0x200E
                    count += 1
                }
                text[count] = 0
                appendCell(look, text)
            }
            while columns < size.columns {
                append(0x20, ColorPairs.Look(attributes: 0, pair: 0), text)
                columns += 1
            }
        }
        line.withUnsafeBufferPointer {
            _ = mvwadd_wchnstr(window, Int32(row), 0, $0.baseAddress, Int32($0.count))
        }
    }

    private func append(_ base: UInt32, _ look: ColorPairs.Look, _ text: UnsafeMutableBufferPointer<wchar_t>) {
        text[0] = wchar_t(bitPattern: base)
        text[1] = 0
        appendCell(look, text)
    }

    private func appendCell(_ look: ColorPairs.Look, _ text: UnsafeMutableBufferPointer<wchar_t>) {
        var cell = cchar_t()
        _ = cnc_setcchar(&cell, text.baseAddress, look.attributes, look.pair)
        line.append(cell)
    }

    /// What an ASCII terminal shows for a character it does not have. Frames are drawn with glyphs, which have twins of
    /// their own; these are the last resort.
    private static func twin(of base: UInt32) -> UInt32 {
        switch base {
        case 0..<0x7F: base
        case 0x2500, 0x2501, 0x2550: 0x2D
        case 0x2502, 0x2503, 0x2551: 0x7C
        case 0x2504...0x257F: 0x2B
        default: 0x3F
        }
    }

    /// Shows, hides and moves the cursor; true if that changed anything.
    private func placeCursor(_ cursor: Point?) -> Bool {
        let visible = cursor != nil
        var changed = false
        if visible != cursorVisible {
            leaveok(window, !visible)
            _ = curs_set(visible ? 1 : 0)
            cursorVisible = visible
            changed = true
        }
        if let cursor {
            let row = min(max(cursor.row, 0), max(size.rows - 1, 0))
            let column = min(max(cursor.column, 0), max(size.columns - 1, 0))
            wmove(window, Int32(row), Int32(column))
        }
        if cursor != shownCursor {
            shownCursor = cursor
            changed = true
        }
        return changed
    }

    public func bell() {
        if isOpen { beep() }
    }

    /// Does nothing on terminals that have no mouse by their description.
    public func setMouse(_ isOn: Bool) {
        guard isOpen, isOn != isMouseOn else { return }
        isMouseOn = isOn
        send(isOn ? abilities.mouseOn : abilities.mouseOff)
    }

    public func invalidate() {
        guard isOpen else { return }
        shown = nil
        clearok(cnc_curscr(), true)
    }

    /// Names the window. Does nothing where the terminal cannot bring the old title back.
    public func setTitle(_ title: TerminalText) {
        guard isOpen, hasTitle, title != self.title else { return }
        self.title = title
        sendTitle()
    }

    private func sendTitle() {
        guard let title else { return }
        var text: [UInt8] = []
        for scalar in title.string.unicodeScalars.prefix(80) {
            let bytes = Array(String(scalar).utf8)
            // 0x9C inside of a character ends the title on terminals that look at bytes only.
            if bytes.count > 1, !isUTF8 || bytes.contains(0x9C) { text.append(0x3F) } else { text += bytes }
        }
        send(Array("\u{1B}]2;".utf8) + text + [0x07])
    }

    // MARK: Size

    /// LINES and COLUMNS, for a line that does not know its terminal's size.
    private static func sizeOfEnvironment() -> TerminalSize? {
        func number(_ name: String) -> Int? {
            cnc_environment(name).flatMap { Int(String(cString: $0)) }.flatMap { (1...10_000).contains($0) ? $0 : nil }
        }
        guard let columns = number("COLUMNS"), let rows = number("LINES") else { return nil }
        return TerminalSize(columns: columns, rows: rows)
    }

    public func updateSize() -> Bool {
        var window = winsize()
        guard isOpen, cnc_window_size(options.output, &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return false
        }
        return setSize(TerminalSize(columns: Int(window.ws_col), rows: Int(window.ws_row)))
    }

    /// Tells ncurses another size; true if it is another.
    func setSize(_ new: TerminalSize) -> Bool {
        guard new.columns > 0, new.rows > 0 else { return false }
        let old = size
        size = new
        resizeterm(Int32(new.rows), Int32(new.columns))
        if new != old { shown = nil }
        return new != old
    }

    // MARK: Leaving and coming back

    public func suspend() {
        guard isOpen else { return }
        giveBack()
        relay.stopJob()
        takeAgain()
    }

    public func resume() {
        guard isOpen else { return }
        giveBack()
        takeAgain()
    }

    private func giveBack() {
        send(leave)
        _ = curs_set(1)
        endwin()
        send(abilities.wipe)
        setModes()
        TerminalRestore.setArmed(false)
    }

    private func takeAgain() {
        if isTerminal { TerminalRestore.setArmed(true) }
        // Keys typed at the shell are not meant for us.
        tcflush(options.input, TCIFLUSH)
        reset_prog_mode()
        cursorVisible = nil
        shown = nil
        _ = updateSize()
        // The first refresh after endwin enters the alternate screen again and repaints everything.
        clearok(cnc_curscr(), true)
        wnoutrefresh(window)
        doupdate()
        send(enter)
        sendTitle()
        if isMouseOn { send(abilities.mouseOn) }
    }

    public func close() {
        guard isOpen else { return }
        isOpen = false
        // A terminal that has stopped reading must not keep the program from ending.
        TerminalRestore.hurry {
            if !isReady { tcflush(options.output, TCOFLUSH) }
            send(leave)
            _ = curs_set(1)
            endwin()
            send(abilities.wipe)
            setModes()
            TerminalRestore.disarm()
        }
        delscreen(screen)
        for file in files { fclose(file) }
        relay.close()
        Self.isInUse = false
    }

    private func setModes() {
        var saved = modes
        if isTerminal { tcsetattr(options.input, TCSANOW, &saved) }
    }

    /// Writes our own sequences, which ncurses does not know. It flushes after every update, so the order is right.
    private func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(options.output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}
