import DICOMData
import DICOMMatching

/// A query under a name, as it is kept in a file: relative dates stay relative, and what belongs to the station or to a
/// patient need not be in it.
public struct SavedQuery: Hashable, Sendable {
    /// The numbers that can be given away: 1 to 3 are the scopes.
    public static let numbers = 4...9
    /// Names that mean a scope where a saved query could be named too.
    public static let reservedNames = ["scanner", "modality", "all"]
    /// Most letters of a name.
    public static let nameLimit = 60

    public var name: String
    /// The key that runs it.
    public var number: Int?
    /// What the user says of it.
    public var comment: String
    /// The keys; those whose value comes ``later`` have none.
    public var query: Query
    /// Keys without a value in the file, and where it comes from when the query runs: `.configuration`, `.user` or `.scanned`.
    public var later: [AttributePath: ValueSource]
    /// Names of the columns to show, in order; empty for the usual ones.
    public var columns: [String]
    /// Names of the columns to sort by, `-` before one that descends; empty for the usual order.
    public var sort: [String]

    public init(
        name: String,
        number: Int? = nil,
        comment: String = "",
        query: Query,
        later: [AttributePath: ValueSource] = [:],
        columns: [String] = [],
        sort: [String] = []
    ) {
        self.name = name
        self.number = number
        self.comment = comment
        self.query = query
        self.later = later
        self.columns = columns
        self.sort = sort
        self.query.name = name
        for path in later.keys { self.query.clear(path) }
    }

    /// What a query in force becomes when it is saved.
    ///
    /// Modality and station of the server's settings are not written: whoever runs the query has settings of their own.
    /// - Parameter keepsPersonal: Values that tell who a patient is go into the file; else they are asked for again.
    public init(name: String, saving query: Query, server: ServerProfile?, keepsPersonal: Bool) {
        var saved = query
        var later: [AttributePath: ValueSource] = [:]
        for key in query.matchingKeys {
            if key.source == .configuration, let value = server?.value(at: key.path), value == key.value {
                later[key.path] = .configuration
            } else if !keepsPersonal, key.isPersonal {
                later[key.path] = key.source == .scanned ? .scanned : .user
            } else {
                let isRelative = RelativeDate.isRelative(key.value, vr: key.vr)
                saved.set(key.path, key.value, source: isRelative ? .generated : .fixed)
            }
        }
        self.init(name: name, query: saved, later: later)
    }

    /// Keys whose value the user types or scans each time, in the order of the query.
    public var asked: [AttributePath] {
        query.keys.map(\.path).filter { later[$0] == .user || later[$0] == .scanned }
    }

    /// The query for a server: values of the settings are filled in, those to be asked for are still empty.
    ///
    /// A key that the settings have no value for is not left empty: that would ask for more than was saved.
    public func query(for server: ServerProfile?) throws(QueryError) -> Query {
        var filled = query
        for key in query.keys where later[key.path] == .configuration {
            guard let value = server?.value(at: key.path), !value.isEmpty else {
                throw QueryError(
                    path: key.path,
                    reason: "its value comes from the settings of the server, and "
                        + (server.map { "'\($0.name)' has none" } ?? "no server is chosen"),
                    advice: "enter it in the settings of the server, or edit the query"
                )
            }
            filled.set(key.path, value, source: .configuration)
        }
        return filled
    }

    /// What of ``columns`` and ``sort`` means no column; nil if all do. The query runs all the same.
    public var viewProblem: String? {
        let unknown = ListView.unknownNames(columns: columns, sort: sort).map { "'\($0)'" }
        guard let first = unknown.first else { return nil }
        let names = unknown.count == 1 ? first : unknown.prefix(3).joined(separator: ", ")
        return "there is no column \(names), the rest is shown; names are those of the filter (patient, id, time), "
            + "or the keyword or tag of an attribute"
    }

    /// Why a name cannot be used; nil if it can.
    public static func problem(inName name: String) -> String? {
        if name.allSatisfy({ $0 == " " }) { return "a name is needed" }
        if reservedNames.contains(name.lowercased()) { return "'\(name)' means a scope; choose another name" }
        if name.count > nameLimit { return "at most \(nameLimit) letters" }
        if name.first == " " || name.last == " " { return "no blanks at the ends" }
        return nil
    }

    /// The name of the file for a query of that name: what some file system or shell could misread becomes `-`.
    public static func fileName(for name: String) -> String {
        var stem = ""
        for character in name {
            let isPlain = character.isLetter || character.isNumber || " -_+,()".contains(character)
            stem.append(isPlain ? character : "-")
            // Names of files are limited in bytes; a name of sixty letters can have more.
            if stem.utf8.count > 180 { break }
        }
        return (stem.isEmpty ? "query" : stem) + ".toml"
    }
}

extension ServerProfile {
    /// The keys that have a value in the settings of a server.
    public static let configuredPaths: [AttributePath] = [.step(.modality), .step(.scheduledStationAETitle)]

    /// The value the settings have for a key; nil if they know nothing of it.
    public func value(at path: AttributePath) -> String? {
        switch path {
        case .step(.modality): modality
        case .step(.scheduledStationAETitle): effectiveStation
        default: nil
        }
    }
}

extension QueryKey {
    /// Its value tells who a patient is.
    public var isPersonal: Bool { isMatching && QueryWords.isPersonal(path: path, vr: vr) }
}

/// A file of saved queries as it was read.
public struct SavedQueryFile: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case query(SavedQuery)
        /// What is wrong, where, and what is expected.
        case broken(line: Int?, words: String)
    }

    public var path: String
    /// As it was read; a file that holds something else meanwhile is not written over.
    public var text: String
    public var content: Content
    /// Not as the program would write it: comments, blank lines or another order are the user's own.
    public var isHandEdited: Bool

    public init(path: String, text: String, content: Content, isHandEdited: Bool) {
        self.path = path
        self.text = text
        self.content = content
        self.isHandEdited = isHandEdited
    }

    public var saved: SavedQuery? { if case .query(let saved) = content { saved } else { nil } }

    /// Why it cannot be used, or what of it cannot; nil if all is well.
    public var problem: SettingsProblem? {
        switch content {
        case .broken(let line, let words): return SettingsProblem(path: path, line: line, text: words)
        case .query(let saved):
            guard let words = saved.viewProblem else { return nil }
            let unknown = ListView.unknownNames(columns: saved.columns, sort: saved.sort).first ?? ""
            let line = text.split(separator: "\n", omittingEmptySubsequences: false)
                .firstIndex { $0.contains("\"\(unknown)\"") || $0.contains("'\(unknown)'") }
            return SettingsProblem(path: path, line: line.map { $0 + 1 }, text: words)
        }
    }

    /// The last part of the path.
    public var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// What is to be done with the files of saved queries; answered with ``QueryFileEvent``.
public enum QueryFileEffect: Sendable {
    case read
    /// Write a query: over a file that still holds what was read from it, or into a new one of ``SavedQuery/fileName(for:)``.
    case write(SavedQuery, over: SavedQueryFile?)
    /// As `write`, with a number that another file has: that one is written without it. Both or neither.
    case writeTakingNumber(SavedQuery, over: SavedQueryFile?, from: SavedQueryFile)
    /// Write it under its new name, and take the old file away.
    case rename(SavedQueryFile, SavedQuery)
    case delete(SavedQueryFile)
}

/// How an effect on the files of saved queries ended. All carry what the folder holds now.
public enum QueryFileEvent: Sendable {
    case read([SavedQueryFile])
    case written(SavedQuery, path: String, [SavedQueryFile])
    case deleted(name: String, [SavedQueryFile])
    /// Nothing was done; why, and what to do.
    case failed(String, [SavedQueryFile])
}
