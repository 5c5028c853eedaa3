import Terminal
import Testing

@testable import WorklistBrowser

@Suite("Text field")
struct TextFieldTests {
    @Test("a marked text gives way to what is typed, is emptied by deleting, and stays when the cursor moves")
    func selection() {
        var typed = TextField("104")
        typed.select()
        typed.insert("11112")
        #expect(typed.text == "11112")
        #expect(!typed.isSelected)
        for command in [Command.fieldDeleteBackward, .fieldDeleteForward, .fieldDeleteWord] {
            var deleted = TextField("CT 01")
            deleted.select()
            let isDone = deleted.perform(command)
            #expect(isDone && deleted.isEmpty)
        }
        var moved = TextField("104")
        moved.select()
        _ = moved.perform(.fieldLeft)
        moved.insert("9")
        #expect(moved.text == "1094")
        var empty = TextField()
        empty.select()
        #expect(!empty.isSelected)
    }

    @Test("typing, moving and deleting work grapheme by grapheme")
    func editing() {
        var field = TextField("Müller")
        #expect(field.cursor == 6)
        field.deleteBackward()
        field.moveHome()
        field.moveRight()
        field.deleteForward()
        #expect(field.text == "Mlle")
        #expect(field.cursor == 1)
        field.insert("u\u{308}")
        #expect(field.text == "Mu\u{308}lle")
        #expect(field.cursor == 2)
        field.deleteBackward()
        #expect(field.text == "Mlle")
        field.moveEnd()
        field.insert("r")
        #expect(field.text == "Mller")
    }

    @Test("a combining mark joins the character before the cursor and counts as one with it")
    func combining() {
        var field = TextField("e")
        field.insert("\u{301}")
        #expect(field.characters.count == 1)
        #expect(field.cursor == 1)
        field.moveLeft()
        #expect(field.cursor == 0)
    }

    @Test("word and line commands delete what they say")
    func words() {
        var field = TextField("SMITH^ANNA MARIA")
        var isKnown = field.perform(.fieldDeleteWord)
        #expect(isKnown)
        #expect(field.text == "SMITH^ANNA ")
        isKnown = field.perform(.fieldWordLeft)
        #expect(isKnown)
        #expect(field.cursor == 6)
        isKnown = field.perform(.fieldDeleteToEnd)
        #expect(isKnown)
        #expect(field.text == "SMITH^")
        isKnown = field.perform(.fieldClear)
        #expect(isKnown)
        #expect(field.isEmpty)
        isKnown = field.perform(.builderRun)
        #expect(!isKnown)
    }

    @Test("what cannot be shown is not taken in, and the caller hears of it")
    func hostileText() {
        var field = TextField()
        let wasComplete = field.insert("A\u{1B}[31mB\u{202E}C\u{200B}D\u{9B}")
        #expect(!wasComplete)
        #expect(field.text == "A[31mBCD")
        let second = field.insert("plain")
        #expect(second)
    }

    @Test("pasted lines become one, parted as the caller wants")
    func paste() {
        var field = TextField()
        field.insert("1.2.3\r\n1.2.4\n", lineBreak: "\\")
        #expect(field.text == "1.2.3\\1.2.4")
    }

    @Test("no more than the limit is taken")
    func limit() {
        var field = TextField("1234", limit: 5)
        let fits = field.insert("5")
        let doesNot = field.insert("6")
        #expect(fits)
        #expect(!doesNot)
        #expect(field.text == "12345")
    }

    @Test("the cursor is inside the window at any place and width, and the window never too wide")
    func window() {
        let texts = ["", "A", "SMITH^ANNA", "山田^太郎=やまだ^たろう", "a山b田c", "e\u{301}e\u{301}e\u{301}e\u{301}"]
        for text in texts {
            for width in 1...14 {
                var field = TextField(text)
                field.moveHome()
                for _ in 0...field.characters.count {
                    let shown = field.window(width: width)
                    #expect(shown.text.width <= width, "\(text) in \(width)")
                    #expect((0..<width).contains(shown.cursorColumn), "\(text) in \(width) at \(field.cursor)")
                    field.moveRight()
                }
            }
        }
    }

    @Test("a cut text is marked on the side where it is cut")
    func cutMarks() {
        var field = TextField("ABCDEFGHIJ")
        #expect(field.window(width: 6).text.string.hasPrefix("<"))
        field.moveHome()
        let start = field.window(width: 6).text.string
        #expect(start == "ABCDE>")
        #expect(field.window(width: 11).text.string == "ABCDEFGHIJ")
    }

    @Test("drawing fills exactly its columns and shows the cursor in reverse")
    func drawing() {
        var grid = Grid(columns: 20, rows: 1)
        grid.fill(grid.bounds, style: .plain, with: "#")
        TextField("AB").draw(into: &grid, row: 0, column: 5, width: 8, isActive: true, theme: .standard)
        #expect(grid.text(0) == "#####AB      #######")
        #expect(grid[0, 7].style.modifiers.contains(.reverse))
        #expect(!grid[0, 6].style.modifiers.contains(.reverse))
    }
}

@Suite("Styled line")
struct StyledLineTests {
    @Test("a line is cut with a mark, or filled, to exactly its columns")
    func exactWidth() {
        var line = StyledLine("Patient's Name")
        line.space()
        line.add("山田^太郎")
        for columns in 1...30 {
            var grid = Grid(columns: 34, rows: 1)
            grid.fill(grid.bounds, style: .plain, with: "#")
            line.draw(into: &grid, row: 0, column: 2, columns: columns)
            #expect(GridInvariants.complaints(grid).isEmpty)
            #expect(grid.text(0).hasPrefix("##"))
            #expect(grid.text(0).hasSuffix("##"))
            if columns < line.width { #expect(grid.text(0).contains("~"), "\(columns)") }
        }
    }

    @Test("of two lines in one row the left gives way, unless it would vanish")
    func twoLines() {
        var grid = Grid(columns: 20, rows: 2)
        StyledLine("left left left left").draw(into: &grid, row: 0, column: 0, columns: 20, right: StyledLine("right"))
        StyledLine("left left left left").draw(into: &grid, row: 1, column: 0, columns: 16, right: StyledLine("right"))
        #expect(grid.text(0) == "left left lef~ right")
        #expect(grid.text(1) == "left left left ~    ")
    }
}

@Suite("Attribute names")
struct AttributeNameTests {
    @Test("a name is abbreviated before it is cut")
    func short() {
        let name = "Scheduled Procedure Step Start Date"
        #expect(AttributeNames.short(name, columns: 35).string == name)
        #expect(AttributeNames.short(name, columns: 14).string == "SPS Start Date")
        #expect(AttributeNames.short(name, columns: 10).string == "SPS Start~")
    }
}
