import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

/// On a terminal without UTF-8 a name with other letters is never taken for a whole one.
@Suite("Characters that cannot be shown")
struct UnshownTests {
    private let ascii = Theme.mono.adapted(to: .mono, ascii: true)

    private func rows(of browser: inout Browser) -> [String] {
        browser.screenText().split(separator: "\n").map(String.init)
    }

    @Test(
        "counted by character, written out by code point",
        arguments: [
            ("SMITH", nil, "SMITH"), ("MÜLLER^Jörg", "2 characters not shown", "M<U+00DC>LLER^J<U+00F6>rg"),
            ("山田", "2 characters not shown", "<U+5C71><U+7530>"), ("e\u{301}", "1 character not shown", "e<U+0301>"),
            ("𠮷", "1 character not shown", "<U+20BB7>"),
        ]
    )
    func words(text: String, words: String?, points: String) {
        #expect(Unshown.words(TerminalText(text))?.string == words)
        #expect(Unshown.inCodePoints(TerminalText(text)).string == points)
        #expect(Unshown.noted(TerminalText(text), ascii: false).string == text)
    }

    @Test("sound text becomes doubtful; what is doubtful anyway keeps its reason")
    func states() {
        let sound = ColumnText(text: "MÜLLER", state: .sound)
        #expect(sound.asShown(ascii: true).state == .unshown)
        #expect(sound.asShown(ascii: true).isDoubtful && sound.asShown(ascii: true).hasValue)
        #expect(sound.asShown(ascii: false) == sound)
        #expect(ColumnText(text: "MULLER", state: .sound).asShown(ascii: true).state == .sound)
        #expect(ColumnText(text: "MÜLLER", state: .guessed).asShown(ascii: true).state == .guessed)
        #expect(ColumnText(text: "\u{FFFD}", state: .damaged).asShown(ascii: true).state == .damaged)
    }

    @Test("list, identity bar and detail say it, and only on a terminal without UTF-8")
    func screens() {
        var browser = Browser.loaded(theme: ascii)
        let muller = rows(of: &browser).first { $0.contains("MÜLLER, Jörg") }
        #expect(muller?.contains("MÜLLER, Jörg!") == true)
        #expect(rows(of: &browser).first { $0.contains("SMITH, Anna M") }?.contains("SMITH, Anna M!") == false)
        browser.keys("j", "j", "j")
        #expect(browser.screenText().contains("MÜLLER, Jörg (2 characters not shown)"))
        #expect(browser.identityLines().isDoubtful)
        browser.keys("enter")
        #expect(browser.screenText().contains("! MÜLLER, Jörg (2 characters not shown)"))

        var other = Browser.loaded(theme: .standard)
        #expect(other.screenText().contains("MÜLLER, Jörg "))
        other.keys("j", "j", "j")
        #expect(!other.screenText().contains("not shown"))
        #expect(!other.identityLines().isDoubtful)
    }

    @Test("the detail gives the code points")
    func codePoints() throws {
        var dataSet = DataSet()
        dataSet.declare(.utf8)
        try dataSet.set(.patientName, "MÜLLER^Jörg")
        let element = try #require(dataSet[.patientName])
        let text = ElementText(element, in: dataSet, readable: true, ascii: true)
        #expect(text.problem?.string.contains("M<U+00DC>LLER^J<U+00F6>rg") == true)
        #expect(text.shortProblem == "2 characters not shown")
        #expect(text.isGuess)
        #expect(ElementText(element, in: dataSet, readable: true).problem == nil)
    }

    @Test("the help tells what the mark means")
    func legend() {
        #expect(StepStatus.legend(ascii).contains { $0.string.contains("shown as ?") })
        #expect(!StepStatus.legend(.standard).contains { $0.string.contains("shown as ?") })
    }
}
