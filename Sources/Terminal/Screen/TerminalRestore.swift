import CNcurses
import Glibc

// The border to the signal handlers. Whatever a handler touches lives in one block of plain memory behind a constant
// pointer that is set up before any handler is installed: no locks, no allocation, no reference counting, no lazy
// initialisation can happen inside a handler. Only write, tcsetattr, tcflush, alarm, raise and _exit are called there
// (all async-signal-safe, POSIX.1-2008 2.4.3).

private struct HandlerState {
    /// The terminal is in our hands.
    var armed: Int32 = 0
    var input: Int32 = -1
    var output: Int32 = -1
    var modes = termios()
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    /// Where ordinary signals are announced; -1 when nobody listens.
    var relay: Int32 = -1
    /// The last signal that asked the program to end.
    var ending: Int32 = 0
    /// Seconds the loop has to notice it.
    var patience: UInt32 = 2
}

private nonisolated(unsafe) let handlerState: UnsafeMutablePointer<HandlerState> = {
    let state = UnsafeMutablePointer<HandlerState>.allocate(capacity: 1)
    state.initialize(to: HandlerState())
    return state
}()

private func restoreFromHandler() {
    let state = handlerState
    guard state.pointee.armed != 0 else { return }
    state.pointee.armed = 0
    var sent = 0
    while sent < state.pointee.count, let bytes = state.pointee.bytes {
        let count = write(state.pointee.output, bytes + sent, state.pointee.count - sent)
        if count <= 0 { break }
        sent += count
    }
    _ = tcsetattr(state.pointee.input, TCSANOW, &state.pointee.modes)
}

private func onFatalSignal(_ number: Int32) {
    restoreFromHandler()
    // The action is the default again (SA_RESETHAND); the signal is blocked until this handler returns.
    raise(number)
}

private func onOrdinarySignal(_ number: Int32) {
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: number)
    if handlerState.pointee.relay >= 0 { _ = write(handlerState.pointee.relay, &byte, 1) }
    if number == SIGTERM || number == SIGHUP {
        handlerState.pointee.ending = number
        alarm(handlerState.pointee.patience)
    }
    errno = saved
}

/// The loop did not notice in time that the program is to end: it hangs in a write to a terminal that reads no more, and
/// that write holds the terminal's lock, so nothing can be written here. The modes can be set back.
private func onAlarm(_ number: Int32) {
    let state = handlerState
    if state.pointee.armed != 0 {
        state.pointee.armed = 0
        tcflush(state.pointee.output, TCOFLUSH)
        _ = tcsetattr(state.pointee.input, TCSANOW, &state.pointee.modes)
    }
    _exit(128 + state.pointee.ending)
}

private func onExit() { restoreFromHandler() }

/// Puts the terminal right however the program ends.
enum TerminalRestore {
    /// Signals that mean the program has broken. Swift's traps arrive as ILL or TRAP.
    private static let fatal = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS]

    nonisolated(unsafe) private static var previous: [(Int32, sigaction)] = []
    nonisolated(unsafe) private static var prepared = false

    /// From now on every end of the program writes `bytes` to `output` and sets the terminal modes back.
    static func arm(input: Int32, output: Int32, modes: termios, bytes: [UInt8]) {
        let state = handlerState
        state.pointee.armed = 0
        state.pointee.bytes?.deallocate()
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
        state.pointee.bytes = copy
        state.pointee.count = bytes.count
        state.pointee.input = input
        state.pointee.output = output
        state.pointee.modes = modes
        if !prepared {
            prepared = true
            atexit(onExit)
            // 64 KiB for the thread that opens the screen, kept for the life of the process.
            let size = 65_536
            _ = cnc_alternate_stack(UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16), size)
        }
        if previous.isEmpty {
            for number in fatal {
                var before = sigaction()
                if cnc_install_fatal(number, onFatalSignal, &before) == 0 { previous.append((number, before)) }
            }
        }
        state.pointee.armed = 1
    }

    /// The terminal is the shell's for a while, or back in our hands.
    static func setArmed(_ armed: Bool) { handlerState.pointee.armed = armed ? 1 : 0 }

    /// The terminal has been restored in the ordinary way.
    static func disarm() {
        handlerState.pointee.armed = 0
        for (number, action) in previous {
            var action = action
            sigaction(number, &action, nil)
        }
        previous.removeAll()
    }

    /// The loop has read a signal that asks the program to end; from here on it is the program's affair.
    static func endingNoticed() { alarm(0) }

    /// How long the loop may take to notice SIGTERM or SIGHUP before the program is ended for it, in seconds.
    static var patience: UInt32 {
        get { handlerState.pointee.patience }
        set { handlerState.pointee.patience = newValue }
    }

    fileprivate static func installAlarm(_ before: inout sigaction) -> Bool {
        cnc_install_relay(SIGALRM, onAlarm, &before) == 0
    }

    fileprivate static func setRelay(_ descriptor: Int32) { handlerState.pointee.relay = descriptor }
    fileprivate static func installRelay(_ number: Int32, _ before: inout sigaction) -> Bool {
        cnc_install_relay(number, onOrdinarySignal, &before) == 0
    }
}

/// Turns signals into bytes in a pipe, which the loop polls. Handlers run on any thread and do nothing else.
final class SignalRelay {
    /// Resize, stop and continue are the screen's own; the others go to the program.
    private static let numbers = [SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    let descriptor: Int32
    private let writeEnd: Int32
    private var previous: [(Int32, sigaction)] = []

    init() throws(TerminalError) {
        var ends: [Int32] = [-1, -1]
        guard cnc_pipe(&ends) == 0 else { throw TerminalError.system(call: "pipe", error: errno) }
        descriptor = ends[0]
        writeEnd = ends[1]
        TerminalRestore.setRelay(writeEnd)
        for number in Self.numbers {
            var before = sigaction()
            if TerminalRestore.installRelay(number, &before) { previous.append((number, before)) }
        }
        var before = sigaction()
        if TerminalRestore.installAlarm(&before) { previous.append((SIGALRM, before)) }
        if cnc_install_ignore(SIGPIPE, &before) == 0 { previous.append((SIGPIPE, before)) }
    }

    /// Stops the whole job as the terminal would on Ctrl-Z, and returns when it is continued.
    func stopJob() {
        let numbers = [SIGTSTP, SIGCONT]
        for number in numbers { _ = cnc_install_default(number, nil) }
        kill(0, SIGTSTP)
        for number in numbers {
            var ignored = sigaction()
            _ = TerminalRestore.installRelay(number, &ignored)
        }
    }

    func close() {
        for (number, action) in previous {
            var action = action
            sigaction(number, &action, nil)
        }
        previous.removeAll()
        TerminalRestore.setRelay(-1)
        Glibc.close(descriptor)
        Glibc.close(writeEnd)
    }
}
