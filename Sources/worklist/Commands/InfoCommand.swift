import ArgumentParser
import Terminal
import WorklistBrowser

/// `worklist info`: where everything is, and what is wrong with it.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show the files that are used, whether they are there, and what is wrong in them.",
        discussion: """
            Nothing is written, nothing is sent. Exit code 2 if something is wrong.

            \(Examples.text(Examples.info))
            """
    )

    @Option(
        help: ArgumentHelp("Read this configuration file instead of the usual one.", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var config: String?

    func run() throws {
        let out = StandardOutput.shared
        let configuration = try Configuration.load(config)
        let keymap = try KeymapFile.load()
        let places = [
            ("configuration", configuration.path),
            ("keymap", KeymapFile.path),
            ("queries", Configuration.folder + "/queries"),
            ("themes", Configuration.folder + "/themes"),
            ("state", StateFile().path),
        ]
        out.writeLine("worklist \(Version.text)")
        for (name, path) in places {
            let state = UserFile.state(of: path)
            out.writeLine("  " + name.padded(to: 15) + TerminalText("\(path)  (\(state))").string)
        }
        let names = configuration.servers.map(\.name)
        out.writeLine(
            "  " + "servers".padded(to: 15)
                + (names.isEmpty ? "none" : names.map { TerminalText($0).string }.joined(separator: ", "))
        )
        let problems = configuration.problems + keymap.problems + (try themeProblems(configuration))
        guard !problems.isEmpty else {
            out.writeLine("No problems.")
            return
        }
        out.writeLine(
            problems.count == 1 ? "1 problem; all else counts:" : "\(problems.count) problems; all else counts:"
        )
        for problem in problems { out.writeLine("  " + TerminalText(problem.description).string) }
        throw ProgramExit.usage
    }

    /// Themes that cannot be used, and a state file that cannot.
    private func themeProblems(_ configuration: Configuration) throws(CommandFailure) -> [SettingsProblem] {
        let library = try ThemeLibrary.standard(themesDirectory: nil)
        var problems: [SettingsProblem] = []
        for entry in library.catalogue() {
            guard case .failure(let error) = entry.theme else { continue }
            problems.append(SettingsProblem(path: error.file, line: error.line, text: error.message))
        }
        if let name = configuration.theme, !library.names.contains(name) {
            let known = library.names.joined(separator: ", ")
            let text = "there is no theme '\(name)'; there are \(known)"
            problems.append(SettingsProblem(path: configuration.path, text: text))
        }
        do throws(SettingsProblem) {
            _ = try StateFile().read()
        } catch {
            problems.append(error)
        }
        return problems
    }
}
