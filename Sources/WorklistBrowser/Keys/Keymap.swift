import Terminal

/// Which key does what where: the one table behind keys, bottom line, help and palette.
struct Keymap: Sendable {
    /// One line of the table.
    struct Binding: Sendable, Hashable {
        var contexts: [KeyContext]
        var keys: [Key]
        var command: Command
        /// Word for the bottom line; empty for none.
        var hint: String
        var help: String
        /// Place in the table: the order in help and bottom line.
        var place: Int
    }

    private(set) var bindings: [Binding]
    private var commands: [KeyContext: [Key: Command]]

    /// Reads a table: `contexts | keys | command | hint | help`, a binding a line; `*` stands for all contexts.
    ///
    /// - Throws: ``KeymapError`` for an unknown name, or a key bound twice in one context.
    init(parsing table: some StringProtocol) throws(KeymapError) {
        bindings = []
        commands = [:]
        for (number, line) in table.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let fields = Self.fields(line)
            if fields.isEmpty || line.first == "#" { continue }
            guard fields.count == 5 else {
                throw KeymapError(line: number + 1, message: "five fields expected, parted by ' | '")
            }
            guard let command = Command(rawValue: fields[2]) else {
                throw KeymapError(line: number + 1, message: "there is no command '\(fields[2])'")
            }
            var contexts: [KeyContext] = []
            for name in fields[0].split(separator: " ") {
                if name == "*" {
                    contexts = KeyContext.allCases
                } else if let context = KeyContext(rawValue: String(name)) {
                    contexts.append(context)
                } else {
                    throw KeymapError(line: number + 1, message: "there is no context '\(name)'")
                }
            }
            var keys: [Key] = []
            for name in fields[1].split(separator: " ") {
                guard let key = Key(parsing: name) else {
                    throw KeymapError(line: number + 1, message: "there is no key '\(name)'")
                }
                keys.append(key)
            }
            for context in contexts {
                for key in keys {
                    if let other = commands[context]?[key] {
                        throw KeymapError(
                            line: number + 1,
                            message: "\(key) is bound to \(other.rawValue) already in \(context.rawValue)"
                        )
                    }
                    if context.isForText, key.typedCharacter != nil {
                        throw KeymapError(line: number + 1, message: "\(key) types text in \(context.rawValue)")
                    }
                    commands[context, default: [:]][key] = command
                }
            }
            bindings.append(
                Binding(
                    contexts: contexts,
                    keys: keys,
                    command: command,
                    hint: fields[3],
                    help: fields[4],
                    place: number
                )
            )
        }
    }

    /// No keys at all; what a defect in the built-in table would leave (a test keeps it from happening).
    private init() {
        bindings = []
        commands = [:]
    }

    private static func fields(_ line: some StringProtocol) -> [String] {
        var fields: [String] = []
        var current = ""
        for character in line {
            if character == "|", current.last.map({ $0 == " " }) ?? true {
                fields.append(current)
                current = ""
            } else {
                current.append(character)
            }
        }
        if fields.isEmpty && current.allSatisfy({ $0 == " " }) { return [] }
        fields.append(current)
        return fields.map { field in
            var text = Substring(field)
            while text.last == " " { text.removeLast() }
            while text.first == " " { text.removeFirst() }
            return String(text)
        }
    }

    /// The built-in table.
    static let standard: Keymap = {
        do throws(KeymapError) {
            return try Keymap(parsing: KeymapTable.text.description)
        } catch {
            return Keymap()
        }
    }()

    /// Binds a key in one context; what it meant there before it means no more. An empty command takes it away.
    mutating func bind(key name: String, to commandName: String, in contextName: String) throws(KeymapError) {
        guard let key = Key(parsing: name) else { throw KeymapError(message: "there is no key '\(name)'") }
        guard let context = KeyContext(rawValue: contextName) else {
            throw KeymapError(message: "there is no context '\(contextName)'")
        }
        for index in bindings.indices.reversed()
        where bindings[index].contexts.contains(context) && bindings[index].keys.contains(key) {
            var own = bindings[index]
            own.contexts = [context]
            own.keys.removeAll { $0 == key }
            bindings[index].contexts.removeAll { $0 == context }
            bindings.insert(own, at: index + 1)
        }
        bindings.removeAll { $0.contexts.isEmpty }
        commands[context]?[key] = nil
        if commandName.isEmpty { return }
        guard let command = Command(rawValue: commandName) else {
            throw KeymapError(message: "there is no command '\(commandName)'")
        }
        if context.isForText, key.typedCharacter != nil {
            throw KeymapError(message: "\(key) types text in \(contextName)")
        }
        commands[context, default: [:]][key] = command
        if let index = bindings.firstIndex(where: { $0.command == command && $0.contexts.contains(context) }) {
            var own = bindings[index]
            own.contexts = [context]
            own.keys.insert(key, at: 0)
            bindings[index].contexts.removeAll { $0 == context }
            bindings.insert(own, at: index)
            bindings.removeAll { $0.contexts.isEmpty }
        } else {
            let help = bindings.first { $0.command == command }?.help ?? command.rawValue
            bindings.append(
                Binding(contexts: [context], keys: [key], command: command, hint: "", help: help, place: bindings.count)
            )
        }
    }

    func command(for key: Key, in context: KeyContext) -> Command? {
        commands[context]?[key]
    }

    /// The lines for a context, in the order of the table.
    func bindings(in context: KeyContext) -> [Binding] {
        bindings.filter { $0.contexts.contains(context) }
    }

    /// The first key of a command in a context, as the bottom line writes it; nil if it has none.
    func label(of command: Command, in context: KeyContext) -> TerminalText? {
        for binding in bindings where binding.command == command && binding.contexts.contains(context) {
            if let key = binding.keys.first { return key.label }
        }
        return nil
    }

    /// The short label of a command's first key, for bottom lines; see ``label(of:in:)``.
    func hint(for command: Command, in context: KeyContext) -> TerminalText? { label(of: command, in: context) }

    /// What the bottom line shows: key and word, in the order of the table.
    func hints(in context: KeyContext) -> [(command: Command, key: TerminalText, word: TerminalText)] {
        bindings(in: context).compactMap { binding in
            guard !binding.hint.isEmpty, let key = binding.keys.first else { return nil }
            return (binding.command, key.label, TerminalText(binding.hint))
        }
    }
}

/// A binding that cannot be used, and why.
public struct KeymapError: Error, Hashable, Sendable, CustomStringConvertible {
    /// In a table, from 1; nil for a single binding.
    public var line: Int?
    public var message: String

    init(line: Int? = nil, message: String) {
        self.line = line
        self.message = message
    }

    public var description: String { (line.map { "keymap line \($0): " } ?? "") + message }
}

extension Key {
    /// The key as keyboards label it: `Enter`, `PgDn`, `^C`, `F5`.
    var label: TerminalText {
        var text = ""
        if modifiers.contains(.alt) { text += "Alt-" }
        if modifiers.contains(.shift) { text += "Shift-" }
        let ctrl = modifiers.contains(.ctrl)
        switch code {
        case .character(" "): text += ctrl ? "^Space" : "Space"
        case .character(let character): text += ctrl ? "^" + character.uppercased() : String(character)
        case .function(let number): text += (ctrl ? "Ctrl-" : "") + "F\(number)"
        case .enter: text += (ctrl ? "Ctrl-" : "") + "Enter"
        case .escape: text += "Esc"
        case .tab: text += "Tab"
        case .backspace: text += "Backspace"
        case .delete: text += "Del"
        case .insert: text += "Ins"
        case .up: text += (ctrl ? "Ctrl-" : "") + "Up"
        case .down: text += (ctrl ? "Ctrl-" : "") + "Down"
        case .left: text += (ctrl ? "Ctrl-" : "") + "Left"
        case .right: text += (ctrl ? "Ctrl-" : "") + "Right"
        case .home: text += (ctrl ? "Ctrl-" : "") + "Home"
        case .end: text += (ctrl ? "Ctrl-" : "") + "End"
        case .pageUp: text += "PgUp"
        case .pageDown: text += "PgDn"
        }
        return TerminalText(text)
    }
}
