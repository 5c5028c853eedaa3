/// Styles by scope and glyphs by name, ready for one colour depth and one character set.
///
/// Scopes are dotted names; the longest defined prefix wins: `table.status.started`, then `table.status`, then `table`,
/// then `ui.text`.
public struct Theme: Sendable {
    public enum Appearance: String, Sendable, CaseIterable {
        case dark, light, any
    }

    public let name: String
    public let appearance: Appearance
    /// The colours styles were fitted to.
    public let depth: ColorDepth
    /// Glyphs are the ASCII twins.
    public let isASCII: Bool

    /// Text and background of the screen: what cells without colours of their own have, see ``Grid/settle(_:)``.
    public let ground: Style
    /// Text and background of a dialog.
    public let panel: Style

    private let definition: ThemeDefinition
    private let styles: [String: Style]
    private let glyphs: [[TerminalText]]

    /// Every scope the program asks for, parents included. A theme may define any of these, or something below one.
    public static let documentedScopes: [String] = [
        "ui", "ui.text", "ui.dim", "ui.title", "ui.border", "ui.dialog", "ui.dialog.title", "ui.field",
        "ui.field.active",
        "ui.field.placeholder", "ui.button", "ui.button.active", "ui.error", "ui.warning", "ui.ok", "ui.key", "ui.bar",
        "ui.bar.scope", "ui.bar.scope.active", "ui.identity", "ui.identity.warning", "ui.match", "ui.scroll",
        "ui.outcome", "ui.outcome.running", "ui.outcome.complete", "ui.outcome.cancelled", "ui.outcome.limited",
        "ui.outcome.failed",
        "server", "server.prod", "server.test", "server.local",
        "table", "table.header", "table.row", "table.cursor", "table.mark", "table.stat", "table.new", "table.changed",
        "table.gone",
        "table.status", "table.status.scheduled", "table.status.arrived", "table.status.ready", "table.status.started",
        "table.status.departed", "table.status.completed", "table.status.discontinued", "table.guessed",
        "table.truncated",
        "builder", "builder.required", "builder.value", "builder.error", "builder.note", "builder.sequence",
        "detail", "detail.tag", "detail.vr", "detail.name", "detail.value", "detail.empty", "detail.absent",
        "log", "log.time", "log.sent", "log.received", "log.error",
    ]

    init(_ definition: ThemeDefinition, depth: ColorDepth, ascii: Bool) {
        self.definition = definition
        self.depth = depth
        isASCII = ascii
        name = definition.name
        appearance = definition.appearance
        var styles: [String: Style] = [:]
        for scope in Self.documentedScopes + definition.rules.keys {
            styles[scope] = definition.style(scope, depth: depth)
        }
        ground = styles["ui.text"] ?? .plain
        panel = (styles["ui.dialog"] ?? .plain).over(ground)
        if ground.background != .default {
            // What is filled with the common backgrounds has none of its own, so that a bar behind it shows through.
            for (scope, style) in styles where style.background == ground.background || scope == "ui.dialog" {
                styles[scope]?.background = .default
            }
        }
        self.styles = styles
        glyphs = Glyph.allCases.map { glyph in
            guard let pair = definition.glyphs[glyph] else { return ["?"] }
            return ascii ? pair.ascii : pair.unicode
        }
    }

    /// The style of a scope. Never fails: an unknown scope gets that of its longest known prefix.
    public func style(_ scope: String) -> Style {
        if let style = styles[scope] { return style }
        var style = definition.style(scope, depth: depth)
        if style.background == ground.background { style.background = .default }
        return style
    }

    /// The style of a scope, laid over another: a status colour on the cursor row.
    public func style(_ scope: String, over base: Style) -> Style { style(scope).over(base) }

    /// A glyph, one column wide; the first frame of an animated one.
    public func glyph(_ glyph: Glyph) -> TerminalText { glyphs[glyph.index].first ?? "?" }

    /// All frames of a glyph; at least one.
    public func frames(_ glyph: Glyph) -> [TerminalText] { glyphs[glyph.index] }

    /// The frame of an animated glyph after a number of steps.
    public func glyph(_ glyph: Glyph, step: Int) -> TerminalText {
        let frames = glyphs[glyph.index]
        guard !frames.isEmpty else { return "?" }
        return frames[Int(step.magnitude % UInt(frames.count))]
    }

    /// The theme with an overlay's colours and signs in place of its own; a theme without colours stays as it is.
    public func laid(_ overlay: ThemeOverlay?) -> Theme {
        guard let overlay, isColored else { return self }
        return Theme(definition.merging(overlay.definition), depth: depth, ascii: isASCII)
    }

    /// It tells a production server by a colour, not by letters and shapes alone.
    public var isColored: Bool {
        guard let (red, green, blue) = definition.style("server.prod", depth: .trueColor).background.components else {
            return false
        }
        return max(red, green, blue) - min(red, green, blue) > 24
    }

    /// Every sign is ASCII, whatever the terminal can show.
    public var drawsASCII: Bool { definition.glyphs.values.allSatisfy { $0.unicode.allSatisfy(\.isASCII) } }

    /// The same theme for a terminal with other abilities.
    public func adapted(to depth: ColorDepth, ascii: Bool) -> Theme {
        depth == self.depth && ascii == isASCII ? self : Theme(definition, depth: depth, ascii: ascii)
    }
}

/// Colours and signs to lay over a theme, such as the red title line of a production server.
public struct ThemeOverlay: Sendable {
    public let name: String
    let definition: ThemeDefinition
}

/// A theme as its files say, parents merged in, colours not yet chosen.
struct ThemeDefinition: Sendable {
    /// A colour with what stands in for it where it cannot be shown.
    struct PaletteEntry: Sendable {
        var full: Color
        var c256: Color?
        var c16: Color?

        func color(for depth: ColorDepth) -> Color {
            switch depth {
            case .trueColor: full
            case .indexed256: (c256 ?? full).quantized(to: depth)
            case .ansi16, .ansi8, .mono: (c16 ?? c256 ?? full).quantized(to: .ansi16)
            }
        }
    }

    /// Colours by name, so that a child's palette recolours what it inherits.
    struct Rule: Sendable {
        var foreground: String?
        var background: String?
        var modifiers: Modifiers = []
    }

    struct GlyphPair: Sendable {
        var unicode: [TerminalText]
        var ascii: [TerminalText]
    }

    var name: String
    var isOverlay = false
    var appearance: Theme.Appearance = .any
    var palette: [String: PaletteEntry] = [:]
    var rules: [String: Rule] = [:]
    var glyphs: [Glyph: GlyphPair] = [:]

    /// A palette name or a literal colour; nil when it is neither.
    func entry(_ name: String) -> PaletteEntry? {
        palette[name] ?? Color(parsing: name).map { PaletteEntry(full: $0) }
    }

    func rule(for scope: String) -> Rule? {
        var prefix = scope[...]
        while true {
            if let rule = rules[String(prefix)] { return rule }
            guard let dot = prefix.lastIndex(of: ".") else { return rules["ui.text"] }
            prefix = prefix[..<dot]
        }
    }

    func style(_ scope: String, depth: ColorDepth) -> Style {
        guard let rule = rule(for: scope) else { return .plain }
        func color(_ name: String?) -> Color {
            name.flatMap { entry($0) }?.color(for: depth) ?? .default
        }
        var background = color(rule.background)
        // Without colours, what stands on the common background is not highlighted.
        if depth == .mono, background == color(rules["ui.text"]?.background) { background = .default }
        return Style(
            foreground: color(rule.foreground),
            background: background,
            modifiers: rule.modifiers
        ).quantized(to: depth)
    }

    /// This definition with what another one says in place of its own.
    func merging(_ other: ThemeDefinition) -> ThemeDefinition {
        var result = self
        result.palette.merge(other.palette) { $1 }
        result.rules.merge(other.rules) { $1 }
        result.glyphs.merge(other.glyphs) { $1 }
        return result
    }
}
