import DICOMData
import DICOMMatching
import Terminal

extension SavedQuery {
    /// What it asks, in words: the settings of the server filled in, what is asked for named as that.
    func words(for server: ServerProfile?, now: QueryMoment) -> [QueryWords.Word] {
        var filled = query
        for (path, source) in later where source == .configuration {
            filled.set(path, server?.value(at: path) ?? "", source: .configuration)
        }
        var words = QueryWords.words(of: filled, now: now)
        for key in query.keys {
            guard let source = later[key.path] else { continue }
            let value: String
            switch source {
            case .configuration:
                if filled[key.path]?.isMatching == true { continue }
                value = "(the server's settings have none)"
            case .scanned: value = "(scanned)"
            default: value = "(asked for)"
            }
            words.append(
                QueryWords.Word(
                    path: key.path,
                    name: QueryWords.name(of: key.path),
                    value: value,
                    wire: "",
                    isPersonal: false
                )
            )
        }
        return words
    }

    /// Queries to try and to learn from, while nothing is saved.
    static func examples(for server: ServerProfile?) -> [SavedQuery] {
        let modality = AttributePath.step(.modality)
        let date = AttributePath.step(.scheduledProcedureStepStartDate)
        let time = AttributePath.step(.scheduledProcedureStepStartTime)
        let hasModality = server?.modality.isEmpty == false
        func example(
            _ name: String,
            _ keys: [(AttributePath, String)],
            ofModality: Bool = true,
            later: [AttributePath: ValueSource] = [:]
        ) -> SavedQuery {
            var query = Query.worklist
            for (path, value) in keys {
                let isRelative = RelativeDate.isRelative(value, vr: query[path]?.vr ?? .UN)
                query.set(path, value, source: isRelative ? .generated : .fixed)
            }
            var later = later
            if ofModality, hasModality { later[modality] = .configuration }
            return SavedQuery(name: name, query: query, later: later)
        }
        return [
            example(
                "STAT today",
                [(AttributePath([], .requestedProcedurePriority), "STAT"), (date, "today")],
                ofModality: false
            ),
            example("Tomorrow", [(date, "tomorrow")]),
            example("This week", [(date, "week")]),
            example("Tonight", [(date, "today..tomorrow"), (time, "2000-0800")]),
            example(
                "By accession number",
                [],
                ofModality: false,
                later: [AttributePath([], .accessionNumber): .user]
            ),
        ]
    }
}

/// What dialogs ask to be done with saved queries.
enum SavedQueryIntent {
    case run(SavedQuery)
    /// Open it in the builder.
    case edit(SavedQuery)
    /// Ask for a name, and save this query under it; `asked`: keys that stay open.
    case openSave(Query, asked: [AttributePath: ValueSource])
    /// A name is given: look whether something has to be asked first.
    case save(SaveQueryDialog.Request)
    case openRename(SavedQueryFile)
    case rename(SavedQueryFile, to: String)
    case number(SavedQueryFile, Int?)
    /// An example becomes a saved query.
    case keep(SavedQuery, number: Int)
    case askDelete(SavedQueryFile)
    /// All is asked.
    case effect(QueryFileEffect)
}
