import TOMLKit

/// Reads one theme file into a definition, on top of the theme it inherits.
struct ThemeParser {
    let file: String
    let lines: ThemeLines

    static func parse(
        _ text: String,
        name: String,
        file: String,
        inherit: (_ parent: String, _ line: Int?) throws(ThemeError) -> ThemeDefinition
    ) throws(ThemeError) -> ThemeDefinition {
        let parser = ThemeParser(file: file, lines: ThemeLines(text))
        let table: TOMLTable
        do {
            table = try SafeTOML.parse(text)
        } catch {
            throw ThemeError(file: file, line: error.line, message: "not TOML: \(error.words) (column \(error.column))")
        }
        return try parser.definition(table, name: name, inherit: inherit)
    }

    private func fail(_ section: String, _ key: String, _ message: String) -> ThemeError {
        ThemeError(file: file, line: lines.line(section: section, key: key), message: message)
    }

    private static let keys: Set = ["inherits", "appearance", "overlay", "palette", "scopes", "glyphs"]

    private func definition(
        _ table: TOMLTable,
        name: String,
        inherit: (_ parent: String, _ line: Int?) throws(ThemeError) -> ThemeDefinition
    ) throws(ThemeError) -> ThemeDefinition {
        for key in table.keys.sorted() where !Self.keys.contains(key) {
            throw fail(
                "",
                key,
                "unknown key \(quoted(key)); expected inherits, appearance, overlay, [palette], [scopes] or [glyphs]"
            )
        }
        var result = ThemeDefinition(name: name)
        if let value = table["inherits"] {
            guard let parent = value.string else {
                throw fail("", "inherits", "inherits: expected the name of a theme in quotes")
            }
            result = try inherit(parent, lines.line(section: "", key: "inherits"))
            result.name = name
        }
        if let value = table["overlay"] {
            guard let isOverlay = value.bool else { throw fail("", "overlay", "overlay: expected true or false") }
            if isOverlay, table["inherits"] != nil {
                throw fail("", "inherits", "inherits: an overlay lies on the theme in use and inherits none")
            }
            result.isOverlay = isOverlay
        }
        if let value = table["appearance"] {
            guard let appearance = value.string.flatMap(Theme.Appearance.init(rawValue:)) else {
                throw fail("", "appearance", "appearance: expected \"dark\", \"light\" or \"any\"")
            }
            result.appearance = appearance
        }
        try readPalette(section("palette", of: table), into: &result)
        try readScopes(section("scopes", of: table), prefix: "", into: &result)
        try readGlyphs(section("glyphs", of: table), into: &result)
        return result
    }

    private func section(_ name: String, of table: TOMLTable) throws(ThemeError) -> TOMLTable? {
        guard let value = table[name] else { return nil }
        guard let section = value.table else { throw fail("", name, "\(name): expected a table, [\(name)]") }
        return section
    }

    // MARK: Palette

    private static let colorForms =
        "default, one of the 16 names (\(Color.names.joined(separator: ", "))), #RRGGBB or 0 to 255"

    private func readPalette(_ table: TOMLTable?, into result: inout ThemeDefinition) throws(ThemeError) {
        guard let table else { return }
        for key in table.keys.sorted() {
            guard let value = table[key] else { continue }
            guard Color(parsing: key) == nil else {
                throw fail(
                    "palette",
                    key,
                    "palette: \(quoted(key)) is the name of a colour already; choose another name"
                )
            }
            if let color = literal(value) {
                result.palette[key] = ThemeDefinition.PaletteEntry(full: color)
                continue
            }
            guard let parts = value.table else {
                throw fail("palette", key, "palette.\(shown(key)): expected \(Self.colorForms), or { hex, c256, c16 }")
            }
            for part in parts.keys.sorted() where !["hex", "c256", "c16"].contains(part) {
                throw fail(
                    "palette",
                    key,
                    "palette.\(shown(key)): unknown key \(quoted(part)); expected hex, c256 or c16"
                )
            }
            let full = try color(parts["hex"], of: key, part: "hex") {
                if case .rgb = $0 { true } else { false }
            }
            let c256 = try color(parts["c256"], of: key, part: "c256") {
                if case .rgb = $0 { false } else { true }
            }
            let c16 = try color(parts["c16"], of: key, part: "c16") {
                switch $0 {
                case .ansi, .default: true
                case .indexed(let number): number < 16
                case .rgb: false
                }
            }
            guard let first = full ?? c256 ?? c16 else {
                throw fail("palette", key, "palette.\(shown(key)): expected at least one of hex, c256, c16")
            }
            result.palette[key] = ThemeDefinition.PaletteEntry(full: first, c256: c256, c16: c16)
        }
    }

    private func color(
        _ value: (any TOMLValueConvertible)?,
        of key: String,
        part: String,
        isAllowed: (Color) -> Bool
    ) throws(ThemeError) -> Color? {
        guard let value else { return nil }
        if let color = literal(value), isAllowed(color) { return color }
        let expected =
            switch part {
            case "hex": "\"#RRGGBB\""
            case "c256": "a number from 0 to 255"
            default: "one of the 16 names (\(Color.names.joined(separator: ", "))) or 0 to 15"
            }
        throw fail("palette", key, "palette.\(shown(key)): \(part) must be \(expected)")
    }

    private func literal(_ value: any TOMLValueConvertible) -> Color? {
        if let text = value.string { return Color(parsing: text) }
        if let number = value.int { return UInt8(exactly: number).map { .indexed($0) } }
        return nil
    }

    // MARK: Scopes

    /// A table of `fg`, `bg` and `mods` is a rule; any other table is a level of dotted names.
    private func readScopes(
        _ table: TOMLTable?,
        prefix: String,
        into result: inout ThemeDefinition
    ) throws(ThemeError) {
        guard let table else { return }
        var own = ThemeDefinition.Rule()
        var hasOwn = false
        for key in table.keys.sorted() {
            guard let value = table[key] else { continue }
            if !prefix.isEmpty, ["fg", "bg", "mods"].contains(key), !(value.table != nil) {
                try read(key, value, scope: prefix, into: &own, result)
                hasOwn = true
                continue
            }
            let scope = prefix.isEmpty ? key : prefix + "." + key
            try checkScope(scope)
            if let nested = value.table {
                if nested.isEmpty {
                    result.rules[scope] = ThemeDefinition.Rule()
                } else {
                    try readScopes(nested, prefix: scope, into: &result)
                }
            } else {
                var rule = ThemeDefinition.Rule()
                try read("fg", value, scope: scope, into: &rule, result)
                result.rules[scope] = rule
            }
        }
        if hasOwn { result.rules[prefix] = own }
    }

    private func checkScope(_ scope: String) throws(ThemeError) {
        let known = Theme.documentedScopes.contains {
            $0 == scope || $0.hasPrefix(scope + ".")
        }
        if known { return }
        if let dot = scope.lastIndex(of: "."), Theme.documentedScopes.contains(String(scope[..<dot])) {
            let parent = scope[..<dot]
            let below = Theme.documentedScopes.filter { $0.hasPrefix(parent + ".") }
            throw fail(
                "scopes",
                scope,
                "unknown key or scope \(quoted(scope)); expected fg, bg or mods of \(quoted(String(parent)))"
                    + (below.isEmpty ? "" : ", or " + below.joined(separator: ", "))
            )
        }
        let root = scope.split(separator: ".").first.map(String.init) ?? ""
        let near = Theme.documentedScopes.filter { $0.hasPrefix(root + ".") }
        let roots = Theme.documentedScopes.filter { !$0.contains(".") }
        throw fail(
            "scopes",
            scope,
            "unknown scope \(quoted(scope)); expected "
                + (near.isEmpty ? "a name below \(roots.joined(separator: ", "))" : near.joined(separator: ", "))
        )
    }

    private func read(
        _ key: String,
        _ value: any TOMLValueConvertible,
        scope: String,
        into rule: inout ThemeDefinition.Rule,
        _ result: ThemeDefinition
    ) throws(ThemeError) {
        if key == "mods" {
            guard let list = value.array else {
                throw fail(
                    "scopes",
                    scope + "." + key,
                    "scope \(quoted(scope)): mods must be a list, such as [\"bold\"]"
                )
            }
            for item in list {
                let names = Modifiers.names
                guard let name = item.string, let found = names.first(where: { $0.name == name }) else {
                    throw fail(
                        "scopes",
                        scope + "." + key,
                        "scope \(quoted(scope)): unknown modifier \(quoted(item.string ?? item.debugDescription)); expected "
                            + names.map(\.name).joined(separator: ", ")
                    )
                }
                rule.modifiers.insert(found.modifier)
            }
            return
        }
        let name = value.string ?? value.int.map { String($0) } ?? ""
        guard result.entry(name) != nil else {
            let own = result.palette.keys.sorted().map { shown($0) }.joined(separator: ", ")
            throw fail(
                "scopes",
                scope + "." + key,
                "scope \(quoted(scope)): unknown colour \(quoted(name)) for \(key); expected \(Self.colorForms)"
                    + (own.isEmpty ? "" : ", or a [palette] name (\(own))")
            )
        }
        if key == "fg" { rule.foreground = name } else { rule.background = name }
    }

    // MARK: Glyphs

    private func readGlyphs(_ table: TOMLTable?, into result: inout ThemeDefinition) throws(ThemeError) {
        guard let table else { return }
        for key in table.keys.sorted() {
            guard let value = table[key] else { continue }
            guard let glyph = Glyph(rawValue: key) else {
                throw fail(
                    "glyphs",
                    key,
                    "unknown glyph \(quoted(key)); expected " + Glyph.allCases.map(\.rawValue).joined(separator: ", ")
                )
            }
            if let parts = value.table {
                for part in parts.keys.sorted() where !["unicode", "ascii"].contains(part) {
                    throw fail("glyphs", key, "glyph \(key): unknown key \(quoted(part)); expected unicode or ascii")
                }
                let old = result.glyphs[glyph]
                let unicode = try parts["unicode"].map { value throws(ThemeError) in
                    try frames(value, key, ascii: false)
                }
                let ascii = try parts["ascii"].map { value throws(ThemeError) in try frames(value, key, ascii: true) }
                guard let both = unicode ?? old?.unicode ?? ascii, let twin = ascii ?? old?.ascii else {
                    throw fail("glyphs", key, "glyph \(key): expected both unicode and ascii")
                }
                result.glyphs[glyph] = ThemeDefinition.GlyphPair(unicode: both, ascii: twin)
            } else {
                let shown = try frames(value, key, ascii: false)
                if shown.allSatisfy(\.isASCII) {
                    result.glyphs[glyph] = ThemeDefinition.GlyphPair(unicode: shown, ascii: shown)
                } else if let twin = result.glyphs[glyph]?.ascii {
                    result.glyphs[glyph] = ThemeDefinition.GlyphPair(unicode: shown, ascii: twin)
                } else {
                    throw fail("glyphs", key, "glyph \(key): needs an ASCII twin: { unicode = …, ascii = … }")
                }
            }
        }
    }

    private func frames(
        _ value: any TOMLValueConvertible,
        _ key: String,
        ascii: Bool
    ) throws(ThemeError) -> [TerminalText] {
        var texts: [String] = []
        if let text = value.string {
            texts = [text]
        } else if let list = value.array {
            for item in list {
                guard let text = item.string else {
                    throw fail("glyphs", key, "glyph \(key): a list of frames must hold text only")
                }
                texts.append(text)
            }
        }
        guard !texts.isEmpty else {
            throw fail("glyphs", key, "glyph \(key): expected text one column wide, or a list of such texts")
        }
        var result: [TerminalText] = []
        for text in texts {
            let safe = TerminalText(text)
            guard safe.width == 1, !safe.altered else {
                throw fail(
                    "glyphs",
                    key,
                    "glyph \(key): \(quoted(text)) must be one visible character, one column wide"
                )
            }
            guard !ascii || safe.isASCII else {
                throw fail("glyphs", key, "glyph \(key): the ascii form \(quoted(text)) is not ASCII")
            }
            result.append(safe)
        }
        return result
    }

    /// Text of the file may hold anything; error messages go to a terminal.
    private func shown(_ text: String) -> String { TerminalText(text, limit: 60).string }
    private func quoted(_ text: String) -> String { "\"\(shown(text))\"" }
}

/// Finds the line of a key again: the TOML parser tells lines only for its own errors.
struct ThemeLines {
    private var places: [String: Int] = [:]
    /// Tables that no line names but as the beginning of a dotted key.
    private var beginnings: [String: Int] = [:]

    init(_ text: String) {
        var section = ""
        var number = 0
        for raw in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let line = raw.drop { $0 == " " || $0 == "\t" }
            if line.first == "[" {
                let name = line.drop { $0 == "[" }.prefix { $0 != "]" }
                section = Self.path(name).joined(separator: ".")
                note(section, number)
                continue
            }
            guard line.first != "#", let key = Self.key(of: line) else { continue }
            let path = Self.path(key).joined(separator: ".")
            note(section.isEmpty ? path : section + "." + path, number)
        }
    }

    private mutating func note(_ path: String, _ number: Int) {
        if places[path] == nil { places[path] = number }
        var rest = path[...]
        while let dot = rest.lastIndex(of: ".") {
            rest = rest[..<dot]
            if beginnings[String(rest)] == nil { beginnings[String(rest)] = number }
        }
    }

    /// The line of `section.key` itself.
    func exactLine(section: String, key: String) -> Int? { places[section + "." + key] }

    /// The line of `section.key`, or of the nearest table around it.
    func line(section: String, key: String) -> Int? {
        var path = section.isEmpty ? key[...] : (section + "." + key)[...]
        while true {
            if let line = places[String(path)] { return line }
            guard let dot = path.lastIndex(of: ".") else { return beginnings[section.isEmpty ? key : section] }
            path = path[..<dot]
        }
    }

    /// What stands before the first `=` outside quotes.
    private static func key(of line: Substring) -> Substring? {
        var quote: Character?
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "=" {
                return line[..<index]
            }
        }
        return nil
    }

    /// The parts of a dotted key, quotes taken off.
    private static func path(_ key: Substring) -> [String] {
        var parts: [String] = [""]
        var quote: Character?
        for character in key {
            if let open = quote {
                if character == open { quote = nil } else { parts[parts.count - 1].append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "." {
                parts.append("")
            } else if character != " " && character != "\t" {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}
