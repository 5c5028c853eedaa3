import Testing

@testable import WorklistServer

/// Quirks as they are written.
@Suite struct QuirkTests {
    @Test("Every quirk is read by its name", arguments: Quirk.Name.allCases)
    func names(_ name: Quirk.Name) throws {
        #expect(try Quirk(name.rawValue) == Quirk(name))
        #expect(!name.words.isEmpty)
    }

    @Test("Those that count take a number")
    func numbers() throws {
        #expect(try Quirk("slow=20").number == 20)
        #expect(try Quirk("limit=0").number == 0)
        #expect(try Quirk("abort").number == 10)
    }

    @Test(
        "What is no quirk is an error that says what is",
        arguments: ["", "fast", "ff01=3", "slow=", "slow=-1", "slow=x", "limit=99999999999999999999"]
    )
    func errors(_ text: String) throws {
        let error = #expect(throws: Quirk.UnknownQuirk.self) { try Quirk(text) }
        #expect(error?.description.contains("quirk") == true)
    }

    @Test(
        "Wild cards match as they are told to",
        arguments: [
            ("", "", true), ("*", "", true), ("", "a", false), ("a*", "a", true), ("*a", "ba", true),
            ("a?c", "abc", true), ("a?c", "ac", false), ("*b*d", "abcd", true), ("*b*d", "abdc", false),
            ("**", "x", true), ("?", "", false),
        ]
    )
    func glob(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(globMatches(Array(pattern.utf8), Array(text.utf8), star: 0x2A, question: 0x3F) == expected)
    }
}
