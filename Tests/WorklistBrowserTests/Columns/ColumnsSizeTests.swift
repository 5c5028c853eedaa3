import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Choosing columns and keys to sort by, at any size")
struct ColumnsSizeTests {
    enum Scene: String, CaseIterable, Sendable {
        /// The dialog as it opens; with an attribute found; with the offer to ask for it.
        case columns, columnsAdding = "columns-adding", columnsOffer = "columns-offer"
        /// A list with chosen columns, more than fit, and the marked column brought into view.
        case columnsChosen = "columns-chosen", columnsScrolled = "columns-scrolled"
        case sortMenu = "sort-menu", sorted = "sorted-twice"

        func browser(_ theme: Theme, _ size: TerminalSize) -> Browser {
            var browser = Browser.loaded(theme: theme, size: size)
            _ = browser.render(size: size)
            switch self {
            case .columns: browser.keys("c", "j", "space")
            case .columnsAdding:
                browser.keys("c", "a")
                browser.type("institution name")
            case .columnsOffer:
                browser.keys("c", "a")
                browser.type("institution name")
                browser.keys("enter")
            case .columnsChosen, .columnsScrolled:
                browser.show(
                    ListView(columns: [
                        "time", "patient:18", "born", "id", "priority", "study", "stationname", "comments", "station",
                        "accession", "procedure",
                    ]).columns
                )
                _ = browser.render(size: size)
                if self == .columnsScrolled { browser.keys("l", "l", "l", "l", "l", "l", "l") }
            case .sortMenu: browser.keys("s", "j", "space", "j", "space", "space")
            case .sorted: browser.keys("s", "j", "enter", "s", "j", "space", "enter")
            }
            return browser
        }
    }

    @Test("no size is too small for the dialog", arguments: ["1x1", "60x12", "61x13", "72x14", "300x90"])
    func sizes(_ size: String) throws {
        let size = try #require(TerminalSize(parsing: size))
        for scene in Scene.allCases {
            var browser = scene.browser(.standard, TerminalSize(columns: 80, rows: 24))
            GridInvariants.check(browser.render(size: size).grid)
        }
    }
}
