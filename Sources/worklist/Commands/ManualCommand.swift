import ArgumentParser

/// `worklist manual`: the manual page.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Print the manual page, for man and groff.",
        discussion: """
            It is made from the commands themselves, and lists every option.

            \(Examples.text(Examples.manual))
            """
    )

    func run() throws {
        guard let tree = CommandTree.program() else {
            throw CommandFailure.usage("the commands cannot be described; --help of each command says the same")
        }
        StandardOutput.shared.write(ManualPage.text(tree))
        StandardOutput.shared.flush()
    }
}
