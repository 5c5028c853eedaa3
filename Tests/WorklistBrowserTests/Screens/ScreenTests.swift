import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Every screen, in every script, size and theme")
struct ScreenTests {
    static let sizes = [(80, 24), (160, 50), (60, 12)].map { TerminalSize(columns: $0, rows: $1) }
    private static let tooSmall = [(40, 10), (1, 1)].map { TerminalSize(columns: $0, rows: $1) }
    private static let themes: [(name: String, theme: Theme)] = [
        ("default", .standard), ("mono", .mono), ("16 colours", Theme.standard.adapted(to: .ansi16, ascii: false)),
    ]
    /// What the styles are kept of: the other scripts have no others.
    private static let styled: Set<Corpus> = [.latin, .hostile]

    /// The list under most dialogs; other scenes at other sizes are written as what differs from it.
    private static let plainScene = "list-complete"
    private static let plain: [Corpus: [[String]]] = Dictionary(
        uniqueKeysWithValues: Corpus.allCases.map { corpus in
            var browser = Browser.loaded(corpus)
            return (corpus, sizes.map { SceneFile.lines(of: browser.render(size: $0).grid) })
        }
    )

    private static func plainLines(_ corpus: Corpus, _ size: TerminalSize) -> [String] {
        guard let index = sizes.firstIndex(of: size) else { return [] }
        return plain[corpus]?[index] ?? []
    }

    @Test("looks as it should, and holds nothing a terminal would obey", arguments: ScreenScene.all)
    func scene(_ scene: ScreenScene) {
        var files = Self.sizes.map { SceneFile(name: "\(scene.name)-\($0)") }
        var styles: [(file: Int, heading: String, grid: Grid)] = []
        var first: [[String]] = []
        for corpus in Corpus.allCases {
            var browser = scene.make(corpus)
            if scene.isASCII { browser.wear(Theme.standard.adapted(to: .trueColor, ascii: true)) }
            for (index, size) in Self.sizes.enumerated() {
                var copy = browser
                let grid = copy.render(size: size).grid
                let place = "\(scene.name) \(size) \(corpus)"
                Self.checkInvariants(grid, size, place)
                if scene.showsRow { Self.checkIdentity(copy, grid, place) }
                let lines = SceneFile.lines(of: grid)
                // What a person reads first is written out: one script at the usual size.
                var references: [(name: String, lines: [String])] = []
                if scene.name != Self.plainScene {
                    references.append(("\(Self.plainScene), \(corpus)", Self.plainLines(corpus, size)))
                }
                if corpus != .latin { references.append(("latin", first[index])) } else { first.append(lines) }
                if corpus == .latin, index == 0 { references = [] }
                files[index].add(corpus.rawValue, lines, near: references)
                guard Self.styled.contains(corpus) else { continue }
                // The default theme has no more than 16 colours: one size shows that.
                for (name, theme) in Self.themes where name != "16 colours" || index == 0 {
                    var styled = grid
                    if name != "default" {
                        var other = browser
                        other.wear(scene.isASCII ? theme.adapted(to: .trueColor, ascii: true) : theme)
                        styled = other.render(size: size).grid
                        Self.checkInvariants(styled, size, "\(place) \(name)")
                        // The picker names the theme in use; everything else says the same in all of them.
                        if scene.name != "themes" {
                            #expect(Self.words(styled) == Self.words(grid), "\(place): other words in \(name)")
                        }
                    }
                    if size == Self.sizes[0] || corpus == .latin && name == "default" {
                        styles.append((index, "styles: \(corpus), \(name)", styled))
                    }
                }
            }
            for size in Self.tooSmall {
                var copy = browser
                let grid = copy.render(size: size).grid
                Self.checkInvariants(grid, size, "\(scene.name) \(size) \(corpus)")
                #expect(grid.contains(size.columns > 12 ? "need 60x12" : "n"), "\(scene.name) \(size)")
            }
        }
        for style in styles { files[style.file].add(style.heading, styles: style.grid) }
        for file in files { file.check() }
    }

    @Test("who the row under the cursor is stands on screen uncut, row by row", arguments: Corpus.allCases)
    func everyRow(_ corpus: Corpus) {
        for size in Self.sizes {
            var browser = Browser.loaded(corpus)
            _ = browser.render(size: size)
            for step in 0..<corpus.steps.count {
                let grid = browser.render(size: size).grid
                Self.checkInvariants(grid, size, "\(corpus) \(size) row \(step)")
                Self.checkIdentity(browser, grid, "\(corpus) \(size) row \(step)")
                browser.keys("j")
            }
        }
    }

    private static func checkInvariants(_ grid: Grid, _ size: TerminalSize, _ place: String) {
        #expect(grid.size == size, "\(place)")
        GridInvariants.check(grid, place)
    }

    /// Name, birth date, ID and accession number of the row under the cursor, wherever the lines are broken.
    private static func checkIdentity(_ browser: Browser, _ grid: Grid, _ place: String) {
        guard let list = browser.list, let cursor = list.cursor else {
            Issue.record("\(place): no row is under the cursor")
            return
        }
        let whole = (0..<grid.rows).map { packed(grid.text($0)) }.joined()
        let text = list.rows.text(cursor.row)
        for column in [ListColumn.patient, .born, .id, .accession] {
            let value = packed(text[column].text.string)
            // What no standard allows and no screen can hold: the line says that it is cut.
            if value.unicodeScalars.count > 200 {
                #expect(whole.contains("~"), "\(place): \(column) is cut without a word")
                continue
            }
            #expect(whole.contains(value), "\(place): \(column) '\(value)' is not whole on screen")
        }
    }

    /// A badge with a background has a blank on each side, one without has none: words alone are compared.
    private static func words(_ grid: Grid) -> [Substring] {
        // Lines may break elsewhere where a badge is wider.
        grid.dump().split { $0 == " " || $0 == "\n" }.sorted()
    }

    private static func packed(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != " " }))
    }
}
