import Terminal

/// What is pressed for a command: mostly one key, or several after each other such as `g g`.
struct KeySequence: Hashable, Sendable {
    let keys: [Key]

    /// Longer ones nobody keeps in the fingers.
    static let longest = 4

    init(_ key: Key) {
        keys = [key]
    }

    /// Nil for none at all.
    init?(_ keys: [Key]) {
        guard !keys.isEmpty else { return nil }
        self.keys = keys
    }

    /// Keys as ``Key/init(parsing:)`` reads them, parted by blanks; nil if one is none, or there are too many.
    init?(parsing text: some StringProtocol) {
        let names = text.split(separator: " ")
        let keys = names.compactMap { Key(parsing: $0) }
        guard !keys.isEmpty, keys.count == names.count, keys.count <= Self.longest else { return nil }
        self.keys = keys
    }

    /// As bottom line and help write it: `g g`, `^X s`.
    var label: TerminalText { keys.map(\.label).joined(separator: " ") }

    /// As a keymap file writes it.
    var description: String { keys.map(\.description).joined(separator: " ") }

    /// Other keys follow these.
    func isLonger(than start: [Key]) -> Bool { keys.count > start.count && keys.starts(with: start) }
}
