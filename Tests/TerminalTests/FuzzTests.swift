import Testing

@testable import Terminal

/// Whatever a terminal sends, the decoder lives, keeps little, and lets no control character through.
@Suite("Any bytes into the decoder")
struct FuzzTests {
    /// Pieces that begin, continue and end sequences, and plain noise.
    private static let texts: [String] = [
        "\u{1B}", "\u{1B}[", "\u{1B}[<", "\u{1B}[M", "\u{1B}O", "\u{1B}]", "\u{1B}P", "\u{1B}\\", "\u{7}", "\u{3}",
        "\u{1B}[200~", "\u{1B}[201~", "\u{1B}[<0;1;1M", "\u{1B}[<64;9;9m", "\u{1B}[1;5A", "\u{1B}[97;5u", "0;",
        "12;34M", "999999999999", "~", "u", "A", "é", "山", "\u{202E}", "\u{9B}", "\u{FEFF}", "j", "q", " ", "\r",
        "\u{0}",
    ]
    private static let broken: [[UInt8]] = [[0xC3], [0xE5, 0xB1], [0xFF], [0xF0, 0x9F], [0x80]]
    private static let pieces: [[UInt8]] = texts.map { Array($0.utf8) } + broken

    @Test("thousands of random feeds: no trap, no control character in a key, pastes and places within their limits")
    func decoder() {
        var random = Seeded(seed: 20_261_124)
        let start = ContinuousClock.now
        var keys = 0
        var reports = 0
        for _ in 0..<300 {
            var decoder = KeyDecoder()
            for _ in 0..<60 {
                var bytes: [UInt8] = []
                for _ in 0..<Int.random(in: 0...6, using: &random) {
                    if Int.random(in: 0..<4, using: &random) == 0 {
                        bytes.append(UInt8.random(in: 0...255, using: &random))
                    } else {
                        bytes += Self.pieces.randomElement(using: &random) ?? []
                    }
                }
                var events = decoder.decode(bytes)
                if Int.random(in: 0..<3, using: &random) == 0 { events += decoder.flush() }
                for event in events {
                    switch event {
                    case .key(let key):
                        keys += 1
                        if case .character(let character) = key.code {
                            let isSafe = character.unicodeScalars.allSatisfy { ScalarTable.lookUp($0).action == .keep }
                            #expect(isSafe, "\(key)")
                        }
                    case .mouse(let event):
                        reports += 1
                        #expect((0..<65_535).contains(event.column) && (0..<65_535).contains(event.row))
                    case .paste(let text): #expect(text.utf8.count <= 3 * KeyDecoder.pasteLimit)
                    case .invalid: break
                    default: Issue.record("not from a terminal: \(event)")
                    }
                }
                if let wait = decoder.pendingMilliseconds { #expect((1...1000).contains(wait)) }
            }
            // Whatever was begun: two Ctrl-C and the passing of time end it.
            for _ in 0..<2 {
                _ = decoder.decode([0x03])
                _ = decoder.flush()
                _ = decoder.flush()
            }
            #expect(decoder.decode("j".utf8) == [.key(.character("j"))])
        }
        #expect(keys > 1000 && reports > 100)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test(
        "no part of a mouse report is a key, wherever it is cut",
        arguments: ["\u{1B}[<0;12;34M", "\u{1B}[<65;1;200m"]
    )
    func cuts(report: String) {
        let bytes = Array(report.utf8)
        for cut in 3..<bytes.count {
            var decoder = KeyDecoder()
            var events = decoder.decode(bytes[..<cut])
            events += decoder.flush()
            events += decoder.decode(bytes[cut...])
            #expect(events == [.invalid], "cut at \(cut): \(events)")
            #expect(decoder.decode("1".utf8) == [.key(.character("1"))])
        }
    }
}
