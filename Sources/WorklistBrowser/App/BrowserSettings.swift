import Terminal

/// What the user's files say about the browser beyond servers; read by the program, before the browser starts.
public struct BrowserSettings: Sendable {
    /// What could not be used of the files, in the order it was found; shown on screen.
    public var problems: [SettingsProblem] = []

    // Saved queries.

    // Columns and layouts.

    // Watch and barcode.
    public var barcode = BarcodeSettings()

    // Export and copying.
    /// Where a file without a folder goes, for the dialog to name it.
    public var workingFolder = "."
    /// Its clipboard needs a setting of its own.
    public var isInsideTmux = false

    /// What ``watchInterval`` may be.
    public static var watchIntervals: ClosedRange<Int> { Watch.intervals }
    /// Seconds from the end of a watched query to the next.
    public var watchInterval = Watch.standardInterval
    /// The bell rings when a watched list has new rows.
    public var watchRings = false
    /// The first query is watched.
    public var watchesFromStart = false

    // Themes, keys, mouse.

    /// The keys in force.
    public var keymap = UserKeymap.standard
    /// The mouse is used.
    public var isMouseOn = true
    /// What is laid over the theme while a server of an accent is in use, by the accent's name: `prod`, `test`, `demo`.
    public var overlays: [String: ThemeOverlay] = [:]

    public init() {}
}
