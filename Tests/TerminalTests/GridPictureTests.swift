import Testing

@testable import Terminal

@Suite("Screens as pictures")
struct GridPictureTests {
    private func svg(_ body: (inout Grid) -> Void, title: String = "A list", isLight: Bool = false) -> String {
        var grid = Grid(columns: 12, rows: 2)
        body(&grid)
        return GridPicture(Frame(grid: grid), title: title, isLight: isLight).svg
    }

    @Test("text stays text, with colours and modifiers, in its columns")
    func text() {
        let style = Style(foreground: .rgb(1, 2, 3), background: .rgb(0xA0, 0, 0), modifiers: [.bold, .underline])
        let svg = svg { $0.write("AB", row: 1, column: 2, style: style) }
        #expect(svg.contains("x=\"18\" y=\"35\" textLength=\"18\""))
        #expect(svg.contains("class=\"b u\" fill=\"#010203\">AB</text>"))
        #expect(svg.contains("<rect x=\"18\" y=\"20\" width=\"18\" height=\"20\" fill=\"#A00000\"/>"))
    }

    @Test("reverse changes the colours round")
    func reverse() {
        let style = Style(foreground: .rgb(1, 2, 3), background: .rgb(0xA0, 0, 0), modifiers: .reverse)
        let svg = svg { $0.write("AB", row: 0, column: 0, style: style) }
        #expect(svg.contains("fill=\"#A00000\">AB</text>"))
        #expect(svg.contains("fill=\"#010203\"/>"))
    }

    @Test("a wide character has two columns, and frames are shapes")
    func wide() {
        let svg = svg {
            $0.write("山a", row: 0, column: 0)
            $0.write("─", row: 1, column: 3)
        }
        #expect(
            svg.contains("x=\"0\" y=\"15\" textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#D7DAE0\">山<")
        )
        #expect(svg.contains("x=\"18\" y=\"15\" textLength=\"9\""))
        #expect(svg.contains("<path transform=\"translate(27 20)\""))
        #expect(!svg.contains("─"))
    }

    @Test("the title is for those who do not see the picture, and nothing in the text becomes markup")
    func escaped() {
        let svg = svg({ $0.write("<a&b>", row: 0, column: 0) }, title: "\"Rows\" & <keys>")
        #expect(svg.contains("role=\"img\" aria-labelledby=\"title\""))
        #expect(svg.contains("<title id=\"title\">&quot;Rows&quot; &amp; &lt;keys&gt;</title>"))
        #expect(svg.contains(">&lt;a&amp;b&gt;</text>"))
    }

    @Test("the terminal's own background is white for a light theme")
    func light() {
        #expect(svg({ _ in }, isLight: true).contains("rx=\"8\" fill=\"#FFFFFF\""))
        #expect(svg({ _ in }).contains("rx=\"8\" fill=\"#16191F\""))
    }

    @Test("cells without colours take those of the theme, others keep theirs")
    func settle() {
        var grid = Grid(columns: 3, rows: 1)
        let ground = Style(foreground: .rgb(1, 1, 1), background: .rgb(2, 2, 2), modifiers: .bold)
        grid.write("a", row: 0, column: 0, style: Style(foreground: .rgb(9, 9, 9), modifiers: .underline))
        grid.write("b", row: 0, column: 1, style: Style(foreground: .rgb(9, 9, 9), background: .rgb(8, 8, 8)))
        grid.settle(ground)
        #expect(grid[0, 1].style == Style(foreground: .rgb(9, 9, 9), background: .rgb(8, 8, 8)))
        #expect(grid[0, 2].style == Style(foreground: .rgb(1, 1, 1), background: .rgb(2, 2, 2)))
        #expect(grid[0, 0].style.background == .rgb(2, 2, 2))
        #expect(grid[0, 0].style.modifiers == .underline)
        let before = grid
        grid.settle(.plain)
        #expect(grid == before)
    }

    @Test("rows with escape sequences end each line plain, and need no more of them than styles change")
    func sequences() {
        var grid = Grid(columns: 4, rows: 2)
        grid.write("ab", row: 0, column: 0, style: Style(foreground: .ansi(9), modifiers: .bold))
        grid.write("cd", row: 0, column: 2, style: Style(foreground: .indexed(200), background: .rgb(1, 2, 3)))
        let text = grid.sequences(depth: .trueColor)
        #expect(text == "\u{1B}[0;1;91mab\u{1B}[0;38;5;200;48;2;1;2;3mcd\u{1B}[0m\n    \n")
        #expect(!grid.sequences(depth: .mono).contains("38"))
    }
}
