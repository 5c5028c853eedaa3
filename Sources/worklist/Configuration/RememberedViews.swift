import TOMLKit
import WorklistBrowser

/// How the lists of scopes and saved queries were last looked at, in the state file: columns, widths and order, no values.
enum RememberedViews {
    private static let key = "views"

    /// All of them, by the name of the query. An entry that is not understood is left out: it costs a layout, nothing more.
    static func read(_ state: StateFile) throws(SettingsProblem) -> [String: ListView] {
        guard let table = try state.read()[key]?.table else { return [:] }
        var views: [String: ListView] = [:]
        for name in table.keys {
            guard let entry = table[name]?.table else { continue }
            let view = ListView(columns: texts(entry["columns"]), sort: texts(entry["sort"]))
            if !view.isStandard { views[name] = view }
        }
        return views
    }

    /// Puts one into the table of the file; what every list starts with needs no entry.
    static func put(_ view: ListView, of name: String, into table: TOMLTable) {
        let views = table[key]?.table ?? TOMLTable()
        if view.isStandard {
            views.remove(at: name)
        } else {
            let entry = TOMLTable()
            if !view.columnNames.isEmpty { entry["columns"] = TOMLArray(view.columnNames) }
            if !view.sortNames.isEmpty { entry["sort"] = TOMLArray(view.sortNames) }
            views[name] = entry
        }
        table[key] = views
    }

    private static func texts(_ value: (any TOMLValueConvertible)?) -> [String] {
        value?.array?.compactMap(\.string) ?? []
    }
}
