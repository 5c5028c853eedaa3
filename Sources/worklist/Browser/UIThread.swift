import Glibc

/// A thread for the screen. It sleeps in `poll`, and one of the few threads of Swift's pool must not be held that way.
enum UIThread {
    /// `@unchecked`: handed from the caller to the one new thread, and not touched by the caller again.
    private final class Body: @unchecked Sendable {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// Runs `body` on a thread of its own and returns when it is done.
    static func run(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let work = Body {
                body()
                continuation.resume()
            }
            let argument = Unmanaged.passRetained(work).toOpaque()
            var thread = pthread_t()
            let code = pthread_create(
                &thread,
                nil,
                { @Sendable argument in
                    guard let argument else { return nil }
                    Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                },
                argument
            )
            if code == 0 {
                pthread_detach(thread)
            } else {
                // No thread to be had: here is better than not at all.
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
            }
        }
    }
}
