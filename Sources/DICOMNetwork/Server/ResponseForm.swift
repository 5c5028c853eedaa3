import DICOMProtocol

/// What the C-FIND responses of a server look like on the wire.
///
/// Anything but ``standard`` is for servers that play another one, in tests and training: most of it breaks the standard.
public struct ResponseForm: Hashable, Sendable {
    /// Where a response says how the query stands.
    public enum StatusPlace: Hashable, Sendable {
        /// In the command set, (0000,0900), as the standard has it.
        case command
        /// The final response says Pending, and carries the true status as an element of an identifier.
        case identifier
        /// The final response has no status.
        case nowhere
    }

    /// How messages are put into PDUs.
    public var packing = MessagePacking.separate
    /// Added to the message ID a response is to.
    public var messageIDOffset: UInt16 = 0
    public var statusPlace = StatusPlace.command
    /// FE00 carries an identifier: that of the request.
    public var cancelCarriesIdentifier = false
    /// C-CANCEL has an effect.
    public var honoursCancel = true

    public init() {}

    /// As the standard has it.
    public static let standard = ResponseForm()
}
