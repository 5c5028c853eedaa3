/// Why a text is no TOML, and where.
public struct TOMLFault: Error, Hashable, Sendable {
    /// Counted from one.
    public let line: Int
    public let column: Int
    /// What was expected, without the place.
    public let words: String

    public init(line: Int, column: Int, words: String) {
        self.line = line
        self.column = column
        self.words = words
    }
}
