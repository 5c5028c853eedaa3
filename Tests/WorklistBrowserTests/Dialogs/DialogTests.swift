import DICOMData
import DICOMMatching
import DICOMProtocol
import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Dialogs")
struct DialogTests {
    @Test("letters that stand together, or begin words, score higher than scattered ones")
    func palette() throws {
        let together = try #require(PaletteDialog.score("run", in: "query.run"))
        let scattered = try #require(PaletteDialog.score("run", in: "rubber duck then"))
        #expect(together > scattered)
        #expect(PaletteDialog.score("xyz", in: "query.run") == nil)
        #expect(PaletteDialog.score("", in: "query.run") == 0)
    }

    @Test("the palette lists the commands of the screen, and not itself")
    func paletteCommands() {
        let commands = PaletteDialog.commands(.standard, context: .list).map(\.command)
        #expect(commands.contains(.queryRun))
        #expect(commands.contains(.quit))
        #expect(!commands.contains(.palette))
    }

    @Test("the sort menu offers each column once and starts at the one in force")
    func sortMenu() {
        var menu = SortMenu(current: SortOrder(column: .accession))
        let browser = Sample.browser()
        guard case .sort(let order)? = menu.perform(.accept, browser.surroundings).first else {
            Issue.record("nothing was chosen")
            return
        }
        #expect(order == SortOrder(column: .accession, isDescending: true))
    }

    @Test(
        "every failure status comes with advice, and never with another status's words",
        arguments: [0xA700, 0xA900, 0xC000, 0xC310, 0x0122, 0x0124, 0x0110] as [UInt16]
    )
    func advice(_ code: UInt16) {
        let failure = FindFailure(
            status: Status(code),
            errorComment: "no\u{7}way",
            offendingElements: [.init(0x0040, 0x0100)]
        )
        let dialog = ErrorDialog(failure, server: Sample.server, rows: 3, kept: nil)
        #expect(dialog.lines.contains { $0.label == "What to do" && !$0.text.isEmpty })
        #expect(dialog.lines.contains { $0.text.string.contains(Status(code).description) })
        #expect(dialog.lines.contains { $0.text.string.contains("no␇way") })
        #expect(dialog.lines.contains { $0.text.string.contains("(0040,0100) Scheduled Procedure Step Sequence") })
        #expect(dialog.lines.contains { $0.text.string.contains("3 came before it") })
    }

    @Test("while a dialog is open, no keys are offered that it does not take", arguments: [80, 160])
    func noKeysOfTheListBelow(_ columns: Int) {
        var browser = Browser.loaded(size: TerminalSize(columns: columns, rows: 40))
        #expect(browser.screenText().contains("Enter detail"))
        for key in ["s", "v", "?", ":", "ctrl-c"] {
            browser.keys(key)
            #expect(!browser.screenText().contains("Enter detail"), "\(key)")
            browser.keys("esc")
        }
        #expect(browser.screenText().contains("Enter detail"))
    }

    @Test("help of any screen fits and can be left", arguments: KeyContext.allCases)
    func help(_ context: KeyContext) {
        var grid = Grid(columns: 60, rows: 12)
        let browser = Sample.browser()
        var dialog = HelpDialog(context: context)
        dialog.draw(into: &grid, in: grid.bounds, browser.surroundings)
        #expect(grid.contains("Keys:"))
        guard case .close? = dialog.perform(.back, browser.surroundings).first else {
            Issue.record("the help stays open")
            return
        }
    }
}
