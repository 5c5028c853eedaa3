/// Why there is no association to ask over: what failed, where, and what to do next.
public struct AssociationFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed.
    public enum Cause: Hashable, Sendable {
        /// A setting of ours that cannot work; nothing was sent.
        case invalidSetting(String)
        /// The host name has no address; `detail` is the resolver's word.
        case nameNotFound(detail: String)
        /// TCP did not connect; `detail` is the system's word.
        case cannotConnect(detail: String)
        case connectTimedOut(seconds: Double)
        /// Connected, but no answer to A-ASSOCIATE-RQ.
        case noAnswer(seconds: Double)
        /// A-ASSOCIATE-RJ.
        case rejected(AssociateReject)
        /// A-ABORT in place of an answer.
        case aborted(AssociationAbort)
        /// Associated, but not for the SOP class we need; the text names the refusal.
        case contextRefused(sopClass: String, reason: String)
        /// The peer answered with something that is not DICOM; the text says what.
        case notDICOM(String)
        /// The peer's first bytes are a TLS record.
        case peerSpeaksTLS
        /// TCP connected, but the transport could not be secured.
        case notSecure(SecureTransportFailure)
        /// TCP connected, and the connection ended without an answer.
        case connectionClosed(detail: String)
        /// We were asked to stop while still connecting.
        case cancelled
    }

    /// Whom we called, and as whom.
    public struct Peer: Hashable, Sendable {
        public var host: String
        public var port: Int
        public var calledAETitle: String
        public var callingAETitle: String

        public init(host: String, port: Int, calledAETitle: String, callingAETitle: String) {
            self.host = host
            self.port = port
            self.calledAETitle = calledAETitle
            self.callingAETitle = callingAETitle
        }

        /// `RISMWL@ris.example:104`.
        public var address: String { "\(calledAETitle)@\(host):\(port)" }
    }

    public var cause: Cause
    public var peer: Peer

    public init(_ cause: Cause, peer: Peer) {
        self.cause = cause
        self.peer = peer
    }

    /// The server answered and said no (exit code 4 of the shell commands); otherwise the network is at fault (3).
    public var isRefusal: Bool {
        switch cause {
        case .rejected, .contextRefused: true
        default: false
        }
    }

    /// One sentence: what happened, and where.
    public var summary: String {
        switch cause {
        case .invalidSetting(let text): text
        case .nameNotFound(let detail): "no address found for host '\(peer.host)': \(detail)"
        case .cannotConnect(let detail): "cannot connect to \(peer.host) port \(peer.port): \(detail)"
        case .connectTimedOut(let seconds):
            "no connection to \(peer.host) port \(peer.port) within \(Self.duration(seconds))"
        case .noAnswer(let seconds):
            "\(peer.address) accepted the connection but did not answer the association request within "
                + Self.duration(seconds)
        case .rejected(let reject):
            "\(peer.address) refused the association: \(reject.explanation)"
        case .aborted(let abort):
            "the association with \(peer.address) was aborted while it was being set up: \(abort.explanation)"
        case .contextRefused(let sopClass, let reason):
            "\(peer.address) accepted the association but not \(sopClass): \(reason)"
        case .notDICOM(let text): "\(peer.host) port \(peer.port) did not answer as a DICOM server does: \(text)"
        case .peerSpeaksTLS: "\(peer.host) port \(peer.port) answered with TLS, but this connection is not encrypted"
        case .notSecure(let failure): "no secure connection to \(peer.host) port \(peer.port): \(failure.summary)"
        case .connectionClosed(let detail):
            "\(peer.address) closed the connection before it answered the association request: \(detail)"
        case .cancelled: "stopped before \(peer.address) had answered"
        }
    }

    /// What to do next.
    public var advice: String {
        switch cause {
        case .invalidSetting: "Correct the setting and try again."
        case .nameNotFound: "Check the spelling of the host name, or use its IP address."
        case .cannotConnect:
            "Check host and port, that the server is running, and that no firewall is in between."
        case .connectTimedOut:
            "Check the address and the network; a firewall may drop the packets. A slow network needs a longer time limit."
        case .noAnswer:
            "Something else than a DICOM server may be listening there, or the server is overloaded and needs a longer time limit."
        case .rejected(let reject): reject.advice
        case .aborted: "Look into the server's log for this time; try again."
        case .contextRefused:
            "Ask the administrator of \(peer.calledAETitle) whether this service is offered on that AE title and port."
        case .notDICOM: "Check the port: it belongs to another service."
        case .peerSpeaksTLS: "Use the server's unencrypted port, or switch TLS on."
        case .notSecure(let failure): failure.advice
        case .connectionClosed:
            "The server may only talk to addresses it knows: ask its administrator to register "
                + "'\(peer.callingAETitle)' with the address of this computer."
        case .cancelled: "Run the query again when you are ready."
        }
    }

    public var description: String { summary + ". " + advice }

    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e9 else { return "\(seconds) s" }
        let tenths = Int((seconds * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
