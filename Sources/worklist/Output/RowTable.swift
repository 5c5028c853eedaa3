import DICOMData
import DICOMMatching
import Terminal

/// The columns of a table of matches, fitted to so many columns of a terminal.
///
/// What tells patients and orders apart is never cut: it is wrapped in its column if it must be. Seconds, the procedure
/// and the station give way, and the latter two leave the table before anything of a patient does.
struct RowTable {
    /// One column of the table: an attribute, and how it takes its place.
    struct Column {
        let title: String
        let path: AttributePath
        /// Tells who or which: wrapped, never cut.
        let isIdentifier: Bool
        /// Columns it cannot do with less than, and those it would like.
        let least: Int
        var wish: Int
        /// The first to leave where there is no room; 0 never leaves.
        let leaves: Int
        fileprivate(set) var width = 0

        fileprivate var isTime: Bool { path.tag == .scheduledProcedureStepStartTime }
    }

    private struct Kind {
        var tag: Tag
        var title: String
        var isIdentifier = false
        var least: Int
        var wish: Int
        var leaves = 0
    }

    private static let kinds = [
        Kind(tag: .scheduledProcedureStepStartDate, title: "Date", least: 10, wish: 10),
        Kind(tag: .scheduledProcedureStepStartTime, title: "Time", least: 5, wish: 8),
        Kind(tag: .studyDate, title: "Date", least: 10, wish: 10),
        Kind(tag: .patientName, title: "Patient", isIdentifier: true, least: 12, wish: 22),
        Kind(tag: .patientID, title: "ID", isIdentifier: true, least: 8, wish: 9),
        Kind(tag: .patientBirthDate, title: "Born", isIdentifier: true, least: 10, wish: 10),
        Kind(tag: .patientSex, title: "S", least: 1, wish: 1),
        Kind(tag: .accessionNumber, title: "Accession", isIdentifier: true, least: 9, wish: 9),
        Kind(tag: .modality, title: "Mod", least: 3, wish: 3),
        Kind(tag: .scheduledStationAETitle, title: "Station", least: 7, wish: 10, leaves: 1),
        Kind(tag: .scheduledProcedureStepDescription, title: "Procedure", least: 9, wish: 40, leaves: 2),
        Kind(tag: .studyDescription, title: "Study", least: 9, wish: 40, leaves: 2),
        Kind(tag: .modalitiesInStudy, title: "Mods", least: 4, wish: 10, leaves: 3),
    ]

    private(set) var columns: [Column]
    /// Titles of what has no room.
    private(set) var left: [String] = []
    private let total: Int

    /// The attributes of the query that a table has a column for, in `total` columns.
    init(_ query: Query, total: Int) {
        self.total = total
        columns = Self.kinds.compactMap { kind in
            guard let key = query.keys.first(where: { $0.path.tag == kind.tag && $0.path.steps.count <= 1 }) else {
                return nil
            }
            return Column(
                title: kind.title,
                path: key.path,
                isIdentifier: kind.isIdentifier,
                least: kind.least,
                wish: kind.wish,
                leaves: kind.leaves
            )
        }
        while Self.width(of: columns, \.least) > total,
            let first = columns.indices.filter({ columns[$0].leaves > 0 }).min(by: {
                columns[$0].leaves < columns[$1].leaves
            })
        {
            left.append(columns.remove(at: first).title)
        }
        fit(to: [])
    }

    private static func width(of columns: [Column], _ one: (Column) -> Int) -> Int {
        columns.map(one).reduce(max(0, columns.count - 1), +)
    }

    /// Gives each column its width; `rows` are the cells of those that came first. Afterwards the widths stay.
    mutating func fit(to rows: [[TerminalText]]) {
        for index in columns.indices where columns[index].isIdentifier {
            let longest = rows.compactMap { $0.indices.contains(index) ? $0[index].width : nil }.max() ?? 0
            columns[index].wish = max(columns[index].wish, longest)
        }
        for index in columns.indices { columns[index].width = columns[index].least }
        var free = total - Self.width(of: columns, \.width)
        // Who it is comes first, then the rest, a share each. Names break well at their blanks, numbers do not.
        let ranks: [(Column) -> Bool] = [
            { $0.isIdentifier && $0.path.tag != .patientName }, { $0.isIdentifier }, { !$0.isIdentifier },
        ]
        for belongs in ranks {
            while free > 0 {
                let wanting = columns.indices.filter { belongs(columns[$0]) && columns[$0].width < columns[$0].wish }
                if wanting.isEmpty { break }
                for index in wanting where free > 0 {
                    columns[index].width += 1
                    free -= 1
                }
            }
        }
        // Half of the seconds says nothing.
        for index in columns.indices where columns[index].isTime && columns[index].width < columns[index].wish {
            free += columns[index].width - columns[index].least
            columns[index].width = columns[index].least
        }
        if free > 0, let last = columns.indices.last(where: { columns[$0].leaves == 2 }) {
            columns[last].width = min(columns[last].width + free, columns[last].wish)
        }
    }

    /// The titles.
    var header: String { Self.line(columns.map { ($0.width, TerminalText($0.title)) }) }

    /// What lines that go on with a row begin with, and no row does: a value that wraps must not look like a row of its
    /// own, nor a row without a date like the end of the one before.
    private static let mark: TerminalText = "+"

    /// A row in as many lines as its longest identifier needs.
    func lines(_ cells: [TerminalText]) -> [String] {
        let parts = zip(columns, cells).enumerated().map { index, pair -> [TerminalText] in
            let (column, cell) = pair
            if index == 0 { return Self.first(cell, column) }
            if column.isTime, column.width < column.wish, cell.string.dropFirst(5).first == ":" {
                return [TerminalText(cell.string.prefix(5))]
            }
            guard column.isIdentifier else { return [DisplayWidth.fit(cell, width: column.width)] }
            return DisplayWidth.wrap(cell, width: column.width)
        }
        let height = parts.map(\.count).max() ?? 1
        return (0..<height).map { line in
            Self.line(
                zip(columns, parts).enumerated().map { index, pair in
                    let (column, pieces) = pair
                    let missing = index == 0 ? Self.mark : .empty
                    return (column.width, line < pieces.count ? pieces[line] : missing)
                }
            )
        }
    }

    private static func first(_ cell: TerminalText, _ column: Column) -> [TerminalText] {
        let begin: TerminalText = cell.string.first.map { $0 == "+" || $0 == " " } ?? true ? "?" : .empty
        let whole = begin + cell
        guard column.isIdentifier else { return [DisplayWidth.fit(whole, width: column.width)] }
        guard whole.width > column.width else { return [whole] }
        let pieces = DisplayWidth.wrap(whole, width: max(1, column.width - 2))
        return pieces.enumerated().map { $0 == 0 ? $1 : "\(mark) \($1)" }
    }

    private static func line(_ cells: [(width: Int, text: TerminalText)]) -> String {
        var line = Substring(cells.map { DisplayWidth.fit($0.text, width: $0.width).string }.joined(separator: " "))
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
