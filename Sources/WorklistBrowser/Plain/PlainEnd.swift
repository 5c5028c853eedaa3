import DICOMProtocol

/// What the last thing asked of a server came to, for the exit code of a script.
public enum PlainEnd: Sendable {
    case query(FindOutcome, rows: Int)
    /// There was no association: nothing was asked.
    case noAssociation(AssociationFailure)
    /// The test of a server was answered, with this status.
    case test(Status)
}
