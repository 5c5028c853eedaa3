import Terminal

/// Keys that begin a sequence, such as the first `g` of `g g`. They wait for the next key however long it takes.
extension Browser {
    /// Keys pressed so far, and what was on screen then.
    struct Pending: Hashable, Sendable {
        var keys: [Key]
        var context: KeyContext
        /// Screens and dialogs that lay on the list.
        var depth: Int
    }

    /// Takes a key while others wait for it; nil if none do.
    mutating func pressAfterPrefix(_ key: Key) -> [Effect]? {
        guard var waiting = pending else { return nil }
        pending = nil
        let label = KeySequence(waiting.keys)?.label ?? ""
        guard waiting.context == context, waiting.depth == overlays.count else {
            message = Message(kind: .info, text: "\(label) was dropped: the screen changed meanwhile")
            return []
        }
        // Ctrl-C cancels what runs, whatever else was begun.
        if key == .ctrl("c"), keymap.command(for: key, in: context) == .interrupt { return nil }
        if key == .escape {
            message = nil
            return []
        }
        waiting.keys.append(key)
        switch keymap.meaning(of: waiting.keys, in: context) {
        case .command(let command):
            message = nil
            return perform(command)
        case .beginning:
            pending = waiting
            return []
        case nil:
            message = Message(kind: .info, text: "\(label) \(key.label) has no meaning; nothing was done")
            return []
        }
    }

    /// Remembers a key that others have to follow; false if it is none.
    mutating func beginSequence(_ key: Key) -> Bool {
        guard keymap.meaning(of: [key], in: context) == .beginning else { return false }
        message = nil
        pending = Pending(keys: [key], context: context, depth: overlays.count)
        return true
    }

    /// What may follow the keys pressed, for the bottom line.
    func pendingLine(_ ink: Ink) -> StyledLine? {
        guard let pending, pending.context == context, pending.depth == overlays.count else { return nil }
        var line = StyledLine()
        line.space()
        line.add(KeySequence(pending.keys)?.label ?? "", ink.key)
        line.add(" and then:", ink.title)
        for next in keymap.continuations(of: pending.keys, in: pending.context) {
            line.space(2)
            line.add(next.keys.label, ink.key)
            line.space()
            line.add(TerminalText(next.binding.help), ink.text)
        }
        return line
    }
}
