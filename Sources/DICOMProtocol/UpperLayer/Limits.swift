/// Every bound the protocol core puts on what a peer may send and on how long it may take.
///
/// A length in a header is a claim, not a fact: it is checked against the bytes that are there and against these bounds
/// before anything is allocated for it.
public enum Limits {
    // MARK: Association establishment (PS3.8 9.3.2, 9.3.3)

    /// Longest A-ASSOCIATE-RQ or -AC variable field accepted, in bytes.
    ///
    /// 128 full contexts and a large user identity stay below 200 KB; a header can claim 4 GB.
    public static let maxAssociatePDULength = 1 << 20

    /// Presentation contexts in one association: the odd identifiers 1 to 255 (PS3.8 9.3.2.2).
    public static let maxPresentationContexts = 128

    /// Items and sub-items in one A-ASSOCIATE PDU. 128 contexts with 40 transfer syntaxes each need 5,400; an item can
    /// be as short as 4 bytes, so without this bound a 64 KB request makes 16,000 of them.
    public static let maxAssociateItems = 8_192

    /// Primary and secondary field of a user identity together, in bytes (PS3.7 D.3.3.7). Kerberos tickets, SAML
    /// assertions and web tokens of real systems stay below 20 KB.
    public static let maxUserIdentityLength = 32_768

    /// Longest UID, in characters (PS3.5 9.1).
    public static let maxUIDLength = 64

    /// Longest AE title, in characters, and the width of its field in the PDU (PS3.8 9.3.2).
    public static let maxAETitleLength = 16

    /// Longest implementation version name, in characters (PS3.7 D.3.3.2.3).
    public static let maxImplementationVersionNameLength = 16

    // MARK: Data transfer (PS3.8 9.3.5, D.1)

    /// The maximum length we announce unless told otherwise, in bytes of P-DATA-TF variable field: some two hundred
    /// worklist matches in one PDU, small enough to stay in a second-level cache.
    public static let defaultMaximumLength: UInt32 = 131_072

    /// Longest P-DATA-TF variable field accepted when we announced "unlimited" (0), and the most we ever announce.
    public static let hardMaximumPDataLength = 16 << 20

    /// How far a peer may exceed the length we announced. Some count the 6-byte PDU header or the PDV headers wrongly;
    /// an association is not worth losing for that.
    public static let pDataLengthSlack = 64

    /// Longest fragment we send even if the peer sets no limit, in bytes: keeps writes about as large as socket buffers.
    public static let maxSentPDataLength = 131_072

    /// Presentation data values in one P-DATA-TF PDU. Two are usual; an empty one takes 6 bytes.
    public static let maxPDVsPerPDU = 4_096

    // MARK: Messages (PS3.7)

    /// Longest command set, in bytes. The largest of PS3.7 chapter 9 is far below 2 KB.
    public static let maxCommandSetLength = 65_536

    /// Longest data set of one message, in bytes. Identifiers of C-FIND are a few KB; images do not travel here.
    public static let maxDataSetLength = 64 << 20

    /// Longest data set of a request to an acceptor, in bytes: who asks has less to say than who answers.
    public static let maxRequestDataSetLength = 16 << 20

    /// The longest P-DATA-TF variable field to accept after `announced` was negotiated (0 = unlimited), in bytes.
    public static func maxReceivedPDataLength(announced: UInt32) -> Int {
        guard announced != 0, let announced = Int(exactly: announced) else { return hardMaximumPDataLength }
        return min(announced, hardMaximumPDataLength) + pDataLengthSlack
    }
}
