import TOMLKit
import Terminal
import WorklistBrowser

/// The theme the browser starts with, and what could not be used on the way to it.
struct StartTheme {
    var theme: Theme
    var overlays: [String: ThemeOverlay] = [:]
    var problems: [SettingsProblem] = []

    /// What the terminal can show.
    struct Terminal {
        var depth: ColorDepth
        var isASCII: Bool
    }

    /// `--theme`, else what was chosen in the browser, else the configuration's, else the default; without colours, mono.
    ///
    /// A name on the command line that stands for nothing is a usage error; a theme that is broken is not: the program starts
    /// with the default one and says so.
    init(
        _ library: ThemeLibrary,
        asked: String?,
        configuration: Configuration,
        state: StateFile,
        on terminal: Terminal
    ) throws(CommandFailure) {
        var problems: [SettingsProblem] = []
        func load(_ name: String) -> Theme? {
            do throws(ThemeError) {
                return try library.theme(named: name, depth: terminal.depth, ascii: terminal.isASCII)
            } catch {
                problems.append(SettingsProblem(error, instead: "the default theme is used"))
                return nil
            }
        }
        var found: Theme?
        if let asked {
            guard library.names.contains(asked) else {
                throw .usage("there is no theme '\(asked)'; there are \(library.names.joined(separator: ", "))")
            }
            found = load(asked)
        } else {
            var name = configuration.theme
            do throws(SettingsProblem) {
                name = try RememberedTheme.read(state, configured: configuration.theme) ?? name
            } catch {
                problems.append(error)
            }
            if let name { found = load(name) }
            if terminal.depth == .mono, found?.isColored ?? true {
                let drawsASCII = found?.drawsASCII ?? false
                found = Theme.mono.adapted(to: .mono, ascii: terminal.isASCII || drawsASCII)
            }
        }
        theme = found ?? Theme.standard.adapted(to: terminal.depth, ascii: terminal.isASCII)
        for accent in ServerProfile.Accent.allCases where accent != .none {
            do throws(ThemeError) {
                overlays[accent.rawValue] = try library.overlay(named: accent.rawValue)
            } catch {
                problems.append(SettingsProblem(error, instead: "it is left out"))
            }
        }
        self.problems = problems
    }
}

/// The theme that was chosen in the browser, in the state file. It counts until the configuration names another one than it
/// did then: what was said last is meant.
enum RememberedTheme {
    static func read(_ state: StateFile, configured: String?) throws(SettingsProblem) -> String? {
        let table = try state.read()
        guard let name = table["theme"]?.string else { return nil }
        return table["theme_instead_of"]?.string == configured ? name : nil
    }

    static func write(_ name: String, _ state: StateFile, configured: String?) throws(SettingsProblem) {
        try state.change { table in
            table["theme"] = name
            if let configured {
                table["theme_instead_of"] = configured
            } else {
                table.remove(at: "theme_instead_of")
            }
        }
    }
}

extension SettingsProblem {
    init(_ error: ThemeError, instead: String) {
        self.init(path: error.file, line: error.line, text: "\(error.message); \(instead)")
    }
}
