import DICOMData
import DICOMMatching
import Terminal

@testable import WorklistBrowser

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
