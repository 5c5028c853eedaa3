import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

/// Numbers that are the same each time.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Text that has been used against terminals, and text that is merely hard.
enum Hostile {
    private static func scalars(_ values: UInt32...) -> String {
        String(String.UnicodeScalarView(values.compactMap { Unicode.Scalar($0) }))
    }

    /// Noncharacters, private use and what is assigned to nothing: no literal may hold them.
    static let unassigned = scalars(0xFFFF, 0xFDD0, 0xE000, 0x10_FFFF, 0xD7FF)

    static let texts: [String] = [
        "\u{1B}[2J\u{1B}]0;owned\u{07}", "\u{1B}P+q544e\u{1B}\\", "\u{9B}31m\u{90}x\u{9C}", "\u{202E}gnp.exe\u{202C}",
        "\u{2066}a\u{2069}\u{200F}b\u{200E}", "a\u{200B}b\u{200C}c\u{200D}d\u{FEFF}e\u{2060}",
        "one\ntwo\r\nthree\u{2028}four\u{85}",
        "\u{0}\u{1}\u{8}\u{7F}", "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "\u{301}\u{302}",
        "👩‍👩‍👧‍👦🇩🇪👍🏽", "山田^太郎=やまだ", "محمد^علي שלום", "กำลัง ไทย", unassigned,
        "\u{D7A4}\u{FFFD}",
        String(repeating: "x", count: 10_000), String(repeating: "山", count: 5_000), "\\*?\"'`$(reboot)",
        String(repeating: "\u{300}", count: 2_000),
    ]
}

@Suite("Bad luck and bad will on screen")
struct FuzzTests {
    private static let sizes = [
        "80x24", "160x50", "60x12", "61x13", "139x40", "140x12", "100x20", "59x12", "60x11", "20x5", "1x1", "2x1",
        "1x40",
        "200x3", "0x0",
    ].compactMap { TerminalSize(parsing: $0) }

    /// Every key that means something somewhere, and some that mean nothing.
    private static let keys: [Key] = {
        var keys = Set(Keymap.standard.bindings.flatMap { $0.keys.flatMap(\.keys) })
        keys.remove(.ctrl("c"))
        let more = "aZ0*\\ ä山".map { Key.character($0) } + [.function(24), .alt("x"), .ctrl("x")]
        return (Array(keys) + more).sorted { $0.description < $1.description }
    }()

    /// A match as a server sends it that is broken, or none at all.
    private static func match(_ dice: inout Dice) -> [UInt8] {
        var bytes = Sample.bytes(Sample.morning.randomElement(using: &dice) ?? Sample.Step())
        switch Int.random(in: 0..<5, using: &dice) {
        case 0: return (0..<Int.random(in: 0...80, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
        case 1: bytes.removeLast(Int.random(in: 0...bytes.count, using: &dice))
        case 2, 3:
            for _ in 0..<Int.random(in: 1...8, using: &dice) {
                bytes[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
        default: break
        }
        return bytes
    }

    /// Bytes as a terminal sends them, whole or not.
    private static func typed(_ decoder: inout KeyDecoder, _ dice: inout Dice) -> [InputEvent] {
        let bytes = (0..<Int.random(in: 1...12, using: &dice)).map { _ in
            Bool.random(using: &dice)
                ? UInt8.random(in: 0...255, using: &dice)
                : Array("\u{1B}[<;0123456789MmA~O".utf8).randomElement(using: &dice) ?? 0
        }
        return decoder.decode(bytes) + decoder.flush()
    }

    /// Answers what was asked as a server might.
    private static func answer(_ effects: [Effect], _ browser: inout Browser, _ dice: inout Dice) {
        for job in effects.jobs { _ = browser.update(.arranged(generation: job.generation, order: job.run())) }
        for request in effects.finds {
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: continue
            case 1:
                let peer = AssociationFailure.Peer(
                    host: "h\u{1B}[m",
                    port: 1,
                    calledAETitle: "A\u{202E}",
                    callingAETitle: "B"
                )
                _ = browser.update(.find(request.id, .failed(AssociationFailure(.noAnswer(seconds: 1), peer: peer))))
            case 2:
                var batch = MatchBatch(transferSyntax: .explicitVRLittleEndian)
                for _ in 0..<4 {
                    batch.append(match(&dice), status: Bool.random(using: &dice) ? .pending : Status(0xFF01))
                }
                _ = browser.update(.find(request.id, .matches(batch)))
                let failure = FindFailure(
                    status: Status(0xA700),
                    errorComment: Hostile.texts.randomElement(using: &dice),
                    offendingElements: [.patientName]
                )
                _ = browser.update(.find(request.id, .finished(.failed(failure), Sample.statistics(matches: 5))))
            default:
                browser.receive(request.id, Sample.morning.shuffled(using: &dice))
                _ = browser.update(.find(request.id, .finished(.complete, Sample.statistics(matches: 14))))
            }
        }
    }

    @Test("random keys, clicks, pastes and sizes on every scene: no crash, and every frame is sound", arguments: 1...6)
    func everything(_ seed: Int) throws {
        var dice = Dice(seed: UInt64(seed))
        let scene = SampleScene.allCases[seed % SampleScene.allCases.count]
        var size = TerminalSize(columns: 80, rows: 24)
        let themes = [Theme.standard, .mono, Theme.mono.adapted(to: .mono, ascii: true)]
        var browser = scene.browser(themes[seed % themes.count], size)
        var decoder = KeyDecoder()
        var seconds = 100.0
        for step in 0..<250 {
            let effects: [Effect]
            switch Int.random(in: 0..<20, using: &dice) {
            case 0:
                size = try #require(Self.sizes.randomElement(using: &dice))
                effects = browser.update(.resized(size))
            case 1:
                effects = browser.update(.input(.paste(try #require(Hostile.texts.randomElement(using: &dice)))))
            case 2...4:
                let point = Point(
                    row: Int.random(in: -1...size.rows, using: &dice),
                    column: Int.random(in: -1...size.columns, using: &dice)
                )
                let kind = try #require(
                    [MouseEvent.Kind.press, .press, .release, .drag, .wheelUp, .wheelDown].randomElement(using: &dice)
                )
                effects = browser.update(.input(.mouse(MouseEvent(kind, .left, column: point.column, row: point.row))))
            case 5:
                seconds += Double.random(in: 0...90, using: &dice)
                effects = browser.update(.clock(Sample.later(seconds)))
            case 6:
                effects = Self.typed(&decoder, &dice).flatMap { browser.update(.input($0)) }
            default:
                effects = browser.update(.input(.key(try #require(Self.keys.randomElement(using: &dice)))))
            }
            Self.answer(effects, &browser, &dice)
            if step % 2 == 0 {
                let frame = browser.render(size: size)
                #expect(frame.grid.size == size)
                GridInvariants.check(frame.grid, "seed \(seed), step \(step)")
                if let cursor = frame.cursor { #expect(frame.grid.bounds.contains(cursor)) }
            }
        }
    }

    @Test("nothing typed or pasted reaches the screen raw, whatever takes it", arguments: Hostile.texts.indices)
    func typed(_ index: Int) {
        let text = Hostile.texts[index]
        let ways: [(String, [String])] = [
            ("filter", ["/"]), ("palette", [":"]), ("help", ["?"]), ("value", ["e", "enter"]),
            ("attribute", ["e", "a"]),
            ("patient", ["p"]), ("server", ["v", "a"]), ("list", []),
        ]
        for (way, keys) in ways {
            var browser = Browser.loaded()
            for key in keys { browser.keys(key) }
            _ = browser.update(.input(.paste(text)))
            for character in text.prefix(40) { _ = browser.update(.input(.key(.character(character)))) }
            for size in ["80x24", "60x12"].compactMap({ TerminalSize(parsing: $0) }) {
                let complaints = GridInvariants.complaints(browser.render(size: size).grid)
                #expect(complaints.isEmpty, "\(way) \(size): \(complaints.prefix(3))")
            }
            browser.keys("enter")
            let complaints = GridInvariants.complaints(browser.render(size: TerminalSize(columns: 80, rows: 24)).grid)
            #expect(complaints.isEmpty, "\(way) after Enter: \(complaints.prefix(3))")
        }
    }

    @Test("nothing from files or the peer reaches the screen raw", arguments: Hostile.texts.indices)
    func given(_ index: Int) {
        let text = Hostile.texts[index]
        var server = Sample.server
        server.name = text
        server.host = text
        server.calledAETitle = text
        server.callingAETitle = text
        server.stationAETitle = text
        server.modality = text
        var settings = BrowserSettings()
        settings.problems = [SettingsProblem(path: text, line: 3, text: text)]
        var query = Query.worklist
        query.name = text
        query.set(AttributePath([], .patientName), text, source: .user)
        var browser = Browser(
            theme: .standard,
            servers: [server, Sample.server],
            current: server,
            initialQuery: query,
            configPath: text,
            settings: settings,
            now: Sample.start
        )
        let size = TerminalSize(columns: 80, rows: 24)
        _ = browser.update(.resized(size))
        let id = browser.start().finds.first?.id
        func check(_ what: String) {
            let complaints = GridInvariants.complaints(browser.render(size: size).grid)
            #expect(complaints.isEmpty, "\(what): \(complaints.prefix(3))")
        }
        check("start")
        for keys in [["esc"], ["!"], ["esc", "v"], ["e"], ["esc", "esc", "e"], ["esc", "?"]] {
            for key in keys { browser.keys(key) }
            check(keys.joined(separator: " "))
        }
        guard let id else { return }
        let failure = FindFailure(status: Status(0xC001), errorComment: text, offendingElements: [.patientID])
        _ = browser.update(.find(id, .finished(.failed(failure), Sample.statistics(matches: 0))))
        check("failure")
    }

    @Test("on a screen too small to see anything, no key acts on what cannot be seen")
    func blind() {
        var browser = Browser.loaded(size: TerminalSize(columns: 20, rows: 5))
        _ = browser.render(size: browser.size)
        #expect(browser.keys("enter", "y", "Y", "e", "2", "r", "P").isEmpty)
        #expect(browser.overlays.isEmpty)
        #expect(!browser.isPrivate)
        browser.keys("ctrl-c")
        #expect(browser.keys("ctrl-c").quits == [0])
    }
}
