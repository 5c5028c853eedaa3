import Terminal

/// A keymap file as it was read, a line a binding; what the names mean is decided by ``UserKeymap``.
public struct KeymapSource: Sendable {
    /// One binding of the file.
    public struct Line: Sendable {
        /// The name in brackets above it.
        public var context: String
        public var key: String
        public var command: String
        /// From 1.
        public var number: Int

        public init(context: String, key: String, command: String, number: Int) {
            self.context = context
            self.key = key
            self.command = command
            self.number = number
        }
    }

    public var path: String
    /// The value of `inherits`, and its line.
    public var inherits: (name: String, line: Int)?
    public var lines: [Line] = []

    public init(path: String) {
        self.path = path
    }
}

/// The keys in force: those built in, changed as the user's file says.
public struct UserKeymap: Sendable {
    let keymap: Keymap
    /// What of the file could not be used.
    public let problems: [SettingsProblem]

    /// The built-in keys.
    public static let standard = UserKeymap(keymap: .standard, problems: [])

    private init(keymap: Keymap, problems: [SettingsProblem]) {
        self.keymap = keymap
        self.problems = problems
    }

    /// What `inherits` may name.
    public static let presets = ["standard", "vim", "plain", "none"]

    /// The names of the contexts: what may stand in brackets, besides `all`.
    public static var contexts: [String] { KeyContext.allCases.map(\.rawValue) }

    /// The names of the commands.
    public static var commands: [String] { Command.allCases.map(\.rawValue) }

    // MARK: From a file

    /// Applies a file; every line that cannot be used is a problem, and all others count.
    ///
    /// - Parameter found: What was wrong before names were looked at: with the file, or with the form of a line.
    public init(_ source: KeymapSource, problems found: [SettingsProblem] = []) {
        var problems = found
        func complain(_ line: Int?, _ text: String) {
            problems.append(SettingsProblem(path: source.path, line: line, text: text))
        }
        var base = Keymap.standard
        if let inherits = source.inherits {
            if let preset = Self.preset(inherits.name) {
                base = preset
            } else {
                complain(
                    inherits.line,
                    "there is no keymap '\(inherits.name)': inherits takes standard, vim, plain or none"
                )
            }
        }
        var keymap = base
        var taken: [KeyContext: [KeySequence: KeymapSource.Line]] = [:]
        for line in source.lines {
            guard let contexts = Self.contexts(named: line.context) else {
                complain(
                    line.number,
                    "there is no context [\(line.context)]; there are all, " + Self.contexts.joined(separator: ", ")
                )
                continue
            }
            guard let keys = KeySequence(parsing: line.key) else {
                complain(
                    line.number,
                    "there is no key '\(line.key)'; keys are written j, G, ctrl-r, alt-x, f5, enter, g g"
                )
                continue
            }
            var command: Command?
            if !line.command.isEmpty {
                command = Command(rawValue: line.command)
                guard command != nil else {
                    complain(line.number, "there is no command '\(line.command)'" + Self.similar(to: line.command))
                    continue
                }
            }
            if let fault = Self.fault(keys, command, contexts, name: line.context) {
                complain(line.number, fault)
                continue
            }
            var clashes: [String] = []
            for context in contexts {
                for (other, earlier) in taken[context, default: [:]]
                where other == keys || other.isLonger(than: keys.keys) || keys.isLonger(than: other.keys) {
                    // A line for one context says more than one for all of them.
                    if other == keys, earlier.context == "all", line.context != "all" { continue }
                    if other == keys, line.context == "all", earlier.context != "all" { continue }
                    let what =
                        other == keys
                        ? "'\(keys.description)' is bound to \(Self.words(earlier.command)) in line \(earlier.number) already"
                        : "'\(keys.description)' and '\(other.description)' of line \(earlier.number) begin alike: "
                            + "one key cannot both act and wait for more"
                    if !clashes.contains(what) { clashes.append(what) }
                }
            }
            if let clash = clashes.sorted().first {
                complain(line.number, clash + "; this line is left out")
                continue
            }
            for context in contexts {
                if line.context == "all", let earlier = taken[context]?[keys], earlier.context != "all" { continue }
                taken[context, default: [:]][keys] = line
                keymap.bind(keys, to: command, in: context)
            }
        }
        Self.keepUsable(&keymap, base: base, taken: taken, complain)
        self.keymap = keymap
        self.problems = problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
    }

    private static func words(_ command: String) -> String { command.isEmpty ? "nothing" : command }

    private static func contexts(named name: String) -> [KeyContext]? {
        if name == "all" { return KeyContext.allCases }
        return KeyContext(rawValue: name).map { [$0] }
    }

    /// Why a binding makes no sense where it stands; nil if it does.
    private static func fault(
        _ keys: KeySequence,
        _ command: Command?,
        _ contexts: [KeyContext],
        name: String
    ) -> String? {
        if keys.keys.first?.typedCharacter != nil {
            let typed = contexts.filter(\.isForText).map(\.rawValue)
            if typed.count == contexts.count {
                return "'\(keys.description)' types text in [\(name)]; take ctrl-, alt- or a named key"
            }
            if !typed.isEmpty {
                return "'\(keys.description)' types text in \(typed.joined(separator: ", ")); "
                    + "write it under each context where it is to be a command"
            }
        }
        if keys.keys.count > 1, keys.keys.dropLast().contains(.escape) {
            return "'\(keys.description)' has Esc inside; Esc ends a sequence of keys"
        }
        guard let command, name != "all" else { return nil }
        let places = Self.places(of: command)
        if !places.isEmpty, places.isDisjoint(with: contexts) {
            let names = KeyContext.allCases.filter(places.contains).map { "[\($0.rawValue)]" }
            return "\(command.rawValue) does nothing in [\(name)]; it belongs to " + names.joined(separator: ", ")
        }
        return nil
    }

    /// Where a command does something; empty for everywhere.
    private static func places(of command: Command) -> Set<KeyContext> {
        switch command.rawValue.prefix(while: { $0 != "." }) {
        case "move", "app", "accept", "back": return []
        case "field": return Set(KeyContext.allCases.filter(\.isForText))
        default:
            var places: Set<KeyContext> = []
            for binding in Keymap.standard.bindings where binding.command == command {
                places.formUnion(binding.contexts)
            }
            return places
        }
    }

    /// `; did you mean query.run?`
    private static func similar(to name: String) -> String {
        let last = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let candidates = Command.allCases.filter { command in
            let words = command.rawValue.lowercased()
            return words == name.lowercased() || (last.count > 2 && words.hasSuffix("." + last))
        }
        guard let best = candidates.first else { return "; 'worklist keys' lists all" }
        return "; did you mean \(best.rawValue)?"
    }

    // MARK: What must stay

    /// In each context one of these commands needs a key, or the program could not be left or a dialog not be answered.
    private static func needs(_ context: KeyContext) -> [(any: [Command], why: String)] {
        switch context {
        case .list:
            [
                (any: [.quit, .interrupt], why: "to quit"),
                (any: [.queryCancel, .interrupt], why: "to cancel a query"),
            ]
        case .builder, .detail: [(any: [.back], why: "to go back")]
        default:
            [(any: [.back], why: "to go back"), (any: [.accept], why: "to accept")]
        }
    }

    /// Takes bindings back that would leave no way out, and says so.
    private static func keepUsable(
        _ keymap: inout Keymap,
        base: Keymap,
        taken: [KeyContext: [KeySequence: KeymapSource.Line]],
        _ complain: (Int?, String) -> Void
    ) {
        var said: Set<String> = []
        func sayOnce(_ line: Int?, _ text: String) {
            if said.insert("\(line ?? 0) \(text)").inserted { complain(line, text) }
        }
        for context in KeyContext.allCases {
            for need in needs(context) where !has(need.any, keymap, context) {
                // Lines of the user that took the last key away.
                var isMended = false
                for (keys, line) in taken[context, default: [:]].sorted(by: { $0.value.number < $1.value.number }) {
                    guard let before = lost(keys, base, context).first(where: { need.any.contains($0.command) }) else {
                        continue
                    }
                    keymap.bind(before.keys, to: before.command, in: context)
                    sayOnce(
                        line.number,
                        "'\(keys.description)' stays \(before.command.rawValue): without it [\(context.rawValue)] has no key "
                            + need.why
                    )
                    isMended = true
                    break
                }
                if isMended { continue }
                // A keymap that starts from nothing, and forgot it.
                let standard = Keymap.standard.bindings(in: context).first { need.any.contains($0.command) }
                guard let standard,
                    let keys = standard.keys.first(where: { taken[context]?[$0] == nil }) ?? standard.keys.first
                else { continue }
                keymap.bind(keys, to: standard.command, in: context)
                // Said only of those who meant to bind something there, or it would be a long list.
                if taken[context] != nil {
                    sayOnce(
                        nil,
                        "[\(context.rawValue)] has no key \(need.why): '\(keys.description)' is kept for \(standard.command.rawValue)"
                    )
                }
            }
        }
    }

    private static func has(_ commands: [Command], _ keymap: Keymap, _ context: KeyContext) -> Bool {
        keymap.bindings(in: context).contains { commands.contains($0.command) && !$0.keys.isEmpty }
    }

    /// What the base keymap had on these keys, or on keys that these begin.
    private static func lost(
        _ keys: KeySequence,
        _ base: Keymap,
        _ context: KeyContext
    ) -> [(keys: KeySequence, command: Command)] {
        base.bindings(in: context).flatMap { binding in
            binding.keys.filter { $0 == keys || keys.isLonger(than: $0.keys) || $0.isLonger(than: keys.keys) }
                .map { (keys: $0, command: binding.command) }
        }
    }

    // MARK: Presets

    private static func preset(_ name: String) -> Keymap? {
        var keymap = Keymap.standard
        switch name {
        case "standard": break
        case "vim":
            let lists: [KeyContext] = [.list, .builder, .detail, .dialog, .servers, .queries, .columns]
            for context in lists {
                if let keys = KeySequence(parsing: "g g") { keymap.bind(keys, to: .moveFirst, in: context) }
            }
            for (text, command) in [("Z Z", Command.quit), ("Z Q", .quit)] {
                if let keys = KeySequence(parsing: text) { keymap.bind(keys, to: command, in: .list) }
            }
        case "plain":
            // Letters and Ctrl keys that only those expect to move who know vi: the keys with names do the same.
            let vi = ["j", "k", "h", "l", "g", "G", "ctrl-f", "ctrl-b", "ctrl-d", "ctrl-u"].compactMap {
                Key(parsing: $0)
            }
            for context in KeyContext.allCases where !context.isForText {
                for key in vi {
                    guard let command = keymap.command(for: key, in: context), command.rawValue.hasPrefix("move.")
                    else {
                        continue
                    }
                    keymap.bind(KeySequence(key), to: nil, in: context)
                }
            }
        case "none": keymap.unbindAll()
        default: return nil
        }
        return keymap
    }

    // MARK: Listing

    /// A line of the table of keys.
    public struct Entry: Sendable {
        public var context: String
        /// As a keymap file writes them; none for a command without a key.
        public var keys: [String]
        public var command: String
        public var help: String
    }

    /// What every key does, context after context; of one context if it is named.
    public func entries(in context: String? = nil) -> [Entry] {
        KeyContext.allCases.filter { context == nil || $0.rawValue == context }.flatMap { context in
            keymap.bindings(in: context).map { binding in
                Entry(
                    context: context.rawValue,
                    keys: binding.keys.map(\.description),
                    command: binding.command.rawValue,
                    help: binding.help
                )
            }
        }
    }
}
