import CNcurses
import Terminal
import Testing

@Suite("Themes")
struct ThemeTests {
    private func theme(_ text: String, depth: ColorDepth = .trueColor, ascii: Bool = false) throws(ThemeError) -> Theme
    {
        try ThemeLibrary().theme(text: text, name: "test", file: "test.toml", depth: depth, ascii: ascii)
    }

    private func failure(_ text: String) -> ThemeError? {
        do throws(ThemeError) {
            _ = try theme(text)
            return nil
        } catch {
            return error
        }
    }

    @Test("the longest prefix wins, and ui.text is the last resort")
    func fallback() throws {
        let theme = try theme(
            """
            [scopes]
            "ui.text" = { fg = "white" }
            "table" = { fg = "green" }
            "table.status" = { fg = "red" }
            "table.status.started" = { fg = "yellow", bg = "blue", mods = ["bold", "underline"] }
            """
        )
        #expect(
            theme.style("table.status.started")
                == Style(foreground: .ansi(3), background: .ansi(4), modifiers: [.bold, .underline])
        )
        #expect(theme.style("table.status.ready") == Style(foreground: .ansi(1)))
        #expect(theme.style("table.cursor") == Style(foreground: .ansi(2)))
        #expect(theme.style("detail.tag") == Style(foreground: .ansi(7)))
        #expect(theme.style("table.status.started.more") == theme.style("table.status.started"))
        #expect(theme.style("") == Style(foreground: .ansi(7)))
        #expect(theme.style("...") == Style(foreground: .ansi(7)))
    }

    @Test("a child recolours what it inherits through the palette, and replaces scopes whole")
    func inherits() throws {
        let parent =
            "[palette]\nmain = \"#FF0000\"\n[scopes]\n\"ui.error\" = { fg = \"main\", mods = [\"bold\"] }\nui.ok.fg = \"main\"\n"
        let folder = try TemporaryFolder()
        try folder.write("parent.toml", parent)
        try folder.write(
            "child.toml",
            "inherits = \"parent\"\nappearance = \"dark\"\n[palette]\nmain = \"#00FF00\"\n[scopes]\n\"ui.ok\" = {}\n"
        )
        let child = try ThemeLibrary(directories: [folder.path]).theme(named: "child")
        #expect(child.style("ui.error") == Style(foreground: .rgb(0, 255, 0), modifiers: .bold))
        #expect(child.style("ui.ok") == .plain)
        #expect(child.appearance == .dark)
        #expect(child.name == "child")
    }

    @Test("a user's theme may refine the built-in one of the same name")
    func sameName() throws {
        let folder = try TemporaryFolder()
        try folder.write("default.toml", "inherits = \"default\"\n[scopes]\n\"ui.ok\" = { fg = \"blue\" }\n")
        let theme = try ThemeLibrary(directories: [folder.path]).theme(named: "default")
        #expect(theme.style("ui.ok") == Style(foreground: .ansi(4)))
        #expect(theme.style("ui.error") == Theme.standard.style("ui.error"))
    }

    @Test("themes that inherit in a circle are refused")
    func circle() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.toml", "inherits = \"b\"\n")
        try folder.write("b.toml", "# b\ninherits = \"a\"\n")
        let error = #expect(throws: ThemeError.self) { try ThemeLibrary(directories: [folder.path]).theme(named: "a") }
        #expect(error?.file == folder.path + "/b.toml")
        #expect(error?.line == 2)
    }

    @Test("a missing theme names those there are", arguments: ["nordic", "../etc/passwd", "", "a/b", ".hidden"])
    func missing(name: String) {
        let error = #expect(throws: ThemeError.self) { try ThemeLibrary().theme(named: name) }
        #expect(error.map { $0.description.contains("expected") } == true)
    }

    @Test("quoted, dotted and nested scopes mean the same")
    func spellings() throws {
        let theme = try theme(
            """
            [scopes]
            "ui.ok" = { fg = "red" }
            ui.error = { fg = "red" }
            ui.key.fg = "red"
            "ui.title" = "red"
            [scopes.table]
            fg = 3
            cursor = { fg = "red" }
            [scopes.detail.tag]
            fg = "red"
            """
        )
        for scope in ["ui.ok", "ui.error", "ui.key", "ui.title", "table.cursor", "detail.tag"] {
            #expect(theme.style(scope).foreground == .ansi(1), "\(scope)")
        }
        #expect(theme.style("table").foreground == .indexed(3))
    }

    @Test("a palette colour has its own stand-ins for 256 and 16 colours")
    func standIns() throws {
        let text =
            "[palette]\nfrost = { hex = \"#88C0D0\", c256 = 110, c16 = \"cyan\" }\n[scopes]\n\"ui.ok\" = { fg = \"frost\" }"
        let expected: [(ColorDepth, Color)] = [
            (.trueColor, .rgb(0x88, 0xC0, 0xD0)), (.indexed256, .indexed(110)), (.ansi16, .ansi(6)), (.ansi8, .ansi(6)),
            (.mono, .default),
        ]
        for (depth, color) in expected { #expect(try theme(text, depth: depth).style("ui.ok").foreground == color) }
    }

    @Test("glyphs have ASCII twins")
    func glyphs() throws {
        let text = "inherits = \"default\"\n[glyphs]\ncursor = \"»\"\nmark = \"+\"\nspinner = [\"a\", \"b\"]\n"
        #expect(try theme(text).glyph(.cursor) == "»")
        #expect(try theme(text, ascii: true).glyph(.cursor) == ">")
        #expect(try theme(text, ascii: true).glyph(.mark) == "+")
        #expect(try theme(text).glyph(.spinner, step: 3) == "b")
        #expect(try theme(text).glyph(.spinner, step: -3) == "b")
        for glyph in Glyph.allCases {
            for frame in Theme.standard.frames(glyph) { #expect(frame.width == 1) }
            for frame in Theme.standard.adapted(to: .mono, ascii: true).frames(glyph) {
                #expect(frame.isASCII && frame.width == 1, "\(glyph)")
            }
        }
    }

    @Test(
        "errors name the line and what is expected",
        arguments: [
            ("[scopes]\n\n\"ui.ok\" = { fg = \"frsot\" }", 3, "unknown colour \"frsot\""),
            ("[scopes]\n\"tabel.cursor\" = { fg = \"red\" }", 2, "unknown scope \"tabel.cursor\""),
            ("[scopes]\n\"table.curser\" = { fg = \"red\" }", 2, "table.cursor"),
            ("[scopes]\n\"ui.ok\" = { fg = \"red\", bq = \"red\" }", 2, "expected fg, bg or mods"),
            ("[scopes]\n# x\n\"ui.ok\" = { mods = [\"blod\"] }", 3, "bold, dim"),
            ("[scopes]\n\"ui.ok\" = { mods = \"bold\" }", 2, "must be a list"),
            ("[scopes]\n\"ui.ok\" = { fg = 256 }", 2, "0 to 255"),
            ("[scopes.ui.ok]\nbg = true", 2, "#RRGGBB"),
            ("[scopes]\n\"ui.ok\" = { fg = \"red\", colour = { fg = \"red\" } }", 2, "unknown key or scope"),
            ("\n[palette]\nx = { hex = \"88C0D0\" }", 3, "hex must be \"#RRGGBB\""),
            ("[palette]\nx = { c16 = 99 }", 2, "c16 must be"),
            ("[palette]\nx = {}", 2, "at least one of"),
            ("[palette]\nred = \"#FF0000\"", 2, "choose another name"),
            ("[palette]\nx = [1]", 2, "expected default"),
            ("[glyphs]\nspinner = []", 2, "one column wide"),
            ("[glyphs]\ncursor = \"山\"", 2, "one column wide"),
            ("[glyphs]\ncursor = \"ab\"", 2, "one column wide"),
            ("[glyphs]\ncursor = \"\\u001b\"", 2, "one visible character"),
            ("[glyphs]\ncurser = \"x\"", 2, "unknown glyph"),
            ("[glyphs]\ncursor = { ascii = \"é\" }", 2, "not ASCII"),
            ("[glyphs]\ncursor = \"é\"", 2, "needs an ASCII twin"),
            ("colour = 1", 1, "expected inherits"),
            ("\nappearance = \"dusk\"", 2, "\"dark\", \"light\" or \"any\""),
            ("inherits = 3", 1, "name of a theme"),
            ("inherits = \"nowhere\"", 1, "there is no theme \"nowhere\""),
            ("scopes = 1", 1, "expected a table"),
            ("a = 1\nb = = 2", 2, "not TOML"),
        ]
    )
    func errors(text: String, line: Int, words: String) throws {
        let error = try #require(failure(text))
        #expect(error.line == line)
        #expect(error.file == "test.toml")
        #expect(error.description.contains(words), "\(error)")
        #expect(error.description.hasPrefix("test.toml:\(line): "))
        #expect(TerminalText(error.description).altered == false)
    }

    @Test("the built-in themes define every documented scope's root and use no colour they should not")
    func builtIn() {
        for scope in Theme.documentedScopes {
            let style = Theme.standard.style(scope)
            for color in [style.foreground, style.background] {
                switch color {
                case .default, .ansi: break
                default: Issue.record("\(scope) is not one of the 16 colours")
                }
            }
            let mono = Theme.mono.style(scope)
            #expect(mono.foreground == .default && mono.background == .default, "\(scope)")
        }
        #expect(Theme.standard.style("table.cursor") != .plain)
        #expect(Theme.mono.style("table.cursor").modifiers.contains(.reverse))
    }
}

@Suite("Colours")
struct ColorTests {
    @Test(
        "24 bits become the nearest of 256, 16 and 8",
        arguments: [
            (Color.rgb(255, 0, 0), Color.indexed(196), Color.ansi(9), Color.ansi(1)),
            (.rgb(0, 0, 0), .indexed(16), .ansi(0), .ansi(0)),
            (.rgb(255, 255, 255), .indexed(231), .ansi(15), .ansi(7)),
            (.rgb(0x88, 0x88, 0x88), .indexed(102), .ansi(8), .ansi(7)),
            (.rgb(0, 200, 0), .indexed(40), .ansi(2), .ansi(2)), (.rgb(8, 8, 8), .indexed(232), .ansi(0), .ansi(0)),
            (.indexed(196), .indexed(196), .ansi(9), .ansi(1)), (.indexed(9), .ansi(9), .ansi(9), .ansi(1)),
            (.ansi(12), .ansi(12), .ansi(12), .ansi(4)), (.default, .default, .default, .default),
        ]
    )
    func quantize(color: Color, c256: Color, c16: Color, c8: Color) {
        #expect(color.quantized(to: .trueColor) == color)
        #expect(color.quantized(to: .indexed256) == c256)
        #expect(color.quantized(to: .ansi16) == c16)
        #expect(color.quantized(to: .ansi8) == c8)
        #expect(color.quantized(to: .mono) == .default)
    }

    @Test("every colour of the palette is its own nearest")
    func palette() {
        for number in UInt8(16)...255 {
            guard let (red, green, blue) = Color.indexed(number).components else { continue }
            let nearest = Color.rgb(red, green, blue).quantized(to: .indexed256)
            #expect(nearest.components.map { $0 == (red, green, blue) } == true, "\(number)")
        }
    }

    @Test("with eight colours bright text is bold, without colours a background is reverse")
    func styles() {
        #expect(
            Style(foreground: .ansi(9), background: .ansi(12)).quantized(to: .ansi8)
                == Style(foreground: .ansi(1), background: .ansi(4), modifiers: .bold)
        )
        #expect(Style(foreground: .ansi(8)).quantized(to: .ansi8) == Style(foreground: .ansi(7)))
        #expect(Style(foreground: .ansi(1), background: .ansi(2)).quantized(to: .mono) == Style(modifiers: .reverse))
        #expect(Style(foreground: .ansi(1)).quantized(to: .mono) == .plain)
    }

    @Test("colours round-trip through their spelling and through a style")
    func spelling() {
        var colors: [Color] = [.default, .rgb(1, 0xAB, 255), .rgb(0, 0, 0)]
        colors += (UInt8(0)...15).map { .ansi($0) }
        colors += (UInt8(0)...255).map { .indexed($0) }
        for color in colors {
            #expect(Color(parsing: color.description) == color)
            let style = Style(foreground: color, background: .ansi(5), modifiers: [.dim, .blink])
            #expect(style.foreground == color)
            #expect(Style(background: color, modifiers: .italic).background == color)
            #expect(style.modifiers == [.dim, .blink])
        }
        for wrong in ["", "#12345", "#GGGGGG", "256", "-1", "purple", "#+12345", "bright"] {
            #expect(Color(parsing: wrong) == nil, "\(wrong)")
        }
    }

    @Test("a default colour lets the base shine through")
    func over() {
        let base = Style(foreground: .ansi(1), background: .ansi(2), modifiers: .bold)
        #expect(
            Style(background: .ansi(4), modifiers: .dim).over(base)
                == Style(foreground: .ansi(1), background: .ansi(4), modifiers: [.bold, .dim])
        )
    }

    @Test("NO_COLOR counts when it is not empty, and --color overrules it")
    func choice() {
        #expect(ColorChoice.auto.depth(available: .indexed256, noColor: "1") == .mono)
        #expect(ColorChoice.auto.depth(available: .indexed256, noColor: "") == .indexed256)
        #expect(ColorChoice.auto.depth(available: .ansi8, noColor: nil) == .ansi8)
        #expect(ColorChoice.always.depth(available: .ansi16, noColor: "1") == .ansi16)
        #expect(ColorChoice.never.depth(available: .ansi16, noColor: nil) == .mono)
        #expect(ColorChoice(parsing: "256")?.depth(available: .ansi8, noColor: "1") == .ansi8)
        #expect(ColorChoice(parsing: "8")?.depth(available: .indexed256, noColor: nil) == .ansi8)
        #expect(ColorChoice(parsing: "many") == nil)
    }
}
