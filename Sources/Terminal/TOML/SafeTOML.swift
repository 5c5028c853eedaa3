import TOMLKit

/// The one door to the TOML parser, for every file a user may write by hand.
///
/// The parser ends the program on a good many broken texts (`[[[[`, `a = [}`, `a = 2026-01-01T:`, a key of 100,000 parts)
/// and stops at a NUL as if the file ended there. So a text is held against the grammar first, and it never sees another.
public enum SafeTOML {
    public static func parse(_ text: String) throws(TOMLFault) -> TOMLTable {
        var grammar = TOMLGrammar(text)
        try grammar.check()
        do {
            return try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            // Such as a key that is written twice.
            throw TOMLFault(
                line: error.source.begin.line,
                column: error.source.begin.column,
                words: TerminalText(error.description).string
            )
        } catch {
            throw TOMLFault(line: 1, column: 1, words: TerminalText(String(describing: error)).string)
        }
    }
}
