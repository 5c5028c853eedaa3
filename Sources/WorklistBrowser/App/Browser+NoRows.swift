import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// What stands in the list's place while it has no rows to show.
extension Browser {
    /// What stands in the list's place while it has no rows to show.
    ///
    /// `rows`: lines there are for it.
    func emptyLines(_ list: ResultList, rows: Int) -> [StyledLine] {
        let ink = Ink(theme)
        if list.rows.count > 0, let filter = list.rows.filter {
            var lines = [
                StyledLine("No row here passes the filter “\(filter.text)”.", ink.title),
                StyledLine(),
                StyledLine(
                    list.rows.count == 1
                        ? "It looked at the 1 row that is here; the server was not asked."
                        : "It looked at the \(list.rows.count) rows that are here; the server was not asked.",
                    ink.text
                ),
            ]
            // While the filter is typed, only the keys of its field work.
            if filterField == nil {
                lines.append(keyLine(.filterClear, "shows all rows again"))
                lines.append(keyLine(.queryFind, "asks the server for a patient"))
            } else {
                lines.append(keyLine(.back, "drops the filter", in: .filter))
                let find = keymap.label(of: .queryFind, in: .list) ?? "p"
                lines.append(keyLine(.accept, "keeps it; then \(find) asks the server for a patient", in: .filter))
            }
            return lines
        }
        guard let end = list.end else {
            return [StyledLine("Waiting for the first match.", ink.dim)]
        }
        guard case .outcome(.complete) = end else {
            let words = OutcomeWords(end, rows: 0, statistics: list.statistics)
            let reason = DisplayWidth.wrap(words.parts.joined(separator: ", "), width: max(20, listColumns - 6))
            return [StyledLine("No row was received: \(words.badge).", ink.title)]
                + reason.map { StyledLine($0, ink.text) }
                + [
                    StyledLine(), keyLine(.queryRun, "asks again"), keyLine(.queryEdit, "edits the keys"),
                    keyLine(.serverMenu, "chooses another server, or changes this one"),
                ]
        }
        return diagnosis(list, rows: rows)
    }

    private func keyLine(_ command: Command, _ text: TerminalText, in context: KeyContext = .list) -> StyledLine {
        let ink = Ink(theme)
        var words = StyledLine()
        words.add(keymap.label(of: command, in: context) ?? "", columns: 6, ink.key)
        words.add(text, ink.text)
        var line = StyledLine()
        line.add(words, target: .command(command))
        return line
    }

    /// Why there may be nothing: the keys in force, and what to loosen.
    private func diagnosis(_ list: ResultList, rows: Int) -> [StyledLine] {
        let ink = Ink(theme)
        var lines = [
            StyledLine("The server has no item that matches.", ink.title),
            StyledLine(),
        ]
        if list.words.isEmpty {
            lines.append(
                StyledLine("No key was set: '\(list.server.calledAETitle)' holds no worklist item at all.", ink.text)
            )
            lines.append(
                StyledLine("Ask its administrator whether this is the right AE title and port.", ink.text)
            )
            lines.append(keyLine(.serverMenu, "chooses another server"))
            return lines
        }
        lines.append(StyledLine("All of these had to match:", ink.text))
        for word in list.words {
            var line = StyledLine()
            line.space(2)
            line.add(TerminalText(word.name), columns: 12, ink.key)
            line.add(TerminalText(isPrivate && word.isPersonal ? "***" : word.value), columns: 22, ink.title)
            line.space()
            line.add(advice(word), ink.dim)
            lines.append(line)
        }
        var keys: [(command: Command, text: TerminalText, short: TerminalText)] = []
        if activeScope != .all { keys.append((.scopeAll, "asks for every scanner and modality", "all")) }
        let day = list.words.first { $0.name == "date" }
        if day.map({ DICOMDate(parsing: $0.wire) != now.date }) == true {
            keys.append((.dayToday, "goes to today", "today"))
        }
        keys.append((.queryFind, "finds a patient by name, ID or birth date", "find patient"))
        keys.append((.queryEdit, "edits the keys", "edit the keys"))
        if lines.count + keys.count < rows {
            lines.append(StyledLine())
            return lines + keys.map { keyLine($0.command, $0.text) }
        }
        // The keys to press matter more than blank lines, and than advice on the last of many query keys.
        var row = StyledLine()
        for key in keys {
            row.add(keymap.label(of: key.command, in: .list) ?? "", ink.key)
            row.add(" \(key.short)  ", ink.text)
        }
        lines.removeAll(where: \.isEmpty)
        return Array(lines.prefix(max(1, rows - 1))) + [row]
    }

    private func advice(_ word: QueryWords.Word) -> TerminalText {
        let previous = keymap.label(of: .dayPrevious, in: .list) ?? "["
        let next = keymap.label(of: .dayNext, in: .list) ?? "]"
        switch word.name {
        case "date": return "\(previous) day before, \(next) day after"
        case "time": return "with the date one period"
        case "modality": return "must be equal, capitals too"
        case "station": return "the RIS may schedule on another name"
        case "name": return word.value.contains("*") ? "other spelling, fewer letters" : "add * at its end"
        case "id", "accession": return "must be equal, zeros in front too"
        case "born": return "the server may hold none"
        default: return "try without it"
        }
    }
}
