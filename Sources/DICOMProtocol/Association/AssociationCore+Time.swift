/// What has to come in time, on either side.
extension AssociationCore {
    /// When ``timePassed(now:)`` is to be called at the latest; nil while nothing is awaited.
    public var deadline: Nanoseconds? {
        var earliest: Nanoseconds?
        func consider(_ moment: Nanoseconds?) {
            guard let moment else { return }
            earliest = min(earliest ?? moment, moment)
        }
        consider(artimDeadline)
        consider(replyDeadline)
        consider(partialDeadline)
        consider(idleDeadline)
        consider(currentFind.flatMap(deadline(of:)))
        for find in finds.values { consider(deadline(of: find)) }
        for sent in echoes.values { consider(deadline(ofEchoSentAt: sent)) }
        return earliest
    }

    /// The clock stands while anything is under way, on either side: a long query is not idleness.
    private var idleDeadline: Nanoseconds? {
        guard timeouts.idle > 0, isEstablished, !wantsRelease, performing == 0, !hasOperations, !isPaused else {
            return nil
        }
        return lastActivity &+ FindOperation.nanoseconds(timeouts.idle)
    }

    /// The owner performs that many of the peer's operations; responses on their way count until they have left.
    public mutating func performing(_ count: Int, now: Nanoseconds) {
        performing = count
        lastActivity = now
    }

    /// Responses the owner wrote have left.
    public mutating func sent(now: Nanoseconds) { lastActivity = now }

    private var partialDeadline: Nanoseconds? {
        guard let partialSince, !isPaused else { return nil }
        return max(partialSince, readingSince) &+ FindOperation.nanoseconds(timeouts.partialPDU)
    }

    private func deadline(of find: FindOperation) -> Nanoseconds? {
        find.deadline(readingSince: isPaused ? nil : readingSince)
    }

    private func deadline(ofEchoSentAt sent: Nanoseconds) -> Nanoseconds? {
        isPaused ? nil : max(sent, readingSince) &+ FindOperation.nanoseconds(timeouts.echo)
    }

    /// The owner stops reading (back-pressure), or reads again. While nothing is read, nothing counts as late but the
    /// answer to a C-CANCEL.
    public mutating func reading(_ isReading: Bool, now: Nanoseconds) {
        guard isReading == isPaused else { return }
        isPaused = !isReading
        if isReading { readingSince = now }
    }

    /// Ends what has waited too long.
    public mutating func timePassed(now: Nanoseconds) {
        if let artimDeadline, artimDeadline <= now {
            self.artimDeadline = nil
            if pendingEnd == nil { pendingEnd = .timedOut("an association request", seconds: timeouts.artim) }
            let step = advance(.artimExpired)
            perform(step, now: now)
            if step.isApplicable { finish(pendingEnd ?? .released, now: now) }
        }
        if let replyDeadline, replyDeadline <= now {
            self.replyDeadline = nil
            let isRelease = machine.state != .awaitingAssociateReply
            let what = isRelease ? "the answer to our release request" : "the answer to our association request"
            let seconds = isRelease ? timeouts.release : timeouts.associate
            expire(.timedOut(what, seconds: seconds), now: now)
        }
        if let partialDeadline, partialDeadline <= now {
            partialSince = nil
            expire(.timedOut("the rest of a PDU", seconds: timeouts.partialPDU), now: now)
        }
        if let idleDeadline, idleDeadline <= now {
            if machine.role == .requestor {
                release(now: now)
            } else {
                expire(.timedOut("any message", seconds: timeouts.idle), now: now)
            }
        }
        // The first that is late ends the association, and with it all others.
        func isLate(_ deadline: Nanoseconds?) -> Bool { deadline.map { $0 <= now } ?? false }
        let active = [currentFind].compactMap { $0 } + finds.values.sorted { $0.messageID < $1.messageID }
        if var find = active.first(where: { isLate(deadline(of: $0)) }) {
            let statistics = find.closed(now: now)
            let outcome = find.expiry
            flushMatches()
            if currentFind?.messageID == find.messageID { currentFind = nil }
            finds[find.messageID] = nil
            events.append(.findEnded(messageID: find.messageID, outcome, statistics))
            switch outcome {
            // All that was to come has come, only the final response was left out: the association is sound.
            case .truncated: startNext(now: now)
            case .aborted(let abort): self.abort(abort.cause, now: now)
            case .timedOut(let wait, let seconds): expire(.timedOut(wait.rawValue, seconds: seconds), now: now)
            default: abort(.user, now: now)
            }
        }
        if let late = echoes.filter({ isLate(deadline(ofEchoSentAt: $0.value)) }).keys.min() {
            echoes[late] = nil
            events.append(.echoEnded(messageID: late, .timedOut(seconds: timeouts.echo)))
            expire(.timedOut("the answer to C-ECHO", seconds: timeouts.echo), now: now)
        }
    }

    private mutating func expire(_ reason: AssociationEnd, now: Nanoseconds) {
        pendingEnd = reason
        perform(advance(.abortRequest), now: now)
        finish(reason, now: now)
        wantsClose = true
    }
}
