import DICOMProtocol

/// One thing that happened, on which association, and when.
public struct Observation: Sendable {
    /// An association as far as it is known at that moment.
    public struct Subject: Hashable, Sendable {
        /// A number of its own among the associations of this process, for each side.
        public var id: Int
        /// Our side of it.
        public var role: UpperLayerMachine.Role
        /// Address and port of the peer, such as `127.0.0.1:40312`.
        public var remoteAddress: String
    }

    /// Which association.
    public var association: Subject
    /// Seconds since 1970-01-01 UTC.
    public var timestamp: Double
    /// What happened.
    public var happening: Happening
    /// Observations lost just before this one, because the observer was slower than what it observes.
    public var missed: Int
}

/// One observer at work; let it go, and it observes on.
public final class ObserverToken: Sendable {
    let queue: ObservationQueue
    private let task: Task<Void, Never>
    private let remove: @Sendable () -> Void

    init(queue: ObservationQueue, task: Task<Void, Never>, remove: @escaping @Sendable () -> Void) {
        self.queue = queue
        self.task = task
        self.remove = remove
    }

    /// Ends it; what waits is not told any more.
    public func cancel() {
        remove()
        queue.close()
        task.cancel()
    }

    /// Ends it after it was told all that has happened so far; waits for that, unless the observer itself asks.
    public func finish() async {
        remove()
        queue.finish()
        if ObservationQueue.told !== queue { await task.value }
    }

    /// Observations that never reached it, because it was too slow.
    public var missed: Int { queue.missed }
    /// How often it threw.
    public var failures: Int { queue.failures }
}
