/// A table in Markdown.
struct MarkdownTable {
    let header: [String]
    var rows: [[String]] = []

    init(_ header: String...) {
        self.header = header
    }

    init(_ header: String..., rows: [[String]]) {
        self.header = header
        self.rows = rows
    }

    var text: String {
        ([header, header.map { _ in "---" }] + rows).map { cells in
            "| " + cells.map(Self.cell).joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String {
        text.isEmpty ? "-" : text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}

/// Code in a cell.
func code(_ text: some StringProtocol) -> String { "`\(text)`" }

/// A number with its thousands parted.
func grouped(_ number: some BinaryInteger) -> String {
    var digits = Array(String(number))
    var place = digits.count - 3
    while place > 0 {
        digits.insert(",", at: place)
        place -= 3
    }
    return String(digits)
}

/// Seconds in words.
func seconds(_ number: Double) -> String {
    if number == 0 { return "never" }
    return number == number.rounded() ? "\(Int(number)) s" : "\(number) s"
}
