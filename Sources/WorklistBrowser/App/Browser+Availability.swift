import DICOMMatching
import Terminal

/// What can be done now, and why the rest cannot: for help, palette and bottom line.
extension Browser {
    /// Why commands of the list or of the detail do nothing now.
    var unavailable: [Command: TerminalText] {
        var reasons: [Command: TerminalText] = [:]
        for command in Command.allCases {
            if let reason = reason(against: command) { reasons[command] = reason }
        }
        return reasons
    }

    /// Why a command does nothing now; nil if it does something.
    func reason(against command: Command) -> TerminalText? {
        switch command {
        case .queryCancel: return run == nil && watch == nil ? "no query is running" : nil
        case .watchToggle, .watchInterval: return server == nil ? "no server is chosen" : nil
        case .watchChanges: return list?.changes == nil ? "there is no list before to compare with" : nil
        case .queryRun:
            if server == nil { return "no server is chosen" }
            return run != nil && run?.query.keys == query.keys ? "this query is running" : nil
        case .scopeScanner, .scopeAll, .dayPrevious, .dayToday, .dayNext:
            return server == nil ? "no server is chosen" : nil
        case .scopeModality:
            if server == nil { return "no server is chosen" }
            return server?.modality.isEmpty == true ? "the server has no modality configured" : nil
        case .rowOpen: return list?.cursor == nil ? "there is no row" : nil
        case .rowCopyValue, .rowCopy, .rowAsKey:
            if list?.cursor == nil { return "there is no row" }
            return isPrivate ? "names are hidden" : nil
        case .rowMark, .marksRange: return list?.cursor == nil ? "there is no row" : nil
        case .listExport:
            if rowCount == 0 { return "there are no rows" }
            return isPrivate ? "names are hidden" : nil
        case .detailCopy, .detailCopyAll, .detailAsKey: return isPrivate ? "names are hidden" : nil
        case .filterEdit, .viewSort, .viewFreeze, .viewFit: return list == nil ? "there is no list" : nil
        case .filterClear: return list?.rows.filter == nil ? "no filter is set" : nil
        case .problems: return settings.problems.isEmpty ? "nothing is wrong" : nil
        default: return nil
        }
    }

    /// Keys and words for the list's bottom line, the most useful first: what cannot be done now is not offered.
    var listHints: [(command: Command, key: TerminalText, word: TerminalText)] {
        var hints: [(command: Command, key: TerminalText, word: TerminalText)] = []
        func add(_ command: Command, _ word: TerminalText) {
            guard let key = keymap.label(of: command, in: .list), reason(against: command) == nil else { return }
            hints.removeAll { $0.command == command }
            hints.append((command, key, word))
        }
        if list?.rows.filter != nil { add(.filterClear, "all rows") }
        if server != nil, run == nil, let list, list.query.keys != query.keys { add(.queryRun, "run edited query") }
        if !settings.problems.isEmpty {
            add(.problems, settings.problems.count == 1 ? "1 problem" : "\(settings.problems.count) problems")
        }
        if server == nil { add(.serverMenu, "servers") }
        if list?.changes?.isEmpty == false { add(.watchChanges, "changes") }
        if watch != nil { add(.watchToggle, "end watch") }
        for hint in keymap.hints(in: .list) where reason(against: hint.command) == nil {
            // Cancelling stands beside what it cancels, in the status line.
            if hint.command == .queryCancel || hints.contains(where: { $0.command == hint.command }) { continue }
            hints.append(hint)
        }
        return hints
    }
}
