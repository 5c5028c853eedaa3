import ArgumentParser

/// `worklist completion`: a script for the shell.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a script that completes commands, options and their values in your shell.",
        discussion: """
            Servers are those of your configuration, themes yours and those built in, keys the attributes of the worklist \
            and of the dictionary: all looked up when you press Tab.

            \(Examples.text(Examples.completion))
            """
    )

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let known: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        StandardOutput.shared.writeLine(WorklistCommand.completionScript(for: known))
    }
}
