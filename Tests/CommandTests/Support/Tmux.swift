import Foundation

/// A real terminal: a tmux server of our own with one shell in it. It is killed when this goes away.
final class Tmux: Sendable {
    let home: TemporaryFolder
    private let socket: String
    private let server: Child
    private let tmux: String
    private let environment: [String: String]

    /// Starts the server, and a shell with the prompt `ready>`.
    init(columns: Int = 80, rows: Int = 24, home: TemporaryFolder? = nil) async throws {
        let home = try home ?? TemporaryFolder()
        self.home = home
        tmux = try Program.tool("tmux")
        socket = home / "tmux"
        let configuration = try home.write(
            """
            set -g status off
            set -sg escape-time 0
            set -g default-terminal tmux-256color
            set -g default-size \(columns)x\(rows)

            """,
            to: "tmux.conf"
        )
        let start = try home.write("PS1='ready> '\n", to: "bashrc")
        var environment = Program.environment(home: home.path)
        // The program's name, so that what is typed stays short.
        environment["W"] = try Program.path()
        self.environment = environment
        // -D keeps the server in the foreground, where it is our child.
        server = try Child(tmux, ["-S", socket, "-f", configuration, "-D"], environment: environment)
        try await server.until("listen") { _ in FileManager.default.fileExists(atPath: socket) }
        // Word by word: one string would go through the user's own shell, whichever that is.
        try await run([
            "new-session", "-d", "-x", String(columns), "-y", String(rows),
            try Program.tool("bash"), "--noprofile", "--rcfile", start, "-i",
        ])
        try await until("ready>")
    }

    @discardableResult
    private func run(_ arguments: [String]) async throws -> String {
        let child = try Child(tmux, ["-S", socket] + arguments, environment: environment)
        let result = try await child.result(within: 20)
        guard result.code == 0 else { throw TimedOut(description: "tmux \(arguments): \(result.everything)") }
        return result.output
    }

    /// Presses keys, by tmux's names: `j`, `Enter`, `Escape`, `C-c`.
    ///
    /// At a person's pace: keys that come closer together are taken for those of a barcode scanner.
    func press(_ keys: String...) async throws {
        for key in keys {
            try await run(["send-keys", "--", key])
            try await Task.sleep(for: .milliseconds(60))
        }
    }

    /// The time it takes to put the scanner down, or to take it up: keys closer to a scan are taken for a part of it.
    func changeHands() async throws { try await Task.sleep(for: .milliseconds(600)) }

    /// All keys in one write, as from a scanner.
    func burst(_ keys: String...) async throws { try await run(["send-keys", "--"] + keys) }

    /// Types text as it is.
    func type(_ text: String) async throws { try await run(["send-keys", "-l", "--", text]) }

    /// Pastes text as terminals do, bracketed if the program has asked for it.
    func paste(_ text: String) async throws {
        try await run(["set-buffer", "--", text])
        try await run(["paste-buffer", "-p", "-r"])
    }

    /// Types a command line for the shell.
    func command(_ line: String) async throws {
        try await type(line)
        try await press("Enter")
    }

    func resize(_ columns: Int, _ rows: Int) async throws {
        try await run(["resize-window", "-x", String(columns), "-y", String(rows)])
    }

    /// What is on the screen.
    func screen() async throws -> String { try await run(["capture-pane", "-p"]) }

    /// Whether the alternate screen is shown: a program has the terminal for itself.
    func isAlternate() async throws -> Bool {
        try await run(["display-message", "-p", "#{alternate_on}"]).hasPrefix("1")
    }

    /// What a program may leave behind in the terminal: screen, cursor, keypad, mouse, insert mode, wrapping, title.
    func state() async throws -> String {
        let names = [
            "alternate_on", "cursor_flag", "keypad_cursor_flag", "keypad_flag", "mouse_any_flag", "mouse_button_flag",
            "mouse_sgr_flag", "mouse_standard_flag", "insert_flag", "origin_flag", "wrap_flag", "scroll_region_upper",
            "pane_title",
        ]
        return try await run(["display-message", "-p", names.map { "\($0)=#{\($0)}" }.joined(separator: " ")])
    }

    /// What programs have made of the window's title.
    func title() async throws -> String { try await run(["display-message", "-p", "#{pane_title}"]) }

    /// Waits until the screen shows all of the words; gives that screen.
    @discardableResult
    func until(_ words: String..., within seconds: Double = 20) async throws -> String {
        var last = ""
        try await CommandTests.until(words.joined(separator: ", "), within: seconds, details: { last }) {
            last = try await screen()
            return words.allSatisfy(last.contains)
        }
        return last
    }

    /// Waits until the screen shows none of the words; gives that screen.
    @discardableResult
    func untilGone(_ words: String..., within seconds: Double = 20) async throws -> String {
        var last = ""
        try await CommandTests.until("\(words) gone", within: seconds, details: { last }) {
            last = try await screen()
            return !words.contains(where: last.contains)
        }
        return last
    }

    /// All the terminal's settings but its size.
    func modes() async throws -> String { try await output("stty -a | sed 's/rows [0-9]*; columns [0-9]*;//'") }

    /// Runs a command in the shell and waits for its exit code; the output goes to a file, which is returned.
    func output(_ line: String) async throws -> String {
        let name = String(UUID().uuidString.prefix(8))
        try await command("clear; \(line) > ~/\(name); echo $?-\(name)")
        try await until("0-\(name)")
        return try home.read(name)
    }
}
