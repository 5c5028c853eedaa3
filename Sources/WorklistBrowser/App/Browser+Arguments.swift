import DICOMData
import Terminal

/// Commands with something typed behind their name in the palette, such as `filter smith` or `day -1`.
extension Browser {
    /// Does a command for what was typed behind it; nothing typed: as its key does.
    mutating func perform(_ command: Command, argument: String?) -> [Effect] {
        guard let argument, !argument.isEmpty, overlays.isEmpty || command == .problems else { return perform(command) }
        message = nil
        switch command {
        case .filterEdit:
            guard list != nil else { return perform(command) }
            filterField = nil
            filterBefore = nil
            let job = list?.rows.filter(by: RowFilter(argument, shown: view.columns.map(\.column)))
            follow()
            return job.map { [.arrange($0)] } ?? []
        case .serverMenu: return useServer(named: argument)
        case .viewSort: return sort(byWord: argument)
        case .viewTheme: return useTheme(named: argument)
        case .dayToday: return moveDay(toWord: argument)
        case .watchToggle: return watch(every: argument)
        case .queriesMenu:
            if let saved = savedQuery(named: argument) { return run(saved) }
            message = Message(kind: .warning, text: "there is no saved query “\(argument)”")
            return []
        default: return perform(command)
        }
    }

    private mutating func useServer(named name: String) -> [Effect] {
        let exact = servers.filter { $0.name == name }
        let same = exact.isEmpty ? servers.filter { $0.name.lowercased() == name.lowercased() } : exact
        // Not one that merely begins so: a wrong server is a wrong list of patients.
        guard same.count == 1, let chosen = same.first else {
            let known = servers.map(\.name).joined(separator: ", ")
            message = Message(
                kind: .warning,
                text: "there is no server “\(name)”\(known.isEmpty ? "" : ": there are \(known)")"
            )
            return []
        }
        return use(chosen)
    }

    private mutating func sort(byWord text: String) -> [Effect] {
        guard list != nil else { return perform(.viewSort) }
        let isDescending = text.hasPrefix("-")
        let word = text.drop { $0 == "-" || $0 == "+" }
        guard let column = ListColumn(word: word) else {
            let known = ListColumn.allCases.map(\.rawValue).joined(separator: " ")
            message = Message(kind: .warning, text: "there is no column “\(text)”: \(known)")
            return []
        }
        return sort(by: SortOrder(column: column, isDescending: isDescending)) + rememberView()
    }

    /// `-1`, `+2`, `today`, `yesterday`, `tomorrow`, `2026-11-24`.
    private mutating func moveDay(toWord word: String) -> [Effect] {
        let days: Int?
        switch word.lowercased() {
        case "today": days = 0
        case "yesterday": days = -1
        case "tomorrow": days = 1
        default:
            if let date = DICOMDate(parsing: word.filter { $0 != "-" }), word.count >= 8 {
                let (step, overflow) = date.daysSince1970.subtractingReportingOverflow(now.date.daysSince1970)
                days = overflow ? nil : Int(step)
            } else if let step = Int(word), (-3_660...3_660).contains(step) {
                days = step
            } else {
                days = nil
            }
        }
        guard let days else {
            message = Message(
                kind: .warning,
                text: "“\(word)” is no day: today, yesterday, tomorrow, -1, +2 or 2026-11-24"
            )
            return []
        }
        return askDay(days)
    }
}

extension Command {
    /// The word and what may follow it in the palette.
    var argument: (word: String, what: TerminalText)? {
        switch self {
        case .filterEdit: ("filter", "WORDS")
        case .serverMenu: ("server", "NAME")
        case .viewSort: ("sort", "COLUMN")
        case .viewTheme: ("theme", "NAME")
        case .watchToggle: ("watch", "60, 5 min")
        case .dayToday: ("day", "-1, +2, today, 2026-11-24")
        case .queriesMenu: ("saved", "NAME")
        default: nil
        }
    }
}
