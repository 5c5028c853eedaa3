import ArgumentParser
import Terminal

/// How things are drawn: where themes are looked for, how many colours, which characters.
struct LookOptions: ParsableArguments {
    @Option(
        name: .customLong("themes-dir"),
        help: ArgumentHelp("A folder of themes that is searched first.", valueName: "folder"),
        completion: .directory
    )
    var themesDirectory: String?

    @Option(help: "Colours: auto, 8, 16, 256, truecolor or none.", completion: CompletionValues.colors)
    var color: String = "auto"

    @Flag(help: "Draw with ASCII characters only.")
    var ascii = false

    var colorChoice: ColorChoice { ColorChoice(parsing: color) ?? .auto }

    func validate() throws {
        guard ColorChoice(parsing: color) != nil else {
            throw ValidationError("--color '\(color)' is not one of auto, none, 8, 16, 256, truecolor.")
        }
    }
}
