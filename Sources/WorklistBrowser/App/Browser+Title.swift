import Terminal

extension Browser {
    /// What the terminal's window is called: the program and the server, nothing of a patient.
    public var windowTitle: TerminalText {
        guard let server, !server.name.isEmpty else { return "worklist" }
        return "worklist: \(TerminalText(server.name, limit: 60))"
    }
}
