import Terminal
import Testing

@Suite("Grid")
struct GridTests {
    private let style = Style(foreground: .ansi(2), modifiers: .bold)

    @Test("text lands in cells with its style")
    func write() {
        var grid = Grid(columns: 8, rows: 2)
        #expect(grid.write("ab山e\u{301}", row: 0, column: 1, style: style) == 5)
        #expect(grid.text(0) == " ab山e\u{301}  ")
        #expect(grid[0, 3].text == "山")
        #expect(grid[0, 3].width == 2)
        #expect(grid[0, 4].width == 0)
        #expect(grid[0, 4].text == "")
        #expect(grid[0, 5].text == "e\u{301}")
        #expect(grid[0, 1].style == style)
        #expect(grid[0, 0].style == .plain)
        #expect(grid.text(1) == "        ")
        #expect(grid.dump() == " ab山e\u{301}  \n        \n")
    }

    @Test(
        "what overwrites half of a wide character blanks the other half",
        arguments: [(0, "Y 田|"), (1, " Y田|"), (2, "山Y |"), (3, "山 Y|")]
    )
    func overwrite(column: Int, result: String) {
        var grid = Grid(columns: 5, rows: 1)
        grid.write("山田|", row: 0, column: 0)
        grid.write("Y", row: 0, column: column)
        #expect(grid.text(0) == result)
        #expect(DisplayWidth.width(of: grid.text(0)) == 5)
    }

    @Test("wide over wide, shifted by one, leaves no half")
    func wideOverWide() {
        var grid = Grid(columns: 6, rows: 1)
        grid.write("山田太", row: 0, column: 0)
        grid.write("郎", row: 0, column: 1)
        #expect(grid.text(0) == " 郎 太")
        grid.fill(Rect(row: 0, column: 2, rows: 1, columns: 3), style: .plain)
        #expect(grid.text(0) == "      ")
    }

    @Test("a wide character that does not fit is left out")
    func wideAtTheEdge() {
        var grid = Grid(columns: 3, rows: 1)
        #expect(grid.write("a山田", row: 0, column: 0) == 3)
        #expect(grid.write("田", row: 0, column: 2) == 0)
        #expect(grid.text(0) == "a山")
        var narrow = Grid(columns: 1, rows: 1)
        #expect(narrow.write("山", row: 0, column: 0) == 0)
        #expect(narrow.text(0) == " ")
        var limited = Grid(columns: 9, rows: 1)
        #expect(limited.write("山田", row: 0, column: 0, maxWidth: 3) == 2)
        #expect(limited.write("abc", row: 0, column: 4, maxWidth: -1) == 0)
    }

    @Test("text that starts left of the grid is clipped there")
    func leftEdge() {
        var grid = Grid(columns: 4, rows: 1)
        grid.write("abcdef", row: 0, column: -2)
        #expect(grid.text(0) == "cdef")
        var wide = Grid(columns: 4, rows: 1)
        wide.write("山田x", row: 0, column: -1)
        #expect(wide.text(0) == " 田x")
    }

    @Test(
        "nothing is out of range",
        arguments: [(0, 0), (1, 1), (2, 1), (1, 2), (5, 3)]
    )
    func extremes(columns: Int, rows: Int) {
        var random = Seeded(seed: 3)
        let numbers = [Int.min, Int.min / 2, -4097, -3, -1, 0, 1, 2, 4, 7, 5000, Int.max / 2, Int.max]
        func number() -> Int { numbers.randomElement(using: &random) ?? 0 }
        for _ in 0..<3000 {
            var grid = Grid(columns: columns, rows: rows)
            let rect = Rect(row: number(), column: number(), rows: number(), columns: number())
            grid.write("a山e\u{301}محمد", row: number(), column: number(), style: style, maxWidth: number())
            grid.write("plain", row: number(), column: number(), width: number(), style: style)
            grid.fill(rect, style: style, with: "山")
            grid.tint(rect, style: style)
            grid.drawBox(rect, title: "山田 title", style: style, theme: .standard)
            grid.overlay(Grid(columns: 3, rows: 2), at: Point(row: number(), column: number()))
            _ = grid[number(), number()]
            for row in 0..<rows { #expect(DisplayWidth.width(of: grid.text(row)) == columns) }
        }
        #expect(Grid(columns: -4, rows: 3).dump() == "\n\n\n")
    }

    @Test("a box is drawn with its title, and cut to any size")
    func box() {
        var grid = Grid(columns: 14, rows: 3)
        grid.drawBox(grid.bounds, title: "List", style: style, theme: .standard)
        #expect(grid.dump() == "╭[ List ]────╮\n│            │\n╰────────────╯\n")
        grid.drawBox(grid.bounds, title: "Worklist 山田", style: style, theme: .standard.adapted(to: .mono, ascii: true))
        #expect(grid.text(0) == "+[ Worklis~ ]+")
        var small = Grid(columns: 2, rows: 2)
        small.drawBox(small.bounds, title: "x", style: style, theme: .standard)
        #expect(small.dump() == "╭╮\n╰╯\n")
    }

    @Test("an overlay covers, and cuts wide characters at its edges")
    func overlay() {
        var grid = Grid(columns: 6, rows: 1)
        grid.write("山田太", row: 0, column: 0)
        var top = Grid(columns: 2, rows: 1)
        top.write("ab", row: 0, column: 0)
        grid.overlay(top, at: Point(row: 0, column: 1))
        #expect(grid.text(0) == " ab 太")
        var wide = Grid(columns: 2, rows: 1)
        wide.write("郎", row: 0, column: 0)
        grid.overlay(wide, at: Point(row: 0, column: 5))
        #expect(grid.text(0) == " ab   ")
        grid.overlay(wide, at: Point(row: 0, column: -1))
        #expect(grid.text(0) == " ab   ")
    }

    @Test("tint lays colours over what is there")
    func tint() {
        var grid = Grid(columns: 3, rows: 1)
        grid.write("a", row: 0, column: 0, style: Style(foreground: .ansi(1)))
        grid.tint(grid.bounds, style: Style(background: .ansi(4), modifiers: .bold))
        #expect(grid[0, 0].style == Style(foreground: .ansi(1), background: .ansi(4), modifiers: .bold))
        #expect(grid[0, 2].style == Style(background: .ansi(4), modifiers: .bold))
        #expect(grid.text(0) == "a  ")
    }

    @Test("the style map names every style once")
    func styleMap() {
        var grid = Grid(columns: 4, rows: 1)
        grid.write("ab", row: 0, column: 1, style: style)
        #expect(grid.styleMap() == ".aa.\na = green on default bold\n")
    }

    @Test("right-to-left runs are marked for the screen, not in the text")
    func rightToLeft() {
        var grid = Grid(columns: 8, rows: 1)
        grid.write("محمد", row: 0, column: 0)
        grid.write("ab", row: 0, column: 5)
        #expect(grid[0, 3].endsRightToLeft)
        #expect(!grid[0, 2].endsRightToLeft)
        #expect(!grid[0, 6].endsRightToLeft)
        #expect(grid.text(0) == "محمد ab ")
    }

    @Test("a cell keeps four marks and every scalar")
    func cells() {
        var grid = Grid(columns: 2, rows: 1)
        let text = "\u{10400}\u{301}\u{302}\u{303}\u{304}"
        grid.write(TerminalText(text), row: 0, column: 0)
        #expect(Array(grid[0, 0].text.unicodeScalars) == Array(text.unicodeScalars))
        #expect(grid[7, 7].text == " ")
    }

    @Test("sizes are read as columns by rows, and bounded")
    func sizes() {
        #expect(TerminalSize(parsing: "80x24") == TerminalSize(columns: 80, rows: 24))
        for wrong in ["", "80", "80x", "x24", "80x24x1", "-1x5", "99999x1", "8 0x24"] {
            #expect(TerminalSize(parsing: wrong) == nil)
        }
        #expect(TerminalSize(columns: Int.max, rows: -1) == TerminalSize(columns: TerminalSize.limit, rows: 0))
    }
}
