import Terminal

/// What of the user's files could not be used.
extension Browser {
    /// One line at the start; the dialog has the rest.
    mutating func sayProblems() {
        let count = settings.problems.count
        guard count > 0 else { return }
        let key: TerminalText =
            keymap.label(of: .problems, in: .list).map { ": \($0) shows \(count == 1 ? "it" : "them")" } ?? ""
        let what: TerminalText =
            count == 1
            ? "1 entry of your files cannot be used" : "\(count) entries of your files cannot be used"
        message = Message(kind: .warning, text: what + key)
    }

    mutating func openProblems() {
        guard !settings.problems.isEmpty else {
            message = Message(kind: .info, text: "there is nothing wrong in your configuration files")
            return
        }
        overlays.append(Overlay(ProblemsDialog(settings.problems)))
    }
}
