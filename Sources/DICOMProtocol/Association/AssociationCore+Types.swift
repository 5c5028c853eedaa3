import DICOMData

extension AssociationCore {
    /// How long to wait for what, in seconds.
    public struct Timeouts: Hashable, Sendable {
        /// PS3.8 9.1.5.
        public var artim: Double
        /// From our A-ASSOCIATE-RQ to the answer.
        public var associate: Double
        /// From our A-RELEASE-RQ to the answer.
        public var release: Double
        /// For the rest of a PDU that has begun.
        public var partialPDU: Double
        /// From our C-ECHO to the answer.
        public var echo: Double
        /// For anything to come while nothing is under way: then a requestor releases the association, and an acceptor
        /// aborts it. 0 waits for ever.
        public var idle: Double

        public init(
            artim: Double = 30,
            associate: Double = 30,
            release: Double = 2,
            partialPDU: Double = 30,
            echo: Double = 30,
            idle: Double = 0
        ) {
            self.artim = artim
            self.associate = associate
            self.release = release
            self.partialPDU = partialPDU
            self.echo = echo
            self.idle = idle
        }
    }

    /// What the owner of the association has to know of.
    public enum Event: Sendable {
        /// Requestor: the association stands.
        case established(NegotiatedAssociation)
        /// Acceptor: decide, then call ``accept(_:negotiated:now:)`` or ``reject(_:now:)``.
        case associationRequested(AssociateRequest)
        /// Matches of a find of ours, in the order of the wire.
        case matches(messageID: UInt16, MatchBatch)
        /// Our C-CANCEL for a find is in the output.
        case cancelSent(messageID: UInt16)
        /// A find of ours is over; nothing more of it will come.
        case findEnded(messageID: UInt16, FindOutcome, FindStatistics)
        /// A C-ECHO of ours is over.
        case echoEnded(messageID: UInt16, EchoOutcome)
        /// A request from the peer, with its data set.
        case request(contextID: UInt8, CommandSet, dataSet: [UInt8]?)
        /// C-CANCEL from the peer: about the request of that message ID on that context.
        case cancelRequested(contextID: UInt8, messageID: UInt16)
        /// A response that belongs to nothing we asked; it was dropped.
        case strayResponse(CommandSet)
        /// Nothing more will come.
        case ended(AssociationEnd)
    }

    /// An operation waiting for its turn: without negotiated asynchronous operations only one is under way (PS3.7 D.3.3.3).
    struct QueuedRequest {
        var messageID: UInt16
        var contextID: UInt8
        var bytes: [UInt8]
        /// Nil for a C-ECHO.
        var find: (options: FindOptions, transferSyntax: TransferSyntax, service: FindService?)?
    }
}
