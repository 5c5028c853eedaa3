import Terminal
import Testing

@Suite("Text from outside")
struct TerminalTextTests {
    @Test(
        "every hazard is made visible or taken out",
        arguments: [
            ("\u{1B}[2J", "␛[2J"), ("a\u{07}b", "a␇b"), ("x\u{00}", "x␀"), ("\u{7F}", "␡"), ("a\nb\tc\r", "a␊b␉c␍"),
            ("\u{9B}31m", "\u{FFFD}31m"), ("\u{9D}0;title\u{9C}", "\u{FFFD}0;title\u{FFFD}"), ("\u{85}", "\u{FFFD}"),
            ("a\u{202E}b\u{202C}c", "abc"), ("\u{2066}x\u{2069}", "x"), ("\u{200E}\u{200F}\u{061C}y", "y"),
            ("SM\u{200B}ITH", "SMITH"), ("\u{FEFF}A", "A"), ("a\u{200D}b\u{200C}c", "abc"), ("so\u{AD}ft", "soft"),
            ("a\u{2028}b\u{2029}c", "a\u{FFFD}b\u{FFFD}c"), ("\u{E000}", "\u{FFFD}"), (scalar(0xFFFE), "\u{FFFD}"),
            (scalar(0xFDD0), "\u{FFFD}"), (scalar(0x10FFFF), "\u{FFFD}"), ("\u{378}", "\u{FFFD}"),
            ("\u{F0000}", "\u{FFFD}"),
            ("x\u{FE0F}", "x"), ("\u{3164}A", "A"), ("\u{E0041}A", "A"), ("\u{600}1", "1"), ("\u{2060}A", "A"),
            ("\u{301}e", "\u{25CC}\u{301}e"),
            ("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", "e\u{301}\u{302}\u{303}\u{304}"),
        ]
    )
    func hazards(input: String, output: String) {
        let text = TerminalText(input)
        // Scalar by scalar: String equality would hide a difference in normalisation.
        #expect(Array(text.string.unicodeScalars) == Array(output.unicodeScalars))
        #expect(text.altered)
    }

    @Test(
        "harmless text of every script is left alone",
        arguments: [
            "SMITH^Anna M", "MÜLLER^Jörg", "山田^太郎", "ﾔﾏﾀﾞ", "김^희중", "محمد^علي", "Ζωή", "สมชาย ก็", "e\u{301}", "👍", "",
            "Иванов", "\u{1112}\u{1161}\u{11AB}", "नमस्ते", "\u{A0}", "\u{FFFD}",
        ]
    )
    func harmless(input: String) {
        let text = TerminalText(input)
        #expect(Array(text.string.unicodeScalars) == Array(input.unicodeScalars))
        #expect(!text.altered)
    }

    @Test("bidirectional controls are counted")
    func bidiCount() {
        #expect(TerminalText("a\u{202E}b\u{2066}c\u{200F}").bidiControls == 3)
        #expect(TerminalText("abc").bidiControls == 0)
    }

    @Test("a text longer than the limit is cut and says so")
    func limit() {
        #expect(TerminalText("abcdef", limit: 3).string == "abc")
        #expect(TerminalText("abcdef", limit: 3).altered)
        #expect(!TerminalText("abc", limit: 3).altered)
        #expect(TerminalText("山田太郎", limit: 2).string == "山田")
        #expect(TerminalText("e\u{301}e\u{301}e", limit: 2).string == "e\u{301}e\u{301}")
        #expect(TerminalText("\u{301}", limit: 0).string == "")
        #expect(TerminalText("a", limit: -1).string == "")
    }

    @Test("interpolated strings are made safe, safe text is taken as it is")
    func interpolation() {
        let name = "\u{1B}EVIL"
        let safe = TerminalText("\u{202E}x")
        let text: TerminalText = "[\(name)|\(safe)|\(7)|\(name.prefix(1))]"
        #expect(text.string == "[␛EVIL|x|7|␛]")
        #expect(text.altered)
        #expect(text.bidiControls == 1)
        #expect(text.width == 13)
        // A mark at the start of a value cannot attach to what stands before it.
        let mark: TerminalText = "|\("\u{301}")"
        #expect(Array(mark.string.unicodeScalars) == ["|", "\u{25CC}", "\u{301}"])
    }

    @Test("concatenation and joining keep width and flags")
    func concatenation() {
        let text = ["ab", "山", "\u{1B}"].map { TerminalText($0) }.joined(separator: ", ")
        #expect(text.string == "ab, 山, ␛")
        #expect(text.width == 9)
        #expect(text.altered)
        #expect((TerminalText("a") + "b").isASCII)
        #expect(!(TerminalText("a") + "é").isASCII)
        #expect(("x" + TerminalText("\u{202E}")).altered)
        #expect(TerminalText("ab").repeated(3).string == "ababab")
        #expect(TerminalText("ab").repeated(-1).isEmpty)
        #expect(TerminalText.spaces(3).width == 3)
    }

    @Test("nothing dangerous survives random text")
    func property() {
        var random = Seeded(seed: 11)
        let pool: [ClosedRange<UInt32>] = [
            0...0x2FF, 0x300...0x36F, 0x590...0x8FF, 0xE00...0xE7F, 0x1100...0x11FF, 0x2000...0x20FF, 0x4E00...0x4EFF,
            0xD7B0...0xD7FF, 0xE000...0xE010, 0xFE00...0xFFFF, 0x1F1E6...0x1F64F, 0xE0000...0xE01FF,
            0x10FFF0...0x10FFFF,
        ]
        for _ in 0..<2000 {
            var input = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                guard let range = pool.randomElement(using: &random),
                    let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random))
                else { continue }
                input.append(scalar)
            }
            let text = TerminalText(String(input))
            for scalar in text.string.unicodeScalars {
                switch scalar.properties.generalCategory {
                case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator:
                    Issue.record("\(String(scalar.value, radix: 16)) got through")
                default: break
                }
            }
            let again = TerminalText(text.string)
            #expect(again.string == text.string)
            #expect(!again.altered)
            #expect(again.width == text.width)
            var grid = Grid(columns: 12, rows: 1)
            grid.write(text, row: 0, column: 0)
            #expect(DisplayWidth.width(of: grid.text(0)) == 12)
        }
    }
}

/// A character that no literal can hold.
private func scalar(_ value: UInt32) -> String { Unicode.Scalar(value).map { String($0) } ?? "" }

/// A generator that gives the same numbers in every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
