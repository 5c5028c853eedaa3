/// What the user's files say about the browser beyond servers; read by the program, before the browser starts.
public struct BrowserSettings: Sendable {
    // Saved queries.

    // Columns and layouts.

    /// How the user last looked at the lists of a scope or a saved query, by its name.
    public var views: [String: ListView] = [:]

    // Watch and barcode.

    // Themes, keys, mouse.

    public init() {}
}
