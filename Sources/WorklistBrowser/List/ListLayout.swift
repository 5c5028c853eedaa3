import DICOMData
import Terminal

/// Which columns a list shows and how wide they are. Made once from the first screenful, then kept, so that nothing jumps.
///
/// Columns that do not fit lie beyond the right edge; ``reveal(_:)`` brings one into view. Those up to the patient's name
/// stay where they are meanwhile, as long as they leave half of the list to the others.
struct ListLayout: Hashable, Sendable {
    struct Column: Hashable, Sendable {
        var column: ListColumn
        /// Columns from the left edge of the list.
        var start: Int
        var width: Int
    }

    /// A column and its width, wherever it is.
    struct Sized: Hashable, Sendable {
        var column: ListColumn
        var width: Int
    }

    /// Those on screen.
    private(set) var columns: [Column] = []
    /// All of them, in order.
    private(set) var all: [Sized]
    /// Of the whole list.
    var width: Int
    /// Columns at the left that never scroll.
    private var fixed = 0
    /// The first of the others that is on screen.
    private var first = 0

    /// Columns out of view at the left and at the right.
    var hidden: (left: Int, right: Int) {
        let left = first
        return (left, all.count - left - columns.count)
    }

    /// Cursor, mark or change, status letter, urgency mark, blank.
    static let gutter = 5
    /// A name shorter than this is cut only on a screen that is too small anyway.
    private static let minimumName = 12
    private static let minimumProcedure = 8
    private static let comfortableProcedure = 18

    /// What the list is about decides which columns are worth their place.
    struct Wishes: Hashable, Sendable {
        /// Days differ, or may.
        var date: Bool
        var modality: Bool
        var station: Bool
    }

    init(width: Int, rows: [RowText], wishes: Wishes, thisYear: String) {
        self.width = width
        let available = max(0, width - Self.gutter)
        let usualWidths: [ListColumn: Int] = [.patient: 20, .id: 8, .accession: 9]
        func natural(_ column: ListColumn, _ range: ClosedRange<Int>) -> Int {
            // One more for the sort mark or the mark of a doubtful value.
            let widest =
                rows.map { row in
                    let text = row[column]
                    return Self.shown(text, column, thisYear: thisYear).width + (text.isDoubtful ? 1 : 0)
                }.max() ?? 0
            // Without rows the usual widths.
            let usual = rows.isEmpty ? usualWidths[column] ?? 0 : 0
            return min(max(widest, usual, column.header.count, range.lowerBound), range.upperBound)
        }
        var widths: [ListColumn: Int] = [
            .time: natural(.time, 5...6),
            .patient: natural(.patient, Self.minimumName...(width < 100 ? 26 : 34)),
            .born: 10,
            .sex: 1,
            .id: natural(.id, 4...18),
        ]
        if wishes.date { widths[.date] = natural(.date, 6...10) }

        func total() -> Int { widths.values.reduce(0, +) + max(0, widths.count - 1) }
        // Too narrow: the name gives way, then the sex (it is on the identity bar), then the ID, then the time.
        if total() > available {
            widths[.patient] = max(Self.minimumName, (widths[.patient] ?? 0) - (total() - available))
        }
        if total() > available { widths[.sex] = nil }
        if total() > available { widths[.id] = max(6, (widths[.id] ?? 0) - (total() - available)) }
        if total() > available { widths[.date] = nil }
        if total() > available { widths[.patient] = max(4, (widths[.patient] ?? 0) - (total() - available)) }
        for column in [ListColumn.born, .time, .id, .patient] where total() > available { widths[column] = nil }

        func room() -> Int { available - total() - 1 }
        let accession = natural(.accession, 4...16)
        // The procedure shrinks first, then the accession number goes, and last the procedure.
        if room() >= accession + 1 + Self.minimumProcedure { widths[.accession] = accession }
        if wishes.modality {
            let modality = natural(.modality, 3...5)
            let needed = modality + 1 + Self.minimumProcedure + 2
            if room() < needed, let name = widths[.patient], name > 20 {
                widths[.patient] = max(20, name - (needed - room()))
            }
            if room() >= needed { widths[.modality] = modality }
        }
        if room() < Self.comfortableProcedure, let name = widths[.patient], name > 20 {
            widths[.patient] = max(20, name - (Self.comfortableProcedure - room()))
        }
        if room() < Self.minimumProcedure + 2, let name = widths[.patient], name > 16 {
            widths[.patient] = max(16, name - (Self.minimumProcedure + 2 - room()))
        }
        let station = natural(.station, 7...16)
        if wishes.station, room() >= station + 1 + Self.comfortableProcedure { widths[.station] = station }
        let age = natural(.age, 4...6)
        if room() >= age + 1 + Self.comfortableProcedure { widths[.age] = age }
        if room() >= 3 + 1 + 30, widths[.modality] == nil { widths[.modality] = natural(.modality, 3...5) }
        if room() >= station + 1 + 30, widths[.station] == nil { widths[.station] = station }
        if room() >= 4 { widths[.procedure] = room() }

        all = Self.screenOrder.compactMap { column in
            widths[column].flatMap { $0 > 0 ? Sized(column: column, width: $0) : nil }
        }
        arrange()
    }

    /// The columns the user has chosen, with their widths or those that suit the rows.
    init(width: Int, rows: [RowText], chosen: [ListView.Column], thisYear: String) {
        self.width = width
        all = chosen.map { column in
            Sized(
                column: column.column,
                width: column.width ?? Self.natural(column.column, rows: rows, thisYear: thisYear)
            )
        }
        // What is left over goes to the procedure: it is cut first elsewhere.
        let rest = width - Self.gutter - (all.map(\.width).reduce(0, +) + max(0, all.count - 1))
        if rest < 0 {
            shrink(by: -rest, fixed: Set(chosen.filter { $0.width != nil }.map(\.column)))
        } else if rest > 0, let index = chosen.firstIndex(where: { $0.column == .procedure && $0.width == nil }) {
            all[index].width += rest
        }
        arrange()
    }

    /// Before columns leave the screen, texts give way: identifiers and times never do.
    private mutating func shrink(by wanted: Int, fixed: Set<ListColumn>) {
        var missing = wanted
        for (name, procedure, other) in [(26, 18, 16), (20, 12, 12), (Self.minimumName, 9, 10)] {
            for (index, sized) in all.enumerated().reversed() where missing > 0 && !fixed.contains(sized.column) {
                let floor =
                    switch sized.column {
                    case .patient: name
                    case .procedure: procedure
                    default: Self.mayBeCut(sized.column) ? max(other, sized.column.header.count) : sized.width
                    }
                let given = min(missing, max(0, sized.width - floor))
                all[index].width -= given
                missing -= given
            }
        }
    }

    /// As wide as the values in these rows, within reason.
    private static func natural(_ column: ListColumn, rows: [RowText], thisYear: String) -> Int {
        let range: ClosedRange<Int> =
            switch column {
            case .date: 6...10
            case .time: 5...6
            case .patient: minimumName...34
            case .born: 10...10
            case .age: 4...6
            case .sex: 1...2
            case .id: 4...18
            case .accession: 4...16
            case .modality: 3...5
            case .station: 7...16
            case .status: 6...12
            case .procedure: minimumProcedure...30
            case .attribute(let path):
                switch SortKey.kind(of: column) {
                case .day: 10...10
                case .time: 5...6
                case .dateTime: 16...16
                case .age, .decimal: 4...10
                default: DataDictionary.vr(of: path.tag) == .UI ? 10...40 : 4...24
                }
            }
        let widest =
            rows.map { row in
                let text = row[column]
                return shown(text, column, thisYear: thisYear).width + (text.isDoubtful ? 1 : 0)
            }.max() ?? 0
        let header = column == .sex ? 1 : column.header.count
        return min(max(widest, header, range.lowerBound), max(range.upperBound, header))
    }

    // MARK: Scrolling

    /// Brings a column into view, by the shortest way; nothing if it is not on the list.
    mutating func reveal(_ column: ListColumn) {
        guard let index = all.firstIndex(where: { $0.column == column }), index >= fixed else { return }
        if index - fixed < first {
            first = index - fixed
            arrange()
        }
        while first < index - fixed, !columns.contains(where: { $0.column == column && $0.width >= all[index].width }) {
            first += 1
            arrange()
        }
    }

    /// Puts those on screen that fit.
    private mutating func arrange() {
        let total = all.map(\.width).reduce(0, +) + max(0, all.count - 1)
        if Self.gutter + total <= width {
            fixed = 0
            first = 0
        } else if let patient = all.firstIndex(where: { $0.column == .patient }) {
            let needed = all[...patient].map { $0.width + 1 }.reduce(0, +)
            fixed = needed <= (width - Self.gutter) / 2 ? patient + 1 : 0
        }
        first = min(max(0, first), max(0, all.count - fixed - 1))
        columns = []
        var start = Self.gutter
        for (index, sized) in all.enumerated() where index < fixed || index >= fixed + first {
            let room = width - start
            // A value of which only a part is seen may be taken for the whole: what is cut is text alone.
            // Only the one the others have scrolled away for is shown in part, with its mark, if it is wider than all that is left.
            let isFirst = index == fixed + first
            guard sized.width <= room || (room >= 6 && (isFirst || Self.mayBeCut(sized.column))) else { break }
            columns.append(Column(column: sized.column, start: start, width: min(sized.width, room)))
            start += min(sized.width, room) + 1
        }
        if columns.isEmpty, all.indices.contains(first), width > Self.gutter {
            let room = width - Self.gutter
            columns = [Column(column: all[first].column, start: Self.gutter, width: min(all[first].width, room))]
        }
    }

    private static func mayBeCut(_ column: ListColumn) -> Bool {
        switch column {
        case .patient, .procedure, .station: true
        case .attribute: SortKey.kind(of: column) == .text
        default: false
        }
    }

    /// The twelve in the order of an ordinary list.
    static let screenOrder: [ListColumn] = [
        .date, .time, .patient, .born, .age, .sex, .id, .accession, .modality, .station, .procedure,
    ]

    /// A value as the list writes it: this year's dates without the year.
    static func shown(_ value: ColumnText, _ column: ListColumn, thisYear: String) -> TerminalText {
        guard column == .date, value.state == .sound, value.text.isASCII, value.text.width == 10,
            value.text.string.hasPrefix(thisYear)
        else { return value.text }
        let parts = value.text.string.split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), months.indices.contains(month - 1) else { return value.text }
        return TerminalText("\(parts[2]) \(months[month - 1])")
    }

    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
