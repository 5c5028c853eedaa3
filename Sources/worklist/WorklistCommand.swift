import ArgumentParser
import DICOMProtocol
import Glibc
import Terminal

/// `worklist`: the commands, a file each.
@main
struct WorklistCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worklist",
        abstract: "Browse DICOM worklists in the terminal.",
        discussion: """
            Without a command it opens the browser on the server of your configuration; the first time it asks for one. \
            'worklist demo' shows a synthetic schedule, without any network.

            \(Examples.text(Examples.worklist))
            """,
        version: Version.text,
        subcommands: [
            BrowseCommand.self, DemoCommand.self, FindCommand.self, ExplainCommand.self, EchoCommand.self,
            ServeCommand.self, StoreCommand.self, ThemesCommand.self, KeysCommand.self, InfoCommand.self,
            CompletionCommand.self,
            ManualCommand.self,
        ],
        defaultSubcommand: BrowseCommand.self
    )

    /// As `AsyncParsableCommand.main`, with the exit codes of this program: wrong usage is 2.
    static func main() async {
        // A closed pipe is an error of the write, to be answered with C-CANCEL, not a death.
        signal(SIGPIPE, SIG_IGN)
        _ = TerminalLocale.prepare()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CommandFailure {
            error.write()
            Glibc.exit(error.code.rawValue)
        } catch let code as ProgramExit {
            Glibc.exit(code.rawValue)
        } catch let code as ExitCode {
            Glibc.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            guard code != .success else {
                if !text.isEmpty { StandardOutput.shared.writeLine(text) }
                Glibc.exit(0)
            }
            // It quotes the arguments, which may be pasted from anywhere.
            StandardError.write(TerminalText.lines(text) + "\n")
            Glibc.exit(ProgramExit.usage.rawValue)
        }
    }
}

enum Version {
    static let text = "1.0"
}

/// What the program's exit code says.
enum ProgramExit: Int32, Error {
    case matches = 0
    case noMatches = 1
    case usage = 2
    case network = 3
    case rejected = 4
    case dimseFailure = 5
    case partial = 6
}

/// A failure in words: what, where, what to do.
struct CommandFailure: Error {
    var code: ProgramExit
    var message: String
    /// The screen as it was, for a script that failed.
    var screen: String

    init(_ code: ProgramExit, _ message: String, screen: String = "") {
        self.code = code
        self.message = message
        self.screen = screen
    }

    /// Says it on standard error: one line, whatever stands in the texts of others, and the screen under it.
    func write() {
        StandardError.write("worklist: \(TerminalText(message).string)\n")
        if !screen.isEmpty { StandardError.write(TerminalText.lines(screen)) }
    }

    static func usage(_ message: String) -> CommandFailure { CommandFailure(.usage, message) }

    /// No association: its own words, and the option that helps where it is a matter of time.
    init(opening failure: AssociationFailure) {
        let hint =
            switch failure.cause {
            case .connectTimedOut, .noAnswer: " --timeout sets it."
            default: ""
            }
        self.init(failure.isRefusal ? .rejected : .network, failure.description + hint)
    }
}
