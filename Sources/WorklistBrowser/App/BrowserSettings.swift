/// What the user's files say about the browser beyond servers; read by the program, before the browser starts.
public struct BrowserSettings: Sendable {
    // Saved queries.

    // Columns and layouts.

    // Watch and barcode.

    /// What ``watchInterval`` may be.
    public static var watchIntervals: ClosedRange<Int> { Watch.intervals }
    /// Seconds from the end of a watched query to the next.
    public var watchInterval = Watch.standardInterval
    /// The bell rings when a watched list has new rows.
    public var watchRings = false
    /// The first query is watched.
    public var watchesFromStart = false

    // Themes, keys, mouse.

    public init() {}
}
