import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Choosing columns and orders, and the memory of both")
struct ColumnsDialogTests {
    private func loaded() -> Browser {
        var browser = Browser.loaded()
        _ = browser.screenText()
        return browser
    }

    private func header(_ browser: Browser) -> String {
        var browser = browser
        return browser.screenText().split(separator: "\n").first { $0.contains(" St ") }.map(String.init) ?? ""
    }

    @Test("hiding and showing takes effect at once behind the dialog; Esc brings back what was there")
    func liveAndBack() {
        var browser = loaded()
        let before = header(browser)
        browser.keys("c", "j")
        #expect(header(browser) == before)
        browser.keys("space")
        #expect(!header(browser).contains("Time"))
        #expect(browser.screenText().contains("ID 00481516"), "who the row is stays on screen")
        let effects = browser.keys("esc")
        #expect(header(browser) == before)
        #expect(browser.overlays.isEmpty)
        #expect(effects.remembered.isEmpty)
    }

    @Test("even the columns that say who a patient is can be hidden: the identity bar has them in full")
    func identityStays() {
        var browser = loaded()
        browser.show(ListView(columns: ["time", "procedure"]).columns)
        let screen = browser.screenText()
        #expect(!header(browser).contains("Patient"))
        #expect(screen.contains("NGUYEN, Thi Lan   born 1961-03-08 (65 y)   F   ID 00481516"))
        #expect(screen.contains(" *08:30") || screen.contains("*"), "patients alike are still marked")
    }

    @Test("Enter keeps the columns, for the lists of this scope, and for the next start")
    func remembered() throws {
        var browser = loaded()
        browser.keys("c", "j", "space")
        let effects = browser.keys("enter")
        let view = try #require(effects.remembered.first)
        #expect(view.name == "This scanner")
        #expect(view.view.columnNames == ["patient", "born", "sex", "id", "accession", "procedure"])
        let again = browser.keys("c", "enter")
        #expect(again.remembered.isEmpty, "nothing has changed")

        var settings = BrowserSettings()
        settings.views["This scanner"] = view.view
        var next = Browser(
            theme: .standard,
            servers: [Sample.server],
            current: Sample.server,
            configPath: "",
            settings: settings,
            now: Sample.start
        )
        _ = next.update(.resized(TerminalSize(columns: 80, rows: 24)))
        let id = next.begin()
        next.receive(id, Sample.morning)
        #expect(!header(next).contains("Time"))
        #expect(header(next).contains("Patient"))
    }

    @Test("a scope without a memory of its own keeps the view; one that has one brings it back")
    func perScope() {
        var browser = loaded()
        browser.keys("c", "j", "space", "enter")
        let effects = browser.keys("3")
        #expect(effects.finds.count == 1)
        #expect(browser.view.columnNames.first == "patient")
        browser.keys("c", "R", "enter")
        #expect(browser.view.columns.isEmpty)
        browser.keys("1")
        #expect(browser.view.columnNames.first == "patient")
        browser.keys("c", "R")
        #expect(browser.keys("enter").remembered.map(\.view.isStandard) == [true])
    }

    @Test("J and K move a column, + and - make it wider and narrower")
    func orderAndWidth() throws {
        var browser = loaded()
        browser.keys("c", "j", "j", "K", "K")
        #expect(browser.view.columnNames.prefix(2) == ["patient", "time"])
        #expect(header(browser).contains("St Patient"))
        browser.keys("+", "+")
        let width = try #require(browser.view.columns.first?.width)
        browser.keys("-")
        #expect(browser.view.columns.first?.width == width - 1)
        for _ in 0..<100 where browser.view.columns.first?.width != nil { browser.keys("-") }
        #expect(browser.view.columns.first?.width == nil, "below the narrowest it suits the rows again")
        for _ in 0..<200 { browser.keys("+") }
        #expect(browser.view.columns.first?.width == ListView.widths.upperBound)
        GridInvariants.check(browser.render(size: browser.size).grid)
    }

    @Test("one column stays")
    func lastColumn() {
        var browser = loaded()
        browser.show(ListView(columns: ["time"]).columns)
        browser.keys("c", "space")
        #expect(browser.view.columnNames == ["time"])
        #expect(browser.screenText().contains("one column has to stay"))
    }

    @Test("an attribute the query does not ask for is offered as a return key, and nothing is sent by that")
    func asking() {
        let path = AttributePath([], Tag(0x0008, 0x0080))
        var browser = loaded()
        browser.keys("c", "a")
        browser.type("institution name")
        browser.keys("enter")
        #expect(browser.screenText().contains("The query does not ask for it"))
        browser.keys("enter")
        #expect(browser.screenText().contains("to be asked"))
        #expect(browser.query[path] == nil, "not before the dialog is accepted")
        let effects = browser.keys("enter")
        #expect(effects.finds.isEmpty)
        #expect(browser.query[path]?.value == "")
        #expect(browser.screenText().contains("the query now asks for Institution Name too: r runs it"))
        #expect(browser.keys("r").finds.first?.identifier[path.tag] != nil)
    }

    @Test("refused, the column stays and says that nothing was returned")
    func notAsking() {
        var browser = loaded()
        browser.keys("c", "a")
        browser.type("institution name")
        browser.keys("enter", "esc", "enter")
        #expect(browser.query[AttributePath([], Tag(0x0008, 0x0080))] == nil)
        #expect(browser.view.columnNames.contains("InstitutionName"))
    }

    @Test("an attribute the query asks for is shown without a question; one that is a column already is just shown")
    func askedAlready() {
        var browser = loaded()
        browser.keys("c", "a")
        browser.type("patient's weight")
        browser.keys("enter")
        #expect(browser.context == .columns)
        #expect(browser.view.columnNames.contains("weight"))
        browser.keys("a")
        browser.type("patient's weight")
        browser.keys("enter")
        #expect(browser.view.columnNames.filter { $0 == "weight" }.count == 1)
    }

    @Test("what is shown at the start is asked for, with no value to match, and the builder says where that came from")
    func startAsks() {
        let path = AttributePath([], Tag(0x0008, 0x0080))
        var settings = BrowserSettings()
        settings.views["This scanner"] = ListView(columns: ["time", "patient", "InstitutionName"])
        var browser = Browser(
            theme: .standard,
            servers: [Sample.server],
            current: Sample.server,
            configPath: "",
            settings: settings,
            now: Sample.start
        )
        let find = browser.start().finds.first
        #expect(find?.identifier[path.tag]?.isEmpty == true)
        #expect(find?.query.matchingKeys == Query.worklist(.thisScanner(modality: "CT", station: "CT01")).matchingKeys)
    }

    @Test("a name that holds who a patient is remembers nothing; one that does not is remembered")
    func noPatientNames() {
        var query = Query.worklist(.all)
        query.name = "Smith again"
        query.set(AttributePath([], .patientName), "SMITH*")
        let browser = loaded()
        #expect(browser.viewName(of: query) == nil)
        query.name = "My patient"
        #expect(browser.viewName(of: query) == "My patient")
        query.name = ""
        #expect(browser.viewName(of: query) == nil)
    }

    @Test("the columns do not jump when the list is refreshed")
    func refreshKeeps() throws {
        var browser = loaded()
        browser.keys("c", "j", "space", "enter")
        _ = browser.screenText()
        let before = header(browser)
        let find = try #require(browser.keys("r").finds.first)
        browser.receive(find.id, Sample.morning + [Sample.Step(name: "A^B", id: "1234567890123", accession: "Z")])
        browser.complete(find.id)
        #expect(header(browser) == before)
    }

    @Test("in the sort menu Space adds further keys, header and status line say them, Enter keeps them")
    func severalKeys() {
        var browser = loaded()
        browser.keys("s", "j", "enter", "s", "j", "space", "space")
        #expect(browser.list?.rows.order.keys.map(\.column) == [.patient, .born])
        browser.keys("enter")
        #expect(browser.overlays.isEmpty)
        let screen = browser.screenText()
        #expect(screen.contains("Patient^1"))
        #expect(screen.contains("sort Patient^ Born"))
        #expect(browser.list?.rows.order.keys.map(\.isDescending) == [false, true])
    }

    @Test("sorting by a column as a click does: first up, then down; the order is remembered")
    func click() {
        var browser = loaded()
        #expect(browser.sort(by: ListColumn.id).remembered.map(\.view.sortNames) == [["id"]])
        #expect(browser.sort(by: ListColumn.id).remembered.map(\.view.sortNames) == [["-id"]])
        #expect(browser.list?.rows.order == SortOrder(column: .id, isDescending: true))
        browser.keys("3")
        #expect(browser.list?.rows.order == SortOrder(column: .id, isDescending: true))
    }

    @Test("marking a column out of view brings it into view")
    func focusScrolls() {
        var browser = loaded()
        browser.show(
            ListView(columns: ["time", "patient:30", "born", "id", "study:30", "comments:30", "accession"]).columns
        )
        _ = browser.screenText()
        #expect(header(browser).hasSuffix(">"))
        #expect(!header(browser).contains("Accession"))
        browser.keys("l", "l", "l")
        #expect(header(browser).contains("Accession"))
        #expect(header(browser).contains("Patient"))
        #expect(header(browser).hasPrefix("<"))
        browser.keys("h", "h", "h", "h", "h")
        #expect(header(browser).contains("Born"))
    }
}

extension [Effect] {
    var remembered: [(name: String, view: ListView)] {
        compactMap { if case .rememberView(let name, let view) = $0 { (name, view) } else { nil } }
    }
}
