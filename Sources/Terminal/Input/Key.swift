/// A key as the user thinks of it: `j`, `G`, `ctrl-c`, `shift-tab`, `alt-x`, `f5`.
///
/// A key is kept in the one form a terminal can deliver: `ctrl-i` is Tab, `ctrl-m` Enter, `ctrl-[` Escape, `ctrl-h`
/// Backspace, and Shift with a letter is the capital.
public struct Key: Hashable, Sendable {
    public enum Code: Hashable, Sendable {
        case character(Character)
        case enter, escape, tab, backspace, delete, insert
        case up, down, left, right, home, end, pageUp, pageDown
        /// F1 to F24.
        case function(Int)
    }

    public struct Modifiers: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue & 7 }
        public static let shift = Modifiers(rawValue: 1)
        public static let alt = Modifiers(rawValue: 2)
        public static let ctrl = Modifiers(rawValue: 4)
    }

    public let code: Code
    public let modifiers: Modifiers

    public init(_ code: Code, _ modifiers: Modifiers = []) {
        (self.code, self.modifiers) = Self.normalized(code, modifiers)
    }

    private static func normalized(_ code: Code, _ modifiers: Modifiers) -> (Code, Modifiers) {
        guard case .character(var character) = code else { return (code, modifiers) }
        switch character {
        case "\r": return (.enter, modifiers)
        case "\t": return (.tab, modifiers)
        case "\u{1B}": return (.escape, modifiers)
        case "\u{7F}": return (.backspace, modifiers)
        default: break
        }
        if modifiers.contains(.ctrl) {
            let others = modifiers.subtracting(.ctrl)
            switch character {
            case "i", "I": return (.tab, others)
            case "m", "M": return (.enter, others)
            case "[": return (.escape, others)
            case "h", "H", "?": return (.backspace, others)
            case "@": character = " "
            case "/": character = "_"
            default: if let lower = character.lowercased().only { character = lower }
            }
        } else if modifiers.contains(.shift), character.isLetter, let upper = character.uppercased().only {
            character = upper
        }
        // A shifted character is another character; only named keys keep the modifier.
        return (.character(character), modifiers.subtracting(.shift))
    }

    public static func character(_ character: Character) -> Key { Key(.character(character)) }
    public static func ctrl(_ character: Character) -> Key { Key(.character(character), .ctrl) }
    public static func alt(_ character: Character) -> Key { Key(.character(character), .alt) }
    public static func function(_ number: Int) -> Key { Key(.function(number)) }

    public static let enter = Key(.enter)
    public static let escape = Key(.escape)
    public static let tab = Key(.tab)
    public static let shiftTab = Key(.tab, .shift)
    public static let space = Key(.character(" "))
    public static let backspace = Key(.backspace)
    public static let delete = Key(.delete)
    public static let insert = Key(.insert)
    public static let up = Key(.up)
    public static let down = Key(.down)
    public static let left = Key(.left)
    public static let right = Key(.right)
    public static let home = Key(.home)
    public static let end = Key(.end)
    public static let pageUp = Key(.pageUp)
    public static let pageDown = Key(.pageDown)

    /// The character to type into a text field; nil for commands and named keys.
    public var typedCharacter: Character? {
        guard modifiers.isEmpty, case .character(let character) = code else { return nil }
        return character
    }
}

extension String {
    /// The character, if there is exactly one.
    fileprivate var only: Character? { count == 1 ? first : nil }
}

extension Key: CustomStringConvertible {
    private static let namedKeys: [(name: String, code: Code)] = [
        ("enter", .enter), ("esc", .escape), ("tab", .tab), ("backspace", .backspace), ("delete", .delete),
        ("insert", .insert), ("up", .up), ("down", .down), ("left", .left), ("right", .right), ("home", .home),
        ("end", .end), ("pgup", .pageUp), ("pgdn", .pageDown), ("space", .character(" ")),
        // Other spellings in use.
        ("return", .enter), ("escape", .escape), ("bs", .backspace), ("del", .delete), ("ins", .insert),
        ("pageup", .pageUp), ("pagedown", .pageDown), ("pgdown", .pageDown), ("minus", .character("-")),
    ]

    /// Reads a key as ``description`` writes it; names and modifiers in any case, `shift-`, `alt-` (or `meta-`) and
    /// `ctrl-` in any order. Nil if it names no key.
    public init?(parsing text: some StringProtocol) {
        // By scalars: a combining mark after the dash would make one character of both.
        var scalars = String(text).unicodeScalars[...]
        var modifiers: Modifiers = []
        while let dash = scalars.firstIndex(of: "-"), dash > scalars.startIndex,
            scalars.index(after: dash) < scalars.endIndex
        {
            switch String(scalars[..<dash]).lowercased() {
            case "ctrl", "control", "c": modifiers.insert(.ctrl)
            case "alt", "meta", "a", "m": modifiers.insert(.alt)
            case "shift", "s": modifiers.insert(.shift)
            default: return nil
            }
            scalars = scalars[scalars.index(after: dash)...]
        }
        let rest = String(scalars)
        if rest.count == 1, let character = rest.first {
            guard character.unicodeScalars.allSatisfy({ ScalarTable.lookUp($0).action == .keep }) else { return nil }
            self.init(.character(character), modifiers)
            return
        }
        let name = rest.lowercased()
        if let named = Self.namedKeys.first(where: { $0.name == name }) {
            self.init(named.code, modifiers)
        } else if name.hasPrefix("f"), let number = Int(name.dropFirst()), (1...24).contains(number) {
            self.init(.function(number), modifiers)
        } else {
            return nil
        }
    }

    public var description: String {
        var text = ""
        if modifiers.contains(.ctrl) { text += "ctrl-" }
        if modifiers.contains(.alt) { text += "alt-" }
        if modifiers.contains(.shift) { text += "shift-" }
        switch code {
        case .function(let number): return text + "f\(number)"
        case .character(" "): return text + "space"
        case .character(let character): return text + String(character)
        default: return text + (Self.namedKeys.first { $0.code == code }?.name ?? "?")
        }
    }
}
