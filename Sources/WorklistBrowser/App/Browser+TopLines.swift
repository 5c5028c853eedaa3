import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal

/// The lines above the list: server, scopes and clock; the query and its age.
extension Browser {
    func drawTitle(_ grid: inout Grid) {
        let ink = Ink(theme)
        let bar = theme.style("ui.bar")
        let left = serverLine(ink)
        var badge = StyledLine()
        if isPrivate {
            badge.add(" PRIVACY ", ink.identityWarning)
            badge.space()
        }
        let room = size.columns - left.width - badge.width - 2
        var right = badge
        let clock = now.dayAndClock
        if overlays.contains(where: { $0.isFullScreen && !(isSplit && $0.isDetail) }) {
            // Scope keys do not work in there.
            right.add(clock, ink.text)
            right.space()
            left.draw(into: &grid, row: 0, column: 0, columns: size.columns, right: right, base: bar)
            return
        }
        let long = scopes(\.word)
        let short = scopes(\.shortWord)
        if long.width + 2 + clock.width <= room {
            right.add(long)
            right.add(savedScopes(columns: room - long.width - 2 - clock.width))
            right.space(2)
            right.add(clock, ink.text)
        } else if long.width < room {
            right.add(long)
        } else if short.width < room {
            right.add(short)
        } else {
            right.add(scopes { _ in "" })
        }
        right.space()
        left.draw(into: &grid, row: 0, column: 0, columns: size.columns, right: right, base: bar)
    }

    /// Which server, what kind of place it is, and as whom it is asked.
    private func serverLine(_ ink: Ink) -> StyledLine {
        var line = StyledLine()
        line.space()
        guard let server else {
            line.add("no server", ink.dim)
            return line
        }
        let address = "\(server.calledAETitle)@\(server.host):\(server.port)"
        // What a server is called says nothing new if it is its address.
        var names = server.name == address ? [] : [server.name]
        let word = server.accent.word.string
        // A word beside the colour: not everyone sees the colour.
        if !word.isEmpty, server.name.uppercased() != word { names.append(word) }
        let title = TerminalText(names.joined(separator: " "))
        if server.accent != .none {
            line.add(" \(title) ", theme.style(server.accent.scope))
        } else {
            line.add(title, ink.title)
        }
        if !title.isEmpty { line.space(2) }
        line.add("\(server.callingAETitle) > ", ink.dim)
        line.add(TerminalText(address), ink.text)
        return line
    }

    /// The saved queries with a number, beside the scopes: those that fit whole.
    private func savedScopes(columns: Int) -> StyledLine {
        var line = StyledLine()
        let numbered = savedQueries.filter { $0.number != nil }.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
        for saved in numbered {
            guard let number = saved.number else { continue }
            let label: TerminalText = "\(number) \(saved.name)"
            let isActive = isActive(saved)
            guard line.width + 2 + label.width + (isActive ? 2 : 0) <= columns else { break }
            line.space(2)
            if isActive {
                line.add("[\(label)]", theme.style("ui.bar.scope.active"))
            } else {
                line.add(label, theme.style("ui.bar.scope"))
            }
        }
        return line
    }

    private func scopes(_ word: (ScopeKey) -> String) -> StyledLine {
        let active = activeScope
        var line = StyledLine()
        for scope in ScopeKey.allCases {
            let text = word(scope)
            let label: TerminalText = text.isEmpty ? "\(scope.rawValue)" : "\(scope.rawValue) \(text)"
            if !line.isEmpty { line.space() }
            let command: Command =
                switch scope {
                case .scanner: .scopeScanner
                case .modality: .scopeModality
                case .all: .scopeAll
                }
            line.add(
                scope == active
                    ? StyledLine("[\(label)]", theme.style("ui.bar.scope.active"))
                    : StyledLine(label, theme.style("ui.bar.scope")),
                target: .listCommand(command)
            )
        }
        return line
    }

    func drawQueryLine(_ grid: inout Grid) {
        let ink = Ink(theme)
        let ages = ageLines(ink)
        let left = queryWordsLine(ages: ages, ink)
        let right = ages.first { left.width + 1 + $0.width <= size.columns } ?? ages.last
        left.draw(into: &grid, row: 1, column: 0, columns: size.columns, right: right ?? StyledLine())
    }

    /// When the list was made, and when the next is due; the longest first.
    private func ageLines(_ ink: Ink) -> [StyledLine] {
        guard let list else { return [] }
        let elapsed = now.seconds(since: list.asOf)
        // Of a clock that was set back nobody knows by how much: no list is fresh by it.
        let age = elapsed < -5 ? elapsed : max(0, elapsed)
        let isOld = (age >= oldAge || age < 0) && !list.isRunning
        let style = isOld ? ink.warning : ink.dim
        let watch = watchWords
        func line(_ parts: (TerminalText, Style)...) -> StyledLine {
            var line = StyledLine()
            for (text, style) in parts where !text.isEmpty {
                if !line.isEmpty { line.space(2) }
                line.add(text, style)
            }
            line.space()
            return line
        }
        let clock = list.asOf.clock
        // A word beside the colour: not everyone sees the colour.
        let whole: TerminalText =
            list.isRunning
            ? "started \(list.startedAt.clock)" : "\(isOld ? "OLD: " : "")as of \(clock) (\(Figures.age(age)))"
        let short: TerminalText =
            list.isRunning ? "started \(list.startedAt.clock)" : isOld ? "OLD: \(clock)" : "as of \(clock)"
        guard let watch else {
            let bare: TerminalText = list.isRunning ? list.startedAt.clock : isOld ? "OLD \(clock)" : clock
            return [line((whole, style)), line((short, style)), line((bare, style))]
        }
        let watchStyle = watch.isWarning ? ink.warning : ink.dim
        return [
            line((whole, style), (watch.long, watchStyle)),
            line((short, style), (watch.long, watchStyle)),
            line((short, style), (watch.short, watchStyle)),
            line((isOld ? "OLD \(clock)" : clock, style), (watch.short, watchStyle)),
        ]
    }
}
