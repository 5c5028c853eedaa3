import DICOMData
import DICOMMatching
import Terminal

/// The rows an export can take, as they stood when the user asked for one: rows that come later are not in it.
struct ExportSource: Sendable {
    enum Scope: String, Hashable, Sendable {
        case shown, marked, all
    }

    enum ColumnChoice: Hashable, Sendable {
        case seen, asked
    }

    let table: MatchTable
    /// In the order of the screen.
    let shown: [UInt32]
    let ordered: [UInt32]
    let marks: Set<ItemIdentity>
    let markCounts: MarkCounts
    let filter: String?
    let columns: [ListColumn]
    let query: Query
    let fallback: SpecificCharacterSet?
    let today: DICOMDate
    /// What the file says of the list; ``ExportHeader/rows`` is put in for each scope.
    let header: ExportHeader
    /// What must be known of the list before it is taken for whole.
    let warnings: [TerminalText]

    /// What must never be missing beside a value: who it is about.
    static let identifying: [ListColumn] = [.patient, .born, .id, .accession]

    /// Columns on screen, with the date, the status and the identifiers in any case.
    static func columns(_ onScreen: [ListColumn]) -> [ListColumn] {
        var columns: [ListColumn] = [.status] + onScreen.filter { $0 != .status }
        if !columns.contains(.date) { columns.insert(.date, at: 1) }
        for column in [.time] + identifying where !columns.contains(column) { columns.append(column) }
        return columns
    }

    /// Those worth offering; the first is offered first.
    var scopes: [Scope] {
        var scopes: [Scope] = markCounts.marked > 0 ? [.marked, .shown] : [.shown]
        if filter != nil { scopes.append(.all) }
        return scopes
    }

    /// How many rows, and which, in words.
    func words(_ scope: Scope) -> String {
        func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }
        switch scope {
        case .shown:
            if filter == nil { return shown.count == 1 ? "the only row" : "all \(rows(shown.count)), as on screen" }
            return "\(shown.count) of \(rows(ordered.count)), as filtered"
        case .marked:
            let hidden = markCounts.hidden
            return rows(markCounts.marked) + (hidden > 0 ? ", \(hidden) hidden by the filter" : "")
        case .all: return "all \(rows(ordered.count)), hidden ones too"
        }
    }

    func count(_ scope: Scope) -> Int {
        switch scope {
        case .shown: shown.count
        case .marked: markCounts.marked
        case .all: ordered.count
        }
    }

    func job(_ format: ItemFormat, _ scope: Scope, _ choice: ColumnChoice, guardsFormulas: Bool) -> ExportJob {
        var header = header
        header.rows = "\(scope.rawValue): \(words(scope))"
        if scope != .shown { header.filter = nil }
        // A whole list needs no word before it where each line is a row.
        let isWhole = !header.isPartial && header.filter == nil && scope != .marked
        let attributes = ItemFormatter.Columns.attributes(ItemFormatter.attributes(of: query))
        let formatter = ItemFormatter(
            format: format,
            columns: format == .csv && choice == .seen ? .seen(columns, today: today) : attributes,
            fallback: fallback,
            guardsFormulas: guardsFormulas,
            header: !format.hasHeader || format == .jsonl && isWhole ? nil : header
        )
        let rows: ExportJob.Rows =
            switch scope {
            case .shown: .rows(shown)
            case .all: .rows(ordered)
            case .marked: .items(marks, among: ordered)
            }
        return ExportJob(table: table, rows: rows, formatter: formatter)
    }
}

/// An export as the user wants it.
struct ExportPlan: Sendable {
    var job: ExportJob
    var path: String
}
