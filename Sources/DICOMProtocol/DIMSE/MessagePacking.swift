/// How the command set and the data set of a message are put into P-DATA-TF PDUs (PS3.8 9.3.5, annex E). All of them are
/// allowed, and all of them are met.
public enum MessagePacking: Hashable, Sendable {
    /// Each in PDUs of its own, as long as the peer takes.
    case separate
    /// Both in one PDU where they fit into one, else as ``separate``.
    case together
    /// Each in PDUs of its own, with fragments of at most so many bytes.
    case fragments(of: Int)
}
