import Glibc
import Testing

@testable import Terminal

@Suite("Built-in themes")
struct BuiltInThemeTests {
    static let withBackground = ["dark", "light", "high-contrast", "deuteranopia", "tritanopia", "print"]

    private static var folder: String {
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/themes"
    }

    @Test("every file in themes/ is built in, and nothing else is")
    func files() throws {
        let handle = try #require(opendir(Self.folder))
        defer { closedir(handle) }
        var stems: Set<String> = []
        while let entry = Glibc.readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".toml") { stems.insert(String(name.dropLast(5))) }
        }
        #expect(stems == Set(BuiltInThemes.names + BuiltInThemes.overlayNames))
        for name in stems {
            let file = contents(Self.folder + "/\(name).toml")
            #expect(file != nil && file == BuiltInThemes.text(name), "\(name)")
        }
    }

    @Test("what stands on the common backgrounds leaves the bar behind it whole", arguments: withBackground)
    func bars(name: String) throws {
        let theme = try ThemeLibrary().theme(named: name)
        let cursor = theme.style("table.cursor")
        for scope in ["ui.text", "ui.dialog", "ui.title", "ui.key", "ui.dim", "detail.name", "builder.value"] {
            #expect(theme.style(scope).over(cursor).background == cursor.background, "\(scope)")
        }
        #expect(theme.panel.background != .default)
    }

    @Test("each one can be read, and says for which background it is", arguments: BuiltInThemes.names)
    func readable(name: String) throws {
        let theme = try ThemeLibrary().theme(named: name)
        #expect(theme.name == name)
        let surface = theme.ground.background
        #expect((surface == .default) == (theme.appearance == .any))
        #expect(Self.withBackground.contains(name) == (surface != .default))
    }

    @Test(
        "a theme with colours of its own does not leave the contrast to the terminal's dim",
        arguments: withBackground
    )
    func noDim(name: String) throws {
        let theme = try ThemeLibrary().theme(named: name)
        for scope in Theme.documentedScopes {
            #expect(!theme.style(scope).modifiers.contains(.dim), "\(scope)")
        }
    }

    @Test("every text can be read on every background it can stand on", arguments: BuiltInThemes.names)
    func contrast(name: String) throws {
        let needed = name == "high-contrast" ? Contrast.enhanced : Contrast.text
        let findings = ThemeLint.findings(try ThemeLibrary().theme(named: name), needed: needed)
        #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
    }

    @Test("the overlay can be read on every theme that takes it", arguments: BuiltInThemes.names)
    func overlay(name: String) throws {
        let library = ThemeLibrary()
        let theme = try library.theme(named: name)
        let overlay = try library.overlay(named: "prod")
        #expect(overlay != nil)
        let laid = theme.laid(overlay)
        let needed = name == "high-contrast" ? Contrast.enhanced : Contrast.text
        #expect(ThemeLint.findings(laid, needed: needed).isEmpty)
        #expect((laid.style("ui.bar") == theme.style("ui.bar")) == ["mono", "print"].contains(name))
        #expect(laid.style("table.row") == theme.style("table.row"))
        #expect(laid.name == name)
    }

    /// Text on background that at most 16 colours may show: names as in a theme, and the schemes they can be read in.
    private static let allowed: [String: [TerminalPalette]] = {
        let all = TerminalPalette.allCases
        // Solarized has greys in the place of bright colours, and its black is a dark blue.
        let vivid: [TerminalPalette] = [.xterm, .linux]
        return [
            "default on default": all, "cyan on default": all, "green on default": all, "yellow on default": all,
            "red on default": all, "magenta on default": all,
            "black on cyan": all, "black on yellow": all, "black on green": all, "black on white": all,
            "bright-white on red": all, "bright-white on blue": all,
            "white on red": all, "white on blue": vivid + [.solarized],
            "white on black": all, "bright-white on black": all, "cyan on black": all, "green on black": all,
            "yellow on black": all, "red on black": vivid, "magenta on black": vivid,
            "bright-red on black": vivid, "bright-magenta on black": vivid, "bright-cyan on black": vivid,
            "bright-green on black": vivid, "bright-yellow on black": vivid,
            "black on bright-white": all, "blue on bright-white": vivid, "red on bright-white": all,
            "magenta on bright-white": vivid, "blue on white": vivid, "red on white": vivid, "magenta on white": vivid,
        ]
    }()

    @Test(
        "with 16 or 8 colours themes use no pair but those that can be read",
        arguments: BuiltInThemes.names,
        [ColorDepth.ansi16, .ansi8]
    )
    func fewColors(name: String, depth: ColorDepth) throws {
        let theme = try ThemeLibrary().theme(named: name, depth: depth)
        for pair in ThemeLint.pairs {
            let style = ThemeLint.style(pair, theme)
            let words = "\(style.foreground) on \(style.background)"
            let schemes = try #require(Self.allowed[words], "\(pair.scope): \(words) is not in the table")
            #expect(!schemes.isEmpty, "\(pair.scope): \(words)")
            for scheme in schemes {
                #expect(scheme.ratio(style) >= scheme.needed, "\(scheme): \(pair.scope): \(words)")
            }
        }
    }

    @Test("without colours only what is highlighted is in reverse", arguments: BuiltInThemes.names)
    func colourless(name: String) throws {
        let theme = try ThemeLibrary().theme(named: name, depth: .mono)
        for scope in ["ui.text", "ui.dialog", "table.row", "ui.dim", "detail.value", "ui.outcome.complete"] {
            #expect(!theme.style(scope).modifiers.contains(.reverse), "\(scope)")
        }
        for scope in ["ui.identity", "table.cursor", "ui.outcome.failed", "server.prod"] {
            #expect(theme.style(scope).modifiers.contains(.reverse), "\(scope)")
        }
    }
}

@Suite("Contrast")
struct ContrastTests {
    @Test("the ratio is that of WCAG 2.1")
    func ratio() throws {
        #expect(Contrast.ratio(.rgb(0, 0, 0), .rgb(255, 255, 255)) == 21)
        #expect(Contrast.ratio(.rgb(1, 2, 3), .rgb(1, 2, 3)) == 1)
        // The well-known greys on both sides of 4.5.
        let below = try #require(Contrast.ratio(.rgb(0x77, 0x77, 0x77), .rgb(255, 255, 255)))
        let above = try #require(Contrast.ratio(.rgb(255, 255, 255), .rgb(0x76, 0x76, 0x76)))
        #expect(below > 4.47 && below < 4.5)
        #expect(above >= 4.5 && above < 4.55)
        #expect(Contrast.ratio(.default, .rgb(0, 0, 0)) == nil)
    }

    @Test("a colour that cannot be read on a bar gives way to the bar's own")
    func gives() {
        let bar = Style(foreground: .rgb(0, 0, 0), background: .rgb(255, 255, 255))
        let cyan = Style(foreground: .rgb(0x5F, 0xE3, 0xFF), modifiers: .bold)
        #expect(cyan.over(bar) == Style(foreground: .rgb(0, 0, 0), background: .rgb(255, 255, 255), modifiers: .bold))
        let red = Style(foreground: .rgb(0xA0, 0, 0))
        #expect(red.over(bar).foreground == .rgb(0xA0, 0, 0))
        let badge = Style(foreground: .rgb(0xEE, 0xEE, 0xEE), background: .rgb(0xF0, 0xF0, 0xF0))
        #expect(badge.over(bar) == badge)
        #expect(cyan.over(.plain).foreground == cyan.foreground)
        // Of the 16 colours nobody knows what they are here.
        let cursor = Style(foreground: .ansi(15), background: .ansi(4))
        #expect(Style(foreground: .ansi(6)).over(cursor).foreground == .ansi(15))
    }

    @Test("text that would have the colour of its background is black or white")
    func same() {
        let dark = Style(foreground: .rgb(0x20, 0x20, 0x20), background: .rgb(0, 0, 0)).quantized(to: .ansi8)
        #expect(dark.background == .ansi(0) && dark.foreground == .ansi(7))
        let light = Style(foreground: .rgb(250, 250, 250), background: .rgb(240, 240, 240)).quantized(to: .ansi8)
        #expect(light.background == .ansi(7) && light.foreground == .ansi(0))
    }

    @Test("the check finds a text that cannot be read, with the line that sets it")
    func lint() throws {
        let folder = try TemporaryFolder()
        let text =
            "inherits = \"dark\"\n\n[palette]\nquiet = \"#303540\"\n\n[scopes]\n\"ui.ok\" = { fg = \"#14181F\" }\n"
        try folder.write("faint.toml", text)
        let findings = try ThemeLibrary().lint(file: folder.path + "/faint.toml")
        let dim = try #require(findings.first { $0.scope == "ui.dim" && $0.depth == .trueColor })
        #expect(dim.line == 4)
        #expect(dim.ratio < 2)
        #expect(dim.description.contains("4.5:1 is needed"))
        let success = try #require(findings.first { $0.scope == "ui.ok" })
        #expect(success.line == 7)
        #expect(findings.allSatisfy { $0.line != nil })
        #expect(findings.contains { $0.depth == .indexed256 })

        try folder.write("broken.toml", "[scopes]\n\"ui.okay\" = 1\n")
        let error = #expect(throws: ThemeError.self) { try ThemeLibrary().lint(file: folder.path + "/broken.toml") }
        #expect(error?.line == 2)
        #expect(throws: ThemeError.self) { try ThemeLibrary().lint(file: folder.path + "/none.toml") }
    }
}

@Suite("Theme overlays")
struct ThemeOverlayTests {
    @Test("an overlay is no theme, inherits none, and is not in the list of themes")
    func kind() throws {
        let error = #expect(throws: ThemeError.self) { try ThemeLibrary().theme(named: "prod") }
        #expect(error?.description.contains("overlay") == true)
        #expect(!ThemeLibrary().names.contains("prod"))
        let entry = try #require(ThemeLibrary().catalogue().first { $0.name == "prod" })
        #expect(entry.isOverlay)
        let text = "overlay = true\ninherits = \"dark\"\n"
        let inherits = #expect(throws: ThemeError.self) {
            try ThemeLibrary().theme(text: text, name: "x", file: "x.toml")
        }
        #expect(inherits?.line == 2)
    }

    @Test("the user's overlay takes the place of the one built in; a theme of that name is none")
    func own() throws {
        let folder = try TemporaryFolder()
        try folder.write("prod.toml", "overlay = true\n[scopes]\n\"ui.bar\" = { fg = \"white\", bg = \"magenta\" }\n")
        try folder.write("test.toml", "inherits = \"dark\"\n")
        let library = ThemeLibrary(directories: [folder.path])
        let overlay = try #require(try library.overlay(named: "prod"))
        #expect(Theme.standard.laid(overlay).style("ui.bar").background == .ansi(5))
        #expect(try library.overlay(named: "test") == nil)
        #expect(try library.overlay(named: "demo") == nil)
    }

    @Test("the list of themes has those built in first, then files, with what is wrong with them")
    func catalogue() throws {
        let folder = try TemporaryFolder()
        try folder.write("aaa.toml", "inherits = \"light\"\n")
        try folder.write("bad.toml", "\ncolour = 1\n")
        try folder.write("dark.toml", "inherits = \"dark\"\nappearance = \"light\"\n")
        let entries = ThemeLibrary(directories: [folder.path]).catalogue(depth: .indexed256)
        #expect(entries.map(\.name) == BuiltInThemes.names + ["aaa", "bad", "prod"])
        let own = try #require(entries.first { $0.name == "dark" })
        #expect(own.path == folder.path + "/dark.toml")
        #expect(try own.theme.get().appearance == .light)
        #expect(try own.theme.get().depth == .indexed256)
        let bad = try #require(entries.first { $0.name == "bad" })
        let error = #expect(throws: ThemeError.self) { try bad.theme.get() }
        #expect(error?.line == 2)
    }
}
