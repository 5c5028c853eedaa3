import Terminal

/// What the terminal's clipboard takes by OSC 52.
enum Clipboard {
    /// Bytes of base64 in one sequence; a longer one is dropped by tmux, by xterm and others without a word.
    static let maximumEncoded = 74_994
    /// Bytes of text that fit.
    static let maximumBytes = maximumEncoded / 4 * 3

    static func holds(_ text: String) -> Bool { text.utf8.count <= maximumBytes }
}

/// Copying: what is copied, or why not, is always said.
extension Browser {
    mutating func copyValue() -> [Effect] {
        guard let cursor = rowForAction(), !refusesWhilePrivate(), let text = list?.text(cursor.row) else { return [] }
        let value = text[focus]
        guard value.hasValue else {
            message = Message(kind: .info, text: "\(focus.meaning) is empty in this row")
            return []
        }
        let doubt: TerminalText = value.isDoubtful ? "; it is not certain, compare it with the request" : ""
        return copy(
            value.text.string,
            saying: "copied \(focus.meaning): \(value.text)\(doubt)",
            isDoubtful: value.isDoubtful
        )
    }

    /// The marked rows if there are any, else the row under the cursor.
    mutating func copyRow() -> [Effect] {
        if markCounts.marked > 0 { return copyMarkedRows() }
        guard let cursor = rowForAction(), !refusesWhilePrivate(), let text = list?.text(cursor.row) else { return [] }
        let isDoubtful = Self.isDoubtful(text)
        return copy(
            Self.line(text),
            saying: "copied the row, values separated by tabs" + (isDoubtful ? "; not all of it is certain" : ""),
            isDoubtful: isDoubtful
        )
    }

    private mutating func copyMarkedRows() -> [Effect] {
        guard !refusesWhilePrivate(), let list else { return [] }
        let wanted = Set(list.marked.rows.values.map { UInt32(truncatingIfNeeded: $0) })
        let rows = list.rows.ordered.filter { wanted.contains($0) }
        let texts = rows.map { list.rows.text(Int($0)) }
        let doubtful = texts.count { Self.isDoubtful($0) }
        let text = texts.map { Self.line($0) + "\n" }.joined()
        let count: TerminalText = rows.count == 1 ? "the marked row" : "\(rows.count) marked rows"
        let hidden = markCounts.hidden > 0 ? " (\(markCounts.hidden) of them hidden by the filter)" : ""
        let doubt: TerminalText = doubtful == 0 ? "" : "; \(doubtful) of them with text that is not certain"
        return copy(
            text,
            saying: "copied \(count)\(TerminalText(hidden)), values separated by tabs\(doubt)",
            isDoubtful: doubtful > 0
        )
    }

    private static func isDoubtful(_ text: RowText) -> Bool {
        copied.contains { text[$0].isDoubtful } || text.isDefective
    }

    private static let copied: [ListColumn] = [
        .date, .time, .patient, .born, .sex, .id, .accession, .modality, .station, .procedure,
    ]

    private static func line(_ text: RowText) -> String {
        copied.map { text[$0].text.string }.joined(separator: "\t")
    }

    /// Copies, unless no terminal would take that much.
    mutating func copy(_ text: String, saying words: TerminalText, isDoubtful: Bool = false) -> [Effect] {
        guard Clipboard.holds(text) else {
            message = tooLongToCopy(text)
            return []
        }
        message = Message(kind: isDoubtful ? .warning : .info, text: words)
        if settings.isInsideTmux, !hasExplainedClipboard {
            hasExplainedClipboard = true
            message?.text += "; tmux passes it on after: set -g set-clipboard on"
        }
        return [.copy(text)]
    }

    func tooLongToCopy(_ text: String) -> Message {
        let key = keymap.label(of: .listExport, in: .list) ?? "X"
        return Message(
            kind: .error,
            text: "not copied: \(text.utf8.count) bytes, a terminal takes \(Clipboard.maximumBytes); "
                + "in the list \(key) writes a file"
        )
    }
}
