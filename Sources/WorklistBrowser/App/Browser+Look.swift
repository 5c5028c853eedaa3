import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// Themes.
extension Browser {
    mutating func openThemes() -> [Effect] {
        overlays.append(Overlay(ThemePicker(before: chosenTheme)))
        return [.readThemes(depth: theme.depth, ascii: theme.isASCII)]
    }

    /// Changes to the theme of that name, once the themes have been read.
    mutating func useTheme(named name: String) -> [Effect] {
        wantedTheme = name
        return [.readThemes(depth: theme.depth, ascii: theme.isASCII)]
    }

    /// The themes have been read: for the picker, or for a theme asked for by name.
    mutating func themesRead(_ choices: [ThemeChoice]) -> [Effect] {
        changeTop(ThemePicker.self) { $0.show(choices) }
        guard let name = wantedTheme else { return [] }
        wantedTheme = nil
        guard let choice = choices.first(where: { $0.name == name }) else {
            let known = choices.map(\.name).joined(separator: ", ")
            message = Message(
                kind: .error,
                text: "there is no theme '\(TerminalText(name))'; there are \(TerminalText(known))"
            )
            return []
        }
        switch choice.theme {
        case .success(let theme): return keep(theme)
        case .failure(let error):
            message = Message(kind: .error, text: TerminalText(error.description))
            return []
        }
    }

    /// Draws with the theme from now on, and with what is laid over it for the server in use.
    mutating func wear(_ theme: Theme) {
        // Other letters, other widths: an identifier must not be cut by those of the theme before.
        if theme.isASCII != self.theme.isASCII { list?.layout = nil }
        chosenTheme = theme
        self.theme = theme.laid(server.flatMap { settings.overlays[$0.accent.rawValue] })
    }

    mutating func keep(_ theme: Theme) -> [Effect] {
        wear(theme)
        message = Message(kind: .info, text: "theme \(TerminalText(theme.name))")
        return [.rememberTheme(theme.name)]
    }
}
