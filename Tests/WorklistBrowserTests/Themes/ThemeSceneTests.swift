import Terminal
import Testing

@testable import WorklistBrowser

/// What the real screens look like in each theme: every cell of them.
@Suite("Screens in every theme")
struct ThemeSceneTests {
    static let themes = [
        "default", "dark", "light", "high-contrast", "deuteranopia", "tritanopia", "mono", "ascii", "print",
    ]
    static let withBackground = ["dark", "light", "high-contrast", "deuteranopia", "tritanopia", "print"]

    /// Screens and dialogs, by the keys that lead to them from a list.
    static let screens: [[String]] = [
        [], ["?"], [":"], ["s"], ["v"], ["e"], ["e", "a"], ["e", "enter"], ["e", "h"], ["enter"], ["enter", "b"], ["T"],
        ["/", "a"], ["P"], ["ctrl-c"], ["v", "a"], ["Z"],
    ]

    private static let colourless = grids(
        Theme.mono.adapted(to: .mono, ascii: true),
        TerminalSize(columns: 80, rows: 24)
    )

    /// Every screen in a theme, with a name for messages.
    private static func grids(_ theme: Theme, _ size: TerminalSize) -> [(name: String, grid: Grid)] {
        var result: [(String, Grid)] = []
        for scene in SampleScene.allCases {
            var browser = scene.browser(theme, size)
            result.append((scene.rawValue, browser.render(size: size).grid))
        }
        let loaded = Browser.loaded(theme: theme, size: size)
        for keys in screens {
            // On the cursor and off it: a row has other colours there.
            for isLast in keys.isEmpty ? [false, true] : [true] {
                var browser = loaded
                if isLast { browser.keys("G") }
                for key in keys { browser.keys(key) }
                if keys == ["T"] { _ = browser.update(.themesRead(ThemePickerTests.choices)) }
                result.append(("keys " + keys.joined(separator: " "), browser.render(size: size).grid))
            }
        }
        return result
    }

    @Test(
        "every letter on every screen can be read",
        arguments: withBackground,
        [ColorDepth.trueColor, .indexed256]
    )
    func contrast(name: String, depth: ColorDepth) throws {
        let theme = try ThemeLibrary().theme(named: name, depth: depth)
        let text = name == "high-contrast" ? Contrast.enhanced : Contrast.text
        let usual = TerminalSize(columns: 80, rows: 24)
        let frame: Set<String> = Set(
            [
                Glyph.horizontal, .vertical, .topLeft, .topRight, .bottomLeft, .bottomRight, .teeLeft, .teeRight,
                .teeTop, .teeBottom, .cross, .scrollTrack, .scrollThumb,
            ].map { theme.glyph($0).string }
        )
        // The split screen has no other colours with fewer of them.
        for size in depth == .trueColor ? [usual, TerminalSize(columns: 160, rows: 50)] : [usual] {
            for (screen, grid) in Self.grids(theme, size) {
                var seen: Set<Style> = []
                for row in 0..<grid.rows {
                    for column in 0..<grid.columns {
                        let cell = grid[row, column]
                        if cell.isBlank || cell.width == 0 { continue }
                        let isFrame = frame.contains(cell.text)
                        if !isFrame, !seen.insert(cell.style).inserted { continue }
                        let ratio = try #require(
                            Contrast.ratio(cell.style.foreground, cell.style.background),
                            "\(screen): '\(cell.text)' has a colour of the terminal: \(cell.style)"
                        )
                        let needed = isFrame ? Contrast.sign : text
                        guard ratio < needed else { continue }
                        Issue.record("\(screen), row \(row): '\(cell.text)' \(cell.style): \(ratio)")
                    }
                }
            }
        }
    }

    @Test(
        "with few colours no letter has the colour of its background",
        arguments: themes,
        [ColorDepth.ansi16, .ansi8]
    )
    func fewColors(name: String, depth: ColorDepth) throws {
        let theme = try ThemeLibrary().theme(named: name, depth: depth)
        for (screen, grid) in Self.grids(theme, TerminalSize(columns: 80, rows: 24)) {
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    let cell = grid[row, column]
                    if cell.isBlank || cell.width == 0 { continue }
                    let style = cell.style.quantized(to: depth)
                    guard style.foreground == style.background, style.foreground != .default else { continue }
                    Issue.record("\(screen), row \(row): '\(cell.text)' \(style)")
                }
            }
        }
    }

    @Test("every theme says the same: no word, letter or mark is in the colours alone", arguments: themes)
    func sameWords(name: String) throws {
        let theme = try ThemeLibrary().theme(named: name).adapted(to: .trueColor, ascii: true)
        let size = TerminalSize(columns: 80, rows: 24)
        for (own, colourless) in zip(Self.grids(theme, size), Self.colourless) where !own.name.hasSuffix("T") {
            // A fill has a blank on either side; the words are the same.
            let words = own.grid.dump().split(separator: " ")
            #expect(words == colourless.grid.dump().split(separator: " "), "\(own.name)")
        }
    }

    @Test("the states of a step differ by their letters")
    func letters() {
        let all: [StepStatus] = [.scheduled, .arrived, .ready, .started, .departed, .completed, .discontinued, .other]
        #expect(Set(all.map(\.letter.string)).count == all.count)
    }

    @Test("the sample of a theme shows every state and outcome", arguments: themes)
    func sample(name: String) throws {
        let grid = ThemeSample.grid(try ThemeLibrary().theme(named: name), columns: 84)
        for word in ["S scheduled", "X discontinued", "cancelled", " failed ", "NO ID", "PROD"] {
            #expect(grid.contains(word), "\(word)")
        }
        GridInvariants.check(grid)
    }
}
