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
            #expect(
                Wildcard.matches(pattern, text, any: "*", one: "?") == expected,
                "\(String(pattern)) \(String(text))"
            )
            let compiled = TextPattern(String(pattern), wildcards: true)
            #expect(compiled.matches(String(text)) == expected)
            if text.allSatisfy(\.isASCII) { #expect(compiled.matches(ascii: Array(String(text).utf8)) == expected) }
            if expected { matched += 1 }
        }
        #expect(matched > 1_000)
    }

    @Test("Many stars against a long text take no exponential time")
    func manyStars() {
        let pattern = TextPattern(String(repeating: "*a", count: 200) + "*b", wildcards: true)
        #expect(!pattern.matches(ascii: [UInt8](repeating: UInt8(ascii: "a"), count: 10_000)))
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
