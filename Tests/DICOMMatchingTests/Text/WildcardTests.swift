import Testing

@testable import DICOMMatching

@Suite("Wild cards")
struct WildcardTests {
    /// By the definition, recursively.
    private func reference(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return reference(pattern.dropFirst(), text) || !text.isEmpty && reference(pattern, text.dropFirst())
        }
        guard let letter = text.first, first == "?" || first == letter else { return false }
        return reference(pattern.dropFirst(), text.dropFirst())
    }

    /// `#expect` takes no span.
    private func matches(_ pattern: TextPattern, _ text: [UInt8]) -> Bool { pattern.matches(ascii: text.span) }

    @Test("Agrees with the definition on random patterns and texts")
    func agreesWithReference() {
        var random = Random(state: 3)
        let patternLetters = Array("ab*?*é")
        let textLetters = Array("abé")
        var matched = 0
        for _ in 0..<10_000 {
            let pattern = (0..<Int(random.next() % 8)).map { _ in patternLetters[Int(random.next() % 6)] }
            let text = (0..<Int(random.next() % 10)).map { _ in textLetters[Int(random.next() % 3)] }
            let expected = reference(pattern[...], text[...])
            let compiled = TextPattern(String(pattern), wildcards: true)
            #expect(compiled.matches(String(text)) == expected)
            if text.allSatisfy(\.isASCII) {
                let bytes = Array(String(text).utf8)
                #expect(matches(compiled, bytes) == expected, "\(String(pattern)) \(String(text))")
            }
            if expected { matched += 1 }
        }
        #expect(matched > 1_000)
    }

    @Test("Patterns longer than a machine word agree with the definition, too")
    func longPatterns() {
        var random = Random(state: 5)
        for _ in 0..<2_000 {
            // A long stretch between two stars, with question marks, found in a text or missed by one letter.
            let stretch = (0..<(60 + Int(random.next() % 80))).map { _ in
                Array("ab?")[Int(random.next() % 3)]
            }
            let before = (0..<Int(random.next() % 40)).map { _ in Array("ab")[Int(random.next() % 2)] }
            var text = before + stretch.map { $0 == "?" ? "a" : $0 } + Array("ba")
            if random.next() % 2 == 0 { text[Int(random.next() % UInt64(text.count))] = "c" }
            let pattern = Array("*") + stretch + Array("*")
            let expected = (0...text.count).contains { start in
                start + stretch.count <= text.count
                    && zip(stretch, text[start...]).allSatisfy { $0 == "?" || $0 == $1 }
            }
            let compiled = TextPattern(String(pattern), wildcards: true)
            #expect(compiled.matches(String(text)) == expected)
            #expect(matches(compiled, Array(String(text).utf8)) == expected)
        }
    }

    @Test("No letter of a text is looked at more than twice, whatever the pattern")
    func linear() {
        let any = Glob.any
        let hostile: [[UInt16]] = [
            Array(repeating: [any, 1], count: 200).flatMap { $0 } + [any, 2],
            [any] + Array(repeating: 1, count: 500) + [2, any],
            [any] + Array(repeating: Glob.one, count: 300) + [2, any, 1, any],
            Array(repeating: [any, 1, Glob.one], count: 100).flatMap { $0 } + [2],
            [any, 1, 1, 1, 1, 1, 2, any, 1, 1, 2, any], [any], [any, any, any, 1],
            Array(repeating: Glob.one, count: 10_000),
        ]
        for pattern in hostile {
            for length in [1_000, 10_000] {
                var looks = 0
                _ = Glob(pattern).matches(count: length) { _ in
                    looks += 1
                    return 1
                }
                #expect(looks <= 2 * length, "\(pattern.prefix(8))")
            }
        }
    }

    @Test(
        "Folding takes case and accents away",
        arguments: [
            ("MÜLLER", "muller"), ("Élodie", "elodie"), ("Łódź", "lodz"), ("NGUYỄN", "nguyen"), ("Straße", "strasse"),
            ("Ærø", "aero"), ("ПЁТР", "петр"), ("ΓΙΏΡΓΟΣ", "γιωργοσ"), ("Γιώργος", "γιωργοσ"), ("e\u{301}", "e"),
            ("مُحَمَّد", "محمد"), ("ＳＭＩＴＨ", "smith"), ("山田", "山田"), ("Đặng", "dang"), ("İpek", "ipek"),
        ]
    )
    func folding(text: String, expected: String) {
        #expect(NameFolding.fold(text) == expected)
    }
}
