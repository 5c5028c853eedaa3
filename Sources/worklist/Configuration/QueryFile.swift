import DICOMMatching
import TOMLKit

/// A query as a TOML file: `name`, `model`, and `[keys]` with paths and values; an empty value is a key to return.
enum QueryFile {
    static func load(_ path: String) throws -> Query {
        let bytes: [UInt8]
        switch FileWriter.read(path) {
        case .success(let read): bytes = read
        case .failure(let failure): throw CommandFailure.usage("cannot read the query \(path): \(failure.words)")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: String(decoding: bytes, as: UTF8.self))
        } catch let error as TOMLParseError {
            throw CommandFailure.usage("\(path):\(error.source.begin.line): not TOML: \(error.description)")
        }
        for key in table.keys.sorted() where !["name", "model", "keys"].contains(key) {
            throw CommandFailure.usage("\(path): unknown key '\(key)'; expected name, model or [keys]")
        }
        var query = try FindModel.query(named: table["model"]?.string ?? "worklist")
        query.name = table["name"]?.string ?? ""
        guard let keys = table["keys"]?.table else {
            throw CommandFailure.usage("\(path): [keys] is missing; it holds lines such as \"PatientName\" = \"SMI*\"")
        }
        for key in keys.keys.sorted() {
            guard let value = keys[key]?.string else {
                throw CommandFailure.usage("\(path): the value of '\(key)' must be a text in quotes")
            }
            do {
                let parsed = try KeyPath.parse(key + "=" + value, model: query.model)
                query.set(parsed.key(source: .configuration))
            } catch {
                throw CommandFailure.usage("\(path): key '\(key)': \(error.description)")
            }
        }
        return query
    }
}

/// Query models by the names of the command line.
enum FindModel {
    static let names = ["worklist", "patient", "study"]

    /// The model's usual return keys, nothing to match yet; a SOP class UID gives an empty query.
    static func query(named name: String) throws -> Query {
        switch name {
        case "worklist", "mwl": return .worklist
        case "patient": return .patients
        case "study": return .studies
        case _ where name.contains(".") && name.allSatisfy { $0.isNumber || $0 == "." }:
            return Query(name: "", model: QueryModel(sopClassUID: name))
        default:
            throw CommandFailure.usage(
                "unknown model '\(name)': use " + names.joined(separator: ", ") + " or a SOP class UID"
            )
        }
    }
}
