import Foundation
import Testing

/// A page of the documentation: Markdown with marked parts that the tests keep in step with the code.
///
/// A mark is an HTML comment on a line of its own, and the part is the code listing or table right behind it:
///
///     <!-- program: QueryClient -->     the source of an example program
///     <!-- snippet: cancel -->          lines of a file in Snippets, which is compiled and run
///     <!-- table: sop-classes -->       a table made from the code
///     <!-- text: observed-client -->    a listing made by running it
struct Article {
    let url: URL
    private(set) var lines: [String]

    /// What stands behind a mark.
    struct Part {
        let kind: String
        let name: String
        /// The lines of the part, fences included.
        let range: Range<Int>
    }

    init(_ url: URL) throws {
        self.url = url
        lines = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
    }

    var name: String { url.lastPathComponent }

    /// Every page of every module, in the order of their names.
    static func all() throws -> [Article] {
        try Repository.modules.flatMap { module in
            let catalog = Repository.sources.appending(path: "\(module)/\(module).docc").resolvingSymlinksInPath()
            return try FileManager.default.contentsOfDirectory(at: catalog, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "md" }
                .sorted { $0.path < $1.path }
                .map(Article.init)
        }
    }

    var parts: [Part] {
        lines.indices.compactMap { index in
            let line = lines[index]
            guard line.hasPrefix("<!-- "), line.hasSuffix(" -->") else { return nil }
            let words = line.dropFirst(5).dropLast(4).split(separator: ":", maxSplits: 1)
            guard words.count == 2 else { return nil }
            return Part(
                kind: String(words[0]),
                name: words[1].trimmingCharacters(in: .whitespaces),
                range: block(from: index + 1)
            )
        }
    }

    /// A listing with its fences, or the lines of a table.
    private func block(from start: Int) -> Range<Int> {
        guard start < lines.count else { return start..<start }
        if lines[start].hasPrefix("```") {
            let end = lines[(start + 1)...].firstIndex { $0 == "```" } ?? lines.count - 1
            return start..<(end + 1)
        }
        let end = lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.count
        return start..<end
    }

    /// The number of Swift listings, marked or not.
    var swiftListingCount: Int { lines.count { $0 == "```swift" } }

    func text(of part: Part) -> String { lines[part.range].joined(separator: "\n") }

    /// Compares each part of a kind with what it should be; `UPDATE_GOLDENS=1` puts that in its place.
    mutating func check(_ kind: String, _ wanted: (_ name: String) async throws -> String) async throws {
        // From the end, so that the places of the others stay.
        for part in parts.reversed() where part.kind == kind {
            let wanted = try await wanted(part.name)
            if text(of: part) == wanted { continue }
            if Repository.updates {
                lines.replaceSubrange(part.range, with: wanted.components(separatedBy: "\n"))
                try lines.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)
            } else {
                Issue.record(
                    """
                    \(name), line \(part.range.lowerBound): \(kind) \(part.name) is not what the code says. \
                    UPDATE_GOLDENS=1 writes it anew. It should be:
                    \(wanted)
                    """
                )
            }
        }
    }
}

/// The package as it lies on disk.
enum Repository {
    /// The modules with a documentation of their own, those below first.
    static let modules = ["DICOMData", "DICOMMatching", "DICOMProtocol", "DICOMNetwork"]

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static var sources: URL { root.appending(path: "Sources") }
    static var tests: URL { root.appending(path: "Tests") }

    static var updates: Bool { ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" }

    struct Missing: Error, CustomStringConvertible {
        let what: String
        var description: String { "\(what) is missing" }
    }

    /// The source of an example program, as it stands in an article.
    static func program(_ name: String) throws -> String {
        let url = tests.appending(path: "ExamplePrograms/\(name)/\(name).swift")
        return listing(try String(contentsOf: url, encoding: .utf8))
    }

    /// The lines between `// snippet: NAME` and `// end`, moved to the left margin.
    static func snippet(_ name: String) throws -> String {
        guard let listing = try snippets.get()[name] else { throw Missing(what: "snippet \(name)") }
        return listing
    }

    private static let snippets = Result {
        let folder = tests.appending(path: "DocumentationTests/Snippets")
        var snippets: [String: String] = [:]
        for url in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            var open: (name: Substring, lines: [Substring])?
            for line in try String(contentsOf: url, encoding: .utf8).split(
                separator: "\n",
                omittingEmptySubsequences: false
            ) {
                let text = line.drop { $0 == " " }
                if text == "// end" {
                    let lines = open?.lines ?? []
                    let margin = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
                    let code = lines.map { $0.dropFirst(margin) }.joined(separator: "\n")
                    if let name = open?.name { snippets[String(name)] = listing(code) }
                    open = nil
                } else if text.hasPrefix("// snippet: ") {
                    open = (text.dropFirst("// snippet: ".count), [])
                } else {
                    open?.lines.append(line)
                }
            }
        }
        return snippets
    }

    private static func listing(_ code: String) -> String {
        "```swift\n" + code.trimmingCharacters(in: .newlines) + "\n```"
    }
}
