import DICOMData
import DICOMMatching
import Foundation
import Terminal
import Testing

@testable import WorklistBrowser

/// Screens as text files: what a test drew has to be what is written in `Goldens`.
///
/// `UPDATE_GOLDENS=1 swift test` writes the files anew; the difference is then read by a person.
enum GoldenScreen {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens")

    /// Compares a grid with `Goldens/NAME.txt`, blanks at the ends of lines left out, and checks ``invariants(of:)``.
    static func check(_ grid: Grid, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let complaints = invariants(of: grid)
        #expect(complaints.isEmpty, "\(name): \(complaints.joined(separator: "; "))", sourceLocation: sourceLocation)
        let drawn = text(of: grid)
        let file = folder.appendingPathComponent(name + ".txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(drawn.utf8).write(to: file)
            } catch {
                Issue.record("cannot write \(file.path): \(error)", sourceLocation: sourceLocation)
            }
            return
        }
        guard let data = FileManager.default.contents(atPath: file.path) else {
            Issue.record("no golden \(file.path); UPDATE_GOLDENS=1 writes it", sourceLocation: sourceLocation)
            return
        }
        let wanted = String(decoding: data, as: UTF8.self)
        #expect(drawn == wanted, "\(name) differs from its golden", sourceLocation: sourceLocation)
    }

    static func text(of grid: Grid) -> String {
        (0..<grid.rows).map { row in
            var line = Substring(grid.text(row))
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// What must hold of every screen: each row as wide as the grid, and nothing in it that a terminal would obey.
    static func invariants(of grid: Grid) -> [String] {
        var complaints: [String] = []
        for row in 0..<grid.rows {
            let text = grid.text(row)
            let width = text.unicodeScalars.reduce(0) { $0 + DisplayWidth.width(of: $1) }
            if width != grid.columns { complaints.append("row \(row) is \(width) columns wide, not \(grid.columns)") }
            let cells = (0..<grid.columns).reduce(0) { $0 + grid[row, $1].width }
            if cells != grid.columns { complaints.append("row \(row) has half a wide character") }
            for scalar in text.unicodeScalars where isForbidden(scalar) {
                complaints.append("row \(row) has U+\(String(scalar.value, radix: 16, uppercase: true))")
            }
        }
        return complaints
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}

/// The surroundings most tests draw and act in.
enum ScreenSample {
    /// Tuesday 2026-11-24, 14:32:07 local time, an hour east of UTC.
    static let now = Moment(microseconds: 1_795_527_127_000_000, utcOffset: 3_600)

    static let server = ServerProfile(
        name: "RIS-PROD",
        host: "127.0.0.1",
        port: 104,
        calledAETitle: "RISMWL",
        callingAETitle: "CT01",
        modality: "CT",
        accent: .production
    )

    static func surroundings(server: ServerProfile? = ScreenSample.server, theme: Theme = .standard) -> Surroundings {
        Surroundings(now: now, server: server, theme: theme, keymap: .standard)
    }
}

extension Component {
    /// The component below an empty title bar, as the browser draws it.
    func grid(columns: Int, rows: Int, _ surroundings: Surroundings = ScreenSample.surroundings()) -> Grid {
        var grid = Grid(columns: columns, rows: rows)
        draw(into: &grid, in: Rect(row: 1, column: 0, rows: rows - 1, columns: columns), surroundings)
        return grid
    }
}
