/// Why a theme cannot be used: where, what, and what was expected instead.
public struct ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path, or the name of a built-in theme.
    public let file: String
    /// Counted from one; nil when the fault has no line (a file that cannot be read).
    public let line: Int?
    public let message: String

    public init(file: String, line: Int?, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    public var description: String {
        "\(file):" + (line.map { "\($0):" } ?? "") + " \(message)"
    }
}
