import DICOMData
import DICOMMatching
import Terminal

/// The servers of the configuration; choosing one drops the list of the other.
struct ServerMenu: Component, Sendable {
    let servers: [ServerProfile]
    let current: ServerProfile?
    private let configPath: String
    private var states: [String: ServerState]
    private var cursor: MenuCursor
    /// The test that runs or ran, of the server under that name.
    private(set) var test: (server: String, test: ConnectionTest)?

    init(
        servers: [ServerProfile],
        current: ServerProfile?,
        configPath: String,
        states: [String: ServerState] = [:]
    ) {
        self.servers = servers
        self.current = current
        self.configPath = configPath
        self.states = states
        cursor = MenuCursor(servers.firstIndex { $0 == current } ?? 0)
    }

    private var chosen: ServerProfile? { servers.indices.contains(cursor.index) ? servers[cursor.index] : nil }

    /// A step of the test that runs.
    mutating func echo(_ progress: EchoProgress, states: [String: ServerState]) {
        test?.test.take(progress)
        self.states = states
    }

    var keyContext: KeyContext { .servers }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: servers.count) { return [] }
        switch command {
        case .accept:
            guard let chosen else { return [] }
            return [.close, .use(chosen, saving: false)]
        case .serverAdd:
            return [
                .close, .open(Overlay(ConnectForm(existing: nil, configPath: configPath, isFirst: servers.isEmpty))),
            ]
        case .serverEdit:
            guard let chosen else { return [] }
            return [.close, .open(Overlay(ConnectForm(existing: chosen, configPath: configPath)))]
        case .serverTest:
            guard let chosen else { return [] }
            test = (chosen.name, ConnectionTest(chosen))
            return [.effect(.startEcho(0, chosen))]
        case .back: return [.close]
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let inside = min(DialogBox.maximumColumns, max(0, area.columns - 2)) - 4
        let notes = notes(columns: inside, surroundings, ink)
        // The servers give way to what is said of the one under the cursor, but never quite.
        let listed = max(1, min(max(1, servers.count), area.rows - 3 - notes.count))
        let box = DialogBox.frame(lines: listed + 1 + max(notes.count, 4), in: area)
        let keymap = surroundings.keymap
        DialogBox(
            title: "Servers",
            keys: [
                (keymap.label(of: .accept, in: .servers) ?? "Enter", "use"),
                (keymap.label(of: .serverTest, in: .servers) ?? "t", "test"),
                (keymap.label(of: .serverAdd, in: .servers) ?? "a", "add"),
                (keymap.label(of: .serverEdit, in: .servers) ?? "e", "edit"),
                (keymap.label(of: .back, in: .servers) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        if servers.isEmpty {
            grid.write(
                "No servers are configured yet: \(keymap.label(of: .serverAdd, in: .servers) ?? "a") adds one.",
                row: content.row,
                column: content.column,
                style: ink.dialog,
                maxWidth: content.columns
            )
        }
        let rows = min(listed, content.rows)
        let top = cursor.top(count: servers.count, rows: rows)
        for (offset, server) in servers.dropFirst(top).prefix(max(0, rows)).enumerated() {
            grid.mark(line: top + offset, row: content.row + offset, in: content)
            drawServer(
                server,
                isCursor: top + offset == cursor.index,
                into: &grid,
                row: content.row + offset,
                content,
                theme,
                ink
            )
        }
        grid.drawScrollbar(
            Rect(row: content.row, column: box.endColumn - 2, rows: max(0, rows), columns: 1),
            first: top,
            total: servers.count,
            theme: theme,
            style: ink.scroll
        )
        guard content.rows > rows + 1, !servers.isEmpty else { return }
        let rule = content.row + rows
        grid.write(
            theme.glyph(.horizontal).repeated(content.columns),
            row: rule,
            column: content.column,
            style: ink.border
        )
        for (offset, line) in notes.prefix(content.rows - rows - 1).enumerated() {
            line.draw(into: &grid, row: rule + 1 + offset, column: content.column, columns: content.columns)
        }
    }

    private func drawServer(
        _ server: ServerProfile,
        isCursor: Bool,
        into grid: inout Grid,
        row: Int,
        _ content: Rect,
        _ theme: Theme,
        _ ink: Ink
    ) {
        var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
        line.space()
        line.add(TerminalText(server.name), columns: 16, ink.title)
        line.space()
        line.add(server.accent.word, columns: 4, theme.style(server.accent.scope))
        line.space()
        line.add("\(server.callingAETitle) > \(server.calledAETitle)@\(server.host):\(server.port)", ink.dialog)
        var right = StyledLine()
        if server == current {
            right.add("in use", ink.key)
        } else if let state = states[server.name], let last = [state.query, state.test].compactMap(\.self).last {
            right.add(last.isGood ? theme.glyph(.ok) : theme.glyph(.failed), last.isGood ? ink.success : ink.error)
        }
        line.draw(
            into: &grid,
            row: row,
            column: content.column,
            columns: content.columns,
            right: right,
            base: isCursor ? ink.cursor : ink.dialog
        )
    }

    /// What is known of the server under the cursor.
    private func notes(columns: Int, _ surroundings: Surroundings, _ ink: Ink) -> [StyledLine] {
        guard let chosen else { return [] }
        if let test, test.server == chosen.name {
            return test.test.lines(columns: columns, surroundings, ink: ink)
        }
        let state = states[chosen.name] ?? ServerState()
        var lines: [StyledLine] = []
        func add(_ label: TerminalText, _ ending: ServerState.Ending?, _ never: TerminalText) {
            let words = ending.map { "\($0.at.clock)  \($0.words)" } ?? never
            let style = ending.map { $0.isGood ? ink.success : ink.error } ?? ink.dim
            for (index, piece) in DisplayWidth.wrap(words, width: max(1, columns - 13)).prefix(2).enumerated() {
                var line = StyledLine()
                line.add(index == 0 ? label : "", columns: 13, ink.dim)
                line.add(piece, style)
                lines.append(line)
            }
        }
        add("Last query", state.query, "not asked since the start")
        add("Last test", state.test, "not tested since the start")
        var line = StyledLine()
        line.add("This scanner", columns: 13, ink.dim)
        let modality: TerminalText = chosen.modality.isEmpty ? "every modality" : TerminalText(chosen.modality)
        line.add("\(chosen.effectiveStation), \(modality)", ink.dialog)
        lines.append(line)
        var connection = StyledLine()
        connection.add("Connection", columns: 13, ink.dim)
        connection.add(Self.connectionWords(chosen), ink.dialog)
        lines.append(connection)
        return lines
    }

    private static func connectionWords(_ server: ServerProfile) -> TerminalText {
        var words: [TerminalText] = [server.tls == nil ? "no TLS" : "TLS"]
        if !server.quirks.userName.isEmpty { words.append("as user \(server.quirks.userName)") }
        words.append(server.rowLimit == 0 ? "no row limit" : "at most \(server.rowLimit) rows")
        if server.quirks.universalMatching == .asterisk { words.append("* for any value") }
        if !server.quirks.transferSyntaxes.isEmpty { words.append("own transfer syntaxes") }
        if let set = server.assumedCharacterSet {
            words.append("\(set.isForced ? "all" : "undeclared") text is \(set.description)")
        }
        return words.joined(separator: ", ")
    }
}

extension ServerProfile.Accent {
    /// The word beside the colour.
    var word: TerminalText {
        switch self {
        case .none: ""
        case .production: "PROD"
        case .test: "TEST"
        case .demo: "DEMO"
        }
    }

    /// Theme scope.
    var scope: String {
        switch self {
        case .none: "server"
        case .production: "server.prod"
        case .test: "server.test"
        case .demo: "server.local"
        }
    }
}
