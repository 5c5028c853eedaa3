/// Why a store cannot be opened, read or written, and what to do about it.
public enum WorklistStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is a file, but no store in it.
    case notAStore(path: String)
    /// Written by a later version of this program.
    case newer(path: String, version: Int, known: Int)
    /// The system's or SQLite's word.
    case cannotOpen(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// None of what tells items apart has a value.
    case unidentifiable(position: Int)
    case unencodable(position: Int, reason: String)

    public var description: String {
        switch self {
        case .notAStore(let path):
            "\(path) is no worklist store. Name another file: it is made if it does not exist."
        case .newer(let path, let version, let known):
            "\(path) has schema version \(version), and this program knows \(known): use the newer program that wrote it."
        case .cannotOpen(let path, let reason): "cannot open the worklist store \(path): \(reason)"
        case .cannotRead(let path, let reason): "cannot read the worklist store \(path): \(reason)"
        case .cannotWrite(let path, let reason): "cannot write to the worklist store \(path): \(reason)"
        case .unidentifiable(let position):
            "item \(position + 1) has no Study Instance UID, accession number, requested procedure ID, step ID or patient "
                + "ID: it could not be told from another"
        case .unencodable(let position, let reason): "item \(position + 1): \(reason)"
        }
    }
}
