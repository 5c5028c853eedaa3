import DICOMData
import DICOMMatching
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Saved queries on screen")
struct SavedQueryScreenTests {
    private let modality = AttributePath.step(.modality)
    private let date = AttributePath.step(.scheduledProcedureStepStartDate)
    private let accession = AttributePath([], .accessionNumber)

    // MARK: Running

    @Test("a number runs its query, with modality and station of this server")
    func number() throws {
        var browser = SavedSample.loaded()
        let stat = try #require(browser.keys("4").finds.first)
        #expect(stat.query[AttributePath([], .requestedProcedurePriority)]?.value == "STAT")
        #expect(stat.query[modality]?.isMatching == false)
        let tomorrow = try #require(browser.keys("5").finds.first)
        #expect(tomorrow.query[modality]?.value == "CT")
        #expect(tomorrow.query[date]?.value == "tomorrow")
        #expect(browser.keys("6").finds.isEmpty)
        #expect(browser.screen().contains("no saved query has the number 6"))
    }

    @Test("the title bar shows saved queries beside the scopes where there is room, the one in force in brackets")
    func titleBar() throws {
        var browser = SavedSample.loaded(size: TerminalSize(columns: 160, rows: 50))
        #expect(browser.screen().contains("3 All  4 STAT today  5 Tomorrow"))
        browser.keys("4")
        #expect(browser.screen().contains("[4 STAT today]"))
        #expect(!browser.screen().contains("[3 All]"))
        var narrow = SavedSample.loaded()
        #expect(!narrow.screen().contains("STAT today"))
    }

    @Test("a query that asks for a value has it typed before anything is sent; an empty value is refused")
    func asked() throws {
        var browser = SavedSample.loaded()
        var effects = browser.keys("b")
        effects += browser.keys("j", "j", "enter")
        #expect(effects.finds.isEmpty)
        #expect(browser.context == .editor)
        #expect(browser.keys("enter").finds.isEmpty)
        #expect(browser.screen().contains("Accession Number is asked for each time"))
        browser.type("26-004702")
        let request = try #require(browser.keys("enter").finds.first)
        #expect(request.query[accession]?.value == "26-004702")
    }

    @Test("leaving while a value is asked for sends nothing and keeps the query in force")
    func askedAndLeft() {
        var browser = SavedSample.loaded()
        let before = browser.query
        browser.keys("b", "j", "j", "enter")
        browser.type("26")
        #expect(browser.keys("esc").isEmpty)
        #expect(browser.query == before)
    }

    @Test("the browser starts with the query of the configuration, or the one of the command line")
    func start() throws {
        var all = SavedSample.browser(start: "all")
        #expect(try #require(all.start().finds.first).query[modality]?.isMatching == false)
        var modal = SavedSample.browser(start: "modality")
        let request = try #require(modal.start().finds.first)
        #expect(request.query[modality]?.value == "CT")
        #expect(request.query[.step(.scheduledStationAETitle)]?.isMatching == false)
        var saved = SavedSample.browser(start: "stat today")
        #expect(try #require(saved.start().finds.first).query.name == "STAT today")
        var opened = SavedSample.browser(start: "all", opening: SavedSample.tomorrow)
        #expect(try #require(opened.start().finds.first).query.name == "Tomorrow")
    }

    @Test("a start that is not there is said, and the narrowest scope is asked for instead")
    func missingStart() throws {
        var browser = SavedSample.browser(start: "Nothing")
        let request = try #require(browser.start().finds.first)
        #expect(request.query[.step(.scheduledStationAETitle)]?.value == "CT01")
        #expect(browser.screen().contains("there is no saved query of that name"))
    }

    // MARK: The list

    @Test("the list names numbers, words and files; broken files are told with their line and are left alone")
    func list() {
        var browser = SavedSample.loaded()
        #expect(browser.keys("b").queryFiles.count == 1, "the folder is read anew")
        let screen = browser.screen()
        #expect(screen.contains("4  STAT today"))
        #expect(screen.contains("what cannot wait"))
        #expect(screen.contains("date=tomorrow(20261125)"))
        #expect(screen.contains("broken: line 3:"))
        browser.keys("G")
        for key in ["enter", "e", "R", "d", "7", "0"] {
            #expect(browser.keys(key).isEmpty, "\(key) does nothing to a broken file")
            #expect(browser.context == .queries)
        }
        #expect(browser.screen().contains("mend it with a text editor"))
    }

    @Test("examples stand there while nothing is saved; a digit saves the one under the cursor")
    func examples() throws {
        var browser = SavedSample.loaded([])
        browser.keys("b")
        let screen = browser.screen()
        #expect(screen.contains("Nothing is saved yet. S in the list"))
        let written = try #require(browser.keys("7").written.first)
        #expect(written.saved.name == "STAT today")
        #expect(written.saved.number == 7)
        #expect(written.over == nil)
    }

    @Test("a digit that is free gives a number at once")
    func renumber() throws {
        var browser = SavedSample.loaded([SavedSample.file(SavedSample.stat), SavedSample.file(SavedSample.accession)])
        browser.keys("b", "j")
        let written = browser.keys("7").written
        #expect(written.map(\.saved.name) == ["By accession"])
        #expect(written.map(\.saved.number) == [7])
        #expect(written.allSatisfy { $0.over != nil })
    }

    @Test("a file edited by hand is not written without a question, which starts at leaving it")
    func handEdited() throws {
        var browser = SavedSample.loaded()
        browser.keys("b", "j")
        #expect(browser.keys("0").queryFiles.isEmpty)
        #expect(browser.screen().contains("was edited by hand"))
        #expect(browser.keys("enter").queryFiles.isEmpty, "the first answer leaves the file as it is")
        browser.keys("0", "j")
        let written = try #require(browser.keys("enter").written.first)
        #expect(written.saved.number == nil)
        #expect(written.saved.columns == ["time", "patient"], "columns and order are carried along")
        #expect(written.saved.sort == ["-time"])
    }

    @Test("the number of a query whose file was edited by hand is not taken away")
    func takenByHandEdited() {
        var browser = SavedSample.loaded()
        browser.keys("b")
        #expect(browser.keys("5").queryFiles.isEmpty)
        #expect(browser.screen().contains("change its number there"))
    }

    @Test("deleting asks first and begins at keeping")
    func delete() throws {
        var browser = SavedSample.loaded()
        browser.keys("b", "d")
        #expect(browser.screen().contains("Delete 'STAT today'?"))
        #expect(browser.keys("enter").queryFiles.isEmpty)
        browser.keys("d", "j")
        guard case .delete(let file)? = browser.keys("enter").queryFiles.first else {
            Issue.record("nothing is deleted")
            return
        }
        #expect(file.saved?.name == "STAT today")
    }

    @Test("renaming gives the query a new name, which must be free")
    func rename() throws {
        var browser = SavedSample.loaded()
        browser.keys("b", "R", "ctrl-u")
        browser.type("By accession")
        #expect(browser.keys("enter").queryFiles.isEmpty)
        #expect(browser.screen().contains("there is one of this name"))
        browser.keys("ctrl-u")
        browser.type("Urgent")
        guard case .rename(let file, let saved)? = browser.keys("enter").queryFiles.first else {
            Issue.record("nothing is renamed")
            return
        }
        #expect(file.saved?.name == "STAT today")
        #expect(saved.name == "Urgent")
        #expect(saved.query.name == "Urgent")
    }

    @Test("y copies the file as it stands; not while names are hidden")
    func copy() {
        var browser = SavedSample.loaded()
        browser.keys("b")
        #expect(browser.keys("y").copies == ["name = \"STAT today\"\n"])
        browser.keys("esc", "P", "b")
        #expect(browser.keys("y").copies.isEmpty)
    }

    @Test("what the folder holds is shown when it is read, the cursor on its query")
    func reread() {
        var browser = SavedSample.loaded()
        browser.keys("b", "j")
        _ = browser.update(.queryFiles(.read([SavedSample.file(SavedSample.tomorrow)])))
        let screen = browser.screen()
        #expect(!screen.contains("STAT today"))
        #expect(screen.contains("▸ 5  Tomorrow") || screen.contains("▸5  Tomorrow"), "\(screen)")
        #expect(browser.settings.problems.isEmpty, "the broken file is gone, and so is its problem")
    }

    // MARK: Saving

    @Test("S saves the query in force under a name, a number and a comment")
    func save() throws {
        var browser = SavedSample.loaded([])
        browser.keys("S")
        browser.type("Mine")
        browser.keys("tab")
        browser.type("47")
        browser.keys("tab")
        browser.type("every morning")
        let written = try #require(browser.keys("enter").written.first)
        #expect(written.saved.name == "Mine")
        #expect(written.saved.number == 7)
        #expect(written.saved.comment == "every morning")
        #expect(written.saved.later[modality] == .configuration)
        #expect(written.over == nil)
        let file = SavedSample.file(written.saved)
        _ = browser.update(.queryFiles(.written(written.saved, path: file.path, [file])))
        #expect(browser.context == .list)
        #expect(browser.screen().contains("saved 'Mine': 7 runs it"))
        #expect(browser.keys("7").finds.count == 1)
    }

    @Test("an empty name, a reserved one and a wrong number are told in place")
    func wrongNames() {
        var browser = SavedSample.loaded([])
        browser.keys("S")
        #expect(browser.keys("enter").isEmpty)
        #expect(browser.screen().contains("a name is needed"))
        browser.type("all")
        #expect(browser.keys("enter").isEmpty)
        #expect(browser.screen().contains("means a scope"))
        browser.keys("ctrl-u")
        browser.type("x")
        browser.keys("tab")
        browser.type("3")
        #expect(browser.keys("enter").isEmpty)
        #expect(browser.screen().contains("1 2 3 are the scopes"))
    }

    @Test("values of a patient are saved only when the user says so")
    func personal() throws {
        func asked() throws -> Browser {
            var browser = SavedSample.loaded([])
            browser.keys("p")
            browser.type("SMI*")
            browser.keys("enter", "S")
            browser.type("Smiths")
            #expect(browser.keys("enter").queryFiles.isEmpty)
            #expect(browser.screen().contains("This query tells who a patient is"))
            return browser
        }
        let name = AttributePath([], .patientName)
        var empty = try asked()
        let without = try #require(empty.keys("enter").written.first?.saved)
        #expect(without.query[name]?.isMatching == false)
        #expect(without.later[name] == .user)
        var keeping = try asked()
        let with = try #require(keeping.keys("j", "enter").written.first?.saved)
        #expect(with.query[name]?.value == "SMI*")
        var cancelled = try asked()
        #expect(cancelled.keys("j", "j", "enter").isEmpty)
        var left = try asked()
        #expect(left.keys("esc").isEmpty)
    }

    @Test("nothing is saved while names are hidden")
    func privacy() {
        var browser = SavedSample.loaded()
        browser.keys("P", "S")
        #expect(browser.context == .list)
    }

    @Test("a failure keeps the dialog, and says what to do")
    func failure() {
        var browser = SavedSample.loaded([])
        browser.keys("S")
        browser.type("x")
        browser.keys("enter")
        _ = browser.update(.queryFiles(.failed("not done: x.toml: no space left on device", [])))
        #expect(browser.context == .form)
        #expect(browser.screen().contains("no space left on device"))
    }

    @Test("S in the builder saves what is built; the builder then says it is not modified")
    func fromBuilder() throws {
        var browser = SavedSample.loaded([])
        browser.keys("e", "space")
        #expect(browser.screen().contains("*modified"))
        browser.keys("S")
        browser.type("Wide")
        let saved = try #require(browser.keys("enter").written.first?.saved)
        #expect(saved.query[modality]?.isMatching == false)
        #expect(saved.later[modality] == nil, "an emptied key stays empty")
        _ = browser.update(.queryFiles(.written(saved, path: "/q/Wide.toml", [SavedSample.file(saved)])))
        let screen = browser.screen()
        #expect(screen.contains("query: Wide"))
        #expect(!screen.contains("*modified"))
    }

    @Test("a saved query opened in the builder keeps what it asks for, and saves it again")
    func editAsked() throws {
        var browser = SavedSample.loaded()
        browser.keys("b", "j", "j", "e")
        #expect(browser.context == .builder)
        browser.keys("S")
        let over = try #require(browser.keys("enter").written.first)
        #expect(over.saved.later[accession] == .user)
        #expect(over.over?.saved?.name == "By accession")
    }
}

extension SavedSample {
    static let standardFiles = [file(stat), file(tomorrow, isHandEdited: true), file(accession), broken]
}
