import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Help and palette")
struct HelpAndPaletteTests {
    @Test("help says why a command does nothing now, and does not close for it")
    func reasons() {
        var browser = Browser.loaded()
        browser.keys("?")
        browser.type("cancel the running")
        #expect(browser.screenText().contains("(no query is running)"))
        #expect(browser.keys("enter").isEmpty)
        #expect(browser.overlays.last?.is(HelpDialog.self) == true)
        #expect(browser.screenText().contains("query.cancel: no query is running"))
        browser.keys("esc")
        let id = browser.keys("2").finds.first?.id
        browser.keys("?")
        browser.type("cancel the running")
        #expect(!browser.screenText().contains("(no query is running)"))
        #expect(browser.keys("enter").cancels == [id].compactMap(\.self))
    }

    @Test("help shows every key of a command, those of the user's keymap too, and commands without a key")
    func keys() throws {
        var browser = Browser.loaded()
        try browser.keymap.bind(key: "ctrl-x r", to: "query.run", in: "list")
        for key in ["x"] { try browser.keymap.bind(key: key, to: "", in: "list") }
        browser.keys("?")
        browser.type("run the query")
        #expect(browser.screenText().contains("^X r, r, F5"))
        browser.keys("ctrl-u")
        browser.type("cancel the running")
        #expect(browser.screenText().contains("-"))
    }

    @Test("a filter, a column, a day and a server are typed behind the command's word")
    func arguments() {
        var browser = Browser.loaded()
        browser.keys(":")
        browser.type("filter smith")
        browser.keys("enter")
        #expect(browser.list?.rows.filter?.text == "smith")
        #expect(browser.visibleRowCount == 2)
        browser.keys(":")
        browser.type("sort -id")
        browser.keys("enter")
        #expect(browser.list?.rows.order == SortOrder(column: .id, isDescending: true))
        browser.keys(":")
        browser.type("day -1")
        let asked = browser.keys("enter").finds
        #expect(asked.first?.query[.step(.scheduledProcedureStepStartDate)]?.value == "yesterday")
        browser.keys(":")
        browser.type("day 2026-12-24")
        let later = browser.keys("enter").finds
        #expect(
            later.first?.query[.step(.scheduledProcedureStepStartDate)]?.wireValue(now: browser.now.queryMoment)
                == "20261224"
        )
        browser.keys(":")
        browser.type("server RIS-PROD")
        #expect(browser.keys("enter").finds.count == 1)
    }

    @Test(
        "what cannot be understood behind a word is said, and nothing is done",
        arguments: [
            ("day noon", "is no day"), ("sort colour", "there is no column"), ("server RIS", "there is no server"),
            ("day 99999999999999999999", "is no day"),
        ]
    )
    func misunderstood(_ typed: String, _ words: String) {
        var browser = Browser.loaded()
        let before = browser.query
        browser.keys(":")
        browser.type(typed)
        #expect(browser.keys("enter").isEmpty)
        #expect(browser.query == before)
        #expect(browser.screenText().contains(words), "\(browser.screenText())")
    }

    @Test("the palette of another screen has that screen's commands")
    func elsewhere() {
        var browser = Browser.loaded()
        browser.keys("e", ":")
        browser.type("undo")
        #expect(browser.screenText().contains("builder.undo"))
        browser.keys("esc", "esc")
        #expect(browser.overlays.isEmpty)
    }

    @Test("the bottom line offers what can be done, the most useful first")
    func bottomLine() {
        func line(_ browser: inout Browser) -> Substring { browser.screenText().split(separator: "\n").last ?? "" }
        var browser = Sample.browser()
        let id = browser.begin()
        #expect(!line(&browser).contains("detail"))
        browser.receive(id, Sample.morning)
        #expect(line(&browser).contains("Enter detail"))
        #expect(!line(&browser).contains("r run"))
        browser.complete(id)
        #expect(line(&browser).contains("r run"))
        browser.keys("/")
        browser.type("smith")
        browser.keys("enter")
        #expect(line(&browser).hasPrefix(" \\ all rows"))
        browser.keys("\\")
        #expect(!line(&browser).contains("all rows"))
    }

    @Test(
        "problems of the user's files are said at the start, offered as long as they last, and shown with file and line"
    )
    func problems() {
        var settings = BrowserSettings()
        settings.problems = [
            SettingsProblem(
                path: "/home/u/.config/worklist/config.toml",
                line: 12,
                text: "mouse must be true or false"
            ),
            SettingsProblem(path: "/home/u/.config/worklist/keymap.toml", text: "not UTF-8\u{1B}[2J text"),
        ]
        var browser = Browser(
            theme: .standard,
            servers: [Sample.server],
            current: Sample.server,
            configPath: "config.toml",
            settings: settings,
            now: Sample.start
        )
        let id = browser.begin()
        #expect(browser.screenText().contains("2 entries of your files cannot be used: ! shows them"))
        browser.receive(id, Sample.morning)
        browser.keys("j")
        #expect(browser.screenText().contains("! 2 problems"))
        browser.keys("!")
        #expect(browser.screenText().contains("/home/u/.config/worklist/config.toml:12"))
        #expect(browser.screenText().contains("mouse must be true or false"))
        #expect(browser.screenText().contains("not UTF-8␛[2J text"))
        browser.keys("j", "j", "j", "k", "esc")
        #expect(browser.overlays.isEmpty)
    }

    @Test("without problems there is nothing to show, and nothing is offered")
    func noProblems() {
        var browser = Browser.loaded()
        #expect(!browser.screenText().contains("problem"))
        browser.keys("!")
        #expect(browser.overlays.isEmpty)
        #expect(browser.screenText().contains("nothing wrong"))
    }

    @Test("who has servers, and none to start with, chooses one before anything is asked")
    func chooseServer() {
        var browser = Browser(
            theme: .standard,
            servers: [Sample.server],
            current: nil,
            configPath: "config.toml",
            now: Sample.start
        )
        #expect(browser.start().isEmpty)
        #expect(browser.overlays.last?.is(ServerMenu.self) == true)
        #expect(browser.keys("enter").finds.count == 1)
    }
}
