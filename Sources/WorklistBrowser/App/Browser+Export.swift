import DICOMData
import Terminal

/// Writing rows of the list into a file.
extension Browser {
    mutating func openExport() -> [Effect] {
        guard let list, list.rows.count > 0 else {
            message = Message(kind: .info, text: "there are no rows to export")
            return []
        }
        guard !refusesWhilePrivate() else { return [] }
        let source = exportSource(list)
        guard source.scopes.contains(where: { source.count($0) > 0 }) else {
            message = Message(kind: .info, text: "no row is shown: nothing to export")
            return []
        }
        let date = now.date
        let second = now.secondOfDay
        let day = "\(date.year)" + ItemText.two(date.month) + ItemText.two(date.day)
        let clock = ItemText.two(second / 3600) + ItemText.two(second / 60 % 60)
        overlays.append(
            Overlay(
                ExportDialog(source: source, name: "worklist-\(day)-\(clock)", folder: settings.workingFolder)
            )
        )
        return []
    }

    func exportSource(_ list: ResultList) -> ExportSource {
        let asOf = list.asOf
        var header = ExportHeader(
            server: "\(list.server.name) \(list.server.calledAETitle)@\(list.server.host):\(list.server.port)",
            query: QueryWords.line(list.words, isPrivate: false).string,
            asOf: "\(asOf.date.formatted) \(asOf.clock.string)",
            outcome: "still running",
            isPartial: true,
            rows: "",
            filter: list.rows.filter?.text
        )
        var warnings: [TerminalText] = []
        if let end = list.end {
            let words = OutcomeWords(end, rows: list.rows.count, statistics: list.statistics)
            header.outcome = words.line.string
            header.isPartial = end.isPartial
            if end.isPartial { warnings.append("The list is not whole: \(words.line)") }
        } else {
            warnings.append("The query is still running: the list is not whole")
        }
        if run?.incoming != nil {
            warnings.append("A refresh is under way; these rows are from \(asOf.clock)")
        } else if let attempt {
            let words = OutcomeWords(attempt.end, rows: attempt.rows, statistics: attempt.statistics)
            warnings.append("The last query came to nothing (\(words.badge)); these rows are from \(asOf.clock)")
        }
        if let pending = list.rows.pendingWork {
            warnings.append("The list is still \(TerminalText(pending)): shown is what was there before")
        }
        return ExportSource(
            table: list.rows.table,
            shown: list.rows.shown,
            ordered: list.rows.ordered,
            marks: Set(list.marked.rows.keys),
            markCounts: markCounts,
            filter: list.rows.filter?.text,
            columns: ExportSource.columns(list.layout?.columns.map(\.column) ?? ListColumn.allCases),
            query: list.query,
            fallback: list.rows.fallback,
            today: now.date,
            header: header,
            warnings: warnings
        )
    }

    /// The dialog's rows and file are settled: writes them.
    mutating func export(_ plan: ExportPlan, replaces: Bool) -> [Effect] {
        // Hidden while the dialog was open: what is masked on screen goes nowhere else.
        guard !refusesWhilePrivate() else {
            overlays.removeAll { $0.is(ExportDialog.self) }
            return []
        }
        lastExport += 1
        let id = ExportID(lastExport)
        exporting = id
        return [.export(ExportRequest(id: id, job: plan.job, path: plan.path, replaces: replaces))]
    }

    mutating func update(_ id: ExportID, _ progress: ExportProgress) -> [Effect] {
        guard exporting == id else { return [] }
        if case .read = progress {} else { exporting = nil }
        let place = overlays.lastIndex { $0.is(ExportDialog.self) }
        let dialog = place.flatMap { overlays[$0].as(ExportDialog.self) }
        switch progress {
        case .read, .exists, .failed:
            if let place { overlays[place].change(ExportDialog.self) { $0.update(progress) } }
        case .cancelled:
            if let place { overlays.remove(at: place) }
            message = Message(kind: .info, text: "the export is cancelled; no file is left")
        case .finished(let report, let path):
            let all = dialog?.source.ordered.count ?? report.rows
            let count: TerminalText =
                all > report.rows ? "\(report.rows) of \(all) rows" : all == 1 ? "1 row" : "\(report.rows) rows"
            let said: TerminalText = "\(count) written to \(TerminalText(path))"
            var lines = [said, "Only you can read it (mode 0600)."]
            if let caution = report.caution { lines.append("! \(TerminalText(caution))") }
            if let dialog, dialog.source.header.isPartial {
                let warning = dialog.source.warnings.first ?? "The list is not whole"
                lines.append(
                    "! \(warning)" + (dialog.format.hasHeader ? "; the file says so." : "; the file does not say so.")
                )
            }
            // What fits in a line needs no box; what must be known is not cut.
            if lines.count == 2, said.width <= size.columns - 2 || place == nil {
                if let place { overlays.remove(at: place) }
                message = Message(kind: .info, text: said)
            } else if let place {
                overlays[place].change(ExportDialog.self) { $0.finish(lines) }
            } else {
                message = Message(kind: .warning, text: lines.filter { $0 != lines[1] }.joined(separator: " "))
            }
        }
        return []
    }
}
