import CNcurses
import Glibc

/// Finds themes: in the given folders, first one first, then among the built-in ones.
public struct ThemeLibrary: Sendable {
    /// Folders that hold `NAME.toml` files, the user's before the system's.
    public let directories: [String]

    /// How many themes may inherit one from the other.
    static let depthLimit = 8
    /// The largest theme file read, in bytes.
    static let sizeLimit = 1 << 20

    public init(directories: [String] = []) {
        self.directories = directories
    }

    /// The theme of that name.
    ///
    /// - Throws: ``ThemeError`` with file and line when the file, or one it inherits, cannot be used.
    public func theme(
        named name: String,
        depth: ColorDepth = .trueColor,
        ascii: Bool = false
    ) throws(ThemeError) -> Theme {
        let found = try definition(named: name, chain: [], from: nil)
        if found.isOverlay {
            throw ThemeError(
                file: source(of: name) ?? name,
                line: nil,
                message: "is an overlay, laid over the theme in use; expected one of \(names.joined(separator: ", "))"
            )
        }
        return Theme(found, depth: depth, ascii: ascii)
    }

    /// A theme from the text of a file. `file` appears in errors.
    public func theme(
        text: String,
        name: String,
        file: String,
        depth: ColorDepth = .trueColor,
        ascii: Bool = false
    ) throws(ThemeError) -> Theme {
        let definition = try parse(text, name: name, file: file, chain: [])
        return Theme(definition, depth: depth, ascii: ascii)
    }

    /// What is laid over the theme while a server of that accent is used; nil when there is nothing.
    public func overlay(named name: String) throws(ThemeError) -> ThemeOverlay? {
        guard source(of: name) != nil else { return nil }
        let found = try definition(named: name, chain: [], from: nil)
        // A theme of the user's may have the same name as an accent.
        return found.isOverlay ? ThemeOverlay(name: name, definition: found) : nil
    }

    /// A theme of the list, or why it cannot be used.
    public struct Entry: Sendable {
        public let name: String
        /// The file's path; nil for one that is built in.
        public let path: String?
        public let isOverlay: Bool
        public let theme: Result<Theme, ThemeError>
    }

    /// Every theme there is, read anew: those built in first, then those of the folders by name.
    public func catalogue(depth: ColorDepth = .trueColor, ascii: Bool = false) -> [Entry] {
        let own = names.filter { !BuiltInThemes.names.contains($0) && !BuiltInThemes.overlayNames.contains($0) }
        return (BuiltInThemes.names + own + BuiltInThemes.overlayNames).map { name in
            let path = self.path(of: name)
            do throws(ThemeError) {
                let found = try definition(named: name, chain: [], from: nil)
                let theme = Theme(found, depth: depth, ascii: ascii)
                return Entry(name: name, path: path, isOverlay: found.isOverlay, theme: .success(theme))
            } catch {
                let isOverlay = BuiltInThemes.overlayNames.contains(name)
                return Entry(name: name, path: path, isOverlay: isOverlay, theme: .failure(error))
            }
        }
    }

    /// Names of all themes that can be asked for, sorted.
    public var names: [String] {
        var names = Set(BuiltInThemes.names)
        for directory in directories {
            guard let handle = opendir(directory) else { continue }
            while let entry = Glibc.readdir(handle) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name.hasSuffix(".toml"), Self.isName(String(name.dropLast(5))) {
                    names.insert(String(name.dropLast(5)))
                }
            }
            closedir(handle)
        }
        return names.subtracting(BuiltInThemes.overlayNames).sorted()
    }

    /// The file a name stands for; nil for one that is built in, or that there is not.
    public func path(of name: String) -> String? {
        guard Self.isName(name) else { return nil }
        return directories.lazy.map { $0 + "/" + name + ".toml" }.first { access($0, F_OK) == 0 }
    }

    /// Where a name is found: a path, or words; nil for one that there is not.
    private func source(of name: String) -> String? {
        path(of: name) ?? BuiltInThemes.text(name).map { _ in "built-in theme \(name)" }
    }

    /// A file stem: no separators, so that a name never leaves the folders.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64 && !name.hasPrefix(".")
            && name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0)
            }
    }

    /// Where a name was asked for: the file and line of an `inherits`.
    private typealias Origin = (file: String, line: Int?)

    private func definition(
        named name: String,
        chain: [String],
        from origin: Origin?
    ) throws(ThemeError) -> ThemeDefinition {
        let asked = TerminalText(name, limit: 64).string
        let file = origin?.file ?? asked
        if chain.count >= Self.depthLimit {
            throw ThemeError(
                file: file,
                line: origin?.line,
                message: "more than \(Self.depthLimit) themes inherit one another"
            )
        }
        guard Self.isName(name) else {
            throw ThemeError(
                file: file,
                line: origin?.line,
                message: "\"\(asked)\" is no theme name; expected letters, digits, '-', '_' and '.'"
            )
        }
        for directory in directories {
            let path = directory + "/" + name + ".toml"
            // A theme may refine one of its own name further down the search path, so those in the chain are passed by.
            if chain.contains(path) { continue }
            guard let text = try read(path) else { continue }
            return try parse(text, name: name, file: path, chain: chain + [path])
        }
        let builtIn = "built-in theme \(name)"
        if let text = BuiltInThemes.text(name), !chain.contains(builtIn) {
            return try parse(text, name: name, file: builtIn, chain: chain + [builtIn])
        }
        if chain.contains(builtIn) || directories.contains(where: { chain.contains($0 + "/" + name + ".toml") }) {
            throw ThemeError(file: file, line: origin?.line, message: "\"\(asked)\" inherits itself")
        }
        throw ThemeError(
            file: file,
            line: origin?.line,
            message: "there is no theme \"\(asked)\"; expected one of \(names.joined(separator: ", "))"
        )
    }

    /// A theme on its own, from the text of a file; it may refine one of its name.
    func definition(of text: String, name: String, path: String) throws(ThemeError) -> ThemeDefinition {
        try parse(text, name: name, file: path, chain: [path])
    }

    func definition(named name: String) throws(ThemeError) -> ThemeDefinition {
        try definition(named: name, chain: [], from: nil)
    }

    private func parse(
        _ text: String,
        name: String,
        file: String,
        chain: [String]
    ) throws(ThemeError) -> ThemeDefinition {
        try ThemeParser.parse(text, name: name, file: file) { parent, line throws(ThemeError) in
            try definition(named: parent, chain: chain, from: (file, line))
        }
    }

    /// The file's text; nil when there is no such file.
    func read(_ path: String) throws(ThemeError) -> String? {
        let descriptor = cnc_open(path)
        if descriptor < 0 {
            let number = errno
            if number == ENOENT || number == ENOTDIR { return nil }
            throw ThemeError(file: path, line: nil, message: "cannot be opened: \(String(cString: strerror(number)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                let number = errno
                if number == EINTR { continue }
                throw ThemeError(file: path, line: nil, message: "cannot be read: \(String(cString: strerror(number)))")
            }
            if count == 0 { break }
            bytes.append(contentsOf: chunk.prefix(count))
            if bytes.count > Self.sizeLimit {
                throw ThemeError(
                    file: path,
                    line: nil,
                    message: "is larger than \(Self.sizeLimit) bytes; is it a theme?"
                )
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ThemeError(file: path, line: nil, message: "is not UTF-8; save it as UTF-8")
        }
        return text
    }
}

extension Theme {
    /// The built-in theme: 16 colours on the terminal's own background.
    public static let standard = builtIn("default")
    /// The built-in theme without colours: for `NO_COLOR` and terminals that have none.
    public static let mono = builtIn("mono")

    /// Built-in themes are checked by the tests; should one be broken nevertheless, the program runs unstyled.
    private static func builtIn(_ name: String) -> Theme {
        do throws(ThemeError) {
            return try ThemeLibrary().theme(named: name)
        } catch {
            return Theme(ThemeDefinition(name: name), depth: .mono, ascii: true)
        }
    }
}
