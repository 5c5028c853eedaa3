import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

/// The columns and the order that a saved query names.
@Suite("The list of a saved query")
struct SavedViewTests {
    private static func saved(
        _ name: String = "By room",
        number: Int? = 6,
        columns: [String] = ["time", "id", "InstitutionName", "patient"],
        sort: [String] = ["-time", "patient"]
    ) -> SavedQuery {
        var query = Query.worklist
        query.set(.step(.scheduledProcedureStepStartDate), "today", source: .generated)
        return SavedQuery(name: name, number: number, query: query, columns: columns, sort: sort)
    }

    private func shown(_ browser: Browser) -> [String] { browser.view.columnNames }

    @Test("opening a saved query shows the columns and the order it names, and asks for what they show")
    func opens() throws {
        var browser = SavedSample.loaded([SavedSample.file(Self.saved())])
        let request = try #require(browser.keys("6").finds.first)
        #expect(shown(browser) == ["time", "id", "InstitutionName", "patient"])
        #expect(
            browser.list?.rows.order == SortOrder([.init(column: .time, isDescending: true), .init(column: .patient)])
        )
        #expect(request.query.asks(for: AttributePath([], .institutionName)))
        browser.receive(request.id, Sample.morning)
        browser.complete(request.id)
        let header = try #require(browser.screen().split(separator: "\n").first { $0.contains("Institution") })
        #expect(header.contains("Patient") && header.contains("ID") && !header.contains("Procedure"))
        #expect(browser.message == nil)
    }

    @Test("so does one that the command line or the configuration names")
    func start() {
        var opened = SavedSample.browser(opening: Self.saved("From a file", number: nil))
        _ = opened.start()
        #expect(shown(opened).count == 4)
        var configured = SavedSample.browser([SavedSample.file(Self.saved())], start: "by room")
        _ = configured.start()
        #expect(shown(configured).count == 4)
    }

    @Test("the next query is looked at as before")
    func leaves() {
        var browser = SavedSample.loaded([SavedSample.file(Self.saved())])
        browser.show(ListView(columns: ["time", "patient"]).columns)
        browser.keys("6")
        #expect(shown(browser).count == 4)
        browser.keys("3")
        #expect(shown(browser) == ["time", "patient"])
        #expect(browser.view.sort == nil)
        #expect(browser.list?.rows.order == .standard)
    }

    @Test("what the file leaves open is as the user has it")
    func half() {
        var browser = SavedSample.loaded([SavedSample.file(Self.saved(columns: [], sort: ["id"]))])
        browser.show(ListView(columns: ["time", "patient"]).columns)
        browser.keys("6")
        #expect(shown(browser) == ["time", "patient"])
        #expect(browser.view.sortNames == ["id"])
    }

    @Test("a name that means no column is told, and the rest of the file holds")
    func broken() throws {
        let query = Self.saved(columns: ["time", "nonsense", "id"], sort: ["-rubbish", "id"])
        var file = SavedSample.file(query)
        file.text = "name = \"By room\"\nnumber = 6\ncolumns = [\"time\", \"nonsense\", \"id\"]\n"
        var browser = SavedSample.loaded([file], size: TerminalSize(columns: 160, rows: 50))
        #expect(browser.keys("6").finds.count == 1)
        #expect(shown(browser) == ["time", "id"])
        #expect(browser.view.sortNames == ["id"])
        let screen = browser.screen()
        #expect(screen.contains("'By room': there is no column 'nonsense', '-rubbish', the rest is shown"), "\(screen)")
        #expect(file.problem?.line == 3)
        browser.keys("b", "j", "j", "j")
        #expect(browser.screen().contains("! there is no column 'nonsense'"))
    }

    @Test(
        "columns changed meanwhile are for now: no state remembers them, S offers them, and running it anew shows the file's"
    )
    func changed() throws {
        var browser = SavedSample.loaded([SavedSample.file(Self.saved())])
        browser.keys("6")
        let effects = browser.keys("c", "space", "enter")
        #expect(effects.remembered.isEmpty)
        #expect(browser.screen().contains("for now only: S keeps the list like this in 'By room'"))
        let present = shown(browser)
        #expect(present.count == 3)
        browser.keys("r")
        #expect(shown(browser) == present, "a refresh leaves them")
        browser.keys("S")
        #expect(
            browser.screen().contains("as it is now     3 columns, sorted by -time, patient"),
            "\(browser.screen())"
        )
        let written = try #require(browser.keys("enter").written.first)
        #expect(written.saved.columns == present)
        #expect(written.saved.sort == ["-time", "patient"])
        browser.keys("esc", "6")
        #expect(shown(browser).count == 4)
    }

    @Test("running it on rows that are there already arranges them at once")
    func arranges() throws {
        var plain = Self.saved("Plain", number: 5, columns: [], sort: [])
        plain.query.name = "Plain"
        var browser = SavedSample.loaded([SavedSample.file(Self.saved()), SavedSample.file(plain)])
        let first = try #require(browser.keys("5").finds.first)
        browser.receive(first.id, Sample.morning)
        browser.complete(first.id)
        let before = browser.list?.rows.row(at: 0)
        browser.keys("6")
        #expect(browser.run != nil)
        #expect(browser.list?.rows.order.isDescending == true)
        #expect(browser.list?.rows.row(at: 0) != before)
    }

    @Test(
        "saving offers the list as it is on screen; another choice leaves it open; a list nobody arranged asks nothing"
    )
    func offers() throws {
        var usual = SavedSample.loaded([])
        usual.keys("S")
        #expect(!usual.screen().contains("List "))
        var browser = SavedSample.loaded([])
        browser.show(ListView(columns: ["time", "patient", "id"]).columns)
        browser.keys("S")
        browser.type("Mine")
        #expect(browser.screen().contains("as it is now     3 columns"))
        var open = browser
        let written = try #require(browser.keys("enter").written.first)
        #expect(written.saved.columns == ["time", "patient", "id"])
        open.keys("tab", "tab", "tab", "right")
        #expect(open.screen().contains("< not kept >"))
        #expect(try #require(open.keys("enter").written.first).saved.columns.isEmpty)
    }

    @Test("the builder keeps the columns of the file it came from, whatever another list shows")
    func fromBuilder() throws {
        var browser = SavedSample.loaded([SavedSample.file(Self.saved())])
        browser.show(ListView(columns: ["patient"]).columns)
        browser.keys("b", "j", "j", "j", "e", "S")
        #expect(browser.screen().contains("as saved"), "\(browser.screen())")
        let written = try #require(browser.keys("enter").written.first)
        #expect(written.saved.columns == ["time", "id", "InstitutionName", "patient"])
    }
}
