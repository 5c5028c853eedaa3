import DICOMMatching
import DICOMProtocol
import TOMLKit

/// A query as a TOML file: `name`, `model`, and `[keys]` with paths and values; an empty value is a key to return.
enum QueryFile {
    static func load(_ path: String, now: QueryMoment) throws -> Query {
        let bytes: [UInt8]
        switch FileWriter.read(path) {
        case .success(let read): bytes = read
        case .failure(let failure): throw CommandFailure.usage("cannot read the query \(path): \(failure.words)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure.usage("\(path): not UTF-8 text; save the file as UTF-8")
        }
        let lines = TOMLLines(text)
        func fail(_ words: String, at line: Int?) -> CommandFailure {
            .usage(path + (line.map { ":\($0)" } ?? "") + ": " + words)
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw fail("not TOML: \(error.description)", at: error.source.begin.line)
        }
        for key in table.keys.sorted() where !["name", "model", "keys"].contains(key) {
            throw fail(
                "unknown key '\(key)'; expected name, model or [keys]",
                at: lines.line(of: key) ?? lines.line(ofHeader: "[\(key)")
            )
        }
        func word(_ key: String) throws -> String? {
            guard let value = table[key] else { return nil }
            guard let string = value.string else {
                throw fail("\(key) must be a text in quotes", at: lines.line(of: key))
            }
            return string
        }
        var query: Query
        do {
            query = try FindModel.query(named: try word("model") ?? "worklist")
        } catch let failure as CommandFailure {
            throw failure.message.hasPrefix(path) ? failure : fail(failure.message, at: lines.line(of: "model"))
        }
        query.name = try word("name") ?? ""
        guard let keys = table["keys"]?.table else {
            throw fail("[keys] is missing; it holds lines such as \"PatientName\" = \"SMI*\"", at: nil)
        }
        let header = lines.line(ofHeader: "[keys")
        for key in keys.keys.sorted() {
            let line = lines.line(of: key, after: header) ?? lines.line(ofHeader: "[keys.\(key)")
            if keys[key]?.table != nil {
                throw fail("write the path in quotes: \"\(key).Attribute\" = \"value\"", at: line)
            }
            guard let value = keys[key]?.string else {
                throw fail("the value of '\(key)' must be a text in quotes", at: line)
            }
            let parsed: QueryKey
            do throws(KeyPathError) {
                parsed = try KeyPath.parse(key + "=" + value, model: query.model).key(source: .configuration)
            } catch {
                throw fail("key '\(key)': \(error.description)", at: line)
            }
            query.set(parsed)
            let findings = KeyCheck.findings(for: parsed, in: query, now: now)
            if let error = findings.first(where: { $0.severity == .error }) {
                throw fail("key '\(key)': \(error.text); \(error.advice)", at: line)
            }
        }
        return query
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
