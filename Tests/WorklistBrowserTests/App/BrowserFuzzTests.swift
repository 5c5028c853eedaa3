import DICOMData
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

/// A user who presses anything, on a terminal of any size, with a server that sends anything.
@Suite("Anything into the browser")
struct BrowserFuzzTests {
    /// The same numbers for the same seed.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let names = [
        "j", "k", "g", "G", "J", "K", "up", "down", "left", "right", "home", "end", "pgup", "pgdn", "enter", "esc",
        "tab",
        "shift-tab", "backspace", "delete", "insert", "space", "q", "x", "r", "e", "p", "s", "v", "?", ":", "/", "1",
        "2",
        "3", "[", "]", "t", "=", "y", "Y", "P", "m", "z", "W", "w", "c", "a", "b", "n", "*", "-", "+", "ctrl-c",
        "ctrl-l",
        "ctrl-r", "ctrl-u", "ctrl-w", "ctrl-z", "alt-x", "f1", "f2", "f5", "f10", "f24", "é", "山", "م", "\\", "^", "\"",
    ]

    private static let sizes = [
        (80, 24), (80, 24), (160, 50), (60, 12), (59, 11), (20, 5), (1, 1), (2, 40), (300, 3), (132, 43), (100, 13),
    ]

    private static func match(_ random: inout Random) -> [UInt8] {
        var bytes = Sample.bytes(Sample.morning.randomElement(using: &random) ?? Sample.Step())
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        case 2, 3:
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
        default: break
        }
        return bytes
    }

    @Test(
        "thousands of steps: no trap, no half character, no control in a cell, in bounded time",
        arguments: [1, 2, 3]
    )
    func steps(seed: UInt64) {
        var random = Random(state: seed)
        let isASCII = seed == 3
        let theme = isASCII ? Theme.mono.adapted(to: .mono, ascii: true) : .standard
        var browser = Sample.browser(theme: theme)
        var decoder = KeyDecoder()
        var id = browser.begin()
        var size = TerminalSize(columns: 80, rows: 24)
        var seconds = 0.0
        let start = ContinuousClock.now
        for step in 0..<1500 {
            var effects: [Effect] = []
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                let (columns, rows) = Self.sizes.randomElement(using: &random) ?? (80, 24)
                size = TerminalSize(columns: columns, rows: rows)
                effects = browser.update(.resized(size))
            case 1, 2:
                seconds += Double.random(in: 0...3, using: &random)
                effects = browser.update(.clock(Sample.later(seconds)))
            case 3, 4, 5:
                var batch = MatchBatch(transferSyntax: .explicitVRLittleEndian)
                for _ in 0..<Int.random(in: 1...5, using: &random) {
                    batch.append(Self.match(&random), status: Bool.random(using: &random) ? .pending : Status(0xFF01))
                }
                effects = browser.update(.find(id, .matches(batch)))
            case 6:
                let statistics = Sample.statistics(matches: browser.receivedRowCount)
                let outcome: FindOutcome = Bool.random(using: &random) ? .complete : .lost(.releasedByPeer)
                effects = browser.update(.find(id, .finished(outcome, statistics)))
            case 7:
                // Bytes as a terminal sends them, whole or not.
                let bytes = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                    Bool.random(using: &random)
                        ? UInt8.random(in: 0...255, using: &random)
                        : Array("\u{1B}[<;0123456789MmA~O".utf8).randomElement(using: &random) ?? 0
                }
                for event in decoder.decode(bytes) + decoder.flush() { effects += browser.update(.input(event)) }
            case 8:
                let text = "\u{1B}]2;x\u{7}\u{202E}\u{9B}2J\n山\u{301}" + String(repeating: "w", count: step % 90)
                effects = browser.update(.input(.paste(text)))
            case 9:
                let kinds: [MouseEvent.Kind] = [.press, .release, .drag, .wheelUp, .wheelDown]
                let mouse = MouseEvent(
                    kinds.randomElement(using: &random) ?? .press,
                    .left,
                    column: Int.random(in: 0...400, using: &random),
                    row: Int.random(in: 0...100, using: &random)
                )
                effects = browser.update(.input(.mouse(mouse)))
            default:
                if let key = Key(parsing: Self.names.randomElement(using: &random) ?? "j") {
                    effects = browser.update(.input(.key(key)))
                }
            }
            for effect in effects {
                switch effect {
                case .startFind(let request): id = request.id
                case .arrange(let job):
                    _ = browser.update(.arranged(generation: job.generation, order: job.run()))
                default: break
                }
            }
            let frame = browser.render(size: size)
            #expect(frame.grid.size == size)
            let complaints = GridInvariants.complaints(frame.grid)
            #expect(complaints.isEmpty, "seed \(seed), step \(step): \(complaints.joined(separator: "; "))")
            if let cursor = frame.cursor {
                #expect(cursor.row >= 0 && cursor.row < size.rows && cursor.column >= 0 && cursor.column < size.columns)
            }
            if !complaints.isEmpty { return }
        }
        #expect(ContinuousClock.now - start < .seconds(120))
    }
}
