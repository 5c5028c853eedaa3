import Foundation
import Testing

/// The commands as a shell runs them: the built program, with servers that follow a script.
@Suite("The commands", .throttled)
enum Commands {}

/// The browser in a real terminal.
@Suite("In a terminal", .throttled)
enum InTerminal {}

/// Few tests at a time: each runs programs of its own, and a machine that is too busy is no test of them.
struct Throttle: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        await Slots.shared.take()
        do {
            try await function()
        } catch {
            await Slots.shared.give()
            throw error
        }
        await Slots.shared.give()
    }
}

extension Trait where Self == Throttle {
    static var throttled: Self { Self() }
}

private actor Slots {
    static let shared = Slots()
    private var free = 6
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// `--summary json`, all of its members.
struct Summary: Decodable {
    var outcome: String
    var status: String?
    var matches: Int
    var connect_ms: Double?
    var associate_ms: Double?
    var first_match_ms: Double?
    var total_ms: Double?
    var matches_per_second: Double?
    var cancel_to_final_ms: Double?
    var matches_after_cancel: Int
    var rows: Int
    var damaged_rows: Int?
    var guessed_text_rows: Int?
    var stray_responses: Int
    var error: String?

    init(_ result: Child.Result) throws {
        let line = result.errors.split(separator: "\n").first { $0.hasPrefix("{") }
        self = try JSONDecoder().decode(Summary.self, from: Data((line ?? "no summary").utf8))
    }
}

/// What must never reach a terminal from outside: ESC and all controls but the line feed, C1, bidirectional overrides,
/// zero widths, line separators.
func hostileScalars(in text: String) -> [String] {
    text.unicodeScalars.filter { scalar in
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0x061C, 0xFEFF: true
        default: false
        }
    }.map { "U+" + String($0.value, radix: 16, uppercase: true) }
}
