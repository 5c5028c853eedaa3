/// The signs a theme can change. Each has a Unicode form and an ASCII twin, both one column wide.
public enum Glyph: String, CaseIterable, Sendable {
    /// Before the current row.
    case cursor
    /// Before a marked row.
    case mark
    /// A STAT or high priority item.
    case stat
    /// Not on the list before; changed since; not on this list any more.
    case new, changed, gone
    /// A value decoded with a guessed character set.
    case guessed
    /// The end of a text that was cut.
    case truncated
    /// A key required for matching.
    case required
    case sortAscending = "sort-ascending"
    case sortDescending = "sort-descending"
    /// A sequence that is closed, and one that is open.
    case folded
    case unfolded
    /// Frames shown in turn while something runs.
    case spinner
    case ok
    case warning
    case failed
    case bullet
    case arrow
    /// Between two parts of a line.
    case separator
    case checked
    case unchecked
    /// The place of the cursor in a text field, where the terminal cannot show its own.
    case caret
    // Frames.
    case horizontal
    case vertical
    case topLeft = "top-left"
    case topRight = "top-right"
    case bottomLeft = "bottom-left"
    case bottomRight = "bottom-right"
    case teeLeft = "tee-left"
    case teeRight = "tee-right"
    case teeTop = "tee-top"
    case teeBottom = "tee-bottom"
    case cross
    case scrollTrack = "scroll-track"
    case scrollThumb = "scroll-thumb"

    var index: Int { Self.indices[self] ?? 0 }

    private static let indices = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}
