import Terminal

/// What the user's files say about the browser beyond servers; read by the program, before the browser starts.
public struct BrowserSettings: Sendable {
    /// What could not be used of the files, in the order it was found; shown on screen.
    public var problems: [SettingsProblem] = []

    // Saved queries.

    /// The files of saved queries, broken ones too.
    public var savedFiles: [SavedQueryFile] = []
    /// Where new ones go, for dialogs to name it.
    public var queriesFolder = ""
    /// What to ask first of a server: `scanner`, `modality`, `all` or the name of a saved query; nil for as narrow as its
    /// settings allow.
    public var start: String?
    /// What to ask first of all, whatever ``start`` says.
    public var opening: SavedQuery?

    // Columns and layouts.

    /// How the user last looked at the lists of a scope or a saved query, by its name.
    public var views: [String: ListView] = [:]

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
