import CNcurses
import Glibc

// The border to the signal handlers. Whatever a handler touches lives in one block of plain memory behind a constant
// pointer that is set up before any handler is installed: no locks, no allocation, no reference counting, no lazy
// initialisation can happen inside a handler. Only write, poll, tcsetattr, tcflush, setitimer, pthread_self,
// pthread_kill, usleep, pause, raise and _exit are called there (async-signal-safe by POSIX.1-2008 2.4.3; setitimer and usleep are
// bare system calls).

/// Nothing is wrong; the drawing thread is being held; the terminal is being put right.
private let whole: Int32 = 0
private let breaking: Int32 = 1
private let broken: Int32 = 2

private struct HandlerState {
    /// The terminal is in our hands.
    var armed: Int32 = 0
    var input: Int32 = -1
    var output: Int32 = -1
    var modes = termios()
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    /// The thread that draws.
    var owner = pthread_self()
    /// Where ordinary signals are announced; -1 when nobody listens.
    var relay: Int32 = -1
    /// The last signal that asked the program to end.
    var ending: Int32 = 0
    /// Whether the program has broken.
    var brokenness = whole
    /// The drawing thread draws no more.
    var isParked: Int32 = 0
    /// The thread that draws has been asked to end the program.
    var isHandedOver: Int32 = 0
    /// The program has heard that it is to end.
    var isEnding: Int32 = 0
    /// The patience had an end, but nothing hung.
    var isWaitingOn: Int32 = 0
    /// Milliseconds the loop has to notice that the program is to end.
    var patience: UInt32 = 500
    /// Counts SIGCONT.
    var continued: UInt32 = 0
    /// The program has stopped itself and sees to what follows.
    var isStopping: Int32 = 0
}

private nonisolated(unsafe) let handlerState: UnsafeMutablePointer<HandlerState> = {
    let state = UnsafeMutablePointer<HandlerState>.allocate(capacity: 1)
    state.initialize(to: HandlerState())
    return state
}()

/// The terminal takes output.
private func hasRoom() -> Bool {
    var entry = pollfd(fd: handlerState.pointee.output, events: Int16(POLLOUT), revents: 0)
    return poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLOUT) != 0
}

/// Writes the bytes that put the terminal right, in one piece, so that nothing comes between. What a terminal that reads
/// no more has not taken is thrown away first.
private func writeRestoringBytes() {
    let state = handlerState
    guard let bytes = state.pointee.bytes else { return }
    if !hasRoom() { tcflush(state.pointee.output, TCOFLUSH) }
    var sent = 0
    while sent < state.pointee.count, hasRoom() {
        let count = write(state.pointee.output, bytes + sent, state.pointee.count - sent)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { break }
        sent += count
    }
}

private func restoreFromHandler() {
    let state = handlerState
    guard state.pointee.armed != 0 else { return }
    state.pointee.armed = 0
    // The modes last: with them the terminal shows again what is typed.
    writeRestoringBytes()
    _ = tcsetattr(state.pointee.input, TCSANOW, &state.pointee.modes)
}

private func onFatalSignal(_ number: Int32) {
    let state = handlerState
    state.pointee.ending = number
    if state.pointee.armed != 0 {
        // Should a write not come back, `onAlarm` ends the program.
        cnc_timer(1000)
        if pthread_equal(pthread_self(), state.pointee.owner) == 0 {
            // The drawing thread would draw over the restored terminal, or hang in a write that holds its lock.
            state.pointee.brokenness = breaking
            pthread_kill(state.pointee.owner, SIGALRM)
            var patience = 100
            while state.pointee.isParked == 0, patience > 0 {
                usleep(1000)
                patience -= 1
            }
        }
        state.pointee.brokenness = broken
        restoreFromHandler()
        cnc_timer(0)
    }
    // The action is the default again (SA_RESETHAND); the signal is blocked until this handler returns.
    raise(number)
}

private func onOrdinarySignal(_ number: Int32) {
    let saved = errno
    let state = handlerState
    if number == SIGCONT {
        state.pointee.continued &+= 1
        if state.pointee.isStopping != 0 { return }
    }
    var byte = UInt8(truncatingIfNeeded: number)
    if state.pointee.relay >= 0 { _ = write(state.pointee.relay, &byte, 1) }
    if number == SIGTERM || number == SIGHUP || number == SIGINT || number == SIGQUIT {
        state.pointee.ending = number
        cnc_timer(state.pointee.patience)
    }
    errno = saved
}

/// The loop did not notice in time that the program is to end: mostly it hangs in a write to a terminal that reads no
/// more, and that write holds the terminal's lock. Taken on the drawing thread, the signal has ended that write, and the
/// terminal can be put right whole; if that thread does not answer either, only the modes can be set back.
private func onAlarm(_ number: Int32) {
    let state = handlerState
    let isOwner = pthread_equal(pthread_self(), state.pointee.owner) != 0
    if state.pointee.brokenness == breaking, isOwner {
        state.pointee.isParked = 1
        while true { pause() }
    }
    if state.pointee.brokenness != whole {
        tcflush(state.pointee.output, TCOFLUSH)
        _ = tcsetattr(state.pointee.input, TCSANOW, &state.pointee.modes)
    } else if state.pointee.armed != 0 {
        if state.pointee.isWaitingOn == 0, hasRoom() {
            // Nothing hangs; the machine has much to do. What runs is still to be ended properly.
            state.pointee.isWaitingOn = 1
            cnc_timer(2000)
            return
        }
        if !isOwner, state.pointee.isHandedOver == 0 {
            state.pointee.isHandedOver = 1
            cnc_timer(200)
            pthread_kill(state.pointee.owner, SIGALRM)
            return
        }
        state.pointee.armed = 0
        tcflush(state.pointee.output, TCOFLUSH)
        if isOwner { writeRestoringBytes() }
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
        state.pointee.owner = pthread_self()
        state.pointee.isHandedOver = 0
        state.pointee.isWaitingOn = 0
        state.pointee.isEnding = 0
        // Threads made by those of Swift's pool have it blocked.
        var alarm = sigset_t()
        sigemptyset(&alarm)
        sigaddset(&alarm, SIGALRM)
        pthread_sigmask(SIG_UNBLOCK, &alarm, nil)
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

    /// The loop has read a signal that asks the program to end, or end of file; from here on it is the program's affair.
    static func endingNoticed() {
        handlerState.pointee.isEnding = 1
        cnc_timer(0)
    }

    fileprivate static var isEnding: Bool { handlerState.pointee.isEnding != 0 }

    /// What `body` writes must be written within a second, or the program ends without: the terminal may have been
    /// stopped, and would take nothing for ever.
    static func hurry(_ body: () -> Void) {
        if handlerState.pointee.ending == 0 { handlerState.pointee.ending = SIGHUP }
        cnc_timer(1000)
        body()
        cnc_timer(0)
        handlerState.pointee.ending = 0
    }

    /// How long the loop may take to notice SIGTERM, SIGHUP, SIGINT or SIGQUIT before the program is ended for it, in
    /// milliseconds.
    static var patience: UInt32 {
        get { handlerState.pointee.patience }
        set { handlerState.pointee.patience = newValue }
    }

    fileprivate static func installAlarm(_ before: inout sigaction) -> Bool {
        cnc_install_relay(SIGALRM, onAlarm, &before) == 0
    }

    fileprivate static var timesContinued: UInt32 { handlerState.pointee.continued }
    fileprivate static func setStopping(_ isStopping: Bool) { handlerState.pointee.isStopping = isStopping ? 1 : 0 }

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
        TerminalRestore.setStopping(true)
        let before = TerminalRestore.timesContinued
        _ = cnc_install_default(SIGTSTP, nil)
        kill(0, SIGTSTP)
        // Another thread may take the signal, a moment after kill has returned. Where no shell could continue the job,
        // the system does not stop it, and nothing follows.
        var patience = 200
        while TerminalRestore.timesContinued == before, patience > 0 {
            usleep(1000)
            patience -= 1
        }
        var ignored = sigaction()
        _ = TerminalRestore.installRelay(SIGTSTP, &ignored)
        TerminalRestore.setStopping(false)
    }

    func close() {
        for (number, action) in previous {
            // A terminal that goes away sends SIGHUP twice, and the second must not cut short what the first has begun.
            if TerminalRestore.isEnding, number == SIGHUP || number == SIGTERM {
                _ = cnc_install_ignore(number, nil)
                continue
            }
            var action = action
            sigaction(number, &action, nil)
        }
        previous.removeAll()
        TerminalRestore.setRelay(-1)
        Glibc.close(descriptor)
        Glibc.close(writeEnd)
    }
}
