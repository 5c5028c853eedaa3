import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

/// The digits 4 to 9: which query a key runs never changes unasked.
@Suite("Numbers of saved queries")
struct SavedNumberTests {
    private static let files = [SavedSample.file(SavedSample.stat), SavedSample.file(SavedSample.accession)]

    private func isTaking(_ effects: [Effect]) -> (saved: SavedQuery, from: SavedQueryFile)? {
        for case .writeTakingNumber(let saved, _, let owner) in effects.queryFiles { return (saved, owner) }
        return nil
    }

    @Test("a number that another query has is taken only after a question, which starts at leaving it")
    func asks() throws {
        var browser = SavedSample.loaded(Self.files)
        browser.keys("b", "j")
        #expect(browser.keys("4").queryFiles.isEmpty)
        #expect(browser.screen().contains("4 runs 'STAT today' now"))
        #expect(browser.keys("enter").queryFiles.isEmpty)
        browser.keys("4", "j")
        let taking = try #require(isTaking(browser.keys("enter")))
        #expect(taking.saved.name == "By accession")
        #expect(taking.saved.number == 4)
        #expect(taking.from.saved?.name == "STAT today")
    }

    @Test("saving under a number that is taken asks too, also with values of a patient")
    func saving() throws {
        var browser = SavedSample.loaded(Self.files)
        browser.keys("S")
        browser.type("Mine")
        browser.keys("tab")
        browser.type("4")
        #expect(browser.screen().contains("! is 'STAT today' now: it asks first"))
        #expect(browser.keys("enter").queryFiles.isEmpty)
        #expect(browser.screen().contains("4 is taken"))
        #expect(isTaking(browser.keys("j", "enter"))?.saved.name == "Mine")

        var personal = SavedSample.loaded(Self.files)
        personal.keys("p")
        personal.type("SMI*")
        personal.keys("enter", "S")
        personal.type("Smiths")
        personal.keys("tab")
        personal.type("4")
        #expect(personal.keys("enter").queryFiles.isEmpty)
        #expect(personal.screen().contains("4 runs 'STAT today' now"))
        #expect(isTaking(personal.keys("enter"))?.saved.name == "Smiths")
    }

    @Test("afterwards both are told: what the key runs, and which query has none any more")
    func told() {
        var browser = SavedSample.loaded(Self.files)
        var mine = SavedSample.accession
        mine.number = 4
        var bare = SavedSample.stat
        bare.number = nil
        let file = SavedSample.file(mine)
        _ = browser.update(.queryFiles(.written(mine, path: file.path, [SavedSample.file(bare), file])))
        #expect(browser.message?.text.string.contains("4 runs it, 'STAT today' has no number now") == true)
    }

    @Test("a number that two files have runs neither of them")
    func twice() {
        var copy = SavedSample.tomorrow
        copy.number = 4
        var browser = SavedSample.loaded([SavedSample.file(SavedSample.stat), SavedSample.file(copy)])
        #expect(browser.keys("4").finds.isEmpty)
        #expect(browser.screen().contains("4 is the number of 'STAT today' and 'Tomorrow'"))
    }
}
