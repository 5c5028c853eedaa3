/// What the user's files say about the browser beyond servers; read by the program, before the browser starts.
public struct BrowserSettings: Sendable {
    // Saved queries.

    // Columns and layouts.

    // Watch and barcode.

    // Themes, keys, mouse.

    public init() {}
}
