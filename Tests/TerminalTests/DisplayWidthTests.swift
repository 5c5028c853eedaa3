import Terminal
import Testing

@Suite("Widths and cutting")
struct DisplayWidthTests {
    @Test(
        "widths are those of the terminal",
        arguments: [
            ("abc", 3), ("山田太郎", 8), ("ﾔﾏﾀﾞ", 4), ("Ａ", 2), ("e\u{301}", 1), ("สมชาย", 5), ("ก็", 1), ("محمد", 4),
            ("שלום", 4), ("👍", 2), ("김", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("─│╭", 3), ("", 0), ("\u{1B}", 1),
            ("\u{3000}", 2), ("…", 1),
        ]
    )
    func widths(text: String, width: Int) {
        #expect(TerminalText(text).width == width)
        #expect(DisplayWidth.width(of: text) == width)
    }

    @Test("widths need no locale to have been set")
    func scalars() {
        #expect(DisplayWidth.width(of: Unicode.Scalar("山")) == 2)
        #expect(DisplayWidth.width(of: Unicode.Scalar("\u{301}")) == 0)
    }

    @Test(
        "clip cuts between graphemes and tells whether it cut",
        arguments: [
            ("abcdef", 3, "abc", true), ("abc", 3, "abc", false), ("山田", 3, "山", true), ("山田", 1, "", true),
            ("e\u{301}e\u{301}", 1, "e\u{301}", true), ("abc", 0, "", true), ("abc", -5, "", true), ("", 0, "", false),
            ("ab山", 3, "ab", true),
        ]
    )
    func clip(text: String, columns: Int, output: String, cut: Bool) {
        let result = DisplayWidth.clip(TerminalText(text), to: columns)
        #expect(result.text.string == output)
        #expect(result.didCut == cut)
        #expect(result.text.width <= max(0, columns))
    }

    @Test(
        "fit fills exactly its columns, and marks only what was lost",
        arguments: [
            ("abc", 5, "abc  "), ("abcdef", 4, "abc~"), ("abcd", 4, "abcd"), ("山田太郎", 5, "山田~"),
            ("山田太郎", 4, "山~ "), ("abc   ", 3, "abc"), ("abc   ", 4, "abc "), ("ab", 1, "~"), ("山", 1, "~"),
            ("x", 0, ""),
            ("x", -1, ""), ("", 2, "  "), ("e\u{301}x", 1, "~"),
        ]
    )
    func fit(text: String, width: Int, output: String) {
        let result = DisplayWidth.fit(TerminalText(text), width: width)
        #expect(result.string == output)
        #expect(result.width == max(0, width))
    }

    @Test("fit aligns")
    func alignment() {
        #expect(DisplayWidth.fit("7", width: 4, alignment: .trailing).string == "   7")
        #expect(DisplayWidth.fit("山", width: 5, alignment: .center).string == " 山  ")
        #expect(DisplayWidth.fit("abc", width: 2, mark: "").string == "ab")
        #expect(DisplayWidth.fit("abc", width: 1, mark: "...").string == "a")
    }

    @Test("wrap breaks at spaces, and inside words only when it must")
    func wrap() {
        #expect(DisplayWidth.wrap("one two three", width: 7).map(\.string) == ["one two", "three"])
        #expect(DisplayWidth.wrap("abcdefgh", width: 3).map(\.string) == ["abc", "def", "gh"])
        #expect(DisplayWidth.wrap("山田太郎", width: 5).map(\.string) == ["山田", "太郎"])
        #expect(DisplayWidth.wrap("山", width: 1).count == 1)
        #expect(DisplayWidth.wrap("", width: 3).map(\.string) == [""])
        #expect(DisplayWidth.wrap("abc", width: 0).map(\.string) == ["abc"])
    }

    @Test("fit and clip hold for random text and widths")
    func property() {
        var random = Seeded(seed: 5)
        let letters = ["a", " ", "山", "e\u{301}", "ก็", "👍", "م", "ﾀﾞ", "\u{1B}", "नि", "क्ष"]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? ""
            }
            let safe = TerminalText(text.joined())
            let width = Int.random(in: 0...14, using: &random)
            #expect(DisplayWidth.fit(safe, width: width).width == width)
            let clipped = DisplayWidth.clip(safe, to: width)
            #expect(clipped.text.width <= width)
            #expect(safe.string.hasPrefix(clipped.text.string))
            for line in DisplayWidth.wrap(safe, width: max(2, width)) { #expect(line.width <= max(4, width)) }
        }
    }
}
