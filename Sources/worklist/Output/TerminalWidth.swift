import Glibc
import Terminal

/// How many columns output for people has.
enum TerminalWidth {
    /// Where nobody says.
    static let usual = 100

    /// `COLUMNS`, else what the terminal on `descriptor` says, else ``usual``.
    static func columns(of descriptor: Int32 = 1) -> Int {
        if let text = Configuration.environment("COLUMNS"), let number = Int(text), number > 0 {
            return min(number, TerminalSize.limit)
        }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usual }
        return min(Int(size.ws_col), TerminalSize.limit)
    }
}
