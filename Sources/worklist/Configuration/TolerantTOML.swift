import TOMLKit
import Terminal
import WorklistBrowser

/// TOML of which the broken parts are left out: the line of a key before the first table, or a whole table.
enum TolerantTOML {
    /// A table that was left out.
    struct Lost {
        /// Its first line, such as `[[server]]`.
        var header: String
        /// The value of `name` in it, as far as it can be told.
        var name: String?
        /// No `[[server]]` stands before it.
        var isFirstServer: Bool
        var problem: SettingsProblem
    }

    struct Parsed {
        var table: TOMLTable
        /// The text without what was left out; the lines keep their numbers.
        var text: String
        var problems: [SettingsProblem] = []
        var lost: [Lost] = []
    }

    /// Most parts that are left out one by one; a file with more mistakes is no such file.
    private static let limit = 50

    static func parse(_ text: String, path: String) -> Parsed {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        var parsed = Parsed(table: TOMLTable(), text: "")
        for _ in 0..<limit {
            let current = lines.joined(separator: "\n")
            let fault: TOMLFault
            do {
                parsed.table = try SafeTOML.parse(current)
                parsed.text = current
                return parsed
            } catch {
                fault = error
            }
            let problem = SettingsProblem(path: path, line: fault.line, text: "not TOML: " + fault.words)
            guard let part = part(around: fault.line - 1, lines) else { break }
            parsed.problems.append(problem)
            if let header = headerText(lines[part.lowerBound]) {
                parsed.lost.append(
                    Lost(
                        header: header,
                        name: lines[part].lazy.compactMap(nameValue).first,
                        isFirstServer: !lines[..<part.lowerBound].contains {
                            headerText($0)?.hasPrefix("[[server") == true
                        },
                        problem: problem
                    )
                )
            }
            for index in part { lines[index] = "" }
        }
        parsed.table = TOMLTable()
        parsed.text = ""
        parsed.problems.append(SettingsProblem(path: path, text: "nothing of this file can be used; see above"))
        return parsed
    }

    private static func headerText(_ line: String) -> String? {
        let start = line.drop { $0 == " " || $0 == "\t" }
        return start.hasPrefix("[") ? String(start) : nil
    }

    private static func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }

    /// `name = "RIS"`.
    private static func nameValue(_ line: String) -> String? {
        let parts = line.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[0].filter({ !$0.isWhitespace && $0 != "\"" }) == "name" else { return nil }
        let value = parts[1].drop { $0 == " " || $0 == "\t" }
        guard let quote = value.first, quote == "\"" || quote == "'" else { return nil }
        let rest = value.dropFirst()
        // Without the closing quote it is still the name that was meant.
        if let end = rest.firstIndex(of: quote) { return String(rest[..<end]) }
        return String(rest.prefix { $0 != "\r" && $0 != "#" })
    }

    /// The lines to leave out for an error in line `index`; nil if there is nothing left to leave out.
    private static func part(around index: Int, _ lines: [String]) -> Range<Int>? {
        var index = min(max(0, index), lines.count - 1)
        // An error is noticed where the text ends or goes on; what caused it stands above.
        while index >= 0, isBlank(lines[index]) { index -= 1 }
        guard index >= 0 else {
            return lines.firstIndex { !isBlank($0) }.map { $0..<($0 + 1) }
        }
        var start = index
        while start >= 0, headerText(lines[start]) == nil { start -= 1 }
        guard start >= 0 else { return index..<(index + 1) }
        // A table of a table goes with it: half a server is worse than none.
        while start > 0, let header = headerText(lines[start]), header.hasPrefix("[server.") {
            guard let above = lines[..<start].lastIndex(where: { headerText($0) != nil }) else { break }
            start = above
        }
        var end = start + 1
        while end < lines.count {
            if let header = headerText(lines[end]), !header.hasPrefix("[server.") { break }
            end += 1
        }
        return start..<end
    }
}
