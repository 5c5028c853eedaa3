import Terminal

/// What stands where an item has no value to tell who it is about: the same words on every screen.
///
/// In capitals where an action on the item needs a second look.
enum MissingWords {
    static let name: TerminalText = "NO NAME"
    static let id: TerminalText = "NO ID"
    static let born: TerminalText = "birth date unknown"
    static let sex: TerminalText = "sex unknown"
    static let accession: TerminalText = "no accession number"
}
