import TOMLKit
import Terminal
import Testing

/// Texts the TOML parser would end the program on, or misread.
@Suite("TOML, safely")
struct SafeTOMLTests {
    private static func fault(_ text: String) -> TOMLFault? {
        do throws(TOMLFault) {
            _ = try SafeTOML.parse(text)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "is told by line what is expected, where its parser would abort",
        arguments: [
            ("[[[[", 1, "[name] or [[name]]"),
            ("x = 1\n[", 2, "[name] or [[name]]"),
            ("[.a]", 1, "[name] or [[name]]"),
            ("[\u{2028}]", 1, "[name] or [[name]]"),
            ("[a]\n[[b]\n", 2, "[name] or [[name]]"),
            ("a = [}", 1, "not }"),
            ("a = [1,\u{2028}2]", 1, "expected a text in quotes"),
            ("\nd = 1979-05-27T:", 2, "expected a text in quotes"),
            ("x = 2024-13-40 1", 1, "expected a text in quotes"),
            ("x = 2023-02-29", 1, "expected a text in quotes"),
        ]
    )
    func aborts(_ text: String, _ line: Int, _ words: String) throws {
        let fault = try #require(Self.fault(text))
        #expect(fault.line == line)
        #expect(fault.words.contains(words), "\(fault.words)")
        #expect(!TerminalText(fault.words).altered)
    }

    @Test(
        "is refused: NUL, a lone carriage return, a control character, no end, nonsense",
        arguments: [
            // The parser takes a NUL for the end, and the keys behind it would be lost in silence.
            ("a = 1\n\0b = 2", 2, "expected a key"),
            ("a = \"x\0y\"", 1, "control character"),
            ("# \u{1B}[2J", 1, "control character"),
            ("a = 1\rb = 2", 1, "carriage return"),
            ("a = 1\nb = = 2", 2, "not ="),
            ("a = 1 b = 2", 1, "end of the line, not b"),
            ("a", 1, "expected = behind the key; the line ends"),
            ("a = \"x\nb = 1", 1, "not closed on its line"),
            ("a = '''x\ny", 1, "three quotes"),
            ("a = [1,\n2\n", 1, "not closed with ]"),
            ("a = { b = 1\n}", 1, "not closed with }"),
            ("a = \"\\q\"", 1, "behind \\"),
            ("a = \"\\uD800\"", 1, "no character"),
            ("a = 99999999999999999999", 1, "a number"),
            ("a = 01", 1, "a number"),
            ("a = 1\na = 2\n", 2, "redefine"),
        ]
    )
    func refused(_ text: String, _ line: Int, _ words: String) throws {
        let fault = try #require(Self.fault(text))
        #expect(fault.line == line)
        #expect(fault.words.contains(words), "\(fault.words)")
    }

    @Test("of any depth ends in a sentence, not in a stack that is full")
    func depth() throws {
        let dots = String(repeating: "a.", count: 300_000)
        for text in [
            dots + "a = 1", "[" + dots + "a]", "a = { " + dots + "a = 1 }",
            "a = " + String(repeating: "[", count: 300_000),
            "a = " + String(repeating: "{a=", count: 200_000),
        ] {
            #expect(try #require(Self.fault(text)).words.contains("in one another"))
        }
        let long = String(repeating: "k", count: 500_000)
        #expect(try SafeTOML.parse(long + " = 1")[long]?.int == 1)
    }

    @Test("is read whole where it is right")
    func right() throws {
        let table = try SafeTOML.parse(
            "\u{FEFF}# first\r\na = 1_000\r\n\"q.r\" = 'C:\\x'\nb.c = -1.5e3\nd = 2024-02-29 10:00:00+01:00\n"
                + "e = \"\"\"\n one \\\n   two\"\"\"\"\nf = [ # a list\n 'x', { y = [true, ], z.w = inf },\n]\n"
                + "g = 0xFF\nh = 07:32:00.5\ni = \"\\u00e9 山 \\\"\"\n[t]\nk = ''\n[[u]]\nk = 1\n[[u]]\nk = 2\n"
        )
        #expect(table["a"]?.int == 1000)
        #expect(table["q.r"]?.string == "C:\\x")
        #expect(table["b"]?.table?["c"]?.double == -1500)
        #expect(table["e"]?.string == " one two\"")
        #expect(table["f"]?.array?.count == 2)
        #expect(table["g"]?.int == 255)
        #expect(table["i"]?.string == "é 山 \"")
        #expect(table["u"]?.array?.count == 2)
    }
}
