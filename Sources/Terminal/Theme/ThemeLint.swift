/// What of a theme is hard to read: every text on every background it can stand on.
public enum ThemeLint {
    /// A text and a background that are too near to one another.
    public struct Finding: Hashable, Sendable, CustomStringConvertible {
        public let scope: String
        /// The scope whose background it stands on.
        public let background: String
        public let style: Style
        public let ratio: Double
        public let needed: Double
        public let depth: ColorDepth
        /// With which 16 colours; nil where colours are the theme's own.
        public let palette: TerminalPalette?
        /// The line that sets the colour; nil if another theme does.
        public let line: Int?

        public var description: String {
            let place = scope == background ? scope : "\(scope) on \(background)"
            let colors = palette.map { ", colours of \($0.rawValue)" } ?? ""
            return "\(place): contrast \(Self.tenths(ratio)):1, \(Self.tenths(needed)):1 is needed "
                + "(\(style.foreground) on \(style.background), \(depth.words)\(colors))"
        }

        private static func tenths(_ value: Double) -> String {
            // Rounded down: 4.49 is not 4.5.
            let whole = Int((value * 10).rounded(.down))
            return "\(whole / 10).\(whole % 10)"
        }
    }

    /// What stands on what.
    struct Pair: Hashable {
        var scope: String
        var background: String
        var isSign = false
    }

    /// Frames and bars are no text.
    static let signs: Set<String> = ["ui.border", "ui.scroll"]

    static let pairs: [Pair] = {
        var pairs: [Pair] = []
        for scope in Theme.documentedScopes {
            let isSign = signs.contains(scope)
            if scope.hasPrefix("ui.bar") {
                pairs.append(Pair(scope: scope, background: "ui.bar"))
            } else {
                for background in ["ui.text", "ui.dialog"] {
                    pairs.append(Pair(scope: scope, background: background, isSign: isSign))
                }
            }
        }
        pairs.append(Pair(scope: "ui.key", background: "table.header"))
        return pairs
    }()

    /// The colours of a pair.
    static func style(_ pair: Pair, _ theme: Theme) -> Style {
        let ground = theme.ground
        let base = pair.background == "ui.dialog" ? theme.panel : theme.style(pair.background).over(ground)
        let own = pair.scope == "ui.dialog" ? theme.panel : theme.style(pair.scope)
        // Not `over`: it would put another colour in the place of one that cannot be read.
        return Style(
            foreground: own.foreground == .default ? base.foreground : own.foreground,
            background: own.background == .default ? base.background : own.background,
            modifiers: own.modifiers
        )
    }

    /// Everything that is hard to read, each pair once per depth of colours.
    ///
    /// - Parameter needed: The least contrast of text; 4.5 as WCAG 2.1 has it, 7 for a theme of high contrast.
    public static func findings(_ theme: Theme, needed: Double = Contrast.text) -> [Finding] {
        findings(theme, needed: needed) { _ in nil }
    }

    static func findings(_ theme: Theme, needed: Double, line: (Pair) -> Int?) -> [Finding] {
        var result: [Finding] = []
        for depth in [ColorDepth.trueColor, .indexed256] {
            let theme = theme.adapted(to: depth, ascii: false)
            for pair in pairs {
                let style = style(pair, theme)
                // One of the 16 colours is what the terminal makes of it, and is looked at below.
                guard style.foreground.isFixed, style.background.isFixed,
                    let ratio = Contrast.ratio(style.foreground, style.background)
                else { continue }
                let needed = pair.isSign ? Contrast.sign : needed
                if ratio < needed {
                    result.append(finding(pair, style, ratio, needed, depth, nil, line(pair)))
                }
            }
        }
        for depth in [ColorDepth.ansi16, .ansi8] {
            let theme = theme.adapted(to: depth, ascii: false)
            for palette in [TerminalPalette.xterm, .linux] {
                for pair in pairs {
                    let style = style(pair, theme)
                    let ratio = palette.ratio(style)
                    if ratio < palette.needed {
                        result.append(finding(pair, style, ratio, palette.needed, depth, palette, line(pair)))
                    }
                }
            }
        }
        return result
    }

    private static func finding(
        _ pair: Pair,
        _ style: Style,
        _ ratio: Double,
        _ needed: Double,
        _ depth: ColorDepth,
        _ palette: TerminalPalette?,
        _ line: Int?
    ) -> Finding {
        Finding(
            scope: pair.scope,
            background: pair.background,
            style: style,
            ratio: ratio,
            needed: needed,
            depth: depth,
            palette: palette,
            line: line
        )
    }
}

/// What the 16 colours are on a terminal in use.
public enum TerminalPalette: String, Sendable, CaseIterable {
    case xterm
    /// The console of Linux, which has the colours of VGA.
    case linux
    /// A scheme whose bright colours are greys: what a theme says with `bright-` is lost there.
    case solarized

    /// With 16 colours nobody can promise 4.5:1; below this a text is a guess.
    var needed: Double { self == .linux ? 2.5 : 3 }

    private var values: [UInt32] {
        switch self {
        case .xterm:
            [
                0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
                0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
            ]
        case .linux:
            [
                0x000000, 0xAA0000, 0x00AA00, 0xAA5500, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xAAAAAA,
                0x555555, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF,
            ]
        case .solarized:
            [
                0x073642, 0xDC322F, 0x859900, 0xB58900, 0x268BD2, 0xD33682, 0x2AA198, 0xEEE8D5,
                0x002B36, 0xCB4B16, 0x586E75, 0x657B83, 0x839496, 0x6C71C4, 0x93A1A1, 0xFDF6E3,
            ]
        }
    }

    /// The terminal's own text and background.
    private var ground: (text: UInt32, background: UInt32) {
        switch self {
        case .xterm: (0xE5E5E5, 0x000000)
        case .linux: (0xAAAAAA, 0x000000)
        case .solarized: (0x839496, 0x002B36)
        }
    }

    /// The contrast of a style of at most 16 colours.
    func ratio(_ style: Style) -> Double {
        Contrast.ratio(
            luminance(style.foreground, else: ground.text),
            luminance(style.background, else: ground.background)
        )
    }

    private func luminance(_ color: Color, else ground: UInt32) -> Double {
        switch color {
        case .default: luminance(ground)
        case .ansi(let number), .indexed(let number): luminance(values[Int(number & 15)])
        case .rgb(let red, let green, let blue): Contrast.luminance((red, green, blue))
        }
    }

    private func luminance(_ value: UInt32) -> Double {
        Contrast.luminance(
            (
                UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
                UInt8(truncatingIfNeeded: value)
            )
        )
    }
}

extension Color {
    /// The same on every terminal: neither its own colour nor one of the 16 it may define as it likes.
    var isFixed: Bool {
        switch self {
        case .rgb: true
        case .indexed(let number): number >= 16
        case .ansi, .default: false
        }
    }
}

extension ColorDepth {
    /// How many colours, in words.
    public var words: String {
        switch self {
        case .mono: "no colours"
        case .ansi8: "8 colours"
        case .ansi16: "16 colours"
        case .indexed256: "256 colours"
        case .trueColor: "24 bits"
        }
    }
}

extension ThemeLibrary {
    /// What is hard to read in the theme of a file, with the lines that say so.
    ///
    /// - Throws: ``ThemeError`` with file and line when it is no theme at all.
    public func lint(file path: String, needed: Double = Contrast.text) throws(ThemeError) -> [ThemeLint.Finding] {
        guard let text = try read(path) else {
            throw ThemeError(file: path, line: nil, message: "there is no such file")
        }
        let stem = path.split(separator: "/").last.map { $0.hasSuffix(".toml") ? $0.dropLast(5) : $0 } ?? "theme"
        let name = String(stem)
        let found = try definition(of: text, name: name, path: path)
        // An overlay is looked at where it is seen: on the default theme.
        let full = found.isOverlay ? try definition(named: "default").merging(found) : found
        let lines = ThemeLines(text)
        func line(_ pair: ThemeLint.Pair) -> Int? {
            for scope in [pair.scope, pair.background, "ui.text"] {
                if let line = lines.exactLine(section: "scopes", key: scope) { return line }
                let rule = full.rule(for: scope)
                for name in [rule?.foreground, rule?.background].compactMap(\.self) {
                    if let line = lines.exactLine(section: "palette", key: name) { return line }
                }
            }
            return nil
        }
        return ThemeLint.findings(Theme(full, depth: .trueColor, ascii: false), needed: needed, line: line)
    }
}
