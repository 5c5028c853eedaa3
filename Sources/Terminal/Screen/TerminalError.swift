import CNcurses
import Glibc

/// Why the full screen cannot be opened.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or output is a file or a pipe.
    case notATerminal(stream: String)
    /// TERM is empty.
    case noTerminalType
    /// TERM names nothing in the terminfo database.
    case unknownTerminal(String)
    /// The terminal cannot place its cursor: TERM=dumb, a teletype.
    case cannotPlaceCursor(String)
    /// A screen is open already in this process.
    case alreadyOpen
    /// A system call failed.
    case system(call: String, error: Int32)

    public var description: String {
        switch self {
        case .notATerminal(let stream):
            "\(stream) is not a terminal, so there is no screen to draw on. Run it in a terminal, or use "
                + "'worklist find' or 'worklist browse --script FILE'."
        case .noTerminalType:
            "TERM is not set, so the terminal's abilities are unknown. Try: TERM=xterm-256color worklist"
        case .unknownTerminal(let name):
            "TERM=\(TerminalText(name, limit: 60)) is not in this machine's terminfo database. "
                + "Try TERM=xterm-256color, or install the package ncurses-term."
        case .cannotPlaceCursor(let name):
            "TERM=\(TerminalText(name, limit: 60)) cannot place its cursor, so there is no full screen. "
                + "Use 'worklist find', or set TERM to what the terminal really is, such as xterm-256color."
        case .alreadyOpen:
            "A screen is open already; close it first."
        case .system(let call, let error):
            "\(call) failed on the terminal: \(String(cString: strerror(error)))."
        }
    }
}

/// The user's choice of colours; `--color`.
public enum ColorChoice: Hashable, Sendable {
    /// `NO_COLOR` if it is set, else what the terminal can do.
    case auto
    case never
    /// What the terminal can do, whatever `NO_COLOR` says.
    case always
    /// At most this much.
    case limited(ColorDepth)

    /// Reads `auto`, `never`, `always`, `8`, `16`, `256` or `truecolor`.
    public init?(parsing text: some StringProtocol) {
        switch text.lowercased() {
        case "auto": self = .auto
        case "never", "no", "none", "mono": self = .never
        case "always", "yes": self = .always
        case "8": self = .limited(.ansi8)
        case "16": self = .limited(.ansi16)
        case "256": self = .limited(.indexed256)
        case "truecolor", "24bit": self = .limited(.trueColor)
        default: return nil
        }
    }

    /// The depth to use on a terminal with `available` colours. `noColor` is the value of `NO_COLOR`, which counts when
    /// it is not empty (no-color.org).
    public func depth(available: ColorDepth, noColor: String?) -> ColorDepth {
        switch self {
        case .auto: noColor.map { !$0.isEmpty } ?? false ? .mono : available
        case .never: .mono
        case .always: available
        case .limited(let depth): min(depth, available)
        }
    }
}
