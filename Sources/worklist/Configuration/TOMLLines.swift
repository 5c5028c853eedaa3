import TOMLKit

/// Where things stand in a TOML file; its parser keeps no places.
struct TOMLLines {
    private let lines: [Substring]

    init(_ text: String) {
        // By scalars: "\r\n" is one character, and not the line feed.
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// The line of a key, counted from 1; bare or in quotes. `header`: looked for from that line to the next header on.
    func line(of key: String, after header: Int? = nil) -> Int? {
        for (index, line) in lines.enumerated().dropFirst(header ?? 0) {
            let start = line.drop { $0 == " " || $0 == "\t" }
            if header != nil, start.hasPrefix("[") { return nil }
            for spelling in [key, "\"\(key)\"", "'\(key)'"] where start.hasPrefix(spelling) {
                let next = start.dropFirst(spelling.count).first
                if next == nil || next == " " || next == "\t" || next == "=" || next == "." { return index + 1 }
            }
        }
        return nil
    }

    /// The line of the header that begins so, such as `[[server` or `[keys`; `number` of them before it.
    func line(ofHeader header: String, number: Int = 0) -> Int? {
        var seen = 0
        for (index, line) in lines.enumerated() where line.drop(while: { $0 == " " || $0 == "\t" }).hasPrefix(header) {
            if seen == number { return index + 1 }
            seen += 1
        }
        return nil
    }
}
