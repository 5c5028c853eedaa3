import Glibc
import NIOConcurrencyHelpers

/// Notices that whoever read a pipe has gone, though nothing is written to it: a query that finds nothing ends too.
final class ReaderWatch: Sendable {
    private let isStopped = NIOLockedValueBox(false)

    /// Calls `handler` once when the reader of `descriptor` has gone. Nothing is watched but a pipe or a socket.
    init(_ descriptor: Int32 = 1, _ handler: @escaping @Sendable () -> Void) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) else { return }
        let isStopped = isStopped
        // A thread of its own: the few of a pool are for what ends soon.
        Task {
            await UIThread.run {
                while !isStopped.withLockedValue({ $0 }) {
                    // No event is asked for: errors are told always.
                    var entry = pollfd(fd: descriptor, events: 0, revents: 0)
                    guard poll(&entry, 1, 100) > 0 else { continue }
                    if !isStopped.withLockedValue({ $0 }) { handler() }
                    return
                }
            }
        }
    }

    func stop() { isStopped.withLockedValue { $0 = true } }
}
