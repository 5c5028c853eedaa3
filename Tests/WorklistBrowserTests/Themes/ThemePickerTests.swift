import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Theme picker")
struct ThemePickerTests {
    static let choices: [ThemeChoice] = ThemeLibrary().catalogue().filter { !$0.isOverlay }.map {
        ThemeChoice(name: $0.name, path: $0.path, theme: $0.theme)
    }

    private func opened() -> Browser {
        var browser = Browser.loaded()
        let effects = browser.keys("T")
        #expect(effects.contains { if case .readThemes = $0 { true } else { false } })
        _ = browser.update(.themesRead(Self.choices))
        return browser
    }

    private func remembered(_ effects: [Effect]) -> [String] {
        effects.compactMap { if case .rememberTheme(let name) = $0 { name } else { nil } }
    }

    @Test("it begins at the theme in use, with where each one is from")
    func list() {
        var browser = opened()
        let text = browser.screenText()
        #expect(text.contains("▸ default          any      built in  in use"))
        #expect(text.contains("high-contrast"))
        #expect(text.contains("failed"))
    }

    @Test("moving shows the whole screen in the theme under the cursor; Esc brings back the one before")
    func preview() throws {
        var browser = opened()
        let light = try #require(try Self.choices.first { $0.name == "light" }?.theme.get())
        browser.keys("j", "j")
        #expect(browser.theme.name == "light")
        let grid = browser.render(size: TerminalSize(columns: 80, rows: 24)).grid
        #expect(grid[23, 79].style.background == light.ground.background)
        #expect(remembered(browser.keys("esc")).isEmpty)
        #expect(browser.theme.name == "default")
        #expect(browser.overlays.isEmpty)
    }

    @Test("Enter keeps the theme and remembers it")
    func keep() {
        var browser = opened()
        browser.keys("j")
        #expect(remembered(browser.keys("enter")) == ["dark"])
        #expect(browser.theme.name == "dark")
        #expect(browser.screenText().contains("theme dark"))
    }

    @Test("a theme that cannot be used shows file, line and what is expected, and the one before stays")
    func broken() {
        var browser = Browser.loaded()
        browser.keys("T")
        let error = ThemeError(file: "/home/a/themes/mine.toml", line: 7, message: "unknown scope \"tabel\"")
        let mine = ThemeChoice(name: "mine", path: "/home/a/themes/mine.toml", theme: .failure(error))
        _ = browser.update(.themesRead(Self.choices + [mine]))
        browser.keys("G")
        #expect(browser.theme.name == "default")
        let text = browser.screenText()
        #expect(text.contains("broken"))
        #expect(text.contains("mine.toml:7:"))
        #expect(remembered(browser.keys("enter")).isEmpty)
        #expect(browser.overlays.count == 1)
        browser.keys("esc")
        #expect(browser.theme.name == "default")
    }

    @Test("a theme asked for by name is used once it has been read; an unknown name says which there are")
    func named() {
        var browser = Browser.loaded()
        _ = browser.useTheme(named: "tritanopia")
        #expect(remembered(browser.update(.themesRead(Self.choices))) == ["tritanopia"])
        #expect(browser.theme.name == "tritanopia")
        _ = browser.useTheme(named: "nordic")
        #expect(browser.update(.themesRead(Self.choices)).isEmpty)
        #expect(browser.message?.text.string.contains("there is no theme 'nordic'") == true)
        #expect(browser.theme.name == "tritanopia")
    }

    @Test("a theme that could not be remembered is said to be for now only")
    func notRemembered() {
        var browser = Browser.loaded()
        _ = browser.update(.themeNotRemembered(reason: "state.toml: no space left"))
        #expect(browser.screenText().contains("for now only"))
    }

    @Test("the server's accent lays its overlay over whatever theme is chosen, and takes it away again")
    func overlay() throws {
        var settings = BrowserSettings()
        settings.overlays["prod"] = try ThemeLibrary().overlay(named: "prod")
        var browser = Browser(
            theme: try ThemeLibrary().theme(named: "dark"),
            servers: [Sample.server],
            current: Sample.server,
            configPath: "config.toml",
            settings: settings,
            now: Sample.start
        )
        let size = TerminalSize(columns: 80, rows: 24)
        let red = try #require(try ThemeLibrary().overlay(named: "prod")).self
        let bar = try ThemeLibrary().theme(named: "dark").laid(red).style("ui.bar").background
        #expect(browser.render(size: size).grid[0, 79].style.background == bar)
        var other = Sample.server
        other.accent = .test
        _ = browser.use(other)
        #expect(browser.render(size: size).grid[0, 79].style.background != bar)
        _ = browser.use(Sample.server)
        browser.wear(try ThemeLibrary().theme(named: "light"))
        #expect(browser.render(size: size).grid[0, 79].style.background == bar)
        #expect(browser.chosenTheme.name == "light")
    }
}
