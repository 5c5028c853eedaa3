import Terminal

/// The servers of the configuration; choosing one drops the list of the other.
struct ServerMenu: Component, Sendable {
    let servers: [ServerProfile]
    let current: ServerProfile?
    private let configPath: String
    private var cursor: MenuCursor

    init(servers: [ServerProfile], current: ServerProfile?, configPath: String) {
        self.servers = servers
        self.current = current
        self.configPath = configPath
        cursor = MenuCursor(servers.firstIndex { $0 == current } ?? 0)
    }

    var keyContext: KeyContext { .servers }
    var takesText: Bool { false }

    mutating func perform(_ command: Command, _ surroundings: Surroundings) -> [Intent] {
        if cursor.perform(command, count: servers.count) { return [] }
        let chosen = servers.indices.contains(cursor.index) ? servers[cursor.index] : nil
        switch command {
        case .accept:
            guard let chosen else { return [] }
            return [.close, .use(chosen, saving: false)]
        case .serverAdd: return [.close, .open(Overlay(ConnectForm(existing: nil, configPath: configPath)))]
        case .serverEdit:
            guard let chosen else { return [] }
            return [.close, .open(Overlay(ConnectForm(existing: chosen, configPath: configPath)))]
        case .back: return [.close]
        default: return []
        }
    }

    mutating func insert(_ text: String, _ surroundings: Surroundings) -> [Intent] { [] }

    func draw(into grid: inout Grid, in area: Rect, _ surroundings: Surroundings) {
        let theme = surroundings.theme
        let ink = Ink(theme)
        let box = DialogBox.frame(lines: max(1, servers.count), in: area)
        let keymap = surroundings.keymap
        DialogBox(
            title: "Servers",
            keys: [
                (keymap.label(of: .accept, in: .servers) ?? "Enter", "use"),
                (keymap.label(of: .serverAdd, in: .servers) ?? "a", "add"),
                (keymap.label(of: .serverEdit, in: .servers) ?? "e", "edit"),
                (keymap.label(of: .back, in: .servers) ?? "Esc", "close"),
            ]
        ).draw(into: &grid, box: box, theme: theme)
        let content = DialogBox.content(of: box)
        if servers.isEmpty {
            grid.write(
                "No servers are configured yet.",
                row: content.row,
                column: content.column,
                style: ink.dialog,
                maxWidth: content.columns
            )
        }
        let top = cursor.top(count: servers.count, rows: content.rows)
        for (offset, server) in servers.dropFirst(top).prefix(max(0, content.rows)).enumerated() {
            let isCursor = top + offset == cursor.index
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ")
            line.space()
            line.add(TerminalText(server.name), columns: 18, ink.title)
            line.space()
            line.add(server.accent.word, columns: 5, theme.style(server.accent.scope))
            line.space()
            line.add(
                "\(server.callingAETitle) > \(server.calledAETitle)@\(server.host):\(server.port)",
                ink.dialog
            )
            line.draw(
                into: &grid,
                row: content.row + offset,
                column: content.column,
                columns: content.columns,
                right: server == current ? StyledLine("in use", ink.key) : StyledLine(),
                base: isCursor ? ink.cursor : ink.dialog
            )
        }
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
