/// One thing in a file of the user that cannot be used, and what is expected there. The rest of the file counts.
public struct SettingsProblem: Hashable, Sendable, Error, CustomStringConvertible {
    public var path: String
    /// From 1; nil when the file as a whole cannot be used.
    public var line: Int?
    /// What is wrong and what is expected; neither file nor line.
    public var text: String

    public init(path: String, line: Int? = nil, text: String) {
        self.path = path
        self.line = line
        self.text = text
    }

    /// `config.toml:12: …`, as compilers write it.
    public var description: String { place + ": " + text }

    /// Where it is: `config.toml:12`.
    public var place: String { path + (line.map { ":\($0)" } ?? "") }
}
