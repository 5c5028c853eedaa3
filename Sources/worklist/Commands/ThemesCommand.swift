import ArgumentParser
import Glibc
import Terminal
import WorklistBrowser

/// `worklist themes`: the themes there are, what one looks like, and what is wrong with one.
struct ThemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes",
        abstract: "List, preview and check themes.",
        discussion: """
            --check says, with file and line, what is no theme, and which text is hard to read on its background (WCAG 2.1: \
            contrast of 4.5 to 1). It ends with 0 if all is well, 1 if a text is hard to read, 2 if the file is no theme.

            \(Examples.text(Examples.themes))
            """
    )

    @Option(help: ArgumentHelp("Check a theme's file.", valueName: "file"), completion: .file(extensions: ["toml"]))
    var check: String?

    @Option(
        help: ArgumentHelp("The least contrast of text for --check; 7 for a theme of high contrast.", valueName: "n")
    )
    var contrast: Double = Contrast.text

    @Option(
        help: ArgumentHelp("Print a small worklist in a theme.", valueName: "name"),
        completion: CompletionValues.themes
    )
    var preview: String?

    @OptionGroup
    var look: LookOptions

    func validate() throws {
        if check != nil, preview != nil { throw ValidationError("Use either --check or --preview.") }
        guard (1...21).contains(contrast) else { throw ValidationError("--contrast takes 1 to 21.") }
    }

    func run() throws {
        let library = try ThemeLibrary.standard(themesDirectory: look.themesDirectory)
        if let check { return try report(check, library) }
        if let preview { return try show(preview, library) }
        list(library)
    }

    private func list(_ library: ThemeLibrary) {
        let entries = library.catalogue()
        func row(_ name: String, _ kind: String, _ place: String) {
            let text = DisplayWidth.fit(TerminalText(name), width: 18) + DisplayWidth.fit(TerminalText(kind), width: 9)
            StandardOutput.shared.writeLine((text + TerminalText(place)).string)
        }
        row("NAME", "FOR", "FROM")
        for entry in entries {
            switch entry.theme {
            case .success(let theme):
                let kind = entry.isOverlay ? "overlay" : theme.appearance.rawValue
                row(entry.name, kind, entry.path ?? "built in")
            case .failure(let error): row(entry.name, "broken", error.description)
            }
        }
    }

    private func report(_ path: String, _ library: ThemeLibrary) throws {
        let findings: [ThemeLint.Finding]
        do throws(ThemeError) {
            findings = try library.lint(file: path, needed: contrast)
        } catch {
            throw CommandFailure.usage(error.description)
        }
        for finding in findings {
            let place = path + (finding.line.map { ":\($0)" } ?? "")
            StandardOutput.shared.writeLine(TerminalText("\(place): \(finding)", limit: 400).string)
        }
        guard findings.isEmpty else { throw ExitCode(ProgramExit.noMatches.rawValue) }
        StandardOutput.shared.writeLine(TerminalText("\(path): nothing to complain of").string)
    }

    private func show(_ name: String, _ library: ThemeLibrary) throws {
        let depth = depth
        let theme: Theme
        do throws(ThemeError) {
            theme = try library.theme(
                named: name,
                depth: depth,
                ascii: look.ascii || !TerminalLocale.prepare()
            )
        } catch {
            throw CommandFailure.usage(error.description)
        }
        var size = winsize()
        let columns = ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col >= 40 ? min(100, Int(size.ws_col)) : 80
        let grid = ThemeSample.grid(theme, columns: columns)
        // What is no terminal gets no escape sequences.
        StandardOutput.shared.write(StandardOutput.isTerminal ? grid.sequences(depth: depth) : grid.dump())
        StandardOutput.shared.flush()
    }

    /// As the terminal says it, in `COLORTERM` and `TERM`.
    private var depth: ColorDepth {
        let term = Configuration.environment("TERM") ?? "dumb"
        let isTrue = ["truecolor", "24bit"].contains(Configuration.environment("COLORTERM") ?? "")
        let own: ColorDepth =
            isTrue
            ? .trueColor
            : term.contains("256") ? .indexed256 : term == "dumb" || term.hasPrefix("vt") ? .mono : .ansi8
        let choice = look.colorChoice
        if case .limited(let depth) = choice { return depth }
        return choice.depth(available: own, noColor: Configuration.environment("NO_COLOR"))
    }
}
