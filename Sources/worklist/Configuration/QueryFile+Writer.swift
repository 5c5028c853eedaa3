import DICOMData
import DICOMMatching
import WorklistBrowser

extension QueryFile {
    /// Stands in the first line of every file that the browser writes.
    static let mark = "# Written by worklist, which asks before it writes over what you change here."

    /// The file of a query. The same query always gives the same text, so that a change by hand is seen.
    static func text(of saved: SavedQuery) -> String {
        let query = saved.query
        var lines = [mark, "name = \(quoted(saved.name))"]
        if let number = saved.number { lines.append("number = \(number)") }
        if !saved.comment.isEmpty { lines.append("comment = \(quoted(saved.comment))") }
        let model = name(of: query.model)
        lines.append("model = \(quoted(model))")
        let usual = (try? FindModel.query(named: model)) ?? Query(model: query.model)
        if query.model.hasLevels, let level = query.level, level != usual.level {
            lines.append("level = \(quoted(level.rawValue))")
        }
        // Where a usual key is missing, the list of the others has to be whole.
        let isWhole = usual.keys.allSatisfy { query[$0.path] != nil }
        if !isWhole { lines.append("return_keys = \"listed\"") }
        if !saved.columns.isEmpty { lines.append("columns = \(list(saved.columns))") }
        if !saved.sort.isEmpty { lines.append("sort = \(list(saved.sort))") }
        lines += ["", "[keys]"]
        for key in query.keys {
            let source = saved.later[key.path]
            if isWhole, source == nil, let same = usual[key.path], same.vr == key.vr, same.value == key.value {
                continue
            }
            lines.append("\(quoted(key.spelling(in: query))) = \(value(of: key, later: source))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func value(of key: QueryKey, later: ValueSource?) -> String {
        if let later { return "{ source = \(quoted(later.rawValue)) }" }
        let isRelative = RelativeDate.isRelative(key.value, vr: key.vr)
        if key.value.isEmpty || key.source == (isRelative ? .generated : .fixed) { return quoted(key.value) }
        return "{ value = \(quoted(key.value)), source = \(quoted(key.source.rawValue)) }"
    }

    private static func list(_ words: [String]) -> String {
        "[" + words.map(quoted).joined(separator: ", ") + "]"
    }

    private static func quoted(_ text: String) -> String { Configuration.quoted(text) }
}
