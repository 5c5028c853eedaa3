import Terminal

/// A small worklist of invented patients, drawn in a theme: to judge it without a server.
public enum ThemeSample {
    private static let rows: [(status: StepStatus, time: TerminalText, name: TerminalText, procedure: TerminalText)] = [
        (.completed, "07:45", "ROSSI, Maria", "CT Thorax"),
        (.departed, "08:00", "KOWALSKI, Jan", "CT Angio aorta"),
        (.started, "08:15", "MÜLLER, Jörg", "CT Sinus"),
        (.arrived, "08:30", "NGUYEN, Thi Lan", "CT Thorax + contrast"),
        (.ready, "08:45", "SMITH, Anna", "CT Head"),
        (.scheduled, "09:00", "O'CONNOR, Brid", "CT Abdomen"),
        (.discontinued, "09:15", "ANDERSSON, Åke", "CT Head"),
    ]

    private static let states: [(status: StepStatus, word: TerminalText)] = [
        (.scheduled, "scheduled"), (.arrived, "arrived"), (.ready, "ready"), (.started, "started"),
        (.departed, "departed"), (.completed, "completed"), (.discontinued, "discontinued"),
    ]

    /// The sample, as wide as asked for.
    public static func grid(_ theme: Theme, columns: Int) -> Grid {
        let ink = Ink(theme)
        var lines: [(line: StyledLine, base: Style)] = []
        var title = StyledLine(" RIS PROD ", theme.style("server.prod"))
        title.add("  CT01 > ", ink.dim)
        title.add("RISMWL@192.0.2.7:104   ", ink.text)
        title.add("[3 All]", theme.style("ui.bar.scope.active"))
        lines.append((title, theme.style("ui.bar")))
        lines.append((StyledLine(" St Time  Patient           Procedure"), ink.header))
        for (index, row) in rows.enumerated() {
            let isCursor = index == 4
            let isOver = row.status == .completed || row.status == .discontinued
            let base = isCursor ? ink.cursor : theme.style(isOver ? "table.status.completed" : "table.row")
            var line = StyledLine(isCursor ? theme.glyph(.cursor) : " ", base)
            line.add(row.status.letter, isCursor ? base : theme.style(row.status.scope))
            if row.status == .arrived {
                line.add(theme.glyph(.stat), theme.style("table.stat"))
                line.space()
            } else {
                line.space(2)
            }
            line.add(row.time, base)
            line.space(2)
            line.add(row.name, columns: 18, base)
            line.add(row.procedure, base)
            lines.append((line, isCursor ? ink.cursor : .plain))
        }
        lines.append((StyledLine(" SMITH, Anna   born 1985-11-02 (41 y)   F   ID 00391022"), ink.identity))
        lines.append((StyledLine(" TEMP, Emergency   birth date unknown   U   NO ID"), ink.identityWarning))
        var outcome = StyledLine(" complete", theme.style("ui.outcome.complete"))
        for word in ["running", "cancelled", "limited"] {
            outcome.space(2)
            outcome.add(TerminalText(word), theme.style("ui.outcome.\(word)"))
        }
        outcome.space(2)
        outcome.add(" failed ", theme.style("ui.outcome.failed"))
        outcome.space(2)
        outcome.add("warning", ink.warning)
        outcome.space(2)
        outcome.add("error", ink.error)
        lines.append((outcome, .plain))
        var letters = StyledLine()
        for (status, word) in states {
            letters.space()
            letters.add("\(status.letter) \(word)", theme.style(status.scope))
        }
        lines.append((letters, .plain))
        var keys = StyledLine(" Enter", ink.key)
        for (key, word) in [("", " detail"), ("  /", " filter"), ("  e", " edit query"), ("  ?", " help")] {
            keys.add(TerminalText(key), ink.key)
            keys.add(TerminalText(word), ink.text)
        }
        lines.append((keys, .plain))
        var grid = Grid(size: TerminalSize(columns: columns, rows: lines.count), style: theme.ground)
        for (row, line) in lines.enumerated() {
            line.line.draw(into: &grid, row: row, column: 0, columns: columns, base: line.base)
        }
        grid.settle(theme.ground)
        return grid
    }
}
