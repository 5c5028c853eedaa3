import DICOMProtocol
import Terminal

/// The servers: what is known of each, and testing them.
extension Browser {
    func serversMenu() -> ServerMenu {
        ServerMenu(servers: servers, current: server, configPath: configPath, states: serverStates)
    }

    /// Starts a test; the one before is given up.
    mutating func startTest(of profile: ServerProfile) -> [Effect] {
        var effects = stopTest()
        lastEcho += 1
        echo = (lastEcho, profile.name)
        effects.append(.startEcho(lastEcho, profile))
        return effects
    }

    mutating func stopTest() -> [Effect] {
        guard let running = echo else { return [] }
        echo = nil
        return [.cancelEcho(running.number)]
    }

    mutating func update(_ number: Int, _ progress: EchoProgress) {
        guard let running = echo, running.number == number else { return }
        let ending: ServerState.Ending?
        switch progress {
        case .stage, .worklistOffered, .worklistRefused: ending = nil
        case .succeeded(let milliseconds):
            ending = .init(words: "C-ECHO in \(ConnectForm.duration(milliseconds))", at: now, isGood: true)
        case .refused(let status):
            ending = .init(words: "C-ECHO answered with \(status.description)", at: now, isGood: false)
        case .failed(let failure): ending = .init(words: TerminalText(failure.summary), at: now, isGood: false)
        }
        if let ending {
            serverStates[running.server, default: ServerState()].test = ending
            echo = nil
        }
        changeTop(ConnectForm.self) { $0.echo(progress) }
        let states = serverStates
        changeTop(ServerMenu.self) { $0.echo(progress, states: states) }
    }

    /// Keeps how a query of a server ended.
    mutating func note(_ words: OutcomeWords, rows: Int, of server: ServerProfile) {
        let count: TerminalText = "\(rows) \(rows == 1 ? "row" : "rows")"
        serverStates[server.name, default: ServerState()].query = .init(
            words: rows > 0 ? "\(words.badge), \(count)" : words.badge,
            at: now,
            isGood: words.scope == "ui.outcome.complete"
        )
    }
}
