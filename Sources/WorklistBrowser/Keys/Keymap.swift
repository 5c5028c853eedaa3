import Terminal

/// Which key does what where: the one table behind keys, bottom line, help and palette.
struct Keymap: Sendable {
    /// One line of the table.
    struct Binding: Sendable, Hashable {
        var contexts: [KeyContext]
        var keys: [KeySequence]
        var command: Command
        /// Word for the bottom line; empty for none.
        var hint: String
        var help: String
        /// Place in the table: the order in help and bottom line.
        var place: Int
    }

    private(set) var bindings: [Binding]
    private var commands: [KeyContext: [KeySequence: Command]]

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
            var keys: [KeySequence] = []
            for name in fields[1].split(separator: " ") {
                guard let key = Key(parsing: name) else {
                    throw KeymapError(line: number + 1, message: "there is no key '\(name)'")
                }
                keys.append(KeySequence(key))
            }
            for context in contexts {
                for key in keys {
                    if let other = commands[context]?[key] {
                        throw KeymapError(
                            line: number + 1,
                            message: "\(key.description) is bound to \(other.rawValue) already in \(context.rawValue)"
                        )
                    }
                    if context.isForText, key.keys.first?.typedCharacter != nil {
                        throw KeymapError(
                            line: number + 1,
                            message: "\(key.description) types text in \(context.rawValue)"
                        )
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

    /// Binds a key, or several after each other, in one context; what they meant there before they mean no more. An empty
    /// command takes the meaning away.
    mutating func bind(key name: String, to commandName: String, in contextName: String) throws(KeymapError) {
        guard let keys = KeySequence(parsing: name) else { throw KeymapError(message: "there is no key '\(name)'") }
        guard let context = KeyContext(rawValue: contextName) else {
            throw KeymapError(message: "there is no context '\(contextName)'")
        }
        var command: Command?
        if !commandName.isEmpty {
            command = Command(rawValue: commandName)
            if command == nil { throw KeymapError(message: "there is no command '\(commandName)'") }
        }
        if context.isForText, keys.keys.first?.typedCharacter != nil {
            throw KeymapError(message: "\(keys.description) types text in \(contextName)")
        }
        bind(keys, to: command, in: context)
    }

    /// As ``bind(key:to:in:)``, for what is known to be right.
    mutating func bind(_ keys: KeySequence, to command: Command?, in context: KeyContext) {
        unbind(keys, in: context)
        guard let command else { return }
        // A key cannot both do something and begin something: the later word counts.
        for other in commands[context, default: [:]].keys
        where other.isLonger(than: keys.keys) || keys.isLonger(than: other.keys) {
            unbind(other, in: context)
        }
        commands[context, default: [:]][keys] = command
        if let index = bindings.firstIndex(where: { $0.command == command && $0.contexts.contains(context) }) {
            let own = separate(index, for: context)
            bindings[own].keys.insert(keys, at: 0)
        } else {
            let help = bindings.first { $0.command == command }?.help ?? command.rawValue
            bindings.append(
                Binding(
                    contexts: [context],
                    keys: [keys],
                    command: command,
                    hint: "",
                    help: help,
                    place: bindings.count
                )
            )
        }
    }

    private mutating func unbind(_ keys: KeySequence, in context: KeyContext) {
        commands[context]?[keys] = nil
        while let index = bindings.firstIndex(where: { $0.contexts.contains(context) && $0.keys.contains(keys) }) {
            let own = separate(index, for: context)
            bindings[own].keys.removeAll { $0 == keys }
        }
    }

    /// Takes every key away; what the commands do is still known.
    mutating func unbindAll() {
        commands = [:]
        for index in bindings.indices { bindings[index].keys = [] }
    }

    /// A line of the table for one context alone; the index of that line.
    private mutating func separate(_ index: Int, for context: KeyContext) -> Int {
        guard bindings[index].contexts.count > 1 else { return index }
        var own = bindings[index]
        own.contexts = [context]
        bindings[index].contexts.removeAll { $0 == context }
        bindings.insert(own, at: index)
        return index
    }

    /// What keys mean that were pressed after each other.
    enum Meaning: Hashable {
        case command(Command)
        /// More keys have to follow.
        case beginning
    }

    func meaning(of keys: [Key], in context: KeyContext) -> Meaning? {
        guard let known = commands[context], let sequence = KeySequence(keys) else { return nil }
        if let command = known[sequence] { return .command(command) }
        return known.keys.contains { $0.isLonger(than: keys) } ? .beginning : nil
    }

    func command(for key: Key, in context: KeyContext) -> Command? {
        commands[context]?[KeySequence(key)]
    }

    func command(for keys: KeySequence, in context: KeyContext) -> Command? { commands[context]?[keys] }

    /// The command that a label in the bottom line or in a dialog's edge stands for.
    func command(labelled label: TerminalText, in context: KeyContext) -> Command? {
        commands[context]?.first { $0.key.label == label }?.value
    }

    /// What may follow keys that were pressed, in the order of the table.
    func continuations(of keys: [Key], in context: KeyContext) -> [(keys: KeySequence, binding: Binding)] {
        bindings(in: context).flatMap { binding in
            binding.keys.filter { $0.isLonger(than: keys) }.compactMap { whole in
                KeySequence(Array(whole.keys.dropFirst(keys.count))).map { (keys: $0, binding: binding) }
            }
        }
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
