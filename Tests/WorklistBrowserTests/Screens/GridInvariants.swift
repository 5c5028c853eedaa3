import Testing

@testable import Terminal

/// What holds on every screen: each row as wide as the grid, no half of a wide character, and nothing that a terminal
/// would obey or could not draw.
enum GridInvariants {
    static func complaints(_ grid: Grid) -> [String] {
        var complaints: [String] = []
        for row in 0..<grid.rows {
            var cells = 0
            var width = 0
            for cell in grid.row(row) {
                cells += cell.width
                if cell.isBlank {
                    width += 1
                    continue
                }
                cell.forEachScalar { value in
                    if value > 0x20, value < 0x7F {
                        width += 1
                        return
                    }
                    guard let scalar = Unicode.Scalar(value) else {
                        complaints.append("row \(row) has the surrogate \(String(value, radix: 16, uppercase: true))")
                        return
                    }
                    width += DisplayWidth.width(of: scalar)
                    if isForbidden(scalar) {
                        complaints.append("row \(row) has U+\(String(value, radix: 16, uppercase: true))")
                    }
                }
            }
            if width != grid.columns { complaints.append("row \(row) is \(width) columns wide, not \(grid.columns)") }
            if cells != grid.columns { complaints.append("row \(row) has half a wide character") }
        }
        return complaints
    }

    static func check(_ grid: Grid, _ place: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
        let complaints = complaints(grid)
        #expect(
            complaints.isEmpty,
            "\(place): \(complaints.prefix(4).joined(separator: "; "))",
            sourceLocation: sourceLocation
        )
    }

    /// The same for a line of text.
    static func complaints(_ line: String) -> [String] {
        line.unicodeScalars.filter(isForbidden).map { "U+\(String($0.value, radix: 16, uppercase: true))" }
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
