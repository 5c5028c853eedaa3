import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Asking for a patient")
struct PatientFormTests {
    private let name = AttributePath([], .patientName)
    private let date = AttributePath.step(.scheduledProcedureStepStartDate)
    private let modality = AttributePath.step(.modality)
    private let station = AttributePath.step(.scheduledStationAETitle)

    private func open() -> Browser {
        var browser = Browser.loaded()
        browser.keys("p")
        return browser
    }

    @Test("family and given name are sent as one value, with nothing added")
    func oneValue() throws {
        var browser = open()
        browser.type("SMITH")
        browser.keys("tab")
        browser.type("A")
        #expect(browser.screen().contains("sent as SMITH^A"))
        let query = try #require(browser.keys("enter").finds.first?.query)
        #expect(query[name]?.value == "SMITH^A")
        #expect(query.matchingKeys.count == 1, "everywhere, any day")
    }

    @Test("what is found without a * is said, and a * only offered")
    func offersStar() {
        var browser = open()
        browser.type("SMITH")
        #expect(browser.screen().contains("finds only the name SMITH and nothing more"))
        browser.type("*")
        #expect(browser.screen().contains("* stands for any letters"))
    }

    @Test("Where: everywhere, this modality on any day, or scope and day as they are")
    func places() throws {
        func ask(_ turns: Int) throws -> Query {
            var browser = open()
            browser.type("SMI*")
            browser.keys("up")
            for _ in 0..<turns { browser.keys("right") }
            return try #require(browser.keys("enter").finds.first?.query)
        }
        #expect(try ask(0).matchingKeys.map(\.path) == [name])
        #expect(try Set(ask(1).matchingKeys.map(\.path)) == [name, modality])
        #expect(try Set(ask(2).matchingKeys.map(\.path)) == [name, modality, station, date])
        #expect(try ask(3).matchingKeys.map(\.path) == [name])
    }

    @Test("the next patient is looked for where the last one was; what was typed is gone")
    func remembersPlace() throws {
        var browser = open()
        browser.type("SMI*")
        browser.keys("up", "right", "enter")
        browser.keys("p")
        #expect(browser.screen().contains("CT, every scanner, any day"))
        #expect(!browser.screen().contains("sent as"))
    }

    @Test("Esc sends nothing and keeps nothing")
    func escape() {
        var browser = open()
        let before = browser.query
        browser.type("SMI*")
        #expect(browser.keys("esc").isEmpty)
        #expect(browser.query == before)
        browser.keys("p")
        #expect(!browser.screen().contains("SMI*^") && !browser.screen().contains("sent as SMI*"))
    }

    @Test("an empty form asks for nothing, and says so; a lone * needs a second Enter")
    func everyone() {
        var browser = open()
        #expect(browser.keys("enter").isEmpty)
        #expect(browser.screen().contains("Nothing is typed, so nothing is asked"))
        browser.type("*")
        #expect(browser.keys("enter").finds.isEmpty)
        #expect(browser.screen().contains("finds everyone"))
        #expect(browser.keys("enter").finds.count == 1)
    }

    @Test("a birth date is taken as people write it and sent as DICOM has it; a wrong one is not sent")
    func births() throws {
        var browser = open()
        browser.keys("tab", "tab", "tab")
        browser.type("1985")
        #expect(browser.keys("enter").isEmpty)
        #expect(browser.screen().contains("a whole year is 19850101-19851231"))
        browser.keys("ctrl-u")
        browser.type("1985-02-30")
        #expect(browser.keys("enter").isEmpty)
        browser.keys("ctrl-u")
        browser.type("1985-02-03")
        #expect(browser.screen().contains("sent as 19850203"))
        let request = try #require(browser.keys("enter").finds.first)
        #expect(request.identifier.string(.patientBirthDate) == "19850203")
    }

    @Test("a patient of the query before does not linger in the next one")
    func nothingLingers() throws {
        var browser = open()
        browser.type("SMI*")
        browser.keys("up", "left", "enter")
        browser.keys("p", "tab", "tab")
        browser.type("4711")
        let query = try #require(browser.keys("enter").finds.first?.query)
        #expect(query[name]?.isMatching == false)
        #expect(query[AttributePath([], .patientID)]?.value == "4711")
        #expect(query[date]?.isMatching == true, "scope and day are kept, as the last time")
    }

    @Test("a family name that holds a ^ is a whole name: a given name beside it is refused")
    func caret() throws {
        var browser = open()
        browser.type("SMITH^ANNA")
        #expect(browser.screen().contains("sent as SMITH^ANNA"))
        browser.keys("tab")
        browser.type("X")
        #expect(browser.keys("enter").isEmpty)
    }

    @Test("without a modality in the settings it is not offered")
    func noModality() {
        var server = Sample.server
        server.modality = ""
        let form = PatientForm(base: .worklist(.all), server: server, place: .modality)
        #expect(form.places == [.everywhere, .scope])
        #expect(form.place == .everywhere)
    }

    // MARK: Scopes and days

    @Test("a scope keeps the day in view, and says so; t returns to today")
    func scopeKeepsDay() throws {
        var browser = Browser.loaded()
        browser.keys("]")
        let request = try #require(browser.keys("2").finds.first)
        #expect(request.query[date]?.value == "tomorrow")
        #expect(browser.screen().contains("This modality, tomorrow (2026-11-25): t returns to today"))
        let today = try #require(browser.keys("t").finds.first)
        #expect(today.query[date]?.value == "today")
        #expect(today.query[date]?.source == .generated)
        #expect(today.query[modality]?.value == "CT")
        #expect(today.query[station]?.isMatching == false)
    }

    @Test("after a patient of any day a scope asks for today, and for that patient no more")
    func scopeAfterPatient() throws {
        var browser = open()
        browser.type("SMI*")
        browser.keys("enter")
        let request = try #require(browser.keys("1").finds.first)
        #expect(request.query[name]?.isMatching == false)
        #expect(request.query[date]?.value == "today")
    }

    @Test("the day keys work on a patient query too: the patient stays")
    func dayOfPatient() throws {
        var browser = open()
        browser.type("SMI*")
        browser.keys("enter")
        let back = try #require(browser.keys("[").finds.first)
        #expect(back.query[name]?.value == "SMI*")
        #expect(back.query[date]?.value == "yesterday")
        #expect(try #require(browser.keys("t").finds.first).query[date]?.value == "today")
    }

    @Test("a week moves by weeks; days without an end do not move")
    func weeks() throws {
        var query = Query.worklist
        query.set(date, "week")
        var browser = Sample.browser(query: query)
        _ = browser.begin()
        let next = try #require(browser.keys("]").finds.first)
        #expect(next.query[date]?.value == "20261130-20261206")
        query.set(date, "today..")
        var open = Sample.browser(query: query)
        _ = open.begin()
        #expect(open.keys("]").isEmpty)
        #expect(open.screen().contains("no end to move"))
    }
}
