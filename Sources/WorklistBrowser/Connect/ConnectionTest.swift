import DICOMProtocol
import Terminal

/// A test of a server as it goes: the stages with their times, what the server offers, and how it ended.
struct ConnectionTest: Hashable, Sendable {
    struct Stage: Hashable, Sendable {
        var name: TerminalText
        var milliseconds: Double
    }

    enum End: Hashable, Sendable {
        case succeeded(milliseconds: Double)
        /// What happened, and what to do next.
        case failed(summary: TerminalText, advice: TerminalText)
    }

    var address: TerminalText
    var stages: [Stage] = []
    /// Why the server does not offer worklists; empty if it does, nil while that is not known.
    var worklistRefusal: TerminalText?
    var end: End?

    init(_ server: ServerProfile) {
        address = "\(server.calledAETitle)@\(server.host):\(server.port)"
    }

    var isRunning: Bool { end == nil }

    mutating func take(_ progress: EchoProgress) {
        switch progress {
        case .stage(let name, let milliseconds):
            stages.append(Stage(name: TerminalText(name), milliseconds: milliseconds))
        case .worklistOffered: worklistRefusal = .empty
        case .worklistRefused(let reason): worklistRefusal = TerminalText(reason)
        case .succeeded(let milliseconds): end = .succeeded(milliseconds: milliseconds)
        case .refused(let status):
            end = .failed(
                summary: "the server answered C-ECHO with status \(status): \(status.meaning)",
                advice: "The association works. Worklist queries may work all the same: try one."
            )
        case .failed(let failure):
            end = .failed(summary: TerminalText(failure.summary), advice: TerminalText(failure.advice))
        }
    }

    /// `look up 0.3 ms  connect 0.1 ms`.
    var progress: TerminalText {
        stages.map { "\($0.name) \(ConnectForm.duration($0.milliseconds))" }.joined(separator: "  ")
    }

    /// What is to be read of it, each line with its mark.
    ///
    /// `brief` leaves out the stages of a test that has ended: how it ended matters more.
    func lines(
        columns: Int,
        brief: Bool = false,
        advice next: TerminalText = .empty,
        _ surroundings: Surroundings,
        ink: Ink
    ) -> [StyledLine] {
        var lines: [StyledLine] = []
        func add(_ text: TerminalText, _ style: Style, mark: TerminalText = " ", markStyle: Style? = nil) {
            lines.add(text, columns: columns, style, mark: mark, markStyle: markStyle)
        }
        let theme = surroundings.theme
        let whole = stages.isEmpty ? address : "\(address)  \(progress)"
        switch end {
        case nil:
            let step = Int(truncatingIfNeeded: surroundings.now.microseconds / 100_000)
            add(whole + "  ...", ink.text, mark: theme.glyph(.spinner, step: step), markStyle: ink.key)
        case .succeeded(let milliseconds):
            if !brief { add(whole, ink.text) }
            add(
                "The server answers: C-ECHO took \(ConnectForm.duration(milliseconds)). \(next)",
                ink.success,
                mark: theme.glyph(.ok)
            )
            if let refusal = worklistRefusal {
                if refusal.isEmpty {
                    add("It offers Modality Worklist.", ink.success, mark: theme.glyph(.ok))
                } else {
                    add("It does not offer Modality Worklist: \(refusal)", ink.warning, mark: theme.glyph(.warning))
                }
            }
        case .failed(let summary, let advice):
            if !brief, !stages.isEmpty { add(whole, ink.text) }
            add(summary, ink.error, mark: theme.glyph(.failed))
            add(advice, ink.text)
            if worklistRefusal?.isEmpty == true { add("It does offer Modality Worklist.", ink.success) }
        }
        return lines
    }
}

/// What is known of a server since the program started; nothing of it is kept.
struct ServerState: Hashable, Sendable {
    /// How the last query ended, in a word, and when.
    var query: Ending?
    /// How the last test ended.
    var test: Ending?

    struct Ending: Hashable, Sendable {
        var words: TerminalText
        var at: Moment
        var isGood: Bool
    }
}

extension [StyledLine] {
    /// A text in as many lines as it takes, with a mark before the first.
    mutating func add(
        _ text: TerminalText,
        columns: Int,
        _ style: Style,
        mark: TerminalText,
        markStyle: Style?
    ) {
        for (index, piece) in DisplayWidth.wrap(text, width: Swift.max(1, columns - 3)).enumerated() {
            var line = StyledLine()
            line.add(index == 0 ? mark : " ", markStyle ?? style)
            line.space()
            line.add(piece, style)
            append(line)
        }
    }
}
