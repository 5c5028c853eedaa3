import Foundation
import Terminal
import Testing

/// One golden file: a screen at one size, drawn with every corpus, the texts one after the other and then the styles.
struct SceneFile {
    let name: String
    private var sections: [(heading: String, lines: [String])] = []

    init(name: String) { self.name = name }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    static var updates: Bool { ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" }

    /// Adds a screen; one that says what an earlier one says is a reference to it.
    mutating func add(_ heading: String, _ lines: [String]) {
        guard !lines.isEmpty, let same = sections.first(where: { Self.isSame($0.lines, lines) }) else {
            sections.append((heading, lines))
            return
        }
        sections.append(("\(heading): as \(same.heading)", []))
    }

    private static func isSame(_ a: [String], _ b: [String]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// The lines of a screen, blanks at their ends left out.
    static func lines(of grid: Grid) -> [String] {
        (0..<grid.rows).map { row in
            var line = Substring(grid.text(row))
            while line.last == " " { line.removeLast() }
            return String(line)
        }
    }

    /// Adds the text of a screen: whole, or only what differs from the nearest of the `references`, each line with its
    /// number, see ``difference(row:_:_:)``.
    mutating func add(_ heading: String, _ lines: [String], near references: [(name: String, lines: [String])]) {
        var best: (name: String, lines: [String])?
        var least = lines.reduce(0) { $0 + $1.utf8.count + 1 }
        for (name, base) in references where base.count == lines.count {
            let different = zip(base, lines).enumerated().compactMap { index, pair in
                pair.0.utf8.elementsEqual(pair.1.utf8) ? nil : Self.difference(row: index + 1, pair.0, pair.1)
            }
            let size = different.reduce(0) { $0 + $1.utf8.count + 1 }
            guard size < least else { continue }
            least = size
            best = (name, different)
        }
        guard let best else {
            add(heading, lines)
            return
        }
        add(
            best.lines.isEmpty ? "\(heading): as \(best.name)" : "\(heading), where it differs from \(best.name)",
            best.lines
        )
    }

    /// What of a line differs from another: `7: text` from the beginning of row 7 on, `7 +12: text` behind the twelve
    /// characters that both begin with; the words that both end with are left out.
    private static func difference(row: Int, _ old: String, _ new: String) -> String {
        let old = Array(old.unicodeScalars)
        let new = Array(new.unicodeScalars)
        let shorter = min(old.count, new.count)
        var start = 0
        while start < shorter, old[start] == new[start] { start += 1 }
        // Words stay whole: half an identifier would be read as another one.
        while start > 0, old[start - 1] != " " { start -= 1 }
        var end = 0
        while end < shorter - start, old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
        while end > 0, new[new.count - end] != " " { end -= 1 }
        let middle = String(String.UnicodeScalarView(new[start..<new.count - end]))
        return start == 0 ? "\(row): \(middle)" : "\(row) +\(start): \(middle)"
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
        // Bytes: two strings are equal that a terminal draws differently.
        if data == Data(drawn.utf8) { return }
        if Self.updates {
            do {
                try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
                try Data(drawn.utf8).write(to: file)
            } catch {
                Issue.record("cannot write \(file.path): \(error)", sourceLocation: sourceLocation)
            }
            return
        }
        guard let wanted = data.map({ String(decoding: $0, as: UTF8.self) }) else {
            Issue.record("no golden \(file.path); UPDATE_GOLDENS=1 writes it", sourceLocation: sourceLocation)
            return
        }
        let old = wanted.split(separator: "\n", omittingEmptySubsequences: false)
        let new = drawn.split(separator: "\n", omittingEmptySubsequences: false)
        let place =
            zip(old, new).enumerated().first { !$1.0.utf8.elementsEqual($1.1.utf8) }?.offset
            ?? min(old.count, new.count)
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
