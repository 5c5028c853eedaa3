/// The manual page, in the macros of man(7), made from the definitions of the commands: it cannot forget an option.
struct ManualPage {
    private let tree: CommandTree
    private var out = ""
    /// Options that several commands have, with the commands that have them.
    private let shared: [(argument: CommandTree.Argument, commands: [String])]

    init(_ tree: CommandTree) {
        self.tree = tree
        var order: [CommandTree.Argument] = []
        var owners: [CommandTree.Argument: [String]] = [:]
        for command in tree.subcommands {
            for argument in command.arguments {
                if owners[argument] == nil { order.append(argument) }
                owners[argument, default: []].append(command.name)
            }
        }
        shared = order.compactMap { argument in
            guard let commands = owners[argument], commands.count > 1 else { return nil }
            return (argument, commands)
        }
    }

    /// The whole page.
    static func text(_ tree: CommandTree) -> String {
        var page = ManualPage(tree)
        page.write()
        return page.out
    }

    private mutating func write() {
        line(".TH \(tree.name.uppercased()) 1 \"\" \"\(tree.name) \(Version.text)\" \"User Commands\"")
        // Options are not to be broken in the middle, nor stretched.
        line(".nh")
        line(".ad l")
        section("NAME")
        line("\(tree.name) \\- \(Self.escaped(Self.plain(tree.abstract)))")
        section("SYNOPSIS")
        for (index, command) in tree.subcommands.enumerated() {
            if index > 0 { line(".br") }
            synopsis(command)
        }
        section("DESCRIPTION")
        discussion(tree.discussion, isFirst: true)
        section("COMMANDS")
        for command in tree.subcommands { write(command) }
        section("OPTIONS OF SEVERAL COMMANDS")
        for (argument, commands) in shared {
            let all = commands.count == tree.subcommands.count
            item(argument, remark: all ? "" : " (\(commands.joined(separator: ", ")))")
        }
        section("EXIT STATUS")
        for (code, words) in Self.exits {
            line(".TP")
            line(".B \(code)")
            prose(words)
        }
        section("ENVIRONMENT")
        for (name, words) in Self.environment {
            line(".TP")
            line(".B \(name)")
            prose(words)
        }
        section("FILES")
        for (path, words) in Self.files {
            line(".TP")
            line(".I \(Self.escaped(path))")
            prose(words)
        }
        section("EXAMPLES")
        for (_, examples) in Examples.all {
            for example in examples {
                line(".TP")
                line(".B \(Self.escaped(example.line))")
                prose(Self.sentence(example.words))
            }
        }
        section("SEE ALSO")
        line(".BR findscu (1),")
        line(".BR wlmscpfs (1)")
    }

    private static let exits = [
        ("0", "Matches came; for the other commands: all went well."), ("1", "No match, or a script that failed."),
        ("2", "Wrong usage, or a file that cannot be used."), ("3", "Network or TLS."),
        ("4", "The server refused the association."), ("5", "The server answered with a failure."),
        ("6", "Rows may be missing: cancelled, limited, truncated or lost."),
        ("130, 143", "Ended by Ctrl-C or TERM in the browser."),
    ]

    private static let environment = [
        ("WORKLIST_CONFIG_DIR", "The folder of the configuration, in place of the usual one."),
        ("XDG_CONFIG_HOME", "Where that folder, worklist, is looked for; ~/.config unless set."),
        ("XDG_STATE_HOME", "Where what is remembered is kept, in worklist; ~/.local/state unless set."),
        ("NO_COLOR", "No colours: the mono theme."), ("TERM", "The terminal; dumb chooses plain mode."),
        ("COLUMNS", "Width of the table that find prints, in place of the terminal's."),
    ]

    private static let files = [
        ("~/.config/worklist/config.toml", "The servers, and the default one."),
        ("~/.config/worklist/keymap.toml", "Keys of one's own."),
        ("~/.config/worklist/themes/NAME.toml", "Themes of one's own."),
    ]

    // MARK: Commands

    private mutating func synopsis(_ command: CommandTree) {
        line(".B \(tree.name) \(command.name)")
        line("[\\fIoptions\\fR]")
        for argument in command.arguments where argument.names.isEmpty {
            line("\\fI\(Self.escaped(argument.valueName ?? "value"))\\fR")
        }
    }

    private mutating func write(_ command: CommandTree) {
        line(".SS \(tree.name) \(command.name)")
        prose(command.abstract)
        discussion(command.discussion)
        let common = shared.map(\.argument)
        for argument in command.arguments where !common.contains(argument) { item(argument) }
        let names = command.arguments.filter { common.contains($0) }.map {
            $0.names.last { !$0.hasPrefix("--no-") } ?? ""
        }
        guard !names.isEmpty else { return }
        line(".PP")
        let listed = names.map { "\\fB\(Self.escaped($0))\\fR" }.joined(separator: ",\n")
        line("Also, described under OPTIONS OF SEVERAL COMMANDS:\n\(listed).")
    }

    private mutating func item(_ argument: CommandTree.Argument, remark: String = "") {
        line(".TP")
        let value = argument.valueName.map { "\\fI\(Self.escaped($0))\\fR" }
        if argument.names.isEmpty {
            line(value ?? "")
        } else {
            let names = argument.names.map { "\\fB\(Self.escaped($0))\\fR" }.joined(separator: ", ")
            line(names + (value.map { " " + $0 } ?? ""))
        }
        var words = argument.abstract
        if let value = argument.defaultValue { words += " Default: \(value)." }
        prose(words + remark)
    }

    // MARK: Text

    private mutating func line(_ text: String) { out += text + "\n" }

    /// Words in lines of a length that people can edit and mail.
    private mutating func prose(_ text: String) {
        var row = ""
        for word in text.split(separator: " ") {
            let next = Self.escaped(String(word))
            if !row.isEmpty, row.utf8.count + 1 + next.utf8.count > 78 {
                line(row)
                row = ""
            }
            row += row.isEmpty ? next : " " + (next.hasPrefix("\\&") ? String(next.dropFirst(2)) : next)
        }
        line(row)
    }

    private mutating func section(_ title: String) { line(".SH \(title)") }

    /// Paragraphs; the examples have a section of their own.
    private mutating func discussion(_ text: String, isFirst: Bool = false) {
        let words = text.split(separator: Examples.heading, maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        for (index, paragraph) in words.split(separator: "\n", omittingEmptySubsequences: true).enumerated() {
            if index > 0 || !isFirst { line(".PP") }
            prose(String(paragraph))
        }
    }

    private static func plain(_ sentence: String) -> String {
        let text = sentence.prefix(1).lowercased() + sentence.dropFirst()
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    private static func sentence(_ words: String) -> String {
        words.prefix(1).uppercased() + words.dropFirst() + (words.hasSuffix("?") ? "" : ".")
    }

    /// Text that roff takes as it is: no command at the beginning of a line, and minus signs that can be copied.
    static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "\\": out += "\\e"
            case "-": out += "\\-"
            case "'": out += "\\(aq"
            case "~": out += "\\(ti"
            case "^": out += "\\(ha"
            case "`": out += "\\(ga"
            case "\n": out += " "
            default: out.append(character)
            }
        }
        return out.first == "." ? "\\&" + out : out
    }
}
