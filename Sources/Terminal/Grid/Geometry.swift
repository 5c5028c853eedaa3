/// The size of a terminal, in character cells. Negative numbers become zero.
public struct TerminalSize: Hashable, Sendable, CustomStringConvertible {
    public let columns: Int
    public let rows: Int

    /// The largest number of rows or columns accepted: beyond it lies nonsense or an attack on memory.
    public static let limit = 4096

    public init(columns: Int, rows: Int) {
        self.columns = min(max(columns, 0), Self.limit)
        self.rows = min(max(rows, 0), Self.limit)
    }

    /// Reads `80x24`: columns first, as every terminal emulator prints it.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let columns = Int(parts[0]), let rows = Int(parts[1]),
            (0...Self.limit).contains(columns), (0...Self.limit).contains(rows)
        else { return nil }
        self.init(columns: columns, rows: rows)
    }

    public var description: String { "\(columns)x\(rows)" }
}

/// A coordinate or a length kept where sums of a few cannot overflow: far outside any screen is far enough.
private func bounded(_ value: Int) -> Int32 { Int32(min(max(value, -1 << 20), 1 << 20)) }

/// A cell's place: both numbers count from zero, from the top left. Numbers beyond a million cells are cut to that.
public struct Point: Hashable, Sendable {
    private var storedRow: Int32
    private var storedColumn: Int32

    public var row: Int {
        get { Int(storedRow) }
        set { storedRow = bounded(newValue) }
    }
    public var column: Int {
        get { Int(storedColumn) }
        set { storedColumn = bounded(newValue) }
    }

    public init(row: Int, column: Int) {
        storedRow = bounded(row)
        storedColumn = bounded(column)
    }
}

/// A rectangle of cells. It may lie partly or wholly outside a grid; drawing is then clipped. Numbers beyond a million
/// cells are cut to that.
public struct Rect: Hashable, Sendable {
    private var origin: Point
    private var extent: Point

    public var row: Int {
        get { origin.row }
        set { origin.row = newValue }
    }
    public var column: Int {
        get { origin.column }
        set { origin.column = newValue }
    }
    public var rows: Int {
        get { extent.row }
        set { extent.row = max(0, newValue) }
    }
    public var columns: Int {
        get { extent.column }
        set { extent.column = max(0, newValue) }
    }

    public init(row: Int, column: Int, rows: Int, columns: Int) {
        origin = Point(row: row, column: column)
        extent = Point(row: max(0, rows), column: max(0, columns))
    }

    /// The whole of a screen.
    public init(_ size: TerminalSize) {
        self.init(row: 0, column: 0, rows: size.rows, columns: size.columns)
    }

    public var isEmpty: Bool { rows == 0 || columns == 0 }
    /// The first row below the rectangle.
    public var endRow: Int { row + rows }
    /// The first column right of the rectangle.
    public var endColumn: Int { column + columns }

    public func contains(_ point: Point) -> Bool {
        point.row >= row && point.row < endRow && point.column >= column && point.column < endColumn
    }

    /// The part common to both; empty when they do not meet.
    public func intersection(_ other: Rect) -> Rect {
        let top = max(row, other.row)
        let left = max(column, other.column)
        return Rect(
            row: top,
            column: left,
            rows: min(endRow, other.endRow) - top,
            columns: min(endColumn, other.endColumn) - left
        )
    }

    /// The rectangle without `amount` cells on each side: the inside of a box.
    public func inset(by amount: Int = 1) -> Rect {
        let amount = Int(bounded(amount))
        return Rect(row: row + amount, column: column + amount, rows: rows - 2 * amount, columns: columns - 2 * amount)
    }

    /// A rectangle of the given size in the middle of this one, shrunk to fit.
    public func centered(rows wantedRows: Int, columns wantedColumns: Int) -> Rect {
        let height = min(max(0, wantedRows), rows)
        let width = min(max(0, wantedColumns), columns)
        return Rect(
            row: row + (rows - height) / 2,
            column: column + (columns - width) / 2,
            rows: height,
            columns: width
        )
    }
}
