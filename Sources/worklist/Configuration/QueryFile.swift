import DICOMData
import DICOMMatching
import DICOMProtocol
import TOMLKit
import Terminal
import WorklistBrowser

/// A query as a TOML file: `name`, `model`, and `[keys]` with paths and values.
///
/// ```toml
/// name = "STAT today"
/// number = 4                     # the key that runs it, 4 to 9
/// [keys]
/// RequestedProcedurePriority = "STAT"
/// "SPS.ScheduledProcedureStepStartDate" = "today"
/// "SPS.Modality" = { source = "configuration" }     # from the settings of the server, when it runs
/// PatientID = { source = "user" }                   # asked for when it runs
/// MedicalAlerts = ""                                # returned, not matched
/// "ReferencedStudySequence[1].ReferencedSOPInstanceUID" = "1.2.3"
/// ```
///
/// The model's usual keys are asked for too, unless `return_keys = "listed"`.
enum QueryFile {
    /// What is wrong with a file, where, and what is expected.
    struct Problem: Error {
        var line: Int?
        var text: String
    }

    /// Reads a file; a failure names file and line.
    static func load(_ path: String, now: QueryMoment) throws -> SavedQuery {
        let bytes: [UInt8]
        switch FileWriter.read(path) {
        case .success(let read): bytes = read
        case .failure(let failure): throw CommandFailure.usage("cannot read the query \(path): \(failure.words)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure.usage("\(path): not UTF-8 text; save the file as UTF-8")
        }
        do {
            return try parse(text, stem: stem(of: path), now: now)
        } catch {
            throw CommandFailure.usage(path + (error.line.map { ":\($0)" } ?? "") + ": " + error.text)
        }
    }

    /// `STAT today` for `…/STAT today.toml`.
    static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name.hasSuffix(".toml") ? String(name.dropLast(5)) : name
    }

    /// - Parameter stem: The name of a query that gives none.
    static func parse(_ text: String, stem: String, now: QueryMoment) throws(Problem) -> SavedQuery {
        var reader = QueryFileReader(lines: TOMLLines(text), now: now)
        return try reader.read(text, stem: stem)
    }

    /// The name of a model in a file and on the command line; its UID where it has none.
    static func name(of model: QueryModel) -> String {
        FindService.standard.first { $0.sopClass == model.sopClassUID }?.name ?? model.sopClassUID
    }
}

/// Reads one file.
private struct QueryFileReader {
    let lines: TOMLLines
    let now: QueryMoment
    private var header: Int?
    private var query = Query()
    private var later: [AttributePath: ValueSource] = [:]

    init(lines: TOMLLines, now: QueryMoment) {
        self.lines = lines
        self.now = now
    }

    private static let known = [
        "name", "number", "comment", "model", "level", "return_keys", "columns", "sort", "keys",
    ]

    mutating func read(_ text: String, stem: String) throws(QueryFile.Problem) -> SavedQuery {
        let table: TOMLTable
        do {
            table = try SafeTOML.parse(text)
        } catch {
            throw fail("not TOML: \(error.words)", at: error.line)
        }
        for key in table.keys.sorted() where !Self.known.contains(key) {
            throw fail(
                "unknown key '\(key)'; expected " + Self.known.dropLast().joined(separator: ", ") + " or [keys]",
                at: lines.line(of: key) ?? lines.line(ofHeader: "[\(key)")
            )
        }
        query = try base(table)
        var name = try word(table, "name") ?? ""
        if name.isEmpty {
            name = stem
        } else if let problem = SavedQuery.problem(inName: name) {
            throw fail("name: " + problem, at: lines.line(of: "name"))
        }
        var number: Int?
        if let value = table["number"] {
            guard let wanted = value.int, SavedQuery.numbers.contains(wanted) else {
                throw fail("number must be one of 4 to 9; 1 to 3 are the scopes", at: lines.line(of: "number"))
            }
            number = wanted
        }
        guard let keys = table["keys"]?.table else {
            throw fail("[keys] is missing; it holds lines such as \"PatientName\" = \"SMI*\"", at: 1)
        }
        header = lines.line(ofHeader: "[keys")
        for key in keys.keys.sorted() { try read(key, keys[key]) }
        return SavedQuery(
            name: name,
            number: number,
            comment: try word(table, "comment") ?? "",
            query: query,
            later: later,
            columns: try names(table, "columns"),
            sort: try names(table, "sort")
        )
    }

    /// The model with its usual keys, or with none.
    private func base(_ table: TOMLTable) throws(QueryFile.Problem) -> Query {
        var query: Query
        let model = try word(table, "model") ?? "worklist"
        do {
            query = try FindModel.query(named: model)
        } catch {
            let words = (error as? CommandFailure)?.message ?? "\(error)"
            throw fail(words, at: lines.line(of: "model"))
        }
        if let level = try word(table, "level") {
            guard query.model.hasLevels else {
                throw fail("the model '\(model)' has no levels", at: lines.line(of: "level"))
            }
            guard let known = QueryLevel(rawValue: level) else {
                throw fail("level '\(level)' is not PATIENT, STUDY, SERIES or IMAGE", at: lines.line(of: "level"))
            }
            query.level = known
        }
        switch try word(table, "return_keys") {
        case nil, "usual": return query
        case "listed": return Query(name: "", model: query.model, level: query.level)
        case let other?:
            throw fail(
                "return_keys '\(other)' is not usual (those of the model and those listed) or listed (only those)",
                at: lines.line(of: "return_keys")
            )
        }
    }

    private mutating func read(_ key: String, _ value: (any TOMLValueConvertible)?) throws(QueryFile.Problem) {
        let line = lines.line(of: key, after: header) ?? lines.line(ofHeader: "[keys.\(key)")
        var text = ""
        var source: ValueSource?
        if let table = value?.table {
            let parts = table.keys.sorted()
            guard !parts.isEmpty, parts.allSatisfy({ ["source", "value"].contains($0) }) else {
                throw fail("write the path in quotes: \"\(key).Attribute\" = \"value\"", at: line)
            }
            for part in parts {
                guard let word = table[part]?.string else {
                    throw fail("\(part) of '\(key)' must be a text in quotes", at: line)
                }
                if part == "value" {
                    text = word
                    continue
                }
                guard let known = ValueSource(rawValue: word.lowercased()) else {
                    let words = ValueSource.allCases.map(\.rawValue).joined(separator: ", ")
                    throw fail("source '\(word)' of '\(key)' is not one of \(words)", at: line)
                }
                source = known
            }
        } else {
            guard let word = value?.string else {
                throw fail("the value of '\(key)' must be a text in quotes", at: line)
            }
            text = word
        }
        let parsed: KeyPath.Parsed
        do throws(KeyPathError) {
            parsed = try KeyPath.parse(key + "=" + text, model: query.model)
        } catch {
            throw fail("key '\(key)': \(error.description)", at: line)
        }
        var wanted = parsed.key(source: .fixed)
        if RelativeDate.isRelative(text, vr: wanted.vr) { wanted.source = .generated }
        if let source, !text.isEmpty { wanted.source = source == .empty ? wanted.source : source }
        if query.model.hasLevels, wanted.path.tag == .queryRetrieveLevel {
            throw fail("write level = \"STUDY\" above [keys] instead", at: line)
        }
        query.set(wanted)
        later[wanted.path] = nil
        if text.isEmpty, let source { try postpone(wanted, source, key, line) }
        let findings = KeyCheck.findings(for: wanted, in: query, now: now)
        if let error = findings.first(where: { $0.severity == .error }) {
            throw fail("key '\(key)': \(error.text); \(error.advice)", at: line)
        }
    }

    /// A key whose value is not in the file.
    private mutating func postpone(
        _ key: QueryKey,
        _ source: ValueSource,
        _ name: String,
        _ line: Int?
    ) throws(QueryFile.Problem) {
        switch source {
        case .empty: return
        case .user, .scanned: break
        case .configuration:
            guard ServerProfile.configuredPaths.contains(key.path) else {
                throw fail(
                    "key '\(name)': the settings know only SPS.Modality and SPS.ScheduledStationAETitle; "
                        + "write a value, or source = \"user\" to be asked",
                    at: line
                )
            }
        case .fixed, .generated:
            throw fail("key '\(name)': source \(source.rawValue) needs a value", at: line)
        }
        later[key.path] = source
    }

    private func word(_ table: TOMLTable, _ key: String) throws(QueryFile.Problem) -> String? {
        guard let value = table[key] else { return nil }
        guard let string = value.string else {
            throw fail("\(key) must be a text in quotes", at: lines.line(of: key))
        }
        return string
    }

    private func names(_ table: TOMLTable, _ key: String) throws(QueryFile.Problem) -> [String] {
        guard let value = table[key] else { return [] }
        guard let array = value.array else { throw fail("\(key) must be a list of texts", at: lines.line(of: key)) }
        var names: [String] = []
        for entry in array {
            guard let name = entry.string else {
                throw fail("\(key) must hold texts in quotes", at: lines.line(of: key))
            }
            names.append(name)
        }
        return names
    }

    private func fail(_ words: String, at line: Int?) -> QueryFile.Problem {
        QueryFile.Problem(line: line, text: words)
    }
}

/// Query models by the names of the command line.
enum FindModel {
    /// Every SOP class of the standard that C-FIND can ask.
    static let names = FindService.standard.map(\.name)

    /// A name gives the model's usual return keys, nothing to match yet; a SOP class UID gives an empty query.
    static func query(named name: String) throws -> Query {
        switch name {
        case "mwl": return .worklist
        case _ where name.contains(".") && name.allSatisfy { $0.isNumber || $0 == "." }:
            return Query(name: "", model: QueryModel(sopClassUID: name))
        default:
            if let service = FindService.named(name) {
                return .usual(for: QueryModel(sopClassUID: service.sopClass))
            }
            throw CommandFailure.usage(
                "unknown model '\(name)': use " + names.joined(separator: ", ") + " or a SOP class UID"
            )
        }
    }
}
