/// Association control: what PDUs other than P-DATA-TF mean, and what the state machine says is to be done.
extension AssociationCore {
    /// All PDUs but P-DATA-TF in its place.
    mutating func control(_ type: PDUType, _ span: RawSpan, from start: Int, length: Int, now: Nanoseconds) {
        var body: [UInt8] = []
        body.append(copying: span, from: start, count: length)
        do throws(PDUError) {
            switch try PDU(type: type, body: body[...]) {
            case .associateAccept(let accept):
                let step = advance(.associateAcceptReceived)
                if step.action == .ae3, let proposal {
                    replyDeadline = nil
                    let negotiated = proposal.negotiated(with: accept)
                    self.negotiated = negotiated
                    observeEstablished(negotiated)
                    events.append(.established(negotiated))
                }
                unexpected(step, "an A-ASSOCIATE-AC")
                perform(step, now: now)
            case .associateReject(let reject):
                let step = advance(.associateRejectReceived)
                if step.action == .ae4 { pendingEnd = .rejected(reject) }
                unexpected(step, "an A-ASSOCIATE-RJ")
                perform(step, now: now)
            case .associateRequest(let request):
                // Bit 0 of the version is all there is to check (PS3.8 9.3.2).
                let isAcceptable = request.protocolVersion & 1 == 1
                let step = advance(.associateRequestReceived(acceptable: isAcceptable))
                trace?.add(.requested(request))
                if step.effects.contains(.indicateAssociate) { events.append(.associationRequested(request)) }
                if step.effects.contains(.sendAssociateReject) {
                    emit(AssociateReject.protocolVersionNotSupported.encode())
                    pendingEnd = .rejected(.protocolVersionNotSupported)
                }
                unexpected(step, "an A-ASSOCIATE-RQ")
                perform(step, now: now)
                if let pendingEnd, step.effects.contains(.sendAssociateReject) { finish(pendingEnd, now: now) }
            case .pData:
                let step = advance(.pDataReceived)
                unexpected(step, "a P-DATA-TF")
                perform(step, now: now)
            case .releaseRequest:
                let step = advance(.releaseRequestReceived)
                unexpected(step, "an A-RELEASE-RQ")
                perform(step, now: now)
            case .releaseResponse:
                let step = advance(.releaseResponseReceived)
                unexpected(step, "an A-RELEASE-RP")
                perform(step, now: now)
            case .abort(let abort):
                pendingEnd = .aborted(
                    AssociationAbort(.peer(source: abort.source.rawValue, reason: abort.reason.rawValue))
                )
                perform(advance(.abortReceived(abort.source)), now: now)
                finish(pendingEnd ?? .released, now: now)
            }
        } catch {
            violation(.protocolViolation(error.description), reason: error.abortReason, now: now)
        }
    }

    /// AA-8 and AA-1 follow from a PDU in the wrong place: the end says which.
    private mutating func unexpected(_ step: UpperLayerMachine.Step, _ what: String) {
        guard step.effects.contains(.sendAbort) else { return }
        pendingEnd = .aborted(AssociationAbort(.protocolViolation("\(what) while \(step.from)")))
    }

    /// A header that is no PDU's, or of a length that no PDU may have.
    mutating func malformed(_ error: PDUError, _ header: PDUHeader, now: Nanoseconds) {
        if negotiated == nil, header.kind == nil {
            // The first bytes of a TLS record are 15 or 16, 03: alert or handshake.
            let isTLS = header.type == 0x15 || header.type == 0x16
            pendingEnd = isTLS ? .peerSpeaksTLS : .notDICOM(error.description)
        }
        violation(.protocolViolation(error.description), reason: error.abortReason, now: now)
        isOutOfStep = true
    }

    mutating func violation(_ cause: AssociationAbort.Cause, reason: Abort.Reason, now: Nanoseconds) {
        if pendingEnd == nil { pendingEnd = .aborted(AssociationAbort(cause)) }
        let ended = pendingEnd ?? .aborted(AssociationAbort(cause))
        perform(advance(.invalidPDUReceived(reason)), now: now)
        finish(ended, now: now)
    }

    // MARK: Effects of the state machine

    mutating func perform(_ step: UpperLayerMachine.Step, now: Nanoseconds) {
        for effect in step.effects.inOrder {
            switch effect {
            case .startARTIM: artimDeadline = now &+ FindOperation.nanoseconds(timeouts.artim)
            case .stopARTIM: artimDeadline = nil
            case .sendAssociateRequest:
                if let proposal, let bytes = try? proposal.request.encode() {
                    trace?.add(.requested(proposal.request))
                    emit(bytes)
                }
            case .sendReleaseRequest: emit(ReleaseRequest().encode())
            case .sendReleaseResponse: emit(ReleaseResponse().encode())
            case .sendAbort: if let abort = step.abort { emit(abort.encode()) }
            case .closeTransport: wantsClose = true
            case .indicateRelease:
                // Answered at once: whatever is under way can no longer be delivered. In a collision the answer to our own
                // request is still to come, and ends it.
                if machine.state == .awaitingReleaseResponse { finish(.releasedByPeer, now: now) }
                if machine.state != .collisionAcceptorAwaitingReply {
                    perform(advance(.releaseResponse), now: now)
                }
            case .confirmRelease:
                if machine.state == .collisionAcceptorAwaitingResponse {
                    perform(advance(.releaseResponse), now: now)
                }
                finish(.released, now: now)
            case .confirmReject: if let pendingEnd { finish(pendingEnd, now: now) }
            case .indicateProviderAbort, .indicateAbort: if let pendingEnd { finish(pendingEnd, now: now) }
            case .connectTransport, .acceptTransport, .sendAssociateAccept, .sendAssociateReject, .sendPData,
                .indicateAssociate, .confirmAccept, .indicatePData:
                // The caller holds what these need, and has done them.
                break
            }
        }
        // Sta13 waits for the peer to close; as requestor we close ourselves, as nearly every implementation does.
        if machine.state == .awaitingClose, machine.role == .requestor { wantsClose = true }
    }

    /// Everything under way ends, and then the association.
    mutating func finish(_ reason: AssociationEnd, now: Nanoseconds) {
        guard end == nil else { return }
        end = reason
        flushMatches()
        trace?.add(reason.happening)
        let outcome = reason.findOutcome
        for var find in [currentFind].compactMap({ $0 }) + finds.values.sorted(by: { $0.messageID < $1.messageID }) {
            let statistics = find.closed(now: now)
            events.append(.findEnded(messageID: find.messageID, outcome, statistics))
        }
        for messageID in echoes.keys.sorted() { events.append(.echoEnded(messageID: messageID, .ended(reason))) }
        for request in queued {
            if request.find == nil {
                events.append(.echoEnded(messageID: request.messageID, .ended(reason)))
            } else {
                events.append(.findEnded(messageID: request.messageID, outcome, FindStatistics()))
            }
        }
        currentFind = nil
        finds = [:]
        echoes = [:]
        queued = []
        replyDeadline = nil
        events.append(.ended(reason))
    }
}
