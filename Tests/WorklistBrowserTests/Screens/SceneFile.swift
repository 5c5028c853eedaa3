import Foundation
import Terminal
import Testing

/// One golden file: a screen at one size, drawn with every corpus, the texts one after the other and then the styles.
struct SceneFile {
    let name: String
    private var sections: [(heading: String, lines: [String])] = []

    init(name: String) { self.name = name }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    static var updates: Bool { ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" }

    /// Adds a screen; one that says what an earlier one says is a reference to it.
    mutating func add(_ heading: String, _ lines: [String]) {
        guard let same = sections.first(where: { $0.lines == lines }) else {
            sections.append((heading, lines))
            return
        }
        sections.append(("\(heading): as \(same.heading)", []))
    }

    /// Adds the text of a screen. `isBrief`: after the first, only lines that differ from it, each with its number.
    mutating func add(_ heading: String, text grid: Grid, isBrief: Bool) {
        let lines = (0..<grid.rows).map { row in
            var line = Substring(grid.text(row))
            while line.last == " " { line.removeLast() }
            return String(line)
        }
        guard isBrief, let first = sections.first, first.lines.count == lines.count else {
            add(heading, lines)
            return
        }
        let other = zip(first.lines, lines).enumerated().filter { $0.element.0 != $0.element.1 }
        add("\(heading), where it differs from \(first.heading)", other.map { "\($0.offset + 1): \($0.element.1)" })
    }

    /// The styles, a run as `a12`: twelve cells of the style `a`; rows that are alike are counted.
    mutating func add(_ heading: String, styles grid: Grid) {
        var names: [Style: String] = [.plain: "."]
        var legend: [String] = []
        var rows: [(line: String, count: Int)] = []
        for row in 0..<grid.rows {
            var runs: [(name: String, count: Int)] = []
            for column in 0..<grid.columns {
                let style = grid[row, column].style
                let name = names[style] ?? Self.letters(names.count - 1)
                if names[style] == nil {
                    names[style] = name
                    legend.append("\(name) = \(style)")
                }
                if let last = runs.indices.last, runs[last].name == name {
                    runs[last].count += 1
                } else {
                    runs.append((name, 1))
                }
            }
            let line = runs.map { "\($0.name)\($0.count)" }.joined(separator: " ")
            if let last = rows.indices.last, rows[last].line == line {
                rows[last].count += 1
            } else {
                rows.append((line, 1))
            }
        }
        add(heading, rows.map { $0.count == 1 ? $0.line : "\($0.line)  x\($0.count)" } + legend)
    }

    private static func letters(_ index: Int) -> String {
        let all = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return index < all.count ? String(all[index]) : "\(all[index % all.count])\(all[index / all.count])"
    }

    private var text: String {
        sections.map { "=== \($0.heading)\n" + $0.lines.map { $0 + "\n" }.joined() }.joined()
    }

    /// Compares with the file; a difference says its first line and shows the whole screen it is on.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        let file = Self.folder.appendingPathComponent(name + ".txt")
        let drawn = text
        let data = FileManager.default.contents(atPath: file.path)
        let wanted = data.map { String(decoding: $0, as: UTF8.self) }
        if wanted == drawn { return }
        if Self.updates {
            do {
                try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
                try Data(drawn.utf8).write(to: file)
            } catch {
                Issue.record("cannot write \(file.path): \(error)", sourceLocation: sourceLocation)
            }
            return
        }
        guard let wanted else {
            Issue.record("no golden \(file.path); UPDATE_GOLDENS=1 writes it", sourceLocation: sourceLocation)
            return
        }
        let old = wanted.split(separator: "\n", omittingEmptySubsequences: false)
        let new = drawn.split(separator: "\n", omittingEmptySubsequences: false)
        let place = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
        let heading = new.prefix(place + 1).last { $0.hasPrefix("=== ") } ?? ""
        let screen = sections.first { heading == "=== \($0.heading)" }?.lines.joined(separator: "\n") ?? ""
        let before = place < old.count ? old[place] : "(the end)"
        let after = place < new.count ? new[place] : "(the end)"
        Issue.record(
            "\(name), line \(place + 1), in \(heading)\n- \(before)\n+ \(after)\n\(screen)",
            sourceLocation: sourceLocation
        )
    }
}
