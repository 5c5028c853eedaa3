import DICOMData

/// How a list is looked at: which columns in which order and width, and what it is sorted by. No part of it tells of patients.
public struct ListView: Hashable, Sendable {
    struct Column: Hashable, Sendable {
        var column: ListColumn
        /// Nil for a width that suits the rows.
        var width: Int?
    }

    /// Empty for the usual columns, as many as fit.
    var columns: [Column] = []
    /// Nil for the usual order.
    var sort: SortOrder?

    /// The narrowest and the widest a column gets.
    static let widths = 2...80

    /// Reads what ``columnNames`` and ``sortNames`` wrote; names that mean nothing are left out, see ``unknownNames(columns:sort:)``.
    public init(columns: [String] = [], sort: [String] = []) {
        for name in columns {
            guard let column = Self.column(name), !self.columns.contains(where: { $0.column == column.column }) else {
                continue
            }
            self.columns.append(column)
        }
        self.sort = SortOrder(sort.compactMap(Self.key))
    }

    /// `patient`, `id:12` with a width, `PatientWeight`, `ScheduledProcedureStepSequence[0].CommentsOnTheScheduledProcedureStep`.
    public var columnNames: [String] {
        columns.map { $0.column.rawValue + ($0.width.map { ":\($0)" } ?? "") }
    }

    /// `time`, `-patient` for the other way round; empty for the usual order.
    public var sortNames: [String] {
        sort.map { $0.keys.map { ($0.isDescending ? "-" : "") + $0.column.rawValue } } ?? []
    }

    /// The names that mean no column, as they were written.
    public static func unknownNames(columns: [String], sort: [String]) -> [String] {
        columns.filter { column($0) == nil } + sort.filter { key($0) == nil }
    }

    /// Nothing differs from what every list starts with.
    public var isStandard: Bool { columns.isEmpty && (sort == nil || sort == .standard) }

    /// This view, and what it leaves open as `other` has it.
    func over(_ other: ListView) -> ListView {
        var whole = self
        if columns.isEmpty { whole.columns = other.columns }
        if sort == nil { whole.sort = other.sort }
        return whole
    }

    /// Something that `other` names is not as it says.
    func changed(from other: ListView) -> Bool {
        !other.columns.isEmpty && columns != other.columns || other.sort != nil && sort != other.sort
    }

    /// The columns that are not among the twelve of every list.
    var attributes: [ListColumn] { columns.map(\.column).filter(\.isAttribute) }

    private static func column(_ text: String) -> Column? {
        if let colon = text.lastIndex(of: ":"), let width = Int(text[text.index(after: colon)...]),
            widths.contains(width), let column = ListColumn(name: text[..<colon])
        {
            return Column(column: column, width: width)
        }
        return ListColumn(name: text).map { Column(column: $0, width: nil) }
    }

    private static func key(_ text: String) -> SortOrder.Key? {
        let isDescending = text.first == "-"
        return ListColumn(name: isDescending ? text.dropFirst() : text[...])
            .map { SortOrder.Key(column: $0, isDescending: isDescending) }
    }
}
