import Foundation
import Testing

extension InTerminal {
    /// What a radiographer does between seven and nine, by keys, and what the screen has to say at each step.
    @Suite("A morning")
    struct MorningTests {
        @Test(
            "scopes, the day before, a patient, a barcode, a cancelled query, the watch, an export and a theme",
            .timeLimit(.minutes(6)),
            arguments: MorningServer.allCases
        )
        func morning(at place: MorningServer) async throws {
            let morning = try await Morning(at: place)
            try await morning.scopes()
            try await morning.dayBefore()
            try await morning.patient()
            try await morning.barcode()
            try await morning.cancel()
            try await morning.watch()
            try await morning.export()
            try await morning.theme()
            try await morning.end()
        }
    }
}

/// The terminal, the server, and the items it serves on one morning.
private struct Morning {
    let home: TemporaryFolder
    let terminal: Tmux
    let server: Child
    let link: SlowLink
    let day: Day

    /// Today and yesterday, and a time zone in which it is noon: no test runs into midnight.
    struct Day {
        let today: String
        let yesterday: String
        let zone: String

        init(now: Date = Date()) {
            let seconds = Int(now.timeIntervalSince1970)
            let hour = seconds / 3600 % 24
            // In POSIX the sign is that of what is to be added to the local time.
            zone = "NOON\(hour - 12)"
            today = Self.text(seconds)
            yesterday = Self.text(seconds - 86_400)
        }

        private static func text(_ seconds: Int) -> String {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = .gmt
            let parts = calendar.dateComponents(
                [.year, .month, .day],
                from: Date(timeIntervalSince1970: Double(seconds))
            )
            return Commands.Hazards.four(parts.year ?? 0) + String(100 + (parts.month ?? 0)).dropFirst()
                + String(100 + (parts.day ?? 0)).dropFirst()
        }
    }

    static let mine = 8
    static let modality = 12
    static let all = 500

    private static func item(_ number: Int, day: Day) -> MorningItem {
        let names = ["SMITH^Anna", "SMITH^Bert", "JONES^Cara", "WANG^XiaoDong=王^小东", "MÜLLER^Jürgen"]
        let time = "\(Commands.Hazards.four(700 + number / 60 * 100 + number % 60))00"
        return switch number {
        case ..<mine:
            MorningItem(
                number: number,
                name: number < names.count ? names[number] : "REST^No\(number)",
                date: day.today,
                time: time
            )
        case ..<modality:
            MorningItem(number: number, name: "OTHER^No\(number)", station: "CT02", date: day.today, time: time)
        case ..<all:
            MorningItem(
                number: number,
                name: "CROWD^No\(number)",
                station: "MR01",
                modality: "MR",
                date: day.today,
                time: time
            )
        default: MorningItem(number: number, name: "YESTER^No\(number)", date: day.yesterday, time: "080000")
        }
    }

    init(at place: MorningServer) async throws {
        day = Day()
        home = try TemporaryFolder()
        try home.write("", to: "items/\(MorningServer.title)/lockfile")
        for number in 0..<(Self.all + 3) { try Self.item(number, day: day).write(in: home) }
        let (server, port) = try await place.start(in: home)
        self.server = server
        link = try SlowLink(to: port)
        try home.write(
            """
            watch_interval = 15

            [[server]]
            name = "RADIOLOGY"
            host = "127.0.0.1"
            port = \(link.port)
            called_ae = "\(MorningServer.title)"
            calling_ae = "CT01"
            modality = "CT"

            """,
            to: ".config/worklist/config.toml"
        )
        terminal = try await Tmux(columns: 100, rows: 30, home: home)
        try await terminal.command("clear; umask 022; TZ=\(day.zone) \"$W\"; echo code-$?-")
        try await terminal.until("complete", "as of")
    }

    /// The screen when it shows all of the words, and shows that nothing runs.
    @discardableResult
    private func until(_ words: String..., line: Int = #line) async throws -> String {
        var last = ""
        try await CommandTests.until("line \(line): \(words)", within: 20, details: { last }) {
            last = try await terminal.screen()
            return words.allSatisfy(last.contains)
        }
        return last
    }

    /// The query line: what was asked.
    private func query(_ screen: String) -> Substring {
        screen.split(separator: "\n").first { $0.hasPrefix(" Q ") } ?? ""
    }

    func scopes() async throws {
        for (key, count, asked) in [
            ("3", Self.all, []), ("2", Self.modality, ["modality=CT"]),
            ("1", Self.mine, ["modality=CT", "station=CT01"]),
        ] {
            try await terminal.press(key)
            let screen = try await until("complete", "\(count) rows in", "1 / \(count)", "[\(key) ")
            #expect(query(screen).contains("date=today(\(day.today))"), "\(screen)")
            for words in asked { #expect(query(screen).contains(words), "\(screen)") }
            if asked.isEmpty { #expect(!query(screen).contains("modality"), "\(screen)") }
            #expect(screen.contains("SMITH, Anna   born 1970-01-01"), "who the cursor is on\n\(screen)")
        }
    }

    func dayBefore() async throws {
        try await terminal.press("[")
        let before = try await until("complete", "3 rows in", "YESTER, No500", "1 / 3")
        #expect(query(before).contains("date=yesterday(\(day.yesterday))"), "\(before)")
        #expect(query(before).contains("station=CT01"), "\(before)")
        #expect(!before.contains("SMITH"), "\(before)")
        try await terminal.press("t")
        let today = try await until("complete", "\(Self.mine) rows in", "1 / \(Self.mine)")
        #expect(query(today).contains("date=today(\(day.today))"), "\(today)")
        #expect(!today.contains("YESTER"), "\(today)")
    }

    func patient() async throws {
        try await terminal.press("p")
        try await until("Esc")
        try await terminal.type("SMITH*")
        try await until("SMITH*")
        try await terminal.press("Enter")
        let screen = try await until("complete", "2 rows in", "name=SMITH*", "1 / 2")
        #expect(screen.contains("SMITH, Anna") && screen.contains("SMITH, Bert"), "\(screen)")
        #expect(!screen.contains("JONES"), "\(screen)")
        // The neighbour in the alphabet is another person, and the line below the list says which.
        try await terminal.press("j")
        try await until("2 / 2", "SMITH, Bert   born 1970-01-01", "ID PAT0001", "ACC MORN0001")
        try await terminal.press("Enter")
        try await until("0010,0010", "SMITH", "Bert", "Esc back")
        try await terminal.press("Escape")
        try await until("2 / 2", "complete")
    }

    func barcode() async throws {
        // On the list: the cursor goes there, nobody is asked.
        try await terminal.press("1")
        let list = try await until("complete", "\(Self.mine) rows in", "1 / \(Self.mine)")
        try await terminal.changeHands()
        try await terminal.type("MORN0004\r")
        let found = try await until("MÜLLER, Jürgen: accession MORN0004 scanned", "5 / \(Self.mine)", "ACC MORN0004")
        #expect(query(found).contains("station=CT01") && !query(found).contains("accession"), "\(found)\n\(list)")
        // Yesterday's is not: the server is asked for it, of any day.
        try await terminal.press("B")
        try await until("Scan a barcode", "RADIOLOGY is asked")
        try await terminal.type("MORN0501")
        try await terminal.press("Enter")
        let asked = try await until("complete", "1 row in", "YESTER, No501", "accession=MORN0501", "1 / 1")
        #expect(!query(asked).contains("date="), "\(asked)")
        // What nobody has is said, and nobody is chosen.
        try await terminal.changeHands()
        try await terminal.type("MORN9999\r")
        let none = try await until("complete", "0 rows in", "nothing has accession MORN9999")
        #expect(query(none).contains("accession=MORN9999"), "\(none)")
        #expect(!none.contains("born"), "\(none)")
    }

    func cancel() async throws {
        link.hold(after: 30_000)
        try await terminal.press("3")
        let running = try await until("receiving", "x cancel", "CROWD")
        #expect(query(running).contains("date=today(\(day.today))"), "\(running)")
        #expect(!running.contains("complete"), "\(running)")
        try await terminal.press("x")
        let cancelled = try await until("CANCELLED BY US", "PARTIAL", "came after the cancel")
        #expect(!cancelled.contains("complete"), "\(cancelled)")
        link.holdNoMore()
        // The whole list again, and nothing of the cancelled one in its way.
        try await terminal.press("r")
        let whole = try await until("complete", "\(Self.all) rows in", "/ \(Self.all)")
        #expect(!whole.contains("PARTIAL"), "\(whole)")
    }

    func watch() async throws {
        try await terminal.press("1")
        try await until("complete", "\(Self.mine) rows in", "1 / \(Self.mine)")
        try await terminal.press("g", "W")
        try await until("watching: asks again every 15 s", "next in 0:1")
        var fresh = Self.item(0, day: day)
        fresh.number = 600
        fresh.name = "FRESH^Fred"
        fresh.time = "120000"
        try fresh.write(in: home)
        var changed = Self.item(2, day: day)
        changed.procedure = "CT Neck"
        try changed.write(in: home)
        try Self.item(1, day: day).remove(from: home)
        try await terminal.until("1 new, 1 changed, 1 gone since", "FRESH, Fred", within: 35)
        // Still on the same patient.
        let screen = try await until("complete", "\(Self.mine) rows in", "1 / \(Self.mine)", "SMITH, Anna   born")
        #expect(screen.contains("gone since"), "\(screen)")
        try await terminal.press("d")
        let changes = try await until("Changes from", "FRESH, Fred", "was CT Head")
        #expect(changes.contains("SMITH, Bert") && !changes.contains("WANG"), "\(changes)")
        try await terminal.press("Escape")
        try await until("complete", "1 / \(Self.mine)")
        try await terminal.press("W")
        let ended = try await until("the watch is off")
        #expect(!query(ended).contains("next"), "\(ended)")
    }

    func export() async throws {
        // Two marked, then those alone.
        try await terminal.press("g", "m", "m")
        try await until("2 marked", "3 / \(Self.mine)")
        try await terminal.press("X")
        try await until("Export", "Enter export")
        try await terminal.press("BTab")
        try await terminal.press("C-u")
        let file = home / "marked.csv"
        try await terminal.type(file)
        try await until("marked.csv")
        try await terminal.press("Enter")
        try await until("rows written to")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let lines = try home.read("marked.csv").split(whereSeparator: \.isNewline)
        #expect(lines.count == 3, "\(lines)")
        #expect(lines.dropFirst().first?.contains("SMITH") == true && lines.last?.contains("JONES") == true, "\(lines)")
    }

    func theme() async throws {
        try await terminal.press("T")
        try await until("Theme", "high-contrast", "Esc as before")
        try await terminal.press("j", "Enter")
        try await until("theme dark", "complete")
    }

    func end() async throws {
        try await terminal.press("q")
        try await terminal.until("code-0-", "ready>")
        #expect(try await terminal.isAlternate() == false)
        #expect(try home.read(".config/worklist/config.toml").contains("watch_interval = 15\n"))
        // Beside the file that was asked for, and the servers' own, no file holds a patient.
        for case let name as String in FileManager.default.enumerator(atPath: home.path) ?? .init() {
            guard !name.hasPrefix("items"), !name.hasPrefix("orthanc"), name != "marked.csv",
                let bytes = FileManager.default.contents(atPath: home / name)
            else { continue }
            #expect(bytes.range(of: Data("SMITH".utf8)) == nil, "\(name)")
            #expect(bytes.range(of: Data("PAT0".utf8)) == nil, "\(name)")
        }
        // It starts again as it was left.
        try await terminal.command("clear; TZ=\(day.zone) \"$W\" ; echo code-$?-")
        try await until("complete", "as of")
        try await terminal.press("T")
        try await until("Theme", "▸ dark")
        try await terminal.press("Escape", "q")
        try await terminal.until("code-0-")
        server.kill()
    }
}
