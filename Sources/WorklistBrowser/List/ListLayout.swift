import Terminal

/// Which columns a list shows and how wide they are. Made once from the first screenful, then kept, so that nothing jumps.
struct ListLayout: Hashable, Sendable {
    struct Column: Hashable, Sendable {
        var column: ListColumn
        /// Columns from the left edge of the list.
        var start: Int
        var width: Int
    }

    var columns: [Column]
    /// Of the whole list.
    var width: Int

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

        var start = Self.gutter
        var columns: [Column] = []
        for column in Self.screenOrder {
            guard let width = widths[column], width > 0 else { continue }
            columns.append(Column(column: column, start: start, width: width))
            start += width + 1
        }
        self.columns = columns
    }

    private static let screenOrder: [ListColumn] = [
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
