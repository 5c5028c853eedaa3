import Terminal
import WorklistBrowser

/// `keymap.toml`: `[list]`, then `"r" = "query.run"`, a binding a line; before them `inherits = "vim"`.
///
/// Read line by line, so that every mistake is found, and each with its line: a key written twice is none of TOML's
/// mistakes to stop at, but the user's to be told of.
enum KeymapFile {
    static var path: String { Configuration.folder + "/keymap.toml" }

    /// The file at `explicit`, or the usual one; none is the built-in keymap. A file that was named and cannot be read is
    /// an error.
    static func load(_ explicit: String? = nil) throws(CommandFailure) -> UserKeymap {
        let path = explicit ?? Self.path
        switch UserFile.read(path) {
        case .missing where explicit == nil: return .standard
        case .missing: throw .usage("there is no keymap \(path)")
        case .failure(let problem):
            if explicit != nil { throw .usage("cannot read the keymap \(problem.description)") }
            return UserKeymap(KeymapSource(path: path), problems: [problem])
        case .text(let text):
            let (source, problems) = parse(text, path: path)
            return UserKeymap(source, problems: problems)
        }
    }

    static func parse(_ text: String, path: String) -> (KeymapSource, [SettingsProblem]) {
        var source = KeymapSource(path: path)
        var problems: [SettingsProblem] = []
        var context: String?
        var isLost = false
        for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            do throws(LineFault) {
                switch try statement(String(line)) {
                case .nothing: break
                case .table(let name):
                    context = name
                    isLost = false
                case .pair(let key, let value):
                    if let context {
                        source.lines.append(
                            KeymapSource.Line(context: context, key: key, command: value, number: number)
                        )
                    } else if isLost {
                        // Under a heading that could not be read; that was said.
                    } else if key == "inherits" {
                        source.inherits = (value, number)
                    } else {
                        throw LineFault("'\(key)' stands in no context; write a line such as [list] above it")
                    }
                }
            } catch {
                if error.isHeader {
                    context = nil
                    isLost = true
                }
                problems.append(SettingsProblem(path: path, line: number, text: error.words))
            }
        }
        return (source, problems)
    }

    private struct LineFault: Error {
        var words: String
        var isHeader = false

        init(_ words: String, isHeader: Bool = false) {
            self.words = words
            self.isHeader = isHeader
        }
    }

    private enum Statement {
        case nothing
        case table(String)
        case pair(key: String, value: String)
    }

    private static func statement(_ line: String) throws(LineFault) -> Statement {
        var rest = Substring(line)
        skipBlanks(&rest)
        if rest.last == "\r" { rest.removeLast() }
        if rest.isEmpty || rest.first == "#" { return .nothing }
        if rest.first == "[" {
            rest.removeFirst()
            skipBlanks(&rest)
            let name: String
            do throws(LineFault) {
                name = try word(&rest, until: "]")
            } catch {
                throw LineFault(error.words, isHeader: true)
            }
            guard rest.first == "]" else {
                throw LineFault("a context is written in brackets, such as [list]", isHeader: true)
            }
            rest.removeFirst()
            try expectEnd(rest)
            return .table(name)
        }
        let key = try word(&rest, until: "=")
        guard rest.first == "=" else {
            throw LineFault("expected a key, =, and a command, such as \"r\" = \"query.run\"")
        }
        rest.removeFirst()
        skipBlanks(&rest)
        guard rest.first == "\"" || rest.first == "'" else {
            throw LineFault("expected the name of a command in quotes behind =, or \"\" for none")
        }
        let value = try word(&rest, until: "#")
        try expectEnd(rest)
        return .pair(key: key, value: value)
    }

    private static func expectEnd(_ rest: Substring) throws(LineFault) {
        var rest = rest
        skipBlanks(&rest)
        guard rest.isEmpty || rest.first == "#" else {
            throw LineFault("the line should end before '\(rest.prefix(20))'; one binding a line")
        }
    }

    private static func skipBlanks(_ rest: inout Substring) {
        rest = rest.drop { $0 == " " || $0 == "\t" }
    }

    /// A text in quotes, or a bare one that ends at a blank or at `end`.
    private static func word(_ rest: inout Substring, until end: Character) throws(LineFault) -> String {
        defer { skipBlanks(&rest) }
        guard let quote = rest.first, quote == "\"" || quote == "'" else {
            let bare = rest.prefix { $0 != " " && $0 != "\t" && $0 != end }
            let isBare = bare.unicodeScalars.allSatisfy {
                switch $0 {
                case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
                default: false
                }
            }
            guard isBare, !bare.isEmpty else {
                throw LineFault("'\(bare.prefix(20))' needs quotes around it")
            }
            rest = rest.dropFirst(bare.count)
            return String(bare)
        }
        rest.removeFirst()
        var text = ""
        while let character = rest.first {
            rest.removeFirst()
            if character == quote { return text }
            guard character == "\\", quote == "\"" else {
                text.append(character)
                continue
            }
            switch rest.first {
            case "\\": text.append("\\")
            case "\"": text.append("\"")
            case "t": text.append("\t")
            case "u":
                let digits = rest.dropFirst().prefix(4)
                guard digits.count == 4, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
                else {
                    throw LineFault("\\u wants four digits that are a character")
                }
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst(4)
            default: throw LineFault("write a backslash as \\\\ in double quotes, or use single quotes")
            }
            rest.removeFirst()
        }
        throw LineFault("the quote is not closed on this line")
    }
}
