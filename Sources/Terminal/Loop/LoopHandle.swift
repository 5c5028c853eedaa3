import CNcurses
import Glibc
import Synchronization

/// The way into a ``TerminalLoop`` for every other thread.
///
/// Posting is a short lock and, only if the loop has not been woken yet, one write.
public final class LoopHandle<Event: Sendable>: Sendable {
    struct Posted {
        var inputs: [(event: InputEvent, at: ContinuousClock.Instant)] = []
        var events: [Event] = []
    }

    private struct Queue {
        var posted = Posted()
        var isAwake = false
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    /// An eventfd: readable while something is posted. -1 if the system has none left; the loop then looks by itself.
    let descriptor: Int32

    init() { descriptor = cnc_eventfd() }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Hands an event to the program. False when the loop has ended; the event is then dropped.
    @discardableResult
    public func post(_ event: Event) -> Bool {
        enqueue { $0.events.append(event) }
    }

    /// Hands several events over at once.
    @discardableResult
    public func post(contentsOf events: some Sequence<Event> & Sendable) -> Bool {
        enqueue { $0.events.append(contentsOf: events) }
    }

    /// Hands a key, a mouse event, a paste or a resize over as if the terminal had sent it. Inputs go before events.
    @discardableResult
    public func post(input: InputEvent) -> Bool {
        let now = ContinuousClock.now
        return enqueue { $0.inputs.append((input, now)) }
    }

    private func enqueue(_ change: (inout Posted) -> Void) -> Bool {
        let (accepted, wake) = queue.withLock { queue in
            if queue.isClosed { return (false, false) }
            change(&queue.posted)
            defer { queue.isAwake = true }
            return (true, !queue.isAwake)
        }
        if wake { self.wake() }
        return accepted
    }

    private func wake() {
        guard descriptor >= 0 else { return }
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Takes everything posted so far.
    func take() -> Posted {
        if descriptor >= 0 {
            var count: UInt64 = 0
            _ = read(descriptor, &count, 8)
        }
        return queue.withLock { queue in
            queue.isAwake = false
            let posted = queue.posted
            queue.posted = Posted()
            return posted
        }
    }

    func finish() {
        queue.withLock {
            $0.isClosed = true
            $0.posted = Posted()
        }
    }
}
