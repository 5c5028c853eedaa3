import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Every screen, in every script, size and theme")
struct ScreenTests {
    private static let sizes = [(80, 24), (160, 50), (60, 12)].map { TerminalSize(columns: $0, rows: $1) }
    private static let tooSmall = [(40, 10), (1, 1)].map { TerminalSize(columns: $0, rows: $1) }
    private static let themes: [(name: String, theme: Theme)] = [
        ("default", .standard), ("mono", .mono), ("16 colours", Theme.standard.adapted(to: .ansi16, ascii: false)),
    ]
    /// What the styles are kept of: the other scripts have no others.
    private static let styled: Set<Corpus> = [.latin, .hostile]

    @Test("looks as it should, and holds nothing a terminal would obey", arguments: ScreenScene.all)
    func scene(_ scene: ScreenScene) {
        var files = Self.sizes.map { SceneFile(name: "\(scene.name)-\($0)") }
        var styles: [(file: Int, heading: String, grid: Grid)] = []
        for corpus in Corpus.allCases {
            let browser = scene.make(corpus)
            for (index, size) in Self.sizes.enumerated() {
                var copy = browser
                let grid = copy.render(size: size).grid
                let place = "\(scene.name) \(size) \(corpus)"
                Self.checkInvariants(grid, size, place)
                if scene.showsRow { Self.checkIdentity(copy, grid, place) }
                files[index].add(corpus.rawValue, text: grid, isBrief: index > 0)
                guard Self.styled.contains(corpus) else { continue }
                for (name, theme) in Self.themes {
                    var styled = grid
                    if name != "default" {
                        var other = browser
                        other.wear(theme)
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
        let complaints = GoldenScreen.invariants(of: grid)
        #expect(complaints.isEmpty, "\(place): \(complaints.prefix(4).joined(separator: "; "))")
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
    private static func words(_ grid: Grid) -> [Substring] { grid.dump().split { $0 == " " || $0 == "\n" } }

    private static func packed(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != " " }))
    }
}
