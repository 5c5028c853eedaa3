import ArgumentParser
import Terminal
import WorklistBrowser

/// `worklist keys`: the keymap in force, and what is wrong in the user's file.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Show what every key does, or check your keymap file.",
        discussion: """
            The file is keymap.toml of your configuration folder: [list], then "r" = "query.run", a binding a line.

            \(Examples.text(Examples.keys))
            """
    )

    @Option(
        help: ArgumentHelp("Only one part: list, builder, detail, form, ...", valueName: "name"),
        completion: .list(UserKeymap.contexts)
    )
    var context: String?

    @Option(help: ArgumentHelp("table or markdown.", valueName: "format"), completion: .list(["table", "markdown"]))
    var format: String = "table"

    @Flag(help: "Say what is wrong in the keymap file, and nothing else; exit code 2 if something is.")
    var check = false

    @Option(
        help: ArgumentHelp("Read this keymap instead of keymap.toml of your configuration.", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var keymap: String?

    func validate() throws {
        guard ["table", "markdown"].contains(format) else { throw ValidationError("--format takes table or markdown.") }
        if let context, !UserKeymap.contexts.contains(context) {
            throw ValidationError(
                "there is no context '\(context)'; there are " + UserKeymap.contexts.joined(separator: ", ") + "."
            )
        }
    }

    func run() throws {
        let user = try KeymapFile.load(keymap)
        for problem in user.problems {
            StandardError.write("worklist: \(TerminalText(problem.description).string)\n")
        }
        if check {
            if !user.problems.isEmpty { throw ProgramExit.usage }
            StandardOutput.shared.writeLine(
                keymap == nil && UserFile.state(of: KeymapFile.path) == "not there"
                    ? TerminalText("there is no \(KeymapFile.path): the built-in keys are in force").string
                    : TerminalText("\(keymap ?? KeymapFile.path): no problems").string
            )
            return
        }
        let out = StandardOutput.shared
        let entries = user.entries(in: context)
        out.write(format == "markdown" ? Self.markdown(entries) : Self.table(entries))
        out.flush()
    }

    private static func markdown(_ entries: [UserKeymap.Entry]) -> String {
        var text = ""
        var context = ""
        for entry in entries {
            if entry.context != context {
                context = entry.context
                text += (text.isEmpty ? "" : "\n") + "## \(context)\n\n| Keys | Command | Does |\n|---|---|---|\n"
            }
            let keys = entry.keys.map { key in
                // A code span ends at the first backtick, a cell at the first bar.
                let shown = key.replacing("|", with: "\\|")
                return key.contains("`") ? "`` \(shown) ``" : "`\(shown)`"
            }
            text += "| \(keys.joined(separator: " ")) | `\(entry.command)` | \(entry.help) |\n"
        }
        return text
    }

    private static func table(_ entries: [UserKeymap.Entry]) -> String {
        var rows = [("context", "keys", "command", "does")]
        rows += entries.map { entry in
            let several = entry.keys.contains { $0.contains(" ") }
            let keys = entry.keys.isEmpty ? "-" : entry.keys.joined(separator: several ? ", " : " ")
            return (entry.context, keys, entry.command, entry.help)
        }
        let widths = (
            rows.map { $0.0.count }.max() ?? 0, rows.map { $0.1.count }.max() ?? 0, rows.map { $0.2.count }.max() ?? 0
        )
        return rows.map { row in
            row.0.padded(to: widths.0 + 2) + row.1.padded(to: widths.1 + 2) + row.2.padded(to: widths.2 + 2) + row.3
                + "\n"
        }.joined()
    }
}
