import DICOMMatching
import Glibc
import WorklistBrowser

/// Where a command takes its query from: a file, or a saved query by its name.
enum SavedQuerySource {
    case file(String)
    case name(String)

    /// As the options `--query` and `--saved` say; nil if neither is given.
    init?(file: String?, name: String?) {
        if let file {
            self = .file(file)
        } else if let name {
            self = .name(name)
        } else {
            return nil
        }
    }

    /// One word for both: what looks like a path, or is a file, is a file.
    init(_ word: String) {
        self = word.contains("/") || word.hasSuffix(".toml") || access(word, F_OK) == 0 ? .file(word) : .name(word)
    }

    func load(now: QueryMoment) throws -> SavedQuery {
        switch self {
        case .file(let path): return try QueryFile.load(path, now: now)
        case .name(let name):
            guard let saved = try QueryFolder().query(named: name, now: now).saved else {
                throw CommandFailure.usage("there is no saved query '\(name)'")
            }
            return saved
        }
    }
}

extension SavedQuery {
    /// The query for a server; what its settings do not have is a mistake in usage.
    func filled(for profile: ServerProfile) throws -> Query {
        do throws(QueryError) {
            return try query(for: profile)
        } catch {
            throw CommandFailure.usage("the query '\(name)': \(error.description)")
        }
    }
}
