/// What the terminal, the system and the clock tell the program. Text in it is as untrusted as any.
public enum InputEvent: Hashable, Sendable {
    case key(Key)
    /// Bracketed paste: belongs into a text field, never into the keymap.
    case paste(String)
    /// Only after ``Screen/setMouse(_:)``.
    case mouse(MouseEvent)
    /// Bytes that are no key: broken UTF-8, an unknown or cut escape sequence.
    case invalid
    case resize(TerminalSize)
    case signal(TerminalSignal)
    /// The program was stopped (Ctrl-Z) and runs again.
    case resumed(stoppedFor: Duration)
    /// The deadline the program asked for has come.
    case tick
}

/// Signals handed to the program as events; it decides what to finish before it ends.
public enum TerminalSignal: Hashable, Sendable {
    case interrupt
    case terminate
    case quit
    /// The terminal is gone: SIGHUP, or end of file on it.
    case hangup

    /// The status a shell expects from a program that ended because of the signal: 128 and its number.
    public var exitStatus: Int32 {
        switch self {
        case .hangup: 129
        case .interrupt: 130
        case .quit: 131
        case .terminate: 143
        }
    }
}
