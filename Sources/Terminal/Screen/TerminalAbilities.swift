import CNcurses
import Glibc

/// What the program writes to a terminal beside what ncurses does, by the terminal's type.
///
/// Terminals that report a mouse by their description are today's emulators, which ignore private modes they do not
/// know. The others, a vt100 or the Linux console, get nothing that is not in their description.
struct TerminalAbilities {
    /// Bracketed paste, synchronized output, mouse reports and the window's title may be used.
    let isModern: Bool
    /// The window's title can be kept and brought back, by the title stack of xterm.
    let keepsTitles: Bool
    /// Clears a screen that has no alternate one to go back to: patients' names must not stay behind on it.
    let wipe: [UInt8]
    /// Puts the terminal right after a crash, without the help of ncurses.
    let restore: [UInt8]

    /// Bracketed paste.
    var enter: [UInt8] { isModern ? Array("\u{1B}[?2004h".utf8) : [] }
    /// Ends all that ``enter`` and ``mouseOn`` began.
    var leave: [UInt8] { isModern ? mouseOff + Array("\u{1B}[?2004l".utf8) : [] }
    /// Presses, releases, drags and the wheel, with any coordinates; X10 reports where 1006 is not known.
    var mouseOn: [UInt8] { isModern ? Array("\u{1B}[?1000h\u{1B}[?1002h\u{1B}[?1006h".utf8) : [] }
    var mouseOff: [UInt8] { isModern ? Array("\u{1B}[?1006l\u{1B}[?1002l\u{1B}[?1000l".utf8) : [] }

    static let keepTitle = Array("\u{1B}[22;2t".utf8)
    static let bringTitleBack = Array("\u{1B}[23;2t".utf8)

    /// Terminals that have the title stack, by the first part of their type.
    private static let titleKeepers: Set<String> = [
        "xterm", "tmux", "alacritty", "contour", "foot", "ghostty", "konsole", "mintty", "mlterm", "vte", "gnome",
        "wezterm",
    ]

    /// Checks the terminal's type before anything is written.
    init(of type: String, output: Int32) throws(TerminalError) {
        var status: Int32 = 0
        guard setupterm(type, output, &status) == OK else {
            // A hard-copy terminal is found (status 1) but refused.
            throw status == 1 ? .cannotPlaceCursor(type) : .unknownTerminal(type)
        }
        defer { _ = del_curterm(cnc_cur_term()) }
        guard cnc_tigetstr("cup") != nil, cnc_tigetstr("clear") != nil else { throw .cannotPlaceCursor(type) }
        // The Linux console's description names the mouse of gpm, which sends no reports.
        isModern = cnc_tigetstr("kmous") != nil && !type.hasPrefix("linux")
        keepsTitles = isModern && Self.titleKeepers.contains(String(type.prefix { $0 != "-" }))
        let hasAlternate = cnc_tigetstr("smcup") != nil && cnc_tigetstr("rmcup") != nil
        wipe = hasAlternate ? [] : cnc_tigetstr("clear").map(Self.withoutPadding) ?? []
        var bytes: [UInt8] = []
        for name in ["op", "sgr0", "cnorm", "rmcup"] {
            if let value = cnc_tigetstr(name) { bytes += Self.withoutPadding(value) }
        }
        restore = bytes + wipe
    }

    /// Terminfo strings hold delays, `$<5>`, that only ncurses interprets.
    static func withoutPadding(_ value: UnsafePointer<CChar>) -> [UInt8] {
        var result: [UInt8] = []
        var skipping = false
        for byte in String(cString: value).utf8 {
            if skipping {
                if byte == 0x3E { skipping = false }
            } else if byte == 0x3C, result.last == 0x24 {
                result.removeLast()
                skipping = true
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
