import Terminal

/// A question before something that cannot be undone.
struct ConfirmDialog: Component, Sendable {
    enum Question: Hashable, Sendable {
        /// `isRunning`: a query ran when the question was asked; it may end meanwhile.
        case quit(isRunning: Bool)
    }

    let question: Question

    var keyContext: KeyContext { .dialog }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        switch command {
        case .accept, .interrupt: [.close, .effect(.quit(exitCode: 0))]
        case .back: [.close]
        default: []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let lines: [TerminalText]
        switch question {
        case .quit(isRunning: true):
            lines = [
                "A query was running when you asked.",
                "Quitting aborts what still runs (A-ABORT).",
            ]
        case .quit(isRunning: false):
            lines = ["Quit the worklist browser?"]
        }
        let box = DialogBox.frame(lines: lines.count + 2, columns: 62, in: area)
        let keymap = surroundings.keymap
        DialogBox(
            title: "Quit?",
            keys: [
                (keymap.label(of: .accept, in: .dialog) ?? "Enter", "quit"),
                (keymap.label(of: .back, in: .dialog) ?? "Esc", "stay"),
            ]
        ).draw(into: &grid, box: box, theme: surroundings.theme)
        let content = DialogBox.content(of: box)
        let style = surroundings.theme.style("ui.dialog")
        for (index, line) in lines.enumerated() where index + 1 < content.rows {
            grid.write(
                line,
                row: content.row + 1 + index,
                column: content.column,
                style: style,
                maxWidth: content.columns
            )
        }
    }
}
