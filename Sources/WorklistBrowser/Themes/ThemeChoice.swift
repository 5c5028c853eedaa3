import Terminal

/// A theme to choose from, read anew for the picker; or why it cannot be used.
public struct ThemeChoice: Sendable {
    public var name: String
    /// The file's path; nil for one that is built in.
    public var path: String?
    public var theme: Result<Theme, ThemeError>

    public init(name: String, path: String?, theme: Result<Theme, ThemeError>) {
        self.name = name
        self.path = path
        self.theme = theme
    }
}
